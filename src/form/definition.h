/* definition.h - a form as it was defined: a tree of items, loaded once and shared by all threads.
 *
 * The source is XLSForm (https://xlsform.org) as three CSV files, or the same carried as JSON in a
 * message (write.h). What is supported and what is refused is listed in docs/forms.md.
 *
 * A loaded form is immutable: every expression is compiled, every reference resolved, every cycle
 * refused. Read it freely; never write into it. Everything belongs to the context it was loaded in.
 */
#ifndef OPENTRM_FORM_DEFINITION_H
#define OPENTRM_FORM_DEFINITION_H

#include "base/bytes.h"
#include "base/compartment.h"
#include "form/party.h"
#include "form/problem.h"

/* Limits. A form over one of them is refused. */
#define FORM_FILE_MAX (4u * 1024 * 1024) /* bytes of one CSV file */
#define FORM_ROWS_MAX 5000               /* rows of one file */
#define FORM_COLUMNS_MAX 200             /* columns of one file */
#define FORM_CELL_MAX 8192               /* bytes of one cell */
#define FORM_ITEMS_MAX 2000              /* questions, notes, groups and repeats */
#define FORM_DEPTH_MAX 8                 /* groups and repeats inside one another */
#define FORM_LANGUAGES_MAX 40
#define FORM_EXPRESSION_MAX 2048         /* bytes of one expression */
#define FORM_EXPRESSION_DEPTH_MAX 32
#define FORM_TEXT_MAX 8000               /* characters of one answer */
#define FORM_TEXT_BYTES_MAX 32000        /* bytes of one answer */
#define FORM_ENTRIES_MAX 100             /* entries of one repeat */

enum form_type {
    FORM_TEXT = 0,
    FORM_INTEGER,
    FORM_DECIMAL,
    FORM_DATE,
    FORM_TIME,
    FORM_DATETIME,
    FORM_SELECT_ONE,
    FORM_SELECT_MULTIPLE,
    FORM_NOTE, /* has no answer */
    FORM_ACKNOWLEDGE,
    FORM_CALCULATE, /* its answer is computed, never typed */
    FORM_FILE,
    FORM_GROUP, /* has no answer; its children's answers stand beside it */
    FORM_REPEAT /* its answer is an array of objects, one for each entry */
};
#define FORM_TYPE_COUNT 14

enum form_share {
    FORM_SHARE_ASK = 0, /* goes with the person's consent */
    FORM_SHARE_NEVER    /* never leaves this node */
};

/* A text by language: in[i] is in form->languages[i], or NULL. `in` itself is NULL for no text in
 * any language. Pick with form_text (label.h). */
struct form_text {
    const char *const *in;
};

struct form_language {
    const char *code; /* BCP 47: "en", "sq"; "und" for a column without a language */
    const char *name; /* as the form says it: "Shqip"; may be "" */
};

struct form_choice {
    const char *name;
    struct form_text label;
    const char *const *attributes; /* one for each column of the list, "" when empty */
    int row;                       /* in choices.csv */
};

/* A list of choices. */
struct form_choices {
    const char *name;
    const struct form_choice *at;
    size_t n;
    const char *const *columns; /* further columns, for choice_filter */
    size_t n_columns;
};

struct expression;

struct form_item {
    const char *name; /* [A-Za-z_][A-Za-z0-9_]*, unique in its scope; a note's may be generated */
    enum form_type type;
    size_t index; /* its place in form->items: document order */
    size_t below; /* how many items stand inside it: items[index + 1 .. index + below] */
    int row;      /* in survey.csv, the header is row 1 */
    unsigned depth; /* 0 at the top */

    struct form_text label, hint, required_message, constraint_message;

    unsigned parties;             /* whose country fills it; inherited from the group */
    enum compartment compartment; /* of a question; inherited from the group */
    compartment_set compartments;        /* bits: of it and of everything inside */
    enum form_share share;        /* inherited from the group */
    const char *statistic;        /* code of the statistic it feeds, or NULL */
    const char *source;           /* place in the document it is transcribed from, or NULL */
    const char *appearance;       /* or NULL */
    bool read_only;

    /* NULL when the cell is empty. */
    const struct expression *relevant, *required, *constraint, *calculation, *initial,
        *choice_filter;

    const struct form_choices *choices; /* of the two select types, else NULL */
    const struct form_item *other;      /* or_other: the text item that was made for it */
    const struct form_item *other_of;   /* of such a text item: its select */

    const struct form_item *parent; /* NULL at the top */
    const struct form_item *child;  /* first inside, or NULL */
    const struct form_item *next;   /* next beside it, or NULL */
    const struct form_item *scope;  /* innermost repeat around it, or NULL */
    const struct form_section *section;
};

/* A row of the task list: a group or repeat at the top, or, named "form", the questions that stand
 * outside of any group. */
struct form_section {
    const char *name;
    size_t index;                 /* in form->sections */
    const struct form_item *item; /* the group or repeat; NULL for "form" */
    struct form_text label;
    unsigned parties;      /* union over the questions inside */
    compartment_set compartments; /* union over the questions inside */
};

struct form {
    const char *id;
    const char *version;
    const char *hash; /* SHA-256 of the canonical JSON (write.h), lower-case hex */
    struct form_text title;
    struct form_text review; /* what is said of the review of each translation, or no text */
    const char *source;      /* the document it was transcribed from; "" if none */
    const struct form_language *languages;
    size_t n_languages;
    size_t default_language; /* index */
    const struct form_item *items;
    size_t n_items;
    const struct form_section *sections;
    size_t n_sections;
    const struct form_choices *lists;
    size_t n_lists;
    const size_t *order; /* the items' indexes, each after what its expressions need */
    const size_t *names; /* the items' indexes by name, then index: for form_item_find */
};

/* The three files of a form. An empty `settings` or `choices` is allowed. */
struct form_source {
    struct bytes survey, choices, settings;
};

/* form_source_read: survey.csv, choices.csv and settings.csv of a folder; the last two may be
 * missing. ERR_NOT_FOUND without survey.csv, ERR_LIMIT, ERR_IO. */
err form_source_read(mem *ctx, const char *folder, struct form_source *out);

/* form_load: everything that is wrong is added to `problems`, not the first only. ERR_INPUT if a
 * problem is graver than a warning; the form is then not made. `problems` must be initialised by
 * form_problems_init and live in a context of its own choice. */
err form_load(mem *ctx, struct form_source source, struct form_problems *problems,
              const struct form **out);

/* form_item_find: by name, among the items of one scope (NULL: outside of repeats). NULL if none. */
const struct form_item *form_item_find(const struct form *form, const struct form_item *scope,
                                       const char *name);
/* form_item_at: by path: "sex", "children[1].name". NULL if there is none. */
const struct form_item *form_item_at(const struct form *form, const char *path);
/* form_section_find: by name. NULL if none. */
const struct form_section *form_section_find(const struct form *form, const char *name);
/* form_choice_find: by name. NULL if none. */
const struct form_choice *form_choice_find(const struct form_choices *list, const char *name);
/* form_language_find: index by code, or SIZE_MAX. */
size_t form_language_find(const struct form *form, const char *code);
/* form_type_name: "text", "select_one", "begin_group", ... */
const char *form_type_name(enum form_type type);
/* form_type_answers: true if items of this type have an answer of their own (not notes, groups;
 * repeats neither: their children do). */
bool form_type_answers(enum form_type type);

#endif
