/* cms.c - CMS by OpenSSL, fenced by cms_shape. */
#include "crypto/cms.h"

#include <string.h>
#include <time.h>

#include "crypto/cms_shape.h"
#include "crypto/openssl.h"

#define PEM_NAME "CMS"

OSSL_SCOPE_DEFINE(CMS_ContentInfo, CMS_ContentInfo_free)
OSSL_SCOPE_DEFINE(ASN1_TIME, ASN1_TIME_free)

/* A stack that owns nothing: its certificates belong to the caller. */
typedef STACK_OF(X509) x509_stack;
static void x509_stack_give_back(x509_stack *stack) { sk_X509_free(stack); }
OSSL_SCOPE_DEFINE(x509_stack, x509_stack_give_back)

static err cms_write(mem *ctx, CMS_ContentInfo *cms, struct bytes *out)
{
    int n = i2d_CMS_ContentInfo(cms, NULL);
    ENSURE(n > 0, openssl_failure(), "a CMS object can't be written");
    ENSURE((size_t)n <= CMS_MOST, ERR_LIMIT, "a CMS object is larger than allowed");
    unsigned char *der = talloc_size(ctx, (size_t)n), *p = der;
    ENSURE_MEM(der);
    ENSURE(i2d_CMS_ContentInfo(cms, &p) == n, openssl_failure(), "a CMS object can't be written");
    *out = bytes_of(der, (size_t)n);
    return ERR_OK;
}

static err cms_parse(struct bytes der, CMS_ContentInfo **out)
{
    ENSURE(der.n > 0 && der.n <= CMS_MOST, ERR_LIMIT, "a CMS object of that size is refused");
    const unsigned char *p = der.p;
    OSSL_SCOPE(CMS_ContentInfo, cms);
    cms = d2i_CMS_ContentInfo(NULL, &p, (long)der.n);
    ENSURE(cms != NULL, openssl_failure(), "not a CMS object");
    ENSURE(p == der.p + der.n, ERR_CRYPTO, "something stands behind a CMS object");
    *out = cms;
    cms = NULL;
    return ERR_OK;
}

/* ---- signing ---- */

static err signing_time_add(CMS_SignerInfo *signer, msec at)
{
    OSSL_SCOPE(ASN1_TIME, time);
    /* UTCTime until 2049, GeneralizedTime from 2050 (RFC 5652 §11.3). */
    time = ASN1_TIME_set(NULL, (time_t)(at / MSEC_SECOND));
    ENSURE(time != NULL, refused() ? ERR_MEMORY : ERR_INPUT, "not a time that can be signed");
    ENSURE(CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_signingTime, ASN1_STRING_type(time), time,
                                       -1) == 1,
           openssl_failure(), "a signature can't be given its time");
    return ERR_OK;
}

static err sign(mem *ctx, struct bytes content, const struct private_key *key,
                const struct certificate *certificate, msec at, unsigned detached,
                struct bytes *out)
{
    ENSURE(certificate_fits(certificate, key), ERR_BUG,
           "key and certificate don't belong together");
    TRY(certificate_check(certificate, CERTIFICATE_SIGNING, at));
    OSSL_SCOPE(BIO, in);
    TRY(openssl_input(content, CMS_BESIDE_MOST, &in));
    unsigned flags = CMS_BINARY | CMS_PARTIAL | CMS_NOSMIMECAP | detached;
    OSSL_SCOPE(CMS_ContentInfo, cms);
    cms = CMS_sign(NULL, NULL, NULL, NULL, flags);
    ENSURE_MEM(cms);
    CMS_SignerInfo *signer =
        CMS_add1_signer(cms, certificate->x509, key->pkey, EVP_sha256(), flags);
    ENSURE(signer != NULL, openssl_failure(), "could not sign");
    TRY(signing_time_add(signer, at));
    ENSURE(CMS_final(cms, in, NULL, flags) == 1, openssl_failure(), "could not sign");
    return cms_write(ctx, cms, out);
}

