/* cms_shape.c - a reader of DER that knows the two objects of this profile and nothing else.
 *
 * It reads straight down; each step takes one value off a cursor. RFC 5652 §5, RFC 5083 §2.1, RFC
 * 4055 §4.1, RFC 5084 §3.2.
 */
#include "crypto/cms_shape.h"

#include "base/buf.h"

enum {
    TAG_INTEGER = 0x02,
    TAG_OCTETS = 0x04,
    TAG_NULL = 0x05,
    TAG_OID = 0x06,
    TAG_UTC_TIME = 0x17,
    TAG_GENERALIZED_TIME = 0x18,
    TAG_SEQUENCE = 0x30,
    TAG_SET = 0x31,
    TAG_0_PRIMITIVE = 0x80, /* [0] IMPLICIT of a primitive type */
    TAG_0 = 0xa0,           /* [0] EXPLICIT, or IMPLICIT of a constructed type */
    TAG_1 = 0xa1,
};

/* Contents of object identifiers. */
#define OID(...)                                                                                   \
    {                                                                                              \
        (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})                     \
    }
static const struct bytes oid_data = OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1);
static const struct bytes oid_signed = OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2);
static const struct bytes oid_auth_enveloped =
    OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 1, 23);
static const struct bytes oid_content_type = OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3);
static const struct bytes oid_message_digest = OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4);
static const struct bytes oid_signing_time = OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 5);
static const struct bytes oid_rsa = OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1);
static const struct bytes oid_rsa_sha256 = OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11);
static const struct bytes oid_oaep = OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 7);
static const struct bytes oid_mgf1 = OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 8);
static const struct bytes oid_sha256 = OID(0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1);
static const struct bytes oid_aes256_gcm = OID(0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 46);

#define REFUSE "not a CMS object of this profile"
#define SHAPE(cond) ENSURE((cond), ERR_CRYPTO, REFUSE)

/* take_any: the next value, whatever its tag: a single tag byte, a definite length in its shortest
 * form. `whole` (may be NULL) is the value with its tag. */
static err take_any(struct bytes *in, uint8_t *tag, struct bytes *content, struct bytes *whole)
{
    SHAPE(in->n >= 2 && (in->p[0] & 0x1f) != 0x1f);
    size_t head = 2, n = in->p[1];
    if (n >= 0x80) {
        size_t more = n & 0x7f;
        SHAPE(more >= 1 && more <= 4 && in->n >= 2 + more && in->p[2] != 0);
        n = 0;
        for (size_t i = 0; i < more; i++) n = n << 8 | in->p[2 + i];
        SHAPE(n >= 0x80);
        head += more;
    }
    SHAPE(n <= in->n - head);
    *tag = in->p[0];
    *content = bytes_of(in->p + head, n);
    if (whole != NULL) *whole = bytes_of(in->p, head + n);
    *in = bytes_of(in->p + head + n, in->n - head - n);
    return ERR_OK;
}

static err take(struct bytes *in, uint8_t tag, struct bytes *content)
{
    uint8_t found = 0;
    TRY(take_any(in, &found, content, NULL));
    SHAPE(found == tag);
    return ERR_OK;
}

static bool next_is(struct bytes in, uint8_t tag) { return in.n > 0 && in.p[0] == tag; }

static err take_oid(struct bytes *in, struct bytes wanted)
{
    struct bytes oid = {0};
    TRY(take(in, TAG_OID, &oid));
    SHAPE(bytes_equal(oid, wanted));
    return ERR_OK;
}

static err take_small(struct bytes *in, uint8_t *number)
{
    struct bytes value = {0};
    TRY(take(in, TAG_INTEGER, &value));
    SHAPE(value.n == 1 && value.p[0] < 0x80);
    *number = value.p[0];
    return ERR_OK;
}

