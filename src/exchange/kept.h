/* kept.h - words of ours in a conversation that has no case yet: kept sealed, and moved into the case when there is one.
 *
 * Held by the teams of the organisation that may read identity. Called by outgoing (keeping) and incoming (taking).
 */
#ifndef OPENTRM_EXCHANGE_KEPT_H
#define OPENTRM_EXCHANGE_KEPT_H

#include "base/json.h"
#include "db/query.h"
#include "domain/actor.h"

struct casefile;

/* kept_seal: `copy` is what the record `sent` of a case would be. `key` is for kept_forget, should the words not be sent. */
err kept_seal(struct node *node, struct actor *actor, struct id organisation, struct id message, const json_t *copy,
              mem *ctx, struct bytes *body, struct id *key);
void kept_forget(struct node *node, struct id key);

/* kept_prepare: everything kept of a conversation that the actor can open, sealed for the case. kept_insert writes it, in the
 * transaction of the acceptance; kept_done destroys the keys after it. */
struct kept;
err kept_prepare(struct node *node, struct actor *actor, struct casefile *c, const char *handle, struct kept **out);
err kept_insert(struct tx *tx, const struct kept *kept);
void kept_done(const struct kept *kept);

#endif
