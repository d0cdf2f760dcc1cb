/* session.h - signing in, staying signed in, signing out.
 *
 * The cookie is id and session key. The store keeps a hash of the id and, under the session key,
 * the keys of the user and of their teams; between requests no process remembers them. Ends after
 * settings.session_idle without a request, after settings.session_most in any case, and at once
 * when access ends.
 *
 * Guessing is slowed, not punished: failures count for a login together with where they come from
 * (the address, or the device token of a browser that has signed in before), so a stranger cannot
 * keep a person out. An unknown login costs the same work as a known one. A full queue says "busy".
 */
#ifndef OPENTRM_DOMAIN_SESSION_H
#define OPENTRM_DOMAIN_SESSION_H

#include "domain/actor.h"
#include "domain/node.h"

#define SESSION_COOKIE_ROOM 65 /* 64 characters (base64url), NUL */
#define SESSION_DEVICE_ROOM 65
#define SESSION_DEVICE_DAYS 365 /* how long a browser should keep the device token */

struct session_wish {
    const char *login;
    struct bytes password;
    const char *address; /* of the peer: "192.0.2.7"; "" if none */
    const char *device;  /* device token the browser brought, or NULL */
    const char *agent;   /* the browser's name, kept as a hash; or NULL */
};

struct session_start {
    char cookie[SESSION_COOKIE_ROOM];
    char device[SESSION_DEVICE_ROOM]; /* the browser keeps it, to be known next time */
    msec expires_at;
    struct id user_id;
    msec wait; /* with ERR_LIMIT: how long until the next attempt */
};

/* session_sign_in: ERR_DENIED "the name or the password is wrong" (also for closed and invited
 * accounts); ERR_LIMIT with out->wait set: too many failures, come back later; ERR_BUSY: the queue
 * is full. Takes as long as one password hash: call it from a thread that may wait. What waits for
 * a member (rotation of a team key, keys for another team) is done here. */
err session_sign_in(struct node *node, const struct session_wish *wish, struct session_start *out);

/* session_open: the actor of a request. ERR_DENIED when the cookie is none of ours, or the session
 * has ended. */
err session_open(struct node *node, const char *cookie, mem *ctx, struct actor **out);

/* session_sign_out: this one. session_end_all: all of the actor's, `others` = but this one. */
err session_sign_out(struct node *node, struct actor *actor);
err session_end_all(struct node *node, struct actor *actor, bool others);

struct session_line {
    const char *handle; /* names it for session_end; not the cookie's id */
    msec created_at;
    msec seen_at;
    msec expires_at;
    bool current;
};
struct session_list {
    struct session_line *at; /* newest first */
    size_t n;
};
err session_own(struct node *node, struct actor *actor, mem *ctx, struct session_list *out);
/* session_end: one of the actor's own. */
err session_end(struct node *node, struct actor *actor, const char *handle);

/* session_expire: removes ended sessions and old counts of failures; for the timer. */
err session_expire(struct node *node);

#endif
