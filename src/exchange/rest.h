/* rest.h - bytes that rest outside of a case's records, under a key of their own in keys.db: a filed message as it came,
 * words of ours sent before there was a case. Destroying the key destroys them.
 *
 * What is stored is the id of the key, then the ciphertext. The key is fresh at each attempt, so that one that failed half way
 * is in nobody's way.
 *
 * Called by incoming and outgoing. Source: design §8 "At rest".
 */
#ifndef OPENTRM_EXCHANGE_REST_H
#define OPENTRM_EXCHANGE_REST_H

#include "domain/vault.h"

/* rest_seal: a key held by these teams. `key` names it. `name`: what it is bound to (kind and message id). Owned by ctx. */
struct rest_name {
    const char *kind;
    const char *message_id;
};
err rest_seal(struct node *node, struct actor *actor, struct rest_name name, const struct id *teams, size_t n,
              struct bytes plain, mem *ctx, struct bytes *body, struct id *key);
/* rest_open: ERR_NOT_FOUND if the actor's teams do not hold the key, or it is gone. */
err rest_open(struct node *node, struct actor *actor, struct rest_name name, struct bytes body, mem *ctx,
              struct bytes *plain, struct id *key);
/* rest_forget: the key goes. Of what was not written, or is kept elsewhere now. */
void rest_forget(struct node *node, struct id key);

#endif
