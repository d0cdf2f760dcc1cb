/* vec.h - a growing list of pointers or small structs, with a maximum.
 *
 * VEC(type) declares one: `VEC(struct field) fields;`. Items belong to ctx.
 */
#ifndef OPENTRM_BASE_VEC_H
#define OPENTRM_BASE_VEC_H

#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"

#define VEC(type)                                                                                  \
    struct {                                                                                       \
        type *at;                                                                                  \
        size_t n;                                                                                  \
        size_t room;                                                                               \
    }

/* vec_grow: room for one more item of `size` bytes. Use vec_push. */
err vec_grow(mem *ctx, void **at, size_t n, size_t *room, size_t size, size_t max);

/* vec_push: append `item`; ERR_LIMIT at `max` items. An expression of type err. */
#define vec_push(ctx, v, item, max)                                                                \
    ({                                                                                             \
        void *vp_at = (v)->at;                                                                     \
        err vp_e = vec_grow((ctx), &vp_at, (v)->n, &(v)->room, sizeof *(v)->at, (max));            \
        (v)->at = vp_at;                                                                           \
        if (vp_e.kind == ERR_NONE) (v)->at[(v)->n++] = (item);                                     \
        vp_e;                                                                                      \
    })

#endif
