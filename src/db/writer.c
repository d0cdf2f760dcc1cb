/* writer.c - group commit. */
#include "db/writer.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "db/deadline.h"

/* A transaction that waits; lives on the stack of the thread that asks. */
struct request {
    db_fn *fn; /* NULL: scrub */
    void *arg;
    err result;
    bool taken;           /* the writer has it: its thread must wait to the end */
    atomic_bool finished; /* orders what fn wrote before what the waiting thread reads */
    struct request *next, *prev;
    sem_t done;
};

#define GROUP_MOST 1024

struct db_writer {
    const struct db_engine *engine;
    struct db_conn *conn;
    enum db_store store;
    unsigned queue_most;
    unsigned group_most;
    msec wait;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t work;
    /* under lock */
    struct request *first, *last;
    unsigned waiting;
    bool closed;
    struct db_writes writes;
    /* the writer thread's own */
    struct request *group[GROUP_MOST];
};

/* ---- the queue; called under lock ---- */

static void queue_add(struct db_writer *w, struct request *r)
{
    r->prev = w->last;
    if (w->last == NULL)
        w->first = r;
    else
        w->last->next = r;
    w->last = r;
    w->waiting++;
}

static void queue_remove(struct db_writer *w, struct request *r)
{
    if (r->prev == NULL)
        w->first = r->next;
    else
        r->prev->next = r->next;
    if (r->next == NULL)
        w->last = r->prev;
    else
        r->next->prev = r->prev;
    w->waiting--;
}

/* ---- the writer's thread ---- */

static void request_finish(struct request *r)
{
    atomic_store(&r->finished, true);
    (void)sem_post(&r->done); /* from here on r may be gone */
}

/* queue_take: the next one, waiting for it if `wait`; NULL if there is none (at the end). A scrub
 * is only taken when waited for: it can't be part of a group. */
static struct request *queue_take(struct db_writer *w, bool wait)
{
    (void)pthread_mutex_lock(&w->lock);
    while (wait && w->first == NULL && !w->closed) (void)pthread_cond_wait(&w->work, &w->lock);
    struct request *r = w->first;
    if (r != NULL && r->fn == NULL && !wait) r = NULL;
    if (r != NULL) {
        queue_remove(w, r);
        r->taken = true;
    }
    (void)pthread_mutex_unlock(&w->lock);
    return r;
}

/* In a savepoint of its own: a failure takes back this one only. */
static err marked_run(struct db_writer *w, struct request *r)
{
    TRY(w->engine->mark(w->conn));
    err e = tx_run(w->engine, w->conn, w->store, 0, r->fn, r->arg);
    if (!err_failed(e)) e = w->engine->mark_keep(w->conn);
    if (!err_failed(e)) return e;
    if (w->engine->whole(w->conn)) {
        err undone = w->engine->mark_undo(w->conn);
        if (err_failed(undone)) w->engine->rollback(w->conn);
    }
    return e;
}

static void count(struct db_writer *w, uint64_t transactions, uint64_t commits, uint64_t lost)
{
    (void)pthread_mutex_lock(&w->lock);
    w->writes.transactions += transactions;
    w->writes.commits += commits;
    w->writes.lost_groups += lost;
    (void)pthread_mutex_unlock(&w->lock);
}

static void group_lone(struct db_writer *w, size_t n)
{
    uint64_t good = 0;
    for (size_t i = 0; i < n; i++) {
        struct request *r = w->group[i];
        r->result = tx_whole(w->engine, w->conn, w->store, 0, r->fn, r->arg);
        good += !err_failed(r->result);
    }
    count(w, good, good, 1);
}

/* Runs the first one and everything that waits behind it. Returns how many, `whole` if the
 * transaction still stands, `good` how many of them succeeded. */
static size_t group_gather(struct db_writer *w, struct request *first, bool *whole, size_t *good)
{
    size_t n = 0;
    for (struct request *r = first; r != NULL;) {
        w->group[n++] = r;
        r->result = marked_run(w, r);
        if (!err_failed(r->result)) *good += 1;
        *whole = w->engine->whole(w->conn);
        r = *whole && n < w->group_most ? queue_take(w, false) : NULL;
    }
    return n;
}

static void group_run(struct db_writer *w, struct request *first)
{
    size_t n = 1, good = 0;
    bool whole = true;
    w->group[0] = first;
    first->result = w->engine->begin(w->conn);
    if (!err_failed(first->result)) {
        n = group_gather(w, first, &whole, &good);
        if (whole && good == 0)
            w->engine->rollback(w->conn);
        else if (!whole || err_failed(w->engine->commit(w->conn)))
            group_lone(w, n);
        else
            count(w, good, 1, 0);
    }
    for (size_t i = 0; i < n; i++) request_finish(w->group[i]);
}

