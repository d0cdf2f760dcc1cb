/* buf.c - the growing buffer. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void buf_init(struct buf *b, mem *ctx, size_t max)
{
    *b = (struct buf){.ctx = ctx, .max = max < SIZE_MAX / 4 ? max : SIZE_MAX / 4};
}

/* Make room for n more bytes and a NUL. */
static bool buf_reserve(struct buf *b, size_t n)
{
    if (b->failed != ERR_NONE) return false;
    if (n > b->max - b->n) {
        b->failed = ERR_LIMIT;
        return false;
    }
    size_t need = b->n + n + 1;
    if (need <= b->room) return true;
    size_t room = b->room < 128 ? 256 : b->room * 2;
    if (room < need) room = need;
    uint8_t *p = talloc_realloc_size(b->ctx, b->p, room);
    if (p == NULL) {
        b->failed = ERR_MEMORY;
        return false;
    }
    b->p = p;
    b->room = room;
    return true;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
    if (n == 0 || !buf_reserve(b, n)) return;
    memcpy(b->p + b->n, p, n);
    b->n += n;
}

void buf_add_bytes(struct buf *b, struct bytes in) { buf_add(b, in.p, in.n); }

void buf_add_text(struct buf *b, const char *s)
{
    if (s != NULL) buf_add(b, s, strlen(s));
}

void buf_add_char(struct buf *b, char c) { buf_add(b, &c, 1); }

void buf_addf(struct buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0) {
        b->failed = ERR_BUG;
        return;
    }
    if (n == 0 || !buf_reserve(b, (size_t)n)) return;
    va_start(args, format);
    (void)vsnprintf((char *)b->p + b->n, (size_t)n + 1, format, args);
    va_end(args);
    b->n += (size_t)n;
}

err buf_done(struct buf *b, struct bytes *out)
{
    if (b->failed == ERR_NONE && b->p == NULL) (void)buf_reserve(b, 0);
    ENSURE(b->failed != ERR_MEMORY, ERR_MEMORY, "out of memory");
    ENSURE(b->failed != ERR_LIMIT, ERR_LIMIT, "larger than allowed");
    ENSURE(b->failed == ERR_NONE && b->p != NULL, ERR_BUG, "a buffer was misused");
    b->p[b->n] = 0;
    *out = (struct bytes){b->p, b->n};
    return ERR_OK;
}

err buf_text(struct buf *b, const char **out)
{
    struct bytes all;
    TRY(buf_done(b, &all));
    ENSURE(memchr(all.p, 0, all.n) == NULL, ERR_INPUT, "a zero byte inside a text");
    *out = (const char *)all.p;
    return ERR_OK;
}
