/* server.c - a small server with all that http/ can do, for tests/http/server.test.mjs and for bench.
 *
 *     http_test_server [CERT.pem KEY.pem] [LIMIT=NUMBER ...] [proxies=ADDRESSES]
 *
 * Prints "port N" when it listens and ends when its standard input does. Its times are short, so that
 * slow clients are cut soon. Answers are plain text that the tests read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "crypto/secret.h"
#include "http/assets.h"
#include "http/csrf.h"
#include "http/server.h"
#include "http/validate.h"

enum { CAN_ALL = 1, CAN_NOTHING };

#define PAGE_SIZE 16384
static uint8_t page[PAGE_SIZE];

static const struct embed_file FILES[] = {
    {.path = "static/app.css", .mime = "text/css; charset=utf-8", .content = {(const uint8_t *)"body{}", 6},
     .gzip = {(const uint8_t *)"zipped", 6}, .hash = "0123456789abcdef0123456789abcdef"},
};
static const struct embed_table ASSETS = {FILES, 1, "fedcba9876543210"};

static err text_reply(struct http_response *rs, struct buf *b)
{
    struct bytes out;
    TRY(buf_done(b, &out));
    return http_reply(rs, 200, "text/plain; charset=utf-8", out);
}

static void pairs_print(struct buf *b, const char *title, const struct http_pairs *pairs)
{
    for (size_t i = 0; i < pairs->n; i++) {
        buf_addf(b, "%s %s=", title, pairs->at[i].name);
        size_t n = strlen(pairs->at[i].value);
        if (n > 200)
            buf_addf(b, "(%zu bytes)\n", n);
        else
            buf_addf(b, "%s\n", pairs->at[i].value);
    }
}

static err show(void *app, struct http_request *rq, struct http_response *rs)
{
    (void)app;
    static const char *const LANGUAGES[] = {"en", "it", "sq", "sr-Latn"};
    struct buf b;
    buf_init(&b, rs->ctx, (size_t)1 << 20);
    buf_addf(&b, "method %s\npath %s\ntarget %s\nremote %s\ntls %d\nlanguage %s\nbody %zu\n", http_method_name(rq->method), rq->path,
             rq->target, rq->remote, rq->is_tls, http_language(rq, LANGUAGES, COUNT_OF(LANGUAGES)), rq->body.n);
    pairs_print(&b, "parameter", &rq->parameters);
    pairs_print(&b, "query", &rq->query);
    pairs_print(&b, "cookie", &rq->cookies);
    pairs_print(&b, "field", &rq->form);
    for (size_t i = 0; i < rq->files_n; i++)
        buf_addf(&b, "file %s=%s %s %zu\n", rq->files[i].field, rq->files[i].name, rq->files[i].mime, rq->files[i].content.n);
    return text_reply(rs, &b);
}

static err plain_page(void *app, struct http_request *rq, struct http_response *rs)
{
    (void)app;
    (void)rq;
    return http_reply(rs, 200, "text/html; charset=utf-8", bytes_of(page, sizeof page));
}

static err token_page(void *app, struct http_request *rq, struct http_response *rs)
{
    (void)app;
    const char *token = http_csrf_visitor(rq);
    if (token == NULL) TRY(http_csrf_visitor_set(rq, rs, &token));
    struct buf b;
    buf_init(&b, rs->ctx, 1000);
    buf_addf(&b, "%s\n", token);
    return text_reply(rs, &b);
}

static err slow(void *app, struct http_request *rq, struct http_response *rs)
{
    (void)app;
    int64_t milliseconds;
    TRY(text_number(http_parameter(rq, "ms"), &milliseconds));
    (void)usleep((useconds_t)milliseconds * 1000);
    return http_reply(rs, 200, "text/plain", bytes_text("slept\n"));
}

static err large(void *app, struct http_request *rq, struct http_response *rs)
{
    (void)app;
    int64_t n;
    TRY(text_number(http_parameter(rq, "n"), &n));
    uint8_t *body = talloc_zero_size(rs->ctx, (size_t)n);
    ENSURE_MEM(body);
    return http_reply(rs, 200, "application/octet-stream", bytes_of(body, (size_t)n));
}

static err redirect(void *app, struct http_request *rq, struct http_response *rs)
{
    (void)app;
    const char *to = http_query(rq, "to");
    return http_redirect(rs, to == NULL ? "/show" : to);
}

static err header(void *app, struct http_request *rq, struct http_response *rs)
{
    (void)app;
    TRY(http_set_header(rs, "X-Sent", http_query(rq, "v") == NULL ? "" : http_query(rq, "v")));
    return http_reply(rs, 200, "text/plain", bytes_text("sent\n"));
}

static err fail(void *app, struct http_request *rq, struct http_response *rs)
{
    (void)app;
    (void)rs;
    static const struct {
        const char *name;
        enum err_kind kind;
    } KINDS[] = {{"denied", ERR_DENIED}, {"conflict", ERR_CONFLICT}, {"bug", ERR_BUG}, {"busy", ERR_BUSY}, {"missing", ERR_NOT_FOUND}};
    for (size_t i = 0; i < COUNT_OF(KINDS); i++)
        if (text_same(KINDS[i].name, http_parameter(rq, "kind"))) return ERR_MAKE(KINDS[i].kind, "a secret detail");
    FAIL(ERR_INPUT, "no such kind");
}

static err cookie(void *app, struct http_request *rq, struct http_response *rs)
{
    (void)app;
    TRY(http_cookie_set(rq, rs, &(struct http_cookie){"session", "abc", HTTP_LAX, 60}));
    const char *now = http_cookie_get(rq, "session");
    return http_reply(rs, 200, "text/plain", bytes_text(now == NULL ? "none" : mem_text(rs->ctx, now)));
}

static err asset(void *app, struct http_request *rq, struct http_response *rs)
{
    (void)app;
    return http_assets_serve(&ASSETS, rq, rs);
}

static const struct http_rule RULES[] = {
    {.name = "user", .kind = HTTP_TEXT, .required = true, .max = 10, .empty = "Enter a name", .wrong = "Shorter"},
    {.name = "until", .kind = HTTP_DATE, .required = true, .empty = "Enter a date", .wrong = "No such day"},
};

static err validated(void *app, struct http_request *rq, struct http_response *rs)
{
    (void)app;
    struct http_fault *faults;
    size_t n;
    TRY(http_validate(rq, RULES, COUNT_OF(RULES), &faults, &n));
    struct buf b;
    buf_init(&b, rs->ctx, 10000);
    for (size_t i = 0; i < n; i++) buf_addf(&b, "fault %s: %s\n", faults[i].field, faults[i].message);
    if (n == 0) buf_add_text(&b, "fine\n");
    return text_reply(rs, &b);
}

static const struct http_route ROUTES[] = {
    HTTP_ROUTE(CAN_ALL, .method = HTTP_GET, .path = "/", .handler = show, .summary = "Start"),
    HTTP_ROUTE(CAN_ALL, .method = HTTP_GET, .path = "/show", .handler = show, .summary = "Shows the request"),
    HTTP_ROUTE(CAN_ALL, .method = HTTP_POST, .path = "/show", .csrf = HTTP_CSRF_PEER, .handler = show, .summary = "Shows a form"),
    HTTP_ROUTE(CAN_ALL, .method = HTTP_POST, .path = "/raw", .csrf = HTTP_CSRF_PEER, .body = HTTP_BODY_RAW, .body_max = 20 << 20,
               .handler = show, .summary = "Shows a large body"),
    HTTP_ROUTE(CAN_ALL, .method = HTTP_POST, .path = "/guarded", .handler = show, .summary = "Shows a form with a token"),
    HTTP_ROUTE(CAN_ALL, .method = HTTP_POST, .path = "/validated", .csrf = HTTP_CSRF_PEER, .handler = validated, .summary = "Checks a form"),
    HTTP_ROUTE(CAN_ALL, .method = HTTP_GET, .path = "/token", .handler = token_page, .summary = "A token"),
    HTTP_ROUTE(CAN_ALL, .method = HTTP_GET, .path = "/page", .handler = plain_page, .summary = "16 KiB"),
    HTTP_ROUTE(CAN_ALL, .method = HTTP_GET, .path = "/slow/{ms}", .parameters = {{"ms", HTTP_NUMBER}}, .handler = slow, .summary = "Waits"),
    HTTP_ROUTE(CAN_ALL, .method = HTTP_GET, .path = "/hash/{ms}", .parameters = {{"ms", HTTP_NUMBER}}, .slow = true, .handler = slow,
               .summary = "Waits, among the slow"),
    HTTP_ROUTE(CAN_ALL, .method = HTTP_GET, .path = "/large/{n}", .parameters = {{"n", HTTP_NUMBER}}, .handler = large, .summary = "Many bytes"),
    HTTP_ROUTE(CAN_ALL, .method = HTTP_GET, .path = "/redirect", .handler = redirect, .summary = "Redirects"),
    HTTP_ROUTE(CAN_ALL, .method = HTTP_GET, .path = "/header", .handler = header, .summary = "Sets a header"),
    HTTP_ROUTE(CAN_ALL, .method = HTTP_GET, .path = "/cookie", .handler = cookie, .summary = "Sets a cookie"),
    HTTP_ROUTE(CAN_ALL, .method = HTTP_GET, .path = "/fail/{kind}", .parameters = {{"kind", HTTP_IDENTIFIER}}, .handler = fail, .summary = "Fails"),
    HTTP_ROUTE(CAN_ALL, .method = HTTP_GET, .path = "/cases/{code}", .parameters = {{"code", HTTP_CASE_CODE}}, .handler = show, .summary = "A case"),
    HTTP_ROUTE(CAN_ALL, .method = HTTP_GET, .path = "/cases/new", .handler = show, .summary = "A literal beside a parameter"),
    HTTP_ROUTE(CAN_NOTHING, .method = HTTP_GET, .path = "/closed", .handler = show, .summary = "Nobody may"),
    HTTP_ROUTE(CAN_ALL, .method = HTTP_GET, .path = "/static/{hash}/{path}", .parameters = {{"hash", HTTP_HEX}, {"path", HTTP_REST}},
               .handler = asset, .summary = "Static files"),
};

static err admit(void *app, struct http_request *rq, struct http_response *rs, bool *answered)
{
    (void)app;
    (void)rs;
    (void)answered;
    ENSURE(rq->route->capability == CAN_ALL, ERR_DENIED, "You may not see this page");
    return ERR_OK;
}

static const char *csrf_token(void *app, const struct http_request *rq)
{
    (void)app;
    return http_csrf_visitor(rq);
}

static err on_error(void *app, struct http_request *rq, int status, const char *what, struct http_response *rs)
{
    (void)app;
    (void)rq;
    struct buf b;
    buf_init(&b, rs->ctx, 1000);
    buf_addf(&b, "error %d: %s\n", status, what == NULL ? "-" : what);
    struct bytes out;
    TRY(buf_done(&b, &out));
    return http_reply(rs, status, "text/plain; charset=utf-8", out);
}

static const char *capability_name(int capability) { return capability == CAN_ALL ? "all" : "nothing"; }

/* "address_rate=5", "proxies=127.0.0.3" */
static err setting_read(const char *text, struct limits *limits, struct address_networks *proxies)
{
    const char *value = strchr(text, '=') + 1;
    size_t n = (size_t)(value - text) - 1;
    if (strncmp(text, "proxies", n) == 0) return address_networks_parse(value, proxies);
    for (size_t i = 0; i < LIMITS_N; i++)
        if (strlen(LIMITS[i].setting) == n + 6 && strncmp(LIMITS[i].setting + 6, text, n) == 0) return text_number(value, &limits->at[i]);
    FAIL(ERR_INPUT, "no such limit");
}

