/* cms_shape.h - the exact shape of the CMS objects that we accept, checked before OpenSSL acts on
 * them.
 *
 * OpenSSL reads much more CMS than this profile has, and does not look at what it does not need
 * (version numbers, parameters, unsigned attributes). Here each object must be DER with just the
 * fields and algorithms of docs/protocol.md, so a flipped byte outside the signature is refused as
 * well, and no other algorithm can be offered. Private to src/crypto/.
 */
#ifndef OPENTRM_CRYPTO_CMS_SHAPE_H
#define OPENTRM_CRYPTO_CMS_SHAPE_H

#include "base/bytes.h"

/* Views into the DER that was checked. How a signer or recipient is named: one of the two. */
struct cms_name {
    struct bytes issuer_serial; /* DER of the issuer's name, then of the serial number */
    struct bytes key_id;        /* subject key identifier */
};

struct cms_signed_shape {
    struct cms_name signer;
    bool has_content;
    struct bytes content;
    struct bytes certificate; /* empty: none enclosed */
};

/* cms_shape_signed: one signer with SHA-256 and RSA, signed attributes with contentType data,
 * messageDigest and signingTime, no unsigned ones, at most one certificate, no CRLs. ERR_CRYPTO. */
err cms_shape_signed(struct bytes der, struct cms_signed_shape *out);
/* cms_shape_sealed: AuthEnvelopedData for one recipient, RSAES-OAEP with SHA-256, AES-256-GCM with
 * a nonce of 12 bytes and a tag of 16, no attributes. ERR_CRYPTO. */
err cms_shape_sealed(struct bytes der, struct cms_name *recipient);

/* cms_shape_definite: the same value with definite lengths only. Other AS2 software writes the
 * outer levels of a signature with indefinite ones. Nothing else of BER is accepted. Owned by ctx.
 */
err cms_shape_definite(mem *ctx, struct bytes ber, size_t max, struct bytes *der);

#endif
