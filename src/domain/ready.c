/* ready.c - asks both stores for something small, in a thread of its own: a store may stand still for as long as a
 * statement may take, and whoever asks "ready?" must not stand still with it. */
#include "domain/ready.h"

#include <pthread.h>
#include <time.h>

#include "db/user_key.h"
#include "domain/node_closed.h"

struct readiness {
    struct node *node;
    pthread_mutex_t lock;
    pthread_cond_t change;
    /* under lock */
    pthread_t thread;
    bool asking;  /* it runs */
    bool started; /* it is to be joined */
    uint64_t answers;
    msec since; /* when it began to ask; monotonic */
    err answer;
};

static err ask_keys(struct tx *tx, void *arg)
{
    struct db_user_key key;
    (void)arg;
    err e = db_user_key_get(tx, db_scratch(tx), (struct id){"none"}, &key);
    return e.kind == ERR_NOT_FOUND ? ERR_OK : e;
}

static err ask(struct node *node)
{
    TRY(node_closed_check(node->records));
    return db_read(node->keys, ask_keys, NULL);
}

static void *ask_main(void *arg)
{
    struct readiness *r = arg;
    err e = ask(r->node);
    (void)pthread_mutex_lock(&r->lock);
    r->answer = e;
    r->answers++;
    r->asking = false;
    (void)pthread_cond_broadcast(&r->change);
    (void)pthread_mutex_unlock(&r->lock);
    return NULL;
}

static int readiness_end(struct readiness *r)
{
    if (r->started) (void)pthread_join(r->thread, NULL);
    (void)pthread_cond_destroy(&r->change);
    (void)pthread_mutex_destroy(&r->lock);
    return 0;
}

err readiness_new(mem *ctx, struct node *node, struct readiness **out)
{
    struct readiness *r = mem_new(ctx, struct readiness);
    pthread_condattr_t monotonic;
    ENSURE_MEM(r);
    ENSURE(pthread_condattr_init(&monotonic) == 0, ERR_MEMORY, "out of memory");
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    bool made = pthread_mutex_init(&r->lock, NULL) == 0 && pthread_cond_init(&r->change, &monotonic) == 0;
    (void)pthread_condattr_destroy(&monotonic);
    ENSURE(made, ERR_MEMORY, "out of memory");
    r->node = node;
    talloc_set_destructor(r, readiness_end);
    *out = r;
    return ERR_OK;
}

/* Under lock: one asks, for all who want to know. */
static err ask_begin(struct readiness *r)
{
    if (r->asking) return ERR_OK;
    if (r->started) (void)pthread_join(r->thread, NULL); /* it has ended, or is about to */
    r->started = false;
    r->since = clock_monotonic();
    ENSURE(pthread_create(&r->thread, NULL, ask_main, r) == 0, ERR_BUSY, "no thread to ask the stores");
    r->started = r->asking = true;
    return ERR_OK;
}

static err ask_wait(struct readiness *r)
{
    TRY(ask_begin(r));
    const uint64_t before = r->answers;
    const msec until = r->since + READY_WAIT;
    const struct timespec deadline = {.tv_sec = until / MSEC_SECOND, .tv_nsec = until % MSEC_SECOND * 1000000};
    int late = 0;
    while (r->answers == before && late == 0) late = pthread_cond_timedwait(&r->change, &r->lock, &deadline);
    ENSURE(r->answers != before, ERR_BUSY, "a store does not answer");
    return r->answer;
}

err node_ready(struct node *node)
{
    struct readiness *r = node->readiness;
    ENSURE(r != NULL, ERR_STATE, "the stores are closed");
    (void)pthread_mutex_lock(&r->lock);
    err e = ask_wait(r);
    (void)pthread_mutex_unlock(&r->lock);
    return e;
}
