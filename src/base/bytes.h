/* bytes.h - a view of bytes with their length: how everything that is not a C string travels.
 *
 * A `bytes` owns nothing; it lives as long as what it looks at.
 */
#ifndef OPENTRM_BASE_BYTES_H
#define OPENTRM_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"

struct bytes {
    const uint8_t *p;
    size_t n;
};

static inline struct bytes bytes_of(const void *p, size_t n) { return (struct bytes){p, n}; }
/* bytes_text: the characters of a C string without its end. NULL gives no bytes. */
struct bytes bytes_text(const char *s);
/* bytes_equal: plain comparison, NOT for secrets (crypto/secret.h has secret_equal). */
bool bytes_equal(struct bytes a, struct bytes b);
/* bytes_copy: a copy owned by ctx, with a NUL behind it that is not counted. */
err bytes_copy(mem *ctx, struct bytes in, struct bytes *out);
/* bytes_string: a C string owned by ctx; ERR_INPUT if there is a NUL inside. */
err bytes_string(mem *ctx, struct bytes in, const char **out);
/* bytes_find: offset of the first needle at or after `from`, or SIZE_MAX. */
size_t bytes_find(struct bytes hay, struct bytes needle, size_t from);

#endif
