/* team.h - teams and who belongs to them, with the signed statement that says so (records).
 *
 * In the clear: the organisation chart. `may` are words: what the membership allows ("send",
 * names of compartments). The statement and its signature are verified by domain before anything is
 * sealed to a member.
 */
#ifndef OPENTRM_DB_TEAM_H
#define OPENTRM_DB_TEAM_H

#include "db/page.h"
#include "db/query.h"

struct db_team {
    struct id id;
    struct id organisation_id;
    const char *name;
    int64_t generation;      /* of the team key, from 1 */
    struct bytes box_public; /* X25519, derived from the team key */
    msec created_at;
};
typedef DB_LIST(db_team) db_teams;

err db_team_insert(struct tx *tx, const struct db_team *row);
/* db_team_rotate: a later generation; those of rotations that were cut off are left out.
 * ERR_CONFLICT unless it is higher than the present one. */
err db_team_rotate(struct tx *tx, struct id team_id, int64_t generation, struct bytes box_public);
err db_team_by_id(struct tx *tx, mem *ctx, struct id id, struct db_team *out);
err db_team_list(struct tx *tx, mem *ctx,
                 db_teams *out); /* all, by organisation and name; at most 500 */
err db_team_of_organisation(struct tx *tx, mem *ctx, struct id organisation_id, db_teams *out);

struct db_membership {
    struct id id;
    struct id team_id;
    struct id user_id;
    const char *state;      /* pending | active | ended */
    const char *may;        /* words */
    struct bytes statement; /* what was signed */
    struct bytes signature; /* Ed25519 by signer_id */
    struct id signer_id;
    msec created_at;
    msec ended_at; /* 0 = not ended */
};
typedef DB_LIST(db_membership) db_memberships;

/* db_membership_insert: ERR_CONFLICT if the user has one in that team that has not ended. */
err db_membership_insert(struct tx *tx, const struct db_membership *row);
/* db_membership_activate: pending -> active. ERR_CONFLICT if it is not pending. */
err db_membership_activate(struct tx *tx, struct id id);
/* db_membership_end: ERR_CONFLICT if ended already. */
err db_membership_end(struct tx *tx, struct id id, msec at);
err db_membership_by_id(struct tx *tx, mem *ctx, struct id id, struct db_membership *out);
/* Those that have not ended; at most 500. */
err db_membership_of_user(struct tx *tx, mem *ctx, struct id user_id, db_memberships *out);
err db_membership_of_team(struct tx *tx, mem *ctx, struct id team_id, db_memberships *out);
/* db_membership_ever_of_user: the ended ones too; the newest 500. */
err db_membership_ever_of_user(struct tx *tx, mem *ctx, struct id user_id, db_memberships *out);

#endif
