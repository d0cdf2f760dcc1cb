/* view.c - the fields of a section, for a page. */
#include "form/view.h"

#include <string.h>

#include "base/text.h"
#include "base/vec.h"
#include "form/check.h"
#include "form/value.h"

#define FIELDS_MAX 100000
#define THROUGH_MAX 16 /* calculations that lead from a condition to an answer on the page */

struct viewer {
    mem *ctx;
    const struct form *form;
    const struct form_section *section;
    const struct form_eval *eval;
    const struct form_reading *reading;
    const struct form_view_options *options;
    struct settled settled;
    VEC(struct form_field) fields;
    bool withheld;
};

/* ---- conditions ------------------------------------------------------------------------------- */

/* Is it a field of this page, so that its answer can change here? */
static bool on_page(const struct viewer *v, const struct form_item *item)
{
    return item->section == v->section && item->type != FORM_CALCULATE && !item->read_only &&
           (item->type == FORM_REPEAT || settled_ours(v->eval, item));
}

/* Does the expression depend on an answer on this page, directly or through calculations? */
static bool depends(const struct viewer *v, const struct expression *e, int through)
{
    const struct form_item *const *uses;
    size_t n = e == NULL ? 0 : expression_uses(e, &uses);
    for (size_t i = 0; i < n; i++) {
        if (on_page(v, uses[i])) return true;
        if (uses[i]->type == FORM_CALCULATE && through < THROUGH_MAX &&
            depends(v, uses[i]->calculation, through + 1))
            return true;
    }
    return false;
}

/* May an answer on this page change whether the item is asked? */
static bool changeable(const struct viewer *v, const struct form_item *item)
{
    for (const struct form_item *i = item; i != NULL && i != v->section->item; i = i->parent)
        if (depends(v, i->relevant, 0)) return true;
    return false;
}

/* The answers that a condition needs and that are no fields of this page. */
static err known_add(struct viewer *v, const struct expression_entry *entry,
                     const struct expression *e, json_t **out)
{
    const struct form_item *const *uses;
    size_t n = expression_uses(e, &uses);
    json_t *known = json_object();
    TRY(json_keep(v->ctx, known));
    for (size_t i = 0; i < n; i++) {
        const struct expression_entry *at = entry;
        while (at != NULL && at->repeat != uses[i]->scope) at = at->outer;
        if (on_page(v, uses[i]) || uses[i]->type == FORM_REPEAT ||
            (at == NULL && uses[i]->scope != NULL))
            continue;
        const char *text;
        const json_t *value =
            json_object_get(form_object(v->settled.answers, at), uses[i]->name);
        bool held = (uses[i]->compartments & ~v->eval->compartments) == 0;
        TRY(value_show(v->ctx, uses[i], held ? value : NULL, &text));
        TRY(json_put(known, uses[i]->name, json_string(text)));
    }
    *out = known;
    return ERR_OK;
}

static err condition_add(struct viewer *v, const struct expression_entry *entry,
                         struct form_field *field)
{
    const struct form_item *item = field->item;
    if (!depends(v, item->relevant, 0)) return ERR_OK;
    field->relevant = expression_text(item->relevant);
    if (expression_condition(item->relevant, &field->when_item, &field->when_choice) &&
        (field->when_item->scope != item->scope || !on_page(v, field->when_item))) {
        field->when_item = NULL;
        field->when_choice = NULL;
    }
    return known_add(v, entry, item->relevant, &field->known);
}

/* ---- fields ----------------------------------------------------------------------------------- */

static const struct answer_problem *problem_find(const struct viewer *v, const char *path)
{
    for (size_t i = 0; v->options != NULL && i < v->options->n_problems; i++)
        if (text_same(v->options->problems[i].path, path)) return &v->options->problems[i];
    return NULL;
}

static bool chosen(const json_t *value, const char *name)
{
    if (json_is_string(value)) return text_same(json_string_value(value), name);
    for (size_t i = 0; i < json_array_size(value); i++)
        if (text_same(json_string_value(json_array_get(value, i)), name)) return true;
    return false;
}

