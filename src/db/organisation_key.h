/* organisation_key.h - an organisation's certificates, and their private keys wrapped to teams
 * (keys).
 *
 * In the clear: the certificates (they are on the node card). Blobs are private keys under a team
 * key.
 */
#ifndef OPENTRM_DB_ORGANISATION_KEY_H
#define OPENTRM_DB_ORGANISATION_KEY_H

#include "db/page.h"
#include "db/query.h"

struct db_organisation_key {
    struct id organisation_id;
    const char *purpose;      /* sign, or a compartment's name */
    int64_t generation;       /* from 1 */
    struct bytes certificate; /* DER */
    msec created_at;
    msec retired_at; /* 0 = in use */
};
typedef DB_LIST(db_organisation_key) db_organisation_keys;

struct db_organisation_wrap {
    struct id organisation_id;
    const char *purpose;
    int64_t generation;
    struct id team_id;
    int64_t team_generation;
    struct bytes blob;
};
typedef DB_LIST(db_organisation_wrap) db_organisation_wraps;

/* db_organisation_key_insert: ERR_CONFLICT if that generation is there. */
err db_organisation_key_insert(struct tx *tx, const struct db_organisation_key *row);
err db_organisation_key_retire(struct tx *tx, struct id organisation_id, const char *purpose,
                               int64_t generation, msec at); /* ERR_NOT_FOUND */
/* db_organisation_key_current: the newest that is not retired. */
err db_organisation_key_current(struct tx *tx, mem *ctx, struct id organisation_id,
                                const char *purpose, struct db_organisation_key *out);
err db_organisation_key_list(struct tx *tx, mem *ctx, struct id organisation_id,
                             db_organisation_keys *out); /* by purpose, newest first; at most 500 */

/* db_organisation_wrap_put: sets or replaces the team's wrap. */
err db_organisation_wrap_put(struct tx *tx, const struct db_organisation_wrap *row);
/* db_organisation_wrap_for: of one key, for any of 1 to DB_HOLDERS_MOST (wrap.h) teams; at most
 * that many. */
err db_organisation_wrap_for(struct tx *tx, mem *ctx, struct id organisation_id,
                             const char *purpose, int64_t generation, const struct id *teams,
                             size_t n, db_organisation_wraps *out);
err db_organisation_wrap_list(struct tx *tx, mem *ctx, struct id organisation_id,
                              db_organisation_wraps *out); /* at most 2000 */
err db_organisation_wrap_remove(struct tx *tx, struct id organisation_id, const char *purpose,
                                struct id team_id); /* every generation */

#endif
