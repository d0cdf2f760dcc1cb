/* pair.h - two nodes with an organisation each, their keys and certificates: for tests of exchange.
 */
#ifndef OPENTRM_TESTS_PAIR_H
#define OPENTRM_TESTS_PAIR_H

#include "cm.h"

#include <string.h>

#include "base/compartment.h"
#include "base/id.h"
#include "base/text.h"
#include "crypto/certificate.h"
#include "crypto/secret.h"
#include "exchange/card.h"

#define NOW ((msec)1795500000000) /* 2026-11-24 */
#define YEAR (365 * MSEC_DAY)

struct side {
    struct id node, organisation;
    struct private_key *node_key, *organisation_key; /* the latter signs and opens, to save time */
    struct certificate *node_certificate, *signing, *keys[COMPARTMENTS];
};

static inline struct certificate *side_certificate(mem *ctx, const struct private_key *key,
                                                   enum certificate_purpose purpose,
                                                   const char *name, const char *unit)
{
    const char *hosts[] = {"127.0.0.1", "localhost", NULL};
    struct certificate *out = NULL;
    struct certificate_wish wish = {
        .purpose = purpose,
        .name = name,
        .unit = unit,
        .hosts = purpose == CERTIFICATE_NODE ? hosts : NULL,
        .from = NOW - MSEC_DAY,
        .until = NOW + 2 * YEAR,
    };
    OK(certificate_make(ctx, &wish, key, &out));
    return out;
}

static inline struct side *side_make(mem *ctx, const char *name)
{
    OK(crypto_start());
    struct side *side = mem_new(ctx, struct side);
    side->node = id_random();
    side->organisation = id_random();
    OK(private_key_generate(side, &side->node_key));
    OK(private_key_generate(side, &side->organisation_key));
    side->node_certificate = side_certificate(side, side->node_key, CERTIFICATE_NODE, name, NULL);
    side->signing = side_certificate(side, side->organisation_key, CERTIFICATE_SIGNING, name, NULL);
    for (unsigned c = 0; c < COMPARTMENTS; c++)
        side->keys[c] = side_certificate(side, side->organisation_key, CERTIFICATE_DECRYPTION, name,
                                         compartment_name((enum compartment)c));
    return side;
}

/* What a card of that side says. Static lists: good for one test at a time. */
static inline struct card side_card(const struct side *side, const char *country, int64_t sequence)
{
    static struct card_name names[2];
    static const char *procedures[] = {"return", "first_assistance", NULL};
    static const char *roles[] = {"child_authority", NULL};
    static const char *languages[] = {"it", "en", NULL};
    static struct card_endpoint endpoint;
    static struct card_organisation organisation;
    names[0] = (struct card_name){"en", "Shelter Aurora"};
    names[1] = (struct card_name){"sq", "Strehimi Agimi ë"};
    endpoint = (struct card_endpoint){"as2", "https://127.0.0.1:8443/as2"};
    organisation = (struct card_organisation){
        .id = side->organisation,
        .names = names,
        .name_count = 2,
        .procedures = procedures,
        .roles = roles,
        .languages = languages,
        .signing = side->signing,
    };
    for (unsigned c = 0; c < COMPARTMENTS; c++) organisation.keys[c] = side->keys[c];
    return (struct card){
        .node = side->node,
        .name = "Node of one country",
        .country = country,
        .sequence = sequence,
        .issued = NOW,
        .expires = NOW + YEAR,
        .profile = "opentrm/1",
        .languages = languages,
        .endpoints = &endpoint,
        .endpoint_count = 1,
        .certificate = side->node_certificate,
        .organisations = &organisation,
        .organisation_count = 1,
    };
}

static inline struct bytes flipped(mem *ctx, struct bytes in, size_t at, unsigned bit)
{
    uint8_t *p = talloc_memdup(ctx, in.p, in.n);
    p[at] ^= (uint8_t)(1u << bit);
    return bytes_of(p, in.n);
}

#endif
