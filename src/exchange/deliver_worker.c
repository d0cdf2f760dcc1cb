/* deliver_worker.c - the threads around deliver_once. */
#include <pthread.h>
#include <time.h>

#include "base/id.h"
#include "base/log.h"
#include "exchange/deliver.h"

#define NAME_ROOM 64

struct worker {
    struct deliver *deliver;
    pthread_t thread;
    char name[NAME_ROOM];
};

struct deliver {
    struct node *node;
    atomic_bool stop, finish;
    atomic_uint busy;
    pthread_mutex_t lock;
    pthread_cond_t rung;
    uint64_t rings; /* how often deliver_wake was called; under lock */
    struct worker workers[DELIVER_WORKERS];
    size_t started;
};

/* Waits for a ring that came after `seen`, at most DELIVER_LOOK: a hand-set clock rings no bell. */
static void wait_for_ring(struct deliver *d, uint64_t *seen)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += DELIVER_LOOK * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    (void)pthread_mutex_lock(&d->lock);
    int timed_out = 0;
    while (!atomic_load(&d->stop) && !atomic_load(&d->finish) && d->rings == *seen && timed_out == 0)
        timed_out = pthread_cond_timedwait(&d->rung, &d->lock, &until);
    *seen = d->rings;
    (void)pthread_mutex_unlock(&d->lock);
}

static void *work(void *arg)
{
    struct worker *w = arg;
    uint64_t seen = 0;
    while (!atomic_load(&w->deliver->stop) && !atomic_load(&w->deliver->finish)) {
        bool found = false;
        err e = deliver_once(w->deliver->node, w->name, &w->deliver->stop, &found);
        if (err_failed(e)) log_err(LOG_ERROR, "deliver", e);
        if (err_failed(e) || !found) wait_for_ring(w->deliver, &seen);
    }
    atomic_fetch_sub(&w->deliver->busy, 1);
    return NULL;
}

static err locks_init(struct deliver *d)
{
    pthread_condattr_t attributes;
    ENSURE(pthread_mutex_init(&d->lock, NULL) == 0 && pthread_condattr_init(&attributes) == 0 &&
               pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
               pthread_cond_init(&d->rung, &attributes) == 0 &&
               pthread_condattr_destroy(&attributes) == 0,
           ERR_BUG, "no lock for the delivery workers");
    return ERR_OK;
}

err deliver_start(mem *ctx, struct node *node, struct deliver **out)
{
    struct deliver *d = mem_new(ctx, struct deliver);
    ENSURE_MEM(d);
    d->node = node;
    atomic_init(&d->stop, false);
    TRY(locks_init(d));
    struct id process = id_random();
    for (size_t i = 0; i < DELIVER_WORKERS; i++) {
        struct worker *w = &d->workers[i];
        w->deliver = d;
        (void)snprintf(w->name, sizeof w->name, "%s.%zu", process.text, i);
        atomic_fetch_add(&d->busy, 1);
        if (pthread_create(&w->thread, NULL, work, w) != 0) {
            atomic_fetch_sub(&d->busy, 1);
            deliver_stop(d);
            FAIL(ERR_MEMORY, "no thread for a delivery worker");
        }
        d->started++;
    }
    *out = d;
    return ERR_OK;
}

void deliver_wake(struct deliver *deliver)
{
    (void)pthread_mutex_lock(&deliver->lock);
    deliver->rings++;
    (void)pthread_cond_broadcast(&deliver->rung);
    (void)pthread_mutex_unlock(&deliver->lock);
}

void deliver_finish(struct deliver *deliver)
{
    atomic_store(&deliver->finish, true);
    deliver_wake(deliver);
}

unsigned deliver_busy(const struct deliver *deliver) { return atomic_load(&deliver->busy); }

void deliver_stop(struct deliver *deliver)
{
    atomic_store(&deliver->stop, true);
    deliver_wake(deliver);
    for (; deliver->started > 0; deliver->started--)
        (void)pthread_join(deliver->workers[deliver->started - 1].thread, NULL);
}
