/* aead.c - seal and open. */
#include "crypto/aead.h"

#include <sodium.h>
#include <string.h>

enum {
    FORMAT = 1,
    NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
};
_Static_assert(AEAD_OVERHEAD == 1 + NONCE + TAG, "the overhead in the header");
_Static_assert(KEY_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "keys of 32 bytes");

static void ad_item(struct ad *ad, char type, const void *p, size_t n)
{
    if (ad->too_long || n > sizeof ad->p || ad->n + 5 + n > sizeof ad->p) {
        ad->too_long = true;
        return;
    }
    uint8_t *at = ad->p + ad->n;
    at[0] = (uint8_t)type;
    for (int i = 0; i < 4; i++) at[1 + i] = (uint8_t)(n >> (24 - 8 * i));
    if (n > 0) memcpy(at + 5, p, n);
    ad->n += 5 + n;
}

void ad_start(struct ad *ad, const char *label)
{
    ad->n = 0;
    ad->too_long = false;
    ad_item(ad, 'l', label, strlen(label));
}

void ad_text(struct ad *ad, const char *text)
{
    ad_item(ad, 't', text, text == NULL ? 0 : strlen(text));
}

void ad_number(struct ad *ad, int64_t number)
{
    uint8_t b[8];
    for (int i = 0; i < 8; i++) b[i] = (uint8_t)((uint64_t)number >> (56 - 8 * i));
    ad_item(ad, 'n', b, sizeof b);
}

void ad_bytes(struct ad *ad, struct bytes in) { ad_item(ad, 'b', in.p, in.n); }

err aead_seal(mem *ctx, struct secret key, const struct ad *ad, struct bytes plain,
              struct bytes *out)
{
    ENSURE(key.n == KEY_SIZE && !ad->too_long, ERR_BUG,
           "sealed with a wrong key or too much beside it");
    ENSURE(plain.n <= SIZE_MAX / 2, ERR_LIMIT, "too much to seal");
    uint8_t *p = talloc_size(ctx, plain.n + AEAD_OVERHEAD);
    ENSURE_MEM(p);
    p[0] = FORMAT;
    randombytes_buf(p + 1, NONCE);
    unsigned long long n = 0;
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(p + 1 + NONCE, &n, plain.p, plain.n, ad->p,
                                                     ad->n, NULL, p + 1, key.p); /* cannot fail */
    *out = bytes_of(p, 1 + NONCE + (size_t)n);
    return ERR_OK;
}

static err open_into(struct secret key, const struct ad *ad, struct bytes sealed, uint8_t *plain)
{
    ENSURE(key.n == KEY_SIZE && !ad->too_long, ERR_BUG,
           "opened with a wrong key or too much beside it");
    ENSURE(sealed.p[0] == FORMAT, ERR_CRYPTO, "a ciphertext of an unknown format");
    unsigned long long n = 0;
    ENSURE(crypto_aead_xchacha20poly1305_ietf_decrypt(plain, &n, NULL, sealed.p + 1 + NONCE,
                                                      sealed.n - 1 - NONCE, ad->p, ad->n,
                                                      sealed.p + 1, key.p) == 0,
           ERR_CRYPTO, "this does not open: it was changed, or the key is another");
    return ERR_OK;
}

err aead_open(mem *ctx, struct secret key, const struct ad *ad, struct bytes sealed,
              struct bytes *out)
{
    ENSURE(sealed.n >= AEAD_OVERHEAD, ERR_CRYPTO, "a ciphertext that was cut");
    size_t n = sealed.n - AEAD_OVERHEAD;
    uint8_t *p = talloc_size(ctx, n + 1);
    ENSURE_MEM(p);
    err e = open_into(key, ad, sealed, p);
    if (err_failed(e)) {
        (void)talloc_free(p);
        return e;
    }
    p[n] = 0;
    *out = bytes_of(p, n);
    return ERR_OK;
}

err aead_open_secret(struct secret_arena *arena, struct secret key, const struct ad *ad,
                     struct bytes sealed, struct secret *out)
{
    ENSURE(sealed.n > AEAD_OVERHEAD, ERR_CRYPTO, "a ciphertext that was cut");
    struct secret s;
    TRY(secret_new(arena, sealed.n - AEAD_OVERHEAD, &s));
    TRY(open_into(key, ad, sealed, s.p));
    *out = s;
    return ERR_OK;
}
