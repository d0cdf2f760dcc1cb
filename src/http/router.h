/* router.h - the one table of routes: what may be asked, of whom, with which parameters.
 *
 * An application (pages, exchange) gives its table and a few functions of its own (`struct http_app`);
 * the router matches, checks, parses, asks the application whether the caller may, checks the CSRF
 * token, and calls the handler. A handler never repeats these checks. http knows no domain: a
 * capability is a number that the application explains.
 *
 *     static const struct http_route ROUTES[] = {
 *         HTTP_ROUTE(CAN_SIGN_IN, .method = HTTP_GET, .path = "/sign-in", .handler = signin_form,
 *                    .summary = "Sign-in form"),
 *         HTTP_ROUTE(CAN_READ_CASE, .method = HTTP_POST, .path = "/cases/{code}/consent",
 *                    .parameters = {{"code", HTTP_CASE_CODE}}, .handler = consent_save,
 *                    .summary = "Record the person's consent"),
 *     };
 *
 * Two routes may match the same path by a literal and by a {parameter}: the literal wins.
 */
#ifndef OPENTRM_HTTP_ROUTER_H
#define OPENTRM_HTTP_ROUTER_H

#include <assert.h>

#include "base/buf.h"
#include "base/clock.h"
#include "http/response.h"

#define HTTP_BODY_MAX_DEFAULT ((size_t)1 << 20)
#define HTTP_ROUTE_PARAMETERS 4

/* What a path parameter may look like; anything else is "not found". */
enum http_parameter_kind {
    HTTP_NO_PARAMETER,
    HTTP_ID,         /* canonical UUID */
    HTTP_CASE_CODE,  /* canonical case code; a small-letter one is made canonical */
    HTTP_IDENTIFIER, /* text_identifier */
    HTTP_NUMBER,     /* 0 to 999999999 */
    HTTP_COUNTRY,    /* two capital letters */
    HTTP_LANGUAGE,   /* "sq", "sr-Latn" */
    HTTP_HEX,        /* 1 to 128 of [0-9a-f] */
    HTTP_FILE_NAME,  /* 1 to 128 of [A-Za-z0-9._-], not starting with a dot */
    HTTP_REST        /* the rest of the path, last parameter only: segments of HTTP_FILE_NAME */
};

struct http_parameter {
    const char *name;
    enum http_parameter_kind kind;
};

enum http_body {
    HTTP_BODY_FORM, /* default: a POST is urlencoded or multipart and is parsed; else 415 */
    HTTP_BODY_RAW   /* the handler reads rq->body */
};

enum http_csrf {
    HTTP_CSRF_TOKEN,   /* default: POST, PUT, PATCH, DELETE need the session's token in field "csrf" */
    HTTP_CSRF_PEER     /* the peer is a program that brings no cookies (AS2): no token. Give the reason beside */
};

/* handler: fills rs. A failure is shown by the application's on_error, see http_status_of. */
typedef err http_handler(void *app, struct http_request *rq, struct http_response *rs);

struct http_route {
    enum http_method method; /* HTTP_GET also answers HEAD */
    const char *path;
    struct http_parameter parameters[HTTP_ROUTE_PARAMETERS];
    int capability;          /* never 0: see HTTP_ROUTE */
    size_t body_max;         /* bytes; 0: HTTP_BODY_MAX_DEFAULT */
    enum http_body body;
    enum http_csrf csrf;
    bool probe;              /* asked by machines that watch us: counted apart */
    bool slow;               /* a second of work or more (a password is checked): has workers and a short queue of its own */
    http_handler *handler;
    const char *summary;     /* English, for the permission report */
};

/* HTTP_ROUTE: a row. The capability comes first, and a row without one (0) does not compile. */
#define HTTP_ROUTE(needs, ...)                                                                     \
    {                                                                                              \
        .capability = (int)(needs) +                                                               \
            0 * (int)sizeof(struct {                                                               \
                static_assert((int)(needs) > 0, "a route needs a capability");                     \
                char unused;                                                                       \
            }),                                                                                    \
        __VA_ARGS__                                                                                \
    }

struct http_app {
    void *app; /* first argument of the functions below and of all handlers */
    const struct http_route *routes;
    size_t routes_n;
    const char *session_cookie; /* its value names a session, for the limit of each; NULL: none */

    /* admit: who asks (cookie), and may they use rq->route? Called before the body is parsed. Sets
     * rq->session. To answer by itself (redirect to sign in), it fills rs and sets *answered.
     * ERR_DENIED: 403. ERR_NOT_FOUND: 404, where even existence is nobody's business. */
    err (*admit)(void *app, struct http_request *rq, struct http_response *rs, bool *answered);

    /* csrf_token: the token that forms of this session carry; NULL refuses the request. Not called for
     * HTTP_CSRF_PEER. A visitor without session needs one too (sign-in form): see http/csrf.h. */
    const char *(*csrf_token)(void *app, const struct http_request *rq);

    /* on_error: the page for a failure: 400, 403, 404, 405, 408, 409, 413, 414, 415, 429, 431, 500, 503. `what` is a
     * literal English sentence (MSG), or NULL; with 500 it is the store's, not written for people. Must not read the store, must not wait: for 429 and 503 it runs on
     * a thread that serves other connections. rq->route may be NULL, rq->form is empty. If it fails, the
     * status goes out with a line of plain text. */
    err (*on_error)(void *app, struct http_request *rq, int status, const char *what,
                    struct http_response *rs);

    /* capability_name: for the report. */
    const char *(*capability_name)(int capability);
};

/* For an application without sessions: everybody is admitted, and only peers may change something
 * (HTTP_CSRF_PEER), since no form has a token. */
err http_admit_anybody(void *app, struct http_request *rq, struct http_response *rs, bool *answered);
const char *http_csrf_nobody(void *app, const struct http_request *rq);

struct http_router;

/* http_router_new: checks the table: each row complete, capability set, parameters named in the path
 * and the reverse, no row twice. ERR_BUG with a sentence otherwise. */
err http_router_new(mem *ctx, const struct http_app *app, struct http_router **out);

/* http_router_match: fills rq->route and rq->parameters from rq->method and rq->path. Returns 0, or the
 * status 404 or 405; then *allow (may be NULL) is the Allow header's value. Cheap: runs on an I/O thread. */
int http_router_match(const struct http_router *router, struct http_request *rq, mem *ctx,
                      const char **allow);

/* http_router_run: everything from admit to the handler. Never fails: failures become pages. */
void http_router_run(const struct http_router *router, struct http_request *rq,
                     struct http_response *rs);
/* http_router_error: the application's page for this status, or plain text. */
void http_router_error(const struct http_router *router, struct http_request *rq, int status,
                       const char *what, struct http_response *rs);
/* http_router_plain: a line of plain text for this status, whatever comes: costs next to nothing. */
void http_router_plain(struct http_response *rs, int status);

/* http_router_print: the permission report: a line for each route, in order of the path. */
void http_router_print(const struct http_router *router, struct buf *out);

/* http_status_of: 400 input, 403 denied, 404 not found, 409 conflict or state, 413 limit, 502 peer,
 * 503 busy, 500 the rest. */
int http_status_of(enum err_kind kind);
const char *http_method_name(enum http_method method);

#endif