static err options_add(struct viewer *v, const struct expression_entry *entry,
                       const json_t *value, struct form_field *field)
{
    const struct form_choices *list = field->item->choices;
    if (list == NULL) return ERR_OK;
    field->options = mem_array(v->ctx, struct form_option, list->n + 1);
    ENSURE_MEM(field->options);
    /* a filter that leaves nothing, since the answer it needs is on this page and not yet given, is
     * not applied: the check after saving does */
    for (int filtered = 1; filtered >= 0 && field->n_options == 0; filtered--) {
        if (!filtered && !depends(v, field->item->choice_filter, 0)) break;
        for (size_t i = 0; i < list->n; i++) {
            const struct form_choice *choice = &list->at[i];
            bool fits = true;
            if (filtered) TRY(settled_choice(&v->settled, field->item, choice, entry, &fits));
            if (!fits) continue;
            struct form_option *option = &field->options[field->n_options++];
            option->choice = choice;
            option->label = form_text(v->form, v->reading, choice->label);
            if (*option->label.text == '\0') option->label.text = choice->name;
            option->chosen = chosen(value, choice->name);
        }
    }
    return ERR_OK;
}

static err value_add(struct viewer *v, const struct expression_entry *entry,
                     struct form_field *field)
{
    const struct form_item *item = field->item;
    const json_t *value = json_object_get(form_object(v->settled.answers, entry), item->name);
    struct value_parts p;
    TRY(value_show(v->ctx, item, value, &field->value));
    TRY(value_parts_of(v->ctx, item, value, &p));
    field->day = p.day;
    field->month = p.month;
    field->year = p.year;
    field->hour = p.hour;
    field->minute = p.minute;
    field->ticked = item->type == FORM_ACKNOWLEDGE && text_same(field->value, "OK");
    field->read_only = item->read_only || item->type == FORM_CALCULATE;
    TRY(settled_true(&v->settled, item, item->required, entry, false, &field->required));
    return options_add(v, entry, value, field);
}

static struct form_field field_of(struct viewer *v, enum form_field_kind kind,
                                  const struct form_item *item)
{
    struct form_field f = {.kind = kind, .item = item, .asked = true, .value = ""};
    f.day = f.month = f.year = f.hour = f.minute = "";
    f.label = form_label(v->form, v->reading, item);
    f.hint = form_text(v->form, v->reading, item->hint);
    return f;
}

static err field_push(struct viewer *v, struct form_field field)
{
    return vec_push(v->ctx, &v->fields, field, FIELDS_MAX);
}

static err items_view(struct viewer *v, const struct form_item *first,
                      const struct expression_entry *entry);

static bool anything_ours(const struct viewer *v, const struct form_item *item)
{
    for (size_t i = item->index; i <= item->index + item->below; i++)
        if (form_type_answers(v->form->items[i].type) && settled_ours(v->eval, &v->form->items[i]))
            return true;
    return false;
}

static err group_view(struct viewer *v, struct form_field field,
                      const struct expression_entry *entry)
{
    const struct form_item *group = field.item;
    if (!anything_ours(v, group)) return ERR_OK;
    TRY(field_push(v, field));
    TRY(items_view(v, group->child, entry));
    field.kind = FORM_FIELD_GROUP_END;
    return field_push(v, field);
}

/* A new entry: empty but for the defaults. */
static err entry_add(struct viewer *v, const struct form_item *repeat,
                     const struct expression_entry *outer)
{
    json_t *object = form_object(v->settled.answers, outer);
    json_t *entries = json_object_get(object, repeat->name);
    if (!json_is_array(entries)) {
        TRY(json_put(object, repeat->name, json_array()));
        entries = json_object_get(object, repeat->name);
    }
    JSON_SCOPE(one) = json_object();
    ENSURE_MEM(one);
    TRY(json_add(entries, json_incref(one)));
    struct expression_entry entry = {repeat, one, json_array_size(entries) - 1, outer};
    for (size_t i = repeat->index + 1; i <= repeat->index + repeat->below; i++) {
        const struct form_item *item = &v->form->items[i];
        json_t *value;
        if (item->scope != repeat || !settled_ours(v->eval, item)) continue;
        TRY(settled_initial(&v->settled, item, &entry, &value));
        if (value != NULL) TRY(json_put(one, item->name, value));
    }
    return ERR_OK;
}

