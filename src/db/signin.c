/* signin.c - failed sign-ins. */
#include "db/signin.h"

#include "db/row.h"

static const struct db_query GET = {
    "signin_get",
    "SELECT failures, last_at, next_at FROM signin WHERE login_hash = $1",
    "b",
    "iii",
};
static const struct db_query PUT = {
    "signin_put",
    "INSERT INTO signin (login_hash, failures, last_at, next_at) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (login_hash) DO UPDATE SET failures = excluded.failures,"
    " last_at = excluded.last_at, next_at = excluded.next_at",
    "biii",
    "",
};
static const struct db_query CLEAR = {
    "signin_clear",
    "DELETE FROM signin WHERE login_hash = $1",
    "b",
    "",
};
static const struct db_query FORGET = {
    "signin_forget",
    "DELETE FROM signin WHERE last_at < $1",
    "i",
    "",
};

static const struct db_field FIELDS[] = {
    DB_FIELD(INT, struct db_signin, failures),
    DB_FIELD(INT, struct db_signin, last_at),
    DB_FIELD(INT, struct db_signin, next_at),
};

err db_signin_get(struct tx *tx, struct bytes login_hash, struct db_signin *out)
{
    struct db_value values[] = {db_bytes(login_hash)};
    struct db_signin row = {0};
    err e = row_one(tx, db_scratch(tx), &GET, values, 1, DB_SHAPE(struct db_signin, FIELDS), &row);
    if (err_failed(e) && e.kind != ERR_NOT_FOUND) return e;
    row.login_hash = login_hash;
    *out = row;
    return ERR_OK;
}

err db_signin_put(struct tx *tx, const struct db_signin *row)
{
    struct db_value values[] = {db_bytes(row->login_hash), db_int(row->failures),
                                db_int(row->last_at), db_int(row->next_at)};
    return db_exec(tx, &PUT, values, COUNT_OF(values), NULL);
}

err db_signin_clear(struct tx *tx, struct bytes login_hash)
{
    struct db_value values[] = {db_bytes(login_hash)};
    return db_exec(tx, &CLEAR, values, 1, NULL);
}

err db_signin_forget(struct tx *tx, msec before)
{
    struct db_value values[] = {db_int(before)};
    return db_exec(tx, &FORGET, values, 1, NULL);
}
