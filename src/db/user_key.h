/* user_key.h - what a password or a recovery code opens (keys).
 *
 * In the clear: salts, cost numbers, the verifiers (compared in constant time by domain), time of
 * change. The blobs are the user's private keys under a key made from the password, or from the
 * recovery code.
 */
#ifndef OPENTRM_DB_USER_KEY_H
#define OPENTRM_DB_USER_KEY_H

#include "db/page.h"
#include "db/query.h"

struct db_user_key {
    struct id user_id;
    struct bytes password_salt;
    int64_t password_ops;
    int64_t password_mem; /* bytes */
    struct bytes verifier;
    struct bytes blob;
    struct bytes recovery_salt;
    struct bytes recovery_verifier;
    struct bytes recovery_blob;
    msec changed_at;
};

/* db_user_key_put: the first one, or a change of password or code. */
err db_user_key_put(struct tx *tx, const struct db_user_key *row);
err db_user_key_get(struct tx *tx, mem *ctx, struct id user_id, struct db_user_key *out);

#endif
