/* build.h - what the files of the builder share: raw rows become a form. */
#ifndef OPENTRM_FORM_BUILD_H
#define OPENTRM_FORM_BUILD_H

#include "form/raw.h"

struct builder {
    struct form *form; /* everything of the form belongs to it */
    mem *scratch;
    const struct raw *raw;
    struct form_problems *problems;
    struct form_item *items; /* form->items, while they are made */
    struct form_choices *lists;
    const struct raw_row **rows; /* rows[i] made items[i] (also for a generated one) */
    bool *lists_used;
};

/* build_text: a copy by language. */
err build_text(struct builder *b, const char *const *raw, struct form_text *out);
/* build_cell: a copy, NULL for an empty cell. */
err build_cell(struct builder *b, const char *cell, const char **out);

/* The steps, in this order. Each adds its problems and goes on. */
err build_lists(struct builder *b);
err build_items(struct builder *b);       /* the tree */
err build_names(struct builder *b);       /* form->names; duplicates */
err build_expressions(struct builder *b); /* only when the tree has no problems */
err build_order(struct builder *b);       /* form->order; cycles */
err build_sections(struct builder *b);
err build_warnings(struct builder *b); /* translations that are missing, answers that travel unseen */

/* build_complain: a problem in a column of an item's row. */
err build_complain(struct builder *b, bool warning, int row, enum raw_column column,
                   const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
