/* rate.h - how often: a table of token buckets of fixed size, by address and by session. Private to
 * http/.
 *
 * A bucket is named by a keyed hash, so that memory holds no address and nobody can choose which
 * buckets meet. When a set of the table is full the bucket that waited least goes: somebody gets a
 * fresh bucket, nobody is refused for another's requests.
 */
#ifndef OPENTRM_HTTP_RATE_H
#define OPENTRM_HTTP_RATE_H

#include "base/clock.h"

struct rates;

/* rates_new: owned by ctx. */
err rates_new(mem *ctx, struct rates **out);

struct rate {
    const char *label;  /* literal: one name in two kinds of buckets is two */
    int64_t per_minute; /* 0: no limit */
    int64_t burst;      /* so many at once */
};
/* rate_take: may one more come? If not, `wait` gets after how long, and `again` how many were refused
 * in a row. */
bool rate_take(struct rates *rates, const struct rate *rate, struct bytes name, msec now,
               msec *wait, unsigned *again);

#endif
