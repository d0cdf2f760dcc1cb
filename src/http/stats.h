/* stats.h - what a listener counted since it started: numbers only, no address, no path, no code.
 *
 * Written by http's own threads, read by the metrics page (cli/metrics.c).
 */
#ifndef OPENTRM_HTTP_STATS_H
#define OPENTRM_HTTP_STATS_H

#include <stdatomic.h>

#include "http/router.h"

/* What kind of route a request was for. */
enum http_class {
    HTTP_CLASS_NONE,     /* refused before a route was found, or there is none */
    HTTP_CLASS_ASSET,    /* style sheet, script */
    HTTP_CLASS_PROBE,    /* /live, /ready, /metrics */
    HTTP_CLASS_PAGE,     /* read */
    HTTP_CLASS_CHANGE,   /* a form was posted */
    HTTP_CLASS_PASSWORD, /* a password or code was checked */
    HTTP_CLASS_EXCHANGE, /* a partner's node posted */
    HTTP_CLASSES
};

/* Why a request or a connection was refused or ended. */
enum http_refusal {
    HTTP_REFUSED_CONNECTIONS, /* of one address */
    HTTP_REFUSED_ADDRESS_RATE,
    HTTP_REFUSED_SESSION_RATE,
    HTTP_REFUSED_PASSWORD_RATE,
    HTTP_REFUSED_QUEUE,
    HTTP_REFUSED_BODIES,
    HTTP_REFUSED_BODY,
    HTTP_REFUSED_HEADERS,
    HTTP_REFUSED_SLOW_FIRST,
    HTTP_REFUSED_SLOW_HEAD,
    HTTP_REFUSED_SLOW_BODY,
    HTTP_REFUSED_SLOW_READER,
    HTTP_REFUSED_IDLE, /* a connection that waited long enough; nobody was refused anything */
    HTTP_REFUSALS
};

#define HTTP_STATUSES 25 /* those of http_stat_status, the last: any other */
#define HTTP_DURATIONS 12

struct http_stats {
    _Atomic(uint64_t) requests[HTTP_CLASSES][HTTP_STATUSES];
    _Atomic(uint64_t) durations[HTTP_CLASSES][HTTP_DURATIONS + 1]; /* last: longer than all */
    _Atomic(uint64_t) duration_sum[HTTP_CLASSES];                  /* milliseconds */
    _Atomic(uint64_t) refused[HTTP_REFUSALS];
    _Atomic(uint64_t) connections; /* taken since start */
};

const char *http_class_name(enum http_class c);
const char *http_refusal_name(enum http_refusal r);
/* http_stat_status: the status at this place; 0 for the last, which stands for any other. */
int http_stat_status(size_t place);
/* http_stat_bound: upper bound of this span, milliseconds. */
msec http_stat_bound(size_t place);

enum http_class http_class_of(const struct http_route *route);
/* http_stat_add: one answered request. */
void http_stat_add(struct http_stats *stats, enum http_class c, int status, msec took);

#endif
