/* message.c - messages of conversations. */
#include "db/message.h"

#include "db/row.h"

#define COLUMNS                                                                                    \
    "id, handle, direction, class, in_reply_to, state, sender_organisation,"                       \
    " recipient_organisation, created_at, due_at, author_id"
#define OUT "ttttTtttiIT"

static const struct db_field FIELDS[] = {
    DB_FIELD(ID, struct db_message, id),
    DB_FIELD(TEXT, struct db_message, handle),
    DB_FIELD(TEXT, struct db_message, direction),
    DB_FIELD(TEXT, struct db_message, class_),
    DB_FIELD(ID, struct db_message, in_reply_to),
    DB_FIELD(TEXT, struct db_message, state),
    DB_FIELD(TEXT, struct db_message, sender_organisation),
    DB_FIELD(TEXT, struct db_message, recipient_organisation),
    DB_FIELD(INT, struct db_message, created_at),
    DB_FIELD(TIME, struct db_message, due_at),
    DB_FIELD(ID, struct db_message, author_id),
};
#define SHAPE DB_SHAPE(struct db_message, FIELDS)
#define MESSAGES_MOST 2000

static const struct db_query INSERT = {
    "message_insert",
    "INSERT INTO message (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    " ON CONFLICT DO NOTHING",
    OUT,
    "",
};
static const struct db_query BY_ID = {
    "message_by_id",
    "SELECT " COLUMNS " FROM message WHERE id = $1",
    "t",
    OUT,
};
static const struct db_query STATE = {
    "message_state",
    "UPDATE message SET state = $2 WHERE id = $1",
    "tt",
    "",
};
static const struct db_query STATE_FROM = {
    "message_state_from",
    "UPDATE message SET state = $2 WHERE id = $1 AND state = $3",
    "ttt",
    "",
};
static const struct db_query OF_CONVERSATION = {
    "message_of_conversation",
    "SELECT " COLUMNS " FROM message WHERE handle = $1 ORDER BY created_at, id",
    "t",
    OUT,
};
static const struct db_query OF_CASE = {
    "message_of_case",
    "SELECT m.id, m.handle, m.direction, m.class, m.in_reply_to, m.state, m.sender_organisation,"
    " m.recipient_organisation, m.created_at, m.due_at, m.author_id"
    " FROM conversation AS c JOIN message AS m ON m.handle = c.handle"
    " WHERE c.case_id = $1 ORDER BY m.created_at, m.id",
    "t",
    OUT,
};

static const struct db_field KEPT_FIELDS[] = {
    DB_FIELD(ID, struct db_kept, id),
    DB_FIELD(TEXT, struct db_kept, class_),
    DB_FIELD(BYTES, struct db_kept, body),
};
#define KEPT_SHAPE DB_SHAPE(struct db_kept, KEPT_FIELDS)
#define KEPT_MOST 200

static const struct db_query KEEP = {
    "message_keep",
    "UPDATE message SET kept = $2 WHERE id = $1",
    "tb",
    "",
};
static const struct db_query KEPT = {
    "message_kept",
    "SELECT id, class, kept FROM message WHERE handle = $1 AND kept IS NOT NULL ORDER BY created_at, id LIMIT 201",
    "t",
    "ttb",
};
static const struct db_query KEPT_TAKE = {
    "message_kept_take",
    "UPDATE message SET kept = NULL WHERE id = $1 AND kept IS NOT NULL",
    "t",
    "",
};

err db_message_insert(struct tx *tx, const struct db_message *row)
{
    return row_insert(tx, &INSERT, SHAPE, row);
}

err db_message_by_id(struct tx *tx, mem *ctx, struct id id, struct db_message *out)
{
    struct db_value values[] = {value_id(&id)};
    return row_one(tx, ctx, &BY_ID, values, 1, SHAPE, out);
}

err db_message_state(struct tx *tx, struct id id, const char *from, const char *to)
{
    struct db_value values[] = {value_id(&id), db_text(to), db_text(from)};
    return row_change(tx, from == NULL ? &STATE : &STATE_FROM, values, from == NULL ? 2 : 3,
                      ERR_CONFLICT, "the message is not in that state any more");
}

err db_message_of_conversation(struct tx *tx, mem *ctx, const char *handle, db_messages *out)
{
    struct db_value values[] = {db_text(handle)};
    return ROW_LIST(tx, ctx, &OF_CONVERSATION, values, 1, SHAPE, MESSAGES_MOST, true, out);
}

err db_message_of_case(struct tx *tx, mem *ctx, struct id case_id, db_messages *out)
{
    struct db_value values[] = {value_id(&case_id)};
    return ROW_LIST(tx, ctx, &OF_CASE, values, 1, SHAPE, MESSAGES_MOST, true, out);
}

err db_message_keep(struct tx *tx, struct id id, struct bytes body)
{
    struct db_value values[] = {value_id(&id), db_bytes(body)};
    return row_change(tx, &KEEP, values, 2, ERR_NOT_FOUND, "there is no such message");
}

err db_message_kept(struct tx *tx, mem *ctx, const char *handle, db_kepts *out)
{
    struct db_value values[] = {db_text(handle)};
    return ROW_LIST(tx, ctx, &KEPT, values, 1, KEPT_SHAPE, KEPT_MOST, false, out);
}

err db_message_kept_take(struct tx *tx, struct id id)
{
    struct db_value values[] = {value_id(&id)};
    return row_change(tx, &KEPT_TAKE, values, 1, ERR_CONFLICT, "these words were filed in between");
}