err cms_sign(mem *ctx, struct bytes content, const struct private_key *key,
             const struct certificate *certificate, msec at, struct bytes *out)
{
    OSSL_QUIET();
    ENSURE(content.n <= CMS_CONTENT_MOST, ERR_LIMIT, "more than can be signed");
    return sign(ctx, content, key, certificate, at, 0, out);
}

err cms_sign_detached(mem *ctx, struct bytes content, const struct private_key *key,
                      const struct certificate *certificate, msec at, struct bytes *out)
{
    OSSL_QUIET();
    return sign(ctx, content, key, certificate, at, CMS_DETACHED, out);
}

/* ---- verifying ---- */

static msec signing_time(CMS_SignerInfo *signer)
{
    const ASN1_OBJECT *type = OBJ_nid2obj(NID_pkcs9_signingTime);
    const ASN1_TIME *time = CMS_signed_get0_data_by_OBJ(signer, type, -3, V_ASN1_UTCTIME);
    if (time == NULL) time = CMS_signed_get0_data_by_OBJ(signer, type, -3, V_ASN1_GENERALIZEDTIME);
    struct tm tm;
    if (time == NULL || ASN1_TIME_to_tm(time, &tm) != 1) return 0;
    return (msec)timegm(&tm) * MSEC_SECOND;
}

/* The signature of `cms` (already of the right shape) by `expected` over the content: its own if
 * `detached` is NULL. */
static err signature_check(CMS_ContentInfo *cms, BIO *detached, const struct certificate *expected,
                           msec *signed_at)
{
    OSSL_SCOPE(x509_stack, only);
    only = sk_X509_new_null();
    ENSURE_MEM(only);
    ENSURE(sk_X509_push(only, expected->x509) > 0, ERR_MEMORY, "out of memory");
    /* The signer is looked for among `only` alone (NOINTERN); its trust is that it was pinned. */
    unsigned flags = CMS_BINARY | CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY;
    ENSURE(CMS_verify(cms, only, NULL, detached, NULL, flags) == 1, openssl_failure(),
           "the signature does not verify");
    STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(cms);
    ENSURE(sk_CMS_SignerInfo_num(signers) == 1, ERR_CRYPTO, "not signed by one");
    msec at = signing_time(sk_CMS_SignerInfo_value(signers, 0));
    ENSURE(at > 0, openssl_failure(), "a signature has a malformed time");
    if (signed_at != NULL) *signed_at = at;
    return ERR_OK;
}

/* The signer or recipient must be named exactly as in the certificate: OpenSSL compares the names
 * of issuers without regard to case, and there would be bytes that don't matter. */
static err name_check(const struct cms_name *name, const struct certificate *certificate)
{
    unsigned char issuer_serial[CERTIFICATE_DER_MOST], *p = issuer_serial;
    if (name->key_id.n > 0) {
        const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(certificate->x509);
        ENSURE(id != NULL && bytes_equal(name->key_id, bytes_of(ASN1_STRING_get0_data(id),
                                                                (size_t)ASN1_STRING_length(id))),
               openssl_failure(), "another key is named than the expected one");
        return ERR_OK;
    }
    /* Both are parts of a certificate that fits. */
    int issuer = i2d_X509_NAME(X509_get_issuer_name(certificate->x509), &p);
    int serial = i2d_ASN1_INTEGER(X509_get0_serialNumber(certificate->x509), &p);
    ENSURE(issuer > 0 && serial > 0, openssl_failure(), "a certificate can't be written");
    ENSURE(
        bytes_equal(name->issuer_serial, bytes_of(issuer_serial, (size_t)issuer + (size_t)serial)),
        openssl_failure(), "another certificate is named than the expected one");
    return ERR_OK;
}

static err expected_check(const struct cms_signed_shape *shape, const struct certificate *expected,
                          msec at)
{
    TRY(certificate_check(expected, CERTIFICATE_SIGNING, at));
    ENSURE(shape->certificate.n == 0 || bytes_equal(shape->certificate, expected->der), openssl_failure(),
           "signed with another certificate than the expected one");
    return name_check(&shape->signer, expected);
}

