/* metrics.c - what a node counts, as text. */
#include "cli/metrics.h"

#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "db/health.h"
#include "db/partner.h"
#include "domain/attempts.h"
#include "domain/ready.h"

#define TEXT_MOST ((size_t)1 << 20)
#define LOOK_EVERY (15 * MSEC_SECOND) /* at queue and partners, however often we are asked */
#define CONTACT_STEP MSEC_HOUR

enum { CAPABILITY_WATCH = 1 };

/* What the store says. */
struct seen {
    msec at; /* monotonic; 0: never */
    mem *ctx; /* of its own: workers allocate in it, under the lock */
    db_waitings waiting;
    db_partners partners;
    msec *heard;
};

struct metrics {
    struct node *node;
    const char *version;
    msec started;
    _Atomic(const struct http_server *) pages, exchange;
    atomic_bool draining;
    pthread_mutex_t lock; /* of seen */
    struct seen seen;
    struct http_server *server;
};

static void head(struct buf *b, const char *name, const char *type, const char *help)
{
    buf_addf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void one(struct buf *b, const char *name, const char *type, const char *help, uint64_t value)
{
    head(b, name, type, help);
    buf_addf(b, "%s %" PRIu64 "\n", name, value);
}

struct listener {
    const char *name;
    const struct http_server *server;
};

/* ---- listeners ---- */

static void requests_put(struct buf *b, const struct listener *l)
{
    const struct http_stats *stats = http_server_stats(l->server);
    for (enum http_class c = 0; c < HTTP_CLASSES; c++)
        for (size_t s = 0; s < HTTP_STATUSES; s++) {
            uint64_t n = atomic_load(&stats->requests[c][s]);
            char status[16] = "other";
            if (s < HTTP_STATUSES - 1) (void)snprintf(status, sizeof status, "%d", http_stat_status(s));
            if (n > 0)
                buf_addf(b, "opentrm_http_requests_total{listener=\"%s\",class=\"%s\",status=\"%s\"} %" PRIu64 "\n", l->name,
                         http_class_name(c), status, n);
        }
}

static void durations_put(struct buf *b, const struct listener *l)
{
    const struct http_stats *stats = http_server_stats(l->server);
    for (enum http_class c = 0; c < HTTP_CLASSES; c++) {
        const char *class = http_class_name(c);
        uint64_t sum = atomic_load(&stats->duration_sum[c]), n = 0;
        for (size_t d = 0; d < HTTP_DURATIONS; d++) {
            n += atomic_load(&stats->durations[c][d]);
            buf_addf(b, "opentrm_http_request_duration_seconds_bucket{listener=\"%s\",class=\"%s\",le=\"%g\"} %" PRIu64 "\n",
                     l->name, class, (double)http_stat_bound(d) / 1000, n);
        }
        n += atomic_load(&stats->durations[c][HTTP_DURATIONS]);
        buf_addf(b,
                 "opentrm_http_request_duration_seconds_bucket{listener=\"%s\",class=\"%s\",le=\"+Inf\"} %" PRIu64 "\n"
                 "opentrm_http_request_duration_seconds_sum{listener=\"%s\",class=\"%s\"} %g\n"
                 "opentrm_http_request_duration_seconds_count{listener=\"%s\",class=\"%s\"} %" PRIu64 "\n",
                 l->name, class, n, l->name, class, (double)sum / 1000, l->name, class, n);
    }
}

static void refusals_put(struct buf *b, const struct listener *l)
{
    const struct http_stats *stats = http_server_stats(l->server);
    for (enum http_refusal r = 0; r < HTTP_REFUSALS; r++)
        buf_addf(b, "opentrm_http_refused_total{listener=\"%s\",limit=\"%s\"} %" PRIu64 "\n", l->name, http_refusal_name(r),
                 atomic_load(&stats->refused[r]));
}

static void connections_put(struct buf *b, const struct listener *l)
{
    buf_addf(b, "opentrm_http_connections{listener=\"%s\"} %u\n", l->name, http_server_counts(l->server).connections);
}

static void taken_put(struct buf *b, const struct listener *l)
{
    buf_addf(b, "opentrm_http_connections_total{listener=\"%s\"} %" PRIu64 "\n", l->name,
             atomic_load(&http_server_stats(l->server)->connections));
}

static void queue_put(struct buf *b, const struct listener *l)
{
    buf_addf(b, "opentrm_http_queue_requests{listener=\"%s\"} %u\n", l->name, http_server_counts(l->server).waiting);
}

static const struct {
    const char *name, *type, *help;
    void (*put)(struct buf *b, const struct listener *l);
} OF_LISTENERS[] = {
    {"opentrm_http_requests_total", "counter", "Answered requests by kind of route and status.", requests_put},
    {"opentrm_http_request_duration_seconds", "histogram", "From a complete request to its answer.", durations_put},
    {"opentrm_http_refused_total", "counter", "Requests refused and connections ended, by the limit they met.", refusals_put},
    {"opentrm_http_connections", "gauge", "Open connections.", connections_put},
    {"opentrm_http_connections_total", "counter", "Connections taken.", taken_put},
    {"opentrm_http_queue_requests", "gauge", "Requests that wait for a worker.", queue_put},
};

static void listeners_put(struct buf *b, const struct metrics *m)
{
    const struct listener all[] = {{"pages", atomic_load(&m->pages)}, {"exchange", atomic_load(&m->exchange)}};
    for (size_t i = 0; i < COUNT_OF(OF_LISTENERS); i++) {
        head(b, OF_LISTENERS[i].name, OF_LISTENERS[i].type, OF_LISTENERS[i].help);
        for (size_t k = 0; k < COUNT_OF(all); k++)
            if (all[k].server != NULL) OF_LISTENERS[i].put(b, &all[k]);
    }
}

/* ---- stores ---- */

static void writes_put(struct buf *b, const struct metrics *m)
{
    const struct {
        const char *name;
        struct db_writes writes;
    } stores[] = {{"records", db_writes(m->node->records)}, {"keys", db_writes(m->node->keys)}};
    static const struct {
        const char *name, *type, *help;
        size_t at;
    } ROWS[] = {
        {"opentrm_db_transactions_total", "counter", "Write transactions that were committed.", offsetof(struct db_writes, transactions)},
        {"opentrm_db_commits_total", "counter", "Commits; several transactions share one.", offsetof(struct db_writes, commits)},
        {"opentrm_db_lost_groups_total", "counter", "Commits that failed and were run again one by one.", offsetof(struct db_writes, lost_groups)},
        {"opentrm_db_waiting_transactions", "gauge", "Write transactions that wait.", offsetof(struct db_writes, waiting)},
    };
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        head(b, ROWS[i].name, ROWS[i].type, ROWS[i].help);
        for (size_t k = 0; k < COUNT_OF(stores); k++)
            buf_addf(b, "%s{store=\"%s\"} %" PRIu64 "\n", ROWS[i].name, stores[k].name,
                     *(const uint64_t *)(const void *)((const uint8_t *)&stores[k].writes + ROWS[i].at));
    }
}

