/* partner_own.c - this node's card. */
#include "base/text.h"
#include "base/vec.h"
#include "db/organisation.h"
#include "db/setting.h"
#include "domain/organisation.h"
#include "exchange/partner.h"

#define SETTING_CARD "card.pem"

struct own {
    struct node *node;
    mem *ctx;
    db_organisations organisations;
    const char *stored; /* PEM, or NULL */
    const char *fresh;
};

static err read_own(struct tx *tx, void *arg)
{
    struct own *o = arg;
    TRY(db_organisation_list(tx, o->ctx, &o->organisations));
    err e = db_setting_get(tx, o->ctx, SETTING_CARD, &o->stored);
    if (e.kind == ERR_NOT_FOUND) {
        o->stored = NULL;
        return ERR_OK;
    }
    return e;
}

static err write_own(struct tx *tx, void *arg)
{
    const struct own *o = arg;
    return db_setting_put(tx, SETTING_CARD, o->fresh);
}

/* Words with a space between, as a NULL-terminated list. */
static err words(mem *ctx, const char *text, const char ***out)
{
    VEC(const char *) list = {0};
    const char *piece;
    do {
        TRY(text_split(ctx, &text, ' ', &piece));
        TRY(vec_push(ctx, &list, piece, CARD_LIST_MOST));
    } while (piece != NULL);
    *out = list.at;
    return ERR_OK;
}

static err organisation(struct own *o, const struct db_organisation *row, struct card_organisation *out)
{
    struct card_name *name = mem_new(o->ctx, struct card_name);
    ENSURE_MEM(name);
    *name = (struct card_name){o->node->settings.language, row->name};
    *out = (struct card_organisation){.id = row->id, .names = name, .name_count = 1};
    TRY(words(o->ctx, row->procedures, &out->procedures));
    TRY(words(o->ctx, row->languages, &out->languages));
    const char *roles = row->child_authority && row->focal_point ? "child_authority focal_point"
                        : row->child_authority                   ? "child_authority"
                        : row->focal_point                       ? "focal_point"
                                                                 : "";
    TRY(words(o->ctx, roles, &out->roles));
    TRY(organisation_certificate_signing(o->node, row->id, o->ctx, &out->signing));
    for (unsigned i = 0; i < COMPARTMENTS; i++)
        TRY(organisation_certificate_for(o->node, row->id, (enum compartment)i, o->ctx, &out->keys[i]));
    return ERR_OK;
}

/* Agencies that have no keys yet can't be written to and stay out. */
static err organisations(struct own *o, struct card *card)
{
    card->organisations = mem_array(o->ctx, struct card_organisation, o->organisations.n + 1);
    ENSURE_MEM(card->organisations);
    for (size_t i = 0; i < o->organisations.n; i++) {
        if (!o->organisations.at[i].active) continue;
        err e = organisation(o, &o->organisations.at[i], &card->organisations[card->organisation_count]);
        if (e.kind == ERR_NOT_FOUND) continue;
        TRY(e);
        card->organisation_count++;
    }
    ENSURE(card->organisation_count > 0, ERR_STATE, "no organisation of this node has keys yet: make them first");
    return ERR_OK;
}

/* Is the stored card still good: the same but for its number and dates, and not past half its time? */
static err still_good(struct own *o, struct card *wish, bool *good)
{
    struct card *stored;
    struct bytes pem;
    *good = false;
    if (o->stored == NULL) return ERR_OK;
    msec now = node_now(o->node);
    err e = card_read(o->ctx, bytes_text(o->stored), now, &stored);
    if (err_failed(e)) return ERR_OK; /* ended or of an old shape: a fresh one with the next number */
    struct card same = *wish;
    same.sequence = stored->sequence;
    same.issued = stored->issued;
    same.expires = stored->expires;
    TRY(card_make(o->ctx, &same, o->node->key, &pem));
    struct card *remade;
    TRY(card_read(o->ctx, pem, now, &remade));
    wish->sequence = stored->sequence + 1;
    *good = text_same(remade->digest, stored->digest) && now < stored->issued + (stored->expires - stored->issued) / 2;
    return ERR_OK;
}

err partner_own_card(struct node *node, mem *ctx, struct bytes *pem, char spoken[static SPOKEN_ROOM])
{
    struct own o = {.node = node, .ctx = ctx};
    TRY(db_read(node->records, read_own, &o));
    msec now = node_now(node);
    const char *languages[] = {node->settings.language, NULL};
    struct card_endpoint endpoint = {"as2", node->settings.exchange_address};
    struct card card = {.name = node->settings.name,
                        .country = node->settings.country,
                        .sequence = 1,
                        .issued = now,
                        .expires = now + PARTNER_CARD_DAYS * MSEC_DAY,
                        .profile = "opentrm/1",
                        .languages = languages,
                        .endpoints = &endpoint,
                        .endpoint_count = 1,
                        .certificate = node->certificate};
    TRY(id_parse(node->settings.id, &card.node));
    TRY(organisations(&o, &card));
    bool good;
    TRY(still_good(&o, &card, &good));
    if (good) {
        *pem = bytes_text(o.stored);
    } else {
        TRY(card_make(ctx, &card, node->key, pem));
        o.fresh = (const char *)pem->p;
        TRY(db_run(node->records, write_own, &o));
    }
    TRY(card_fingerprint(&card, spoken));
    return ERR_OK;
}
