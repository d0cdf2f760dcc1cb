/* card.c - node cards: signing, verifying, succession. Their JSON is in card_json.c. */
#include "exchange/card.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/sha256.h"
#include "exchange/card_json.h"

err card_make(mem *ctx, const struct card *card, const struct private_key *key, struct bytes *pem)
{
    MEM_SCOPE(scope, NULL);
    ENSURE_MEM(scope);
    struct bytes json = {0}, cms = {0};
    const char *text = NULL;
    struct card *again = NULL;
    TRY(card_json_write(scope, card, &json));
    TRY(cms_sign(scope, json, key, card->certificate, card->issued, &cms));
    TRY(cms_pem(scope, cms, &text));
    /* What we hand out, a partner must be able to take. */
    TRY(card_read(scope, bytes_text(text), card->issued, &again));
    return bytes_copy(ctx, bytes_text(text), pem);
}

err card_read(mem *ctx, struct bytes pem, msec at, struct card **out)
{
    ENSURE(pem.n <= CARD_MOST, ERR_LIMIT, "a node card is larger than allowed");
    MEM_SCOPE(scope, ctx);
    struct bytes cms = {0}, json = {0};
    struct certificate *inside = NULL;
    struct card *card = NULL;
    TRY(cms_unpem(scope, pem, &cms));
    TRY(cms_certificate(scope, cms, &inside));
    TRY(cms_verify(cms, inside, at, &json, NULL));
    TRY(card_json_read(scope, json, at, &card));
    ENSURE(certificate_same(card->certificate, inside), ERR_CRYPTO,
           "a node card is signed by another key than it names");
    ENSURE(at < card->expires, ERR_CRYPTO, "the node card has ended");
    sha256_hex(json, card->digest);
    *out = talloc_steal(ctx, card);
    return ERR_OK;
}

/* The pinned key signs, or has signed the certificate of the next one. */
static err authority_check(const struct card *pinned, const struct card *fresh, msec at)
{
    if (certificate_same(pinned->certificate, fresh->certificate)) return ERR_OK;
    ENSURE(fresh->succession.n > 0, ERR_PEER,
           "the node card is signed by another key than the pinned one");
    struct bytes named = {0};
    TRY_AS(cms_verify(fresh->succession, pinned->certificate, at, &named, NULL), ERR_PEER,
           "the pinned key does not vouch for the new one");
    ENSURE(bytes_equal(named, certificate_der(fresh->certificate)), ERR_PEER,
           "the pinned key vouches for another key");
    return ERR_OK;
}

err card_successor(const struct card *pinned, const struct card *fresh, msec at, bool *same)
{
    ENSURE(id_same(pinned->node, fresh->node), ERR_PEER, "the card of another node");
    TRY(authority_check(pinned, fresh, at));
    ENSURE(fresh->sequence >= pinned->sequence, ERR_PEER,
           "the node card is older than the one we have");
    bool equal = strcmp(fresh->digest, pinned->digest) == 0;
    ENSURE(equal || fresh->sequence > pinned->sequence, ERR_PEER,
           "another node card with the sequence number of the one we have");
    *same = equal;
    return ERR_OK;
}

err card_vouch(mem *ctx, const struct certificate *fresh, const struct private_key *old_key,
               const struct certificate *old, msec at, struct bytes *out)
{
    return cms_sign(ctx, certificate_der(fresh), old_key, old, at, out);
}

/* ---- what is compared by voice ---- */

static void line_add(struct sha256_stream *s, const char *owner, const char *use, const char *what)
{
    char length[24];
    (void)snprintf(length, sizeof length, " %zu ", strlen(what)); /* so that no text can pass for a line */
    const char *const words[] = {owner, " ", use, length, what, "\n"};
    for (size_t i = 0; i < COUNT_OF(words); i++) sha256_add(s, bytes_text(words[i]));
}

static void certificate_add(struct sha256_stream *s, const char *owner, const char *use,
                            const struct certificate *certificate)
{
    char fingerprint[FINGERPRINT_ROOM];
    certificate_fingerprint(certificate, fingerprint);
    line_add(s, owner, use, fingerprint);
}

static void words_add(struct sha256_stream *s, const char *owner, const char *use,
                      const char *const *words)
{
    for (size_t i = 0; words != NULL && words[i] != NULL; i++) line_add(s, owner, use, words[i]);
}

/* Who an organisation is, what it does, and its keys. */
static void organisation_add(struct sha256_stream *s, const struct card_organisation *o)
{
    for (size_t i = 0; i < o->name_count; i++) {
        line_add(s, o->id.text, "language", o->names[i].language);
        line_add(s, o->id.text, "name", o->names[i].text);
    }
    words_add(s, o->id.text, "procedure", o->procedures);
    words_add(s, o->id.text, "role", o->roles);
    certificate_add(s, o->id.text, "signing", o->signing);
    for (unsigned c = 0; c < COMPARTMENTS; c++)
        certificate_add(s, o->id.text, compartment_name((enum compartment)c), o->keys[c]);
}

static int by_id(const void *a, const void *b)
{
    const struct card_organisation *const *x = a, *const *y = b;
    return strcmp((*x)->id.text, (*y)->id.text);
}

err card_fingerprint(const struct card *card, char out[static SPOKEN_ROOM])
{
    const struct card_organisation *sorted[CARD_ORGANISATIONS_MOST];
    struct sha256_stream s;
    uint8_t digest[SHA256_SIZE];
    ENSURE(card->organisation_count <= CARD_ORGANISATIONS_MOST, ERR_LIMIT,
           "too many organisations on a node card");
    for (size_t i = 0; i < card->organisation_count; i++) sorted[i] = &card->organisations[i];
    qsort(sorted, card->organisation_count, sizeof sorted[0], by_id);
    sha256_begin(&s);
    certificate_add(&s, card->node.text, "node", card->certificate);
    for (size_t i = 0; i < card->organisation_count; i++) organisation_add(&s, sorted[i]);
    sha256_end(&s, digest);
    digest_spoken(digest, out);
    return ERR_OK;
}

static void organisation_digest(const struct card_organisation *o, uint8_t out[static SHA256_SIZE])
{
    struct sha256_stream s;
    sha256_begin(&s);
    organisation_add(&s, o);
    sha256_end(&s, out);
}

static bool organisation_known(const struct card *pinned, const struct card_organisation *fresh)
{
    const struct card_organisation *known = card_organisation_find(pinned, fresh->id);
    uint8_t before[SHA256_SIZE], now[SHA256_SIZE];
    if (known == NULL) return false;
    organisation_digest(known, before);
    organisation_digest(fresh, now);
    return memcmp(before, now, sizeof now) == 0;
}

bool card_says_new(const struct card *pinned, const struct card *fresh)
{
    for (size_t i = 0; i < fresh->organisation_count; i++)
        if (!organisation_known(pinned, &fresh->organisations[i])) return true;
    return false;
}

const struct card_organisation *card_organisation_find(const struct card *card, struct id id)
{
    for (size_t i = 0; i < card->organisation_count; i++)
        if (id_same(card->organisations[i].id, id)) return &card->organisations[i];
    return NULL;
}

const char *card_endpoint_find(const struct card *card, const char *kind)
{
    for (size_t i = 0; i < card->endpoint_count; i++)
        if (strcmp(card->endpoints[i].kind, kind) == 0) return card->endpoints[i].url;
    return NULL;
}
