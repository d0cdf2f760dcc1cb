/* signin.h - failed sign-ins, to slow guessing (records).
 *
 * The login is not kept: login_hash is a keyed hash of what was typed (existing or not), so the
 * table does not list what people typed by mistake.
 */
#ifndef OPENTRM_DB_SIGNIN_H
#define OPENTRM_DB_SIGNIN_H

#include "db/page.h"
#include "db/query.h"

struct db_signin {
    struct bytes login_hash;
    int64_t failures; /* since the last success */
    msec last_at;
    msec next_at; /* no attempt before */
};

/* db_signin_get: all zero if there was none. */
err db_signin_get(struct tx *tx, struct bytes login_hash, struct db_signin *out);
err db_signin_put(struct tx *tx, const struct db_signin *row);
/* db_signin_clear: after a success. */
err db_signin_clear(struct tx *tx, struct bytes login_hash);
/* db_signin_forget: rows whose last attempt was before `before`. */
err db_signin_forget(struct tx *tx, msec before);

#endif
