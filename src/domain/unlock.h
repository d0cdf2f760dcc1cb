/* unlock.h - a user's keys under a password and under a recovery code: locking and unlocking.
 *
 * Inner header of domain's identity half (user, session, init).
 */
#ifndef OPENTRM_DOMAIN_UNLOCK_H
#define OPENTRM_DOMAIN_UNLOCK_H

#include "db/user_key.h"
#include "domain/keys.h"
#include "domain/node.h"

/* lock_password: fills the password's half of a row (salt, cost, verifier, blob). Runs Argon2id. */
err lock_password(mem *ctx, struct node *node, struct secret_arena *arena, struct id user_id,
                  struct secret bundle, struct bytes password, struct db_user_key *row);
/* lock_recovery: a fresh recovery code and its half of the row; `text` is what its owner gets. */
err lock_recovery(mem *ctx, struct secret_arena *arena, struct id user_id, struct secret bundle,
                  struct db_user_key *row, char text[static RECOVERY_TEXT_ROOM]);
/* lock_activation: a fresh activation code for a user without keys: its verifier stands where the
 * recovery code's will. */
err lock_activation(mem *ctx, struct secret_arena *arena, struct id user_id,
                    struct db_user_key *row, char text[static RECOVERY_TEXT_ROOM]);

/* unlock_password: the bundle. ERR_DENIED for a wrong password. `row` NULL or without a password
 * (nobody, or not activated): the same work, then ERR_DENIED. */
err unlock_password(struct node *node, struct secret_arena *arena, const struct db_user_key *row,
                    struct bytes password, struct secret *bundle);
/* unlock_recovery: ERR_DENIED for a wrong code, also for one that can't be read. */
err unlock_recovery(struct secret_arena *arena, const struct db_user_key *row, const char *code,
                    struct secret *bundle);
/* unlock_activation: ERR_DENIED unless it is the code of this user, who has no keys yet. */
err unlock_activation(struct secret_arena *arena, const struct db_user_key *row, const char *code);

#endif
