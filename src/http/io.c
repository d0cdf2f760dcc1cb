/* io.c - libmicrohttpd's callbacks, on its threads: they read, hand over and send, and never wait.
 *
 * The order of calls for a request: call_begin (first line), call_read (headers), call_read for
 * each piece of the body, call_read (end: the call goes to the queue, its connection is suspended),
 * and after a worker resumed it call_read once more (the answer is queued), then call_end. A worker
 * never touches libmicrohttpd's connection but to resume it.
 */
#include <string.h>

#include "base/messages.h"
#include "base/text.h"
#include "http/decode.h"
#include "http/parts.h"

/* A page takes some hundred small pieces of memory; most come out of one block. Below malloc's threshold for mapping. */
#define REQUEST_POOL ((size_t)96 << 10)

#define TOO_LARGE MSG("What was sent is larger than this page takes")
#define BUSY MSG("The server is busy. Try again in a few seconds")
#define MALFORMED MSG("The request is not well formed")
#define TOO_OFTEN MSG("Too many requests came at once")
#define TOO_MANY_LINES MSG("Too many connections are open at once")
#define REFUSED_PLAIN_AFTER 10 /* refusals in a row that get a whole page */
#define FOLD_LOOK ((uintptr_t)4096) /* white space between a header's name and its value */
#define HEADER_MAX ((size_t)256 << 10)
#define RETRY_CONNECTION (5 * MSEC_SECOND)
#define NO_LENGTH ((uint64_t)-1)

static const char TOO_LONG_HEADERS[] = MSG("The request has more headers than the server takes");

static bool call_talloc(struct call *call)
{
    mem *request = talloc_pool(NULL, REQUEST_POOL), *response = talloc_new(NULL);
    call->rq = request == NULL ? NULL : mem_new(request, struct http_request);
    call->rs = (struct http_response){.ctx = response, .status = 200};
    if (call->rq != NULL && response != NULL) {
        call->rq->ctx = request;
        return true;
    }
    talloc_free(request);
    talloc_free(response);
    call->rs.ctx = NULL;
    call->rq = NULL;
    return false;
}

void *call_begin(void *arg, const char *uri, struct MHD_Connection *connection)
{
    struct http_server *server = arg;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct line *line = info == NULL ? NULL : info->socket_context;
    struct call *call = line == NULL ? NULL : mem_new(NULL, struct call);
    if (call == NULL) return NULL;
    line_set(line, PHASE_HEAD);
    line->requests++;
    int64_t most = limit_of(server, LIMIT_CONNECTION_REQUESTS);
    call->close = most > 0 && line->requests >= most;
    call->server = server;
    call->connection = connection;
    call->line = line;
    if (!call_talloc(call)) {
        talloc_free(call);
        return NULL;
    }
    call->target = mem_text(call->rq->ctx, uri);
    return call;
}

static void call_refuse(struct call *call, int status, const char *what)
{
    if (call->refused != 0) return;
    call->since = clock_monotonic();
    call->refused = status;
    call->refused_what = what;
}

/* Headers that are no text are left out; libmicrohttpd's memory holds the others as long as the
 * call. */
struct header_list {
    struct http_request *rq;
    bool too_many;
    bool folded;
};

/* A line that goes on in the next one (obs-fold, RFC 9112 §5.2) is read differently by others than by
 * us. libmicrohttpd 0.9 joins such lines into memory elsewhere; a value on one line stands behind its
 * name, with only white space between. Later versions refuse it on their own. */
static bool folded(const char *name, const char *value)
{
    uintptr_t after = (uintptr_t)name + strlen(name) + 1, at = (uintptr_t)value;
    if (at < after || at - after > FOLD_LOOK) return true;
    for (const char *c = name + strlen(name) + 1; c < value; c++)
        if (*c != ' ' && *c != '\t' && *c != '\0') return true;
    return false;
}

