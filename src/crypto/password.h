/* password.h - passwords: Argon2id (RFC 9106) gives what sign-in compares and the key that opens
 * the user's keys.
 *
 * One Argon2id run of the standard cost takes 256 MiB and a third of a second, so runs pass a gate:
 * few at a time, few waiting, the rest are told to come back (ERR_BUSY). The run happens on the
 * thread that asks; the http layer keeps these requests on threads of their own.
 */
#ifndef OPENTRM_CRYPTO_PASSWORD_H
#define OPENTRM_CRYPTO_PASSWORD_H

#include "crypto/digest.h"

/* Kept with each user, so that it can rise later. */
struct password_cost {
    int64_t memory; /* bytes */
    int64_t passes;
};

/* What design §6 asks for; and what tests and the demo may ask for by name (`--test-passwords`). */
extern const struct password_cost PASSWORD_COST_STANDARD;
extern const struct password_cost PASSWORD_COST_TEST;

#define PASSWORD_LEAST 12  /* characters */
#define PASSWORD_MOST 1024 /* bytes */
#define PASSWORD_SALT_SIZE 16

/* password_check: a new password: UTF-8, at least 12 characters, not one or two characters
 * repeated. ERR_INPUT with a sentence. */
err password_check(struct bytes password);

struct password_queue;
/* password_queue_new: `running` at a time (1 or 2), at most `waiting` behind them. Thread-safe. */
err password_queue_new(mem *ctx, unsigned running, unsigned waiting, struct password_queue **out);
/* password_queue_enter: waits for a turn; ERR_BUSY when too many wait or it takes over 20 seconds.
 * Each success is followed by password_queue_leave. */
err password_queue_enter(struct password_queue *queue);
void password_queue_leave(struct password_queue *queue);

/* What a password (or a recovery code) gives. The verifier may be stored; nothing follows from it
 * about the KEK. */
struct password_keys {
    struct digest verifier;
    struct secret kek; /* key encryption key, KEY_SIZE */
};

/* password_keys_make: runs Argon2id when the queue lets it. ERR_LIMIT over PASSWORD_MOST, ERR_BUSY,
 * ERR_MEMORY; ERR_STORE for a cost that no one sets. */
err password_keys_make(struct secret_arena *arena, struct password_queue *queue,
                       struct bytes password, struct password_cost cost,
                       const uint8_t salt[static PASSWORD_SALT_SIZE], struct password_keys *out);

#endif
