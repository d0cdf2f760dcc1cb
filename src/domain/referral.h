/* referral.h - what of a case may go to whom: the plan behind the preview, and behind the sending.
 *
 * One function decides (referral_plan); the page shows its result and exchange/ sends just that. So what is
 * sent is what was shown.
 *
 * Source: design §2 (3, 4), §7; report Annex I, Box 11; mission B3, C2, C3, H1.
 */
#ifndef OPENTRM_DOMAIN_REFERRAL_H
#define OPENTRM_DOMAIN_REFERRAL_H

#include "domain/case.h"
#include "domain/consent.h"
#include "domain/contact.h"
#include "domain/facts.h"

/* What stops the whole message. Each has a sentence (referral_stop_text). */
enum referral_stop {
    STOP_NO_CONSENT,
    STOP_CONSENT_REFUSED,
    STOP_CONSENT_EXPIRED,
    STOP_CONSENT_WITHDRAWN,
    STOP_CONSENT_ELSEWHERE,
    STOP_NO_GUARDIAN,
    STOP_NOT_CHILD_AUTHORITY,
    STOP_UNREACHABLE,      /* the body has no node, or its card is not pinned or has ended */
    STOP_RETURN_REFUSED,   /* procedure "return" and the person does not consent to return */
    STOP_RETURN_NOT_ASKED, /* never, or the yes has ended */
    STOP_NOTHING_GOES,
    STOP_HAS_ERRORS,       /* an answer that would go is wrong */
    STOP_COUNT
};

/* Why one answer stays. */
enum referral_stay {
    STAYS_NOT,        /* it goes */
    STAYS_CONSENT,    /* the person did not consent to this part */
    STAYS_NEVER,      /* the form says: never shared */
    STAYS_POLICY,     /* national law withholds it */
    STAYS_WITHHELD,   /* the sender has no key to it */
    STAYS_PARTY,      /* not this country's part */
    STAYS_RAW         /* typed and not understood */
};

struct referral_item {
    const char *section; /* label of the section */
    const char *label;
    const char *value;   /* as a reader sees it, in the language asked for */
    enum compartment compartment;
    enum referral_stay stays;
    const char *basis;   /* legal basis when STAYS_POLICY */
    const struct form_item *question; /* NULL: a whole compartment that the actor can't read */
};

struct referral_plan {
    bool stops[STOP_COUNT];
    bool stopped;                    /* any of them */
    bool child;                      /* the person may be a child */
    bool danger;                     /* the exception is claimed */
    struct referral_item *items;
    size_t n;
    size_t goes, stays;              /* counts */
    size_t missing;                  /* required answers that are not there: shown, does not stop */
    compartment_set compartments;    /* that have something to go */
    json_t *answers[COMPARTMENTS];   /* what goes, by compartment; NULL if nothing */
    json_t *consent;                 /* the consent that the message carries */
    const struct form *form;
    const char *digest;              /* of what would go: the confirm page hands it back */
};

struct referral_request {
    const char *form_id;
    struct contact recipient;
    const char *procedure;
    const char *danger_reason;       /* not empty: immediate danger is claimed */
    unsigned party;                  /* which part of the form goes: bits of case_party for referral */
    const char *language;            /* of the preview's labels */
    bool reply;                      /* into a conversation that the other side began (follow-up) */
};

err referral_plan(struct node *node, struct actor *actor, struct casefile *c,
                  const struct referral_request *request, mem *ctx, struct referral_plan *out);

/* referral_stop_of: what an answer about sharing stops; STOP_COUNT for a valid one. */
enum referral_stop referral_stop_of(enum consent_answer answer);
/* referral_stop_text: the plain sentence (a message id for translation). */
const char *referral_stop_text(enum referral_stop stop);
const char *referral_stay_text(enum referral_stay stay);

#endif