int main(int argc, char **argv)
{
    MEM_SCOPE(ctx, NULL);
    for (size_t i = 0; i < sizeof page; i++) page[i] = (uint8_t)('a' + i % 26);
    struct limits limits = limits_default();
    struct address_networks proxies = {.n = 0};
    static const struct {
        enum limit limit;
        int64_t value;
    } SMALL[] = {{LIMIT_QUEUE, 4}, {LIMIT_PASSWORD_QUEUE, 4}, {LIMIT_CONNECTIONS, 200}, {LIMIT_BODIES, 40}, {LIMIT_FIRST, 2}, {LIMIT_IDLE, 2},
                 {LIMIT_HEAD, 2}, {LIMIT_BODY, 2}, {LIMIT_ADDRESS_RATE, 0}};
    for (size_t i = 0; i < COUNT_OF(SMALL); i++) limits.at[SMALL[i].limit] = SMALL[i].value;
    struct http_server_options options = {
        .workers = 2, .slow_workers = 2, .limits = &limits, .proxies = &proxies,
        .app = {.routes = ROUTES, .routes_n = COUNT_OF(ROUTES), .admit = admit, .csrf_token = csrf_token, .on_error = on_error,
                .session_cookie = "session", .capability_name = capability_name},
    };
    struct bytes certificate, key;
    struct http_server *server;
    err e = crypto_start();
    while (!err_failed(e) && argc > 1 && strchr(argv[argc - 1], '=') != NULL)
        e = setting_read(argv[--argc], &limits, &proxies);
    if (!err_failed(e) && argc > 2) {
        e = file_read(ctx, argv[1], 100000, &certificate);
        if (!err_failed(e)) e = file_read(ctx, argv[2], 100000, &key);
        options.certificate_pem = err_failed(e) ? NULL : (const char *)certificate.p;
        options.key_pem = err_failed(e) ? NULL : (const char *)key.p;
    }
    if (argc == 2 && text_same(argv[1], "bench"))
        options = (struct http_server_options){.app = options.app, .limits = &limits};
    if (!err_failed(e)) e = http_server_start(ctx, &options, &server);
    if (err_failed(e)) {
        (void)fprintf(stderr, "%s (%s)\n", e.what, e.where);
        return 1;
    }
    (void)printf("port %u\n", http_server_port(server));
    (void)fflush(stdout);
    char line[16];
    while (read(0, line, sizeof line) > 0) {
        struct http_server_counts c = http_server_counts(server);
        (void)printf("counts %u %u %llu %llu %llu\n", c.connections, c.waiting, (unsigned long long)c.requests,
                     (unsigned long long)c.refused, (unsigned long long)c.cut);
        (void)fflush(stdout);
    }
    http_server_stop(server, 3000);
    return 0;
}
