/* expression.h - the expressions of XLSForm: the ODK subset of XPath 1.0, compiled once.
 *
 * What is in and what is refused: docs/forms.md. Names are resolved and everything that can be
 * checked is checked when the form is loaded; evaluation allocates only in the run's context,
 * takes a bounded number of steps and knows no time but the one it is given.
 *
 * Called by form/ only.
 */
#ifndef OPENTRM_FORM_EXPRESSION_H
#define OPENTRM_FORM_EXPRESSION_H

#include "form/answers.h"

/* Which column the expression stands in: decides what it may use. */
enum expression_use {
    EXPRESSION_RELEVANT,
    EXPRESSION_REQUIRED,
    EXPRESSION_CONSTRAINT, /* the only one where . is the answer */
    EXPRESSION_CALCULATION,
    EXPRESSION_INITIAL,
    EXPRESSION_FILTER /* bare names are columns of the choices */
};

struct expression_place {
    const struct form *form;      /* items with name, type and scope set */
    const struct form_item *item; /* whose cell it is */
    enum expression_use use;
};

struct expression_fault {
    char message[400]; /* a sentence: what, and how to mend it */
};

struct expression;

/* expression_compile: ERR_INPUT with fault->message set. *out belongs to ctx. */
err expression_compile(mem *ctx, const struct expression_place *place, const char *text,
                       const struct expression **out, struct expression_fault *fault);
/* expression_literal: a text that stands for itself, e.g. a default. */
err expression_literal(mem *ctx, const char *text, const struct expression **out);
/* expression_text: as it was written. */
const char *expression_text(const struct expression *e);
/* expression_uses: the items it refers to. */
size_t expression_uses(const struct expression *e, const struct form_item *const **out);
/* expression_compartments: of the answers it refers to. */
compartment_set expression_compartments(const struct expression *e);
/* expression_condition: true if it only asks whether one choice was made, ${x} = 'a' or
 * selected(${x}, 'a'): then a browser can follow it. */
bool expression_condition(const struct expression *e, const struct form_item **item,
                          const char **choice);

/* The entry of a repeat that is being looked at; chained from the inside out. */
struct expression_entry {
    const struct form_item *repeat;
    const json_t *object;
    size_t index; /* from 0 */
    const struct expression_entry *outer;
};

struct expression_run {
    mem *ctx; /* for strings that are made on the way */
    const struct form *form;
    const json_t *answers;
    const struct form_eval *eval;
    const struct expression_entry *entry; /* or NULL */
    const struct form_item *item;         /* whose expression it is: for `.` */
    const struct form_choice *choice;     /* EXPRESSION_FILTER */
    const struct form_choices *choices;
    size_t steps; /* left; ERR_LIMIT when used up */
};
#define EXPRESSION_STEPS_MAX 2000000u

/* expression_step: counts work; ERR_LIMIT when the run has done too much. */
err expression_step(struct expression_run *run, size_t n);
/* expression_true: the value as a boolean. */
err expression_true(struct expression_run *run, const struct expression *e, bool *out);
/* expression_string: the value as a text, in run->ctx or borrowed. */
err expression_string(struct expression_run *run, const struct expression *e, const char **out);
/* expression_json: the value as an answer, a new reference; NULL for "" and for no number. */
err expression_json(struct expression_run *run, const struct expression *e, json_t **out);

#endif