static void *writer_main(void *arg)
{
    struct db_writer *w = arg;
    struct request *r;
    while ((r = queue_take(w, true)) != NULL) {
        if (r->fn == NULL) {
            r->result = w->engine->scrub(w->conn);
            request_finish(r);
        } else {
            group_run(w, r);
        }
        w->engine->tidy(w->conn);
    }
    return NULL;
}

/* ---- the threads that ask ---- */

static err request_enter(struct db_writer *w, struct request *r)
{
    err e = ERR_OK;
    (void)pthread_mutex_lock(&w->lock);
    if (w->closed)
        e = ERR_MAKE(ERR_STATE, "the store is closed");
    else if (w->waiting >= w->queue_most)
        e = ERR_MAKE(ERR_BUSY, "too much waits to be written");
    else
        queue_add(w, r);
    bool alone = w->waiting == 1;
    (void)pthread_mutex_unlock(&w->lock);
    if (!err_failed(e) && alone) (void)pthread_cond_signal(&w->work);
    return e;
}

/* request_leave: out of the queue, unless the writer has it. */
static bool request_leave(struct db_writer *w, struct request *r)
{
    (void)pthread_mutex_lock(&w->lock);
    bool taken = r->taken;
    if (!taken) queue_remove(w, r);
    (void)pthread_mutex_unlock(&w->lock);
    return !taken;
}

static void done_wait(struct request *r)
{
    while (sem_wait(&r->done) != 0) {
        /* a signal came in between */
    }
}

static bool done_wait_until(struct request *r, struct timespec until)
{
    for (;;) {
        if (sem_clockwait(&r->done, CLOCK_MONOTONIC, &until) == 0) return true;
        if (errno != EINTR) return false;
    }
}

static err request_run(struct db_writer *w, struct request *r)
{
    TRY(request_enter(w, r));
    if (!done_wait_until(r, deadline_in(w->wait))) {
        if (request_leave(w, r)) FAIL(ERR_BUSY, "the store is busy: no turn came in time");
        done_wait(r);
    }
    ENSURE(atomic_load(&r->finished), ERR_BUG, "a transaction that nobody finished");
    return r->result;
}

static err writer_ask(struct db_writer *w, db_fn *fn, void *arg)
{
    ENSURE(!writer_is_me(w), ERR_BUG, "a transaction inside a transaction");
    struct request r = {.fn = fn, .arg = arg};
    ENSURE(sem_init(&r.done, 0, 0) == 0, ERR_BUG, "a semaphore cannot be made");
    err e = request_run(w, &r);
    (void)sem_destroy(&r.done);
    return e;
}

err writer_run(struct db_writer *writer, db_fn *fn, void *arg)
{
    return writer_ask(writer, fn, arg);
}
err writer_scrub(struct db_writer *writer) { return writer_ask(writer, NULL, NULL); }

bool writer_is_me(const struct db_writer *writer)
{
    return pthread_equal(writer->thread, pthread_self()) != 0;
}

struct db_writes writer_writes(struct db_writer *writer)
{
    (void)pthread_mutex_lock(&writer->lock);
    struct db_writes out = writer->writes;
    out.waiting = writer->waiting;
    (void)pthread_mutex_unlock(&writer->lock);
    return out;
}

static err writer_begin(struct db_writer *w)
{
    ENSURE(pthread_mutex_init(&w->lock, NULL) == 0, ERR_MEMORY, "out of memory");
    ENSURE(pthread_cond_init(&w->work, NULL) == 0, ERR_MEMORY, "out of memory");
    ENSURE(pthread_create(&w->thread, NULL, writer_main, w) == 0, ERR_BUSY,
           "no thread for the store");
    return ERR_OK;
}

err writer_start(mem *ctx, const struct db_engine *engine, struct db_conn *conn,
                 const struct db_settings *settings, struct db_writer **out)
{
    struct db_writer *w = mem_new(ctx, struct db_writer);
    err e = w == NULL ? ERR_MAKE(ERR_MEMORY, "out of memory") : ERR_OK;
    if (!err_failed(e)) {
        w->engine = engine;
        w->conn = conn;
        w->store = settings->store;
        w->queue_most = settings->queue;
        w->group_most = settings->group < GROUP_MOST ? settings->group : GROUP_MOST;
        w->wait = settings->wait;
        e = writer_begin(w);
    }
    if (err_failed(e)) {
        engine->close(conn);
        return e;
    }
    *out = w;
    return ERR_OK;
}

void writer_stop(struct db_writer *writer)
{
    (void)pthread_mutex_lock(&writer->lock);
    writer->closed = true;
    (void)pthread_mutex_unlock(&writer->lock);
    (void)pthread_cond_signal(&writer->work);
    (void)pthread_join(writer->thread, NULL);
    writer->engine->close(writer->conn);
    (void)pthread_cond_destroy(&writer->work);
    (void)pthread_mutex_destroy(&writer->lock);
}
