/* outgoing.h - a message leaves: parts built, signed, sealed, signed by the node, queued; one transaction.
 *
 * What is sent is decided before (domain/referral.h, the pages); here it is only packed. Needs an actor
 * whose team may use the organisation's signing key. After it returns, the message is in the durable queue
 * with its final bytes, and evidence "submitted" is filed.
 *
 * Called by web, api, cli, and by incoming.h for receipts. Source: design §8.
 */
#ifndef OPENTRM_EXCHANGE_OUTGOING_H
#define OPENTRM_EXCHANGE_OUTGOING_H

#include "base/compartment.h"
#include "base/id.h"
#include "base/json.h"

struct node;
struct actor;
struct casefile;
struct contact;
struct form;
struct referral_plan;
struct incoming;

struct outgoing {
    const char *class_;          /* referral followup question answer decision receipt withdrawal alarm */
    struct id handle;            /* unset: a new conversation */
    const char *in_reply_to;     /* message id or NULL */
    struct id sender;            /* our organisation */
    const char *partner_id;      /* node */
    const char *recipient;       /* their organisation's id */
    msec due_at;                 /* 0 = none */
    const char *purpose;         /* procedure code, or "" */
    const char *handling;        /* e.g. "confidential" */
    const struct form *form;     /* NULL without answers */
    json_t *answers[COMPARTMENTS]; /* what goes in each compartment; NULL = no part */
    json_t *consent;             /* or NULL */
    json_t *body;                /* words and facts of coordination: goes in the part for `identity`; or NULL */
    const char *language;        /* of the PDF rendering and of what was typed */
};

/* outgoing_send: `c` may be NULL (receipt before a case exists). Writes the record `sent` into the case.
 * ERR_STATE if the partner isn't pinned or its card has ended, ERR_DENIED without the signing key. */
err outgoing_send(struct node *node, struct actor *actor, struct casefile *c, const struct outgoing *message,
                  struct id *message_id);

/* The two halves of outgoing_send, for acts that write more in the same transaction. outgoing_prepare seals; it and what `message`
 * points to must live until outgoing_insert, which writes the rows. */
struct outgoing_packed;
struct tx;
err outgoing_prepare(struct node *node, struct actor *actor, struct casefile *c, const struct outgoing *message,
                     mem *ctx, struct outgoing_packed **out);
err outgoing_insert(struct tx *tx, const struct outgoing_packed *packed);

/* The acts of the main job, each one call of outgoing_send. */

/* outgoing_referral: a stopped plan is refused (ERR_STATE). `digest` is what the preview showed: ERR_CONFLICT if the plan
 * is another one by now. */
err outgoing_referral(struct node *node, struct actor *actor, struct casefile *c, const struct contact *recipient,
                      const struct referral_plan *plan, const char *digest, const char *procedure, msec due_at,
                      const char *danger_reason, const char *language, struct id *message_id);
/* outgoing_followup: the plan's answers, into the conversation the case came with. */
err outgoing_followup(struct node *node, struct actor *actor, struct casefile *c, const char *handle,
                      const struct referral_plan *plan, const char *digest, const char *language,
                      struct id *message_id);
/* outgoing_words: a question, an answer to one, in an existing conversation of the case, or about a received message
 * that has no case yet (`c` NULL). words: 1 to 4000 characters. In a case, only under a consent that covers the other
 * country (ERR_STATE with the sentence of referral_stop_text). in_reply_to: NULL or a message that came in it. */
err outgoing_words(struct node *node, struct actor *actor, struct casefile *c, const char *handle,
                   const char *class_, const char *in_reply_to, const char *words, struct id *message_id);

#endif
