/* organisation.c - the agencies of this node. */
#include "db/organisation.h"

#include "db/row.h"

#define COLUMNS                                                                                    \
    "id, name, country, procedures, languages, child_authority, focal_point, active, created_at"
#define OUT "tttttiiii"

static const struct db_field FIELDS[] = {
    DB_FIELD(ID, struct db_organisation, id),
    DB_FIELD(TEXT, struct db_organisation, name),
    DB_FIELD(TEXT, struct db_organisation, country),
    DB_FIELD(TEXT, struct db_organisation, procedures),
    DB_FIELD(TEXT, struct db_organisation, languages),
    DB_FIELD(FLAG, struct db_organisation, child_authority),
    DB_FIELD(FLAG, struct db_organisation, focal_point),
    DB_FIELD(FLAG, struct db_organisation, active),
    DB_FIELD(INT, struct db_organisation, created_at),
};
#define SHAPE DB_SHAPE(struct db_organisation, FIELDS)

static const struct db_query INSERT = {
    "organisation_insert",
    "INSERT INTO organisation (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    " ON CONFLICT DO NOTHING",
    OUT,
    "",
};
static const struct db_query UPDATE = {
    "organisation_update",
    "UPDATE organisation SET name = $2, country = $3, procedures = $4, languages = $5,"
    " child_authority = $6, focal_point = $7, active = $8 WHERE id = $1",
    "tttttiii",
    "",
};
static const struct db_query BY_ID = {
    "organisation_by_id",
    "SELECT " COLUMNS " FROM organisation WHERE id = $1",
    "t",
    OUT,
};
static const struct db_query ALL = {
    "organisation_list",
    "SELECT " COLUMNS " FROM organisation ORDER BY name, id",
    "",
    OUT,
};

err db_organisation_insert(struct tx *tx, const struct db_organisation *row)
{
    return row_insert(tx, &INSERT, SHAPE, row);
}

err db_organisation_update(struct tx *tx, const struct db_organisation *row)
{
    struct db_value values[COUNT_OF(FIELDS)];
    row_values(SHAPE, row, values);
    return row_change(tx, &UPDATE, values, COUNT_OF(FIELDS) - 1, ERR_NOT_FOUND,
                      "there is no such organisation");
}

err db_organisation_by_id(struct tx *tx, mem *ctx, struct id id, struct db_organisation *out)
{
    struct db_value values[] = {value_id(&id)};
    return row_one(tx, ctx, &BY_ID, values, 1, SHAPE, out);
}

err db_organisation_list(struct tx *tx, mem *ctx, db_organisations *out)
{
    return ROW_LIST(tx, ctx, &ALL, NULL, 0, SHAPE, 500, true, out);
}
