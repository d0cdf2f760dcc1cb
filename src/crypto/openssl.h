/* openssl.h - how certificate.c, cms.c and pkcs12.c handle OpenSSL: objects freed at the end of
 * their block, failures as our result type, the error queue left empty. Private to src/crypto/.
 */
#ifndef OPENTRM_CRYPTO_OPENSSL_H
#define OPENTRM_CRYPTO_OPENSSL_H

/* OpenSSL has a type of this name, base/err.h a value. */
#define ERR_STATE openssl_error_state
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/crypto.h>
#include <openssl/decoder.h>
#include <openssl/encoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#undef ERR_STATE

#include "base/refused.h"
#include "crypto/certificate.h"

struct private_key {
    EVP_PKEY *pkey;
};

struct certificate {
    X509 *x509;
    struct bytes der; /* what it was read from, or the same re-encoded */
    const char *name;
    msec from, until;
};

/* OSSL_SCOPE: a foreign object, NULL at first, given back when the block ends. */
#define OSSL_SCOPE(type, name) __attribute__((cleanup(type##_scope_end))) type *name = NULL
#define OSSL_SCOPE_DEFINE(type, give_back)                                                         \
    static inline void type##_scope_end(type **p) { give_back(*p); }
OSSL_SCOPE_DEFINE(EVP_PKEY, EVP_PKEY_free)
OSSL_SCOPE_DEFINE(EVP_PKEY_CTX, EVP_PKEY_CTX_free)
OSSL_SCOPE_DEFINE(EVP_MD_CTX, EVP_MD_CTX_free)
OSSL_SCOPE_DEFINE(X509, X509_free)
OSSL_SCOPE_DEFINE(BIO, BIO_free_all)

/* OSSL_QUIET: first line of every public function: whatever OpenSSL had to say is dropped when it
 * ends, so that no later call finds a stranger's error. */
static inline void openssl_quiet_end(const int *unused)
{
    (void)unused;
    ERR_clear_error();
}
static inline int openssl_quiet_begin(void)
{
    refused_forget();
    return 0;
}
#define OSSL_QUIET()                                                                               \
    __attribute__((cleanup(openssl_quiet_end), unused)) const int openssl_quiet =                  \
        openssl_quiet_begin()

/* openssl_failure: what a call of OpenSSL failed for: ERR_CRYPTO, or ERR_MEMORY. It matters: upon the
 * one a partner is told that a message does not verify, upon the other the work is done again.
 * OpenSSL's queue of errors names lack of memory only here and there. */
static inline enum err_kind openssl_failure(void)
{
    return refused() ? ERR_MEMORY : ERR_CRYPTO;
}

/* openssl_secure_start: OpenSSL's own guarded heap for the private numbers of RSA keys: locked,
 * kept out of core dumps, wiped. Called by crypto_start; again is harmless. */
err openssl_secure_start(void);

/* certificate_adopt: takes over x509 (also when it fails). */
err certificate_adopt(mem *ctx, X509 *x509, struct certificate **out);
/* private_key_adopt: takes over pkey (also when it fails). */
err private_key_adopt(mem *ctx, EVP_PKEY *pkey, struct private_key **out);

/* openssl_input: a read-only BIO over bytes; ERR_LIMIT over max. */
err openssl_input(struct bytes in, size_t max, BIO **out);
/* openssl_output: what was written into a memory BIO, copied to ctx; ERR_LIMIT over max. */
err openssl_output(mem *ctx, BIO *bio, size_t max, struct bytes *out);

#endif
