/* Certificates and CMS: what we make opens and verifies, and nothing else does. */
#include "cm.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "crypto/cms.h"
#include "crypto/openssl.h"
#include "crypto/pkcs12.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"

#define NOW ((msec)1795500000000) /* 2026-11-24 */
#define YEAR (365 * MSEC_DAY)

static mem *all;
static struct private_key *key_a, *key_b;
static struct certificate *sign_a, *sign_b, *seal_b, *node_a, *old_a, *old_b;

static void make(const struct private_key *key, enum certificate_purpose purpose, msec from,
                 msec until, struct certificate **out)
{
    const char *hosts[] = {"it.localhost", "127.0.0.1", "::1", NULL};
    struct certificate_wish wish = {
        .purpose = purpose,
        .name = "Shelter Ëndrra",
        .unit = "identity",
        .country = "AL",
        .email = purpose == CERTIFICATE_NODE ? NULL : "intake@example.org",
        .hosts = purpose == CERTIFICATE_NODE ? hosts : NULL,
        .from = from,
        .until = until,
    };
    OK(certificate_make(all, &wish, key, out));
}

static int setup(void **state)
{
    (void)state;
    OK(crypto_start());
    all = talloc_new(NULL);
    OK(private_key_generate(all, &key_a));
    OK(private_key_generate(all, &key_b));
    make(key_a, CERTIFICATE_SIGNING, NOW - MSEC_DAY, NOW + YEAR, &sign_a);
    make(key_b, CERTIFICATE_SIGNING, NOW - MSEC_DAY, NOW + YEAR, &sign_b);
    make(key_b, CERTIFICATE_DECRYPTION, NOW - MSEC_DAY, NOW + YEAR, &seal_b);
    make(key_a, CERTIFICATE_NODE, NOW - MSEC_DAY, NOW + YEAR, &node_a);
    make(key_a, CERTIFICATE_SIGNING, NOW - YEAR, NOW - MSEC_DAY, &old_a);
    make(key_b, CERTIFICATE_DECRYPTION, NOW - YEAR, NOW - MSEC_DAY, &old_b);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    talloc_free(all);
    return 0;
}

static struct bytes flipped(mem *ctx, struct bytes in, size_t at, unsigned bit)
{
    uint8_t *p = talloc_memdup(ctx, in.p, in.n);
    p[at] ^= (uint8_t)(1u << bit);
    return bytes_of(p, in.n);
}

/* ---- keys and certificates ---- */

static void key_travels(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct secret_arena *arena = NULL;
    OK(secret_arena_new(ctx, NULL, &arena));
    struct secret der = {0}, pem = {0}, again = {0};
    OK(private_key_write(key_a, arena, &der));
    OK(private_key_write_pem(key_a, arena, &pem));
    assert_true(pem.n > 27 && memcmp(pem.p, "-----BEGIN PRIVATE KEY-----", 27) == 0);
    struct private_key *from_der = NULL, *from_pem = NULL;
    OK(private_key_read(ctx, secret_bytes(der), &from_der));
    OK(private_key_read_pem(ctx, secret_bytes(pem), &from_pem));
    assert_true(certificate_fits(sign_a, from_der));
    assert_true(certificate_fits(sign_a, from_pem));
    assert_false(certificate_fits(sign_b, from_der));
    OK(private_key_write(from_pem, arena, &again));
    assert_true(bytes_equal(secret_bytes(der), secret_bytes(again)));

    uint8_t *more = talloc_zero_size(ctx, der.n + 1);
    memcpy(more, der.p, der.n);
    struct private_key *none = NULL;
    BAD(ERR_CRYPTO, private_key_read(ctx, bytes_of(more, der.n + 1), &none));
    BAD(ERR_CRYPTO, private_key_read(ctx, bytes_of(der.p, der.n - 1), &none));
    BAD(ERR_CRYPTO, private_key_read(ctx, bytes_text("not a key"), &none));
    BAD(ERR_CRYPTO, private_key_read_pem(ctx, bytes_text("not a key"), &none));
    BAD(ERR_LIMIT, private_key_read(ctx, bytes_of(more, 0), &none));
    assert_null(none);
    assert_int_equal(ERR_peek_error(), 0);
}

