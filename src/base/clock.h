/* clock.h - the only clock. Time is UTC milliseconds since 1970.
 *
 * Tests and rehearsals replace it by a file that holds a number of milliseconds (read at each call),
 * so that two nodes share one hand-set time. Nothing else in the program asks the system for the
 * date.
 */
#ifndef OPENTRM_BASE_CLOCK_H
#define OPENTRM_BASE_CLOCK_H

#include "base/bytes.h"

typedef int64_t msec; /* UTC milliseconds since 1970-01-01, or a span of milliseconds */

#define MSEC_SECOND ((msec)1000)
#define MSEC_MINUTE (60 * MSEC_SECOND)
#define MSEC_HOUR (60 * MSEC_MINUTE)
#define MSEC_DAY (24 * MSEC_HOUR)

struct clock;

/* clock_system: the machine's clock. Constant, shared. */
const struct clock *clock_system(void);
/* clock_file: reads the time from `path` (decimal milliseconds) at each call. Owned by ctx. */
err clock_file(mem *ctx, const char *path, const struct clock **out);
/* clock_fixed: stands still at t; clock_set moves it. For unit tests. Owned by ctx. */
err clock_fixed(mem *ctx, msec t, struct clock **out);
void clock_set(struct clock *clock, msec t);

msec clock_now(const struct clock *clock);
/* clock_monotonic: for measuring waits only; not related to the date. */
msec clock_monotonic(void);

#endif
