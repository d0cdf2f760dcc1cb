/* certificate.c - RSA keys and certificates by OpenSSL: reading, checking, showing. Making a
 * certificate is in certificate_make.c. */
#include "crypto/certificate.h"

#include <string.h>
#include <time.h>

#include "base/encode.h"
#include "base/text.h"
#include "crypto/openssl.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"

#define PEM_MOST ((size_t)64 << 10)

OSSL_SCOPE_DEFINE(OSSL_ENCODER_CTX, OSSL_ENCODER_CTX_free)
OSSL_SCOPE_DEFINE(OSSL_DECODER_CTX, OSSL_DECODER_CTX_free)

/* ---- private keys ---- */

static int private_key_end(struct private_key *key)
{
    EVP_PKEY_free(key->pkey);
    return 0;
}

static err rsa_check(const EVP_PKEY *pkey)
{
    ENSURE(pkey != NULL && EVP_PKEY_get_base_id(pkey) == EVP_PKEY_RSA, openssl_failure(),
           "only RSA keys are used");
    int bits = EVP_PKEY_get_bits(pkey);
    ENSURE(bits >= KEY_BITS_LEAST, openssl_failure(), "the RSA key is too short");
    ENSURE(bits <= KEY_BITS_MOST, openssl_failure(), "the RSA key is too long");
    return ERR_OK;
}

err private_key_adopt(mem *ctx, EVP_PKEY *pkey, struct private_key **out)
{
    OSSL_SCOPE(EVP_PKEY, mine);
    mine = pkey;
    TRY(rsa_check(mine));
    struct private_key *key = mem_new(ctx, struct private_key);
    ENSURE_MEM(key);
    key->pkey = mine;
    mine = NULL;
    talloc_set_destructor(key, private_key_end);
    *out = key;
    return ERR_OK;
}

err private_key_generate(mem *ctx, struct private_key **out)
{
    OSSL_QUIET();
    TRY(openssl_secure_start());
    EVP_PKEY *pkey = EVP_RSA_gen(KEY_BITS);
    ENSURE(pkey != NULL, openssl_failure(), "an RSA key could not be generated");
    return private_key_adopt(ctx, pkey, out);
}

/* OpenSSL's encoder writes into memory it is given, so no copy is left on its heap for us to wipe.
 */
static err key_encode(const struct private_key *key, const char *format, struct secret_arena *arena,
                      struct secret *out)
{
    OSSL_SCOPE(OSSL_ENCODER_CTX, encoder);
    encoder =
        OSSL_ENCODER_CTX_new_for_pkey(key->pkey, EVP_PKEY_KEYPAIR, format, "PrivateKeyInfo", NULL);
    ENSURE(encoder != NULL && OSSL_ENCODER_CTX_get_num_encoders(encoder) > 0, openssl_failure(),
           "a private key can't be written");
    /* 9/2 times the modulus, and a frame; PEM takes a third more and two lines. */
    size_t room = (size_t)EVP_PKEY_get_size(key->pkey) * 7 + 256, left = room;
    struct secret all = {0};
    TRY(secret_new(arena, room, &all));
    unsigned char *p = all.p;
    ENSURE(OSSL_ENCODER_to_data(encoder, &p, &left) == 1, openssl_failure(),
           "a private key can't be written");
    *out = secret_part(all, 0, room - left);
    return ERR_OK;
}

err private_key_write(const struct private_key *key, struct secret_arena *arena, struct secret *out)
{
    OSSL_QUIET();
    return key_encode(key, "DER", arena, out);
}

err private_key_write_pem(const struct private_key *key, struct secret_arena *arena,
                          struct secret *out)
{
    OSSL_QUIET();
    return key_encode(key, "PEM", arena, out);
}

static err key_decode(mem *ctx, struct bytes in, const char *format, struct private_key **out)
{
    TRY(openssl_secure_start());
    ENSURE(in.n > 0 && in.n <= PEM_MOST, ERR_LIMIT, "a private key of that size is refused");
    EVP_PKEY *pkey = NULL;
    OSSL_SCOPE(OSSL_DECODER_CTX, decoder);
    decoder = OSSL_DECODER_CTX_new_for_pkey(&pkey, format, "PrivateKeyInfo", "RSA",
                                            EVP_PKEY_KEYPAIR, NULL, NULL);
    ENSURE_MEM(decoder);
    const unsigned char *p = in.p;
    size_t left = in.n;
    int done = OSSL_DECODER_from_data(decoder, &p, &left);
    OSSL_SCOPE(EVP_PKEY, mine);
    mine = pkey;
    ENSURE(done == 1 && pkey != NULL, openssl_failure(), "not a private RSA key");
    ENSURE(left == 0, ERR_CRYPTO, "something stands behind the private key");
    mine = NULL;
    return private_key_adopt(ctx, pkey, out);
}

err private_key_read(mem *ctx, struct bytes der, struct private_key **out)
{
    OSSL_QUIET();
    return key_decode(ctx, der, "DER", out);
}

err private_key_read_pem(mem *ctx, struct bytes pem, struct private_key **out)
{
    OSSL_QUIET();
    return key_decode(ctx, pem, "PEM", out);
}

