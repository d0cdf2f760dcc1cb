/* answers.h - the answers to a form: their shape, and whether they are right.
 *
 * Answers are a JSON object by field name. Groups leave no trace; a repeat is an array of objects:
 *
 *   text                "..."         integer   12           decimal   1.5
 *   calculate           what it calculates: a text, a number, true or false
 *   date                "2026-11-24"  time      "05:57"      dateTime  "2026-11-24T05:57" (there)
 *   select_one          "female"      select_multiple        ["a", "b"] in the order of the list
 *   acknowledge         "OK"          file      {"name": "scan.pdf", "type": "application/pdf",
 *                                                "size": 1234, "sha256": "..."}
 *   what was typed but could not be understood: {"raw": "last spring"}, or for a date in three
 *   fields {"raw": {"day": "31", "month": "2", "year": "2026"}}. It is kept and shown again, never
 *   sent (split.h).
 *
 * No answer is an absent member (null and "" are taken as absent). Called by web, api and domain.
 */
#ifndef OPENTRM_FORM_ANSWERS_H
#define OPENTRM_FORM_ANSWERS_H

#include "base/clock.h"
#include "base/json.h"
#include "form/definition.h"
#include "form/label.h"

/* From where, when and by whom the answers are looked at. */
struct form_eval {
    msec now;              /* for today() and now() */
    msec zone;             /* what local time is ahead of UTC, in milliseconds */
    unsigned parties;      /* the roles of who answers: nothing is required of the others */
    compartment_set compartments; /* held: what depends on others' answers is left as it is */
};
/* FORM_EVAL_ALL: everything required, everything visible. */
#define FORM_EVAL_ALL(now_) ((struct form_eval){(now_), 0, PARTY_ANY, COMPARTMENT_ALL})

enum answer_fault {
    ANSWER_UNKNOWN,  /* no such field in the form; the answer is refused */
    ANSWER_INVALID,  /* typed, and not understood or not allowed; kept to be shown again */
    ANSWER_REFUSED,  /* so wrong that it is not even kept: too large, not UTF-8 */
    ANSWER_MISSING   /* required and not there */
};

struct answer_problem {
    const char *path;             /* "date_of_birth", "children_to_return[1].name" */
    const struct form_item *item; /* NULL: no such field */
    enum answer_fault fault;
    const char *message;  /* a sentence */
    const char *language; /* of the message; NULL: English, of sentence.h, to be translated by the face */
};
#define ANSWER_PROBLEMS_MAX 500

enum form_state {
    FORM_NOT_STARTED = 0,
    FORM_IN_PROGRESS, /* something is required and missing */
    FORM_COMPLETE,
    FORM_HAS_ERRORS,
    FORM_NOT_ASKED /* nothing in it is relevant, or none of it is for this party or this reader */
};

struct form_section_count {
    enum form_state state;
    size_t asked;    /* relevant questions */
    size_t answered; /* of those */
    size_t missing;  /* required of us and unanswered */
    size_t invalid;
};

struct form_checked {
    json_t *answers; /* cleaned: irrelevant ones dropped, calculations computed, {"raw"} kept */
    struct answer_problem *problems; /* in the order of the form; unknown fields last */
    size_t n_problems;
    const char **dropped; /* paths of answers that were dropped since their question is not asked */
    size_t n_dropped;
    struct form_section_count *sections; /* form->n_sections of them */
};

/* form_answers_check: the whole form. ERR_INPUT if `answers` is no object, ERR_LIMIT if it is so
 * large or the form so costly that checking was given up; what is wrong with single answers is in
 * out->problems, and the call succeeds. Everything in `out` belongs to ctx. */
err form_answers_check(mem *ctx, const struct form *form, const json_t *answers,
                       const struct form_eval *eval, const struct form_reading *reading,
                       struct form_checked *out);

/* form_section_check: the same, but only the problems of one section; for saving a page of the
 * task list. */
err form_section_check(mem *ctx, const struct form *form, const struct form_section *section,
                       const json_t *answers, const struct form_eval *eval,
                       const struct form_reading *reading, struct form_checked *out);

/* form_state_name: "not started", "in progress", "complete", "has errors", "not asked". */
const char *form_state_name(enum form_state state);

/* form_answers_merge: `stored` with the answers of one section replaced by `posted`. Answers in
 * compartments outside eval->compartments and for parties outside eval->parties stay as stored.
 * Both must have been made by this module or input.h. A file stays as stored unless posted has another, or
 * null for it. *out belongs to ctx. */
err form_answers_merge(mem *ctx, const struct form *form, const struct form_section *section,
                       const struct form_eval *eval, const json_t *stored, const json_t *posted,
                       json_t **out);
/* form_answers_initial: the defaults of one section, for a page that was never saved. */
err form_answers_initial(mem *ctx, const struct form *form, const struct form_section *section,
                         const struct form_eval *eval, const json_t *stored, json_t **out);
/* form_entry_remove: takes entry `index` out of the repeat at `path`. ERR_DENIED unless every
 * compartment of the repeat is in `held`: entries of the compartments are matched by their place. */
err form_entry_remove(mem *ctx, const struct form *form, const json_t *answers, const char *path,
                      size_t index, compartment_set held, json_t **out);

#endif
