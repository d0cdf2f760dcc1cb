/* user.c - people who work here, and their roles. */
#include "db/user.h"

#include "db/row.h"

#define COLUMNS                                                                                    \
    "id, login, display_name, language, organisation_id, active, is_admin, created_at,"            \
    " box_public, sign_public"
#define OUT "ttttTiiibb"

static const struct db_field FIELDS[] = {
    DB_FIELD(ID, struct db_user, id),
    DB_FIELD(TEXT, struct db_user, login),
    DB_FIELD(TEXT, struct db_user, display_name),
    DB_FIELD(TEXT, struct db_user, language),
    DB_FIELD(ID, struct db_user, organisation_id),
    DB_FIELD(FLAG, struct db_user, active),
    DB_FIELD(FLAG, struct db_user, is_admin),
    DB_FIELD(INT, struct db_user, created_at),
    DB_FIELD(BYTES, struct db_user, box_public),
    DB_FIELD(BYTES, struct db_user, sign_public),
};
#define SHAPE DB_SHAPE(struct db_user, FIELDS)

static const struct db_query INSERT = {
    "user_insert",
    "INSERT INTO user_account (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    " ON CONFLICT DO NOTHING",
    OUT,
    "",
};
static const struct db_query UPDATE = {
    "user_update",
    "UPDATE user_account SET login = $2, display_name = $3, language = $4, organisation_id = $5,"
    " active = $6, is_admin = $7, box_public = $8, sign_public = $9 WHERE id = $1",
    "ttttTiibb",
    "",
};
static const struct db_query BY_ID = {
    "user_by_id",
    "SELECT " COLUMNS " FROM user_account WHERE id = $1",
    "t",
    OUT,
};
static const struct db_query BY_LOGIN = {
    "user_by_login",
    "SELECT " COLUMNS " FROM user_account WHERE login = $1",
    "t",
    OUT,
};
static const struct db_query PAGE = {
    "user_list",
    "SELECT " COLUMNS " FROM user_account WHERE login > $1 ORDER BY login LIMIT $2",
    "ti",
    OUT,
};
static const struct db_query ANY = {
    "user_any",
    "SELECT count(*) FROM (SELECT 1 FROM user_account LIMIT 1) AS one",
    "",
    "i",
};

err db_user_insert(struct tx *tx, const struct db_user *row)
{
    return row_insert(tx, &INSERT, SHAPE, row);
}

err db_user_update(struct tx *tx, const struct db_user *row)
{
    struct db_value values[] = {
        value_id(&row->id),
        db_text(row->login),
        db_text(row->display_name),
        db_text(row->language),
        value_id(&row->organisation_id),
        db_int(row->active),
        db_int(row->is_admin),
        db_bytes(row->box_public),
        db_bytes(row->sign_public),
    };
    return row_change(tx, &UPDATE, values, COUNT_OF(values), ERR_NOT_FOUND,
                      "there is no such user");
}

err db_user_by_id(struct tx *tx, mem *ctx, struct id id, struct db_user *out)
{
    struct db_value values[] = {value_id(&id)};
    return row_one(tx, ctx, &BY_ID, values, 1, SHAPE, out);
}

err db_user_by_login(struct tx *tx, mem *ctx, const char *login, struct db_user *out)
{
    struct db_value values[] = {db_text(login)};
    return row_one(tx, ctx, &BY_LOGIN, values, 1, SHAPE, out);
}

err db_user_list(struct tx *tx, mem *ctx, const char *after, size_t limit, db_users *out)
{
    ENSURE(limit >= 1 && limit <= DB_PAGE_MOST, ERR_BUG, "a page of impossible length");
    struct db_value values[] = {db_text(after == NULL ? "" : after), db_int((int64_t)limit + 1)};
    return ROW_LIST(tx, ctx, &PAGE, values, 2, SHAPE, limit, false, out);
}

err db_user_any(struct tx *tx, bool *out)
{
    int64_t n;
    TRY(row_number(tx, &ANY, NULL, 0, 0, &n));
    *out = n > 0;
    return ERR_OK;
}

static const struct db_field ROLE_FIELDS[] = {
    DB_FIELD(ID, struct db_role, user_id),
    DB_FIELD(ID, struct db_role, organisation_id),
    DB_FIELD(TEXT, struct db_role, role),
};
#define ROLE_SHAPE DB_SHAPE(struct db_role, ROLE_FIELDS)

static const struct db_query ROLE_ADD = {
    "role_add",
    "INSERT INTO role (user_id, organisation_id, role) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    "ttt",
    "",
};
static const struct db_query ROLE_REMOVE = {
    "role_remove",
    "DELETE FROM role WHERE user_id = $1 AND organisation_id = $2 AND role = $3",
    "ttt",
    "",
};
static const struct db_query ROLE_LIST = {
    "role_list",
    "SELECT user_id, organisation_id, role FROM role WHERE user_id = $1"
    " ORDER BY organisation_id, role",
    "t",
    "ttt",
};

err db_role_add(struct tx *tx, const struct db_role *row)
{
    return row_insert(tx, &ROLE_ADD, ROLE_SHAPE, row);
}

err db_role_remove(struct tx *tx, const struct db_role *row)
{
    struct db_value values[COUNT_OF(ROLE_FIELDS)];
    row_values(ROLE_SHAPE, row, values);
    return row_change(tx, &ROLE_REMOVE, values, COUNT_OF(values), ERR_NOT_FOUND,
                      "this role is not held");
}

err db_role_list(struct tx *tx, mem *ctx, struct id user_id, db_roles *out)
{
    struct db_value values[] = {value_id(&user_id)};
    return ROW_LIST(tx, ctx, &ROLE_LIST, values, 1, ROLE_SHAPE, 500, true, out);
}
