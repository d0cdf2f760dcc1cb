/* deadline.h - a point on the monotonic clock to wait until. Used by writer.c and pool.c. */
#ifndef OPENTRM_DB_DEADLINE_H
#define OPENTRM_DB_DEADLINE_H

#include <time.h>

#include "base/clock.h"

static inline struct timespec deadline_in(msec wait)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += wait / MSEC_SECOND;
    t.tv_nsec += wait % MSEC_SECOND * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
}

#endif
