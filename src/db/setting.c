/* setting.c - settings of the node. */
#include "db/setting.h"

#include "db/row.h"

static const struct db_query GET = {
    "setting_get",
    "SELECT value FROM setting WHERE key = $1",
    "t",
    "t",
};
static const struct db_query PUT = {
    "setting_put",
    "INSERT INTO setting (key, value) VALUES ($1, $2)"
    " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    "tt",
    "",
};
static const struct db_query REMOVE = {
    "setting_remove",
    "DELETE FROM setting WHERE key = $1",
    "t",
    "",
};

static err on_value(mem *ctx, const struct db_value *columns, void *arg)
{
    return bytes_string(ctx, columns[0].bytes, arg);
}

err db_setting_get(struct tx *tx, mem *ctx, const char *key, const char **value)
{
    struct db_value values[] = {db_text(key)};
    return db_one(tx, ctx, &GET, values, 1, on_value, value);
}

err db_setting_put(struct tx *tx, const char *key, const char *value)
{
    struct db_value values[] = {db_text(key), db_text(value)};
    if (value == NULL) return db_exec(tx, &REMOVE, values, 1, NULL);
    return db_exec(tx, &PUT, values, 2, NULL);
}
