/* backup_key.h - the key pair of backups, as two small files: the public half lies on the node and
 * seals; the secret half is kept offline and opens.
 *
 * One line each: "opentrm-backup-public-1 KEY CHECK" and "opentrm-backup-secret-1 KEY CHECK": KEY 32
 * bytes in base64url, CHECK the first 8 digits of SHA-256 over what stands before it, so that a
 * mistyped key is noticed before anything is sealed to it. Called by domain (backup) and cli.
 */
#ifndef OPENTRM_CRYPTO_BACKUP_KEY_H
#define OPENTRM_CRYPTO_BACKUP_KEY_H

#include "crypto/box.h"

#define BACKUP_KEY_MOST 256 /* bytes of such a file */

/* backup_key_make: a fresh pair. `secret_line` lies in the arena, `public_line` in ctx. */
err backup_key_make(struct secret_arena *arena, mem *ctx, struct secret *secret_line,
                    const char **public_line);
/* backup_key_read_public / _secret: ERR_INPUT if it is another kind of file, or mistyped. The caller
 * wipes what it read. */
err backup_key_read_public(struct bytes line, struct box_public *out);
err backup_key_read_secret(struct secret_arena *arena, struct bytes line, struct box_pair *out);

#endif
