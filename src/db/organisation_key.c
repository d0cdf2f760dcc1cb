/* organisation_key.c - organisations' certificates and wrapped private keys. */
#include "db/organisation_key.h"

#include "db/row.h"
#include "db/wrap.h"

#define COLUMNS "organisation_id, purpose, generation, certificate, created_at, retired_at"
#define OUT "ttibiI"

static const struct db_field FIELDS[] = {
    DB_FIELD(ID, struct db_organisation_key, organisation_id),
    DB_FIELD(TEXT, struct db_organisation_key, purpose),
    DB_FIELD(INT, struct db_organisation_key, generation),
    DB_FIELD(BYTES, struct db_organisation_key, certificate),
    DB_FIELD(INT, struct db_organisation_key, created_at),
    DB_FIELD(TIME, struct db_organisation_key, retired_at),
};
#define SHAPE DB_SHAPE(struct db_organisation_key, FIELDS)

static const struct db_query INSERT = {
    "organisation_key_insert",
    "INSERT INTO organisation_key (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6)"
    " ON CONFLICT DO NOTHING",
    OUT,
    "",
};
static const struct db_query RETIRE = {
    "organisation_key_retire",
    "UPDATE organisation_key SET retired_at = $4"
    " WHERE organisation_id = $1 AND purpose = $2 AND generation = $3",
    "ttii",
    "",
};
static const struct db_query CURRENT = {
    "organisation_key_current",
    "SELECT " COLUMNS " FROM organisation_key"
    " WHERE organisation_id = $1 AND purpose = $2 AND retired_at IS NULL"
    " ORDER BY generation DESC LIMIT 1",
    "tt",
    OUT,
};
static const struct db_query ALL = {
    "organisation_key_list",
    "SELECT " COLUMNS " FROM organisation_key WHERE organisation_id = $1"
    " ORDER BY purpose, generation DESC",
    "t",
    OUT,
};

err db_organisation_key_insert(struct tx *tx, const struct db_organisation_key *row)
{
    return row_insert(tx, &INSERT, SHAPE, row);
}

err db_organisation_key_retire(struct tx *tx, struct id organisation_id, const char *purpose,
                               int64_t generation, msec at)
{
    struct db_value values[] = {value_id(&organisation_id), db_text(purpose), db_int(generation),
                                db_int(at)};
    return row_change(tx, &RETIRE, values, COUNT_OF(values), ERR_NOT_FOUND, "there is no such key");
}

err db_organisation_key_current(struct tx *tx, mem *ctx, struct id organisation_id,
                                const char *purpose, struct db_organisation_key *out)
{
    struct db_value values[] = {value_id(&organisation_id), db_text(purpose)};
    return row_one(tx, ctx, &CURRENT, values, 2, SHAPE, out);
}

err db_organisation_key_list(struct tx *tx, mem *ctx, struct id organisation_id,
                             db_organisation_keys *out)
{
    struct db_value values[] = {value_id(&organisation_id)};
    return ROW_LIST(tx, ctx, &ALL, values, 1, SHAPE, 500, true, out);
}

/* ---- private keys, wrapped to teams ---- */

#define WRAP_COLUMNS "organisation_id, purpose, generation, team_id, team_generation, blob"
#define WRAP_OUT "ttitib"

static const struct db_field WRAP_FIELDS[] = {
    DB_FIELD(ID, struct db_organisation_wrap, organisation_id),
    DB_FIELD(TEXT, struct db_organisation_wrap, purpose),
    DB_FIELD(INT, struct db_organisation_wrap, generation),
    DB_FIELD(ID, struct db_organisation_wrap, team_id),
    DB_FIELD(INT, struct db_organisation_wrap, team_generation),
    DB_FIELD(BYTES, struct db_organisation_wrap, blob),
};
#define WRAP_SHAPE DB_SHAPE(struct db_organisation_wrap, WRAP_FIELDS)

static const struct db_query WRAP_PUT = {
    "organisation_wrap_put",
    "INSERT INTO organisation_wrap (" WRAP_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6)"
    " ON CONFLICT (organisation_id, purpose, generation, team_id) DO UPDATE"
    " SET team_generation = excluded.team_generation, blob = excluded.blob",
    WRAP_OUT,
    "",
};
static const struct db_query WRAP_FOR = {
    "organisation_wrap_for",
    "SELECT " WRAP_COLUMNS " FROM organisation_wrap"
    " WHERE organisation_id = $1 AND purpose = $2 AND generation = $3 AND team_id IN"
    " ($4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)"
    " ORDER BY team_id",
    "ttitttttttttttttttt",
    WRAP_OUT,
};
static const struct db_query WRAP_LIST = {
    "organisation_wrap_list",
    "SELECT " WRAP_COLUMNS " FROM organisation_wrap WHERE organisation_id = $1"
    " ORDER BY purpose, generation DESC, team_id",
    "t",
    WRAP_OUT,
};
static const struct db_query WRAP_REMOVE = {
    "organisation_wrap_remove",
    "DELETE FROM organisation_wrap WHERE organisation_id = $1 AND purpose = $2 AND team_id = $3",
    "ttt",
    "",
};

err db_organisation_wrap_put(struct tx *tx, const struct db_organisation_wrap *row)
{
    struct db_value values[COUNT_OF(WRAP_FIELDS)];
    row_values(WRAP_SHAPE, row, values);
    return db_exec(tx, &WRAP_PUT, values, COUNT_OF(values), NULL);
}

err db_organisation_wrap_for(struct tx *tx, mem *ctx, struct id organisation_id,
                             const char *purpose, int64_t generation, const struct id *teams,
                             size_t n, db_organisation_wraps *out)
{
    ENSURE(n >= 1, ERR_BUG, "wraps for nobody");
    ENSURE(n <= DB_HOLDERS_MOST, ERR_LIMIT, "a member of too many teams");
    struct db_value values[3 + DB_HOLDERS_MOST] = {value_id(&organisation_id), db_text(purpose),
                                                   db_int(generation)};
    for (size_t i = 0; i < DB_HOLDERS_MOST; i++) values[3 + i] = value_id(&teams[i < n ? i : 0]);
    return ROW_LIST(tx, ctx, &WRAP_FOR, values, COUNT_OF(values), WRAP_SHAPE, DB_HOLDERS_MOST, true,
                    out);
}

err db_organisation_wrap_list(struct tx *tx, mem *ctx, struct id organisation_id,
                              db_organisation_wraps *out)
{
    struct db_value values[] = {value_id(&organisation_id)};
    return ROW_LIST(tx, ctx, &WRAP_LIST, values, 1, WRAP_SHAPE, 2000, true, out);
}

err db_organisation_wrap_remove(struct tx *tx, struct id organisation_id, const char *purpose,
                                struct id team_id)
{
    struct db_value values[] = {value_id(&organisation_id), db_text(purpose), value_id(&team_id)};
    return db_exec(tx, &WRAP_REMOVE, values, 3, NULL);
}
