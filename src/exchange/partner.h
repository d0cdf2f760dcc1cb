/* partner.h - pinned partners: our own card, taking in theirs, showing them.
 *
 * A partner is pinned once two offices have compared the fingerprint by voice; later cards must be signed by the pinned key
 * and have a higher sequence; those that bring new keys of agencies are compared by voice again. A card's organisations become entries of the directory in the same transaction.
 *
 * Called by cli and web. Source: design §8 "Partners".
 */
#ifndef OPENTRM_EXCHANGE_PARTNER_H
#define OPENTRM_EXCHANGE_PARTNER_H

#include "domain/actor.h"
#include "domain/node.h"
#include "exchange/card.h"

#define PARTNER_CARD_DAYS 365 /* validity of our card */

/* partner_own_card: built from the node's organisations that have keys. The sequence grows only when something changed, or
 * half of the validity is over: else the stored card is given again. ERR_STATE if no organisation has keys yet. */
err partner_own_card(struct node *node, mem *ctx, struct bytes *pem, char spoken[static SPOKEN_ROOM]);

struct partner_added {
    const char *id;
    const char *country;
    bool known; /* it was pinned before */
};
/* partner_add: actor NULL: the command line. For a partner not pinned yet, or a card with new keys of agencies, `fingerprint` (as spoken: any case, hyphens or spaces)
 * must be the card's: ERR_INPUT if missing, ERR_PEER if different. ERR_PEER for a card that may not follow the pinned one,
 * ERR_CRYPTO, ERR_INPUT. */
err partner_add(struct node *node, struct actor *actor, struct bytes pem, const char *fingerprint, mem *ctx,
                struct partner_added *out);

struct partner_line {
    const char *id, *name, *country, *state, *fingerprint, *endpoint;
    int64_t sequence;
    msec expires_at, pinned_at;
};
struct partner_list {
    struct partner_line *at;
    size_t n;
};
err partner_all(struct node *node, mem *ctx, struct partner_list *out);
/* partner_show: as text for a terminal. */
err partner_show(struct node *node, const char *id, mem *ctx, const char **out);
err partner_revoke(struct node *node, struct actor *actor, const char *id);

#endif
