/* field_view.c - puts the fields of a section. */
#include "web/field_view.h"

#include <string.h>

#include "base/text.h"
#include "web/put.h"

/* More choices than this are a list to pull down. */
#define CHOICES_SHOWN 15
#define AREA_ROWS 4
#define FROM_DIRECTORY "from-directory"
#define MULTILINE "multiline"

const char *field_id(struct page *p, const char *path)
{
    char *id = talloc_strdup(p->ctx, path), *to = id;
    if (id == NULL) {
        if (!err_failed(p->failed)) p->failed = ERR_MAKE(ERR_MEMORY, "out of memory");
        return "";
    }
    for (const char *from = path; *from != '\0'; from++)
        if (*from != ']') *to++ = *from == '[' || *from == '.' ? '-' : *from;
    *to = '\0';
    return id;
}

static const char *joined(struct page *p, const char *a, const char *b)
{
    const char *out = talloc_asprintf(p->ctx, "%s-%s", a, b);
    if (out == NULL && !err_failed(p->failed)) p->failed = ERR_MAKE(ERR_MEMORY, "out of memory");
    return out == NULL ? "" : out;
}

const char *field_fault_id(struct page *p, const struct answer_problem *problem)
{
    const char *id = field_id(p, problem->path);
    if (problem->item == NULL) return "";
    switch (problem->item->type) {
    case FORM_DATE:
    case FORM_DATETIME: return joined(p, id, "day");
    case FORM_TIME: return joined(p, id, "hour");
    case FORM_TEXT:
    case FORM_INTEGER:
    case FORM_DECIMAL:
    case FORM_SELECT_ONE:
    case FORM_SELECT_MULTIPLE:
    case FORM_NOTE:
    case FORM_ACKNOWLEDGE:
    case FORM_CALCULATE:
    case FORM_FILE:
    case FORM_GROUP:
    case FORM_REPEAT: break;
    }
    return id;
}

/* An answer's problem in the reader's language, or as near as the form has it. */
static const char *problem_text(const struct page *p, const struct answer_problem *problem)
{
    if (problem == NULL) return NULL;
    return problem->language == NULL ? page_said(p, problem->message) : problem->message;
}

static void put_label(struct page *p, json_t *o, const struct form_field *f)
{
    put_text(p, o, "label", f->label.text);
    put_text(p, o, "label_lang", f->label.wanted ? NULL : f->label.language);
    put_text(p, o, "hint", text_empty(f->hint.text) ? NULL : f->hint.text);
}

/* The condition for the script; and for a page without it, what to look at. */
static void put_condition(struct page *p, json_t *o, const struct form_field *f,
                          const struct field_options *options)
{
    struct bytes known = bytes_text("{}");
    const char *said = NULL;
    put_text(p, o, "relevant", f->relevant);
    if (f->known != NULL) {
        err e = json_write(p->ctx, f->known, &known);
        if (err_failed(e) && !err_failed(p->failed)) p->failed = e;
    }
    put_text(p, o, "known", f->relevant == NULL ? NULL : (const char *)known.p);
    if (f->when_item != NULL) {
        err e =
            MSG_FILL(p->ctx, &said, page_said(p, MSG("Answer only if “{question}” is “{answer}”.")),
                     {"question", form_label(options->form, options->reading, f->when_item).text},
                     {"answer", form_choice_label(options->form, options->reading, f->when_item,
                                                  f->when_choice)
                                    .text});
        if (err_failed(e) && !err_failed(p->failed)) p->failed = e;
    }
    put_text(p, o, "only_if", said);
}

static void put_described(struct page *p, json_t *o, const char *id, bool hint, bool error)
{
    const char *text = hint && error ? talloc_asprintf(p->ctx, "%s-hint %s-error", id, id)
                       : hint        ? talloc_asprintf(p->ctx, "%s-hint", id)
                       : error       ? talloc_asprintf(p->ctx, "%s-error", id)
                                     : "";
    put_text(p, o, "described", text);
}

