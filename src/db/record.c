/* record.c - the ciphertexts of a case. */
#include "db/record.h"

#include "db/row.h"

#define COLUMNS                                                                                    \
    "id, case_id, kind, name, compartment, revision, generation, author_id, created_at, body"
#define OUT "tttttiiTib"

static const struct db_field FIELDS[] = {
    DB_FIELD(ID, struct db_record, id),
    DB_FIELD(ID, struct db_record, case_id),
    DB_FIELD(TEXT, struct db_record, kind),
    DB_FIELD(TEXT, struct db_record, name),
    DB_FIELD(TEXT, struct db_record, compartment),
    DB_FIELD(INT, struct db_record, revision),
    DB_FIELD(INT, struct db_record, generation),
    DB_FIELD(ID, struct db_record, author_id),
    DB_FIELD(INT, struct db_record, created_at),
    DB_FIELD(BYTES, struct db_record, body),
};
#define SHAPE DB_SHAPE(struct db_record, FIELDS)

static const struct db_query SUPERSEDE = {
    "record_supersede",
    "UPDATE record SET latest = 0 WHERE case_id = $1 AND kind = $2 AND name = $3"
    " AND compartment = $4 AND latest = 1 AND revision = $5",
    "tttti",
    "",
};
static const struct db_query INSERT = {
    "record_insert",
    "INSERT INTO record (" COLUMNS ", latest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)"
    " ON CONFLICT DO NOTHING",
    OUT,
    "",
};
static const struct db_query CURRENT = {
    "record_current",
    "SELECT " COLUMNS " FROM record WHERE case_id = $1 AND latest = 1"
    " ORDER BY kind, name, compartment",
    "t",
    OUT,
};
static const struct db_query CURRENT_KIND = {
    "record_current_kind",
    "SELECT " COLUMNS " FROM record WHERE case_id = $1 AND kind = $2 AND latest = 1"
    " ORDER BY name, compartment",
    "tt",
    OUT,
};
static const struct db_query ONE = {
    "record_one",
    "SELECT " COLUMNS " FROM record WHERE case_id = $1 AND kind = $2 AND name = $3"
    " AND compartment = $4 AND latest = 1",
    "tttt",
    OUT,
};
static const struct db_query HISTORY = {
    "record_history",
    "SELECT " COLUMNS " FROM record WHERE case_id = $1 AND kind = $2 AND name = $3"
    " AND compartment = $4 ORDER BY revision DESC LIMIT $5",
    "tttti",
    OUT,
};
static const struct db_query BY_ID = {
    "record_by_id",
    "SELECT " COLUMNS " FROM record WHERE id = $1",
    "t",
    OUT,
};

static const char CHANGED[] = "somebody saved this in between";

err db_record_insert(struct tx *tx, const struct db_record *row)
{
    ENSURE(row->revision >= 1, ERR_BUG, "revisions count from 1");
    if (row->revision > 1) {
        struct db_value values[] = {value_id(&row->case_id), db_text(row->kind), db_text(row->name),
                                    db_text(row->compartment), db_int(row->revision - 1)};
        TRY(row_change(tx, &SUPERSEDE, values, COUNT_OF(values), ERR_CONFLICT, CHANGED));
    }
    struct db_value values[COUNT_OF(FIELDS)];
    row_values(SHAPE, row, values);
    return row_change(tx, &INSERT, values, COUNT_OF(values), ERR_CONFLICT, CHANGED);
}

err db_record_current(struct tx *tx, mem *ctx, struct id case_id, db_records *out)
{
    struct db_value values[] = {value_id(&case_id)};
    return ROW_LIST(tx, ctx, &CURRENT, values, 1, SHAPE, DB_RECORDS_MOST, true, out);
}

err db_record_current_kind(struct tx *tx, mem *ctx, struct id case_id, const char *kind,
                           db_records *out)
{
    struct db_value values[] = {value_id(&case_id), db_text(kind)};
    return ROW_LIST(tx, ctx, &CURRENT_KIND, values, 2, SHAPE, DB_RECORDS_MOST, true, out);
}

err db_record_one(struct tx *tx, mem *ctx, struct id case_id, const char *kind, const char *name,
                  const char *compartment, struct db_record *out)
{
    struct db_value values[] = {value_id(&case_id), db_text(kind), db_text(name),
                                db_text(compartment)};
    return row_one(tx, ctx, &ONE, values, COUNT_OF(values), SHAPE, out);
}

err db_record_history(struct tx *tx, mem *ctx, struct id case_id, const char *kind,
                      const char *name, const char *compartment, size_t limit, db_records *out)
{
    ENSURE(limit >= 1 && limit <= DB_PAGE_MOST, ERR_BUG, "a page of impossible length");
    struct db_value values[] = {value_id(&case_id), db_text(kind), db_text(name),
                                db_text(compartment), db_int((int64_t)limit + 1)};
    return ROW_LIST(tx, ctx, &HISTORY, values, COUNT_OF(values), SHAPE, limit, false, out);
}

err db_record_by_id(struct tx *tx, mem *ctx, struct id id, struct db_record *out)
{
    struct db_value values[] = {value_id(&id)};
    return row_one(tx, ctx, &BY_ID, values, 1, SHAPE, out);
}
