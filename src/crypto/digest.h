/* digest.h - BLAKE2b-256 of a label and bytes, for ids that must not be found from the store
 * (session ids, names of failed sign-ins). */
#ifndef OPENTRM_CRYPTO_DIGEST_H
#define OPENTRM_CRYPTO_DIGEST_H

#include "crypto/secret.h"

#define DIGEST_SIZE 32

struct digest {
    uint8_t p[DIGEST_SIZE];
};

/* digest_of: `key` may be empty, or 16 to 64 bytes (then only who knows it can make the digest). */
err digest_of(const char *label, struct bytes key, struct bytes in, struct digest *out);
static inline struct bytes digest_bytes(const struct digest *d)
{
    return bytes_of(d->p, DIGEST_SIZE);
}

#endif
