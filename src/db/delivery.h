/* delivery.h - the durable queue of what goes out: same bytes every time, leases, deadline
 * (records).
 *
 * A worker claims deliveries for a while (the lease). If it dies the lease ends and another takes
 * them, with the same bytes and the same message id, so the partner sees a repeat and answers with
 * the same receipt. Every later call names the worker: one that lost its lease gets ERR_CONFLICT
 * and changes nothing.
 *
 * In the clear: partner, times, attempts, kind of the last problem. The body is the signed outer
 * message, sealed inside.
 */
#ifndef OPENTRM_DB_DELIVERY_H
#define OPENTRM_DB_DELIVERY_H

#include "db/page.h"
#include "db/query.h"

struct db_delivery {
    struct id message_id;
    const char *partner_id;
    const char *state; /* queued | sending | relayed | failed | cancelled */
    int64_t attempts;
    msec next_at;
    msec deadline_at;         /* 0 = never expires (withdrawals) */
    msec lease_until;         /* 0 = nobody has it */
    const char *lease_by;     /* NULL = nobody */
    const char *last_problem; /* a slug, NULL = none */
    const char *mic;          /* of body, as the receipt must repeat it */
    struct bytes body;        /* complete, as it goes over the wire; empty in lists */
};
typedef DB_LIST(db_delivery) db_deliveries;

/* db_delivery_insert: state queued. */
err db_delivery_insert(struct tx *tx, const struct db_delivery *row);
/* db_delivery_claim: up to `limit` (at most 100) whose time has come and that nobody works on,
 * soonest first; they are `sending`, with one attempt more, until `lease_until`. A partner that has
 * one in work gets no second one: a slow partner occupies one worker. */
err db_delivery_claim(struct tx *tx, mem *ctx, const char *worker, msec now, msec lease_until,
                      size_t limit, db_deliveries *out);
/* db_delivery_done: relayed or failed, for good; the body stays (evidence). */
err db_delivery_done(struct tx *tx, struct id message_id, const char *worker, const char *state,
                     const char *problem);
/* db_delivery_retry: back to queued, not before next_at. */
err db_delivery_retry(struct tx *tx, struct id message_id, const char *worker, msec next_at,
                      const char *problem);
/* db_delivery_cancel: if it is not out yet. ERR_CONFLICT if it is sending, or was relayed, failed,
 * cancelled. */
err db_delivery_cancel(struct tx *tx, struct id message_id);
/* db_delivery_now: a person asks to try again at once: queued and failed ones. ERR_CONFLICT
 * otherwise. */
err db_delivery_now(struct tx *tx, struct id message_id, msec now, msec deadline_at);
err db_delivery_by_message(struct tx *tx, mem *ctx, struct id message_id, struct db_delivery *out);
/* db_delivery_head: the same without the body. */
err db_delivery_head(struct tx *tx, mem *ctx, struct id message_id, struct db_delivery *out);
/* db_delivery_next: when the next one comes due, INT64_MAX if none waits: how long a worker may
 * sleep. */
err db_delivery_next(struct tx *tx, msec *out);
/* db_delivery_waiting: queued or sending, soonest first, without bodies. */
err db_delivery_waiting(struct tx *tx, mem *ctx, size_t limit, db_deliveries *out);

#endif
