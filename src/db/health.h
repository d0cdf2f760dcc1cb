/* health.h - what `opentrm doctor` asks the records: what waits for whom, since when; who was last heard of (records).
 * Counts and times only.
 */
#ifndef OPENTRM_DB_HEALTH_H
#define OPENTRM_DB_HEALTH_H

#include "db/page.h"
#include "db/query.h"

/* Deliveries that are not out yet, by partner. */
struct db_waiting {
    const char *partner_id;
    int64_t messages;
    msec oldest;      /* when the oldest was written */
    msec due;         /* when the next attempt is due */
    int64_t attempts; /* most of one message */
};
typedef DB_LIST(db_waiting) db_waitings;
err db_health_waiting(struct tx *tx, mem *ctx, db_waitings *out); /* at most 500 */

/* db_health_heard: when a partner last delivered something or gave a receipt; 0: never. */
err db_health_heard(struct tx *tx, const char *partner_id, msec *out);
/* db_health_receipt: the last receipt of a partner, and when it came. ERR_NOT_FOUND. */
struct db_last_receipt {
    msec at;
    struct bytes body;
};
err db_health_receipt(struct tx *tx, mem *ctx, const char *partner_id, struct db_last_receipt *out);
/* db_health_written: the latest time that the audit log has; 0: none. */
err db_health_written(struct tx *tx, msec *out);

#endif