err cms_verify(struct bytes in, const struct certificate *expected, msec at, struct bytes *content,
               msec *signed_at)
{
    OSSL_QUIET();
    ENSURE(in.n <= CMS_MOST, ERR_LIMIT, "a CMS object of that size is refused");
    struct cms_signed_shape shape = {0};
    TRY(cms_shape_signed(in, &shape));
    ENSURE(shape.has_content, ERR_CRYPTO, "a signature without its content");
    TRY(expected_check(&shape, expected, at));
    OSSL_SCOPE(CMS_ContentInfo, cms);
    TRY(cms_parse(in, &cms));
    TRY(signature_check(cms, NULL, expected, signed_at));
    *content = shape.content;
    return ERR_OK;
}

err cms_verify_detached(struct bytes in, struct bytes content, const struct certificate *expected,
                        msec at, msec *signed_at)
{
    OSSL_QUIET();
    ENSURE(in.n <= CMS_SIGNATURE_MOST, ERR_LIMIT, "a signature of that size is refused");
    MEM_SCOPE(scope, NULL);
    ENSURE_MEM(scope);
    struct bytes der = {0};
    TRY(cms_shape_definite(scope, in, CMS_SIGNATURE_MOST, &der));
    struct cms_signed_shape shape = {0};
    TRY(cms_shape_signed(der, &shape));
    ENSURE(!shape.has_content, ERR_CRYPTO, "a detached signature with content inside");
    TRY(expected_check(&shape, expected, at));
    OSSL_SCOPE(CMS_ContentInfo, cms);
    TRY(cms_parse(der, &cms));
    OSSL_SCOPE(BIO, beside);
    TRY(openssl_input(content, CMS_BESIDE_MOST, &beside));
    return signature_check(cms, beside, expected, signed_at);
}

err cms_certificate(mem *ctx, struct bytes in, struct certificate **out)
{
    OSSL_QUIET();
    ENSURE(in.n <= CMS_MOST, ERR_LIMIT, "a CMS object of that size is refused");
    struct cms_signed_shape shape = {0};
    TRY(cms_shape_signed(in, &shape));
    ENSURE(shape.certificate.n > 0, ERR_CRYPTO, "the signature encloses no certificate");
    return certificate_read(ctx, shape.certificate, out);
}

/* ---- sealing ---- */

static err oaep_set(CMS_RecipientInfo *recipient)
{
    EVP_PKEY_CTX *key = CMS_RecipientInfo_get0_pkey_ctx(recipient);
    ENSURE(key != NULL && EVP_PKEY_CTX_set_rsa_padding(key, RSA_PKCS1_OAEP_PADDING) == 1 &&
               EVP_PKEY_CTX_set_rsa_oaep_md(key, EVP_sha256()) == 1 &&
               EVP_PKEY_CTX_set_rsa_mgf1_md(key, EVP_sha256()) == 1,
           openssl_failure(), "RSA-OAEP can't be used");
    return ERR_OK;
}

err cms_seal(mem *ctx, struct bytes content, const struct certificate *recipient, msec at,
             struct bytes *out)
{
    OSSL_QUIET();
    TRY(certificate_check(recipient, CERTIFICATE_DECRYPTION, at));
    OSSL_SCOPE(BIO, in);
    TRY(openssl_input(content, CMS_CONTENT_MOST, &in));
    OSSL_SCOPE(CMS_ContentInfo, cms);
    cms = CMS_AuthEnvelopedData_create(EVP_aes_256_gcm());
    ENSURE(cms != NULL && CMS_set_detached(cms, 0) == 1, openssl_failure(), "could not seal");
    CMS_RecipientInfo *one =
        CMS_add1_recipient_cert(cms, recipient->x509, CMS_KEY_PARAM | CMS_USE_KEYID);
    ENSURE(one != NULL, openssl_failure(), "could not seal to this certificate");
    TRY(oaep_set(one));
    ENSURE(CMS_final(cms, in, NULL, CMS_BINARY) == 1, openssl_failure(), "could not seal");
    return cms_write(ctx, cms, out);
}

