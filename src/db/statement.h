/* statement.h - signed statements that others verify before they seal anything: who is an
 * administrator, what a team may hold, which public key a team has (records).
 *
 * In the clear: the statement (ids, public keys, names of roles and compartments), its signature,
 * who signed. Memberships have columns of their own (team.h). A later statement of the same kind
 * about the same subject has a higher generation; none is ever changed.
 */
#ifndef OPENTRM_DB_STATEMENT_H
#define OPENTRM_DB_STATEMENT_H

#include "base/id.h"
#include "db/query.h"

struct db_statement {
    const char *kind;     /* appointment | team | team_key */
    struct id subject_id; /* user or team */
    int64_t generation;   /* from 1 */
    struct bytes statement;
    struct bytes signature; /* Ed25519 by signer_id */
    struct id signer_id;
    msec created_at;
};

/* db_statement_insert: ERR_CONFLICT if there is one of that generation. */
err db_statement_insert(struct tx *tx, const struct db_statement *row);
/* db_statement_latest: the one with the highest generation. ERR_NOT_FOUND. */
err db_statement_latest(struct tx *tx, mem *ctx, const char *kind, struct id subject_id,
                        struct db_statement *out);
/* db_statement_get: of exactly that generation. ERR_NOT_FOUND. */
err db_statement_get(struct tx *tx, mem *ctx, const char *kind, struct id subject_id,
                     int64_t generation, struct db_statement *out);

#endif
