/* template_keep.c - a table of texts, and pieces of memory that hold them. */
#include "web/template_keep.h"

#include <string.h>

enum { PIECE = 32 * 1024, ROOM_FIRST = 1024, ALIGN = 8 };

struct keep {
    mem *stays, *scratch;
    uint8_t *at; /* what is left of the last piece */
    size_t left;
    struct bytes *slots; /* by hash, the next free one; p NULL: free */
    size_t n, room;      /* room is a power of two, at least twice n */
};

err keep_new(mem *stays, mem *scratch, struct keep **out)
{
    struct keep *k = mem_new(scratch, struct keep);
    ENSURE_MEM(k);
    *k = (struct keep){.stays = stays, .scratch = scratch, .room = ROOM_FIRST};
    k->slots = mem_array(scratch, struct bytes, k->room);
    ENSURE_MEM(k->slots);
    *out = k;
    return ERR_OK;
}

/* FNV-1a. The texts are our own: nobody chooses them to collide. */
static size_t hash_of(struct bytes in)
{
    uint64_t h = 0xCBF29CE484222325u;
    for (size_t i = 0; i < in.n; i++) h = (h ^ in.p[i]) * 0x100000001B3u;
    return (size_t)(h ^ h >> 32);
}

static struct bytes *slot_of(struct keep *k, struct bytes in)
{
    size_t i = hash_of(in) & (k->room - 1);
    while (k->slots[i].p != NULL && !bytes_equal(k->slots[i], in)) i = (i + 1) & (k->room - 1);
    return &k->slots[i];
}

static err table_grow(struct keep *k)
{
    struct bytes *old = k->slots;
    size_t n = k->room;
    k->slots = mem_array(k->scratch, struct bytes, n * 2);
    ENSURE_MEM(k->slots);
    k->room = n * 2;
    for (size_t i = 0; i < n; i++)
        if (old[i].p != NULL) *slot_of(k, old[i]) = old[i];
    talloc_free(old);
    return ERR_OK;
}

static err bytes_stay(struct keep *k, struct bytes in, struct bytes *out)
{
    size_t n = (in.n + ALIGN) & ~(size_t)(ALIGN - 1); /* with a zero byte behind it, and aligned for a path */
    if (n > k->left) {
        size_t room = n > PIECE ? n : PIECE;
        k->at = talloc_zero_size(k->stays, room);
        ENSURE_MEM(k->at);
        k->left = room;
    }
    if (in.n > 0) memcpy(k->at, in.p, in.n);
    *out = bytes_of(k->at, in.n);
    k->at += n;
    k->left -= n;
    return ERR_OK;
}

static err keep_bytes(struct keep *k, struct bytes in, struct bytes *out)
{
    struct bytes *slot = slot_of(k, in);
    if (slot->p != NULL) {
        *out = *slot;
        return ERR_OK;
    }
    TRY(bytes_stay(k, in, out));
    *slot = *out;
    k->n++;
    return k->n * 2 > k->room ? table_grow(k) : ERR_OK;
}

/* Two paths of the same names have the same bytes, once their names stand in the same place. */
static err keep_path(struct keep *k, const struct path *path, const struct path **out)
{
    struct path made;
    struct bytes kept;
    memset(&made, 0, sizeof made);
    made.n = path->n;
    if (path->n > 0) {
        const char *from = path->keys[0].text;
        const struct path_key *last = &path->keys[path->n - 1];
        TRY(keep_bytes(k, bytes_of(from, (size_t)(last->text - from) + last->n), &kept));
        for (size_t i = 0; i < path->n; i++) {
            made.keys[i].text = (const char *)kept.p + (path->keys[i].text - from);
            made.keys[i].n = path->keys[i].n;
        }
    }
    TRY(keep_bytes(k, bytes_of(&made, sizeof made), &kept));
    *out = (const struct path *)(const void *)kept.p;
    return ERR_OK;
}

err keep_program(struct keep *k, const struct builder *b, struct program *out)
{
    struct op *ops = mem_array(k->stays, struct op, b->ops.n + 1);
    ENSURE_MEM(ops);
    for (size_t i = 0; i < b->ops.n; i++) {
        ops[i] = b->ops.at[i];
        if (ops[i].kind == OP_TEXT)
            TRY(keep_bytes(k, ops[i].text, &ops[i].text));
        else if (ops[i].path != NULL)
            TRY(keep_path(k, ops[i].path, &ops[i].path));
    }
    *out = (struct program){ops, b->ops.n};
    return ERR_OK;
}