static void short_keys_are_refused(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct private_key *key = NULL;
    BAD(ERR_CRYPTO, private_key_adopt(ctx, EVP_RSA_gen(1024), &key));
    BAD(ERR_CRYPTO, private_key_adopt(ctx, EVP_EC_gen("P-256"), &key));
    OK(private_key_adopt(ctx, EVP_RSA_gen(2048), &key));
}

static void certificate_says_what_was_wished(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    assert_string_equal(certificate_name(sign_a), "Shelter Ëndrra");
    assert_true(certificate_from(sign_a) == NOW - MSEC_DAY);
    assert_true(certificate_until(sign_a) == NOW + YEAR);
    assert_int_equal(X509_check_host(node_a->x509, "it.localhost", 0, 0, NULL), 1);
    assert_int_equal(X509_check_host(node_a->x509, "al.localhost", 0, 0, NULL), 0);
    assert_int_equal(X509_check_ip_asc(node_a->x509, "127.0.0.1", 0), 1);
    assert_int_equal(X509_check_ip_asc(node_a->x509, "::1", 0), 1);
    assert_int_equal(X509_check_email(sign_a->x509, "intake@example.org", 0, 0), 1);
    assert_int_equal(X509_get_key_usage(sign_a->x509), KU_DIGITAL_SIGNATURE);
    assert_int_equal(X509_get_key_usage(seal_b->x509), KU_KEY_ENCIPHERMENT);
    assert_int_equal(X509_get_extended_key_usage(node_a->x509),
                     XKU_SSL_SERVER | XKU_SSL_CLIENT | XKU_SMIME);
    assert_int_equal(X509_verify(node_a->x509, key_a->pkey), 1);
    assert_int_equal(ASN1_STRING_length(X509_get0_serialNumber(node_a->x509)), 16);

    const char *pem = NULL;
    struct certificate *again = NULL;
    OK(certificate_write_pem(ctx, sign_a, &pem));
    OK(certificate_read_pem(ctx, bytes_text(pem), &again));
    assert_true(certificate_same(again, sign_a));
    assert_false(certificate_same(again, old_a));
    OK(certificate_read(ctx, certificate_der(sign_a), &again));
    assert_true(certificate_same(again, sign_a));
    struct certificate *none = NULL;
    struct bytes der = certificate_der(sign_a);
    uint8_t *more = talloc_zero_size(ctx, der.n + 1);
    memcpy(more, der.p, der.n);
    BAD(ERR_CRYPTO, certificate_read(ctx, bytes_of(more, der.n + 1), &none));
    BAD(ERR_CRYPTO, certificate_read(ctx, bytes_of(der.p, der.n - 1), &none));
    BAD(ERR_CRYPTO, certificate_read_pem(ctx, bytes_text("-----BEGIN X-----\n"), &none));
    assert_null(none);
}

static void wishes_that_cannot_be_granted(void **state)
{
    (void)state;
    const char *bad_host[] = {"a, DNS:evil.example", NULL}, *no_host[] = {"", NULL};
    const struct certificate_wish good = {
        .purpose = CERTIFICATE_NODE, .name = "n", .from = NOW, .until = NOW + YEAR};
    struct certificate_wish wishes[10];
    for (size_t i = 0; i < COUNT_OF(wishes); i++) wishes[i] = good;
    wishes[0].name = NULL;
    wishes[1].name = "";
    wishes[2].name = "0123456789012345678901234567890123456789012345678901234567890123456789";
    wishes[3].name = "\xff\xfe";
    wishes[4].country = "It";
    wishes[5].country = "ITA";
    wishes[6].email = "a@b,URI:x";
    wishes[7].hosts = bad_host;
    wishes[8].hosts = no_host;
    wishes[9].until = NOW;
    struct certificate *out = NULL;
    for (size_t i = 0; i < COUNT_OF(wishes); i++)
        BAD(ERR_INPUT, certificate_make(all, &wishes[i], key_a, &out));
    assert_null(out);
    const char *many[CERTIFICATE_NAMES_MOST + 2] = {0};
    for (size_t i = 0; i <= CERTIFICATE_NAMES_MOST; i++) many[i] = "host";
    struct certificate_wish crowd = good;
    crowd.hosts = many;
    BAD(ERR_LIMIT, certificate_make(all, &crowd, key_a, &out));
}