static err read_seen(struct tx *tx, void *arg)
{
    struct seen *seen = arg;
    TRY(db_health_waiting(tx, seen->ctx, &seen->waiting));
    TRY(db_partner_list(tx, seen->ctx, &seen->partners));
    seen->heard = mem_array(seen->ctx, msec, seen->partners.n + 1);
    ENSURE_MEM(seen->heard);
    for (size_t i = 0; i < seen->partners.n; i++) TRY(db_health_heard(tx, seen->partners.at[i].id, &seen->heard[i]));
    return ERR_OK;
}

/* Looks again if it is long ago. What can't be looked at is left out. */
static bool seen_now(struct metrics *m)
{
    msec now = clock_monotonic();
    if (m->seen.at != 0 && now < m->seen.at + LOOK_EVERY) return true;
    struct seen fresh = {.at = now, .ctx = talloc_new(NULL)};
    if (fresh.ctx == NULL || err_failed(db_read(m->node->records, read_seen, &fresh))) {
        talloc_free(fresh.ctx);
        return false;
    }
    talloc_free(m->seen.ctx);
    m->seen = fresh;
    return true;
}

static void deliveries_put(struct buf *b, const struct metrics *m)
{
    msec now = node_now(m->node), oldest = now;
    uint64_t messages = 0;
    for (size_t i = 0; i < m->seen.waiting.n; i++) {
        const struct db_waiting *w = &m->seen.waiting.at[i];
        messages += (uint64_t)w->messages;
        if (w->oldest < oldest) oldest = w->oldest;
    }
    one(b, "opentrm_delivery_queue_messages", "gauge", "Messages that are not out yet.", messages);
    one(b, "opentrm_delivery_queue_oldest_seconds", "gauge", "Age of the oldest of them.", (uint64_t)(now - oldest) / 1000);
    head(b, "opentrm_partner_last_contact_timestamp_seconds", "gauge", "When a partner's node last sent something or gave a receipt, to the hour; 0: never.");
    for (size_t i = 0; i < m->seen.partners.n; i++) {
        if (!text_same(m->seen.partners.at[i].state, "pinned")) continue;
        buf_addf(b, "opentrm_partner_last_contact_timestamp_seconds{partner=\"%s\"} %" PRId64 "\n", m->seen.partners.at[i].id,
                 m->seen.heard[i] / CONTACT_STEP * (CONTACT_STEP / 1000));
    }
}

