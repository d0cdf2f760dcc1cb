/* split.h - minimisation: which answers go, which stay and why; answers by compartment and by part.
 *
 * The same decision makes the preview that a worker sees and the parts that are sent, so they
 * cannot differ. Called by domain, web (preview), exchange.
 */
#ifndef OPENTRM_FORM_SPLIT_H
#define OPENTRM_FORM_SPLIT_H

#include "form/answers.h"

enum form_verdict {
    FORM_GOES = 0,
    FORM_STAYS_NEVER,       /* the form says share=never */
    FORM_STAYS_PARTY,       /* belongs to a part that is not being sent */
    FORM_STAYS_COMPARTMENT, /* the recipient does not need this compartment, or has no key for it */
    FORM_STAYS_CONSENT,     /* the person did not consent to this compartment */
    FORM_STAYS_LAW,         /* withheld by the national policy */
    FORM_STAYS_CHOSEN,      /* the worker chose to leave it out */
    FORM_STAYS_RAW          /* typed and not understood */
};
#define FORM_VERDICT_COUNT 8

/* What may go. Tried in this order; the first that says no is the reason. */
struct form_rules {
    unsigned parties;      /* of the part that is sent */
    compartment_set compartments; /* that the recipient gets */
    compartment_set consented;    /* compartments that the person consented to (or a lawful ground covers) */
    /* decide: a further word on each item, FORM_STAYS_LAW for instance; may be NULL. A group or
     * repeat that stays keeps all that is inside. */
    enum form_verdict (*decide)(void *arg, const struct form_item *item);
    void *arg;
};

struct form_decision {
    const struct form_item *item;
    const char *path;
    enum form_verdict verdict;
};
struct form_decisions {
    struct form_decision *at; /* every answered item, in the order of the form */
    size_t n;
};

/* Answers by compartment. at[c] is NULL when there is none. Entries of a repeat keep their places,
 * so that the compartments can be put together again; an entry may be an empty object. */
struct form_parts {
    json_t *at[COMPARTMENTS];
};

/* form_decide: the preview. */
err form_decide(mem *ctx, const struct form *form, const json_t *answers,
                const struct form_rules *rules, struct form_decisions *out);
/* form_split_send: only what goes, by compartment. */
err form_split_send(mem *ctx, const struct form *form, const json_t *answers,
                    const struct form_rules *rules, struct form_parts *out);
/* form_split: everything, by compartment; for storing. */
err form_split(mem *ctx, const struct form *form, const json_t *answers, struct form_parts *out);
/* form_split_party: the answers to questions of these parties. *out belongs to ctx. */
err form_split_party(mem *ctx, const struct form *form, const json_t *answers, unsigned parties,
                     json_t **out);
/* form_merge: puts the compartments together again. A field in a compartment that is not its own,
 * or unknown, is refused: ERR_INPUT. */
err form_merge(mem *ctx, const struct form *form, const struct form_parts *parts, json_t **out);
/* form_merge_known: the same for answers that were stored here, on an earlier version of the form maybe: what it
 * does not know any more is passed over, and what stands in another compartment than now is taken. */
err form_merge_known(mem *ctx, const struct form *form, const struct form_parts *parts, json_t **out);

/* form_clean: answers that came from elsewhere, each in its canonical shape; what is no possible answer in an expected
 * shape becomes {"raw"}. Nothing is dropped. ERR_INPUT for what the form does not know or what can't even be kept.
 * *out belongs to ctx. */
err form_clean(mem *ctx, const struct form *form, const json_t *answers, json_t **out);

/* form_verdict_name: "goes", "never", "party", "compartment", "consent", "law", "chosen", "raw". */
const char *form_verdict_name(enum form_verdict verdict);

#endif
