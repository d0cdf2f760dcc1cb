/* recovery.h - recovery codes and activation codes: 160 random bits that a person keeps on paper.
 *
 * Printed as nine groups of four characters (Crockford's base32: no I L O U; small letters, spaces
 * and hyphens do not matter); the last group checks the others, so that a misread code is found
 * before anything is tried. 160 bits need no stretching: a KDF gives the same two things that a
 * password gives.
 */
#ifndef OPENTRM_CRYPTO_RECOVERY_H
#define OPENTRM_CRYPTO_RECOVERY_H

#include "crypto/password.h"

#define RECOVERY_SIZE 20
#define RECOVERY_TEXT_ROOM 45 /* 36 characters, 8 hyphens, NUL */

/* recovery_new: a fresh code. */
err recovery_new(struct secret_arena *arena, struct secret *out);
/* recovery_print: as it is shown once to its owner: "7KQF-....". Wipe the text after use. */
void recovery_print(struct secret code, char out[static RECOVERY_TEXT_ROOM]);
/* recovery_read: ERR_INPUT unless 36 characters with the right check. */
err recovery_read(struct secret_arena *arena, const char *typed, struct secret *out);
/* recovery_keys: verifier and KEK. `purpose` says which kind of code it is ("recovery",
 * "activation"); `salt` is stored with the verifier. */
err recovery_keys(struct secret_arena *arena, struct secret code, const char *purpose,
                  struct bytes salt, struct password_keys *out);

#endif
