/* serve.c - runs a node: two listeners, the delivery worker, and a timer on the main thread.
 *
 * The main thread waits for SIGTERM or SIGINT; between, it does what time asks for: ended sessions, checkpoints of the audit log.
 * Stopping drains: /ready says no, no new connections, what has begun is answered, deliveries in work end or give their lease
 * back; a second signal hurries.
 */
#include "cli/serve.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/acting.h"
#include "cli/metrics.h"
#include "domain/erasure.h"
#include "domain/attempts.h"
#include "domain/formbook.h"
#include "domain/node_audit.h"
#include "domain/node_closed.h"
#include "domain/node_stores.h"
#include "domain/session.h"
#include "exchange/deliver.h"
#include "exchange/receive.h"
#include "http/server.h"
#include "print/document.h"
#include "web/web.h"

#define TICK_SECONDS 5
#define ARENAS 2
#define PEM_MOST 65536
#define LOOK_NS 20000000L /* while stopping */
#define SESSIONS_EVERY (10 * MSEC_MINUTE)
#define CHECKPOINT_EVERY (10 * MSEC_MINUTE)

struct serving {
    struct cli *cli;
    struct node *node;
    struct web *web;
    struct http_server *pages, *exchange;
    struct deliver *deliver;
    struct metrics *metrics; /* NULL: not asked for */
    struct limits limits;
    struct address_networks proxies;
    bool erasures_replayed;
};

/* "127.0.0.1:8441" or "[::1]:8441" */
static err address_of(mem *ctx, const char *text, const char **address, uint16_t *port)
{
    const char *colon = strrchr(text, ':');
    ENSURE(colon != NULL && colon != text, ERR_INPUT, "an address is written like 127.0.0.1:8441");
    int64_t number;
    TRY(text_number(colon + 1, &number));
    ENSURE(number > 0 && number < 65536, ERR_INPUT, "a port lies between 1 and 65535");
    bool brackets = text[0] == '[' && colon[-1] == ']';
    size_t from = brackets ? 1 : 0, n = (size_t)(colon - text) - from - (brackets ? 1 : 0);
    *address = mem_textn(ctx, text + from, n);
    ENSURE_MEM(*address);
    *port = (uint16_t)number;
    return ERR_OK;
}

static err node_pem(struct serving *s, const char *name, const char **out)
{
    const char *path;
    struct bytes pem;
    TRY(file_join(s->cli->ctx, s->node->folder, name, &path));
    TRY(file_read(s->cli->ctx, path, PEM_MOST, &pem));
    *out = (const char *)pem.p;
    return ERR_OK;
}

static err listen_on(struct serving *s, const char *option, bool tls, struct http_app app, struct http_server **out)
{
    struct http_server_options options = {.app = app, .limits = &s->limits, .proxies = &s->proxies};
    TRY(address_of(s->cli->ctx, cli_option(s->cli, option), &options.address, &options.port));
    if (tls) {
        TRY(node_pem(s, NODE_CERTIFICATE, &options.certificate_pem));
        TRY(node_pem(s, NODE_KEY, &options.key_pem));
    }
    return http_server_start(s->cli->ctx, &options, out);
}

static err metrics_listen(struct serving *s)
{
    const char *address;
    uint16_t port;
    if (cli_option(s->cli, "metrics") == NULL) return ERR_OK;
    TRY(address_of(s->cli->ctx, cli_option(s->cli, "metrics"), &address, &port));
    return metrics_start(s->cli->ctx, address, port, s->node, OPENTRM_VERSION, &s->metrics);
}

/* A second machine has the node's key and certificate, and is told the rest. */
static err stores_join(struct cli *cli)
{
    const struct node_stores stores = {cli_option(cli, "store"), cli_option(cli, "keys")};
    if (stores.records == NULL && stores.keys == NULL) return ERR_OK;
    return node_stores_join(cli->arguments[0], &stores);
}

static err start(struct serving *s)
{
    const char *problems;
    /* A pool of free memory for each thread would hold what a busy minute took, for ever, many times over. */
    (void)mallopt(M_ARENA_MAX, ARENAS); /* the allocator of the sanitizers has no such thing: it goes without */
    TRY(print_check());
    TRY(stores_join(s->cli));
    TRY(acting_node(s->cli, &s->node));
    TRY(node_limits(s->node, &s->limits, &s->proxies));
    if (s->node->forms->problems != NULL) LOG(LOG_WARN, "forms_left_out");
    TRY(web_new(s->cli->ctx, s->node, &s->web, &problems));
    if (problems != NULL) LOG(LOG_WARN, "languages_left_out");
    TRY(metrics_listen(s));
    TRY(node_audit_note(s->node, AUDIT_NODE_START));
    TRY(deliver_start(s->cli->ctx, s->node, &s->deliver));
    TRY(listen_on(s, "exchange", true, receive_app(s->node), &s->exchange));
    TRY(listen_on(s, "listen", cli_option(s->cli, "tls") != NULL, web_app(s->web), &s->pages));
    if (s->metrics != NULL) metrics_servers(s->metrics, s->pages, s->exchange);
    (void)malloc_trim(0); /* reading forms and templates took memory that serving does not need */
    LOG(LOG_INFO, "serving", log_text("listen", cli_option(s->cli, "listen")),
        log_text("exchange", cli_option(s->cli, "exchange")),
        log_text("metrics", cli_option_or(s->cli, "metrics", "none")));
    return ERR_OK;
}