static enum MHD_Result header_add(void *arg, enum MHD_ValueKind kind, const char *name,
                                  const char *value)
{
    struct header_list *list = arg;
    (void)kind;
    if (name == NULL || value == NULL) return MHD_YES;
    list->folded = list->folded || folded(name, value);
    if (err_failed(text_check(bytes_text(value), HEADER_MAX))) return MHD_YES;
    list->too_many = list->rq->headers.n == HTTP_HEADERS_MAX;
    if (list->too_many) return MHD_NO;
    list->rq->headers.at[list->rq->headers.n++] = (struct http_pair){name, value};
    return MHD_YES;
}

static size_t headers_named(const struct http_request *rq, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; i < rq->headers.n; i++) n += text_same_nocase(rq->headers.at[i].name, name);
    return n;
}

/* How long the body is must be said once and clearly (RFC 9112 §6.3): two readings are two
 * requests. */
static bool framing_clear(const struct http_request *rq)
{
    size_t encodings = headers_named(rq, "Transfer-Encoding"),
           lengths = headers_named(rq, "Content-Length");
    if (encodings + lengths > 1 || headers_named(rq, "Host") > 1) return false;
    return encodings == 0 || text_same_nocase(http_header(rq, "Transfer-Encoding"), "chunked");
}

static uint64_t body_length(const struct http_request *rq)
{
    if (http_header(rq, "Transfer-Encoding") != NULL) return NO_LENGTH;
    const char *length = http_header(rq, "Content-Length");
    int64_t n;
    if (length == NULL) return 0;
    return err_failed(text_number(length, &n)) || n < 0 ? NO_LENGTH : (uint64_t)n;
}

static enum http_method method_of(const char *name)
{
    if (text_same(name, "HEAD")) return HTTP_GET;
    for (enum http_method m = HTTP_GET; m < HTTP_OTHER; m++)
        if (text_same(name, http_method_name(m))) return m;
    return HTTP_OTHER;
}

/* Whom a request comes from. What a header says about it counts only from a proxy that we trust. */
static err remote_read(struct call *call)
{
    struct http_request *rq = call->rq;
    const struct address_networks *proxies = &call->server->proxies;
    char text[ADDRESS_ROOM];
    call->from = call->line->address;
    bool proxy = address_networks_have(proxies, &call->from);
    call->from_nobody = proxy;
    for (size_t i = rq->headers.n; proxy && call->from_nobody && i-- > 0;) {
        const struct http_pair *header = &rq->headers.at[i];
        if (!text_same_nocase(header->name, "X-Forwarded-For")) continue;
        call->from_nobody = !address_forwarded(header->value, proxies, &call->from);
        if (call->from_nobody) break; /* what stands further left was written by nobody we know */
    }
    const char *scheme = proxy ? http_header(rq, "X-Forwarded-Proto") : NULL;
    rq->is_tls = call->server->options.certificate_pem != NULL || text_same(scheme, "https");
    address_print(&call->from, text);
    rq->remote = mem_text(rq->ctx, text);
    ENSURE_MEM(rq->remote);
    return ERR_OK;
}

/* Everything that the first line and the headers tell. */
static err head_read(struct call *call, const char *method)
{
    struct http_request *rq = call->rq;
    struct header_list list = {.rq = rq};
    rq->headers.at = mem_array(rq->ctx, struct http_pair, HTTP_HEADERS_MAX);
    ENSURE(rq->headers.at != NULL && call->target != NULL, ERR_MEMORY, "out of memory");
    (void)MHD_get_connection_values(call->connection, MHD_HEADER_KIND, header_add, &list);
    rq->method = method_of(method);
    rq->target = call->target;
    rq->path = "/";
    TRY(remote_read(call));
    ENSURE(!list.too_many, ERR_LIMIT, TOO_LONG_HEADERS);
    ENSURE(!list.folded && framing_clear(rq), ERR_INPUT, MALFORMED);
    TRY(http_parse_target(rq->ctx, bytes_text(rq->target), &rq->path, &rq->query));
    const char *cookies = http_header(rq, "Cookie");
    if (cookies != NULL) TRY(http_parse_cookies(rq->ctx, cookies, &rq->cookies));
    return ERR_OK;
}

