/* sign.h - Ed25519 signatures (RFC 8032) over a label and a message.
 *
 * What is signed: one byte length of the label, the label, the message. A signature made for one
 * purpose does not verify for another. For what partners must verify with other software, see
 * cms.h.
 */
#ifndef OPENTRM_CRYPTO_SIGN_H
#define OPENTRM_CRYPTO_SIGN_H

#include "crypto/secret.h"

#define SIGN_PUBLIC_SIZE 32
#define SIGNATURE_SIZE 64

struct sign_public {
    uint8_t p[SIGN_PUBLIC_SIZE];
};

struct sign_pair {
    struct sign_public public_key;
    struct secret secret_key;
};

struct signature {
    uint8_t p[SIGNATURE_SIZE];
};

/* sign_pair_from_seed: always the same pair for the same 32 bytes. */
err sign_pair_from_seed(struct secret_arena *arena, struct secret seed, struct sign_pair *out);

err sign_message(const struct sign_pair *pair, const char *label, struct bytes message,
                 struct signature *out);
/* sign_verify: ERR_CRYPTO unless that key signed exactly this. */
err sign_verify(const struct sign_public *by, const char *label, struct bytes message,
                const struct signature *signature);

#endif
