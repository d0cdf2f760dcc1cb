/* delivery.c - the queue of what goes out. */
#include "db/delivery.h"

#include "db/row.h"

#define HEAD                                                                                       \
    "message_id, partner_id, state, attempts, next_at, deadline_at, lease_until, lease_by,"        \
    " last_problem, mic"
#define HEAD_OUT "tttiiIITTt"
#define OUT HEAD_OUT "b"

static const struct db_field FIELDS[] = {
    DB_FIELD(ID, struct db_delivery, message_id),
    DB_FIELD(TEXT, struct db_delivery, partner_id),
    DB_FIELD(TEXT, struct db_delivery, state),
    DB_FIELD(INT, struct db_delivery, attempts),
    DB_FIELD(INT, struct db_delivery, next_at),
    DB_FIELD(TIME, struct db_delivery, deadline_at),
    DB_FIELD(TIME, struct db_delivery, lease_until),
    DB_FIELD(TEXT, struct db_delivery, lease_by),
    DB_FIELD(TEXT, struct db_delivery, last_problem),
    DB_FIELD(TEXT, struct db_delivery, mic),
    DB_FIELD(BYTES, struct db_delivery, body),
};
#define SHAPE DB_SHAPE(struct db_delivery, FIELDS)
/* The body is the last field: without it, the head. */
#define HEAD_SHAPE ((struct db_shape){FIELDS, COUNT_OF(FIELDS) - 1, sizeof(struct db_delivery)})

static const struct db_query INSERT = {
    "delivery_insert",
    "INSERT INTO delivery (message_id, partner_id, state, attempts, next_at, deadline_at, mic)"
    " VALUES ($1, $2, 'queued', 0, $3, $4, $5) ON CONFLICT DO NOTHING",
    "ttiIt",
    "",
};
static const struct db_query INSERT_BODY = {
    "delivery_insert_body",
    "INSERT INTO delivery_body (message_id, body) VALUES ($1, $2)",
    "tb",
    "",
};

/* ---- claiming: the only statement with a text for each engine ---- */

static const struct db_query LEASES_END = {
    "delivery_leases_end",
    "UPDATE delivery SET state = 'queued', lease_until = NULL, lease_by = NULL"
    " WHERE state = 'sending' AND lease_until <= $1",
    "i",
    "",
};

/* For each partner that has none in work: its next one. */
#define CLAIMABLE                                                                                  \
    " SELECT d.message_id FROM partner AS p JOIN delivery AS d ON d.message_id ="                  \
    "   (SELECT c.message_id FROM delivery AS c"                                                   \
    "    WHERE c.partner_id = p.id AND c.state = 'queued' AND c.next_at <= $2"                     \
    "    ORDER BY c.next_at, c.message_id LIMIT 1)"                                                \
    " WHERE NOT EXISTS (SELECT 1 FROM delivery AS s"                                               \
    "   WHERE s.partner_id = p.id AND s.state = 'sending')"                                        \
    " ORDER BY d.next_at, d.message_id LIMIT $4"

/* One look into the index a partner. EXISTS would be planned as a join, which walks through the queue. */
#define SOONEST                                                                                    \
    "(SELECT min(c.next_at) FROM delivery AS c WHERE c.partner_id = p.id AND c.state = 'queued')"

#define CLAIM_IN "tiii"
static const struct db_query CLAIM[DB_ENGINES] = {
    /* One connection writes, so nobody else can take the same row. */
    [DB_SQLITE] =
        {
            "delivery_claim",
            "UPDATE delivery SET state = 'sending', attempts = attempts + 1, lease_by = $1,"
            " lease_until = $3 WHERE message_id IN (" CLAIMABLE ") RETURNING " HEAD
            ", (SELECT b.body FROM delivery_body AS b WHERE b.message_id = delivery.message_id)",
            CLAIM_IN,
            OUT,
        },
    /* Several processes claim: the partner's row is the turn, one message of a partner at a time; a
     * turn that another has is skipped, not waited for. */
    [DB_POSTGRES] =
        {
            "delivery_claim",
            "WITH turn AS MATERIALIZED (SELECT p.id FROM partner AS p WHERE " SOONEST " <= $2"
            "   AND NOT EXISTS (SELECT 1 FROM delivery AS s"
            "    WHERE s.partner_id = p.id AND s.state = 'sending')"
            "   ORDER BY " SOONEST ", p.id LIMIT $4 FOR UPDATE OF p SKIP LOCKED),"
            " next AS MATERIALIZED (SELECT d.message_id FROM turn AS t JOIN LATERAL"
            "   (SELECT c.message_id FROM delivery AS c WHERE c.partner_id = t.id"
            "    AND c.state = 'queued' AND c.next_at <= $2"
            "    ORDER BY c.next_at, c.message_id LIMIT 1) AS d ON true)"
            "UPDATE delivery SET state = 'sending', attempts = attempts + 1, lease_by = $1,"
            " lease_until = $3 WHERE message_id IN (SELECT n.message_id FROM next AS n)"
            " RETURNING " HEAD
            ", (SELECT b.body FROM delivery_body AS b WHERE b.message_id = delivery.message_id)",
            CLAIM_IN,
            OUT,
        },
};

err db_delivery_insert(struct tx *tx, const struct db_delivery *row)
{
    struct db_value values[] = {value_id(&row->message_id), db_text(row->partner_id),
                                db_int(row->next_at),       value_time(row->deadline_at),
                                db_text(row->mic)};
    struct db_value body[] = {value_id(&row->message_id), db_bytes(row->body)};
    TRY(row_change(tx, &INSERT, values, COUNT_OF(values), ERR_CONFLICT, "it exists already"));
    return db_exec(tx, &INSERT_BODY, body, COUNT_OF(body), NULL);
}

