/* box.c - sealed boxes bound to their purpose. */
#include "crypto/box.h"

#include <sodium.h>
#include <string.h>

enum { DIGEST = 32, OVERHEAD = crypto_box_SEALBYTES };

err box_pair_from_seed(struct secret_arena *arena, struct secret seed, struct box_pair *out)
{
    ENSURE(seed.n == crypto_box_SEEDBYTES, ERR_BUG, "a seed of a wrong size");
    struct box_pair pair;
    TRY(secret_new(arena, crypto_box_SECRETKEYBYTES, &pair.secret_key));
    ENSURE(crypto_box_seed_keypair(pair.public_key.p, pair.secret_key.p, seed.p) == 0, ERR_CRYPTO,
           "a key pair can't be made");
    *out = pair;
    return ERR_OK;
}

static err digest_ad(const struct ad *ad, uint8_t out[static DIGEST])
{
    ENSURE(!ad->too_long, ERR_BUG, "too much beside a sealed box");
    ENSURE(crypto_generichash(out, DIGEST, ad->p, ad->n, NULL, 0) == 0, ERR_CRYPTO, "no digest");
    return ERR_OK;
}

err box_seal(mem *ctx, const struct box_public *to, const struct ad *ad, struct bytes plain,
             struct bytes *out)
{
    ENSURE(plain.n > 0 && plain.n <= SECRET_MAX - DIGEST, ERR_LIMIT, "too much for a sealed box");
    MEM_SCOPE(scope, NULL);
    struct secret_arena *arena;
    struct secret inside;
    TRY(secret_arena_new(scope, NULL, &arena));
    TRY(secret_new(arena, DIGEST + plain.n, &inside));
    TRY(digest_ad(ad, inside.p));
    memcpy(inside.p + DIGEST, plain.p, plain.n);
    uint8_t *p = talloc_size(ctx, inside.n + OVERHEAD);
    ENSURE_MEM(p);
    ENSURE(crypto_box_seal(p, inside.p, inside.n, to->p) == 0, ERR_INPUT,
           "a public key that nothing can be sealed to");
    *out = bytes_of(p, inside.n + OVERHEAD);
    return ERR_OK;
}

err box_open(struct secret_arena *arena, const struct box_pair *pair, const struct ad *ad,
             struct bytes sealed, struct secret *out)
{
    ENSURE(sealed.n > OVERHEAD + DIGEST, ERR_CRYPTO, "a sealed box that was cut");
    struct secret inside;
    uint8_t expected[DIGEST];
    TRY(digest_ad(ad, expected));
    TRY(secret_new(arena, sealed.n - OVERHEAD, &inside));
    ENSURE(crypto_box_seal_open(inside.p, sealed.p, sealed.n, pair->public_key.p,
                                pair->secret_key.p) == 0,
           ERR_CRYPTO, "a sealed box that does not open: it was changed, or is for another");
    ENSURE(sodium_memcmp(inside.p, expected, DIGEST) == 0, ERR_CRYPTO,
           "a sealed box that was made for another purpose");
    *out = secret_part(inside, DIGEST, inside.n - DIGEST);
    return ERR_OK;
}
