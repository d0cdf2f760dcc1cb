/* health.c - what waits, and who was last heard of. */
#include "db/health.h"

#include "db/row.h"

static const struct db_field WAITING_FIELDS[] = {
    DB_FIELD(TEXT, struct db_waiting, partner_id), DB_FIELD(INT, struct db_waiting, messages),
    DB_FIELD(TIME, struct db_waiting, oldest),     DB_FIELD(TIME, struct db_waiting, due),
    DB_FIELD(INT, struct db_waiting, attempts),
};
static const struct db_query WAITING = {
    "health_waiting",
    "SELECT d.partner_id, count(*), min(coalesce(m.created_at, d.next_at)), min(d.next_at),"
    " max(d.attempts) FROM delivery d LEFT JOIN message m ON m.id = d.message_id"
    " WHERE d.state IN ('queued', 'sending') GROUP BY d.partner_id ORDER BY d.partner_id LIMIT 501",
    "",
    "tiiii",
};
static const struct db_query DELIVERED = {
    "health_delivered",
    "SELECT max(at) FROM received WHERE partner_id = $1",
    "t",
    "I",
};
static const struct db_query RECEIPTED = {
    "health_receipted",
    "SELECT max(at) FROM evidence WHERE kind = 'relayed' AND signed_by = $1",
    "t",
    "I",
};
static const struct db_field RECEIPT_FIELDS[] = {
    DB_FIELD(TIME, struct db_last_receipt, at),
    DB_FIELD(BYTES, struct db_last_receipt, body),
};
static const struct db_query RECEIPT = {
    "health_receipt",
    "SELECT at, body FROM evidence WHERE kind = 'relayed' AND signed_by = $1 ORDER BY at DESC LIMIT 1",
    "t",
    "ib",
};
static const struct db_query WRITTEN = {
    "health_written",
    "SELECT max(at) FROM audit_event",
    "",
    "I",
};

err db_health_waiting(struct tx *tx, mem *ctx, db_waitings *out)
{
    return ROW_LIST(tx, ctx, &WAITING, NULL, 0, DB_SHAPE(struct db_waiting, WAITING_FIELDS), 500, false, out);
}

err db_health_heard(struct tx *tx, const char *partner_id, msec *out)
{
    struct db_value values[] = {db_text(partner_id)};
    msec delivered, receipted;
    TRY(row_number(tx, &DELIVERED, values, 1, 0, &delivered));
    TRY(row_number(tx, &RECEIPTED, values, 1, 0, &receipted));
    *out = delivered > receipted ? delivered : receipted;
    return ERR_OK;
}

err db_health_receipt(struct tx *tx, mem *ctx, const char *partner_id, struct db_last_receipt *out)
{
    struct db_value values[] = {db_text(partner_id)};
    return row_one(tx, ctx, &RECEIPT, values, 1, DB_SHAPE(struct db_last_receipt, RECEIPT_FIELDS), out);
}

err db_health_written(struct tx *tx, msec *out) { return row_number(tx, &WRITTEN, NULL, 0, 0, out); }
