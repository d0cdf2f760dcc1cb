/* bytes.c - views of bytes: compare, copy, find. */
#include "base/bytes.h"

#include <string.h>

struct bytes bytes_text(const char *s)
{
    return s == NULL ? (struct bytes){NULL, 0} : (struct bytes){(const uint8_t *)s, strlen(s)};
}

bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

err bytes_copy(mem *ctx, struct bytes in, struct bytes *out)
{
    ENSURE(in.n < SIZE_MAX, ERR_LIMIT, "too many bytes");
    uint8_t *p = talloc_size(ctx, in.n + 1);
    ENSURE_MEM(p);
    if (in.n > 0) memcpy(p, in.p, in.n);
    p[in.n] = 0;
    *out = (struct bytes){p, in.n};
    return ERR_OK;
}

err bytes_string(mem *ctx, struct bytes in, const char **out)
{
    ENSURE(in.n == 0 || memchr(in.p, 0, in.n) == NULL, ERR_INPUT, "a zero byte inside a text");
    struct bytes copy;
    TRY(bytes_copy(ctx, in, &copy));
    *out = (const char *)copy.p;
    return ERR_OK;
}

size_t bytes_find(struct bytes hay, struct bytes needle, size_t from)
{
    if (from >= hay.n || needle.n == 0) return SIZE_MAX; /* also: no bytes have no address */
    const uint8_t *hit = memmem(hay.p + from, hay.n - from, needle.p, needle.n);
    return hit == NULL ? SIZE_MAX : (size_t)(hit - hay.p);
}
