/* consent.h - the person's consents: to share data, and separately to return. Asked first (Annex I).
 *
 * Each consent is a record of its own in `identity`; a later revision of it can only withdraw it. The one
 * question that sending asks is consent_for_sharing. Refusing return never stops sharing.
 *
 * Source: report, Working definitions ("Informed consent"), Annex I; design §2.2; mission B6, C3.
 */
#ifndef OPENTRM_DOMAIN_CONSENT_H
#define OPENTRM_DOMAIN_CONSENT_H

#include "base/date.h"
#include "domain/case.h"

enum consent_kind { CONSENT_SHARE, CONSENT_RETURN };
enum consent_how { CONSENT_WRITTEN, CONSENT_SPOKEN, CONSENT_BY_GUARDIAN };

#define CONSENT_COUNTRIES 16

struct consent {
    struct id id;
    enum consent_kind kind;
    bool yes;
    compartment_set compartments;              /* share: what may go */
    char countries[CONSENT_COUNTRIES][3];      /* share: with whom */
    size_t n_countries;
    const char *purpose;                       /* share: for what, in words */
    const char *until;                         /* last day, "2027-01-31"; "" = until withdrawn */
    const char *language;                      /* in which it was explained: BCP 47 or words */
    const char *interpreter;                   /* name; "" if none was needed */
    const char *explained_by;
    enum consent_how how;
    const char *comments;
    const char *received_from;                 /* organisation, when it came with a referral; "" else */
    msec at;
    msec withdrawn_at;                         /* 0 = not withdrawn */
    const char *withdrawn_how;
    int64_t revision;
};

/* Why sharing may not happen now. */
enum consent_answer {
    CONSENT_VALID,
    CONSENT_NONE,      /* never asked */
    CONSENT_REFUSED,
    CONSENT_EXPIRED,
    CONSENT_WITHDRAWN,
    CONSENT_ELSEWHERE  /* given, but not for this country */
};

/* consent_record: ERR_INPUT with a sentence for each thing missing: who explained, language, how; for a yes
 * to sharing also at least one compartment and one country; an end in the past. Sets id, at. */
err consent_record(struct node *node, struct actor *actor, struct casefile *c, struct consent *new_consent);

/* consent_seal: one that came with a referral, as it is (its id, its times), into a batch that the caller writes. */
struct record_batch;
err consent_seal(struct node *node, struct actor *actor, struct casefile *c, const struct consent *consent,
                 struct record_batch *batch);

/* consent_covers_class: does a message of this class tell of the person? Withdrawing cancels those that wait, and tells those who
 * got one. */
bool consent_covers_class(const char *class_);

/* consent_withdraw: at any time, by one act; what waits to be sent for this case (of a consent to return: for the
 * procedure "return") is cancelled in the same transaction. `cancelled` gets how many messages did not leave.
 * ERR_STATE if withdrawn already. */
err consent_withdraw(struct node *node, struct actor *actor, struct casefile *c, struct id consent_id,
                     const char *how, size_t *cancelled);

/* consent_withdraw_also: the same with more in the same transaction (messages that tell the recipients, the filing of a message
 * that told us). Checks no capability. */
struct tx;
struct consent_also {
    err (*run)(struct tx *tx, void *arg);
    void *arg;
};
err consent_withdraw_also(struct node *node, struct actor *actor, struct casefile *c, struct id consent_id,
                          const char *how, const struct consent_also *also, size_t *cancelled);


struct consent_list {
    struct consent *at; /* latest first */
    size_t n;
};
err consent_all(const struct casefile *c, mem *ctx, struct consent_list *out);
/* consent_readable: those that open; *damaged: others did not, so what is in force is not known. For showing, and for
 * ending one. */
err consent_readable(const struct casefile *c, mem *ctx, struct consent_list *out, bool *damaged);

/* consent_current: the latest of a kind, NULL if never asked. Lives in `list`. */
const struct consent *consent_current(const struct consent_list *list, enum consent_kind kind);

/* consent_ended: is its last day over? */
bool consent_ended(const struct consent *consent, msec now);

/* consent_to_share_with: the answer about sharing that counts for a country: the latest one that names it, or a
 * refusal, which counts for all. NULL if there is none. Lives in `list`. */
const struct consent *consent_to_share_with(const struct consent_list *list, const char *country);

/* consent_in_force: the consent to share that a withdrawal would end, NULL if there is none. */
const struct consent *consent_in_force(const struct consent_list *list);

/* consent_for_sharing: may data of this case go to `country` now? `scope` gets the compartments when
 * CONSENT_VALID. */
enum consent_answer consent_for_sharing(const struct consent_list *list, const char *country, msec now,
                                        compartment_set *scope);

const char *consent_kind_name(enum consent_kind kind);     /* share | return */
const char *consent_how_name(enum consent_how how);        /* written | spoken | guardian */
const char *consent_answer_name(enum consent_answer a);    /* valid | none | refused | ... */

/* consent_check: is enough said, and possible? What consent_record asks first. */
err consent_check(const struct consent *consent, struct date today);

/* The record's JSON, and back; texts owned by ctx. */
err consent_read(mem *ctx, const json_t *body, struct consent *out);
err consent_json(const struct consent *consent, json_t **out);

#endif
