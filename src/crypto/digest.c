/* digest.c - BLAKE2b with a label. */
#include "crypto/digest.h"

#include <sodium.h>
#include <string.h>

err digest_of(const char *label, struct bytes key, struct bytes in, struct digest *out)
{
    size_t n = strlen(label);
    ENSURE(n > 0 && n < 256 && (key.n == 0 || (key.n >= 16 && key.n <= 64)), ERR_BUG,
           "a digest is made in a way that is not allowed");
    uint8_t head = (uint8_t)n;
    struct digest d;
    crypto_generichash_state state;
    bool ok = crypto_generichash_init(&state, key.n == 0 ? NULL : key.p, key.n, DIGEST_SIZE) == 0 &&
              crypto_generichash_update(&state, &head, 1) == 0 &&
              crypto_generichash_update(&state, (const uint8_t *)label, n) == 0 &&
              (in.n == 0 || crypto_generichash_update(&state, in.p, in.n) == 0) &&
              crypto_generichash_final(&state, d.p, DIGEST_SIZE) == 0;
    sodium_memzero(&state, sizeof state);
    ENSURE(ok, ERR_CRYPTO, "no digest");
    *out = d;
    return ERR_OK;
}
