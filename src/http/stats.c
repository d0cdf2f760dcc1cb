/* stats.c - counting what a listener does. */
#include "http/stats.h"

#include "base/text.h"

static const int STATUSES[HTTP_STATUSES] = {200, 202, 204, 206, 301, 302, 303, 304, 400, 401, 403, 404,
                                            405, 408, 409, 413, 414, 415, 422, 429, 431, 500, 502, 503, 0};
static const msec BOUNDS[HTTP_DURATIONS] = {1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 10000};

static const char *const CLASSES[HTTP_CLASSES] = {
    [HTTP_CLASS_NONE] = "none",         [HTTP_CLASS_ASSET] = "asset",   [HTTP_CLASS_PROBE] = "probe",
    [HTTP_CLASS_PAGE] = "page",         [HTTP_CLASS_CHANGE] = "change", [HTTP_CLASS_PASSWORD] = "password",
    [HTTP_CLASS_EXCHANGE] = "exchange",
};

static const char *const REFUSALS[HTTP_REFUSALS] = {
    [HTTP_REFUSED_CONNECTIONS] = "address_connections",
    [HTTP_REFUSED_ADDRESS_RATE] = "address_rate",
    [HTTP_REFUSED_SESSION_RATE] = "session_rate",
    [HTTP_REFUSED_PASSWORD_RATE] = "password_rate",
    [HTTP_REFUSED_QUEUE] = "queue",
    [HTTP_REFUSED_BODIES] = "bodies",
    [HTTP_REFUSED_BODY] = "body_size",
    [HTTP_REFUSED_HEADERS] = "headers",
    [HTTP_REFUSED_SLOW_FIRST] = "slow_first",
    [HTTP_REFUSED_SLOW_HEAD] = "slow_head",
    [HTTP_REFUSED_SLOW_BODY] = "slow_body",
    [HTTP_REFUSED_SLOW_READER] = "slow_reader",
    [HTTP_REFUSED_IDLE] = "idle",
};

const char *http_class_name(enum http_class c) { return CLASSES[c]; }
const char *http_refusal_name(enum http_refusal r) { return REFUSALS[r]; }
int http_stat_status(size_t place) { return STATUSES[place]; }
msec http_stat_bound(size_t place) { return BOUNDS[place]; }

enum http_class http_class_of(const struct http_route *route)
{
    if (route == NULL) return HTTP_CLASS_NONE;
    if (route->probe) return HTTP_CLASS_PROBE;
    if (route->slow) return HTTP_CLASS_PASSWORD;
    if (route->csrf == HTTP_CSRF_PEER) return HTTP_CLASS_EXCHANGE;
    if (text_starts(route->path, "/static/")) return HTTP_CLASS_ASSET;
    return route->method == HTTP_GET ? HTTP_CLASS_PAGE : HTTP_CLASS_CHANGE;
}

void http_stat_add(struct http_stats *stats, enum http_class c, int status, msec took)
{
    size_t s = 0, d = 0;
    while (s < HTTP_STATUSES - 1 && STATUSES[s] != status) s++;
    while (d < HTTP_DURATIONS && took > BOUNDS[d]) d++;
    atomic_fetch_add(&stats->requests[c][s], 1);
    atomic_fetch_add(&stats->durations[c][d], 1);
    atomic_fetch_add(&stats->duration_sum[c], (uint64_t)(took < 0 ? 0 : took));
}