static void certificate_has_its_time_and_use(void **state)
{
    (void)state;
    OK(certificate_check(sign_a, CERTIFICATE_SIGNING, NOW));
    OK(certificate_check(sign_a, CERTIFICATE_SIGNING, NOW - MSEC_DAY));
    OK(certificate_check(sign_a, CERTIFICATE_SIGNING, NOW + YEAR));
    BAD(ERR_CRYPTO, certificate_check(sign_a, CERTIFICATE_SIGNING, NOW - MSEC_DAY - 1));
    BAD(ERR_CRYPTO, certificate_check(sign_a, CERTIFICATE_SIGNING, NOW + YEAR + MSEC_SECOND));
    BAD(ERR_CRYPTO, certificate_check(sign_a, CERTIFICATE_DECRYPTION, NOW));
    BAD(ERR_CRYPTO, certificate_check(sign_a, CERTIFICATE_NODE, NOW));
    OK(certificate_check(seal_b, CERTIFICATE_DECRYPTION, NOW));
    BAD(ERR_CRYPTO, certificate_check(seal_b, CERTIFICATE_SIGNING, NOW));
    OK(certificate_check(node_a, CERTIFICATE_NODE, NOW));
    OK(certificate_check(node_a, CERTIFICATE_SIGNING, NOW));
}

