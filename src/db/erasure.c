/* erasure.c - the list of what was erased. */
#include "db/erasure.h"

#include "db/row.h"

#define COLUMNS "kind, subject_id, at, done_at"
static const struct db_field FIELDS[] = {
    DB_FIELD(TEXT, struct db_erasure, kind),
    DB_FIELD(ID, struct db_erasure, subject_id),
    DB_FIELD(TIME, struct db_erasure, at),
    DB_FIELD(TIME, struct db_erasure, done_at),
};
static const struct db_query PUT = {
    "erasure_put",
    "INSERT INTO erasure (" COLUMNS ") VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    "ttiI",
    "",
};
static const struct db_query DONE = {
    "erasure_done",
    "UPDATE erasure SET done_at = $3 WHERE kind = $1 AND subject_id = $2",
    "tti",
    "",
};
static const struct db_query WAITING = {
    "erasure_waiting",
    "SELECT " COLUMNS " FROM erasure WHERE done_at IS NULL ORDER BY at LIMIT $1",
    "i",
    "ttiI",
};
static const struct db_query WALK = {
    "erasure_walk",
    "SELECT " COLUMNS " FROM erasure WHERE (kind, subject_id) > ($1, $2)"
    " ORDER BY kind, subject_id LIMIT $3",
    "tti",
    "ttiI",
};

err db_erasure_put(struct tx *tx, const struct db_erasure *row)
{
    struct db_value values[COUNT_OF(FIELDS)];
    row_values(DB_SHAPE(struct db_erasure, FIELDS), row, values);
    return db_exec(tx, &PUT, values, COUNT_OF(values), NULL);
}

err db_erasure_done(struct tx *tx, const char *kind, struct id subject_id, msec at)
{
    struct db_value values[] = {db_text(kind), value_id(&subject_id), db_int(at)};
    return row_change(tx, &DONE, values, COUNT_OF(values), ERR_NOT_FOUND,
                      "there is no such erasure");
}

err db_erasure_waiting(struct tx *tx, mem *ctx, size_t limit, db_erasures *out)
{
    struct db_value values[] = {db_int((int64_t)limit + 1)};
    return ROW_LIST(tx, ctx, &WAITING, values, COUNT_OF(values),
                    DB_SHAPE(struct db_erasure, FIELDS), limit, false, out);
}

err db_erasure_walk(struct tx *tx, mem *ctx, const struct db_erasure *after, size_t limit,
                    db_erasures *out)
{
    struct db_value values[] = {db_text(after == NULL ? "" : after->kind),
                                db_text(after == NULL ? "" : after->subject_id.text),
                                db_int((int64_t)limit + 1)};
    return ROW_LIST(tx, ctx, &WALK, values, COUNT_OF(values), DB_SHAPE(struct db_erasure, FIELDS),
                    limit, false, out);
}
