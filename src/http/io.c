/* io.c - libmicrohttpd's callbacks, on its threads: they read, hand over and send, and never wait.
 *
 * The order of calls for a request: call_begin (first line), call_read (headers), call_read for
 * each piece of the body, call_read (end: the call goes to the queue, its connection is suspended),
 * and after a worker resumed it call_read once more (the answer is queued), then call_end. A worker
 * never touches libmicrohttpd's connection but to resume it.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
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
#define NO_LENGTH ((uint64_t)-1)

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
    call->refused = status;
    call->refused_what = what;
}

/* Headers that are no text are left out; libmicrohttpd's memory holds the others as long as the
 * call. */
struct header_list {
    struct http_request *rq;
    bool too_many;
};

static enum MHD_Result header_add(void *arg, enum MHD_ValueKind kind, const char *name,
                                  const char *value)
{
    struct header_list *list = arg;
    (void)kind;
    if (name == NULL || value == NULL ||
        err_failed(text_check(bytes_text(value), CONNECTION_MEMORY)))
        return MHD_YES;
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

static void remote_read(struct call *call)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(call->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    char text[INET6_ADDRSTRLEN] = "";
    struct sockaddr_in in4;
    struct sockaddr_in6 in6;
    if (info != NULL && info->client_addr != NULL && info->client_addr->sa_family == AF_INET) {
        memcpy(&in4, info->client_addr, sizeof in4);
        (void)inet_ntop(AF_INET, &in4.sin_addr, text, sizeof text);
    } else if (info != NULL && info->client_addr != NULL &&
               info->client_addr->sa_family == AF_INET6) {
        memcpy(&in6, info->client_addr, sizeof in6);
        (void)inet_ntop(AF_INET6, &in6.sin6_addr, text, sizeof text);
    }
    call->rq->remote = mem_text(call->rq->ctx, text);
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
    rq->is_tls = call->server->options.certificate_pem != NULL;
    remote_read(call);
    ENSURE_MEM(rq->remote);
    ENSURE(!list.too_many && framing_clear(rq), ERR_INPUT, MALFORMED);
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
    err e = head_read(call, method);
    if (err_failed(e)) {
        call_refuse(call, e.kind == ERR_LIMIT ? 414 : http_status_of(e.kind), e.what);
        call->close = true;
        return refusal_send(call);
    }
    route_find(call);
    uint64_t length = body_length(rq);
    if (length > call->body_max && length != NO_LENGTH) call_refuse(call, 413, TOO_LARGE);
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
    if (call->body.failed == ERR_NONE && all <= call->server->options.bodies_max) return MHD_YES;
    bool large = call->body.failed == ERR_LIMIT;
    call_refuse(call, large ? 413 : 503, large ? TOO_LARGE : BUSY);
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
    atomic_fetch_add(&server->active, 1);
    line_set(call->line, PHASE_WORK);
    MHD_suspend_connection(call->connection);
    if (queue_put(server, call)) return MHD_YES;
    MHD_resume_connection(call->connection);
    atomic_fetch_add(&server->refused, 1);
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
    if (call->queued) atomic_fetch_sub(&server->active, 1);
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
