/* view.c - values cut from pieces. */
#include "web/view.h"

#include <stdalign.h>
#include <string.h>

enum { PIECE = 16 * 1024 };

struct views {
    uint8_t *at; /* what is left of the last piece */
    size_t left;
    bool failed;
    struct view spare; /* takes what there was no memory for */
};

err views_new(mem *ctx, struct views **out, struct view **root)
{
    struct views *v = mem_new(ctx, struct views);
    ENSURE_MEM(v);
    struct view *object = view_add(v, NULL, NULL, VIEW_OBJECT);
    ENSURE(!v->failed, ERR_MEMORY, "out of memory");
    *root = object;
    *out = v;
    return ERR_OK;
}

static uint32_t tag_of(const char *key, size_t n)
{
    return n == 0 ? 0 : (uint32_t)n | (uint32_t)(uint8_t)key[0] << 16 | (uint32_t)(uint8_t)key[n - 1] << 24;
}

bool views_failed(const struct views *v) { return v->failed; }

static void *cut(struct views *v, size_t n, size_t align)
{
    size_t skip = (align - (uintptr_t)v->at % align) % align;
    if (v->at == NULL || skip + n > v->left) {
        size_t room = n > PIECE ? n : PIECE;
        uint8_t *piece = talloc_size(v, room);
        if (piece == NULL) {
            v->failed = true;
            return NULL;
        }
        v->at = piece;
        v->left = room;
        skip = 0;
    }
    void *p = v->at + skip;
    v->at += skip + n;
    v->left -= skip + n;
    return p;
}

char *view_words(struct views *v, size_t n) { return n < UINT32_MAX ? cut(v, n + 1, 1) : NULL; }

struct view *view_add(struct views *v, struct view *to, const char *key, enum view_kind kind)
{
    struct view *made = cut(v, sizeof *made, alignof(struct view));
    bool list = to != NULL && to->kind == VIEW_LIST;
    if (made == NULL || (to != NULL && to->kind != VIEW_OBJECT && !list)) {
        v->failed = true;
        v->spare = (struct view){.kind = kind};
        return &v->spare;
    }
    *made = (struct view){.kind = kind, .key = key, .key_tag = key == NULL ? 0 : tag_of(key, strlen(key))};
    if (to == NULL) return made;
    if (list) {
        if (to->last == NULL)
            to->first = made;
        else
            to->last->next = made;
        to->last = made;
        to->n++;
    } else {
        made->next = to->first;
        to->first = made;
    }
    return made;
}

static struct view *add_bytes(struct views *v, struct view *to, const char *key, enum view_kind kind, struct bytes text)
{
    struct view *made = view_add(v, to, key, kind);
    char *copy = view_words(v, text.n);
    if (copy == NULL) {
        v->failed = true;
        made->kind = VIEW_NOTHING;
        return made;
    }
    if (text.n > 0) memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    made->text = copy;
    made->n = (uint32_t)text.n;
    return made;
}

struct view *view_add_text(struct views *v, struct view *to, const char *key, struct bytes text)
{
    return add_bytes(v, to, key, VIEW_TEXT, text);
}

struct view *view_add_html(struct views *v, struct view *to, const char *key, struct bytes html)
{
    return add_bytes(v, to, key, VIEW_HTML, html);
}

struct view *view_add_number(struct views *v, struct view *to, const char *key, int64_t number)
{
    struct view *made = view_add(v, to, key, VIEW_NUMBER);
    made->number = number;
    return made;
}

void view_put(struct views *v, struct view *to, const char *key, const struct view *value)
{
    struct view *made = view_add(v, to, key, value->kind);
    const struct view place = *made;
    *made = *value;
    made->next = place.next;
    made->key = place.key;
    made->key_tag = place.key_tag;
}

const struct view *view_get(const struct view *of, const char *key, size_t n)
{
    if (of->kind != VIEW_OBJECT) return NULL;
    const uint32_t tag = tag_of(key, n);
    for (const struct view *m = of->first; m != NULL; m = m->next)
        if (m->key_tag == tag && memcmp(m->key, key, n) == 0 && m->key[n] == '\0') return m;
    return NULL;
}

bool view_true(const struct view *value)
{
    if (value == NULL) return false;
    switch (value->kind) {
    case VIEW_NOTHING:
    case VIEW_FALSE: return false;
    case VIEW_NUMBER: return value->number != 0;
    case VIEW_TEXT:
    case VIEW_HTML:
    case VIEW_LIST: return value->n > 0;
    case VIEW_TRUE:
    case VIEW_OBJECT: break;
    }
    return true;
}
