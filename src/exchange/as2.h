/* as2.h - AS2 messages (RFC 4130): signed by a node, carried over HTTPS, not encrypted again.
 *
 * A message is multipart/signed (RFC 1847): the envelope as one MIME entity, and a detached CMS
 * signature by the node's transport key. Its MIC is the SHA-256 of the signed entity's bytes. A
 * post is header fields and a body; the same bytes are kept and sent at every attempt.
 *
 * Called by deliver (sending) and receive (receiving). Knows no store and no network.
 */
#ifndef OPENTRM_EXCHANGE_AS2_H
#define OPENTRM_EXCHANGE_AS2_H

#include "base/id.h"
#include "crypto/cms.h"
#include "exchange/mime.h"

#define AS2_MOST ((size_t)48 << 20) /* bytes of a body */
#define AS2_NAME_MOST 128           /* characters of an AS2 name (RFC 4130 §6.2) */
#define AS2_MESSAGE_ID_MOST 255     /* characters, with the angle brackets */
#define AS2_MIC_ROOM 80             /* "base64, sha-256" with NUL */

/* Header fields and body of an HTTP request or response. */
struct as2_post {
    struct mime_fields headers;
    struct bytes body;
};

struct as2_wish {
    const char *from; /* AS2 names: for our nodes, the node's id */
    const char *to;
    struct id message; /* Message-ID: <message@from> */
    msec at;
    const char *type;     /* of the content: ENVELOPE_TYPE */
    struct bytes content; /* the envelope's JSON */
};

/* as2_make: asks for a signed synchronous receipt. mic: as it must come back. Owned by ctx. */
err as2_make(mem *ctx, const struct as2_wish *wish, const struct private_key *key,
             const struct certificate *certificate, struct as2_post *out,
             char mic[static AS2_MIC_ROOM]);

/* as2_headers_write / _read: header fields as text ("Name: value" CRLF ...), for the queue and for
 * evidence: text, CRLF and body together are a MIME file that `openssl cms -verify` reads. */
err as2_headers_write(mem *ctx, struct mime_fields headers, struct bytes *out);
err as2_headers_read(mem *ctx, struct bytes in, struct mime_fields *out);

/* as2_headers_keep: of what came over HTTP, the fields that belong to the message, as far as they are
 * printable ASCII: for storing. */
err as2_headers_keep(mem *ctx, struct mime_fields headers, struct mime_fields *out);

/* What the header fields of an incoming post say; nothing of it is verified. */
struct as2_claim {
    const char *from; /* unquoted */
    const char *to;
    const char *message_id; /* with angle brackets */
    const char *subject;    /* or NULL */
    bool wants_receipt;     /* Disposition-Notification-To is there */
    bool wants_signed;      /* Disposition-Notification-Options asks for pkcs7-signature */
    bool mic_offered;       /* it allows a MIC by SHA-256, or does not say */
    bool asynchronous;      /* Receipt-Delivery-Option: a later receipt is wanted; we have none */
};

/* as2_claim_read: ERR_INPUT if a required field is missing, twice, or malformed. */
err as2_claim_read(mem *ctx, struct mime_fields headers, struct as2_claim *out);

struct as2_content {
    const char *type;       /* of the signed entity */
    struct bytes content;   /* decoded */
    struct bytes raw;       /* the signed bytes */
    char mic[AS2_MIC_ROOM]; /* "base64, sha-256" (or "sha256", as the sender spells micalg) */
    msec signed_at;         /* what the signer claims */
};

/* as2_verify: checks the signature against the partner's pinned transport certificate. ERR_INPUT:
 * not a signed message; ERR_CRYPTO: does not verify. */
err as2_verify(mem *ctx, const struct as2_post *post, const struct certificate *partner, msec at,
               struct as2_content *out);

/* multipart/signed (RFC 1847, RFC 8551 §3.5.3), which messages and receipts share. `content_type`
 * is the value of the header field that belongs to `body`. */
err as2_signed_write(mem *ctx, struct bytes entity, const struct private_key *key,
                     const struct certificate *certificate, msec at, const char **content_type,
                     struct bytes *body);
struct as2_signed {
    const struct mime_entity *entity; /* the signed one, with its raw bytes */
    struct bytes signature;           /* detached SignedData, not yet verified */
    const char *mic_name;             /* "sha-256" or "sha256", as the signer spells it */
};
err as2_signed_read(mem *ctx, const struct as2_post *post, size_t max, struct as2_signed *out);

/* as2_mic: of bytes that were signed; `name` is "sha-256" or "sha256". */
err as2_mic(struct bytes signed_bytes, const char *name, char out[static AS2_MIC_ROOM]);
/* as2_mic_same: equal digests, sha256 and sha-256 being the same, white space aside. */
bool as2_mic_same(const char *a, const char *b);
/* as2_name_write / as2_name_read: quoted where RFC 4130 §6.2 wants it. Names are compared by case.
 */
err as2_name_write(mem *ctx, const char *name, const char **out);
err as2_name_read(mem *ctx, const char *field, const char **out);

#endif
