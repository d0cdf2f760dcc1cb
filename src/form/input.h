/* input.h - what a browser posts, as answers.
 *
 * Names of fields: "sex"; in the entries of a repeat "children[0].name", the entries in order of
 * their numbers; a select_multiple is posted as its name several times; a date as NAME-day,
 * NAME-month, NAME-year, or as NAME with 2026-11-24; a dateTime as these and NAME-hour, NAME-minute or
 * as NAME with 2026-11-24T05:57; a time as NAME-hour and NAME-minute, or NAME with 05:57.
 * An entry of which every field is empty is left out. A field that was not posted has no answer
 * (that is how a browser posts a box without a tick).
 *
 * The caller takes its own fields (CSRF token, buttons) out before.
 */
#ifndef OPENTRM_FORM_INPUT_H
#define OPENTRM_FORM_INPUT_H

#include "form/answers.h"

struct form_pair {
    const char *name;
    struct bytes value; /* as sent, not yet checked */
};
#define FORM_PAIRS_MAX 10000

struct form_input {
    json_t *answers; /* of this section; what was not understood is {"raw": ...} */
    struct answer_problem *problems; /* only ANSWER_UNKNOWN and ANSWER_REFUSED: what is not kept.
                                        The rest is found by form_section_check. */
    size_t n_problems;
};

/* form_input_read: of one section; fields of others, of compartments not held and of other
 * parties are unknown. ERR_LIMIT over FORM_PAIRS_MAX. */
err form_input_read(mem *ctx, const struct form *form, const struct form_section *section,
                    const struct form_eval *eval, const struct form_pair *pairs, size_t n,
                    struct form_input *out);

#endif
