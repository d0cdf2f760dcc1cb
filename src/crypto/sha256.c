/* sha256.c - libsodium's SHA-256. */
#include "crypto/sha256.h"

#include <sodium.h>

void sha256(struct bytes in, uint8_t out[static SHA256_SIZE])
{
    _Static_assert(SHA256_SIZE == crypto_hash_sha256_BYTES, "SHA-256 has 32 bytes");
    /* It only ever returns 0. */
    (void)crypto_hash_sha256(out, in.p, in.n);
}

void sha256_hex(struct bytes in, char out[static SHA256_HEX_ROOM])
{
    uint8_t digest[SHA256_SIZE];
    sha256(in, digest);
    sodium_bin2hex(out, SHA256_HEX_ROOM, digest, sizeof digest);
}
