/* aead.h - XChaCha20-Poly1305 (IETF construction) with what the ciphertext is bound to.
 *
 * Sealed form: one byte that names the format (1), 24 bytes nonce (random), ciphertext, 16 bytes
 * tag. The additional data says what and where the plaintext is ("record", case, kind, ...): a
 * ciphertext that is moved, swapped or renamed does not open. It is written by the `ad` functions
 * below in one canonical form, so that two different lists never give the same bytes.
 */
#ifndef OPENTRM_CRYPTO_AEAD_H
#define OPENTRM_CRYPTO_AEAD_H

#include "crypto/secret.h"

/* Additional data. On the stack; allocates nothing. Too much of it sticks and fails at seal or
 * open. */
struct ad {
    uint8_t p[768];
    size_t n;
    bool too_long;
};

/* ad_start: begins with what it is, e.g. "opentrm record". */
void ad_start(struct ad *ad, const char *label);
/* Each item: a letter for its type, four bytes length (big-endian), its bytes. NULL text is "". */
void ad_text(struct ad *ad, const char *text);
void ad_number(struct ad *ad, int64_t number);
void ad_bytes(struct ad *ad, struct bytes in);

#define AEAD_OVERHEAD (1 + 24 + 16)

/* aead_seal: key of KEY_SIZE. */
err aead_seal(mem *ctx, struct secret key, const struct ad *ad, struct bytes plain,
              struct bytes *out);
/* aead_open: ERR_CRYPTO if a bit of it, of the key or of `ad` is not what was sealed. */
err aead_open(mem *ctx, struct secret key, const struct ad *ad, struct bytes sealed,
              struct bytes *out);
/* aead_open_secret: the same into guarded memory. */
err aead_open_secret(struct secret_arena *arena, struct secret key, const struct ad *ad,
                     struct bytes sealed, struct secret *out);

#endif
