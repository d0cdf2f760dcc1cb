/* client.c - the HTTPS client, by libcurl with everything off that is not needed. */
#include "exchange/client.h"

#include <curl/curl.h>
#include <pthread.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/vec.h"

#define HEADER_BYTES_MOST ((size_t)32 << 10)

/* Every suite proves the server's key; then the pin decides. (TLS 1.3 has no others.) */
#define CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20"

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;
static CURLcode curl_started = CURLE_FAILED_INIT;

static void curl_init(void) { curl_started = curl_global_init(CURL_GLOBAL_DEFAULT); }

static void curl_scope_end(CURL **p) { curl_easy_cleanup(*p); }
static void slist_scope_end(struct curl_slist **p) { curl_slist_free_all(*p); }

struct exchange {
    mem *ctx;
    VEC(struct mime_field) headers;
    size_t header_bytes;
    struct buf body;
    enum err_kind failed; /* in a callback */
    const atomic_bool *stop;
};

/* ---- what comes back ---- */

static size_t body_take(char *p, size_t one, size_t n, void *arg)
{
    struct exchange *x = arg;
    buf_add(&x->body, p, one * n);
    if (x->body.failed == ERR_NONE) return one * n;
    x->failed = x->body.failed;
    return 0;
}

static err header_keep(struct exchange *x, struct bytes line)
{
    x->header_bytes += line.n;
    ENSURE(x->header_bytes <= HEADER_BYTES_MOST, ERR_LIMIT,
           "the answer's header fields are too large");
    if (line.n >= 5 && memcmp(line.p, "HTTP/", 5) == 0) {
        x->headers.n = 0; /* an interim answer came before */
        return ERR_OK;
    }
    const char *text = NULL, *value = NULL;
    TRY(bytes_string(x->ctx, line, &text));
    const char *colon = strchr(text, ':');
    if (colon == NULL) return ERR_OK;
    struct mime_field field = {0};
    field.name = mem_textn(x->ctx, text, (size_t)(colon - text));
    ENSURE_MEM(field.name);
    TRY(text_trim(x->ctx, colon + 1, &value));
    field.value = value;
    return vec_push(x->ctx, &x->headers, field, MIME_HEADERS_MOST);
}

static size_t header_take(char *p, size_t one, size_t n, void *arg)
{
    struct exchange *x = arg;
    err e = header_keep(x, bytes_of(p, one * n));
    if (!err_failed(e)) return one * n;
    x->failed = e.kind;
    return 0;
}

static int progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a, (void)b, (void)c, (void)d;
    const struct exchange *x = arg;
    return x->stop != NULL && atomic_load(x->stop);
}

/* ---- what goes out ---- */

static err header_add(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);
    ENSURE_MEM(longer);
    *list = longer;
    return ERR_OK;
}

static err headers_make(mem *ctx, struct mime_fields headers, struct curl_slist **out)
{
    for (size_t i = 0; i < headers.n; i++) {
        const char *line = talloc_asprintf(ctx, "%s: %s", headers.at[i].name, headers.at[i].value);
        ENSURE_MEM(line);
        ENSURE(strpbrk(line, "\r\n") == NULL, ERR_BUG, "a header field with a line end");
        TRY(header_add(out, line));
    }
    /* libcurl's own, which are not wanted. */
    TRY(header_add(out, "Expect:"));
    return header_add(out, "Accept:");
}

