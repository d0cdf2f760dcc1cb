/* signin.h - slowing down who guesses. Inner header: signin.c, slowdown.c, user_recover. */
#ifndef OPENTRM_DOMAIN_SIGNIN_H
#define OPENTRM_DOMAIN_SIGNIN_H

#include "db/signin.h"
#include "domain/node.h"
#include "domain/session.h"

/* Failures are counted for a login with where the attempt comes from: the device token if the
 * browser brings one that this node made for this login, else the address (an IPv6 one with its /64). Under a keyed hash: the
 * store does not say who tried. */
struct slowdown {
    struct db_signin before; /* to give an attempt back that was not made */
    struct digest bucket;
};

/* slowdown_enter: counts the attempt before it is made, so that many at once count too. ERR_LIMIT
 * while it is too early, `wait` gets for how long. */
err slowdown_enter(struct node *node, const char *login, const char *address, const char *device,
                   struct slowdown *out, msec *wait);
/* slowdown_clear: it succeeded. slowdown_give_back: it was not made (busy). */
err slowdown_clear(struct node *node, const struct slowdown *slowdown);
err slowdown_give_back(struct node *node, const struct slowdown *slowdown);

/* device_token_new: for a login that has just signed in. */
err device_token_new(const struct node *node, const char *login,
                     char out[static SESSION_DEVICE_ROOM]);

/* After FREE failures each further one doubles the wait, up to MOST. */
#define SLOWDOWN_FREE 3
#define SLOWDOWN_MOST (2 * MSEC_MINUTE)

#endif