static void fingerprints_are_stable(void **state)
{
    (void)state;
    char a[FINGERPRINT_ROOM], again[FINGERPRINT_ROOM], spoken[SPOKEN_ROOM], other[SPOKEN_ROOM];
    certificate_fingerprint(sign_a, a);
    sha256_hex(certificate_der(sign_a), again);
    assert_string_equal(a, again);
    certificate_spoken(sign_a, spoken);
    certificate_spoken(sign_b, other);
    assert_int_equal(strlen(spoken), SPOKEN_ROOM - 1);
    assert_string_not_equal(spoken, other);
    for (size_t i = 0; spoken[i] != '\0'; i++)
        assert_true(i % 4 == 3 ? spoken[i] == '-'
                               : strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", spoken[i]) != NULL);
    const char *pin = NULL;
    OK(certificate_pin(all, sign_a, &pin));
    assert_true(text_starts(pin, "sha256//"));
    assert_int_equal(strlen(pin), 8 + 44);
}

static void bare_signatures(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct bytes signature = {0};
    OK(private_key_sign(ctx, key_a, bytes_text("checkpoint"), &signature));
    OK(certificate_verify(sign_a, bytes_text("checkpoint"), signature));
    BAD(ERR_CRYPTO, certificate_verify(sign_a, bytes_text("checkpoinT"), signature));
    BAD(ERR_CRYPTO, certificate_verify(sign_b, bytes_text("checkpoint"), signature));
    BAD(ERR_CRYPTO, certificate_verify(sign_a, bytes_text("checkpoint"), bytes_of("", 0)));
}

static void pkcs12_opens_elsewhere(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct bytes file = {0};
    OK(pkcs12_write(ctx, key_b, seal_b, "identity", "correct horse battery", &file));
    BAD(ERR_INPUT, pkcs12_write(ctx, key_b, seal_b, "identity", "short", &file));
    BAD(ERR_BUG, pkcs12_write(ctx, key_a, seal_b, "identity", "correct horse battery", &file));
    const unsigned char *p = file.p;
    PKCS12 *read = d2i_PKCS12(NULL, &p, (long)file.n);
    assert_non_null(read);
    EVP_PKEY *key = NULL;
    X509 *x509 = NULL;
    assert_int_equal(PKCS12_parse(read, "wrong horse battery", &key, &x509, NULL), 0);
    assert_int_equal(PKCS12_parse(read, "correct horse battery", &key, &x509, NULL), 1);
    assert_int_equal(EVP_PKEY_eq(key, key_b->pkey), 1);
    assert_int_equal(X509_cmp(x509, seal_b->x509), 0);
    EVP_PKEY_free(key);
    X509_free(x509);
    PKCS12_free(read);
    ERR_clear_error();
}

/* ---- signing ---- */

static void signed_content_comes_back(void **state)
{
    (void)state;
    const struct bytes contents[] = {bytes_text(""), bytes_text("a"), bytes_of("\r\n\0\n\xff", 5)};
    for (size_t i = 0; i < COUNT_OF(contents); i++) {
        MEM_SCOPE(ctx, NULL);
        struct bytes cms = {0}, content = {0};
        msec signed_at = 0;
        OK(cms_sign(ctx, contents[i], key_a, sign_a, NOW + 123, &cms));
        OK(cms_verify(cms, sign_a, NOW + MSEC_HOUR, &content, &signed_at));
        assert_true(bytes_equal(content, contents[i]));
        assert_true(signed_at == NOW);
        struct certificate *inside = NULL;
        OK(cms_certificate(ctx, cms, &inside));
        assert_true(certificate_same(inside, sign_a));
    }
}

static void only_the_pinned_signer(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct bytes cms = {0}, detached = {0}, content = {0}, text = bytes_text("referral");
    OK(cms_sign(ctx, text, key_a, sign_a, NOW, &cms));
    OK(cms_sign_detached(ctx, text, key_a, sign_a, NOW, &detached));
    OK(cms_verify_detached(detached, text, sign_a, NOW, NULL));
    BAD(ERR_CRYPTO, cms_verify(cms, sign_b, NOW, &content, NULL));
    BAD(ERR_CRYPTO, cms_verify_detached(detached, text, sign_b, NOW, NULL));
    /* The same key and name, another certificate: not the pinned one. */
    struct certificate *twin = NULL;
    make(key_a, CERTIFICATE_SIGNING, NOW - MSEC_DAY, NOW + YEAR, &twin);
    BAD(ERR_CRYPTO, cms_verify(cms, twin, NOW, &content, NULL));
    BAD(ERR_CRYPTO, cms_verify_detached(detached, text, twin, NOW, NULL));
    /* Time and use. */
    BAD(ERR_CRYPTO, cms_verify(cms, sign_a, NOW + 2 * YEAR, &content, NULL));
    BAD(ERR_CRYPTO, cms_verify(cms, sign_a, NOW - 2 * YEAR, &content, NULL));
    BAD(ERR_CRYPTO, cms_sign(ctx, text, key_a, old_a, NOW, &cms));
    BAD(ERR_CRYPTO, cms_sign(ctx, text, key_b, seal_b, NOW, &cms));
    BAD(ERR_BUG, cms_sign(ctx, text, key_b, sign_a, NOW, &cms));
    /* One is not the other. */
    BAD(ERR_CRYPTO, cms_verify(detached, sign_a, NOW, &content, NULL));
    BAD(ERR_CRYPTO, cms_verify_detached(cms, text, sign_a, NOW, NULL));
    BAD(ERR_CRYPTO, cms_verify_detached(detached, bytes_text("referraL"), sign_a, NOW, NULL));
    BAD(ERR_CRYPTO, cms_verify_detached(detached, bytes_text(""), sign_a, NOW, NULL));
    assert_null(content.p);
    assert_int_equal(ERR_peek_error(), 0);
}

static void any_flipped_bit_of_a_signature(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct bytes cms = {0}, detached = {0}, text = bytes_text("name: N. N.");
    OK(cms_sign(ctx, text, key_a, sign_a, NOW, &cms));
    OK(cms_sign_detached(ctx, text, key_a, sign_a, NOW, &detached));
    struct bytes whole = {0};
    OK(cms_verify(cms, sign_a, NOW, &whole, NULL));
    OK(cms_verify_detached(detached, text, sign_a, NOW, NULL));
    for (size_t i = 0; i < cms.n * 8; i++) {
        MEM_SCOPE(one, ctx);
        struct bytes content = {0};
        if (!err_failed(cms_verify(flipped(one, cms, i / 8, (unsigned)(i % 8)), sign_a, NOW,
                                   &content, NULL)))
            fail_msg("bit %zu of byte %zu of a signature does not matter", i % 8, i / 8);
    }
    for (size_t i = 0; i < detached.n * 8; i++) {
        MEM_SCOPE(one, ctx);
        if (!err_failed(cms_verify_detached(flipped(one, detached, i / 8, (unsigned)(i % 8)), text,
                                            sign_a, NOW, NULL)))
            fail_msg("bit %zu of byte %zu of a detached signature does not matter", i % 8, i / 8);
    }
    for (size_t n = 0; n < cms.n; n++) {
        struct bytes content = {0};
        if (!err_failed(cms_verify(bytes_of(cms.p, n), sign_a, NOW, &content, NULL)))
            fail_msg("a signature cut to %zu bytes verifies", n);
    }
    assert_int_equal(ERR_peek_error(), 0);
}

/* A SignedData by OpenSSL's own defaults and flags, as others might send it. */
static struct bytes foreign(mem *ctx, const char *text, const struct certificate *certificate,
                            const struct private_key *key, const EVP_MD *digest, unsigned flags,
                            const struct certificate *more)
{
    BIO *in = BIO_new_mem_buf(text, -1);
    CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_BINARY | CMS_PARTIAL | flags);
    assert_non_null(CMS_add1_signer(cms, certificate->x509, key->pkey, digest,
                                    CMS_BINARY | CMS_PARTIAL | flags));
    if (more != NULL) assert_int_equal(CMS_add1_cert(cms, more->x509), 1);
    assert_int_equal(CMS_final(cms, in, NULL, CMS_BINARY | flags), 1);
    unsigned char *der = NULL;
    int n = i2d_CMS_ContentInfo(cms, &der);
    assert_true(n > 0);
    struct bytes out = {0};
    OK(bytes_copy(ctx, bytes_of(der, (size_t)n), &out));
    OPENSSL_free(der);
    CMS_ContentInfo_free(cms);
    BIO_free(in);
    return out;
}