err private_key_sign(mem *ctx, const struct private_key *key, struct bytes in, struct bytes *out)
{
    OSSL_QUIET();
    OSSL_SCOPE(EVP_MD_CTX, md);
    md = EVP_MD_CTX_new();
    ENSURE_MEM(md);
    size_t n = (size_t)EVP_PKEY_get_size(key->pkey);
    uint8_t *p = talloc_size(ctx, n);
    ENSURE_MEM(p);
    ENSURE(EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, key->pkey) == 1 &&
               EVP_DigestSign(md, p, &n, in.p, in.n) == 1,
           openssl_failure(), "could not sign");
    *out = bytes_of(p, n);
    return ERR_OK;
}

err certificate_verify(const struct certificate *certificate, struct bytes in,
                       struct bytes signature)
{
    OSSL_QUIET();
    OSSL_SCOPE(EVP_MD_CTX, md);
    md = EVP_MD_CTX_new();
    ENSURE_MEM(md);
    EVP_PKEY *public = X509_get0_pubkey(certificate->x509);
    ENSURE(EVP_DigestVerifyInit(md, NULL, EVP_sha256(), NULL, public) == 1 &&
               EVP_DigestVerify(md, signature.p, signature.n, in.p, in.n) == 1,
           openssl_failure(), "the signature does not verify");
    return ERR_OK;
}

/* ---- certificates ---- */

static int certificate_end(struct certificate *certificate)
{
    X509_free(certificate->x509);
    return 0;
}

static err time_of(const ASN1_TIME *time, msec *out)
{
    struct tm tm;
    ENSURE(ASN1_TIME_to_tm(time, &tm) == 1, openssl_failure(), "a certificate has a malformed time");
    *out = (msec)timegm(&tm) * MSEC_SECOND;
    return ERR_OK;
}

static err common_name(mem *ctx, const X509 *x509, const char **out)
{
    const X509_NAME *subject = X509_get_subject_name(x509);
    int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at < 0) {
        *out = "";
        return ERR_OK;
    }
    unsigned char *utf8 = NULL;
    int n = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    struct bytes text = bytes_of(utf8, n < 0 ? 0 : (size_t)n);
    const char *name = NULL;
    err e =
        n < 0 ? ERR_MAKE(openssl_failure(), "a certificate has a malformed name") : text_check(text, 1024);
    if (!err_failed(e)) e = bytes_string(ctx, text, &name);
    OPENSSL_free(utf8);
    TRY(e);
    *out = name;
    return ERR_OK;
}

/* A certificate whose own signature is by a broken hash says that its maker is not up to date:
 * refused, though it is trusted by pinning. */
static err digest_check(X509 *x509)
{
    int digest = NID_undef;
    ENSURE(X509_get_signature_info(x509, &digest, NULL, NULL, NULL) == 1 &&
               (digest == NID_sha256 || digest == NID_sha384 || digest == NID_sha512),
           openssl_failure(), "a certificate is signed with an outdated hash");
    return ERR_OK;
}

err certificate_adopt(mem *ctx, X509 *x509, struct certificate **out)
{
    OSSL_SCOPE(X509, mine);
    mine = x509;
    TRY(rsa_check(X509_get0_pubkey(mine)));
    TRY(digest_check(mine));
    /* Reads the extensions, once and for all; a certificate whose use is not known has none. */
    ENSURE(X509_check_purpose(mine, -1, 0) == 1, openssl_failure(),
           "a certificate has malformed extensions");
    MEM_SCOPE(scope, ctx);
    struct certificate *certificate = mem_new(scope, struct certificate);
    ENSURE_MEM(certificate);
    TRY(time_of(X509_get0_notBefore(mine), &certificate->from));
    TRY(time_of(X509_get0_notAfter(mine), &certificate->until));
    TRY(common_name(certificate, mine, &certificate->name));
    int n = i2d_X509(mine, NULL);
    ENSURE(n > 0, openssl_failure(), "a certificate can't be written");
    ENSURE(n <= CERTIFICATE_DER_MOST, ERR_LIMIT, "a certificate is too large");
    unsigned char *der = talloc_size(certificate, (size_t)n), *p = der;
    ENSURE_MEM(der);
    ENSURE(i2d_X509(mine, &p) == n, openssl_failure(), "a certificate can't be written");
    certificate->der = bytes_of(der, (size_t)n);
    certificate->x509 = mine;
    mine = NULL;
    talloc_set_destructor(certificate, certificate_end);
    *out = talloc_steal(ctx, certificate);
    return ERR_OK;
}

err certificate_read(mem *ctx, struct bytes der, struct certificate **out)
{
    OSSL_QUIET();
    ENSURE(der.n > 0 && der.n <= CERTIFICATE_DER_MOST, ERR_LIMIT,
           "a certificate of that size is refused");
    const unsigned char *p = der.p;
    X509 *x509 = d2i_X509(NULL, &p, (long)der.n);
    ENSURE(x509 != NULL, openssl_failure(), "not a certificate");
    MEM_SCOPE(scope, ctx);
    struct certificate *certificate = NULL;
    TRY(certificate_adopt(scope, x509, &certificate));
    /* Anything but DER, or something behind it, would give one certificate two fingerprints. */
    ENSURE(bytes_equal(certificate->der, der), ERR_CRYPTO, "a certificate is not plain DER");
    *out = talloc_steal(ctx, certificate);
    return ERR_OK;
}

