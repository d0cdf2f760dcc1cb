/* view.h - a section as data for a page: a JSON tree that a Mustache template prints.
 *
 * {"name", "label", "lang", "items": [item, ...]} and each item:
 *   "name", "path" (the name of the posted field), "id" (for id= and #links: only [A-Za-z0-9_-]),
 *   "label", "label_lang" (only when it is not in the reader's language), "hint", "hint_lang",
 *   "required": bool, "read_only": bool, "error" and "error_lang" (when there is one;
 *   "error_translate": true when it is an English literal of ours),
 *   "compartment", and one of the following as true: "is_text", "is_long_text" (appearance
 *   multiline), "is_integer", "is_decimal", "is_date", "is_time", "is_datetime", "is_select_one",
 *   "is_select_multiple", "is_note", "is_acknowledge", "is_calculate", "is_file", "is_group",
 *   "is_repeat";
 *   text, numbers, calculate: "value"; date, time, dateTime: "day", "month", "year", "hour", "minute";
 *   selects: "options": [{"value", "label", "label_lang", "id", "checked": bool, "other": item (the
 *   text that goes with "other")}]; acknowledge: "checked"; file: "file": {"name", "size"};
 *   groups: "items"; repeats: "entries": [{"number" (from 1), "index", "path", "items"}], "full".
 *
 * Questions that are not asked (not relevant, of another party, of a compartment not held) are not
 * in it; those whose relevance depends on an answer of the same section carry "depends": true and are
 * there, so that a page without JavaScript can be filled in one go.
 *
 * Called by web. Never writes HTML.
 */
#ifndef OPENTRM_FORM_VIEW_H
#define OPENTRM_FORM_VIEW_H

#include "form/answers.h"

struct form_view_options {
    const char *add_entry; /* path of a repeat that gets an empty entry at its end, or NULL */
    const struct answer_problem *problems; /* shown beside their fields; may be NULL */
    size_t n_problems;
};

/* form_view: for filling in. *out belongs to ctx. */
err form_view(mem *ctx, const struct form *form, const struct form_section *section,
              const json_t *answers, const struct form_eval *eval,
              const struct form_reading *reading, const struct form_view_options *options,
              json_t **out);

/* Answers as one reads them: a flat list in the order of the form; for summaries, previews, PDF. */
enum form_row_kind {
    FORM_ROW_SECTION, /* heading of a section */
    FORM_ROW_GROUP,   /* heading inside it */
    FORM_ROW_ENTRY,   /* heading of an entry of a repeat: label and number */
    FORM_ROW_ANSWER
};
struct form_row {
    enum form_row_kind kind;
    unsigned depth;               /* 0: section */
    const struct form_item *item; /* NULL only for the section "form" */
    const char *path;
    struct form_shown label;
    size_t number;            /* FORM_ROW_ENTRY: from 1 */
    struct form_shown *value; /* FORM_ROW_ANSWER: one, or one for each chosen */
    size_t n_values;
    bool raw; /* it was not understood; the value is as typed */
};
struct form_rows {
    struct form_row *at;
    size_t n;
};
/* form_rows_of: what was answered, nothing else; headings only where something stands below. */
err form_rows_of(mem *ctx, const struct form *form, const json_t *answers,
                 const struct form_reading *reading, struct form_rows *out);

#endif
