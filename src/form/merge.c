/* merge.c - a posted section goes into the stored answers; defaults; an entry is taken out. */
#include <string.h>

#include "base/text.h"
#include "form/check.h"
#include "form/value.h"

/* Is every question inside a repeat ours? Then its array is replaced as a whole; else entry by entry, by
 * their places. */
static bool whole(const struct form *form, const struct form_eval *eval,
                  const struct form_item *repeat)
{
    for (size_t i = repeat->index + 1; i <= repeat->index + repeat->below; i++)
        if (form_type_answers(form->items[i].type) && !settled_ours(eval, &form->items[i]))
            return false;
    return true;
}

static err put_copy(json_t *to, const char *name, const json_t *value)
{
    return json_put(to, name, json_deep_copy(value));
}

static err merge_items(const struct form *form, const struct form_eval *eval,
                       const struct form_item *first, const json_t *posted, json_t *into);

static bool empty_object(const json_t *object) { return json_object_size(object) == 0; }

static err merge_entries(const struct form *form, const struct form_eval *eval,
                         const struct form_item *repeat, const json_t *posted, json_t *into)
{
    json_t *stored = json_object_get(into, repeat->name);
    size_t had = json_array_size(stored), come = json_array_size(posted);
    JSON_SCOPE(entries) = json_array();
    ENSURE_MEM(entries);
    for (size_t i = 0; i < had || i < come; i++) {
        const json_t *before = json_array_get(stored, i);
        JSON_SCOPE(entry) = before == NULL ? json_object() : json_deep_copy(before);
        ENSURE_MEM(entry);
        TRY(merge_items(form, eval, repeat->child, json_array_get(posted, i), entry));
        TRY(json_add(entries, json_incref(entry)));
    }
    /* entries at the end that hold nothing in any compartment are gone */
    for (size_t n = json_array_size(entries); n > 0; n--) {
        if (!empty_object(json_array_get(entries, n - 1))) break;
        (void)json_array_remove(entries, n - 1);
    }
    if (json_array_size(entries) == 0) {
        (void)json_object_del(into, repeat->name);
        return ERR_OK;
    }
    return json_put(into, repeat->name, json_incref(entries));
}

static err merge_answer(const struct form_item *item, const json_t *value, json_t *into)
{
    if (item->type == FORM_FILE && value == NULL) return ERR_OK;
    if (item->read_only || item->type == FORM_CALCULATE) return ERR_OK;
    if (!value_empty(value)) return put_copy(into, item->name, value);
    (void)json_object_del(into, item->name);
    return ERR_OK;
}

static err merge_repeat(const struct form *form, const struct form_eval *eval,
                        const struct form_item *repeat, const json_t *value, json_t *into)
{
    if (!whole(form, eval, repeat)) return merge_entries(form, eval, repeat, value, into);
    if (!value_empty(value)) return put_copy(into, repeat->name, value);
    (void)json_object_del(into, repeat->name);
    return ERR_OK;
}

static err merge_one(const struct form *form, const struct form_eval *eval,
                     const struct form_item *item, const json_t *posted, json_t *into)
{
    if (item->type == FORM_GROUP) return merge_items(form, eval, item->child, posted, into);
    const json_t *value = json_object_get(posted, item->name);
    if (item->type == FORM_REPEAT) return merge_repeat(form, eval, item, value, into);
    if (!form_type_answers(item->type) || !settled_ours(eval, item)) return ERR_OK;
    return merge_answer(item, value, into);
}

static err merge_items(const struct form *form, const struct form_eval *eval,
                       const struct form_item *first, const json_t *posted, json_t *into)
{
    for (const struct form_item *item = first; item != NULL; item = item->next)
        TRY(merge_one(form, eval, item, posted, into));
    return ERR_OK;
}

err form_answers_merge(mem *ctx, const struct form *form, const struct form_section *section,
                       const struct form_eval *eval, const json_t *stored, const json_t *posted,
                       json_t **out)
{
    ENSURE(json_is_object(stored) && json_is_object(posted), ERR_INPUT,
           "answers are a JSON object");
    json_t *merged = json_deep_copy(stored);
    TRY(json_keep(ctx, merged));
    for (const struct form_item *item = form->items; item != NULL; item = item->next)
        if (item->section == section) TRY(merge_one(form, eval, item, posted, merged));
    *out = merged;
    return ERR_OK;
}

/* ---- defaults --------------------------------------------------------------------------------- */

/* Defaults inside repeats belong to entries that are added; form_view shows them. */
err form_answers_initial(mem *ctx, const struct form *form, const struct form_section *section,
                         const struct form_eval *eval, const json_t *stored, json_t **out)
{
    ENSURE(json_is_object(stored), ERR_INPUT, "answers are a JSON object");
    json_t *answers = json_deep_copy(stored);
    TRY(json_keep(ctx, answers));
    struct settled s;
    TRY(settled_new(ctx, form, eval, answers, NULL, NULL, &s));
    for (size_t i = 0; i < form->n_items; i++) {
        const struct form_item *item = &form->items[form->order[i]];
        if (item->initial == NULL || item->section != section || item->scope != NULL ||
            !settled_ours(eval, item) || !s.relevant[item->index] ||
            json_object_get(answers, item->name) != NULL)
            continue;
        json_t *value = NULL;
        TRY(settled_initial(&s, item, NULL, &value));
        if (value != NULL) TRY(json_put(answers, item->name, value));
    }
    *out = answers;
    return ERR_OK;
}

/* ---- entries ---------------------------------------------------------------------------------- */

/* The array that a path names, in a tree that is ours to change. */
static json_t *array_at(const struct form *form, json_t *answers, const char *path)
{
    const struct form_item *item = form_item_at(form, path);
    if (item == NULL || item->type != FORM_REPEAT) return NULL;
    json_t *object = answers;
    for (const char *s = path;;) {
        size_t n = strcspn(s, "[.");
        json_t *value = json_object_getn(object, s, n);
        s += n;
        if (*s == '\0') return value;
        size_t index = 0;
        for (s++; *s >= '0' && *s <= '9'; s++) index = index * 10 + (size_t)(*s - '0');
        if (*s == ']') s++;
        if (*s != '.') return NULL;
        s++;
        object = json_array_get(value, index);
    }
}

err form_entry_remove(mem *ctx, const struct form *form, const json_t *answers, const char *path,
                      size_t index, compartment_set held, json_t **out)
{
    const struct form_item *item = form_item_at(form, path);
    ENSURE(item != NULL && item->type == FORM_REPEAT, ERR_NOT_FOUND, "no repeat has this name");
    ENSURE((item->compartments & ~held) == 0, ERR_DENIED,
           "some answers of this entry are withheld; who can read all of them can take it out");
    json_t *copy = json_deep_copy(answers);
    TRY(json_keep(ctx, copy));
    json_t *entries = array_at(form, copy, path);
    ENSURE(index < json_array_size(entries) && json_array_remove(entries, index) == 0,
           ERR_NOT_FOUND, "there is no such entry");
    *out = copy;
    return ERR_OK;
}
