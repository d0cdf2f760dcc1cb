/* settle.c - relevance and calculations: in the order of the form's dependencies, entry by entry. */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "form/check.h"
#include "form/value.h"

static err path_add(struct buf *b, const struct expression_entry *entry)
{
    if (entry == NULL) return ERR_OK;
    TRY(path_add(b, entry->outer));
    buf_addf(b, "%s[%zu].", entry->repeat->name, entry->index);
    return ERR_OK;
}

err form_path(mem *ctx, const struct expression_entry *entry, const struct form_item *item,
              const char **out)
{
    struct buf b;
    buf_init(&b, ctx, 1000);
    TRY(path_add(&b, entry));
    buf_add_text(&b, item->name);
    return buf_text(&b, out);
}

json_t *form_object(json_t *answers, const struct expression_entry *entry)
{
    return entry == NULL ? answers : (json_t *)(uintptr_t)entry->object;
}

bool settled_ours(const struct form_eval *eval, const struct form_item *item)
{
    return (item->parties & eval->parties) != 0 &&
           (item->compartments & ~eval->compartments) == 0;
}

/* May the expression be trusted: is all it refers to held? */
static bool known(const struct form_eval *eval, const struct expression *e)
{
    return (expression_compartments(e) & ~eval->compartments) == 0;
}

err settled_true(struct settled *s, const struct form_item *item, const struct expression *e,
                 const struct expression_entry *entry, bool otherwise, bool *out)
{
    if (e == NULL || !known(s->eval, e)) {
        *out = otherwise;
        return ERR_OK;
    }
    s->run.item = item;
    s->run.entry = entry;
    return expression_true(&s->run, e, out);
}

err settled_choice(struct settled *s, const struct form_item *item,
                   const struct form_choice *choice, const struct expression_entry *entry,
                   bool *out)
{
    s->run.choice = choice;
    s->run.choices = item->choices;
    err e = settled_true(s, item, item->choice_filter, entry, true, out);
    s->run.choice = NULL;
    return e;
}

err settled_relevant(struct settled *s, const struct form_item *item,
                     const struct expression_entry *entry, bool *out)
{
    if (item->scope == NULL) {
        *out = s->relevant[item->index];
        return ERR_OK;
    }
    *out = true;
    for (const struct form_item *i = item; *out && i != item->scope; i = i->parent)
        TRY(settled_true(s, i, i->relevant, entry, true, out));
    return ERR_OK;
}

/* ---- one item --------------------------------------------------------------------------------- */

struct dropper {
    err (*drop)(void *arg, const char *path);
    void *arg;
};

/* An answer whose question is not asked is taken out. */
static err drop(struct settled *s, const struct form_item *item,
                const struct expression_entry *entry, const struct dropper *d)
{
    json_t *object = form_object(s->answers, entry);
    if (json_object_get(object, item->name) == NULL) return ERR_OK;
    if ((item->compartments & ~s->eval->compartments) != 0) return ERR_OK;
    (void)json_object_del(object, item->name);
    if (d->drop == NULL || item->type == FORM_CALCULATE) return ERR_OK;
    const char *path;
    TRY(form_path(s->ctx, entry, item, &path));
    return d->drop(d->arg, path);
}

static err calculate(struct settled *s, const struct form_item *item,
                     const struct expression_entry *entry)
{
    if (!known(s->eval, item->calculation) || (item->compartments & ~s->eval->compartments) != 0)
        return ERR_OK;
    json_t *value, *object = form_object(s->answers, entry);
    s->run.item = item;
    s->run.entry = entry;
    TRY(expression_json(&s->run, item->calculation, &value));
    if (value != NULL) return json_put(object, item->name, value);
    (void)json_object_del(object, item->name);
    return ERR_OK;
}

static err settle_here(struct settled *s, const struct form_item *item,
                       const struct expression_entry *entry, const struct dropper *d)
{
    bool relevant = true;
    if (item->scope == NULL) {
        if (item->parent != NULL) relevant = s->relevant[item->parent->index];
        if (relevant) TRY(settled_true(s, item, item->relevant, NULL, true, &relevant));
        s->relevant[item->index] = relevant;
    } else {
        TRY(settled_relevant(s, item, entry, &relevant));
    }
    if (!relevant) return drop(s, item, entry, d);
    if (item->type == FORM_CALCULATE) return calculate(s, item, entry);
    return ERR_OK;
}

/* Every entry that the item stands in. `scopes` are the repeats from the outside in. */
static err settle_each(struct settled *s, const struct form_item *item,
                       const struct form_item *const *scopes, size_t n,
                       const struct expression_entry *outer, const struct dropper *d)
{
    if (n == 0) return settle_here(s, item, outer, d);
    json_t *entries = json_object_get(form_object(s->answers, outer), scopes[0]->name);
    for (size_t i = 0; i < json_array_size(entries); i++) {
        struct expression_entry entry = {scopes[0], json_array_get(entries, i), i, outer};
        TRY(expression_step(&s->run, 1));
        TRY(settle_each(s, item, scopes + 1, n - 1, &entry, d));
    }
    return ERR_OK;
}

err settled_new(mem *ctx, const struct form *form, const struct form_eval *eval, json_t *answers,
                err (*drop_)(void *arg, const char *path), void *arg, struct settled *out)
{
    *out = (struct settled){.form = form, .eval = eval, .ctx = ctx, .answers = answers};
    out->relevant = mem_array(ctx, bool, form->n_items + 1);
    ENSURE_MEM(out->relevant);
    out->run = (struct expression_run){.ctx = ctx,
                                       .form = form,
                                       .answers = answers,
                                       .eval = eval,
                                       .steps = EXPRESSION_STEPS_MAX};
    struct dropper d = {drop_, arg};
    for (size_t k = 0; k < form->n_items; k++) {
        const struct form_item *item = &form->items[form->order[k]];
        const struct form_item *scopes[FORM_DEPTH_MAX + 1];
        size_t n = 0;
        for (const struct form_item *i = item->scope; i != NULL; i = i->scope)
            scopes[FORM_DEPTH_MAX - n++] = i;
        TRY(settle_each(out, item, scopes + FORM_DEPTH_MAX + 1 - n, n, NULL, &d));
    }
    return ERR_OK;
}

err settled_initial(struct settled *s, const struct form_item *item,
                    const struct expression_entry *entry, json_t **value)
{
    const char *text, *message;
    *value = NULL;
    if (item->initial == NULL || !known(s->eval, item->initial)) return ERR_OK;
    s->run.item = item;
    s->run.entry = entry;
    TRY(expression_string(&s->run, item->initial, &text));
    if (item->type != FORM_SELECT_MULTIPLE)
        return value_parse(item, bytes_text(text), value, &message);
    JSON_SCOPE(words) = json_array();
    ENSURE_MEM(words);
    for (const char *rest = text, *word;;) {
        TRY(text_split(s->ctx, &rest, ' ', &word));
        if (word == NULL) break;
        TRY(json_add(words, json_string(word)));
    }
    return value_clean(item, words, value, &message);
}
