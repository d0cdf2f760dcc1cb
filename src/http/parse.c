/* parse.c - the parts of a request as bytes: target, urlencoded pairs, cookies. Pure functions. */
#include <string.h>

#include "base/text.h"
#include "base/vec.h"
#include "http/decode.h"

#define TARGET_MAX 8192

struct pair_list {
    struct http_pair *at;
    size_t n;
    size_t room;
};

static err pair_push(mem *ctx, struct pair_list *list, size_t max, const char *name,
                     const char *value)
{
    ENSURE(strlen(name) <= HTTP_NAME_MAX, ERR_LIMIT,
           "a field in the request has a name that is too long");
    err e = vec_push(ctx, list, ((struct http_pair){name, value}), max);
    ENSURE(e.kind != ERR_LIMIT, ERR_LIMIT, "the request has more fields than allowed");
    return e;
}

/* Where a piece that began at `from` ends: at `separator` or the end. */
static size_t piece_end(struct bytes in, size_t from, char separator)
{
    const uint8_t *end = from < in.n ? memchr(in.p + from, separator, in.n - from) : NULL;
    return end == NULL ? in.n : (size_t)(end - in.p);
}

err http_parse_urlencoded(mem *ctx, struct bytes in, size_t pairs_max, struct http_pairs *out)
{
    struct pair_list list = {0};
    for (size_t from = 0; from < in.n;) {
        size_t end = piece_end(in, from, '&');
        struct bytes piece = bytes_of(in.p + from, end - from);
        from = end + 1;
        if (piece.n == 0) continue;
        size_t equals = piece_end(piece, 0, '=');
        size_t value_at = equals < piece.n ? equals + 1 : piece.n;
        const char *name, *raw, *value;
        TRY(decode_percent(ctx, bytes_of(piece.p, equals), true, &name));
        TRY(name_check(name));
        TRY(decode_percent(ctx, bytes_of(piece.p + value_at, piece.n - value_at), true, &raw));
        TRY(decode_text(ctx, bytes_text(raw), &value));
        TRY(pair_push(ctx, &list, pairs_max, name, value));
    }
    *out = (struct http_pairs){list.at, list.n};
    return ERR_OK;
}

/* RFC 6265 §5.4: "a=b; c=d". What is no pair is skipped: other programs on the host may set
 * cookies. */
err http_parse_cookies(mem *ctx, const char *header, struct http_pairs *out)
{
    struct pair_list list = {0};
    struct bytes in = bytes_text(header);
    for (size_t from = 0; from < in.n && list.n < HTTP_COOKIES_MAX;) {
        while (from < in.n && (in.p[from] == ' ' || in.p[from] == '\t')) from++;
        size_t end = piece_end(in, from, ';');
        size_t equals = piece_end(bytes_of(in.p, end), from, '=');
        if (equals > from && equals < end && equals - from <= HTTP_NAME_MAX) {
            char *name = mem_textn(ctx, header + from, equals - from);
            char *value = mem_textn(ctx, header + equals + 1, end - equals - 1);
            ENSURE(name != NULL && value != NULL, ERR_MEMORY, "out of memory");
            TRY(pair_push(ctx, &list, HTTP_COOKIES_MAX, name, value));
        }
        from = end + 1;
    }
    *out = (struct http_pairs){list.at, list.n};
    return ERR_OK;
}

/* "http://host/path" (RFC 9112 §3.2.2) as well as "/path". */
static err target_path(struct bytes target, struct bytes *path)
{
    size_t at = 0;
    if (target.n > 7 && strncasecmp((const char *)target.p, "http://", 7) == 0)
        at = piece_end(target, 7, '/');
    if (target.n > 8 && strncasecmp((const char *)target.p, "https://", 8) == 0)
        at = piece_end(target, 8, '/');
    ENSURE(at < target.n && target.p[at] == '/', ERR_INPUT,
           "the address in the request is no path");
    *path = bytes_of(target.p + at, target.n - at);
    return ERR_OK;
}

/* No "..", ".", "//": every address has one form, and none leads out of a folder. */
static err path_check(const char *path)
{
    for (const char *s = path; *s == '/';) {
        size_t n = strcspn(++s, "/");
        bool last = s[n] == '\0';
        ENSURE(n > 0 || (last && s == path + 1), ERR_INPUT,
               "the address in the request has an empty part");
        ENSURE(!(n == 1 && s[0] == '.') && !(n == 2 && s[0] == '.' && s[1] == '.'), ERR_INPUT,
               "the address in the request leads out of its folder");
        s += n;
    }
    return ERR_OK;
}

err http_parse_target(mem *ctx, struct bytes target, const char **path, struct http_pairs *query)
{
    ENSURE(target.n <= TARGET_MAX, ERR_LIMIT, "the address in the request is too long");
    struct bytes rest, path_bytes;
    TRY(target_path(target, &rest));
    size_t mark = piece_end(rest, 0, '?');
    path_bytes = bytes_of(rest.p, mark);
    ENSURE(bytes_find(path_bytes, bytes_text("%2F"), 0) == SIZE_MAX &&
               bytes_find(path_bytes, bytes_text("%2f"), 0) == SIZE_MAX,
           ERR_INPUT, "the address in the request has a hidden slash");
    const char *decoded;
    struct http_pairs pairs = {0};
    TRY(decode_percent(ctx, path_bytes, false, &decoded));
    TRY(text_check(bytes_text(decoded), TARGET_MAX));
    ENSURE(strpbrk(decoded, "\\#\t\r\n") == NULL, ERR_INPUT,
           "the address in the request holds a wrong character");
    TRY(path_check(decoded));
    if (mark < rest.n)
        TRY(http_parse_urlencoded(ctx, bytes_of(rest.p + mark + 1, rest.n - mark - 1),
                                  HTTP_QUERY_MAX, &pairs));
    *path = decoded;
    *query = pairs;
    return ERR_OK;
}
