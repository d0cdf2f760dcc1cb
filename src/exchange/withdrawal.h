/* withdrawal.h - the person takes the consent back: what waits is cancelled, and everybody who got something is told.
 *
 * One act, one transaction: the record, the cancelling, a message of class "withdrawal" for each conversation in which something
 * about the person has left. Such a message never expires in the queue; the other node freezes what it holds on arrival, without
 * any key (exchange/receive.c), and its consent ends too when a person there opens the message (incoming.c).
 *
 * Called by web. Source: design §2 (8), §8 "Withdrawal".
 */
#ifndef OPENTRM_EXCHANGE_WITHDRAWAL_H
#define OPENTRM_EXCHANGE_WITHDRAWAL_H

#include "domain/case.h"
#include "domain/consent.h"

/* withdrawal_make: errors as consent_withdraw. `told` gets how many organisations are written to, `untold` how many can't be (their
 * card has ended or is no longer trusted): those must be telephoned. */
err withdrawal_make(struct node *node, struct actor *actor, struct casefile *c, struct id consent_id, const char *how,
                    size_t *cancelled, size_t *told, size_t *untold);

#endif