/* Options as choices; `other` is the text that goes with the last one. */
static void put_options(struct page *p, json_t *o, const struct form_field *f, const char *id,
                        const struct form_field *other, const char *chosen_only)
{
    json_t *choices = put_list(p, o, "choices");
    for (size_t i = 0; i < f->n_options; i++) {
        const struct form_option *option = &f->options[i];
        const char *name = option->choice->name;
        json_t *c = put_item(p, choices);
        if (i == 0)
            put_text(p, c, "id", id);
        else
            put_path(p, c, "id", "%s-%zu", id, i + 1);
        put_text(p, c, "value", name);
        put_text(p, c, "label", option->label.text);
        put_text(p, c, "label_lang", option->label.wanted ? NULL : option->label.language);
        put_flag(p, c, "checked",
                 chosen_only == NULL ? option->chosen : text_same(chosen_only, name));
        if (other == NULL || i + 1 < f->n_options) {
            put_nothing(p, c, "other");
            continue;
        }
        json_t *box = put_object(p, c, "other");
        const char *other_id = field_id(p, other->path);
        put_text(p, box, "id", other_id);
        put_path(p, box, "box_id", "%s-box", other_id);
        put_text(p, box, "name_in_form", other->path);
        put_text(p, box, "label", other->label.text);
        put_text(p, box, "value", other->value);
        put_text(p, box, "error", problem_text(p, other->problem));
        put_path(p, box, "relevant", "selected(${%s}, '%s')", f->item->name, name);
    }
}

/* Several out of a long list: one pull-down for each that is chosen, and an empty one. */
static void put_selects(struct page *p, json_t *o, const struct form_field *f, const char *id)
{
    json_t *rows = put_list(p, o, "rows");
    size_t n = 0;
    for (size_t i = 0; i <= f->n_options; i++) {
        if (i < f->n_options && !f->options[i].chosen) continue;
        json_t *row = put_item(p, rows);
        if (n == 0)
            put_text(p, row, "id", id);
        else
            put_path(p, row, "id", "%s-%zu", id, n + 1);
        put_number(p, row, "number", (int64_t)++n);
        put_options(p, row, f, id, NULL, i < f->n_options ? f->options[i].choice->name : "");
    }
}

static void put_part(struct page *p, json_t *parts, const struct form_field *f, const char *part,
                     const char *value, int width, bool is_day)
{
    json_t *o = put_item(p, parts);
    put_text(p, o, "id", joined(p, field_id(p, f->path), part));
    put_text(p, o, "name", joined(p, f->path, part));
    put_text(p, o, "value", value);
    put_number(p, o, "width", width);
    put_is(p, o, part);
    put_text(p, o, "part", is_day ? part : NULL);
    put_flag(p, o, "wrong", f->problem != NULL);
}

static void put_parts(struct page *p, json_t *o, const struct form_field *f)
{
    json_t *parts = put_list(p, o, "parts");
    bool day = f->item->type != FORM_TIME;
    if (day) {
        put_part(p, parts, f, "day", f->day, 2, true);
        put_part(p, parts, f, "month", f->month, 2, true);
        put_part(p, parts, f, "year", f->year, 4, true);
    }
    if (f->item->type == FORM_DATE) return;
    put_part(p, parts, f, "hour", f->hour, 2, false);
    put_part(p, parts, f, "minute", f->minute, 2, false);
}

static void put_line(struct page *p, json_t *o, int width, bool numeric, bool decimal)
{
    put_flag(p, o, "line", true);
    if (width > 0)
        put_number(p, o, "width", width);
    else
        put_nothing(p, o, "width");
    put_flag(p, o, "numeric", numeric);
    put_flag(p, o, "decimal", decimal);
}

static void put_choosing(struct page *p, json_t *o, const struct form_field *f, const char *id,
                         const struct form_field *other)
{
    bool one = f->item->type == FORM_SELECT_ONE, many = f->n_options > CHOICES_SHOWN;
    put_flag(p, o, one ? (many ? "select" : "radios") : many ? "selects" : "checkboxes", true);
    put_flag(p, o, "inline", f->n_options <= 3 && !text_same(f->item->appearance, "vertical"));
    put_flag(p, o, "small", true);
    if (!one && many)
        put_selects(p, o, f, id);
    else
        put_options(p, o, f, id, other, NULL);
}

static void put_control(struct page *p, json_t *o, const struct form_field *f, const char *id,
                        const struct form_field *other)
{
    if (f->read_only) {
        put_flag(p, o, "fixed", true);
        return;
    }
    switch (f->item->type) {
    case FORM_TEXT:
        if (!text_same(f->item->appearance, MULTILINE)) {
            put_line(p, o, 0, false, false);
            break;
        }
        put_flag(p, o, "area", true);
        put_number(p, o, "rows", AREA_ROWS);
        break;
    case FORM_INTEGER: put_line(p, o, 5, true, false); break;
    case FORM_DECIMAL: put_line(p, o, 5, false, true); break;
    case FORM_DATE:
    case FORM_TIME:
    case FORM_DATETIME:
        put_flag(p, o, "date", true);
        put_parts(p, o, f);
        break;
    case FORM_SELECT_ONE:
    case FORM_SELECT_MULTIPLE: put_choosing(p, o, f, id, other); break;
    case FORM_ACKNOWLEDGE:
        put_flag(p, o, "tick", true);
        put_flag(p, o, "checked", f->ticked);
        break;
    case FORM_FILE: /* shown, not yet taken: uploads come with their own safety (issue "need to
                       know") */
    case FORM_CALCULATE:
    case FORM_NOTE:
    case FORM_GROUP:
    case FORM_REPEAT: put_flag(p, o, "fixed", true); break;
    }
}

