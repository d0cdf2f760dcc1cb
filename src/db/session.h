/* session.h - who is signed in (keys).
 *
 * The id is kept as a hash; the blob holds the user's keys under the session key, which only the
 * cookie knows. agent_hash is a hash of the browser's name, to notice a stolen cookie.
 */
#ifndef OPENTRM_DB_SESSION_H
#define OPENTRM_DB_SESSION_H

#include "db/page.h"
#include "db/query.h"

struct db_session {
    struct bytes id_hash;
    struct id user_id;
    msec created_at;
    msec seen_at;
    msec expires_at;
    struct bytes blob;
    struct bytes agent_hash; /* may be empty */
};
typedef DB_LIST(db_session) db_sessions;

err db_session_insert(struct tx *tx, const struct db_session *row);
/* db_session_get: also one that has expired; the caller looks at expires_at. */
err db_session_get(struct tx *tx, mem *ctx, struct bytes id_hash, struct db_session *out);
/* db_session_seen: not more often than once a minute, else every page would write. ERR_NOT_FOUND.
 */
err db_session_seen(struct tx *tx, struct bytes id_hash, msec seen_at, msec expires_at);
/* db_session_blob: new keys for a running session (a team joined). ERR_NOT_FOUND. */
err db_session_blob(struct tx *tx, struct bytes id_hash, struct bytes blob);
err db_session_end(struct tx *tx, struct bytes id_hash); /* none is fine */
/* db_session_end_user: all of a user but `but` (may be empty): password changed, account closed. */
err db_session_end_user(struct tx *tx, struct id user_id, struct bytes but);
err db_session_expire(struct tx *tx, msec now, int64_t *ended);
err db_session_of_user(struct tx *tx, mem *ctx, struct id user_id,
                       db_sessions *out); /* newest first, at most 500 */

#endif
