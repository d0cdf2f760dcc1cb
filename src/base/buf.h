/* buf.h - a growing buffer that knows its limit.
 *
 * A failure (no memory, over the limit) sticks: further additions do nothing, and buf_done tells.
 * So a writer adds straight down and checks once. Idea from curl's DYNBUF.
 */
#ifndef OPENTRM_BASE_BUF_H
#define OPENTRM_BASE_BUF_H

#include "base/bytes.h"

struct buf {
    mem *ctx;
    uint8_t *p;
    size_t n;    /* bytes used */
    size_t room; /* bytes allocated */
    size_t max;  /* never more than this */
    enum err_kind failed;
};

/* buf_init: an empty buffer; what it grows into belongs to ctx. */
void buf_init(struct buf *b, mem *ctx, size_t max);
void buf_add(struct buf *b, const void *p, size_t n);
void buf_add_bytes(struct buf *b, struct bytes in);
void buf_add_text(struct buf *b, const char *s); /* NULL adds nothing */
void buf_add_char(struct buf *b, char c);
void buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* buf_done: everything that was added, with a NUL behind it that is not counted; or the failure. */
err buf_done(struct buf *b, struct bytes *out);
/* buf_text: the same as a C string; ERR_INPUT if a zero byte was added. */
err buf_text(struct buf *b, const char **out);

#endif
