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
#include "exchange/rest.h"
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
    const struct form *form;    /* that the answers were written on: ours if it is the same, else the one that came */
    json_t *answers;            /* merged over the opened parts; NULL: none */
};

/* arrival_load: the row, for an actor of its organisation; ERR_NOT_FOUND for everybody else. Takes off the encryption at
 * rest of a filed one. */
err arrival_load(struct node *node, struct actor *actor, struct id received_id, mem *ctx, struct arrival **out);
/* arrival_open: every part that the actor's teams hold a key for; that they are parts of one message, and their answers
 * answers to the form they name. ERR_CRYPTO, ERR_PEER, ERR_INPUT, ERR_LIMIT: it could not be opened, or is not what it
 * says: the message is bad. Withheld parts are no failure. */
err arrival_open(struct node *node, struct actor *actor, mem *ctx, struct arrival *a);
/* arrival_is_bad: failures of arrival_open that say that the message is bad, not that we are in trouble. */
bool arrival_is_bad(err e);

/* arrival_rest_name: what the message is bound to once it is filed. */
struct rest_name arrival_rest_name(const struct arrival *a);

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

/* Filing into a case: the records `received`, and the answers into the case's form where it is the same form. The message at
 * rest gets a key of its own, held by those who hold `identity` of the case. Of a message that is filed already, the parts that
 * nobody could open then. arrival_prepare seals, arrival_insert writes the rows: state "filed". */
struct casefile;
struct filing;
err arrival_prepare(struct node *node, struct actor *actor, struct casefile *c, struct arrival *a, struct filing **out);
err arrival_insert(struct tx *tx, const struct filing *filing);
/* arrival_abandon: the rows were not written: the key goes. */
void arrival_abandon(const struct filing *filing);
/* arrival_file_later: the same for parts that nobody could open when the message was filed. */
err arrival_file_later(struct node *node, struct actor *actor, mem *ctx, struct arrival *a, bool *filed);
/* arrival_adds: it holds a part that is not in the case yet. */
bool arrival_adds(const struct filing *filing);

#endif
