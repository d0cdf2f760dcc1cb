/* sha256.h - SHA-256 (FIPS 180-4) where others must be able to recompute it: fingerprints, hashes
 * of forms, MICs, evidence. Inside the store, crypto/digest.h is used. */
#ifndef OPENTRM_CRYPTO_SHA256_H
#define OPENTRM_CRYPTO_SHA256_H

#include "base/bytes.h"

#define SHA256_SIZE 32
#define SHA256_HEX_ROOM 65 /* lower-case hexadecimal, NUL */

void sha256(struct bytes in, uint8_t out[static SHA256_SIZE]);
/* sha256_hex: as `sha256sum` prints it. */
void sha256_hex(struct bytes in, char out[static SHA256_HEX_ROOM]);

/* The same of what comes piece by piece. It may be copied to look at the hash half-way. */
struct sha256_stream {
    uint64_t state[14]; /* opaque; as large and as aligned as libsodium's */
};
void sha256_begin(struct sha256_stream *s);
void sha256_add(struct sha256_stream *s, struct bytes in);
void sha256_end(struct sha256_stream *s, uint8_t out[static SHA256_SIZE]);

#endif
