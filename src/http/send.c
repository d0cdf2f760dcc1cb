/* send.c - an answer as libmicrohttpd wants it. The headers that keep a page safe stand here, once.
 *
 * docs/security.md says what each is for. An answer may not take any of them away.
 */
#include "base/text.h"
#include "http/parts.h"

static const struct http_pair ALWAYS[] = {
    {"Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src "
                                "'self'; font-src 'self'; connect-src 'self'; "
                                "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Embedder-Policy", "require-corp"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy",
     "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()"},
};

static const struct http_pair UNDER_TLS = {"Strict-Transport-Security",
                                           "max-age=31536000; includeSubDomains"};
static const struct http_pair NOT_STORED = {"Cache-Control", "no-store"};

static bool headers_add(struct MHD_Response *answer, const struct http_pair *headers, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (MHD_add_response_header(answer, headers[i].name, headers[i].value) != MHD_YES)
            return false;
    return true;
}

static void body_free(void *ctx) { talloc_free(ctx); }

struct MHD_Response *answer_make(struct call *call)
{
    struct http_response *rs = &call->rs;
    /* libmicrohttpd only reads a body that it does not have to free. */
    void *body = rs->body.n == 0 ? (void *)(uintptr_t) "" : (void *)(uintptr_t)rs->body.p;
    struct MHD_Response *answer = MHD_create_response_from_buffer_with_free_callback_cls(
        rs->body.n, body, body_free, rs->ctx);
    if (answer == NULL) return NULL;
    bool complete = headers_add(answer, ALWAYS, COUNT_OF(ALWAYS)) &&
                    headers_add(answer, rs->headers, rs->headers_n);
    if (call->server->options.certificate_pem != NULL)
        complete = complete && headers_add(answer, &UNDER_TLS, 1);
    if (!rs->cacheable) complete = complete && headers_add(answer, &NOT_STORED, 1);
    if (call->allow != NULL)
        complete = complete && headers_add(answer, &(struct http_pair){"Allow", call->allow}, 1);
    if (call->close || atomic_load(&call->server->draining))
        complete = complete && headers_add(answer, &(struct http_pair){"Connection", "close"}, 1);
    rs->ctx = NULL; /* the answer's now */
    if (complete) return answer;
    MHD_destroy_response(answer);
    return NULL;
}
