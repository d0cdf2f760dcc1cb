/* team_members.h - users and memberships as creating, confirming and rotating read them. Inner
 * header. */
#ifndef OPENTRM_DOMAIN_TEAM_MEMBERS_H
#define OPENTRM_DOMAIN_TEAM_MEMBERS_H

#include "db/team.h"
#include "db/user.h"
#include "db/wrap.h"
#include "domain/keys.h"
#include "domain/statement.h"
#include "domain/team.h"

/* Somebody whom a team key is sealed to. */
struct member {
    struct id membership_id;
    struct id user_id;
    struct box_public box;
    struct sign_public sign;
    role_set roles;
};

/* member_find: an active user with keys who may belong to a team of that organisation. ERR_INPUT
 * with a sentence, ERR_STATE without keys. */
err member_find(struct tx *tx, struct id user_id, struct id organisation_id, struct member *out);
/* member_sign: the administrator's statement as a row of the table. */
err member_sign(mem *ctx, struct node *node, const struct actor *actor, const struct member *member,
                struct id team_id, compartment_set compartments, bool may_send, const char *state,
                struct db_membership *out);
/* member_verify: what the row's statement says, if it verifies and names the keys that the user has
 * now. ERR_CRYPTO. */
err member_verify(struct tx *tx, const struct node *node, const struct sign_public *root,
                  const struct db_membership *row, struct member *out);
/* member_wrap: the team's key of that generation for a member. */
err member_wrap(mem *ctx, struct secret team_key, struct id team_id, int64_t generation,
                const struct member *member, struct db_team_wrap *out);

#endif
