/* demo_case.h - what an invented case says: facts, consent and answers, the same for the same seed and number.
 *
 * For rehearsals and measurements (demo_data.h). Words come from data/demo/invented.json, questions and choices from the
 * node's own form; no name of a person, a place or a form stands in the program. Texts go through the form's own check, so that
 * nothing is kept that a page would not have kept. Nobody that it tells of exists.
 */
#ifndef OPENTRM_DOMAIN_DEMO_CASE_H
#define OPENTRM_DOMAIN_DEMO_CASE_H

#include "domain/consent.h"
#include "domain/facts.h"
#include "domain/node.h"
#include "form/split.h"

struct demo_book; /* words, countries, and some filled forms that cases vary: made once a run */

/* demo_book_new: ERR_INPUT if the words are not as they should be, ERR_NOT_FOUND if they are missing. */
err demo_book_new(mem *ctx, struct node *node, int64_t seed, struct demo_book **out);

struct demo_case {
    uint64_t team; /* whose it is: a number to be taken modulo the teams there are */
    const char *state;
    struct facts facts;
    bool consented;
    struct consent consent; /* without id and time */
    const struct form *form; /* NULL: the node has no form that asks for an age */
    struct form_parts parts; /* the answers by compartment; NULL where there is none */
};

/* demo_case_make: case `number` (from 0). Owned by ctx, as texts by the book. */
err demo_case_make(mem *ctx, const struct demo_book *book, int64_t number, struct demo_case *out);

#endif
