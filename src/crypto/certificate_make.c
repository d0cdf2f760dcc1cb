/* certificate_make.c - a self-signed certificate from a wish. Extensions are built as objects,
 * never from configuration strings, so no host name can smuggle in another extension. */
#include <arpa/inet.h>
#include <string.h>

#include "base/text.h"
#include "crypto/openssl.h"
#include "crypto/sha256.h"

#define NAME_MOST 64 /* characters: ub-common-name (RFC 5280 appendix A) */
#define SERIAL_BYTES 16
#define KEY_ID_BYTES 20

OSSL_SCOPE_DEFINE(ASN1_BIT_STRING, ASN1_BIT_STRING_free)
OSSL_SCOPE_DEFINE(ASN1_OCTET_STRING, ASN1_OCTET_STRING_free)
OSSL_SCOPE_DEFINE(EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free)
OSSL_SCOPE_DEFINE(BASIC_CONSTRAINTS, BASIC_CONSTRAINTS_free)
OSSL_SCOPE_DEFINE(GENERAL_NAMES, GENERAL_NAMES_free)
OSSL_SCOPE_DEFINE(GENERAL_NAME, GENERAL_NAME_free)
OSSL_SCOPE_DEFINE(BIGNUM, BN_free)

struct purpose_usage {
    int bits[2]; /* of KeyUsage (RFC 5280 §4.2.1.3), -1: none */
    int extended[4];
};

static const struct purpose_usage usages[] = {
    [CERTIFICATE_SIGNING] = {{0, -1}, {NID_email_protect}},
    [CERTIFICATE_DECRYPTION] = {{2, -1}, {NID_email_protect}},
    [CERTIFICATE_NODE] = {{0, 2}, {NID_server_auth, NID_client_auth, NID_email_protect}},
};

static err extension_add(X509 *x509, int nid, void *value, bool critical)
{
    ENSURE(X509_add1_ext_i2d(x509, nid, value, critical, X509V3_ADD_DEFAULT) == 1, openssl_failure(),
           "a certificate extension can't be made");
    return ERR_OK;
}

static err usage_add(X509 *x509, const struct purpose_usage *usage)
{
    OSSL_SCOPE(ASN1_BIT_STRING, bits);
    OSSL_SCOPE(EXTENDED_KEY_USAGE, extended);
    bits = ASN1_BIT_STRING_new();
    extended = EXTENDED_KEY_USAGE_new();
    ENSURE_MEM(bits);
    ENSURE_MEM(extended);
    for (size_t i = 0; i < COUNT_OF(usage->bits); i++)
        if (usage->bits[i] >= 0)
            ENSURE(ASN1_BIT_STRING_set_bit(bits, usage->bits[i], 1) == 1, ERR_MEMORY,
                   "out of memory");
    for (size_t i = 0; usage->extended[i] != NID_undef; i++)
        ENSURE(sk_ASN1_OBJECT_push(extended, OBJ_nid2obj(usage->extended[i])) > 0, ERR_MEMORY,
               "out of memory");
    TRY(extension_add(x509, NID_key_usage, bits, true));
    return extension_add(x509, NID_ext_key_usage, extended, false);
}

static err constraints_add(X509 *x509)
{
    OSSL_SCOPE(BASIC_CONSTRAINTS, constraints);
    constraints = BASIC_CONSTRAINTS_new();
    ENSURE_MEM(constraints);
    return extension_add(x509, NID_basic_constraints, constraints, true);
}

/* The key's name in CMS: RFC 7093 §2, method 1: the left 160 bits of the SHA-256 of the key. */
static err key_id_add(X509 *x509)
{
    uint8_t digest[SHA256_SIZE];
    unsigned n = 0;
    ENSURE(X509_pubkey_digest(x509, EVP_sha256(), digest, &n) == 1 && n == SHA256_SIZE, openssl_failure(),
           "a public key can't be hashed");
    OSSL_SCOPE(ASN1_OCTET_STRING, id);
    id = ASN1_OCTET_STRING_new();
    ENSURE_MEM(id);
    ENSURE(ASN1_OCTET_STRING_set(id, digest, KEY_ID_BYTES) == 1, ERR_MEMORY, "out of memory");
    return extension_add(x509, NID_subject_key_identifier, id, false);
}

