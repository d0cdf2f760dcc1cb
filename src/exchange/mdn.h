/* mdn.h - the signed receipt of a node: message disposition notification (RFC 4130 §7, RFC 8098).
 *
 * It says that the partner's node has the message, whole and safe on disk, or why not. It says
 * nothing about people: who opened and read is told by receipts of organisations (part type
 * "receipt").
 *
 * Called by deliver (verifying) and receive (making). Knows no store and no network.
 */
#ifndef OPENTRM_EXCHANGE_MDN_H
#define OPENTRM_EXCHANGE_MDN_H

#include "exchange/as2.h"

#define MDN_MOST ((size_t)256 << 10)

enum mdn_outcome {
    MDN_PROCESSED,
    MDN_AUTHENTICATION_FAILED, /* signature does not verify, or unknown sender */
    MDN_DECRYPTION_FAILED,     /* an AS2-encrypted message: not in our profile */
    MDN_INTEGRITY_FAILED,      /* integrity-check-failed */
    MDN_DUPLICATE,             /* duplicate-document: this id is known with another MIC */
    MDN_UNEXPECTED,         /* unexpected-processing-error: our fault or a full disk; try again */
    MDN_INSUFFICIENT,       /* insufficient-message-security: not signed */
    MDN_UNKNOWN_RECIPIENT,  /* unknown-recipient: no such organisation on this node */
    MDN_UNSUPPORTED_FORMAT, /* failure: unsupported format, e.g. an asynchronous receipt wanted */
    MDN_UNSUPPORTED_MIC,    /* failure: unsupported MIC-algorithms */
    MDN_OTHER               /* read only: an error or failure this table does not know */
};

struct mdn_wish {
    const char *from; /* AS2 name of the receipt's maker */
    const char *to;
    struct id message;    /* of the receipt itself */
    const char *original; /* Original-Message-ID, with angle brackets */
    const char *mic;      /* Received-Content-MIC; NULL where nothing could be verified */
    enum mdn_outcome outcome;
    msec at;
};

/* mdn_make: multipart/signed around multipart/report. Owned by ctx. */
err mdn_make(mem *ctx, const struct mdn_wish *wish, const struct private_key *key,
             const struct certificate *certificate, struct as2_post *out);

struct mdn_expected {
    const char *from;     /* the partner's AS2 name */
    const char *to;       /* ours */
    const char *original; /* Message-ID that we sent */
    const char *mic;      /* that we computed */
};

struct mdn {
    enum mdn_outcome outcome;
    const char *disposition; /* as written, for the log of an expert; ASCII */
    msec signed_at;
};

/* mdn_verify: a receipt for exactly that message, signed by the partner's pinned certificate.
 * ERR_INPUT: not a receipt; ERR_CRYPTO: signature; ERR_PEER: for another message, or it confirms
 * other bytes (a processed receipt without or with a different MIC). A signed error is a success
 * here: see outcome. */
err mdn_verify(mem *ctx, const struct as2_post *post, const struct certificate *partner,
               const struct mdn_expected *expected, msec at, struct mdn *out);

/* mdn_read: what a report says, compared with what is expected, its signature not looked at: the
 * second half of mdn_verify, for its fuzz target. */
err mdn_read(mem *ctx, const struct mime_entity *report, const struct mdn_expected *expected,
             struct mdn *out);

/* mdn_worth_retrying: the partner may say otherwise next time. */
bool mdn_worth_retrying(enum mdn_outcome outcome);
/* mdn_outcome_name: a literal slug for logs and the timeline: "processed", "authentication-failed",
 * ... */
const char *mdn_outcome_name(enum mdn_outcome outcome);

#endif