static err entry_view(struct viewer *v, const struct form_item *repeat, const char *path,
                      const struct expression_entry *entry)
{
    struct form_field field = field_of(v, FORM_FIELD_ENTRY, repeat);
    field.index = entry->index;
    field.path = talloc_asprintf(v->ctx, "%s[%zu]", path, entry->index);
    ENSURE_MEM(field.path);
    TRY(field_push(v, field));
    TRY(items_view(v, repeat->child, entry));
    field.kind = FORM_FIELD_ENTRY_END;
    return field_push(v, field);
}

static err repeat_view(struct viewer *v, struct form_field field,
                       const struct expression_entry *outer)
{
    const struct form_item *repeat = field.item;
    if (!anything_ours(v, repeat)) return ERR_OK;
    json_t *object = form_object(v->settled.answers, outer);
    bool add = v->options != NULL && text_same(v->options->add_entry, field.path);
    if (add && json_array_size(json_object_get(object, repeat->name)) < FORM_ENTRIES_MAX)
        TRY(entry_add(v, repeat, outer));
    const json_t *entries = json_object_get(object, repeat->name);
    size_t n = json_array_size(entries);
    field.full = n >= FORM_ENTRIES_MAX;
    field.keep_all = (repeat->compartments & ~v->eval->compartments) != 0;
    TRY(field_push(v, field));
    for (size_t i = 0; i < n; i++) {
        struct expression_entry entry = {repeat, json_array_get(entries, i), i, outer};
        TRY(entry_view(v, repeat, field.path, &entry));
    }
    field.kind = FORM_FIELD_REPEAT_END;
    return field_push(v, field);
}

static err item_view(struct viewer *v, const struct form_item *item,
                     const struct expression_entry *entry)
{
    bool relevant;
    TRY(settled_relevant(&v->settled, item, entry, &relevant));
    if (!relevant && !changeable(v, item)) return ERR_OK;
    struct form_field field = field_of(v, FORM_FIELD_QUESTION, item);
    field.asked = relevant;
    TRY(form_path(v->ctx, entry, item, &field.path));
    TRY(condition_add(v, entry, &field));
    field.problem = problem_find(v, field.path);
    if (item->type == FORM_GROUP) {
        field.kind = FORM_FIELD_GROUP;
        return group_view(v, field, entry);
    }
    if (item->type == FORM_REPEAT) {
        field.kind = FORM_FIELD_REPEAT;
        return repeat_view(v, field, entry);
    }
    if (item->type == FORM_NOTE) {
        field.kind = FORM_FIELD_NOTE;
        return (item->parties & v->eval->parties) == 0 ? ERR_OK : field_push(v, field);
    }
    if (!settled_ours(v->eval, item)) {
        if ((item->compartments & ~v->eval->compartments) != 0) v->withheld = true;
        return ERR_OK;
    }
    if (item->type == FORM_CALCULATE && item->label.in == NULL) return ERR_OK;
    TRY(value_add(v, entry, &field));
    return field_push(v, field);
}

static err items_view(struct viewer *v, const struct form_item *first,
                      const struct expression_entry *entry)
{
    for (const struct form_item *item = first; item != NULL; item = item->next)
        TRY(item_view(v, item, entry));
    return ERR_OK;
}

err form_view(mem *ctx, const struct form *form, const struct form_section *section,
              const json_t *answers, const struct form_eval *eval,
              const struct form_reading *reading, const struct form_view_options *options,
              struct form_fields *out)
{
    ENSURE(json_is_object(answers), ERR_INPUT, "answers are a JSON object");
    struct viewer v = {.ctx = ctx,
                       .form = form,
                       .section = section,
                       .eval = eval,
                       .reading = reading,
                       .options = options};
    json_t *copy = json_deep_copy(answers);
    TRY(json_keep(ctx, copy));
    TRY(settled_new(ctx, form, eval, copy, NULL, NULL, &v.settled));
    const struct form_item *top = section->item;
    if (top != NULL && top->type == FORM_GROUP) {
        if (v.settled.relevant[top->index]) TRY(items_view(&v, top->child, NULL));
    } else if (top != NULL) {
        TRY(item_view(&v, top, NULL));
    } else {
        for (const struct form_item *i = form->items; i != NULL; i = i->next)
            if (i->section == section) TRY(item_view(&v, i, NULL));
    }
    *out = (struct form_fields){v.fields.at, v.fields.n, v.withheld};
    return ERR_OK;
}
