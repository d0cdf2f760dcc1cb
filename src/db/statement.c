/* statement.c - signed statements. */
#include "db/statement.h"

#include "db/row.h"

#define COLUMNS "kind, subject_id, generation, statement, signature, signer_id, created_at"
#define OUT "ttibbti"

static const struct db_field FIELDS[] = {
    DB_FIELD(TEXT, struct db_statement, kind),
    DB_FIELD(ID, struct db_statement, subject_id),
    DB_FIELD(INT, struct db_statement, generation),
    DB_FIELD(BYTES, struct db_statement, statement),
    DB_FIELD(BYTES, struct db_statement, signature),
    DB_FIELD(ID, struct db_statement, signer_id),
    DB_FIELD(INT, struct db_statement, created_at),
};
#define SHAPE DB_SHAPE(struct db_statement, FIELDS)

static const struct db_query INSERT = {
    "statement_insert",
    "INSERT INTO statement (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7)"
    " ON CONFLICT DO NOTHING",
    OUT,
    "",
};
static const struct db_query LATEST = {
    "statement_latest",
    "SELECT " COLUMNS " FROM statement WHERE kind = $1 AND subject_id = $2"
    " ORDER BY generation DESC LIMIT 1",
    "tt",
    OUT,
};
static const struct db_query GET = {
    "statement_get",
    "SELECT " COLUMNS " FROM statement WHERE kind = $1 AND subject_id = $2 AND generation = $3",
    "tti",
    OUT,
};

err db_statement_insert(struct tx *tx, const struct db_statement *row)
{
    return row_insert(tx, &INSERT, SHAPE, row);
}

err db_statement_latest(struct tx *tx, mem *ctx, const char *kind, struct id subject_id,
                        struct db_statement *out)
{
    struct db_value values[] = {db_text(kind), value_id(&subject_id)};
    return row_one(tx, ctx, &LATEST, values, COUNT_OF(values), SHAPE, out);
}

err db_statement_get(struct tx *tx, mem *ctx, const char *kind, struct id subject_id,
                     int64_t generation, struct db_statement *out)
{
    struct db_value values[] = {db_text(kind), value_id(&subject_id), db_int(generation)};
    return row_one(tx, ctx, &GET, values, COUNT_OF(values), SHAPE, out);
}
