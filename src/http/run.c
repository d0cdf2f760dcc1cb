/* run.c - one request through the router: who asks, the form, the token, the handler, and failures
 * as pages; and the report of who may reach what.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/messages.h"
#include "base/text.h"
#include "http/csrf.h"
#include "http/decode.h"
#include "http/route.h"

int http_status_of(enum err_kind kind)
{
    static const int STATUS[] = {
        [ERR_NONE] = 200,     [ERR_INPUT] = 400, [ERR_DENIED] = 403, [ERR_NOT_FOUND] = 404,
        [ERR_CONFLICT] = 409, [ERR_STATE] = 409, [ERR_LIMIT] = 413,  [ERR_PEER] = 502,
        [ERR_CRYPTO] = 500,   [ERR_STORE] = 500, [ERR_IO] = 500,     [ERR_MEMORY] = 500,
        [ERR_BUSY] = 503,     [ERR_BUG] = 500,
    };
    return STATUS[kind];
}

static void response_clear(struct http_response *rs)
{
    *rs = (struct http_response){.ctx = rs->ctx, .status = 200};
}

/* What goes out when even the page for the failure fails. */
void http_router_plain(struct http_response *rs, int status)
{
    response_clear(rs);
    static const char TEXT[] = "The server can't answer this request.\n",
                      OFTEN[] = "Too many requests. Wait a little.\n";
    err_ignore(http_reply(rs, status, "text/plain; charset=utf-8",
                          bytes_text(status == 429 ? OFTEN : TEXT))); /* then without a body */
    rs->status = status;
}

void http_router_error(const struct http_router *router, struct http_request *rq, int status,
                       const char *what, struct http_response *rs)
{
    response_clear(rs);
    if (!rq->ours) rq->form = (struct http_pairs){0};
    err e = router->app.on_error(router->app.app, rq, status, what, rs);
    if (err_failed(e)) {
        log_err(LOG_ERROR, "http.error_page", e);
        http_router_plain(rs, status);
    }
    rs->status = status;
    if (status == 503) err_ignore(http_set_header(rs, "Retry-After", "5")); /* a hint only */
}

static bool changes(enum http_method method) { return method != HTTP_GET; }

static err body_read(struct http_request *rq, int *status)
{
    if (rq->route->body == HTTP_BODY_RAW || !changes(rq->method)) return ERR_OK;
    const char *type = http_header(rq, "Content-Type");
    bool form = header_is(type, "application/x-www-form-urlencoded") ||
                header_is(type, "multipart/form-data") || (type == NULL && rq->body.n == 0);
    if (!form) *status = 415;
    return http_parse_form(rq);
}

static err token_check(const struct http_router *router, struct http_request *rq)
{
    if (rq->route->csrf == HTTP_CSRF_PEER || !changes(rq->method)) return ERR_OK;
    const char *token = router->app.csrf_token(router->app.app, rq);
    return http_csrf_check(rq, token);
}

/* `status` is set where the kind of failure doesn't tell it. */
static err steps_run(const struct http_router *router, struct http_request *rq,
                     struct http_response *rs, int *status)
{
    void *app = router->app.app;
    bool answered = false;
    TRY(router->app.admit(app, rq, rs, &answered));
    if (answered) return ERR_OK;
    TRY(body_read(rq, status));
    TRY(token_check(router, rq));
    rq->ours = changes(rq->method) && rq->route->csrf != HTTP_CSRF_PEER;
    return rq->route->handler(app, rq, rs);
}

static bool our_fault(int status) { return status == 500; }

/* Of our own faults only the store's is told further: on_error knows what of it is for people. */
static const char *told(err e, int status)
{
    return our_fault(status) && e.kind != ERR_STORE ? NULL : e.what;
}

void http_router_run(const struct http_router *router, struct http_request *rq,
                     struct http_response *rs)
{
    int status = 0;
    err e = steps_run(router, rq, rs, &status);
    if (!err_failed(e)) return;
    if (status == 0) status = http_status_of(e.kind);
    if (our_fault(status)) log_err(LOG_ERROR, "http.handler", e);
    http_router_error(router, rq, status, told(e, status), rs);
}

static int route_order(const void *a, const void *b)
{
    const struct compiled *const *x = a, *const *y = b;
    int order = strcmp((*x)->route->path, (*y)->route->path);
    if (order != 0) return order;
    return (int)(*x)->route->method - (int)(*y)->route->method;
}

static const char *csrf_word(const struct http_route *route)
{
    if (!changes(route->method)) return "-";
    return route->csrf == HTTP_CSRF_PEER ? "peer" : "token";
}

void http_router_print(const struct http_router *router, struct buf *out)
{
    MEM_SCOPE(scope, NULL);
    const struct compiled **sorted = mem_array(scope, const struct compiled *, router->n + 1);
    if (sorted == NULL) {
        out->failed = ERR_MEMORY;
        return;
    }
    for (size_t i = 0; i < router->n; i++) sorted[i] = &router->compiled[i];
    if (router->n > 0) qsort(sorted, router->n, sizeof *sorted, route_order);
    for (size_t i = 0; i < router->n; i++) {
        const struct http_route *route = sorted[i]->route;
        buf_addf(out, "%-6s %-52s %-22s csrf:%-5s %s", http_method_name(route->method), route->path,
                 router->app.capability_name(route->capability), csrf_word(route), route->summary);
        for (size_t k = 0; k < HTTP_ROUTE_PARAMETERS && route->parameters[k].name != NULL; k++)
            buf_addf(out, "%s%s:%s", k == 0 ? "  (" : ", ", route->parameters[k].name,
                     route_kind_name(route->parameters[k].kind));
        buf_add_text(out, route->parameters[0].name != NULL ? ")\n" : "\n");
    }
}