/* Pages in memory that are ours now, from /proc; 0 if it does not tell. */
static uint64_t memory_resident(void)
{
    char text[128] = "";
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    ssize_t n = read(fd, text, sizeof text - 1);
    (void)close(fd);
    char *rest = text;
    if (n <= 0) return 0;
    (void)strtoull(rest, &rest, 10); /* all of the address space */
    return strtoull(rest, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* A page of some site whose name leads to this machine (DNS rebinding) reads nothing here. Who asks without a name
 * is no browser. */
static bool asked_by_address(const struct http_request *rq)
{
    const char *host = http_header(rq, "Host");
    char name[48];
    struct address address;
    if (host == NULL) return true;
    bool bracket = host[0] == '[';
    size_t n = strcspn(host + bracket, bracket ? "]" : ":");
    if (n >= sizeof name) return false;
    memcpy(name, host + bracket, n);
    name[n] = '\0';
    return text_same_nocase(name, "localhost") || (!err_failed(address_parse(name, &address)) && address_is_loopback(&address));
}

static err metrics_get(void *app, struct http_request *rq, struct http_response *rs)
{
    struct metrics *m = app;
    struct buf b;
    struct bytes out;
    ENSURE(asked_by_address(rq), ERR_DENIED, "ask by this machine's own name");
    buf_init(&b, rs->ctx, TEXT_MOST);
    head(&b, "opentrm_build_info", "gauge", "Which version this is.");
    buf_addf(&b, "opentrm_build_info{version=\"%s\"} 1\n", m->version);
    one(&b, "opentrm_ready", "gauge", "Whether /ready says yes.", !atomic_load(&m->draining) && !err_failed(node_ready(m->node)));
    one(&b, "opentrm_start_time_seconds", "gauge", "When the process started.", (uint64_t)m->started / 1000);
    one(&b, "opentrm_resident_memory_bytes", "gauge", "Memory in use.", memory_resident());
    one(&b, "opentrm_sign_ins_failed_total", "counter", "Sign-ins, activations and recoveries with a wrong word.", attempts_failed(m->node));
    listeners_put(&b, m);
    writes_put(&b, m);
    (void)pthread_mutex_lock(&m->lock);
    if (seen_now(m)) deliveries_put(&b, m);
    (void)pthread_mutex_unlock(&m->lock);
    TRY(buf_done(&b, &out));
    return http_reply(rs, 200, "text/plain; version=0.0.4; charset=utf-8", out);
}

/* ---- the listener ---- */

static err live_get(void *app, struct http_request *rq, struct http_response *rs)
{
    (void)app, (void)rq;
    return http_reply(rs, 200, "text/plain; charset=utf-8", bytes_text("live\n"));
}

static err ready_get(void *app, struct http_request *rq, struct http_response *rs)
{
    struct metrics *m = app;
    (void)rq;
    bool ready = !atomic_load(&m->draining) && !err_failed(node_ready(m->node));
    return http_reply(rs, ready ? 200 : 503, "text/plain; charset=utf-8", bytes_text(ready ? "ready\n" : "not ready\n"));
}

static const struct http_route ROUTES[] = {
    HTTP_ROUTE(CAPABILITY_WATCH, .method = HTTP_GET, .path = "/metrics", .probe = true, .handler = metrics_get, .summary = "Metrics"),
    HTTP_ROUTE(CAPABILITY_WATCH, .method = HTTP_GET, .path = "/live", .probe = true, .handler = live_get, .summary = "Does the process answer?"),
    HTTP_ROUTE(CAPABILITY_WATCH, .method = HTTP_GET, .path = "/ready", .probe = true, .handler = ready_get, .summary = "Can it serve?"),
};

static err on_error(void *app, struct http_request *rq, int status, const char *what, struct http_response *rs)
{
    (void)app, (void)rq;
    return http_reply(rs, status, "text/plain; charset=utf-8", bytes_text(status == 500 ? NULL : what));
}

static const char *capability_name(int capability) { return capability == CAPABILITY_WATCH ? "watch" : "?"; }

static int metrics_end(struct metrics *m)
{
    if (m->server != NULL) http_server_stop(m->server, MSEC_SECOND);
    m->server = NULL;
    talloc_free(m->seen.ctx);
    (void)pthread_mutex_destroy(&m->lock);
    return 0;
}

err metrics_start(mem *ctx, const char *address, uint16_t port, struct node *node, const char *version, struct metrics **out)
{
    struct address parsed;
    TRY(address_parse(address, &parsed));
    ENSURE(address_is_loopback(&parsed), ERR_INPUT, "metrics are for this machine only: listen on 127.0.0.1 or ::1");
    struct metrics *m = mem_new(ctx, struct metrics);
    ENSURE_MEM(m);
    ENSURE(pthread_mutex_init(&m->lock, NULL) == 0, ERR_MEMORY, "out of memory");
    talloc_set_destructor(m, metrics_end);
    m->node = node;
    m->version = version;
    m->started = clock_now(clock_system());
    const struct http_server_options options = {
        .address = address, .port = port, .io_threads = 1, .workers = 2, .slow_workers = 1,
        .app = {.app = m, .routes = ROUTES, .routes_n = COUNT_OF(ROUTES), .admit = http_admit_anybody, .csrf_token = http_csrf_nobody,
                .on_error = on_error, .capability_name = capability_name}};
    TRY(http_server_start(m, &options, &m->server));
    *out = m;
    return ERR_OK;
}

void metrics_servers(struct metrics *m, const struct http_server *pages, const struct http_server *exchange)
{
    atomic_store(&m->pages, pages);
    atomic_store(&m->exchange, exchange);
}

void metrics_drain(struct metrics *m) { atomic_store(&m->draining, true); }