err certificate_read_pem(mem *ctx, struct bytes pem, struct certificate **out)
{
    OSSL_QUIET();
    OSSL_SCOPE(BIO, in);
    TRY(openssl_input(pem, PEM_MOST, &in));
    char *name = NULL, *header = NULL;
    unsigned char *der = NULL;
    long n = 0;
    ENSURE(PEM_read_bio(in, &name, &header, &der, &n) == 1, openssl_failure(), "not a PEM file");
    err e = ERR_OK;
    if (strcmp(name, PEM_STRING_X509) != 0)
        e = ERR_MAKE(ERR_CRYPTO, "not a certificate in PEM");
    else
        e = certificate_read(ctx, bytes_of(der, (size_t)n), out);
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(der);
    return e;
}

err certificate_write_pem(mem *ctx, const struct certificate *certificate, const char **out)
{
    OSSL_QUIET();
    OSSL_SCOPE(BIO, bio);
    bio = BIO_new(BIO_s_mem());
    ENSURE_MEM(bio);
    ENSURE(PEM_write_bio_X509(bio, certificate->x509) == 1, openssl_failure(),
           "a certificate can't be written");
    struct bytes text = {0};
    TRY(openssl_output(ctx, bio, PEM_MOST, &text));
    *out = (const char *)text.p;
    return ERR_OK;
}

struct bytes certificate_der(const struct certificate *certificate) { return certificate->der; }

bool certificate_same(const struct certificate *a, const struct certificate *b)
{
    return bytes_equal(a->der, b->der);
}

msec certificate_from(const struct certificate *certificate) { return certificate->from; }
msec certificate_until(const struct certificate *certificate) { return certificate->until; }
const char *certificate_name(const struct certificate *certificate) { return certificate->name; }

err certificate_check(const struct certificate *certificate, enum certificate_purpose purpose,
                      msec at)
{
    OSSL_QUIET();
    static const uint32_t wanted[] = {
        [CERTIFICATE_SIGNING] = KU_DIGITAL_SIGNATURE,
        [CERTIFICATE_DECRYPTION] = KU_KEY_ENCIPHERMENT,
        [CERTIFICATE_NODE] = KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT,
    };
    ENSURE(at >= certificate->from, ERR_CRYPTO, "the certificate is not valid yet");
    /* notAfter names the last second that is still valid (RFC 5280 §4.1.2.5). */
    ENSURE(at < certificate->until + MSEC_SECOND, ERR_CRYPTO, "the certificate has expired");
    uint32_t usage = X509_get_key_usage(certificate->x509);
    ENSURE((usage & wanted[purpose]) == wanted[purpose], openssl_failure(),
           "the certificate is not for this use");
    return ERR_OK;
}

bool certificate_fits(const struct certificate *certificate, const struct private_key *key)
{
    OSSL_QUIET();
    return X509_check_private_key(certificate->x509, key->pkey) == 1;
}

/* ---- fingerprints ---- */

void certificate_fingerprint(const struct certificate *certificate,
                             char out[static FINGERPRINT_ROOM])
{
    _Static_assert(FINGERPRINT_ROOM == SHA256_HEX_ROOM, "the same text");
    sha256_hex(certificate->der, out);
}

void digest_spoken(const uint8_t digest[static SHA256_SIZE], char out[static SPOKEN_ROOM])
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"; /* RFC 4648 §6 */
    size_t at = 0;
    for (unsigned i = 0; i < 30; i++) {
        unsigned bit = i * 5;
        unsigned two = (unsigned)digest[bit / 8] << 8 | digest[bit / 8 + 1];
        if (i > 0 && i % 3 == 0) out[at++] = '-';
        out[at++] = alphabet[two >> (11 - bit % 8) & 31];
    }
    out[at] = '\0';
}

void certificate_spoken(const struct certificate *certificate, char out[static SPOKEN_ROOM])
{
    uint8_t digest[SHA256_SIZE];
    sha256(certificate->der, digest);
    digest_spoken(digest, out);
}

err certificate_pin(mem *ctx, const struct certificate *certificate, const char **out)
{
    OSSL_QUIET();
    unsigned char *der = NULL;
    int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate->x509), &der);
    ENSURE(n > 0, openssl_failure(), "a public key can't be written");
    uint8_t digest[SHA256_SIZE];
    sha256(bytes_of(der, (size_t)n), digest);
    OPENSSL_free(der);
    MEM_SCOPE(scope, ctx);
    const char *text = NULL;
    TRY(encode_base64(scope, bytes_of(digest, sizeof digest), &text));
    const char *pin = talloc_asprintf(ctx, "sha256//%s", text);
    ENSURE_MEM(pin);
    *out = pin;
    return ERR_OK;
}
