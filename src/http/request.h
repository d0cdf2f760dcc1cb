/* request.h - one HTTP request, complete and checked: what a handler reads.
 *
 * Made by http/server.h; handed to a handler on a worker thread. Everything in it is owned by
 * `ctx` and goes when the handler has returned. What is text here is valid UTF-8 without zero bytes
 * or control characters; what is not made a 400 before any handler ran.
 */
#ifndef OPENTRM_HTTP_REQUEST_H
#define OPENTRM_HTTP_REQUEST_H

#include "base/bytes.h"

enum http_method { HTTP_NO_METHOD, HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_OTHER };

#define HTTP_FIELDS_MAX 4096             /* form fields and files of one request */
#define HTTP_QUERY_MAX 64                /* query parameters */
#define HTTP_COOKIES_MAX 32
#define HTTP_HEADERS_MAX 64
#define HTTP_NAME_MAX 256                /* bytes of a field's name */
#define HTTP_FILE_NAME_MAX 255

struct http_pair {
    const char *name;
    const char *value;
};

/* In the order they came; names may repeat. */
struct http_pairs {
    struct http_pair *at;
    size_t n;
};

struct http_file {
    const char *field;
    const char *name; /* as the browser said, no folders; never a path to open or store under */
    const char *mime; /* as the browser said */
    struct bytes content;
};

struct http_route;

struct http_request {
    mem *ctx;
    enum http_method method; /* HEAD arrives as HTTP_GET */
    const char *path;        /* decoded; begins with "/", no "." or ".." segment, no "//" */
    const char *target;      /* as sent: path and query */
    struct http_pairs parameters; /* of the route: {code} in "/cases/{code}", validated */
    struct http_pairs query;
    struct http_pairs form;  /* of a form body; CR LF is LF, other controls are spaces */
    struct http_pairs cookies;
    struct http_pairs headers;
    struct http_file *files;
    size_t files_n;
    struct bytes body;       /* as sent */
    const char *remote;      /* address of the peer, "127.0.0.1" */
    bool is_tls;
    const struct http_route *route; /* NULL when none matched */
    void *session;           /* the application's own, set by its `admit` */
    bool ours;               /* a form of our own page: its token was checked. On an error page `form` is empty else */
};

/* First value by name, or NULL. Header names in any case. */
const char *http_header(const struct http_request *rq, const char *name);
const char *http_cookie(const struct http_request *rq, const char *name);
const char *http_query(const struct http_request *rq, const char *name);
const char *http_field(const struct http_request *rq, const char *name);
const char *http_parameter(const struct http_request *rq, const char *name);
/* http_field_at: value number i (from 0) of a field that may come several times (checkboxes). */
const char *http_field_at(const struct http_request *rq, const char *name, size_t i);
/* http_field_or: the value, or `otherwise` when there is none. */
const char *http_field_or(const struct http_request *rq, const char *name, const char *otherwise);
const struct http_file *http_file(const struct http_request *rq, const char *field);
/* http_pairs_get: value number i of `name`, or NULL. */
const char *http_pairs_get(const struct http_pairs *pairs, const char *name, size_t i);

/* http_language: which of the n supported languages the reader's browser prefers (RFC 9110
 * §12.5.4, lookup of RFC 4647 §3.4); supported[0] when it names none of them. */
const char *http_language(const struct http_request *rq, const char *const *supported, size_t n);

/* http_parse_form: fills form and files from body by its Content-Type. Called by the router before
 * a handler. ERR_INPUT: bad encoding or structure. ERR_LIMIT: too many or too long. */
err http_parse_form(struct http_request *rq);

/* Parsers of the parts, pure functions of bytes; for the server and its fuzz target. */
err http_parse_target(mem *ctx, struct bytes target, const char **path, struct http_pairs *query);
err http_parse_urlencoded(mem *ctx, struct bytes in, size_t pairs_max, struct http_pairs *out);
err http_parse_multipart(mem *ctx, struct bytes in, const char *content_type, struct http_pairs *fields,
                         struct http_file **files, size_t *files_n);
err http_parse_cookies(mem *ctx, const char *header, struct http_pairs *out);

#endif
