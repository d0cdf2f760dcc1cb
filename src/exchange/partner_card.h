/* partner_card.h - a pinned partner's card, read for use: where to send, whose certificates.
 *
 * Called by outgoing and incoming. ERR_STATE with a sentence if the partner may not be written to now.
 */
#ifndef OPENTRM_EXCHANGE_PARTNER_CARD_H
#define OPENTRM_EXCHANGE_PARTNER_CARD_H

#include "domain/node.h"
#include "exchange/card.h"

/* partner_card_now: pinned and not ended: for sending. ERR_STATE, ERR_NOT_FOUND. Owned by ctx. */
err partner_card_now(struct node *node, mem *ctx, const char *partner_id, struct card **out);
/* partner_card_any: pinned at some time: for verifying what came while it was. */
err partner_card_any(struct node *node, mem *ctx, const char *partner_id, struct card **out);
/* partner_organisation: ERR_STATE if the card does not name it. */
err partner_organisation(const struct card *card, const char *organisation_id,
                         const struct card_organisation **out);

#endif