static void route_find(struct call *call)
{
    struct http_request *rq = call->rq;
    int status = http_router_match(call->server->router, rq, rq->ctx, &call->allow);
    if (call->allow != NULL) call->allow = mem_text(call->rs.ctx, call->allow);
    if (status != 0) {
        call_refuse(call, status, NULL);
        return;
    }
    size_t most = rq->route->body_max == 0 ? HTTP_BODY_MAX_DEFAULT : rq->route->body_max;
    call->body_max = rq->method == HTTP_GET ? 0 : most;
}

struct call_rate {
    enum http_refusal refusal;
    struct rate rate;
    struct bytes name;
};

/* 429, if there is one too many of this. */
static void rate_check(struct call *call, const struct call_rate *r)
{
    unsigned again = 0;
    if (call->refused != 0) return;
    if (rate_take(call->server->rates, &r->rate, r->name, clock_monotonic(), &call->retry_after, &again))
        return;
    call_refuse(call, 429, TOO_OFTEN);
    call->plain = again > REFUSED_PLAIN_AFTER;
    refusal_count(call->server, r->refusal);
}

/* The limits of connection, address and session. */
static void limits_check(struct call *call)
{
    const struct http_server *server = call->server;
    const struct http_request *rq = call->rq;
    if (call->line->over) {
        call_refuse(call, 429, TOO_MANY_LINES);
        call->plain = call->close = true;
        call->retry_after = RETRY_CONNECTION;
        return;
    }
    struct address group = address_group(&call->from);
    struct bytes address = bytes_of(group.p, sizeof group.p);
    int64_t passwords = limit_of(server, LIMIT_PASSWORD_RATE);
    if (!call->from_nobody) {
        rate_check(call, &(struct call_rate){HTTP_REFUSED_ADDRESS_RATE,
                                             {"opentrm rate address", 60 * limit_of(server, LIMIT_ADDRESS_RATE),
                                              limit_of(server, LIMIT_ADDRESS_BURST)},
                                             address});
        if (rq->route != NULL && rq->route->slow)
            rate_check(call, &(struct call_rate){HTTP_REFUSED_PASSWORD_RATE,
                                                 {"opentrm rate password", passwords, passwords},
                                                 address});
    }
    const char *cookie = server->options.app.session_cookie;
    const char *session = cookie == NULL ? NULL : http_cookie_get(rq, cookie);
    if (session != NULL)
        rate_check(call, &(struct call_rate){HTTP_REFUSED_SESSION_RATE,
                                             {"opentrm rate session", 60 * limit_of(server, LIMIT_SESSION_RATE),
                                              limit_of(server, LIMIT_SESSION_BURST)},
                                             bytes_text(session)});
}

static enum MHD_Result answer_send(struct call *call)
{
    struct MHD_Response *answer = call->answer;
    if (answer == NULL) return MHD_NO;
    call->answer = NULL;
    line_set(call->line, PHASE_SEND);
    enum MHD_Result queued =
        MHD_queue_response(call->connection, (unsigned)call->rs.status, answer);
    MHD_destroy_response(answer); /* ours; libmicrohttpd holds its own */
    atomic_fetch_add(&call->server->requests, 1);
    return queued;
}

/* An answer without a worker: for what is refused before its body, and when no worker is free. */
static enum MHD_Result refusal_send(struct call *call)
{
    call_answer(call);
    return answer_send(call);
}

static enum MHD_Result call_start(struct call *call, const char *method)
{
    struct http_request *rq = call->rq;
    call->started = true;
    atomic_fetch_add(&call->server->active, 1);
    err e = head_read(call, method);
    if (err_failed(e)) {
        int too_long = e.what == TOO_LONG_HEADERS ? 431 : 414;
        call_refuse(call, e.kind == ERR_LIMIT ? too_long : http_status_of(e.kind), e.what);
        if (e.kind == ERR_LIMIT) refusal_count(call->server, HTTP_REFUSED_HEADERS);
        call->close = true;
        return refusal_send(call);
    }
    route_find(call);
    call->class = http_class_of(rq->route);
    limits_check(call);
    uint64_t length = body_length(rq);
    if (length > call->body_max && length != NO_LENGTH) {
        call_refuse(call, 413, TOO_LARGE);
        refusal_count(call->server, HTTP_REFUSED_BODY);
    }
    /* A client that waits for "100 Continue" has not sent its body: answer at once. One that sends
     * is read to the end, since it reads no answer before; but not one that says it will send for
     * ever. */
    bool waits = http_header(rq, "Expect") != NULL;
    if (call->refused != 0 && length > 0 &&
        (waits || (length > DISCARD_MAX && length != NO_LENGTH))) {
        call->close = true;
        return refusal_send(call);
    }
    buf_init(&call->body, rq->ctx, call->body_max);
    line_set(call->line, PHASE_BODY);
    return MHD_YES;
}

