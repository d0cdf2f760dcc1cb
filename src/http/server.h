/* server.h - listens, reads requests, queues them to workers, sends responses (libmicrohttpd).
 *
 * Who calls it: main, once for each listener (pages; exchange over TLS). I/O threads only read and
 * write; a complete request waits in a bounded queue, its connection suspended, until a worker runs
 * the router on it. A full queue answers 503 with Retry-After. Each phase of a connection has a
 * deadline that does not move with single bytes: a slow client can't hold a place. Addresses and
 * sessions have limits of their own (base/limit.h): 429 above.
 */
#ifndef OPENTRM_HTTP_SERVER_H
#define OPENTRM_HTTP_SERVER_H

#include "base/address.h"
#include "base/clock.h"
#include "base/limit.h"
#include "http/router.h"
#include "http/stats.h"

/* Zero or NULL takes the default in brackets. */
struct http_server_options {
    const char *address;             /* numeric, "127.0.0.1" or "::1" [127.0.0.1] */
    uint16_t port;                   /* 0: any free one, see http_server_port */
    const char *certificate_pem;     /* chain; with key_pem: TLS 1.2 and 1.3 only. NULL: plain HTTP */
    const char *key_pem;
    unsigned io_threads;             /* [half the processors; for TLS at least 2] */
    unsigned workers;                /* [twice the processors, at least 16: a worker sleeps while the disk writes] */
    unsigned slow_workers;           /* for routes that are slow: they hold up nobody else [2] */
    const struct limits *limits;     /* [those of base/limit.h]; read at start */
    const struct address_networks *proxies; /* whose X-Forwarded-For and -Proto are believed [nobody's] */
    struct http_app app;
};

struct http_server;

/* http_server_start: listens and serves. Owned by ctx; freeing it stops it with a drain of 5 s.
 * ERR_IO: address in use or not ours. ERR_INPUT: bad certificate or key. ERR_BUG: bad route table. */
err http_server_start(mem *ctx, const struct http_server_options *options, struct http_server **out);
uint16_t http_server_port(const struct http_server *server);
const struct http_router *http_server_router(const struct http_server *server);

/* http_server_drain: accepts no more; answers end their connections. http_server_active: requests that
 * have begun and are not answered to the end. Then stop. */
void http_server_drain(struct http_server *server);
unsigned http_server_active(const struct http_server *server);
/* http_server_stop: accepts no more, lets what has arrived be answered until `drain` has passed, answers
 * 503 to what still waits, lets running handlers end, closes. Calling it twice is harmless. */
void http_server_stop(struct http_server *server, msec drain);

struct http_server_counts {
    unsigned connections;
    unsigned waiting;    /* requests in the queues */
    uint64_t requests;   /* answered since start */
    uint64_t refused;    /* 503 for a full queue */
    uint64_t cut;        /* connections ended by a deadline */
};
struct http_server_counts http_server_counts(const struct http_server *server);
const struct http_stats *http_server_stats(const struct http_server *server);

#endif
