/* evidence.c - signed bytes that prove a state. */
#include "db/evidence.h"

#include "db/row.h"

#define HEAD "id, message_id, kind, at, signed_by"
#define COLUMNS HEAD ", body"
#define HEAD_OUT "tttiT"
#define OUT HEAD_OUT "b"

static const struct db_field FIELDS[] = {
    DB_FIELD(ID, struct db_evidence, id),     DB_FIELD(ID, struct db_evidence, message_id),
    DB_FIELD(TEXT, struct db_evidence, kind), DB_FIELD(INT, struct db_evidence, at),
    DB_FIELD(TEXT, struct db_evidence, by),   DB_FIELD(BYTES, struct db_evidence, body),
};
#define SHAPE DB_SHAPE(struct db_evidence, FIELDS)
#define HEAD_SHAPE ((struct db_shape){FIELDS, COUNT_OF(FIELDS) - 1, sizeof(struct db_evidence)})
#define EVIDENCE_MOST 5000

static const struct db_query INSERT = {
    "evidence_insert",
    "INSERT INTO evidence (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    OUT,
    "",
};
static const struct db_query BY_ID = {
    "evidence_by_id",
    "SELECT " COLUMNS " FROM evidence WHERE id = $1",
    "t",
    OUT,
};
static const struct db_query OF_MESSAGE = {
    "evidence_of_message",
    "SELECT " HEAD " FROM evidence WHERE message_id = $1 ORDER BY at, id",
    "t",
    HEAD_OUT,
};
static const struct db_query OF_CASE = {
    "evidence_of_case",
    "SELECT e.id, e.message_id, e.kind, e.at, e.signed_by FROM conversation AS c"
    " JOIN message AS m ON m.handle = c.handle JOIN evidence AS e ON e.message_id = m.id"
    " WHERE c.case_id = $1 ORDER BY e.at, e.id",
    "t",
    HEAD_OUT,
};

err db_evidence_insert(struct tx *tx, const struct db_evidence *row)
{
    return row_insert(tx, &INSERT, SHAPE, row);
}

err db_evidence_by_id(struct tx *tx, mem *ctx, struct id id, struct db_evidence *out)
{
    struct db_value values[] = {value_id(&id)};
    return row_one(tx, ctx, &BY_ID, values, 1, SHAPE, out);
}

err db_evidence_of_message(struct tx *tx, mem *ctx, struct id message_id, db_evidences *out)
{
    struct db_value values[] = {value_id(&message_id)};
    return ROW_LIST(tx, ctx, &OF_MESSAGE, values, 1, HEAD_SHAPE, EVIDENCE_MOST, true, out);
}

err db_evidence_of_case(struct tx *tx, mem *ctx, struct id case_id, db_evidences *out)
{
    struct db_value values[] = {value_id(&case_id)};
    return ROW_LIST(tx, ctx, &OF_CASE, values, 1, HEAD_SHAPE, EVIDENCE_MOST, true, out);
}
