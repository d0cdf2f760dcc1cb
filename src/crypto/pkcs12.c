/* pkcs12.c - PKCS#12 by OpenSSL, with the algorithms named instead of left to its defaults. */
#include "crypto/pkcs12.h"

#include <string.h>

#include "base/text.h"
#include "crypto/openssl.h"

#define ROUNDS 600000
#define PKCS12_MOST ((size_t)64 << 10)

OSSL_SCOPE_DEFINE(PKCS12, PKCS12_free)

err pkcs12_write(mem *ctx, const struct private_key *key, const struct certificate *certificate,
                 const char *label, const char *passphrase, struct bytes *out)
{
    OSSL_QUIET();
    struct bytes words = bytes_text(passphrase);
    ENSURE(words.n >= PKCS12_PASSPHRASE_LEAST, ERR_INPUT, "the passphrase is too short");
    ENSURE(words.n <= PKCS12_PASSPHRASE_MOST, ERR_INPUT, "the passphrase is too long");
    ENSURE(text_valid_utf8(words), ERR_INPUT, "the passphrase is not UTF-8");
    ENSURE(certificate_fits(certificate, key), ERR_BUG,
           "key and certificate don't belong together");
    OSSL_SCOPE(PKCS12, file);
    file = PKCS12_create(passphrase, label, key->pkey, certificate->x509, NULL, NID_aes_256_cbc,
                         NID_aes_256_cbc, ROUNDS, -1, 0);
    ENSURE(file != NULL, openssl_failure(), "a PKCS#12 file can't be made");
    ENSURE(PKCS12_set_mac(file, passphrase, -1, NULL, 0, ROUNDS, EVP_sha256()) == 1, openssl_failure(),
           "a PKCS#12 file can't be given its check");
    int n = i2d_PKCS12(file, NULL);
    ENSURE(n > 0 && (size_t)n <= PKCS12_MOST, openssl_failure(), "a PKCS#12 file can't be written");
    unsigned char *der = talloc_size(ctx, (size_t)n), *p = der;
    ENSURE_MEM(der);
    ENSURE(i2d_PKCS12(file, &p) == n, openssl_failure(), "a PKCS#12 file can't be written");
    *out = bytes_of(der, (size_t)n);
    return ERR_OK;
}
