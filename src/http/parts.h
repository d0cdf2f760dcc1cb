/* parts.h - what the server's files share: the server, its connections (lines) and requests
 * (calls). Private to http/.
 *
 *   lines.c   every connection, and the deadline of what it is doing
 *   io.c      libmicrohttpd's callbacks: reads a request, hands it over, sends the answer
 *   work.c    the queue and the workers
 *   send.c    an answer as libmicrohttpd wants it, with the headers that every answer has
 *   server.c  start and stop
 */
#ifndef OPENTRM_HTTP_PARTS_H
#define OPENTRM_HTTP_PARTS_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "http/rate.h"
#include "http/server.h"

/* Least speed of a body or an answer: a byte in a millisecond, 1 KiB in a second. */
#define RATE ((msec)1)
/* So much of a refused body is read, so that its sender comes to read the answer. */
#define DISCARD_MAX ((uint64_t)64 << 20)
/* What a connection is doing, and so which deadline it has. */
enum phase {
    PHASE_FIRST, /* connected, or in a handshake: nothing was asked yet */
    PHASE_IDLE,  /* between requests */
    PHASE_HEAD, /* the first line of a request is here */
    PHASE_BODY,
    PHASE_WORK, /* ours to answer */
    PHASE_SEND
};

/* Who has connections. */
struct peer {
    struct peer *next; /* of the same place in the table */
    struct address group;
    unsigned n;
};

struct line {
    struct line *before, *after;
    int fd;
    struct address address; /* of the other end: a client or a proxy */
    struct peer *peer;      /* NULL for trusted proxies */
    bool over;              /* one connection too many of its address: told so, and ended */
    int64_t requests;
    _Atomic(enum phase) phase;
    _Atomic(msec) since;     /* when the phase began, monotonic */
    _Atomic(uint64_t) moved; /* bytes of a body that were read */
    /* The watcher's own: when so many bytes had moved. */
    enum phase mark_phase;
    msec mark_since, mark_time;
    uint64_t mark_moved;
    bool cut;
};

#define PEERS 1024

struct lines {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct line *first;
    struct peer *peers[PEERS];
    atomic_uint n;
    bool stopping;
    pthread_t watcher;
};

/* A request from its first line to the last byte of its answer. */
struct call {
    struct call *next; /* in the queue */
    struct http_server *server;
    struct MHD_Connection *connection;
    struct line *line;
    const char *target;
    struct http_request *rq; /* its ctx ends when the handler has returned */
    struct http_response rs; /* its ctx ends when the answer is sent */
    struct buf body;
    size_t body_max;
    size_t counted; /* of its memory, in http_server.bodies */
    uint64_t discarded;
    struct address from; /* whom the limits count: the client, also behind a trusted proxy */
    bool from_nobody;    /* a trusted proxy that does not say for whom it asks */
    int refused;         /* status, if the request is not for the handler */
    const char *refused_what;
    bool plain;       /* refused so often that a line of text does */
    msec retry_after; /* of a refusal, 0: none */
    msec since;       /* complete and handed over, or refused */
    enum http_class class;
    const char *allow;
    bool started; /* the headers were read */
    bool queued;  /* a worker has or had it */
    bool close;   /* the connection ends with the answer */
    struct MHD_Response *answer;
};

struct queue {
    bool started;
    unsigned most;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct call *first, **last;
    atomic_uint waiting;
    bool stopping; /* what waits is answered 503, then the workers end */
    pthread_t *workers;
    unsigned workers_n;
};

struct http_server {
    struct http_server_options options;
    struct limits limits;
    struct address_networks proxies;
    struct rates *rates;
    struct http_stats stats;
    struct http_router *router;
    struct MHD_Daemon *daemon;
    uint16_t port;
    bool drained, stopped;
    struct lines lines;
    struct queue queue, slow; /* slow: of routes that say so */
    atomic_uint active;       /* calls that have begun and are not yet answered to the end */
    atomic_bool draining;
    _Atomic(size_t) bodies; /* bytes of bodies in memory */
    _Atomic(uint64_t) requests, refused, cut;
};

static inline int64_t limit_of(const struct http_server *server, enum limit limit)
{
    return server->limits.at[limit];
}
static inline void refusal_count(struct http_server *server, enum http_refusal refusal)
{
    atomic_fetch_add(&server->stats.refused[refusal], 1);
}

/* lines.c */
err lines_start(struct http_server *server);
void lines_stop(struct http_server *server);
void line_set(struct line *line, enum phase phase);
/* lines_notify: MHD_NotifyConnectionCallback. */
void lines_notify(void *server, struct MHD_Connection *connection, void **line,
                  enum MHD_ConnectionNotificationCode code);

/* io.c */
void *call_begin(void *server, const char *uri, struct MHD_Connection *connection);
enum MHD_Result call_read(void *server, struct MHD_Connection *connection, const char *url,
                          const char *method, const char *version, const char *data, size_t *data_n,
                          void **call);
void call_end(void *server, struct MHD_Connection *connection, void **call,
              enum MHD_RequestTerminationCode code);
size_t call_unescape(void *server, struct MHD_Connection *connection, char *text);

/* work.c */
/* call_answer: the answer to a complete or refused call. Ends the request's memory. */
void call_answer(struct call *call);
err queues_start(struct http_server *server);
/* queue_put: into the queue of its route; false when that is full or stopping. */
bool queue_put(struct http_server *server, struct call *call);
void queues_stop(struct http_server *server);

/* send.c */
/* answer_make: from call->rs, whose ctx it takes over. NULL when there is no memory. */
struct MHD_Response *answer_make(struct call *call);

#endif