static void signatures_outside_the_profile(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct bytes content = {0};
    /* The same way, but within the profile: with SMIMECapabilities, by key id, without certificate.
     */
    OK(cms_verify(foreign(ctx, "x", sign_a, key_a, EVP_sha256(), 0, NULL), sign_a, NOW, &content,
                  NULL));
    OK(cms_verify(foreign(ctx, "x", sign_a, key_a, EVP_sha256(), CMS_USE_KEYID, NULL), sign_a, NOW,
                  &content, NULL));
    OK(cms_verify(foreign(ctx, "x", sign_a, key_a, EVP_sha256(), CMS_NOCERTS, NULL), sign_a, NOW,
                  &content, NULL));
    OK(cms_verify(foreign(ctx, "x", sign_a, key_a, EVP_sha256(), CMS_CADES, NULL), sign_a, NOW,
                  &content, NULL));
    content = (struct bytes){0};
    struct {
        const EVP_MD *digest;
        unsigned flags;
        const struct certificate *more;
    } bad[] = {
        {EVP_sha1(), 0, NULL},     {EVP_md5(), 0, NULL},
        {EVP_sha512(), 0, NULL},   {EVP_sha256(), CMS_NOATTR, NULL},
        {EVP_sha256(), 0, sign_b}, {EVP_sha256(), CMS_NOCERTS, sign_b},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct bytes cms =
            foreign(ctx, "x", sign_a, key_a, bad[i].digest, bad[i].flags, bad[i].more);
        if (!err_failed(cms_verify(cms, sign_a, NOW, &content, NULL))) fail_msg("case %zu", i);
    }
    assert_null(content.p);
}

