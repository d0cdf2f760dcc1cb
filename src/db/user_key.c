/* user_key.c - what a password opens. */
#include "db/user_key.h"

#include "db/row.h"

#define COLUMNS                                                                                    \
    "user_id, password_salt, password_ops, password_mem, verifier, blob, recovery_salt,"           \
    " recovery_verifier, recovery_blob, changed_at"
#define OUT "tbiibbbbbi"

static const struct db_field FIELDS[] = {
    DB_FIELD(ID, struct db_user_key, user_id),
    DB_FIELD(BYTES, struct db_user_key, password_salt),
    DB_FIELD(INT, struct db_user_key, password_ops),
    DB_FIELD(INT, struct db_user_key, password_mem),
    DB_FIELD(BYTES, struct db_user_key, verifier),
    DB_FIELD(BYTES, struct db_user_key, blob),
    DB_FIELD(BYTES, struct db_user_key, recovery_salt),
    DB_FIELD(BYTES, struct db_user_key, recovery_verifier),
    DB_FIELD(BYTES, struct db_user_key, recovery_blob),
    DB_FIELD(INT, struct db_user_key, changed_at),
};
#define SHAPE DB_SHAPE(struct db_user_key, FIELDS)

static const struct db_query PUT = {
    "user_key_put",
    "INSERT INTO user_key (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    " ON CONFLICT (user_id) DO UPDATE SET password_salt = excluded.password_salt,"
    " password_ops = excluded.password_ops, password_mem = excluded.password_mem,"
    " verifier = excluded.verifier, blob = excluded.blob, recovery_salt = excluded.recovery_salt,"
    " recovery_verifier = excluded.recovery_verifier, recovery_blob = excluded.recovery_blob,"
    " changed_at = excluded.changed_at",
    OUT,
    "",
};
static const struct db_query GET = {
    "user_key_get",
    "SELECT " COLUMNS " FROM user_key WHERE user_id = $1",
    "t",
    OUT,
};

err db_user_key_put(struct tx *tx, const struct db_user_key *row)
{
    struct db_value values[COUNT_OF(FIELDS)];
    row_values(SHAPE, row, values);
    return db_exec(tx, &PUT, values, COUNT_OF(values), NULL);
}

err db_user_key_get(struct tx *tx, mem *ctx, struct id user_id, struct db_user_key *out)
{
    struct db_value values[] = {value_id(&user_id)};
    return row_one(tx, ctx, &GET, values, 1, SHAPE, out);
}
