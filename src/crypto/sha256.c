/* sha256.c - OpenSSL's SHA-256, which uses what the processor has for it: messages of megabytes are hashed several times. */
#include "crypto/sha256.h"

#include <sodium.h>

#include "crypto/openssl.h"

void sha256(struct bytes in, uint8_t out[static SHA256_SIZE])
{
    _Static_assert(SHA256_SIZE == crypto_hash_sha256_BYTES, "SHA-256 has 32 bytes");
    if (EVP_Q_digest(NULL, "SHA256", NULL, in.p, in.n, out, NULL) == 1) return;
    (void)crypto_hash_sha256(out, in.p, in.n); /* needs no memory, and only ever returns 0 */
}

void sha256_hex(struct bytes in, char out[static SHA256_HEX_ROOM])
{
    uint8_t digest[SHA256_SIZE];
    sha256(in, digest);
    sodium_bin2hex(out, SHA256_HEX_ROOM, digest, sizeof digest);
}

/* libsodium's: a plain value that needs no memory and can't fail. */
static crypto_hash_sha256_state *state_of(struct sha256_stream *s)
{
    _Static_assert(sizeof(crypto_hash_sha256_state) <= sizeof(struct sha256_stream) &&
                       _Alignof(crypto_hash_sha256_state) <= _Alignof(struct sha256_stream),
                   "the state fits");
    return (crypto_hash_sha256_state *)(void *)s;
}

void sha256_begin(struct sha256_stream *s) { (void)crypto_hash_sha256_init(state_of(s)); }

void sha256_add(struct sha256_stream *s, struct bytes in)
{
    (void)crypto_hash_sha256_update(state_of(s), in.p, in.n);
}

void sha256_end(struct sha256_stream *s, uint8_t out[static SHA256_SIZE])
{
    (void)crypto_hash_sha256_final(state_of(s), out);
}