/* What time asks for. A failure is logged and tried again at the next turn. */
static void tick(struct serving *s, msec *sessions_at, msec *checkpoint_at)
{
    msec now = clock_monotonic();
    err noted = attempts_flush(s->node, false);
    if (err_failed(noted)) log_err(LOG_WARN, "attempts_flush", noted);
    if (now >= *sessions_at) {
        *sessions_at = now + SESSIONS_EVERY;
        err e = session_expire(s->node);
        if (err_failed(e)) log_err(LOG_WARN, "sessions_expire", e);
        /* At the first turn the whole list: the keys may have come back, with a copy that somebody put there by hand. */
        int64_t listed;
        e = s->erasures_replayed ? erasure_finish(s->node->records, s->node->keys, node_now(s->node))
                                 : erasure_replay(s->node->records, s->node->keys, node_now(s->node), &listed);
        if (err_failed(e)) log_err(LOG_WARN, "erasures_finish", e);
        s->erasures_replayed = s->erasures_replayed || !err_failed(e);
    }
    if (now >= *checkpoint_at) {
        *checkpoint_at = now + CHECKPOINT_EVERY;
        err e = node_audit_checkpoint(s->node);
        if (err_failed(e)) log_err(LOG_WARN, "audit_checkpoint", e);
    }
}

/* The node moves to other stores, by a command on another machine (domain/node_closed.h). */
static bool closed(struct serving *s)
{
    err e = node_closed_check(s->node->records);
    if (e.kind == ERR_STATE) log_err(LOG_ERROR, "stopping", e);
    return e.kind == ERR_STATE;
}

static void wait_for_signal(struct serving *s, const sigset_t *signals)
{
    msec sessions_at = 0, checkpoint_at = 0;
    const struct timespec turn = {.tv_sec = TICK_SECONDS};
    for (;;) {
        int got = sigtimedwait(signals, NULL, &turn);
        if (got > 0) {
            LOG(LOG_INFO, "stopping", log_number("signal", got));
            return;
        }
        tick(s, &sessions_at, &checkpoint_at);
        if (closed(s)) return;
    }
}

/* Waits for so long, or until all is done if `work`. True: told to hurry by a second signal. */
static bool wait_on(const struct serving *s, const sigset_t *signals, msec at_most, bool work)
{
    const struct timespec turn = {.tv_nsec = LOOK_NS};
    msec until = clock_monotonic() + at_most;
    while (clock_monotonic() < until) {
        if (work && http_server_active(s->pages) + http_server_active(s->exchange) + deliver_busy(s->deliver) == 0) break;
        if (sigtimedwait(signals, NULL, &turn) > 0) {
            LOG(LOG_INFO, "hurrying");
            return true;
        }
    }
    return false;
}

/* Says no to load balancers, takes nothing new, lets what is in work end for a while, then ends it: requests that still wait
 * get 503, deliveries give their lease back. */
static err stop(struct serving *s, const sigset_t *signals)
{
    web_drain(s->web);
    if (s->metrics != NULL) metrics_drain(s->metrics);
    bool hurry = wait_on(s, signals, s->limits.at[LIMIT_DRAIN_NOTICE] * MSEC_SECOND, false);
    http_server_drain(s->pages);
    http_server_drain(s->exchange);
    deliver_finish(s->deliver);
    LOG(LOG_INFO, "draining", log_number("requests", http_server_active(s->pages) + http_server_active(s->exchange)));
    if (!hurry) (void)wait_on(s, signals, s->limits.at[LIMIT_DRAIN] * MSEC_SECOND, true);
    http_server_stop(s->pages, 0);
    http_server_stop(s->exchange, 0);
    deliver_stop(s->deliver);
    talloc_free(s->metrics); /* before the listeners whose numbers it reads */
    s->metrics = NULL;
    TRY(attempts_flush(s->node, true));
    err e = node_audit_note(s->node, AUDIT_NODE_STOP);
    if (err_failed(e)) return e;
    return node_audit_checkpoint(s->node);
}

err serve(struct cli *cli)
{
    struct serving s = {.cli = cli};
    sigset_t signals;
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    /* Before any thread starts, so that all inherit it and only the main thread takes them. */
    ENSURE(pthread_sigmask(SIG_BLOCK, &signals, NULL) == 0 && signal(SIGPIPE, SIG_IGN) != SIG_ERR, ERR_BUG,
           "signals can't be set up");
    TRY(start(&s));
    wait_for_signal(&s, &signals);
    TRY(stop(&s, &signals));
    LOG(LOG_INFO, "stopped");
    return ERR_OK;
}
