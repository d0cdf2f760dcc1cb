/* received.c - what partners delivered. */
#include "db/received.h"

#include "db/row.h"

#define HEAD "id, partner_id, message_id, mic, at, state, class, handle, organisation_id, due_at, unopened"
#define HEAD_OUT "ttttittttIT"
#define OUT HEAD_OUT "bb"
#define WHOLE "SELECT " HEAD ", mdn, body FROM received JOIN received_body USING (id)"

static const struct db_field FIELDS[] = {
    DB_FIELD(ID, struct db_received, id),
    DB_FIELD(TEXT, struct db_received, partner_id),
    DB_FIELD(TEXT, struct db_received, message_id),
    DB_FIELD(TEXT, struct db_received, mic),
    DB_FIELD(INT, struct db_received, at),
    DB_FIELD(TEXT, struct db_received, state),
    DB_FIELD(TEXT, struct db_received, class_),
    DB_FIELD(TEXT, struct db_received, handle),
    DB_FIELD(ID, struct db_received, organisation_id),
    DB_FIELD(TIME, struct db_received, due_at),
    DB_FIELD(TEXT, struct db_received, unopened),
    DB_FIELD(BYTES, struct db_received, mdn),
    DB_FIELD(BYTES, struct db_received, body),
};
#define SHAPE DB_SHAPE(struct db_received, FIELDS)
/* mdn and body are the last fields: without them, the head. The body has a table of its own. */
#define HEAD_SHAPE ((struct db_shape){FIELDS, COUNT_OF(FIELDS) - 2, sizeof(struct db_received)})
#define ROW_SHAPE ((struct db_shape){FIELDS, COUNT_OF(FIELDS) - 1, sizeof(struct db_received)})

static const struct db_query INSERT = {
    "received_insert",
    "INSERT INTO received (" HEAD ", mdn)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING",
    HEAD_OUT "b",
    "",
};
static const struct db_query INSERT_BODY = {
    "received_insert_body",
    "INSERT INTO received_body (id, body) VALUES ($1, $2)",
    "tb",
    "",
};
static const struct db_query BODY = {
    "received_body",
    "UPDATE received_body SET body = $2 WHERE id = $1",
    "tb",
    "",
};
static const struct db_query FIND = {
    "received_find",
    WHOLE " WHERE partner_id = $1 AND message_id = $2",
    "tt",
    OUT,
};
static const struct db_query BY_ID = {
    "received_by_id",
    WHOLE " WHERE id = $1",
    "t",
    OUT,
};
static const struct db_query STATE = {
    "received_state",
    "UPDATE received SET state = $3 WHERE id = $1 AND state = $2",
    "ttt",
    "",
};
static const struct db_query FILE_AWAY = {
    "received_file",
    "UPDATE received SET state = 'filed', unopened = $3 WHERE id = $1 AND state = $2",
    "ttT",
    "",
};
static const struct db_query OPENED = {
    "received_opened",
    "UPDATE received SET unopened = $3 WHERE id = $1 AND unopened = $2",
    "ttT",
    "",
};
static const struct db_query UNOPENED = {
    "received_unopened",
    "SELECT " HEAD " FROM received WHERE organisation_id = $1 AND unopened IS NOT NULL AND (at, id) < ($2, $3)"
    " ORDER BY at DESC, id DESC LIMIT $4",
    "titi",
    HEAD_OUT,
};
static const struct db_query FREEZE = {
    "received_freeze",
    "UPDATE received SET state = 'frozen' WHERE handle = $1 AND state NOT IN ('frozen', 'erased')",
    "t",
    "",
};
static const struct db_query ERASE = {
    "received_erase",
    "UPDATE received SET state = 'erased' WHERE id = $1",
    "t",
    "",
};
static const struct db_query OF_ORGANISATION = {
    "received_of_organisation",
    "SELECT " HEAD " FROM received WHERE organisation_id = $1 AND (at, id) < ($2, $3)"
    " ORDER BY at DESC, id DESC LIMIT $4",
    "titi",
    HEAD_OUT,
};
static const struct db_query OF_ORGANISATION_STATE = {
    "received_of_organisation_state",
    "SELECT " HEAD
    " FROM received WHERE organisation_id = $1 AND state = $5 AND (at, id) < ($2, $3)"
    " ORDER BY at DESC, id DESC LIMIT $4",
    "titit",
    HEAD_OUT,
};
static const struct db_query OF_CONVERSATION = {
    "received_of_conversation",
    "SELECT " HEAD " FROM received WHERE handle = $1 ORDER BY at DESC, id DESC",
    "t",
    HEAD_OUT,
};
static const struct db_query COUNT = {
    "received_count",
    "SELECT count(*) FROM (SELECT 1 FROM received WHERE organisation_id = $1 AND state = $2"
    " LIMIT $3) AS few",
    "tti",
    "i",
};

