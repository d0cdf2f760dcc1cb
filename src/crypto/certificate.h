/* certificate.h - RSA keys and the X.509 certificates that name them (RFC 5280).
 *
 * Organisations sign and open with such keys, nodes serve TLS and sign AS2 with one. Every
 * certificate is self-signed: trust comes from a node card that two offices compared by voice
 * (exchange/card.h), never from a chain. So there is no path building here, and a certificate is
 * trusted by being equal, byte for byte, to one that was pinned.
 *
 * Called by crypto/cms.h, crypto/pkcs12.h, domain (organisation keys) and exchange. Never stores
 * anything, never asks a clock: times are given. Failures are ERR_CRYPTO unless said otherwise,
 * with OpenSSL's error queue left empty.
 */
#ifndef OPENTRM_CRYPTO_CERTIFICATE_H
#define OPENTRM_CRYPTO_CERTIFICATE_H

#include "base/bytes.h"
#include "base/clock.h"

struct secret; /* crypto/secret.h */
struct secret_arena;

#define KEY_BITS 3072       /* what we make */
#define KEY_BITS_LEAST 2048 /* what we accept from a partner */
#define KEY_BITS_MOST 8192  /* a larger one would only cost us time */

#define CERTIFICATE_DER_MOST 16384
#define FINGERPRINT_ROOM 65 /* SHA-256 in hexadecimal, NUL */
#define SPOKEN_ROOM 40      /* ten groups of three, nine hyphens, NUL */

/* Both are opaque, owned by a talloc context whose end wipes and frees the OpenSSL object, and
 * never change after they were made, so threads may share them. */
struct private_key;
struct certificate;

/* private_key_generate: a fresh RSA-3072 key, e = 65537. Takes a fraction of a second. */
err private_key_generate(mem *ctx, struct private_key **out);
/* private_key_write: as PKCS#8 DER (RFC 5958) in guarded memory, to be wrapped by the caller. */
err private_key_write(const struct private_key *key, struct secret_arena *arena,
                      struct secret *out);
/* private_key_read: from PKCS#8 DER, which the caller wipes. ERR_CRYPTO unless RSA of
 * KEY_BITS_LEAST to KEY_BITS_MOST and nothing behind it. */
err private_key_read(mem *ctx, struct bytes der, struct private_key **out);
/* private_key_write_pem / private_key_read_pem: the same as unencrypted PEM: for the node's
 * transport key, which is a file of mode 0600. */
err private_key_write_pem(const struct private_key *key, struct secret_arena *arena,
                          struct secret *out);
err private_key_read_pem(mem *ctx, struct bytes pem, struct private_key **out);

/* What a certificate is for. Decides key usage and extended key usage. */
enum certificate_purpose {
    CERTIFICATE_SIGNING,    /* an organisation signs: digitalSignature; emailProtection */
    CERTIFICATE_DECRYPTION, /* sealed to an organisation: keyEncipherment; emailProtection */
    CERTIFICATE_NODE /* TLS and AS2: digitalSignature, keyEncipherment; serverAuth, clientAuth,
                      * emailProtection (so that `openssl cms -verify` accepts it as it is) */
};

#define CERTIFICATE_NAMES_MOST 16

struct certificate_wish {
    enum certificate_purpose purpose;
    const char *name;         /* common name, UTF-8, 1 to 64 characters: the agency, or the node */
    const char *unit;         /* organizational unit, or NULL: the compartment, for instance */
    const char *country;      /* two capital letters, or NULL */
    const char *email;        /* rfc822Name, or NULL: mail programs look for it */
    const char *const *hosts; /* DNS names and IP addresses of a node, NULL-terminated, or NULL */
    msec from, until;         /* validity; whole seconds are kept */
};

/* certificate_make: self-signed with SHA-256, random serial (126 bits), subject key identifier.
 * ERR_INPUT for a wish that can't be granted. */
err certificate_make(mem *ctx, const struct certificate_wish *wish, const struct private_key *key,
                     struct certificate **out);

/* certificate_read / _read_pem: exactly one certificate and nothing behind it. Refuses (ERR_CRYPTO)
 * keys that are not RSA of KEY_BITS_LEAST to KEY_BITS_MOST. Says nothing about trust. */
err certificate_read(mem *ctx, struct bytes der, struct certificate **out);
err certificate_read_pem(mem *ctx, struct bytes pem, struct certificate **out);
err certificate_write_pem(mem *ctx, const struct certificate *certificate, const char **out);
/* certificate_der: lives as long as the certificate. */
struct bytes certificate_der(const struct certificate *certificate);
bool certificate_same(const struct certificate *a, const struct certificate *b);

/* certificate_check: valid at that time, and its key usage allows that purpose (one of SIGNING,
 * DECRYPTION; NODE wants both). ERR_CRYPTO says which is wrong. */
err certificate_check(const struct certificate *certificate, enum certificate_purpose purpose,
                      msec at);
msec certificate_from(const struct certificate *certificate);
msec certificate_until(const struct certificate *certificate);
/* certificate_name: the common name, owned by the certificate. For showing, not for deciding. */
const char *certificate_name(const struct certificate *certificate);
/* certificate_fits: the certificate names this key's public half. */
bool certificate_fits(const struct certificate *certificate, const struct private_key *key);

/* private_key_sign / certificate_verify: a bare RSA PKCS#1 v1.5 signature with SHA-256, as
 * `openssl dgst -sha256 -sign` and `-verify` do: for audit checkpoints. ERR_CRYPTO. */
err private_key_sign(mem *ctx, const struct private_key *key, struct bytes in, struct bytes *out);
err certificate_verify(const struct certificate *certificate, struct bytes in,
                       struct bytes signature);

/* certificate_fingerprint: SHA-256 of the DER, lower-case hexadecimal; the same as
 * `openssl x509 -fingerprint -sha256` but for colons and case. */
void certificate_fingerprint(const struct certificate *certificate,
                             char out[static FINGERPRINT_ROOM]);
/* certificate_spoken: the first 150 bits of the same SHA-256 in base32 (RFC 4648 §6: no 0, 1, 8,
 * 9), ten groups of three with hyphens, for two people on the telephone. */
void certificate_spoken(const struct certificate *certificate, char out[static SPOKEN_ROOM]);
/* digest_spoken: the same of any SHA-256 (32 bytes). */
void digest_spoken(const uint8_t digest[static 32], char out[static SPOKEN_ROOM]);
/* certificate_pin: "sha256//" and the base64 of the SHA-256 of the public key (RFC 7469 §2.4), as
 * libcurl wants it. Owned by ctx. */
err certificate_pin(mem *ctx, const struct certificate *certificate, const char **out);

#endif
