/* view.h - a form and its answers as lists that a page, a PDF or a terminal can print.
 *
 * Flat lists in the order of the form, with the labels in the reader's language and where each field's
 * value, choices and problem are. Called by web, print, domain (preview), cli. Never writes HTML.
 */
#ifndef OPENTRM_FORM_VIEW_H
#define OPENTRM_FORM_VIEW_H

#include "form/answers.h"

/* ---- a section, for filling in ---- */

enum form_field_kind {
    FORM_FIELD_GROUP, /* a group inside the section begins; its fields follow */
    FORM_FIELD_GROUP_END,
    FORM_FIELD_REPEAT, /* its entries follow */
    FORM_FIELD_ENTRY,
    FORM_FIELD_ENTRY_END,
    FORM_FIELD_REPEAT_END,
    FORM_FIELD_NOTE,
    FORM_FIELD_QUESTION
};

struct form_option {
    const struct form_choice *choice;
    struct form_shown label;
    bool chosen;
};

/* Texts are "" where there is nothing; pointers may be NULL where said. */
struct form_field {
    enum form_field_kind kind;
    const struct form_item *item; /* of an entry: its repeat */
    const char *path;             /* name of the posted field; of an entry "children[0]" */
    struct form_shown label, hint;
    bool asked;           /* false: not asked as the answers stand, but an answer on this page can
                             change that */
    const char *relevant; /* the condition, if it depends on an answer on this page; else NULL */
    json_t *known;        /* then: what it needs from elsewhere, {"age": "12"}; else NULL */
    const struct form_item *when_item; /* then: if it only asks for one choice of one question: which; */
    const char *when_choice;           /* else NULL */
    bool required;                     /* as the answers stand */
    bool read_only;
    const struct answer_problem *problem; /* or NULL */
    const char *value; /* text, number, calculate, file name, or what was typed and not understood */
    const char *day, *month, *year, *hour, *minute; /* date, time, dateTime */
    struct form_option *options; /* of select_one and select_multiple, after the choice_filter */
    size_t n_options;
    bool ticked;   /* acknowledge */
    size_t index;  /* of an entry, from 0 */
    bool full;     /* of a repeat: no further entry is possible */
    bool keep_all; /* of a repeat: entries can't be taken out, some of it is not held */
};

struct form_fields {
    struct form_field *at;
    size_t n;
    bool withheld; /* the section has questions in a compartment that is not held */
};

struct form_view_options {
    const char *add_entry; /* path of a repeat that gets an empty entry at its end, or NULL */
    const struct answer_problem *problems; /* shown beside their fields; may be NULL */
    size_t n_problems;
};

/* form_view: the fields of a section. Left out are questions of another party, of a compartment not held,
 * and those that are not asked whatever is answered on this page. `options` may be NULL. */
err form_view(mem *ctx, const struct form *form, const struct form_section *section,
              const json_t *answers, const struct form_eval *eval,
              const struct form_reading *reading, const struct form_view_options *options,
              struct form_fields *out);

/* ---- answers, for reading ---- */

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
