/* card.h - a node card: who a node is, where it is reached, whose keys its organisations use
 * (design §8).
 *
 * A file that an office mails to another: canonical JSON in a CMS SignedData (PEM), signed by the
 * node's transport key, whose certificate is inside. Two people compare the fingerprint of all its
 * keys by voice; from then on the node is pinned, and only cards signed by the pinned key, or by a
 * new key that the pinned one vouches for, with a higher sequence, replace it; a card that brings
 * new keys of organisations is compared by voice again.
 *
 * Called by partner commands and pages, by sending (recipient certificates) and by receiving. Pure.
 */
#ifndef OPENTRM_EXCHANGE_CARD_H
#define OPENTRM_EXCHANGE_CARD_H

#include "base/compartment.h"
#include "base/id.h"
#include "crypto/cms.h"

#define CARD_MOST ((size_t)2 << 20) /* bytes of the file */
#define CARD_ORGANISATIONS_MOST 256
#define CARD_LIST_MOST 64 /* items in any other list of a card */
#define CARD_TEXT_MOST 200
#define CARD_URL_MOST 500

struct card_name {
    const char *language; /* BCP 47 */
    const char *text;
};

struct card_organisation {
    struct id id;
    struct card_name *names; /* at least one */
    size_t name_count;
    const char **procedures; /* identifiers, NULL-terminated: "return", ... */
    const char **roles;      /* NULL-terminated: "child_authority", "focal_point", ... */
    const char **languages;  /* NULL-terminated */
    const struct certificate *signing;
    const struct certificate *keys[COMPARTMENTS]; /* to seal to; all are there */
};

struct card_endpoint {
    const char *kind; /* "as2" */
    const char *url;  /* https only */
};

struct card {
    struct id node;         /* also its AS2 name */
    const char *name;       /* of the node: "Italy, national referral mechanism" */
    const char *country;    /* two capital letters (ISO 3166-1) */
    int64_t sequence;       /* 1, 2, ... a later card has a higher one */
    msec issued, expires;   /* whole seconds */
    const char *profile;    /* "opentrm/1" */
    const char **languages; /* NULL-terminated */
    struct card_endpoint *endpoints;
    size_t endpoint_count;
    const struct certificate *certificate; /* the node's transport certificate */
    struct bytes succession; /* empty, or SignedData by the previous transport key over the DER of
                              * `certificate`: how a node changes its key */
    struct card_organisation *organisations;
    size_t organisation_count;
    char digest[FINGERPRINT_ROOM]; /* SHA-256 of the JSON; set by card_read */
};

/* card_make: key must fit card->certificate. Owned by ctx. */
err card_make(mem *ctx, const struct card *card, const struct private_key *key, struct bytes *pem);
/* card_read: PEM; verifies that it is signed by the certificate it names, that it has not expired
 * at `at`, and every member. For a card stored long ago, pass the time when it was pinned.
 * ERR_INPUT, ERR_CRYPTO, ERR_LIMIT. Does not say that the node is whom it claims: that takes two
 * people. */
err card_read(mem *ctx, struct bytes pem, msec at, struct card **out);
/* card_successor: may `fresh` take the place of `pinned`? ERR_PEER with the reason if not: other
 * node, lower sequence, the same sequence with other content, another key without succession.
 * *same: it is the pinned card again. */
err card_successor(const struct card *pinned, const struct card *fresh, msec at, bool *same);
/* card_vouch: a succession: the old key signs the new transport certificate. */
err card_vouch(mem *ctx, const struct certificate *fresh, const struct private_key *old_key,
               const struct certificate *old, msec at, struct bytes *out);

/* card_fingerprint: what two offices compare: over the node's certificate and, of every organisation,
 * names, procedures, roles and certificates (docs/protocol.md), so that who has stolen the node's
 * key can slip in none, and exchange none for another. */
err card_fingerprint(const struct card *card, char out[static SPOKEN_ROOM]);
/* card_says_new: does `fresh` say something of an organisation that `pinned` does not? Then the
 * node's signature is not enough: two people compare again. One that is gone needs nobody. */
bool card_says_new(const struct card *pinned, const struct card *fresh);
const struct card_organisation *card_organisation_find(const struct card *card, struct id id);
/* card_endpoint_find: the URL of that kind, or NULL. */
const char *card_endpoint_find(const struct card *card, const char *kind);

#endif