err db_received_insert(struct tx *tx, const struct db_received *row)
{
    struct db_value body[] = {value_id(&row->id), db_bytes(row->body)};
    TRY(row_insert(tx, &INSERT, ROW_SHAPE, row));
    return db_exec(tx, &INSERT_BODY, body, COUNT_OF(body), NULL);
}

static err body_put(struct tx *tx, struct id id, struct bytes body)
{
    struct db_value values[] = {value_id(&id), db_bytes(body)};
    return row_change(tx, &BODY, values, COUNT_OF(values), ERR_STORE, "a received message lost its body");
}

err db_received_find(struct tx *tx, mem *ctx, const char *partner_id, const char *message_id,
                     struct db_received *out)
{
    struct db_value values[] = {db_text(partner_id), db_text(message_id)};
    return row_one(tx, ctx, &FIND, values, 2, SHAPE, out);
}

err db_received_by_id(struct tx *tx, mem *ctx, struct id id, struct db_received *out)
{
    struct db_value values[] = {value_id(&id)};
    return row_one(tx, ctx, &BY_ID, values, 1, SHAPE, out);
}

err db_received_state(struct tx *tx, struct id id, const char *from, const char *to)
{
    struct db_value values[] = {value_id(&id), db_text(from), db_text(to)};
    return row_change(tx, &STATE, values, 3, ERR_CONFLICT,
                      "what was received is not in that state any more");
}

err db_received_file(struct tx *tx, struct id id, const char *from, struct bytes body, const char *unopened)
{
    struct db_value values[] = {value_id(&id), db_text(from), db_text(unopened)};
    TRY(row_change(tx, &FILE_AWAY, values, 3, ERR_CONFLICT,
                   "what was received is not in that state any more"));
    return body_put(tx, id, body);
}

err db_received_opened(struct tx *tx, struct id id, const char *unopened_before, const char *unopened)
{
    struct db_value values[] = {value_id(&id), db_text(unopened_before), db_text(unopened)};
    return row_change(tx, &OPENED, values, 3, ERR_CONFLICT, "somebody else filed this in between");
}

err db_received_unopened(struct tx *tx, mem *ctx, struct id organisation_id, struct db_page page, db_receiveds *out)
{
    TRY(page_check(page));
    struct db_value values[] = {value_id(&organisation_id), page_at(page), page_id(&page),
                                db_int((int64_t)page.limit + 1)};
    return ROW_LIST(tx, ctx, &UNOPENED, values, 4, HEAD_SHAPE, page.limit, false, out);
}

err db_received_freeze(struct tx *tx, const char *handle, int64_t *changed)
{
    struct db_value values[] = {db_text(handle)};
    return db_exec(tx, &FREEZE, values, 1, changed);
}

err db_received_erase(struct tx *tx, struct id id)
{
    struct db_value values[] = {value_id(&id)};
    TRY(row_change(tx, &ERASE, values, 1, ERR_NOT_FOUND, "nothing like that was received"));
    return body_put(tx, id, bytes_of("", 0));
}

err db_received_of_organisation(struct tx *tx, mem *ctx, struct id organisation_id,
                                const char *state, struct db_page page, db_receiveds *out)
{
    TRY(page_check(page));
    struct db_value values[] = {value_id(&organisation_id), page_at(page), page_id(&page),
                                db_int((int64_t)page.limit + 1), db_text(state)};
    if (state == NULL)
        return ROW_LIST(tx, ctx, &OF_ORGANISATION, values, 4, HEAD_SHAPE, page.limit, false, out);
    return ROW_LIST(tx, ctx, &OF_ORGANISATION_STATE, values, 5, HEAD_SHAPE, page.limit, false, out);
}

err db_received_of_conversation(struct tx *tx, mem *ctx, const char *handle, db_receiveds *out)
{
    struct db_value values[] = {db_text(handle)};
    return ROW_LIST(tx, ctx, &OF_CONVERSATION, values, 1, HEAD_SHAPE, 2000, true, out);
}

err db_received_count(struct tx *tx, struct id organisation_id, const char *state, size_t most,
                      size_t *out)
{
    ENSURE(most <= 10000, ERR_BUG, "counting too many");
    struct db_value values[] = {value_id(&organisation_id), db_text(state), db_int((int64_t)most)};
    int64_t n;
    TRY(row_number(tx, &COUNT, values, 3, 0, &n));
    *out = (size_t)n;
    return ERR_OK;
}
