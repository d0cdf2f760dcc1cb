/* incoming.h - what has arrived, opened by a person with the keys; and what follows from it.
 *
 * The node stores what arrives without being able to read it. When somebody whose teams hold the organisation's
 * keys looks (inbox, case), incoming_settle opens what is new: checks the inner signature and that sender, recipient,
 * message and compartment inside are the ones outside; sends the receipt "delivered", or the negative one; files
 * receipts, decisions, answers and follow-ups into their case. Opening a referral's page sends "opened".
 *
 * Called by web, api and cli. Source: design §8 "Evidence states".
 */
#ifndef OPENTRM_EXCHANGE_INCOMING_H
#define OPENTRM_EXCHANGE_INCOMING_H

#include "base/compartment.h"
#include "base/id.h"
#include "base/json.h"

struct node;
struct actor;
struct casefile;
struct form;
struct arrival;

struct incoming {
    struct id received_id;
    const char *message_id;
    const char *class_;
    const char *handle;
    const char *in_reply_to;
    const char *partner_id;
    const char *sender_name;        /* the organisation's, in the language asked for */
    const char *sender_country;
    const char *sender_organisation;
    struct id recipient;            /* our organisation */
    const char *purpose;
    const char *language;           /* of what was typed; "" if not said */
    const char *state;
    msec received_at, due_at;
    struct id case_id;              /* ours; unset while there is none */
    compartment_set there;          /* parts that came */
    compartment_set opened;         /* parts that the actor can read; the rest is withheld */
    const struct form *form;        /* the form it was written on; NULL if none */
    json_t *answers;                /* merged over `opened` */
    json_t *consent;
    json_t *body;
    struct arrival *arrival;        /* the inside */
};

/* incoming_settle: opens what is new for the actor's organisations, at most 50 a call. `problems` counts what
 * could not be opened. Never fails for one bad message: that one is marked "unreadable". */
err incoming_settle(struct node *node, struct actor *actor, size_t *settled, size_t *problems);

/* incoming_open: one message, read by a person: sends the receipt "opened" the first time. */
err incoming_open(struct node *node, struct actor *actor, const char *received_id, const char *language,
                  mem *ctx, struct incoming *out);

/* incoming_accept: makes a case of the team (its keys by sealed boxes where the actor is no member), files
 * the answers, the consent and the message into it, names the case manager, and sends the decision. A referral in a
 * conversation that has a case already is filed into that case. */
err incoming_accept(struct node *node, struct actor *actor, struct incoming *message, struct id team,
                    struct id case_manager, mem *ctx, struct casefile **out);
/* incoming_decline: reason 1 to 2000 characters; the message is not filed. */
err incoming_decline(struct node *node, struct actor *actor, struct incoming *message, const char *reason);

#endif