static void put_question(struct page *p, json_t *item, const struct form_field *f,
                         const struct form_field *other, const struct field_options *options)
{
    json_t *o = put_object(p, item, "question");
    const char *id = field_id(p, f->path), *problem = problem_text(p, f->problem);
    put_text(p, o, "id", id);
    put_text(p, o, "name", f->item->name);
    put_text(p, o, "name_in_form", f->path);
    put_text(p, o, "value", f->value);
    put_text(p, o, "error", problem);
    put_label(p, o, f);
    put_condition(p, o, f, options);
    put_described(p, o, id, !text_empty(f->hint.text), problem != NULL);
    bool several = (options->several & (options->several - 1)) != 0;
    if (several)
        put_compartment(p, o, "compartment", f->item->compartment);
    else
        put_nothing(p, o, "compartment");
    put_control(p, o, f, id, other);
}

/* The text of "other" right behind its question is printed inside it. */
static const struct form_field *other_of(const struct form_fields *fields, size_t i)
{
    const struct form_field *f = &fields->at[i];
    if (f->item->other == NULL || i + 1 >= fields->n || fields->at[i + 1].item != f->item->other)
        return NULL;
    return f->n_options > CHOICES_SHOWN ? NULL : &fields->at[i + 1];
}

static void put_start(struct page *p, json_t *item, const char *key, const struct form_field *f,
                      const struct field_options *options)
{
    json_t *o = put_object(p, item, key);
    put_text(p, o, "id", field_id(p, f->path));
    put_text(p, o, "error", problem_text(p, f->problem));
    put_label(p, o, f);
    put_condition(p, o, f, options);
}

/* An entry's heading, and the way to take it out; the repeat tells whether that is possible. */
static void put_entry(struct page *p, json_t *item, const char *key, const struct form_field *f,
                      bool keep)
{
    json_t *o = put_object(p, item, key);
    put_text(p, o, "id", field_id(p, f->path));
    put_text(p, o, "name", f->path);
    put_text(p, o, "label", f->label.text);
    put_number(p, o, "number", (int64_t)f->index + 1);
    if (keep)
        put_nothing(p, o, "remove");
    else
        put_path(p, o, "remove", "remove:%s", f->path);
}

static void put_repeat_end(struct page *p, json_t *item, const struct form_field *f,
                           const struct field_options *options)
{
    json_t *o = put_object(p, item, "repeat_end");
    put_text(p, o, "label", f->label.text);
    if (f->full)
        put_nothing(p, o, "add");
    else
        put_path(p, o, "add", "add:%s", f->path);
    bool directory =
        options->directory != NULL && text_same(f->item->appearance, FROM_DIRECTORY) && !f->full;
    put_nothing(p, o, "directory");
    if (!directory) return;
    json_t *box = put_object(p, o, "directory");
    put_path(p, box, "id", "%s-directory", field_id(p, f->path));
    err e = json_put(box, "groups", json_incref((json_t *)(uintptr_t)options->directory));
    if (err_failed(e) && !err_failed(p->failed)) p->failed = e;
}

void put_fields(struct page *p, json_t *list, const struct form_fields *fields,
                const struct field_options *options)
{
    bool keep = false;
    for (size_t i = 0; i < fields->n; i++) {
        const struct form_field *f = &fields->at[i], *other = NULL;
        json_t *item = put_item(p, list);
        switch (f->kind) {
        case FORM_FIELD_GROUP: put_start(p, item, "group_start", f, options); break;
        case FORM_FIELD_GROUP_END: put_flag(p, item, "group_end", true); break;
        case FORM_FIELD_REPEAT:
            keep = f->keep_all;
            put_start(p, item, "repeat_start", f, options);
            break;
        case FORM_FIELD_ENTRY: put_entry(p, item, "item_start", f, keep); break;
        case FORM_FIELD_ENTRY_END: put_entry(p, item, "item_end", f, keep); break;
        case FORM_FIELD_REPEAT_END: put_repeat_end(p, item, f, options); break;
        case FORM_FIELD_NOTE: {
            json_t *o = put_object(p, item, "note");
            put_text(p, o, "name", f->item->name);
            put_label(p, o, f);
            put_condition(p, o, f, options);
            break;
        }
        case FORM_FIELD_QUESTION:
            other = other_of(fields, i);
            put_question(p, item, f, other, options);
            break;
        }
        if (other != NULL) i++;
    }
}
