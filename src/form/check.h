/* check.h - what the files of the check share: which questions are asked.
 *
 * settle.c has it; called by check.c (is it right), view.c (what to show).
 */
#ifndef OPENTRM_FORM_CHECK_H
#define OPENTRM_FORM_CHECK_H

#include "form/answers.h"
#include "form/expression.h"

/* form_path: "sex", "children[1].name": the item as seen from an entry. Owned by ctx. */
err form_path(mem *ctx, const struct expression_entry *entry, const struct form_item *item,
              const char **out);
/* form_object: the object that holds the answers of the entry, or of the form. */
json_t *form_object(json_t *answers, const struct expression_entry *entry);

/* Relevance and calculations of a set of answers. */
struct settled {
    const struct form *form;
    const struct form_eval *eval;
    mem *ctx;
    json_t *answers;      /* cleaned; the calculations are in it */
    bool *relevant;       /* by item, of those outside of repeats */
    struct expression_run run;
};

/* settled_new: relevance and calculations over `answers`, which must be clean and are changed:
 * calculations set, irrelevant answers taken out. `drop` is told of each of these; may be NULL. */
err settled_new(mem *ctx, const struct form *form, const struct form_eval *eval, json_t *answers,
                err (*drop)(void *arg, const char *path), void *arg, struct settled *out);
/* settled_relevant: is this item, in this place, asked? Unknown (it depends on what is not held) is yes. */
err settled_relevant(struct settled *s, const struct form_item *item,
                     const struct expression_entry *entry, bool *out);
/* settled_ours: is the item this reader's and this party's to answer? */
bool settled_ours(const struct form_eval *eval, const struct form_item *item);
/* settled_true: an expression of an item in a place; `otherwise` when it depends on what is not held. */
err settled_true(struct settled *s, const struct form_item *item, const struct expression *e,
                 const struct expression_entry *entry, bool otherwise, bool *out);
/* settled_choice: may this choice be made, by the choice_filter? */
err settled_choice(struct settled *s, const struct form_item *item,
                   const struct form_choice *choice, const struct expression_entry *entry,
                   bool *out);

/* settled_initial: the default of an item in a place, as an answer (a new reference); NULL if none, or
 * if it depends on what is not held. */
err settled_initial(struct settled *s, const struct form_item *item,
                    const struct expression_entry *entry, json_t **value);

#endif
