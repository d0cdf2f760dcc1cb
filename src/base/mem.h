/* mem.h - memory: talloc contexts, one for each request, job or command. Nothing is freed by hand.
 *
 * A scope opens a context with MEM_SCOPE(name, parent) and everything below it goes when the scope
 * ends, on every path. Functions that allocate take the context of the result as first argument.
 *
 * Secrets do not live here: see crypto/secret.h (libsodium's guarded memory).
 */
#ifndef OPENTRM_BASE_MEM_H
#define OPENTRM_BASE_MEM_H

#include <limits.h>
#include <stddef.h>
#include <talloc.h>

typedef void mem; /* a talloc context */

/* mem_new / mem_array: zeroed, NULL when there is no memory (check with ENSURE_MEM). */
#define mem_new(ctx, type) talloc_zero(ctx, type)
#define mem_array(ctx, type, n) ((type *)mem_array_zero((ctx), sizeof(type), (n), #type))

/* talloc counts items in an unsigned int; more than fits is "no memory". */
static inline void *mem_array_zero(mem *ctx, size_t size, size_t n, const char *type)
{
    return n > UINT_MAX ? NULL : _talloc_zero_array(ctx, size, (unsigned)n, type);
}

/* mem_scope_begin: the beginning of MEM_SCOPE. Asks again a few times: without its context a block
 * would hang what it still gets for itself nowhere, and nobody would give that back. When so little
 * can't be had in the end, neither can anything after it. */
static inline mem *mem_scope_begin(mem *parent)
{
    mem *ctx = NULL;
    for (int tries = 0; ctx == NULL && tries < 4; tries++) ctx = talloc_new(parent);
    return ctx;
}
/* mem_scope_end: the cleanup of MEM_SCOPE. */
static inline void mem_scope_end(mem **ctx) { talloc_free(*ctx); }

/* MEM_SCOPE: a context that lives as long as the block it is declared in. */
#define MEM_SCOPE(name, parent)                                                                    \
    __attribute__((cleanup(mem_scope_end))) mem *name = mem_scope_begin(parent)

/* mem_text / mem_textn: a copy of a C string, NULL when there is no memory. */
#define mem_text(ctx, s) talloc_strdup(ctx, s)
#define mem_textn(ctx, s, n) talloc_strndup(ctx, s, n)

#define COUNT_OF(a) (sizeof(a) / sizeof *(a))

#endif