/* What may stand behind the identifier of an algorithm that has no parameters: nothing, or NULL. */
static err no_parameters(struct bytes rest)
{
    struct bytes null = {0};
    if (rest.n == 0) return ERR_OK;
    TRY(take(&rest, TAG_NULL, &null));
    SHAPE(null.n == 0 && rest.n == 0);
    return ERR_OK;
}

static err take_sha256(struct bytes *in)
{
    struct bytes algorithm = {0};
    TRY(take(in, TAG_SEQUENCE, &algorithm));
    TRY(take_oid(&algorithm, oid_sha256));
    return no_parameters(algorithm);
}

/* ContentInfo: the inside of [0] EXPLICIT SEQUENCE, for a content type. */
static err content_info(struct bytes der, struct bytes type, struct bytes *inside)
{
    struct bytes outer = {0}, explicit = {0};
    TRY(take(&der, TAG_SEQUENCE, &outer));
    TRY(take_oid(&outer, type));
    TRY(take(&outer, TAG_0, &explicit));
    TRY(take(&explicit, TAG_SEQUENCE, inside));
    SHAPE(der.n == 0 && outer.n == 0 && explicit.n == 0);
    return ERR_OK;
}

/* IssuerAndSerialNumber goes with one version number, SubjectKeyIdentifier with another. */
static err take_name(struct bytes *in, uint8_t version, uint8_t by_issuer, uint8_t by_key,
                     struct cms_name *name)
{
    if (version == by_issuer) return take(in, TAG_SEQUENCE, &name->issuer_serial);
    SHAPE(version == by_key);
    TRY(take(in, TAG_0_PRIMITIVE, &name->key_id));
    SHAPE(name->key_id.n > 0);
    return ERR_OK;
}

/* ---- SignedData ---- */

enum { SEEN_TYPE = 1, SEEN_DIGEST = 2, SEEN_TIME = 4, SEEN_ALL = 7 };

static err attribute_value(struct bytes type, struct bytes values, unsigned *seen)
{
    struct bytes value = {0};
    uint8_t tag = 0;
    unsigned bit = bytes_equal(type, oid_content_type)     ? SEEN_TYPE
                   : bytes_equal(type, oid_message_digest) ? SEEN_DIGEST
                   : bytes_equal(type, oid_signing_time)   ? SEEN_TIME
                                                           : 0;
    if (bit == 0) return ERR_OK; /* signed, but says nothing to us */
    SHAPE((*seen & bit) == 0);
    *seen |= bit;
    TRY(take_any(&values, &tag, &value, NULL));
    SHAPE(values.n == 0);
    switch (bit) {
    case SEEN_TYPE: SHAPE(tag == TAG_OID && bytes_equal(value, oid_data)); break;
    case SEEN_DIGEST: SHAPE(tag == TAG_OCTETS && value.n == 32); break;
    default: SHAPE(tag == TAG_UTC_TIME || tag == TAG_GENERALIZED_TIME); break;
    }
    return ERR_OK;
}

static err signed_attributes(struct bytes in)
{
    unsigned seen = 0;
    while (in.n > 0) {
        struct bytes attribute = {0}, type = {0}, values = {0};
        TRY(take(&in, TAG_SEQUENCE, &attribute));
        TRY(take(&attribute, TAG_OID, &type));
        TRY(take(&attribute, TAG_SET, &values));
        SHAPE(attribute.n == 0);
        TRY(attribute_value(type, values, &seen));
    }
    ENSURE(seen == SEEN_ALL, ERR_CRYPTO, "a signature lacks its type, its digest or its time");
    return ERR_OK;
}

