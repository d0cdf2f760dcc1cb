/* response.h - what a handler answers.
 *
 * `ctx` lives until the last byte is sent: make the body and header values there (the request's
 * ctx, with whatever was unlocked for it, goes as soon as the handler returns). A body may also be a
 * constant of the program. The server adds the security headers of docs/security.md to each response
 * and `Cache-Control: no-store` unless http_cache said otherwise.
 */
#ifndef OPENTRM_HTTP_RESPONSE_H
#define OPENTRM_HTTP_RESPONSE_H

#include "http/request.h"

#define HTTP_RESPONSE_HEADERS_MAX 32

struct http_response {
    mem *ctx;
    int status; /* 200 until set */
    struct bytes body;
    struct http_pair headers[HTTP_RESPONSE_HEADERS_MAX];
    size_t headers_n;
    bool cacheable; /* Cache-Control was chosen */
};

/* http_reply: status, media type and body. */
err http_reply(struct http_response *rs, int status, const char *mime, struct bytes body);
/* http_redirect: 303 See Other to a path of this node ("/cases/IT-26-K7QF"); ERR_BUG for anything
 * that could lead elsewhere. */
err http_redirect(struct http_response *rs, const char *path);
/* http_attach: Content-Disposition: attachment; ASCII file name of [A-Za-z0-9._-]. No person's name
 * belongs in it. */
err http_attach(struct http_response *rs, const char *file_name);
/* http_set_header: adds a header; ERR_BUG when the name is no token or the value holds CR, LF or
 * another control character: nothing can split a response. Copies the value. */
err http_set_header(struct http_response *rs, const char *name, const char *value);
/* http_cache: replaces no-store, e.g. "public, max-age=31536000, immutable". Constants only. */
err http_cache(struct http_response *rs, const char *cache_control);

enum http_same_site { HTTP_LAX, HTTP_STRICT };

/* A cookie is always HttpOnly, Path=/, without a Domain. Under TLS it is Secure and its name gets the
 * prefix "__Host-" (RFC 6265bis §4.1.3.2); http_cookie_get knows both. */
struct http_cookie {
    const char *name;
    const char *value;       /* of RFC 6265 cookie-octets */
    enum http_same_site same_site;
    int64_t seconds;         /* Max-Age; 0: until the browser closes; negative: remove it */
};
err http_cookie_set(const struct http_request *rq, struct http_response *rs,
                    const struct http_cookie *cookie);
/* http_cookie_get: the value of a cookie that http_cookie_set made, or NULL. */
const char *http_cookie_get(const struct http_request *rq, const char *name);

#endif