/* The outer levels with indefinite lengths, as other AS2 software writes them. */
static void indefinite_lengths(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct bytes der = {0}, text = bytes_text("x");
    OK(cms_sign_detached(ctx, text, key_a, sign_a, NOW, &der));
    /* SEQUENCE, OID, [0], SEQUENCE: 4, 11, 4 and 4 bytes with their lengths. */
    uint8_t *p = talloc_zero_size(ctx, der.n + 16);
    size_t n = 0;
    assert_true(der.p[0] == 0x30 && der.p[1] == 0x82 && der.p[15] == 0xa0 && der.p[19] == 0x30);
    p[n++] = 0x30, p[n++] = 0x80;
    memcpy(p + n, der.p + 4, 11), n += 11;
    p[n++] = 0xa0, p[n++] = 0x80, p[n++] = 0x30, p[n++] = 0x80;
    memcpy(p + n, der.p + 23, der.n - 23), n += der.n - 23;
    n += 6; /* three ends */
    OK(cms_verify_detached(bytes_of(p, n), text, sign_a, NOW, NULL));
    BAD(ERR_CRYPTO, cms_verify_detached(bytes_of(p, n + 1), text, sign_a, NOW, NULL));
    for (size_t i = 1; i <= 6; i++)
        BAD(ERR_CRYPTO, cms_verify_detached(bytes_of(p, n - i), text, sign_a, NOW, NULL));
    for (size_t i = 0; i < n * 8; i++) {
        MEM_SCOPE(one, ctx);
        if (!err_failed(cms_verify_detached(flipped(one, bytes_of(p, n), i / 8, (unsigned)(i % 8)),
                                            text, sign_a, NOW, NULL)))
            fail_msg("bit %zu of byte %zu does not matter", i % 8, i / 8);
    }
    uint8_t deep[64];
    memset(deep, 0, sizeof deep);
    for (size_t i = 0; i < 16; i++) deep[i * 2] = 0x30, deep[i * 2 + 1] = 0x80;
    BAD(ERR_CRYPTO, cms_verify_detached(bytes_of(deep, sizeof deep), text, sign_a, NOW, NULL));
}

/* A length that is longer than it need be: DER has one form for each value. */
static void lengths_in_one_form(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct bytes der = {0}, content = {0};
    OK(cms_sign(ctx, bytes_text("x"), key_a, sign_a, NOW, &der));
    /* SEQUENCE, OID, [0], SEQUENCE, version, then SET of 13 bytes. */
    const size_t lengths[] = {2, 17, 21}, set = 26;
    assert_true(der.p[set] == 0x31 && der.p[set + 1] == 13);
    uint8_t *p = talloc_size(ctx, der.n + 1);
    memcpy(p, der.p, set + 1);
    p[set + 1] = 0x81;
    memcpy(p + set + 2, der.p + set + 1, der.n - set - 1);
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        unsigned n = (unsigned)p[lengths[i]] << 8 | p[lengths[i] + 1];
        n++;
        p[lengths[i]] = (uint8_t)(n >> 8);
        p[lengths[i] + 1] = (uint8_t)n;
    }
    BAD(ERR_CRYPTO, cms_verify(bytes_of(p, der.n + 1), sign_a, NOW, &content, NULL));
}

/* ---- sealing ---- */

static void sealed_content_comes_back(void **state)
{
    (void)state;
    const size_t sizes[] = {0, 1, 16, 65537, 1 << 20};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        MEM_SCOPE(ctx, NULL);
        uint8_t *p = talloc_size(ctx, sizes[i] + 1);
        memset(p, (int)i + 'a', sizes[i]);
        struct bytes cms = {0}, content = {0};
        OK(cms_seal(ctx, bytes_of(p, sizes[i]), seal_b, NOW, &cms));
        assert_true(bytes_find(cms, bytes_text("Shelter"), 0) == SIZE_MAX);
        OK(cms_open(ctx, cms, key_b, seal_b, &content));
        assert_true(bytes_equal(content, bytes_of(p, sizes[i])));
    }
}

static void any_flipped_byte_of_a_seal(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct bytes cms = {0};
    OK(cms_seal(ctx, bytes_text("route: ..."), seal_b, NOW, &cms));
    struct bytes whole = {0};
    OK(cms_open(ctx, cms, key_b, seal_b, &whole));
    for (size_t i = 0; i < cms.n; i++) {
        MEM_SCOPE(one, ctx);
        struct bytes content = {0};
        if (!err_failed(
                cms_open(one, flipped(one, cms, i, (unsigned)(i % 8)), key_b, seal_b, &content)))
            fail_msg("byte %zu of a seal does not matter", i);
        if (!err_failed(cms_open(one, bytes_of(cms.p, i), key_b, seal_b, &content)))
            fail_msg("a seal cut to %zu bytes opens", i);
        assert_null(content.p);
    }
    /* In front of the encrypted key, every bit. */
    for (size_t i = 0; i < 160 * 8; i++) {
        MEM_SCOPE(one, ctx);
        struct bytes content = {0};
        if (!err_failed(cms_open(one, flipped(one, cms, i / 8, (unsigned)(i % 8)), key_b, seal_b,
                                 &content)))
            fail_msg("bit %zu of byte %zu of a seal does not matter", i % 8, i / 8);
    }
    assert_int_equal(ERR_peek_error(), 0);
}