err db_delivery_claim(struct tx *tx, mem *ctx, const char *worker, msec now, msec lease_until,
                      size_t limit, db_deliveries *out)
{
    ENSURE(limit >= 1 && limit <= 100, ERR_BUG, "a page of impossible length");
    ENSURE(lease_until > now, ERR_BUG, "a lease that has ended");
    struct db_value at[] = {db_int(now)};
    TRY(db_exec(tx, &LEASES_END, at, 1, NULL));
    struct db_value values[] = {db_text(worker), db_int(now), db_int(lease_until),
                                db_int((int64_t)limit)};
    return ROW_LIST(tx, ctx, &CLAIM[db_engine_of(tx)], values, COUNT_OF(values), SHAPE, limit, true,
                    out);
}

/* ---- what becomes of it ---- */

static const struct db_query DONE = {
    "delivery_done",
    "UPDATE delivery SET state = $3, last_problem = $4, lease_until = NULL, lease_by = NULL"
    " WHERE message_id = $1 AND lease_by = $2 AND state = 'sending'",
    "tttT",
    "",
};
static const struct db_query RETRY = {
    "delivery_retry",
    "UPDATE delivery SET state = 'queued', next_at = $3, last_problem = $4, lease_until = NULL,"
    " lease_by = NULL WHERE message_id = $1 AND lease_by = $2 AND state = 'sending'",
    "ttiT",
    "",
};
static const struct db_query CANCEL = {
    "delivery_cancel",
    "UPDATE delivery SET state = 'cancelled' WHERE message_id = $1 AND state = 'queued'",
    "t",
    "",
};
static const struct db_query NOW = {
    "delivery_now",
    "UPDATE delivery SET state = 'queued', next_at = $2, deadline_at = $3"
    " WHERE message_id = $1 AND state IN ('queued', 'failed')",
    "tiI",
    "",
};

static const char LEASE_LOST[] = "another worker has taken this delivery over";

err db_delivery_done(struct tx *tx, struct id message_id, const char *worker, const char *state,
                     const char *problem)
{
    struct db_value values[] = {value_id(&message_id), db_text(worker), db_text(state),
                                db_text(problem)};
    return row_change(tx, &DONE, values, COUNT_OF(values), ERR_CONFLICT, LEASE_LOST);
}

err db_delivery_retry(struct tx *tx, struct id message_id, const char *worker, msec next_at,
                      const char *problem)
{
    struct db_value values[] = {value_id(&message_id), db_text(worker), db_int(next_at),
                                db_text(problem)};
    return row_change(tx, &RETRY, values, COUNT_OF(values), ERR_CONFLICT, LEASE_LOST);
}

err db_delivery_cancel(struct tx *tx, struct id message_id)
{
    struct db_value values[] = {value_id(&message_id)};
    return row_change(tx, &CANCEL, values, 1, ERR_CONFLICT, "this message does not wait any more");
}

err db_delivery_now(struct tx *tx, struct id message_id, msec now, msec deadline_at)
{
    struct db_value values[] = {value_id(&message_id), db_int(now), value_time(deadline_at)};
    return row_change(tx, &NOW, values, COUNT_OF(values), ERR_CONFLICT,
                      "this message is out already, or was cancelled");
}

/* ---- reading ---- */

static const struct db_query BY_MESSAGE = {
    "delivery_by_message",
    "SELECT " HEAD ", body FROM delivery JOIN delivery_body USING (message_id) WHERE message_id = $1",
    "t",
    OUT,
};
static const struct db_query HEAD_BY_MESSAGE = {
    "delivery_head",
    "SELECT " HEAD " FROM delivery WHERE message_id = $1",
    "t",
    HEAD_OUT,
};
/* A partner that has one in work comes again when that lease ends, at the latest. */
static const struct db_query NEXT = {
    "delivery_next",
    "SELECT min(coalesce("
    "  (SELECT min(s.lease_until) FROM delivery AS s"
    "   WHERE s.partner_id = p.id AND s.state = 'sending'),"
    "  (SELECT min(c.next_at) FROM delivery AS c"
    "   WHERE c.partner_id = p.id AND c.state = 'queued'))) FROM partner AS p",
    "",
    "I",
};
static const struct db_query WAITING = {
    "delivery_waiting",
    "SELECT " HEAD " FROM delivery WHERE state IN ('queued', 'sending')"
    " ORDER BY next_at, message_id LIMIT $1",
    "i",
    HEAD_OUT,
};

err db_delivery_by_message(struct tx *tx, mem *ctx, struct id message_id, struct db_delivery *out)
{
    struct db_value values[] = {value_id(&message_id)};
    return row_one(tx, ctx, &BY_MESSAGE, values, 1, SHAPE, out);
}

err db_delivery_head(struct tx *tx, mem *ctx, struct id message_id, struct db_delivery *out)
{
    struct db_value values[] = {value_id(&message_id)};
    return row_one(tx, ctx, &HEAD_BY_MESSAGE, values, 1, HEAD_SHAPE, out);
}

err db_delivery_next(struct tx *tx, msec *out)
{
    return row_number(tx, &NEXT, NULL, 0, INT64_MAX, out);
}

err db_delivery_waiting(struct tx *tx, mem *ctx, size_t limit, db_deliveries *out)
{
    ENSURE(limit >= 1 && limit <= DB_PAGE_MOST, ERR_BUG, "a page of impossible length");
    struct db_value values[] = {db_int((int64_t)limit + 1)};
    return ROW_LIST(tx, ctx, &WAITING, values, 1, HEAD_SHAPE, limit, false, out);
}
