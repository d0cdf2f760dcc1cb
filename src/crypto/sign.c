/* sign.c - detached signatures with a label in front. */
#include "crypto/sign.h"

#include <sodium.h>
#include <string.h>

enum { MESSAGE_MAX = 1024 * 1024 };

err sign_pair_from_seed(struct secret_arena *arena, struct secret seed, struct sign_pair *out)
{
    ENSURE(seed.n == crypto_sign_SEEDBYTES, ERR_BUG, "a seed of a wrong size");
    struct sign_pair pair;
    TRY(secret_new(arena, crypto_sign_SECRETKEYBYTES, &pair.secret_key));
    ENSURE(crypto_sign_seed_keypair(pair.public_key.p, pair.secret_key.p, seed.p) == 0, ERR_CRYPTO,
           "a key pair can't be made");
    *out = pair;
    return ERR_OK;
}

static err labelled(mem *ctx, const char *label, struct bytes message, struct bytes *out)
{
    size_t n = strlen(label);
    ENSURE(n > 0 && n < 256, ERR_BUG, "a label of impossible length");
    ENSURE(message.n <= MESSAGE_MAX, ERR_LIMIT, "too much to sign");
    uint8_t *p = talloc_size(ctx, 1 + n + message.n);
    ENSURE_MEM(p);
    p[0] = (uint8_t)n;
    memcpy(p + 1, label, n);
    if (message.n > 0) memcpy(p + 1 + n, message.p, message.n);
    *out = bytes_of(p, 1 + n + message.n);
    return ERR_OK;
}

err sign_message(const struct sign_pair *pair, const char *label, struct bytes message,
                 struct signature *out)
{
    MEM_SCOPE(scope, NULL);
    struct bytes all;
    TRY(labelled(scope, label, message, &all));
    ENSURE(crypto_sign_detached(out->p, NULL, all.p, all.n, pair->secret_key.p) == 0, ERR_CRYPTO,
           "this can't be signed");
    return ERR_OK;
}

err sign_verify(const struct sign_public *by, const char *label, struct bytes message,
                const struct signature *signature)
{
    MEM_SCOPE(scope, NULL);
    struct bytes all;
    TRY(labelled(scope, label, message, &all));
    ENSURE(crypto_sign_verify_detached(signature->p, all.p, all.n, by->p) == 0, ERR_CRYPTO,
           "a signature that does not verify");
    return ERR_OK;
}
