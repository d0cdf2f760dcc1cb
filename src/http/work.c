/* work.c - the bounded queue between the threads that read and the workers that run handlers. */
#include <signal.h>

#include "http/parts.h"

void call_answer(struct call *call)
{
    const struct http_router *router = call->server->router;
    if (call->refused != 0)
        http_router_error(router, call->rq, call->refused, call->refused_what, &call->rs);
    else
        http_router_run(router, call->rq, &call->rs);
    call->answer = answer_make(call);
    talloc_free(call->rq->ctx);
    call->rq = NULL;
}

bool queue_put(struct http_server *server, struct call *call)
{
    struct queue *q = &server->queue;
    (void)pthread_mutex_lock(&q->lock);
    bool room = !q->stopping && q->waiting < server->options.queue_max;
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
    struct http_server *server = arg;
    struct call *call;
    bool stopping;
    while ((call = queue_take(&server->queue, &stopping)) != NULL) {
        if (stopping && call->refused == 0) call->refused = 503;
        struct MHD_Connection *connection = call->connection;
        call_answer(call);
        MHD_resume_connection(connection); /* from here on the call is not ours */
    }
    return NULL;
}

/* Signals are for the main thread. */
static bool thread_start(pthread_t *thread, struct http_server *server)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(thread, NULL, work, server) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

err queue_start(struct http_server *server)
{
    struct queue *q = &server->queue;
    q->last = &q->first;
    bool made =
        pthread_mutex_init(&q->lock, NULL) == 0 && pthread_cond_init(&q->changed, NULL) == 0;
    q->workers = mem_array(server, pthread_t, server->options.workers);
    ENSURE(made && q->workers != NULL, ERR_MEMORY, "out of memory");
    while (q->workers_n < server->options.workers) {
        ENSURE(thread_start(&q->workers[q->workers_n], server), ERR_MEMORY,
               "a thread can't be started");
        q->workers_n++;
    }
    return ERR_OK;
}

void queue_stop(struct http_server *server)
{
    struct queue *q = &server->queue;
    (void)pthread_mutex_lock(&q->lock);
    q->stopping = true;
    (void)pthread_cond_broadcast(&q->changed);
    (void)pthread_mutex_unlock(&q->lock);
    while (q->workers_n > 0) (void)pthread_join(q->workers[--q->workers_n], NULL);
}
