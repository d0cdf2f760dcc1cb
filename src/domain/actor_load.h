/* actor_load.h - makes an actor of a user whose keys are unlocked. Inner header: session.c and
 * signin.c. */
#ifndef OPENTRM_DOMAIN_ACTOR_LOAD_H
#define OPENTRM_DOMAIN_ACTOR_LOAD_H

#include "domain/actor.h"
#include "domain/keys.h"
#include "domain/node.h"

/* actor_load: reads account, roles and memberships as they are now; a team is the actor's only
 * while the membership is active and its present key is held. Keys of a team joined or rotated
 * since `keys` were packed are opened here: then *fresh is true and they should be packed again.
 * ERR_DENIED if the account is closed or gone. */
err actor_load(mem *ctx, struct node *node, struct id user_id, struct actor_keys *keys,
               struct actor **out, bool *fresh);

#endif
