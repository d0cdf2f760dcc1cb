/* gate.h - holds the writer inside a transaction until others wait behind it, so that they share its
 * commit. Every wait has a deadline: on a loaded machine a test is slow, never stuck.
 */
#ifndef OPENTRM_TESTS_GATE_H
#define OPENTRM_TESTS_GATE_H

#include <pthread.h>
#include <sched.h>

#include "act.h"

#include "db/deadline.h"

enum { GATE_WAIT = 60 * MSEC_SECOND };

struct gate {
    struct act act; /* what the holder writes once the gate is open */
    pthread_mutex_t lock;
    pthread_cond_t change;
    bool inside;  /* the holder's transaction is running */
    bool ended;   /* its caller has its answer */
    bool open;
};

static inline void gate_begin(struct gate *g, struct act act)
{
    pthread_condattr_t monotonic;
    *g = (struct gate){.act = act};
    assert_int_equal(pthread_mutex_init(&g->lock, NULL), 0);
    assert_int_equal(pthread_condattr_init(&monotonic), 0);
    assert_int_equal(pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC), 0);
    assert_int_equal(pthread_cond_init(&g->change, &monotonic), 0);
    (void)pthread_condattr_destroy(&monotonic);
}

static inline void gate_end(struct gate *g)
{
    (void)pthread_cond_destroy(&g->change);
    (void)pthread_mutex_destroy(&g->lock);
}

static inline void gate_tell(struct gate *g, bool *what)
{
    (void)pthread_mutex_lock(&g->lock);
    *what = true;
    (void)pthread_cond_broadcast(&g->change);
    (void)pthread_mutex_unlock(&g->lock);
}

/* Until one of them is true. Returns false at the deadline. */
static inline bool gate_await(struct gate *g, const bool *what, const bool *or_what)
{
    struct timespec until = deadline_in(GATE_WAIT);
    int late = 0;
    (void)pthread_mutex_lock(&g->lock);
    while (!*what && !*or_what && late == 0) late = pthread_cond_timedwait(&g->change, &g->lock, &until);
    (void)pthread_mutex_unlock(&g->lock);
    return late == 0;
}

/* The holder's transaction. Run again, it finds the gate open. */
static inline err gate_hold(struct tx *tx, void *arg)
{
    struct gate *g = arg;
    gate_tell(g, &g->inside);
    ENSURE(gate_await(g, &g->open, &g->open), ERR_BUG, "nobody opened the gate");
    return act_write(tx, &g->act);
}

static inline void gate_ended(struct gate *g) { gate_tell(g, &g->ended); }
static inline void gate_open(struct gate *g) { gate_tell(g, &g->open); }

/* Until the holder is inside, or has its answer without ever having been. Returns whether it is inside. */
static inline bool gate_await_inside(struct gate *g)
{
    if (!gate_await(g, &g->inside, &g->ended)) fail_msg("the holder did not begin");
    return g->inside;
}

/* Until so many wait. The queue tells nobody when it grows, so it is asked. `writes` is an expression. */
#define GATE_AWAIT_WAITING(writes, n)                                                              \
    do {                                                                                           \
        for (msec until_ = clock_monotonic() + GATE_WAIT; (writes).waiting < (n); (void)sched_yield()) \
            if (clock_monotonic() > until_) fail_msg("%u of %u wait", (unsigned)(writes).waiting, (unsigned)(n)); \
    } while (0)

#endif
