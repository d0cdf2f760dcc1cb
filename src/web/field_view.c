/* field_view.c - puts the fields of a section. */
#include "web/field_view.h"

#include <string.h>

#include "base/text.h"
#include "web/field_control.h"
#include "web/put.h"

#define FROM_DIRECTORY "from-directory"

const char *field_id(struct page *p, const char *path)
{
    char *id = talloc_strdup(p->ctx, path), *to = id;
    if (!page_keep(p, id == NULL ? ERR_MAKE(ERR_MEMORY, "out of memory") : ERR_OK)) return "";
    for (const char *from = path; *from != '\0'; from++)
        if (*from != ']') *to++ = *from == '[' || *from == '.' ? '-' : *from;
    *to = '\0';
    return id;
}

const char *field_fault_id(struct page *p, const struct answer_problem *problem)
{
    const char *id = field_id(p, problem->path);
    if (problem->item == NULL) return "";
    switch (problem->item->type) {
    case FORM_DATE:
    case FORM_DATETIME: return page_format(p, "%s-day", id);
    case FORM_TIME: return page_format(p, "%s-hour", id);
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

static void put_label(struct page *p, struct view *o, const struct form_field *f)
{
    put_text(p, o, "label", f->label.text);
    put_text(p, o, "label_lang", f->label.wanted ? NULL : f->label.language);
    put_text(p, o, "hint", text_empty(f->hint.text) ? NULL : f->hint.text);
}

/* The condition for the script; and for a page without it, what to look at. */
static void put_condition(struct page *p, struct view *o, const struct form_field *f,
                          const struct field_options *options)
{
    struct bytes known = bytes_text("{}");
    const char *said = NULL;
    put_text(p, o, "relevant", f->relevant);
    if (f->known != NULL) {
        err e = json_write(p->ctx, f->known, &known);
        (void)page_keep(p, e);
    }
    put_text(p, o, "known", f->relevant == NULL ? NULL : (const char *)known.p);
    if (f->when_item != NULL) {
        err e =
            MSG_FILL(p->ctx, &said, page_said(p, MSG("Answer only if “{question}” is “{answer}”.")),
                     {"question", form_label(options->form, options->reading, f->when_item).text},
                     {"answer", form_choice_label(options->form, options->reading, f->when_item,
                                                  f->when_choice)
                                    .text});
        (void)page_keep(p, e);
    }
    put_text(p, o, "only_if", said);
}

static void put_described(struct page *p, struct view *o, const char *id, bool hint, bool error)
{
    const char *text = hint && error ? talloc_asprintf(p->ctx, "%s-hint %s-error", id, id)
                       : hint        ? talloc_asprintf(p->ctx, "%s-hint", id)
                       : error       ? talloc_asprintf(p->ctx, "%s-error", id)
                                     : "";
    put_text(p, o, "described", text);
}

static void put_question(struct page *p, struct view *item, const struct form_field *f,
                         const struct form_field *other, const struct field_options *options)
{
    struct view *o = put_object(p, item, "question");
    const char *id = field_id(p, f->path), *problem = field_problem_text(p, f->problem);
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
    put_control(p, o, f, other);
}

/* The text of "other" right behind its question is printed inside it. */
static const struct form_field *other_of(const struct form_fields *fields, size_t i)
{
    const struct form_field *f = &fields->at[i];
    if (f->item->other == NULL || i + 1 >= fields->n || fields->at[i + 1].item != f->item->other)
        return NULL;
    return f->n_options > FIELD_CHOICES_SHOWN ? NULL : &fields->at[i + 1];
}

static void put_start(struct page *p, struct view *item, const char *key, const struct form_field *f,
                      const struct field_options *options)
{
    struct view *o = put_object(p, item, key);
    put_text(p, o, "id", field_id(p, f->path));
    put_text(p, o, "error", field_problem_text(p, f->problem));
    put_label(p, o, f);
    put_condition(p, o, f, options);
}

/* An entry's heading, and the way to take it out; the repeat tells whether that is possible. */
static void put_entry(struct page *p, struct view *item, const char *key, const struct form_field *f,
                      bool keep)
{
    struct view *o = put_object(p, item, key);
    put_text(p, o, "id", field_id(p, f->path));
    put_text(p, o, "name", f->path);
    put_text(p, o, "label", f->label.text);
    put_number(p, o, "number", (int64_t)f->index + 1);
    if (keep)
        put_nothing(p, o, "remove");
    else
        put_path(p, o, "remove", "remove:%s", f->path);
}

static void put_repeat_end(struct page *p, struct view *item, const struct form_field *f,
                           const struct field_options *options)
{
    struct view *o = put_object(p, item, "repeat_end");
    put_text(p, o, "label", f->label.text);
    if (f->full)
        put_nothing(p, o, "add");
    else
        put_path(p, o, "add", "add:%s", f->path);
    bool directory =
        options->directory != NULL && text_same(f->item->appearance, FROM_DIRECTORY) && !f->full;
    put_nothing(p, o, "directory");
    if (!directory) return;
    struct view *box = put_object(p, o, "directory");
    put_path(p, box, "id", "%s-directory", field_id(p, f->path));
    view_put(p->views, box, "groups", options->directory);
}

void put_fields(struct page *p, struct view *list, const struct form_fields *fields,
                const struct field_options *options)
{
    bool keep = false;
    for (size_t i = 0; i < fields->n; i++) {
        const struct form_field *f = &fields->at[i], *other = NULL;
        struct view *item = put_item(p, list);
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
            struct view *o = put_object(p, item, "note");
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