static struct bytes foreign_seal(mem *ctx, const EVP_CIPHER *cipher,
                                 const struct certificate *const *to, int padding,
                                 const EVP_MD *digest)
{
    BIO *in = BIO_new_mem_buf("secret", -1);
    CMS_ContentInfo *cms = CMS_encrypt(NULL, NULL, cipher, CMS_BINARY | CMS_PARTIAL);
    for (; *to != NULL; to++) {
        CMS_RecipientInfo *one = CMS_add1_recipient_cert(cms, (*to)->x509, CMS_KEY_PARAM);
        EVP_PKEY_CTX *key = CMS_RecipientInfo_get0_pkey_ctx(one);
        EVP_PKEY_CTX_set_rsa_padding(key, padding);
        if (padding == RSA_PKCS1_OAEP_PADDING) EVP_PKEY_CTX_set_rsa_oaep_md(key, digest);
    }
    assert_int_equal(CMS_final(cms, in, NULL, CMS_BINARY), 1);
    unsigned char *der = NULL;
    int n = i2d_CMS_ContentInfo(cms, &der);
    struct bytes out = {0};
    OK(bytes_copy(ctx, bytes_of(der, (size_t)n), &out));
    OPENSSL_free(der);
    CMS_ContentInfo_free(cms);
    BIO_free(in);
    return out;
}

static void seals_outside_the_profile(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    const struct certificate *one[] = {seal_b, NULL}, *two[] = {seal_b, sign_a, NULL};
    struct bytes content = {0};
    /* By issuer and serial number, otherwise ours. */
    OK(cms_open(ctx,
                foreign_seal(ctx, EVP_aes_256_gcm(), one, RSA_PKCS1_OAEP_PADDING, EVP_sha256()),
                key_b, seal_b, &content));
    assert_true(bytes_equal(content, bytes_text("secret")));
    content = (struct bytes){0};
    /* Also a recipient named so must be named exactly so. */
    struct bytes named =
        foreign_seal(ctx, EVP_aes_256_gcm(), one, RSA_PKCS1_OAEP_PADDING, EVP_sha256());
    size_t at = bytes_find(named, bytes_text("Shelter"), 0);
    assert_true(at != SIZE_MAX);
    BAD(ERR_CRYPTO, cms_open(ctx, flipped(ctx, named, at, 5), key_b, seal_b, &content));
    struct {
        const EVP_CIPHER *cipher;
        const struct certificate *const *to;
        int padding;
        const EVP_MD *digest;
    } bad[] = {
        {EVP_aes_128_gcm(), one, RSA_PKCS1_OAEP_PADDING, EVP_sha256()},
        {EVP_aes_256_cbc(), one, RSA_PKCS1_OAEP_PADDING, EVP_sha256()},
        {EVP_des_ede3_cbc(), one, RSA_PKCS1_PADDING, NULL},
        {EVP_aes_256_gcm(), one, RSA_PKCS1_PADDING, NULL},
        {EVP_aes_256_gcm(), one, RSA_PKCS1_OAEP_PADDING, EVP_sha1()},
        {EVP_aes_256_gcm(), one, RSA_PKCS1_OAEP_PADDING, EVP_sha512()},
        {EVP_aes_256_gcm(), two, RSA_PKCS1_OAEP_PADDING, EVP_sha256()},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        if (bad[i].digest == NULL && bad[i].padding != RSA_PKCS1_PADDING) fail();
        struct bytes cms =
            foreign_seal(ctx, bad[i].cipher, bad[i].to, bad[i].padding, bad[i].digest);
        if (!err_failed(cms_open(ctx, cms, key_b, seal_b, &content))) fail_msg("case %zu", i);
    }
    assert_null(content.p);
}

