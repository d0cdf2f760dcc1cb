/* cms.h - signing and sealing of bytes as CMS (RFC 5652, RFC 5083/5084, RFC 8551): one seam.
 *
 * Pure functions of bytes: no store, no clock beyond a given time, no file, no network. So opening
 * can later run in a sandboxed worker. Everything that comes from outside is bounded, checked for
 * its exact shape, and refused if it uses anything but the algorithms below.
 *
 * - signed: SignedData, one signer, RSA PKCS#1 v1.5 with SHA-256, signed attributes.
 * - sealed: AuthEnvelopedData, one recipient, AES-256-GCM with a tag of 16 bytes, RSAES-OAEP with
 *   SHA-256 and MGF1-SHA-256 (RFC 3560).
 * - mail: EnvelopedData, AES-256-CBC, RSA PKCS#1 v1.5: what mail programs open. Only written.
 *
 * Verification is against exactly one expected certificate, no chain: see crypto/certificate.h.
 * Failures are ERR_CRYPTO (ERR_LIMIT for size), with OpenSSL's error queue left empty. The openssl
 * program checks all of it; the lines are in docs/protocol.md.
 */
#ifndef OPENTRM_CRYPTO_CMS_H
#define OPENTRM_CRYPTO_CMS_H

#include "crypto/certificate.h"

#define CMS_CONTENT_MOST ((size_t)12 << 20)   /* bytes that are signed or sealed */
#define CMS_MOST ((size_t)13 << 20)           /* bytes of a CMS object */
#define CMS_BESIDE_MOST ((size_t)64 << 20)    /* bytes that a detached signature is over */
#define CMS_SIGNATURE_MOST ((size_t)64 << 10) /* bytes of a detached signature */
#define CMS_RECIPIENTS_MOST 16

/* cms_sign: SignedData (DER) with the content inside, the signing certificate, and the signed
 * attributes contentType, messageDigest and signingTime (= at). ERR_BUG if key and certificate
 * don't belong together. */
err cms_sign(mem *ctx, struct bytes content, const struct private_key *key,
             const struct certificate *certificate, msec at, struct bytes *out);
/* cms_sign_detached: the same without the content: for multipart/signed. */
err cms_sign_detached(mem *ctx, struct bytes content, const struct private_key *key,
                      const struct certificate *certificate, msec at, struct bytes *out);

/* cms_verify: the content of a SignedData signed by the key of `expected`, which must be valid at
 * `at` and allowed to sign. An enclosed certificate must be equal to `expected`. signed_at: what
 * the signer claims, may be NULL. `content` is a view into `cms`. Only DER. */
err cms_verify(struct bytes cms, const struct certificate *expected, msec at, struct bytes *content,
               msec *signed_at);
/* cms_verify_detached: the same where the content is beside it. Indefinite lengths are accepted,
 * other AS2 software writes them. */
err cms_verify_detached(struct bytes cms, struct bytes content, const struct certificate *expected,
                        msec at, msec *signed_at);
/* cms_certificate: the one certificate enclosed in a SignedData. Nothing is verified: for showing
 * an unknown node's card, and for choosing among pinned certificates. */
err cms_certificate(mem *ctx, struct bytes cms, struct certificate **out);

/* cms_seal: AuthEnvelopedData (DER) for one recipient, who is named by subject key identifier only.
 * The recipient's certificate must be valid at `at` and allow keyEncipherment. */
err cms_seal(mem *ctx, struct bytes content, const struct certificate *recipient, msec at,
             struct bytes *out);
/* cms_open: the reverse. An expired certificate still opens: what was sealed in time must stay
 * readable. Refuses every other kind of CMS, cipher, tag length and key transport. */
err cms_open(mem *ctx, struct bytes cms, const struct private_key *key,
             const struct certificate *certificate, struct bytes *content);

/* cms_mail_seal: EnvelopedData (DER) for mail programs, to 1..CMS_RECIPIENTS_MOST recipients. Not
 * authenticated: sign first, seal the signed MIME. */
err cms_mail_seal(mem *ctx, struct bytes content, const struct certificate *const *recipients,
                  size_t n, msec at, struct bytes *out);

/* cms_pem / cms_unpem: "-----BEGIN CMS-----" armour around DER, as `openssl cms -outform PEM`. */
err cms_pem(mem *ctx, struct bytes der, const char **out);
err cms_unpem(mem *ctx, struct bytes pem, struct bytes *der);

#endif
