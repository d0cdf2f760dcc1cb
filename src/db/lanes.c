/* lanes.c - transactions on connections of their own, run anew until they stand or may not. */
#include "db/lanes.h"

#include <stdatomic.h>
#include <time.h>

#include "base/id.h"
#include "db/pool.h"

/* Between two runs of the same transaction: longer each time, each time another length, so that two
 * in each other's way part. Milliseconds. */
enum { PAUSE_FIRST = 2, PAUSE_MOST = 500 };

struct db_lanes {
    const struct db_engine *engine;
    const struct db_settings *settings;
    struct db_pool *pool;
    _Atomic uint64_t transactions, reruns, waiting;
};

err lanes_start(mem *ctx, const struct db_engine *engine, const struct db_settings *settings,
                struct db_lanes **out)
{
    struct db_lanes *lanes = mem_new(ctx, struct db_lanes);
    ENSURE_MEM(lanes);
    lanes->engine = engine;
    lanes->settings = settings;
    TRY(pool_start(lanes, engine, settings, true, &lanes->pool));
    *out = lanes;
    return ERR_OK;
}

void lanes_stop(struct db_lanes *lanes) { pool_stop(lanes->pool); }
bool lanes_is_me(struct db_lanes *lanes) { return pool_is_mine(lanes->pool); }

static void pause_for(unsigned round)
{
    uint16_t any;
    id_fill_random(&any, sizeof any);
    long most = (long)PAUSE_FIRST << (round < 8 ? round : 8);
    if (most > PAUSE_MOST) most = PAUSE_MOST;
    struct timespec pause = {.tv_nsec = (1 + any % most) * 1000000L};
    (void)nanosleep(&pause, NULL);
}

/* Of a failure that fn made itself (a refusal, say) the engine knows nothing: asked only where the
 * failure can be the engine's. */
static bool may_again(const struct db_lanes *lanes, const struct db_conn *conn, err e)
{
    return e.kind == ERR_BUSY && lanes->engine->again(conn);
}

static err until_it_stands(struct db_lanes *lanes, struct db_conn *conn, db_fn *fn, void *arg)
{
    const msec until = clock_monotonic() + lanes->settings->wait;
    const unsigned lane = pool_place(lanes->pool, conn);
    for (unsigned round = 0;; round++) {
        err e = tx_whole(lanes->engine, conn, lanes->settings->store, lane, fn, arg);
        if (!err_failed(e)) {
            atomic_fetch_add(&lanes->transactions, 1);
            return ERR_OK;
        }
        if (!may_again(lanes, conn, e) || clock_monotonic() >= until) return e;
        atomic_fetch_add(&lanes->reruns, 1);
        pause_for(round);
    }
}

err lanes_run(struct db_lanes *lanes, db_fn *fn, void *arg)
{
    ENSURE(!lanes_is_me(lanes), ERR_BUG, "a transaction inside a transaction");
    ENSURE(atomic_load(&lanes->waiting) < lanes->settings->queue, ERR_BUSY,
           "too much waits to be written");
    struct db_conn *conn = NULL;
    atomic_fetch_add(&lanes->waiting, 1);
    err e = pool_take(lanes->pool, &conn);
    atomic_fetch_sub(&lanes->waiting, 1);
    if (err_failed(e)) return e;
    e = until_it_stands(lanes, conn, fn, arg);
    pool_give(lanes->pool, conn);
    return e;
}

err lanes_scrub(struct db_lanes *lanes)
{
    struct db_conn *conn = NULL;
    ENSURE(!lanes_is_me(lanes), ERR_BUG, "a scrub inside a transaction");
    TRY(pool_take(lanes->pool, &conn));
    err e = lanes->engine->scrub(conn);
    pool_give(lanes->pool, conn);
    return e;
}

struct db_writes lanes_writes(struct db_lanes *lanes)
{
    uint64_t n = atomic_load(&lanes->transactions);
    return (struct db_writes){.transactions = n,
                              .commits = n,
                              .lost_groups = atomic_load(&lanes->reruns),
                              .waiting = atomic_load(&lanes->waiting)};
}