static void only_the_recipient(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct bytes cms = {0}, content = {0}, mail = {0};
    struct certificate *other = NULL;
    make(key_a, CERTIFICATE_DECRYPTION, NOW - MSEC_DAY, NOW + YEAR, &other);
    OK(cms_seal(ctx, bytes_text("x"), seal_b, NOW, &cms));
    BAD(ERR_CRYPTO, cms_open(ctx, cms, key_a, other, &content));
    BAD(ERR_BUG, cms_open(ctx, cms, key_a, seal_b, &content));
    /* What was sealed in time still opens under the key's next certificate. */
    OK(cms_open(ctx, cms, key_b, old_b, &content));
    content = (struct bytes){0};
    BAD(ERR_CRYPTO, cms_seal(ctx, bytes_text("x"), old_b, NOW, &cms));
    BAD(ERR_CRYPTO, cms_seal(ctx, bytes_text("x"), sign_b, NOW, &cms));
    const struct certificate *to[] = {seal_b, other};
    OK(cms_mail_seal(ctx, bytes_text("x"), to, 2, NOW, &mail));
    BAD(ERR_CRYPTO, cms_open(ctx, mail, key_b, seal_b, &content));
    BAD(ERR_INPUT, cms_mail_seal(ctx, bytes_text("x"), to, 0, NOW, &mail));
    assert_null(content.p);
}

static void larger_than_allowed(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    uint8_t *p = talloc_zero_size(ctx, CMS_MOST + 1);
    struct bytes cms = {0}, content = {0};
    BAD(ERR_LIMIT, cms_sign(ctx, bytes_of(p, CMS_CONTENT_MOST + 1), key_a, sign_a, NOW, &cms));
    BAD(ERR_LIMIT, cms_seal(ctx, bytes_of(p, CMS_CONTENT_MOST + 1), seal_b, NOW, &cms));
    BAD(ERR_LIMIT, cms_open(ctx, bytes_of(p, CMS_MOST + 1), key_b, seal_b, &content));
    BAD(ERR_LIMIT, cms_verify(bytes_of(p, CMS_MOST + 1), sign_a, NOW, &content, NULL));
    BAD(ERR_LIMIT, cms_verify_detached(bytes_of(p, CMS_SIGNATURE_MOST + 1), bytes_text(""), sign_a,
                                       NOW, NULL));
    OK(cms_sign(ctx, bytes_of(p, CMS_CONTENT_MOST), key_a, sign_a, NOW, &cms));
    assert_true(cms.n <= CMS_MOST);
}

static void armour(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct bytes cms = {0}, again = {0};
    const char *pem = NULL;
    OK(cms_sign(ctx, bytes_text("card"), key_a, node_a, NOW, &cms));
    OK(cms_pem(ctx, cms, &pem));
    assert_true(text_starts(pem, "-----BEGIN CMS-----\n"));
    OK(cms_unpem(ctx, bytes_text(pem), &again));
    assert_true(bytes_equal(cms, again));
    BAD(ERR_CRYPTO, cms_unpem(ctx, bytes_text("-----BEGIN CMS-----\n"), &again));
    const char *other = NULL;
    OK(certificate_write_pem(ctx, sign_a, &other));
    BAD(ERR_CRYPTO, cms_unpem(ctx, bytes_text(other), &again));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key_travels),
        cmocka_unit_test(short_keys_are_refused),
        cmocka_unit_test(certificate_says_what_was_wished),
        cmocka_unit_test(wishes_that_cannot_be_granted),
        cmocka_unit_test(certificate_has_its_time_and_use),
        cmocka_unit_test(fingerprints_are_stable),
        cmocka_unit_test(bare_signatures),
        cmocka_unit_test(pkcs12_opens_elsewhere),
        cmocka_unit_test(signed_content_comes_back),
        cmocka_unit_test(only_the_pinned_signer),
        cmocka_unit_test(any_flipped_bit_of_a_signature),
        cmocka_unit_test(signatures_outside_the_profile),
        cmocka_unit_test(indefinite_lengths),
        cmocka_unit_test(lengths_in_one_form),
        cmocka_unit_test(sealed_content_comes_back),
        cmocka_unit_test(any_flipped_byte_of_a_seal),
        cmocka_unit_test(seals_outside_the_profile),
        cmocka_unit_test(only_the_recipient),
        cmocka_unit_test(larger_than_allowed),
        cmocka_unit_test(armour),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
