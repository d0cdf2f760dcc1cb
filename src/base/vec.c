/* vec.c - growing of lists. */
#include "base/vec.h"

err vec_grow(mem *ctx, void **at, size_t n, size_t *room, size_t size, size_t max)
{
    ENSURE(n < max, ERR_LIMIT, "more items than allowed");
    if (n < *room) return ERR_OK;
    size_t next = *room < 4 ? 8 : *room * 2;
    ENSURE(next < SIZE_MAX / size / 2, ERR_LIMIT, "more items than allowed");
    void *p = talloc_realloc_size(ctx, *at, next * size);
    ENSURE_MEM(p);
    *at = p;
    *room = next;
    return ERR_OK;
}