static err signer_info(struct bytes in, uint8_t *version, struct cms_name *name)
{
    struct bytes attributes = {0}, algorithm = {0}, oid = {0}, signature = {0};
    TRY(take_small(&in, version));
    TRY(take_name(&in, *version, 1, 3, name));
    TRY(take_sha256(&in));
    TRY(take(&in, TAG_0, &attributes));
    TRY(signed_attributes(attributes));
    TRY(take(&in, TAG_SEQUENCE, &algorithm));
    TRY(take(&algorithm, TAG_OID, &oid));
    SHAPE(bytes_equal(oid, oid_rsa) || bytes_equal(oid, oid_rsa_sha256));
    TRY(no_parameters(algorithm));
    TRY(take(&in, TAG_OCTETS, &signature));
    SHAPE(in.n == 0);
    return ERR_OK;
}

static err encapsulated(struct bytes in, struct cms_signed_shape *shape)
{
    TRY(take_oid(&in, oid_data));
    if (in.n == 0) return ERR_OK;
    struct bytes explicit = {0};
    TRY(take(&in, TAG_0, &explicit));
    TRY(take(&explicit, TAG_OCTETS, &shape->content));
    SHAPE(in.n == 0 && explicit.n == 0);
    shape->has_content = true;
    return ERR_OK;
}

static err enclosed_certificate(struct bytes in, struct bytes *out)
{
    uint8_t tag = 0;
    struct bytes content = {0};
    TRY(take_any(&in, &tag, &content, out));
    SHAPE(tag == TAG_SEQUENCE && in.n == 0);
    return ERR_OK;
}

err cms_shape_signed(struct bytes der, struct cms_signed_shape *out)
{
    struct cms_signed_shape shape = {0};
    struct bytes in = {0}, set = {0}, content = {0}, signer = {0};
    uint8_t version = 0, signer_version = 0;
    TRY(content_info(der, oid_signed, &in));
    TRY(take_small(&in, &version));
    TRY(take(&in, TAG_SET, &set));
    TRY(take_sha256(&set));
    SHAPE(set.n == 0);
    TRY(take(&in, TAG_SEQUENCE, &content));
    TRY(encapsulated(content, &shape));
    if (next_is(in, TAG_0)) {
        TRY(take(&in, TAG_0, &set));
        TRY(enclosed_certificate(set, &shape.certificate));
    }
    TRY(take(&in, TAG_SET, &set));
    SHAPE(in.n == 0);
    TRY(take(&set, TAG_SEQUENCE, &signer));
    SHAPE(set.n == 0);
    TRY(signer_info(signer, &signer_version, &shape.signer));
    SHAPE(version == signer_version); /* RFC 5652 §5.1, for content of type data */
    *out = shape;
    return ERR_OK;
}

/* ---- AuthEnvelopedData ---- */

/* RSAES-OAEP-params: [0] SHA-256, [1] MGF1 with SHA-256, no label. */
static err oaep_parameters(struct bytes in)
{
    struct bytes parameters = {0}, hash = {0}, mask = {0}, algorithm = {0};
    TRY(take(&in, TAG_SEQUENCE, &parameters));
    TRY(take(&parameters, TAG_0, &hash));
    TRY(take_sha256(&hash));
    TRY(take(&parameters, TAG_1, &mask));
    TRY(take(&mask, TAG_SEQUENCE, &algorithm));
    TRY(take_oid(&algorithm, oid_mgf1));
    TRY(take_sha256(&algorithm));
    SHAPE(in.n == 0 && parameters.n == 0 && hash.n == 0 && mask.n == 0 && algorithm.n == 0);
    return ERR_OK;
}

static err recipient_info(struct bytes in, struct cms_name *name)
{
    uint8_t version = 0;
    struct bytes algorithm = {0}, key = {0};
    TRY(take_small(&in, &version));
    TRY(take_name(&in, version, 0, 2, name));
    TRY(take(&in, TAG_SEQUENCE, &algorithm));
    ENSURE(!err_failed(take_oid(&algorithm, oid_oaep)), ERR_CRYPTO,
           "the key is not sealed by RSA-OAEP");
    TRY(oaep_parameters(algorithm));
    TRY(take(&in, TAG_OCTETS, &key));
    SHAPE(in.n == 0);
    return ERR_OK;
}

