/* conversation.c - conversations between two organisations. */
#include "db/conversation.h"

#include "db/row.h"

#define COLUMNS                                                                                    \
    "handle, case_id, partner_id, local_organisation, remote_organisation, direction, state,"      \
    " created_at, updated_at, due_at"
#define OUT "tTtttttiiI"

static const struct db_field FIELDS[] = {
    DB_FIELD(TEXT, struct db_conversation, handle),
    DB_FIELD(ID, struct db_conversation, case_id),
    DB_FIELD(TEXT, struct db_conversation, partner_id),
    DB_FIELD(ID, struct db_conversation, local_organisation),
    DB_FIELD(TEXT, struct db_conversation, remote_organisation),
    DB_FIELD(TEXT, struct db_conversation, direction),
    DB_FIELD(TEXT, struct db_conversation, state),
    DB_FIELD(INT, struct db_conversation, created_at),
    DB_FIELD(INT, struct db_conversation, updated_at),
    DB_FIELD(TIME, struct db_conversation, due_at),
};
#define SHAPE DB_SHAPE(struct db_conversation, FIELDS)

static const struct db_query INSERT = {
    "conversation_insert",
    "INSERT INTO conversation (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    " ON CONFLICT DO NOTHING",
    OUT,
    "",
};
static const struct db_query UPDATE = {
    "conversation_update",
    "UPDATE conversation SET case_id = $2, state = $3, updated_at = $4, due_at = $5"
    " WHERE handle = $1",
    "tTtiI",
    "",
};
static const struct db_query BY_HANDLE = {
    "conversation_by_handle",
    "SELECT " COLUMNS " FROM conversation WHERE handle = $1",
    "t",
    OUT,
};
static const struct db_query OF_CASE = {
    "conversation_of_case",
    "SELECT " COLUMNS " FROM conversation WHERE case_id = $1 ORDER BY created_at DESC, handle",
    "t",
    OUT,
};
static const struct db_query DUE = {
    "conversation_due",
    "SELECT " COLUMNS " FROM conversation WHERE due_at < $1 ORDER BY due_at LIMIT $2",
    "ii",
    OUT,
};

err db_conversation_insert(struct tx *tx, const struct db_conversation *row)
{
    return row_insert(tx, &INSERT, SHAPE, row);
}

err db_conversation_update(struct tx *tx, const struct db_conversation *row)
{
    struct db_value values[] = {db_text(row->handle), value_id(&row->case_id), db_text(row->state),
                                db_int(row->updated_at), value_time(row->due_at)};
    return row_change(tx, &UPDATE, values, COUNT_OF(values), ERR_NOT_FOUND,
                      "there is no such conversation");
}

err db_conversation_by_handle(struct tx *tx, mem *ctx, const char *handle,
                              struct db_conversation *out)
{
    struct db_value values[] = {db_text(handle)};
    return row_one(tx, ctx, &BY_HANDLE, values, 1, SHAPE, out);
}

err db_conversation_of_case(struct tx *tx, mem *ctx, struct id case_id, db_conversations *out)
{
    struct db_value values[] = {value_id(&case_id)};
    return ROW_LIST(tx, ctx, &OF_CASE, values, 1, SHAPE, 500, true, out);
}

err db_conversation_due(struct tx *tx, mem *ctx, msec before, size_t limit, db_conversations *out)
{
    ENSURE(limit >= 1 && limit <= DB_PAGE_MOST, ERR_BUG, "a page of impossible length");
    struct db_value values[] = {db_int(before), db_int((int64_t)limit + 1)};
    return ROW_LIST(tx, ctx, &DUE, values, 2, SHAPE, limit, false, out);
}
