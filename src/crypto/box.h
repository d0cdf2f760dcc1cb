/* box.h - X25519 sealed boxes: for a writer who knows only the reader's public key.
 *
 * libsodium's crypto_box_seal, with a digest of the additional data in front of the plaintext, so
 * that a box made for one purpose does not open for another. It says nothing of who made it. A box
 * costs 50 microseconds: what a member of a team writes is sealed by aead.h under the team key
 * instead.
 */
#ifndef OPENTRM_CRYPTO_BOX_H
#define OPENTRM_CRYPTO_BOX_H

#include "crypto/aead.h"

#define BOX_PUBLIC_SIZE 32

struct box_public {
    uint8_t p[BOX_PUBLIC_SIZE];
};

struct box_pair {
    struct box_public public_key;
    struct secret secret_key;
};

/* box_pair_from_seed: always the same pair for the same 32 bytes. */
err box_pair_from_seed(struct secret_arena *arena, struct secret seed, struct box_pair *out);

/* box_seal: ERR_INPUT for a public key that is no point to seal to. */
err box_seal(mem *ctx, const struct box_public *to, const struct ad *ad, struct bytes plain,
             struct bytes *out);
/* box_open: into guarded memory; ERR_CRYPTO if it is not for this pair, not for this purpose, or
 * was changed. */
err box_open(struct secret_arena *arena, const struct box_pair *pair, const struct ad *ad,
             struct bytes sealed, struct secret *out);

#endif