static err gcm_algorithm(struct bytes in)
{
    struct bytes parameters = {0}, nonce = {0};
    uint8_t tag = 0;
    ENSURE(!err_failed(take_oid(&in, oid_aes256_gcm)), ERR_CRYPTO,
           "the content is not sealed by AES-256-GCM");
    TRY(take(&in, TAG_SEQUENCE, &parameters));
    TRY(take(&parameters, TAG_OCTETS, &nonce));
    TRY(take_small(&parameters, &tag));
    SHAPE(in.n == 0 && parameters.n == 0 && nonce.n == 12 && tag == 16);
    return ERR_OK;
}

err cms_shape_sealed(struct bytes der, struct cms_name *recipient)
{
    struct cms_name name = {0};
    struct bytes in = {0}, set = {0}, one = {0}, algorithm = {0}, sealed = {0}, tag = {0};
    uint8_t version = 0;
    ENSURE(!err_failed(content_info(der, oid_auth_enveloped, &in)), ERR_CRYPTO,
           "not sealed as AuthEnvelopedData");
    TRY(take_small(&in, &version));
    SHAPE(version == 0);
    TRY(take(&in, TAG_SET, &set));
    TRY(take(&set, TAG_SEQUENCE, &one));
    SHAPE(set.n == 0);
    TRY(recipient_info(one, &name));
    TRY(take(&in, TAG_SEQUENCE, &one));
    TRY(take_oid(&one, oid_data));
    TRY(take(&one, TAG_SEQUENCE, &algorithm));
    TRY(gcm_algorithm(algorithm));
    TRY(take(&one, TAG_0_PRIMITIVE, &sealed));
    SHAPE(one.n == 0);
    TRY(take(&in, TAG_OCTETS, &tag));
    SHAPE(in.n == 0 && tag.n == 16);
    *recipient = name;
    return ERR_OK;
}

/* ---- indefinite lengths ---- */

#define DEPTH_MOST 8

static void length_add(struct buf *out, size_t n)
{
    if (n < 0x80) {
        buf_add_char(out, (char)n);
        return;
    }
    unsigned more = n > 0xffffff ? 4 : n > 0xffff ? 3 : n > 0xff ? 2 : 1;
    buf_add_char(out, (char)(0x80 | more));
    while (more-- > 0) buf_add_char(out, (char)(n >> 8 * more & 0xff));
}

/* definite: moves one value from `in` to `out`. A value of definite length is not looked into. */
static err definite(mem *ctx, struct bytes *in, unsigned depth, struct buf *out)
{
    uint8_t tag = 0;
    struct bytes content = {0}, whole = {0}, inside = {0};
    SHAPE(in->n >= 2 && depth < DEPTH_MOST);
    if (in->p[1] != 0x80) {
        TRY(take_any(in, &tag, &content, &whole));
        buf_add_bytes(out, whole);
        return ERR_OK;
    }
    tag = in->p[0];
    SHAPE((tag & 0x20) != 0 && (tag & 0x1f) != 0x1f);
    *in = bytes_of(in->p + 2, in->n - 2);
    struct buf children;
    buf_init(&children, ctx, out->max);
    while (in->n >= 2 && !(in->p[0] == 0 && in->p[1] == 0))
        TRY(definite(ctx, in, depth + 1, &children));
    SHAPE(in->n >= 2);
    *in = bytes_of(in->p + 2, in->n - 2);
    TRY(buf_done(&children, &inside));
    buf_add_char(out, (char)tag);
    length_add(out, inside.n);
    buf_add_bytes(out, inside);
    return ERR_OK;
}

err cms_shape_definite(mem *ctx, struct bytes ber, size_t max, struct bytes *der)
{
    struct buf out;
    buf_init(&out, ctx, max);
    TRY(definite(ctx, &ber, 0, &out));
    SHAPE(ber.n == 0);
    return buf_done(&out, der);
}
