/* incoming_inside.h - a received message between its row and its words. Private to incoming*.c. */
#ifndef OPENTRM_EXCHANGE_INCOMING_INSIDE_H
#define OPENTRM_EXCHANGE_INCOMING_INSIDE_H

#include "db/conversation.h"
#include "db/received.h"
#include "domain/actor.h"
#include "domain/node.h"
#include "exchange/envelope.h"
#include "exchange/incoming.h"
#include "exchange/partner_card.h"
#include "exchange/seal.h"

struct arrival {
    struct db_received row;
    struct db_conversation conversation;
    struct id message;          /* the uuid in the AS2 message id */
    struct bytes post;          /* the message as it came: MIME file signed by the node */
    struct card *card;
    const struct card_organisation *from;
    struct envelope *envelope;
    compartment_set there;      /* parts that came */
    compartment_set opened;     /* parts that were opened and verified */
    struct part *parts[COMPARTMENTS];
    struct bytes inner[COMPARTMENTS]; /* SignedData of the opened ones: evidence */
};

/* arrival_load: the row, for an actor of its organisation; ERR_NOT_FOUND for everybody else. Takes off the encryption at
 * rest of a filed one. */
err arrival_load(struct node *node, struct actor *actor, struct id received_id, mem *ctx, struct arrival **out);
/* arrival_open: every part that the actor's teams hold a key for. ERR_CRYPTO, ERR_PEER, ERR_INPUT: it could not be opened,
 * or is not what it says: the message is bad. Withheld parts are no failure. */
err arrival_open(struct node *node, struct actor *actor, mem *ctx, struct arrival *a);
/* arrival_is_bad: failures of arrival_open that say that the message is bad, not that we are in trouble. */
bool arrival_is_bad(err e);

/* arrival_at_rest: what the message is bound to once it is filed. */
struct vault_label;
struct vault_label arrival_at_rest(const struct arrival *a);

/* receipt_prepare: "delivered", "opened", "unreadable" to the sender of a, ready to be inserted. */
struct outgoing_packed;
err receipt_prepare(struct node *node, struct actor *actor, const struct arrival *a, const char *outcome, mem *ctx,
                    struct outgoing_packed **out);

/* arrival_mark: another state of the received message, audited, and `message` (may be NULL) sent, in one transaction.
 * ERR_CONFLICT if somebody was faster: nothing is sent then. */
err arrival_mark(struct node *node, struct actor *actor, struct arrival *a, const char *state, enum audit_action action,
                 const struct outgoing_packed *message);

/* arrival_body, arrival_consent: of the first opened part that has one, or NULL. */
const json_t *arrival_body(const struct arrival *a);
const json_t *arrival_consent(const struct arrival *a);
/* arrival_form: the form the answers were written on; ours if it is the same, else the one that came. NULL: no answers. */
err arrival_form(struct node *node, mem *ctx, const struct arrival *a, const struct form **out);
/* arrival_answers: merged over the opened parts; NULL: none. Owned by ctx. */
err arrival_answers(mem *ctx, const struct arrival *a, const struct form *form, json_t **out);

/* Filing into a case: the records `received`, and the answers into the case's form where it is the same form. The message at
 * rest gets a key of its own, held by those who hold `identity` of the case. arrival_prepare seals, arrival_insert writes the
 * rows: state "filed". */
struct casefile;
struct filing;
err arrival_prepare(struct node *node, struct actor *actor, struct casefile *c, struct arrival *a, struct filing **out);
err arrival_insert(struct tx *tx, const struct filing *filing);

#endif
