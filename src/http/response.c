/* response.c - building an answer so that it can't be split, redirected elsewhere or leak a cookie.
 */
#include "http/response.h"

#include <string.h>

#include "base/text.h"

#define VALUE_MAX 4096

static bool token(const char *s)
{
    static const char CHARS[] =
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return *s != '\0' && s[strspn(s, CHARS)] == '\0';
}

static bool value_plain(const char *s)
{
    size_t n = 0;
    for (; s[n] != '\0'; n++)
        if ((unsigned char)s[n] < 0x20 || s[n] == 0x7f || n >= VALUE_MAX) return false;
    return true;
}

err http_set_header(struct http_response *rs, const char *name, const char *value)
{
    ENSURE(token(name) && value_plain(value), ERR_BUG, "a header of the response would break it");
    ENSURE(rs->headers_n < HTTP_RESPONSE_HEADERS_MAX, ERR_BUG, "the response has too many headers");
    const char *name_copy = mem_text(rs->ctx, name), *value_copy = mem_text(rs->ctx, value);
    ENSURE(name_copy != NULL && value_copy != NULL, ERR_MEMORY, "out of memory");
    rs->headers[rs->headers_n++] = (struct http_pair){name_copy, value_copy};
    return ERR_OK;
}

err http_cache(struct http_response *rs, const char *cache_control)
{
    TRY(http_set_header(rs, "Cache-Control", cache_control));
    rs->cacheable = true;
    return ERR_OK;
}

err http_reply(struct http_response *rs, int status, const char *mime, struct bytes body)
{
    ENSURE(status >= 200 && status <= 599, ERR_BUG, "not a status of a response");
    TRY(http_set_header(rs, "Content-Type", mime));
    rs->status = status;
    rs->body = body;
    return ERR_OK;
}

/* A path of this node: "//host" and "/\host" lead elsewhere, and so does what a browser strips. */
static bool path_local(const char *path)
{
    if (path[0] != '/' || path[1] == '/') return false;
    for (const char *s = path; *s != '\0'; s++)
        if ((unsigned char)*s <= 0x20 || *s == '\\' || (unsigned char)*s >= 0x7f) return false;
    return true;
}

err http_redirect(struct http_response *rs, const char *path)
{
    ENSURE(path_local(path), ERR_BUG, "a redirect would lead away from this node");
    TRY(http_set_header(rs, "Location", path));
    rs->status = 303;
    rs->body = (struct bytes){0};
    return ERR_OK;
}

err http_attach(struct http_response *rs, const char *file_name)
{
    static const char CHARS[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-";
    bool plain = file_name[0] != '\0' && file_name[0] != '.' &&
                 strlen(file_name) <= HTTP_FILE_NAME_MAX &&
                 file_name[strspn(file_name, CHARS)] == '\0';
    ENSURE(plain, ERR_BUG, "not a name for a file to download");
    const char *value = talloc_asprintf(rs->ctx, "attachment; filename=\"%s\"", file_name);
    ENSURE_MEM(value);
    return http_set_header(rs, "Content-Disposition", value);
}

/* RFC 6265 §4.1.1 */
static bool cookie_octets(const char *s)
{
    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;
        if (c <= 0x20 || c >= 0x7f || c == '"' || c == ',' || c == ';' || c == '\\') return false;
    }
    return true;
}

err http_cookie_set(const struct http_request *rq, struct http_response *rs,
                    const struct http_cookie *cookie)
{
    ENSURE(token(cookie->name) && cookie_octets(cookie->value), ERR_BUG, "not a cookie");
    const char *age = "";
    if (cookie->seconds != 0) {
        age = talloc_asprintf(rs->ctx, "; Max-Age=%lld",
                              (long long)(cookie->seconds < 0 ? 0 : cookie->seconds));
        ENSURE_MEM(age);
    }
    const char *value = talloc_asprintf(rs->ctx, "%s%s=%s; Path=/; HttpOnly; SameSite=%s%s%s",
                                        rq->is_tls ? "__Host-" : "", cookie->name, cookie->value,
                                        cookie->same_site == HTTP_STRICT ? "Strict" : "Lax",
                                        rq->is_tls ? "; Secure" : "", age);
    ENSURE_MEM(value);
    return http_set_header(rs, "Set-Cookie", value);
}

const char *http_cookie_get(const struct http_request *rq, const char *name)
{
    if (!rq->is_tls) return http_cookie(rq, name);
    char prefixed[HTTP_NAME_MAX + 8] = "__Host-";
    size_t n = strlen(name);
    if (n > HTTP_NAME_MAX) return NULL;
    memcpy(prefixed + 7, name, n + 1);
    return http_cookie(rq, prefixed);
}
