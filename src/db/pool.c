/* pool.c - the reading connections. */
#include "db/pool.h"

#include <errno.h>
#include <pthread.h>

#include "db/deadline.h"

#define READERS_MOST 64

struct db_pool {
    const struct db_engine *engine;
    const struct db_settings *settings;
    pthread_mutex_t lock;
    pthread_cond_t back; /* one came back, or may be opened */
    /* under lock */
    struct db_conn *idle[READERS_MOST];
    size_t n_idle;
    size_t n_out; /* taken, or being opened */
    size_t most;
    bool closed;
};

err pool_start(mem *ctx, const struct db_engine *engine, const struct db_settings *settings,
               struct db_pool **out)
{
    struct db_pool *pool = mem_new(ctx, struct db_pool);
    ENSURE_MEM(pool);
    pool->engine = engine;
    pool->settings = settings;
    pool->most = settings->readers < READERS_MOST ? settings->readers : READERS_MOST;
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
    ENSURE(pool->n_out < pool->most, ERR_BUSY, "too many read the store at this moment");
    return ERR_OK;
}

/* Under lock: takes an idle one; NULL means that the caller opens one. */
static err turn_take(struct db_pool *pool, struct db_conn **out)
{
    TRY(turn_wait(pool));
    pool->n_out++;
    *out = pool->n_idle > 0 ? pool->idle[--pool->n_idle] : NULL;
    return ERR_OK;
}

/* conn NULL: it could not be opened. */
static void turn_end(struct db_pool *pool, struct db_conn *conn)
{
    (void)pthread_mutex_lock(&pool->lock);
    pool->n_out--;
    if (conn != NULL) pool->idle[pool->n_idle++] = conn;
    (void)pthread_cond_signal(&pool->back);
    (void)pthread_mutex_unlock(&pool->lock);
}

err pool_take(struct db_pool *pool, struct db_conn **out)
{
    struct db_conn *conn = NULL;
    (void)pthread_mutex_lock(&pool->lock);
    err e = turn_take(pool, &conn);
    (void)pthread_mutex_unlock(&pool->lock);
    if (err_failed(e)) return e;
    if (conn == NULL) {
        e = pool->engine->open(pool->settings, false, &conn);
        if (err_failed(e)) {
            turn_end(pool, NULL);
            return e;
        }
    }
    *out = conn;
    return ERR_OK;
}

void pool_give(struct db_pool *pool, struct db_conn *conn) { turn_end(pool, conn); }

void pool_stop(struct db_pool *pool)
{
    (void)pthread_mutex_lock(&pool->lock);
    pool->closed = true;
    (void)pthread_cond_broadcast(&pool->back);
    while (pool->n_out > 0) (void)pthread_cond_wait(&pool->back, &pool->lock);
    (void)pthread_mutex_unlock(&pool->lock);
    for (size_t i = 0; i < pool->n_idle; i++) pool->engine->close(pool->idle[i]);
    (void)pthread_cond_destroy(&pool->back);
    (void)pthread_mutex_destroy(&pool->lock);
}
