/* session.c - who is signed in. */
#include "db/session.h"

#include "db/row.h"

#define COLUMNS "id_hash, user_id, created_at, seen_at, expires_at, blob, agent_hash"
#define OUT "btiiibB"

static const struct db_field FIELDS[] = {
    DB_FIELD(BYTES, struct db_session, id_hash),    DB_FIELD(ID, struct db_session, user_id),
    DB_FIELD(INT, struct db_session, created_at),   DB_FIELD(INT, struct db_session, seen_at),
    DB_FIELD(INT, struct db_session, expires_at),   DB_FIELD(BYTES, struct db_session, blob),
    DB_FIELD(BYTES, struct db_session, agent_hash),
};
#define SHAPE DB_SHAPE(struct db_session, FIELDS)

static const struct db_query INSERT = {
    "session_insert",
    "INSERT INTO session (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
    OUT,
    "",
};
static const struct db_query GET = {
    "session_get",
    "SELECT " COLUMNS " FROM session WHERE id_hash = $1",
    "b",
    OUT,
};
static const struct db_query SEEN = {
    "session_seen",
    "UPDATE session SET seen_at = $2, expires_at = $3 WHERE id_hash = $1",
    "bii",
    "",
};
static const struct db_query BLOB = {
    "session_blob",
    "UPDATE session SET blob = $2 WHERE id_hash = $1",
    "bb",
    "",
};
static const struct db_query END = {
    "session_end",
    "DELETE FROM session WHERE id_hash = $1",
    "b",
    "",
};
static const struct db_query END_USER = {
    "session_end_user",
    "DELETE FROM session WHERE user_id = $1 AND id_hash <> $2",
    "tb",
    "",
};
static const struct db_query EXPIRE = {
    "session_expire",
    "DELETE FROM session WHERE expires_at <= $1",
    "i",
    "",
};
static const struct db_query OF_USER = {
    "session_of_user",
    "SELECT " COLUMNS " FROM session WHERE user_id = $1 ORDER BY created_at DESC",
    "t",
    OUT,
};

static const char ENDED[] = "this session has ended";

err db_session_insert(struct tx *tx, const struct db_session *row)
{
    return row_insert(tx, &INSERT, SHAPE, row);
}

err db_session_get(struct tx *tx, mem *ctx, struct bytes id_hash, struct db_session *out)
{
    struct db_value values[] = {db_bytes(id_hash)};
    return row_one(tx, ctx, &GET, values, 1, SHAPE, out);
}

err db_session_seen(struct tx *tx, struct bytes id_hash, msec seen_at, msec expires_at)
{
    struct db_value values[] = {db_bytes(id_hash), db_int(seen_at), db_int(expires_at)};
    return row_change(tx, &SEEN, values, 3, ERR_NOT_FOUND, ENDED);
}

err db_session_blob(struct tx *tx, struct bytes id_hash, struct bytes blob)
{
    struct db_value values[] = {db_bytes(id_hash), db_bytes(blob)};
    return row_change(tx, &BLOB, values, 2, ERR_NOT_FOUND, ENDED);
}

err db_session_end(struct tx *tx, struct bytes id_hash)
{
    struct db_value values[] = {db_bytes(id_hash)};
    return db_exec(tx, &END, values, 1, NULL);
}

err db_session_end_user(struct tx *tx, struct id user_id, struct bytes but)
{
    struct db_value values[] = {value_id(&user_id),
                                db_bytes(but.p == NULL ? bytes_of("", 0) : but)};
    return db_exec(tx, &END_USER, values, 2, NULL);
}

err db_session_expire(struct tx *tx, msec now, int64_t *ended)
{
    struct db_value values[] = {db_int(now)};
    return db_exec(tx, &EXPIRE, values, 1, ended);
}

err db_session_of_user(struct tx *tx, mem *ctx, struct id user_id, db_sessions *out)
{
    struct db_value values[] = {value_id(&user_id)};
    return ROW_LIST(tx, ctx, &OF_USER, values, 1, SHAPE, 500, true, out);
}