static enum MHD_Result body_discard(struct call *call, size_t n)
{
    call->discarded += n;
    atomic_fetch_add(&call->line->moved, n / 16); /* it must come faster than what is kept */
    return call->discarded <= DISCARD_MAX ? MHD_YES : MHD_NO;
}

static enum MHD_Result body_add(struct call *call, const char *data, size_t n)
{
    if (call->refused != 0) return body_discard(call, n);
    size_t room = call->body.room;
    buf_add(&call->body, data, n);
    size_t grown = call->body.room - room;
    call->counted += grown;
    atomic_fetch_add(&call->line->moved, n);
    size_t all = atomic_fetch_add(&call->server->bodies, grown) + grown;
    if (call->body.failed == ERR_NONE && all <= (size_t)limit_of(call->server, LIMIT_BODIES) << 20) return MHD_YES;
    bool large = call->body.failed == ERR_LIMIT;
    call_refuse(call, large ? 413 : 503, large ? TOO_LARGE : BUSY);
    refusal_count(call->server, large ? HTTP_REFUSED_BODY : HTTP_REFUSED_BODIES);
    return body_discard(call, n);
}

static enum MHD_Result call_hand_over(struct call *call)
{
    struct http_server *server = call->server;
    if (call->refused == 0) {
        err e = buf_done(&call->body, &call->rq->body);
        if (err_failed(e)) call_refuse(call, 500, NULL);
    }
    call->queued = true;
    call->since = clock_monotonic();
    line_set(call->line, PHASE_WORK);
    MHD_suspend_connection(call->connection);
    if (queue_put(server, call)) return MHD_YES;
    MHD_resume_connection(call->connection);
    atomic_fetch_add(&server->refused, 1);
    refusal_count(server, HTTP_REFUSED_QUEUE);
    call->refused = 503;
    call->refused_what = BUSY;
    call_answer(call);
    return MHD_YES; /* asked again at once, and sends it */
}

enum MHD_Result call_read(void *arg, struct MHD_Connection *connection, const char *url,
                          const char *method, const char *version, const char *data, size_t *data_n,
                          void **context)
{
    struct call *call = *context;
    (void)arg;
    (void)connection;
    (void)url;
    (void)version;
    if (call == NULL) return MHD_NO;
    if (!call->started) return call_start(call, method);
    if (*data_n > 0) {
        size_t n = *data_n;
        *data_n = 0;
        return body_add(call, data, n);
    }
    if (!call->queued) return call_hand_over(call);
    return answer_send(call);
}

void call_end(void *arg, struct MHD_Connection *connection, void **context,
              enum MHD_RequestTerminationCode code)
{
    struct http_server *server = arg;
    struct call *call = *context;
    (void)connection;
    (void)code;
    *context = NULL;
    if (call == NULL) return;
    line_set(call->line, PHASE_IDLE);
    atomic_fetch_sub(&server->bodies, call->counted);
    if (call->started) atomic_fetch_sub(&server->active, 1);
    if (call->answer != NULL) MHD_destroy_response(call->answer);
    if (call->rs.ctx != NULL) talloc_free(call->rs.ctx);
    if (call->rq != NULL) talloc_free(call->rq->ctx);
    talloc_free(call);
}

/* Decoding is ours (http/parse.c): libmicrohttpd's would accept what we refuse. */
size_t call_unescape(void *arg, struct MHD_Connection *connection, char *text)
{
    (void)arg;
    (void)connection;
    return strlen(text);
}
