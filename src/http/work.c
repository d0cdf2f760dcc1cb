/* work.c - the bounded queues between the threads that read and the workers that run handlers: one
 * for what is quick, one for what is slow, so that a hundred people signing in hold up nobody who
 * works. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "http/parts.h"

void call_answer(struct call *call)
{
    const struct http_router *router = call->server->router;
    if (call->refused != 0 && call->plain)
        http_router_plain(&call->rs, call->refused);
    else if (call->refused != 0)
        http_router_error(router, call->rq, call->refused, call->refused_what, &call->rs);
    else
        http_router_run(router, call->rq, &call->rs);
    if (call->retry_after > 0) {
        char seconds[24];
        (void)snprintf(seconds, sizeof seconds, "%" PRId64,
                       (call->retry_after + MSEC_SECOND - 1) / MSEC_SECOND);
        err_ignore(http_set_header(&call->rs, "Retry-After", seconds)); /* a hint only */
    }
    http_stat_add(&call->server->stats, call->class, call->rs.status,
                  clock_monotonic() - call->since);
    call->answer = answer_make(call);
    talloc_free(call->rq->ctx);
    call->rq = NULL;
}

bool queue_put(struct http_server *server, struct call *call)
{
    bool slow = call->refused == 0 && call->rq->route != NULL && call->rq->route->slow;
    struct queue *q = slow ? &server->slow : &server->queue;
    (void)pthread_mutex_lock(&q->lock);
    bool room = !q->stopping && q->waiting < q->most;
    if (room) {
        *q->last = call;
        q->last = &call->next;
        q->waiting++;
        (void)pthread_cond_signal(&q->changed);
    }
    (void)pthread_mutex_unlock(&q->lock);
    return room;
}

/* The next call, or NULL when the server stops and none waits. */
static struct call *queue_take(struct queue *q, bool *stopping)
{
    (void)pthread_mutex_lock(&q->lock);
    while (q->first == NULL && !q->stopping) (void)pthread_cond_wait(&q->changed, &q->lock);
    struct call *call = q->first;
    if (call != NULL) {
        q->first = call->next;
        if (q->first == NULL) q->last = &q->first;
        q->waiting--;
    }
    *stopping = q->stopping;
    (void)pthread_mutex_unlock(&q->lock);
    return call;
}

static void *work(void *arg)
{
    struct queue *queue = arg;
    struct call *call;
    bool stopping;
    while ((call = queue_take(queue, &stopping)) != NULL) {
        if (stopping && call->refused == 0) call->refused = 503;
        struct MHD_Connection *connection = call->connection;
        call_answer(call);
        MHD_resume_connection(connection); /* from here on the call is not ours */
    }
    return NULL;
}

/* Signals are for the main thread. */
static bool thread_start(pthread_t *thread, struct queue *queue)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(thread, NULL, work, queue) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

static err queue_start(struct queue *q, struct http_server *server, unsigned workers, unsigned most)
{
    q->most = most;
    q->last = &q->first;
    bool made =
        pthread_mutex_init(&q->lock, NULL) == 0 && pthread_cond_init(&q->changed, NULL) == 0;
    q->started = made;
    q->workers = mem_array(server, pthread_t, workers);
    ENSURE(made && q->workers != NULL, ERR_MEMORY, "out of memory");
    while (q->workers_n < workers) {
        ENSURE(thread_start(&q->workers[q->workers_n], q), ERR_MEMORY, "a thread can't be started");
        q->workers_n++;
    }
    return ERR_OK;
}

err queues_start(struct http_server *server)
{
    const struct http_server_options *o = &server->options;
    TRY(queue_start(&server->queue, server, o->workers, (unsigned)limit_of(server, LIMIT_QUEUE)));
    return queue_start(&server->slow, server, o->slow_workers,
                       (unsigned)limit_of(server, LIMIT_PASSWORD_QUEUE));
}

static void queue_stop(struct queue *q)
{
    if (!q->started) return;
    (void)pthread_mutex_lock(&q->lock);
    q->stopping = true;
    (void)pthread_cond_broadcast(&q->changed);
    (void)pthread_mutex_unlock(&q->lock);
    while (q->workers_n > 0) (void)pthread_join(q->workers[--q->workers_n], NULL);
}

void queues_stop(struct http_server *server)
{
    queue_stop(&server->slow);
    queue_stop(&server->queue);
}