err cms_open(mem *ctx, struct bytes in, const struct private_key *key,
             const struct certificate *certificate, struct bytes *content)
{
    OSSL_QUIET();
    ENSURE(certificate_fits(certificate, key), ERR_BUG,
           "key and certificate don't belong together");
    ENSURE(in.n <= CMS_MOST, ERR_LIMIT, "a CMS object of that size is refused");
    struct cms_name name = {0};
    TRY(cms_shape_sealed(in, &name));
    TRY(name_check(&name, certificate));
    OSSL_SCOPE(CMS_ContentInfo, cms);
    TRY(cms_parse(in, &cms));
    OSSL_SCOPE(BIO, plain);
    plain = BIO_new(BIO_s_mem());
    ENSURE_MEM(plain);
    /* Nothing leaves before the tag has been checked. */
    ENSURE(CMS_decrypt(cms, key->pkey, certificate->x509, NULL, plain, CMS_BINARY) == 1, openssl_failure(),
           "could not be opened: sealed to another key, or damaged");
    return openssl_output(ctx, plain, CMS_CONTENT_MOST, content);
}

err cms_mail_seal(mem *ctx, struct bytes content, const struct certificate *const *recipients,
                  size_t n, msec at, struct bytes *out)
{
    OSSL_QUIET();
    ENSURE(n >= 1 && n <= CMS_RECIPIENTS_MOST, ERR_INPUT, "one to sixteen recipients");
    OSSL_SCOPE(x509_stack, all);
    all = sk_X509_new_null();
    ENSURE_MEM(all);
    for (size_t i = 0; i < n; i++) {
        TRY(certificate_check(recipients[i], CERTIFICATE_DECRYPTION, at));
        ENSURE(sk_X509_push(all, recipients[i]->x509) > 0, ERR_MEMORY, "out of memory");
    }
    OSSL_SCOPE(BIO, in);
    TRY(openssl_input(content, CMS_CONTENT_MOST, &in));
    OSSL_SCOPE(CMS_ContentInfo, cms);
    cms = CMS_encrypt(all, in, EVP_aes_256_cbc(), CMS_BINARY);
    ENSURE(cms != NULL, openssl_failure(), "could not seal for mail");
    return cms_write(ctx, cms, out);
}

/* ---- armour ---- */

err cms_pem(mem *ctx, struct bytes der, const char **out)
{
    OSSL_QUIET();
    ENSURE(der.n <= CMS_MOST, ERR_LIMIT, "a CMS object is larger than allowed");
    OSSL_SCOPE(BIO, bio);
    bio = BIO_new(BIO_s_mem());
    ENSURE_MEM(bio);
    ENSURE(PEM_write_bio(bio, PEM_NAME, "", der.p, (long)der.n) > 0, openssl_failure(),
           "a CMS object can't be written");
    struct bytes text = {0};
    TRY(openssl_output(ctx, bio, CMS_MOST * 2, &text));
    *out = (const char *)text.p;
    return ERR_OK;
}

err cms_unpem(mem *ctx, struct bytes pem, struct bytes *der)
{
    OSSL_QUIET();
    OSSL_SCOPE(BIO, in);
    TRY(openssl_input(pem, CMS_MOST * 2, &in));
    char *name = NULL, *header = NULL;
    unsigned char *data = NULL;
    long n = 0;
    ENSURE(PEM_read_bio(in, &name, &header, &data, &n) == 1, openssl_failure(), "not a PEM file");
    err e = strcmp(name, PEM_NAME) == 0 && header[0] == '\0'
                ? bytes_copy(ctx, bytes_of(data, (size_t)n), der)
                : ERR_MAKE(openssl_failure(), "not a CMS object in PEM");
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(data);
    return e;
}
