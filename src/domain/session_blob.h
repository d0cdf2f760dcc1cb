/* session_blob.h - the cookie, and what the store keeps of a session. Inner header: session.c and
 * signin.c. */
#ifndef OPENTRM_DOMAIN_SESSION_BLOB_H
#define OPENTRM_DOMAIN_SESSION_BLOB_H

#include "db/session.h"
#include "domain/keys.h"
#include "domain/session.h"

#define SESSION_ID_SIZE 16

/* A cookie, taken apart. */
struct session_token {
    uint8_t id[SESSION_ID_SIZE];
    struct secret key;
    struct digest id_hash; /* what the store knows */
};

/* session_token_new: a fresh one; the cookie's text goes to the browser and nowhere else. */
err session_token_new(struct secret_arena *arena, struct session_token *out,
                      char cookie[static SESSION_COOKIE_ROOM]);
/* session_token_read: ERR_DENIED for what is no cookie of ours. */
err session_token_read(struct secret_arena *arena, const char *cookie, struct session_token *out);

/* session_seal / session_unseal: the keys under the session key. */
err session_seal(mem *ctx, const struct session_token *token, struct id user_id,
                 const struct actor_keys *keys, struct bytes *out);
err session_unseal(mem *ctx, struct secret_arena *arena, const struct session_token *token,
                   struct id user_id, struct bytes blob, struct actor_keys **out);
/* session_csrf: the token of this session's forms. */
err session_csrf(mem *ctx, struct secret_arena *arena, const struct session_token *token,
                 const char **out);

/* session_end_at: idle time from `seen`, never later than the longest. */
msec session_end_at(const struct node *node, msec created_at, msec seen_at);

#endif
