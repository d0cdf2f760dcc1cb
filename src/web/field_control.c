/* field_control.c - the control of one question: a line, an area, dates, choices. */
#include "web/field_control.h"

#include "base/text.h"
#include "web/field_view.h"
#include "web/put.h"

#define AREA_ROWS 4
#define MULTILINE "multiline"

const char *field_problem_text(const struct page *p, const struct answer_problem *problem)
{
    if (problem == NULL) return NULL;
    return problem->language == NULL ? page_said(p, problem->message) : problem->message;
}

/* Options as choices; `other` is the text that goes with the last one. */
static void put_options(struct page *p, struct view *o, const struct form_field *f, const char *id,
                        const struct form_field *other, const char *chosen_only)
{
    struct view *choices = put_list(p, o, "choices");
    for (size_t i = 0; i < f->n_options; i++) {
        const struct form_option *option = &f->options[i];
        const char *name = option->choice->name;
        struct view *c = put_item(p, choices);
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
        struct view *box = put_object(p, c, "other");
        const char *other_id = field_id(p, other->path);
        put_text(p, box, "id", other_id);
        put_path(p, box, "box_id", "%s-box", other_id);
        put_text(p, box, "name_in_form", other->path);
        put_text(p, box, "label", other->label.text);
        put_text(p, box, "value", other->value);
        put_text(p, box, "error", field_problem_text(p, other->problem));
        put_path(p, box, "relevant", "selected(${%s}, '%s')", f->item->name, name);
    }
}

/* Several out of a long list: one pull-down for each that is chosen, and an empty one. */
static void put_selects(struct page *p, struct view *o, const struct form_field *f, const char *id)
{
    struct view *rows = put_list(p, o, "rows");
    size_t n = 0;
    for (size_t i = 0; i <= f->n_options; i++) {
        if (i < f->n_options && !f->options[i].chosen) continue;
        struct view *row = put_item(p, rows);
        if (n == 0)
            put_text(p, row, "id", id);
        else
            put_path(p, row, "id", "%s-%zu", id, n + 1);
        put_number(p, row, "number", (int64_t)++n);
        put_options(p, row, f, id, NULL, i < f->n_options ? f->options[i].choice->name : "");
    }
}

static void put_part(struct page *p, struct view *parts, const struct form_field *f, const char *part,
                     const char *value, int width, bool is_day)
{
    struct view *o = put_item(p, parts);
    put_text(p, o, "id", page_format(p, "%s-%s", field_id(p, f->path), part));
    put_text(p, o, "name", page_format(p, "%s-%s", f->path, part));
    put_text(p, o, "value", value);
    put_number(p, o, "width", width);
    put_is(p, o, part);
    put_text(p, o, "part", is_day ? part : NULL);
    put_flag(p, o, "wrong", f->problem != NULL);
}

static void put_parts(struct page *p, struct view *o, const struct form_field *f)
{
    struct view *parts = put_list(p, o, "parts");
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

static void put_line(struct page *p, struct view *o, int width, bool numeric, bool decimal)
{
    put_flag(p, o, "line", true);
    if (width > 0)
        put_number(p, o, "width", width);
    else
        put_nothing(p, o, "width");
    put_flag(p, o, "numeric", numeric);
    put_flag(p, o, "decimal", decimal);
}

static void put_choosing(struct page *p, struct view *o, const struct form_field *f, const char *id,
                         const struct form_field *other)
{
    bool one = f->item->type == FORM_SELECT_ONE, many = f->n_options > FIELD_CHOICES_SHOWN;
    put_flag(p, o, one ? (many ? "select" : "radios") : many ? "selects" : "checkboxes", true);
    put_flag(p, o, "inline", f->n_options <= 3 && !text_same(f->item->appearance, "vertical"));
    put_flag(p, o, "small", true);
    if (!one && many)
        put_selects(p, o, f, id);
    else
        put_options(p, o, f, id, other, NULL);
}

void put_control(struct page *p, struct view *o, const struct form_field *f,
                 const struct form_field *other)
{
    const char *id = field_id(p, f->path);
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
