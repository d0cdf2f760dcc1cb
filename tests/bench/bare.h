/* bare.h - for the benches of crossings: CPU time, and the OpenSSL calls that nobody could do without, alone.
 */
#ifndef OPENTRM_TESTS_BARE_H
#define OPENTRM_TESTS_BARE_H

#include <time.h>

#include "crypto/openssl.h"
#include "crypto/sha256.h"

static inline double cpu_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static inline void bare_sign_verify(const struct private_key *key, struct bytes in)
{
    uint8_t signature[KEY_BITS / 8];
    size_t n = sizeof signature;
    OSSL_SCOPE(EVP_MD_CTX, sign);
    OSSL_SCOPE(EVP_MD_CTX, verify);
    sign = EVP_MD_CTX_new();
    verify = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestSignInit(sign, NULL, EVP_sha256(), NULL, key->pkey), 1);
    assert_int_equal(EVP_DigestSign(sign, signature, &n, in.p, in.n), 1);
    assert_int_equal(EVP_DigestVerifyInit(verify, NULL, EVP_sha256(), NULL, key->pkey), 1);
    assert_int_equal(EVP_DigestVerify(verify, signature, n, in.p, in.n), 1);
}

/* Key transport: seals a key, or opens what was sealed last. */
static inline void bare_key(const struct private_key *key, bool seal)
{
    static uint8_t sealed[KEY_BITS / 8];
    uint8_t secret[32] = {0}, opened[KEY_BITS / 8];
    size_t n = sizeof sealed;
    OSSL_SCOPE(EVP_PKEY_CTX, to);
    to = EVP_PKEY_CTX_new(key->pkey, NULL);
    assert_int_equal(seal ? EVP_PKEY_encrypt_init(to) : EVP_PKEY_decrypt_init(to), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(to, RSA_PKCS1_OAEP_PADDING), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_oaep_md(to, EVP_sha256()), 1);
    if (seal) assert_int_equal(EVP_PKEY_encrypt(to, sealed, &n, secret, sizeof secret), 1);
    else assert_int_equal(EVP_PKEY_decrypt(to, opened, &n, sealed, sizeof sealed), 1);
}

static inline void bare_gcm(mem *ctx, struct bytes in, int encrypt)
{
    uint8_t key[32] = {0}, nonce[12] = {0}, *out = talloc_size(ctx, in.n + 1);
    int n = 0;
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    assert_int_equal(EVP_CipherInit_ex(cipher, EVP_aes_256_gcm(), NULL, key, nonce, encrypt), 1);
    assert_int_equal(EVP_CipherUpdate(cipher, out, &n, in.p, (int)in.n), 1);
    EVP_CIPHER_CTX_free(cipher);
}

#endif
