/* build_order.c - in which order the items are settled, so that each comes after what its expressions
 * need; and the circles, which are refused. */
#include <string.h>

#include "base/buf.h"
#include "form/build.h"
#include "form/expression.h"

enum colour { UNSEEN, OPEN, DONE };

struct walk {
    struct builder *b;
    enum colour *colour;
    size_t *stack; /* of open items */
    size_t *next;  /* for each open item: which of its needs comes next */
    size_t depth;
    size_t *order;
    size_t n_order;
};

/* The i-th item that must be settled before this one, or NULL: the group around it, what its relevance
 * needs, what its calculation needs. */
static const struct form_item *need(const struct form_item *item, size_t i)
{
    const struct expression *const FROM[] = {item->relevant, item->calculation};
    if (i == 0 && item->parent != NULL) return item->parent;
    if (item->parent != NULL) i--;
    for (size_t k = 0; k < COUNT_OF(FROM); k++) {
        const struct form_item *const *uses;
        size_t n = FROM[k] == NULL ? 0 : expression_uses(FROM[k], &uses);
        if (i < n) return uses[i];
        i -= n;
    }
    return NULL;
}

/* The circle stands on the stack, from `back` to the top. */
static err circle_complain(struct walk *w, size_t back)
{
    size_t from = w->depth;
    while (from > 0 && w->stack[from - 1] != back) from--;
    struct buf b;
    buf_init(&b, w->b->scratch, 2000);
    const struct form_item *blamed = NULL;
    for (size_t i = from - 1; i < w->depth; i++) {
        const struct form_item *item = &w->b->items[w->stack[i]];
        buf_addf(&b, "%s -> ", item->name);
        if (blamed == NULL && (item->relevant != NULL || item->calculation != NULL)) blamed = item;
    }
    buf_add_text(&b, w->b->items[back].name);
    const char *names;
    if (err_failed(buf_text(&b, &names))) names = "too many to name";
    if (blamed == NULL) blamed = &w->b->items[back];
    return build_complain(w->b, false, blamed->row,
                          blamed->calculation != NULL ? RAW_CALCULATION : RAW_RELEVANT,
                          "these depend on one another in a circle: %s; take one of them out of an "
                          "expression",
                          names);
}

static err visit(struct walk *w, size_t index)
{
    w->stack[w->depth] = index;
    w->next[w->depth++] = 0;
    w->colour[index] = OPEN;
    while (w->depth > 0) {
        size_t top = w->stack[w->depth - 1];
        const struct form_item *before = need(&w->b->items[top], w->next[w->depth - 1]++);
        if (before == NULL) {
            w->colour[top] = DONE;
            w->order[w->n_order++] = top;
            w->depth--;
        } else if (w->colour[before->index] == OPEN) {
            TRY(circle_complain(w, before->index));
        } else if (w->colour[before->index] == UNSEEN) {
            w->colour[before->index] = OPEN;
            w->stack[w->depth] = before->index;
            w->next[w->depth++] = 0;
        }
    }
    return ERR_OK;
}

err build_order(struct builder *b)
{
    size_t n = b->form->n_items;
    struct walk w = {.b = b,
                     .colour = mem_array(b->scratch, enum colour, n + 1),
                     .stack = mem_array(b->scratch, size_t, n + 1),
                     .next = mem_array(b->scratch, size_t, n + 1),
                     .order = mem_array(b->form, size_t, n + 1)};
    ENSURE(w.colour != NULL && w.stack != NULL && w.next != NULL && w.order != NULL, ERR_MEMORY,
           "out of memory");
    for (size_t i = 0; i < n; i++)
        if (w.colour[i] == UNSEEN) TRY(visit(&w, i));
    b->form->order = w.order;
    return ERR_OK;
}