static bool ascii_of(const char *s, size_t most, const char *more)
{
    size_t n = strlen(s);
    if (n == 0 || n > most) return false;
    for (; *s != '\0'; s++) {
        bool plain =
            (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9');
        if (!plain && strchr(more, *s) == NULL) return false;
    }
    return true;
}

static err alternative_push(GENERAL_NAMES *names, int type, const void *p, size_t n)
{
    OSSL_SCOPE(GENERAL_NAME, name);
    name = GENERAL_NAME_new();
    ENSURE_MEM(name);
    ASN1_STRING *value = type == GEN_IPADD ? ASN1_OCTET_STRING_new() : ASN1_IA5STRING_new();
    ENSURE_MEM(value);
    GENERAL_NAME_set0_value(name, type, value);
    ENSURE(ASN1_STRING_set(value, p, (int)n) == 1, ERR_MEMORY, "out of memory");
    ENSURE(sk_GENERAL_NAME_push(names, name) > 0, ERR_MEMORY, "out of memory");
    name = NULL;
    return ERR_OK;
}

static err host_push(GENERAL_NAMES *names, const char *host)
{
    uint8_t address[16];
    if (inet_pton(AF_INET, host, address) == 1)
        return alternative_push(names, GEN_IPADD, address, 4);
    if (inet_pton(AF_INET6, host, address) == 1)
        return alternative_push(names, GEN_IPADD, address, 16);
    ENSURE(ascii_of(host, 253, ".-"), ERR_INPUT, "not a host name");
    return alternative_push(names, GEN_DNS, host, strlen(host));
}

static err alternatives_add(X509 *x509, const struct certificate_wish *wish)
{
    OSSL_SCOPE(GENERAL_NAMES, names);
    names = GENERAL_NAMES_new();
    ENSURE_MEM(names);
    if (wish->email != NULL) {
        ENSURE(ascii_of(wish->email, 254, "@.-_+") && strchr(wish->email, '@') != NULL, ERR_INPUT,
               "not an e-mail address");
        TRY(alternative_push(names, GEN_EMAIL, wish->email, strlen(wish->email)));
    }
    for (size_t i = 0; wish->hosts != NULL && wish->hosts[i] != NULL; i++) {
        ENSURE(i < CERTIFICATE_NAMES_MOST, ERR_LIMIT, "too many host names");
        TRY(host_push(names, wish->hosts[i]));
    }
    if (sk_GENERAL_NAME_num(names) == 0) return ERR_OK;
    return extension_add(x509, NID_subject_alt_name, names, false);
}

static size_t characters(const char *utf8)
{
    size_t n = 0;
    for (; *utf8 != '\0'; utf8++) n += (*utf8 & 0xc0) != 0x80;
    return n;
}

static err subject_put(X509_NAME *name, int nid, const char *value)
{
    if (value == NULL) return ERR_OK;
    TRY(text_check(bytes_text(value), NAME_MOST * 4));
    size_t n = characters(value);
    ENSURE(n > 0 && n <= NAME_MOST, ERR_INPUT,
           "a name in a certificate is 1 to 64 characters long");
    ENSURE(X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8, (const unsigned char *)value, -1,
                                      -1, 0) == 1,
           openssl_failure(), "a name does not fit into a certificate");
    return ERR_OK;
}

static err subject_set(X509 *x509, const struct certificate_wish *wish)
{
    X509_NAME *name = X509_get_subject_name(x509);
    if (wish->country != NULL) {
        const char *c = wish->country;
        ENSURE(strlen(c) == 2 && c[0] >= 'A' && c[0] <= 'Z' && c[1] >= 'A' && c[1] <= 'Z',
               ERR_INPUT, "a country code is two capital letters");
    }
    ENSURE(wish->name != NULL, ERR_INPUT, "a certificate needs a name");
    TRY(subject_put(name, NID_countryName, wish->country));
    TRY(subject_put(name, NID_organizationalUnitName, wish->unit));
    TRY(subject_put(name, NID_commonName, wish->name));
    ENSURE(X509_set_issuer_name(x509, name) == 1, ERR_MEMORY, "out of memory");
    return ERR_OK;
}

static err serial_set(X509 *x509)
{
    uint8_t random[SERIAL_BYTES];
    ENSURE(RAND_bytes(random, sizeof random) == 1, openssl_failure(), "no random numbers");
    random[0] = (uint8_t)((random[0] & 0x7f) | 0x40); /* positive, always 16 bytes */
    OSSL_SCOPE(BIGNUM, number);
    number = BN_bin2bn(random, sizeof random, NULL);
    ENSURE_MEM(number);
    ENSURE(BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509)) != NULL, ERR_MEMORY,
           "out of memory");
    return ERR_OK;
}

static err validity_set(X509 *x509, msec from, msec until)
{
    ENSURE(from >= 0 && until > from, ERR_INPUT, "a certificate must end after it begins");
    ENSURE(ASN1_TIME_set(X509_getm_notBefore(x509), (time_t)(from / MSEC_SECOND)) != NULL &&
               ASN1_TIME_set(X509_getm_notAfter(x509), (time_t)(until / MSEC_SECOND)) != NULL,
           ERR_INPUT, "a time does not fit into a certificate");
    return ERR_OK;
}

err certificate_make(mem *ctx, const struct certificate_wish *wish, const struct private_key *key,
                     struct certificate **out)
{
    OSSL_QUIET();
    OSSL_SCOPE(X509, x509);
    x509 = X509_new();
    ENSURE_MEM(x509);
    ENSURE(X509_set_version(x509, X509_VERSION_3) == 1, openssl_failure(), "no X.509 version 3");
    TRY(serial_set(x509));
    TRY(validity_set(x509, wish->from, wish->until));
    TRY(subject_set(x509, wish));
    ENSURE(X509_set_pubkey(x509, key->pkey) == 1, openssl_failure(), "the key does not fit");
    TRY(constraints_add(x509));
    TRY(usage_add(x509, &usages[wish->purpose]));
    TRY(key_id_add(x509));
    TRY(alternatives_add(x509, wish));
    ENSURE(X509_sign(x509, key->pkey, EVP_sha256()) > 0, openssl_failure(),
           "a certificate can't be signed");
    X509 *made = x509;
    x509 = NULL;
    return certificate_adopt(ctx, made, out);
}