static err options_set(CURL *curl, struct exchange *x, const char *url, const char *pin,
                       const struct as2_post *post, struct curl_slist *headers,
                       const struct client_limits *limits)
{
    CURLcode failed = CURLE_OK;
#define SET(option, value)                                                                         \
    if (failed == CURLE_OK) failed = curl_easy_setopt(curl, CURLOPT_##option, value)
    SET(URL, url);
    SET(PROTOCOLS_STR, "https");
    SET(FOLLOWLOCATION, 0L);
    SET(PROXY, "");
    SET(NETRC, (long)CURL_NETRC_IGNORED);
    SET(NOSIGNAL, 1L);
    SET(FORBID_REUSE, 1L);
    SET(SSL_SESSIONID_CACHE, 0L);
    SET(HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(SSL_CIPHER_LIST, CIPHERS);
    /* The pinned key is the whole of the trust; a chain or a name would add nothing, and the
     * certificate's dates are judged by the node's clock, not by the machine's. */
    SET(SSL_VERIFYPEER, 0L);
    SET(SSL_VERIFYHOST, 0L);
    SET(PINNEDPUBLICKEY, pin);
    SET(CONNECTTIMEOUT_MS, (long)limits->connect);
    SET(TIMEOUT_MS, (long)limits->total);
    SET(POST, 1L);
    SET(POSTFIELDSIZE_LARGE, (curl_off_t)post->body.n);
    SET(POSTFIELDS, (const char *)post->body.p);
    SET(HTTPHEADER, headers);
    SET(WRITEFUNCTION, body_take);
    SET(WRITEDATA, x);
    SET(HEADERFUNCTION, header_take);
    SET(HEADERDATA, x);
    SET(NOPROGRESS, 0L);
    SET(XFERINFOFUNCTION, progress);
    SET(XFERINFODATA, x);
#undef SET
    ENSURE(failed == CURLE_OK, ERR_BUG, "libcurl does not know an option");
    return ERR_OK;
}

static err outcome(CURLcode code, const struct exchange *x)
{
    switch ((int)code) {
    case CURLE_OK: return ERR_OK;
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
        FAIL(ERR_PEER, "the server has another key than the partner's node");
    case CURLE_SSL_CONNECT_ERROR: FAIL(ERR_IO, "the partner's node does not speak TLS with us");
    case CURLE_COULDNT_RESOLVE_HOST: FAIL(ERR_IO, "the partner's node has no address");
    case CURLE_COULDNT_CONNECT: FAIL(ERR_IO, "the partner's node can't be reached");
    case CURLE_OPERATION_TIMEDOUT: FAIL(ERR_IO, "the partner's node was too slow");
    case CURLE_OUT_OF_MEMORY: FAIL(ERR_MEMORY, "out of memory");
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT: FAIL(ERR_INPUT, "not an https address");
    case CURLE_ABORTED_BY_CALLBACK: FAIL(ERR_BUSY, "given up: this node is shutting down");
    default: break;
    }
    ENSURE(x->failed != ERR_LIMIT, ERR_LIMIT, "the partner's answer is larger than allowed");
    ENSURE(x->failed != ERR_MEMORY, ERR_MEMORY, "out of memory");
    ENSURE(x->failed == ERR_NONE, ERR_PEER, "the partner's answer is malformed");
    FAIL(ERR_IO, "the connection to the partner's node broke");
}

err client_post(mem *ctx, const char *url, const struct certificate *server,
                const struct as2_post *post, const struct client_limits *limits,
                const atomic_bool *stop, int *status, struct as2_post *answer)
{
    ENSURE(pthread_once(&curl_once, curl_init) == 0 && curl_started == CURLE_OK, ERR_BUG,
           "libcurl does not start");
    ENSURE(text_starts(url, "https://"), ERR_INPUT, "not an https address");
    MEM_SCOPE(scope, ctx);
    struct exchange *x = mem_new(scope, struct exchange);
    ENSURE_MEM(x);
    x->ctx = x;
    x->stop = stop;
    buf_init(&x->body, x, limits->reply);
    const char *pin = NULL;
    TRY(certificate_pin(scope, server, &pin));
    __attribute__((cleanup(slist_scope_end))) struct curl_slist *headers = NULL;
    TRY(headers_make(scope, post->headers, &headers));
    __attribute__((cleanup(curl_scope_end))) CURL *curl = curl_easy_init();
    ENSURE_MEM(curl);
    TRY(options_set(curl, x, url, pin, post, headers, limits));
    TRY(outcome(curl_easy_perform(curl), x));
    long code = 0;
    ENSURE(curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code) == CURLE_OK, ERR_BUG,
           "libcurl has no status");
    struct bytes body = {0};
    TRY(buf_done(&x->body, &body));
    *status = (int)code;
    *answer = (struct as2_post){{x->headers.at, x->headers.n}, body};
    (void)talloc_steal(ctx, x);
    return ERR_OK;
}
