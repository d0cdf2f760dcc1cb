/* rows.c - answers as one reads them: headings and answers in the order of the form. */
#include "base/vec.h"
#include "form/check.h"
#include "form/value.h"
#include "form/view.h"

#define ROWS_MAX 100000

struct lister {
    mem *ctx;
    const struct form *form;
    const struct form_reading *reading;
    VEC(struct form_row) rows;
};

static err value_shown(struct lister *l, const struct form_item *item, const json_t *value,
                       struct form_row *row)
{
    row->raw = item->type != FORM_FILE && value_raw(item, value) != NULL;
    size_t n = json_is_array(value) ? json_array_size(value) : 1;
    row->value = mem_array(l->ctx, struct form_shown, n + 1);
    ENSURE_MEM(row->value);
    row->n_values = n;
    for (size_t i = 0; i < n; i++) {
        const json_t *one = json_is_array(value) ? json_array_get(value, i) : value;
        const char *text;
        TRY(value_show(l->ctx, item, one, &text));
        row->value[i] = item->choices != NULL && !row->raw
                            ? form_choice_label(l->form, l->reading, item, text)
                            : (struct form_shown){text, "", true};
    }
    return ERR_OK;
}

static err row_add(struct lister *l, enum form_row_kind kind, const struct form_item *item,
                   unsigned depth, const struct expression_entry *entry, const json_t *value)
{
    struct form_row row = {.kind = kind, .depth = depth, .item = item};
    row.label = form_label(l->form, l->reading, item);
    TRY(form_path(l->ctx, entry, item, &row.path));
    if (kind == FORM_ROW_ANSWER) TRY(value_shown(l, item, value, &row));
    return vec_push(l->ctx, &l->rows, row, ROWS_MAX);
}

static err items_list(struct lister *l, const struct form_item *first, unsigned depth,
                      const struct expression_entry *entry, const json_t *object);

/* A heading stands only over something: without it is taken off again. */
static err group_list(struct lister *l, const struct form_item *group, unsigned depth,
                      const struct expression_entry *entry, const json_t *object)
{
    size_t before = l->rows.n;
    TRY(row_add(l, FORM_ROW_GROUP, group, depth, entry, NULL));
    TRY(items_list(l, group->child, depth + 1, entry, object));
    if (l->rows.n == before + 1) l->rows.n = before;
    return ERR_OK;
}

static err repeat_list(struct lister *l, const struct form_item *repeat, unsigned depth,
                       const struct expression_entry *outer, const json_t *object)
{
    const json_t *entries = json_object_get(object, repeat->name);
    for (size_t i = 0; i < json_array_size(entries); i++) {
        struct expression_entry entry = {repeat, json_array_get(entries, i), i, outer};
        size_t before = l->rows.n;
        TRY(row_add(l, FORM_ROW_ENTRY, repeat, depth, outer, NULL));
        l->rows.at[before].number = i + 1;
        l->rows.at[before].path =
            talloc_asprintf(l->ctx, "%s[%zu]", l->rows.at[before].path, i);
        ENSURE_MEM(l->rows.at[before].path);
        TRY(items_list(l, repeat->child, depth + 1, &entry, entry.object));
        if (l->rows.n == before + 1) l->rows.n = before;
    }
    return ERR_OK;
}

static err item_list(struct lister *l, const struct form_item *item, unsigned depth,
                     const struct expression_entry *entry, const json_t *object)
{
    if (item->type == FORM_GROUP) return group_list(l, item, depth, entry, object);
    if (item->type == FORM_REPEAT) return repeat_list(l, item, depth, entry, object);
    const json_t *value = json_object_get(object, item->name);
    if (!form_type_answers(item->type) || value_empty(value)) return ERR_OK;
    return row_add(l, FORM_ROW_ANSWER, item, depth, entry, value);
}

static err items_list(struct lister *l, const struct form_item *first, unsigned depth,
                      const struct expression_entry *entry, const json_t *object)
{
    for (const struct form_item *item = first; item != NULL; item = item->next)
        TRY(item_list(l, item, depth, entry, object));
    return ERR_OK;
}

static err section_list(struct lister *l, const struct form_section *section,
                        const json_t *answers)
{
    size_t before = l->rows.n;
    struct form_row row = {.kind = FORM_ROW_SECTION, .item = section->item, .path = section->name};
    row.label = form_text(l->form, l->reading, section->label);
    if (*row.label.text == '\0') row.label.text = section->name;
    TRY(vec_push(l->ctx, &l->rows, row, ROWS_MAX));
    const struct form_item *top = section->item;
    if (top != NULL && top->type == FORM_GROUP) {
        TRY(items_list(l, top->child, 1, NULL, answers));
    } else if (top != NULL) {
        TRY(item_list(l, top, 1, NULL, answers));
    } else {
        for (const struct form_item *i = l->form->items; i != NULL; i = i->next)
            if (i->section == section) TRY(item_list(l, i, 1, NULL, answers));
    }
    if (l->rows.n == before + 1) l->rows.n = before;
    return ERR_OK;
}

err form_rows_of(mem *ctx, const struct form *form, const json_t *answers,
                 const struct form_reading *reading, struct form_rows *out)
{
    ENSURE(json_is_object(answers), ERR_INPUT, "answers are a JSON object");
    struct lister l = {.ctx = ctx, .form = form, .reading = reading};
    for (size_t i = 0; i < form->n_sections; i++)
        TRY(section_list(&l, &form->sections[i], answers));
    *out = (struct form_rows){l.rows.at, l.rows.n};
    return ERR_OK;
}
