/* pool.c - connections, each used by one thread at a time. */
#include "db/pool.h"

#include <errno.h>
#include <pthread.h>

#include "db/deadline.h"

#define POOL_MOST 64

struct place {
    struct db_conn *conn; /* NULL: not opened yet */
    bool out;             /* taken, or being opened */
    pthread_t taker;
};

struct db_pool {
    const struct db_engine *engine;
    const struct db_settings *settings;
    bool writes;
    pthread_mutex_t lock;
    pthread_cond_t back; /* one came back, or may be opened */
    /* under lock */
    struct place places[POOL_MOST];
    size_t idle[POOL_MOST]; /* places with a connection, the last given back last */
    size_t n_idle;
    size_t n_out;
    size_t most;
    bool closed;
};

err pool_start(mem *ctx, const struct db_engine *engine, const struct db_settings *settings,
               bool writes, struct db_pool **out)
{
    struct db_pool *pool = mem_new(ctx, struct db_pool);
    ENSURE_MEM(pool);
    unsigned most = writes ? settings->writers : settings->readers;
    pool->engine = engine;
    pool->settings = settings;
    pool->writes = writes;
    pool->most = most < POOL_MOST ? most : POOL_MOST;
    pthread_condattr_t monotonic;
    ENSURE(pthread_mutex_init(&pool->lock, NULL) == 0 && pthread_condattr_init(&monotonic) == 0,
           ERR_MEMORY, "out of memory");
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    int made = pthread_cond_init(&pool->back, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    ENSURE(made == 0, ERR_MEMORY, "out of memory");
    *out = pool;
    return ERR_OK;
}

/* Under lock: waits until a connection is free or may be opened. */
static err turn_wait(struct db_pool *pool)
{
    const struct timespec until = deadline_in(pool->settings->wait);
    int rc = 0;
    while (!pool->closed && pool->n_out == pool->most && rc != ETIMEDOUT)
        rc = pthread_cond_timedwait(&pool->back, &pool->lock, &until);
    ENSURE(!pool->closed, ERR_STATE, "the store is closed");
    ENSURE(pool->n_out < pool->most, ERR_BUSY,
           pool->writes ? "the store is busy: no turn came in time"
                        : "too many read the store at this moment");
    return ERR_OK;
}

static size_t place_empty(const struct db_pool *pool)
{
    size_t i = 0;
    while (pool->places[i].conn != NULL || pool->places[i].out) i++;
    return i;
}

/* Under lock: a place, with a connection or for one that the caller opens. */
static err turn_take(struct db_pool *pool, size_t *at)
{
    TRY(turn_wait(pool));
    *at = pool->n_idle > 0 ? pool->idle[--pool->n_idle] : place_empty(pool);
    pool->places[*at].out = true;
    pool->places[*at].taker = pthread_self();
    pool->n_out++;
    return ERR_OK;
}

static void turn_end(struct db_pool *pool, size_t at)
{
    (void)pthread_mutex_lock(&pool->lock);
    pool->n_out--;
    pool->places[at].out = false;
    if (pool->places[at].conn != NULL) pool->idle[pool->n_idle++] = at;
    (void)pthread_cond_signal(&pool->back);
    (void)pthread_mutex_unlock(&pool->lock);
}

err pool_take(struct db_pool *pool, struct db_conn **out)
{
    size_t at = 0;
    (void)pthread_mutex_lock(&pool->lock);
    err e = turn_take(pool, &at);
    (void)pthread_mutex_unlock(&pool->lock);
    if (err_failed(e)) return e;
    struct place *place = &pool->places[at];
    if (place->conn == NULL) {
        struct db_conn *conn = NULL;
        e = pool->engine->open(pool->settings, pool->writes, &conn);
        if (err_failed(e)) {
            turn_end(pool, at);
            return e;
        }
        (void)pthread_mutex_lock(&pool->lock);
        place->conn = conn;
        (void)pthread_mutex_unlock(&pool->lock);
    }
    *out = place->conn;
    return ERR_OK;
}

/* The place of a connection that the caller has taken; only its taker changes it. */
unsigned pool_place(const struct db_pool *pool, const struct db_conn *conn)
{
    unsigned i = 0;
    while (pool->places[i].conn != conn) i++;
    return i;
}

void pool_give(struct db_pool *pool, struct db_conn *conn)
{
    turn_end(pool, pool_place(pool, conn));
}

bool pool_is_mine(struct db_pool *pool)
{
    bool mine = false;
    (void)pthread_mutex_lock(&pool->lock);
    for (size_t i = 0; i < pool->most; i++)
        mine = mine ||
               (pool->places[i].out && pthread_equal(pool->places[i].taker, pthread_self()) != 0);
    (void)pthread_mutex_unlock(&pool->lock);
    return mine;
}

void pool_stop(struct db_pool *pool)
{
    (void)pthread_mutex_lock(&pool->lock);
    pool->closed = true;
    (void)pthread_cond_broadcast(&pool->back);
    while (pool->n_out > 0) (void)pthread_cond_wait(&pool->back, &pool->lock);
    (void)pthread_mutex_unlock(&pool->lock);
    for (size_t i = 0; i < pool->n_idle; i++) pool->engine->close(pool->places[pool->idle[i]].conn);
    (void)pthread_cond_destroy(&pool->back);
    (void)pthread_mutex_destroy(&pool->lock);
}
