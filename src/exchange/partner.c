/* partner.c - taking in a partner's card, showing and revoking partners. */
#include "exchange/partner.h"

#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/text.h"
#include "db/contact.h"
#include "db/partner.h"

struct adding {
    struct node *node;
    struct actor *actor;
    mem *ctx;
    struct bytes pem;
    struct card *card;
    char spoken[SPOKEN_ROOM];
    struct db_partner known;
    bool is_known;
    bool same;
    db_contacts contacts;
};

static err read_known(struct tx *tx, void *arg)
{
    struct adding *a = arg;
    err e = db_partner_by_id(tx, a->ctx, a->card->node.text, &a->known);
    a->is_known = !err_failed(e);
    return e.kind == ERR_NOT_FOUND ? ERR_OK : e;
}

/* As people read it out: letters and digits count, nothing else. */
static bool same_spoken(const char *a, const char *b)
{
    for (;;) {
        while (*a != '\0' && isalnum((unsigned char)*a) == 0) a++;
        while (*b != '\0' && isalnum((unsigned char)*b) == 0) b++;
        if (*a == '\0' || *b == '\0') return *a == *b;
        if (toupper((unsigned char)*a++) != toupper((unsigned char)*b++)) return false;
    }
}

static err trust(struct adding *a, const char *fingerprint)
{
    bool spoken = !text_empty(fingerprint), pinned_now = a->is_known && text_same(a->known.state, "pinned");
    ENSURE(spoken || pinned_now, ERR_INPUT,
           "this partner is new: telephone the other office, and give the fingerprint that they read out");
    ENSURE(!spoken || same_spoken(fingerprint, a->spoken), ERR_PEER,
           "the fingerprint is another one: this card is not from the office you spoke with");
    ENSURE(pinned_now || !a->is_known || a->card->sequence >= a->known.sequence, ERR_PEER,
           "this card is older than the last one: ask for the present one");
    if (!pinned_now) return ERR_OK;
    struct card *pinned;
    TRY(card_read(a->ctx, a->known.card, a->known.pinned_at, &pinned));
    TRY(card_successor(pinned, a->card, node_now(a->node), &a->same));
    ENSURE(spoken || !card_says_new(pinned, a->card), ERR_INPUT,
           "this card says something new of agencies or their keys: telephone the other office, and give the fingerprint that they read out");
    return ERR_OK;
}

static err joined(mem *ctx, const char *const *words, const char **out)
{
    struct buf b;
    buf_init(&b, ctx, 4096);
    for (size_t i = 0; words != NULL && words[i] != NULL; i++) {
        buf_add_text(&b, i == 0 ? "" : " ");
        buf_add_text(&b, words[i]);
    }
    return buf_text(&b, out);
}

static err contact_row(struct adding *a, const struct card_organisation *o, struct db_contact *out)
{
    char day[DATE_TIME_ROOM];
    date_format_day(date_of(a->card->issued), day);
    *out = (struct db_contact){.id = id_new(node_now(a->node)),
                               .country = a->card->country,
                               .body = o->names[0].text,
                               .city = "",
                               .channels = "{}",
                               .source = "node card",
                               .verified_at = mem_text(a->ctx, day),
                               .organisation_id = o->id.text,
                               .partner_id = a->card->node.text};
    ENSURE_MEM(out->verified_at);
    TRY(joined(a->ctx, o->procedures, &out->procedures));
    TRY(joined(a->ctx, o->roles, &out->roles));
    return joined(a->ctx, o->languages, &out->languages);
}

/* What was looked at outside of this transaction is still so: somebody who revokes a partner, or takes a newer card in,
 * at the same moment is not undone. */
static err still_known(struct tx *tx, const struct adding *a)
{
    struct db_partner now;
    err e = db_partner_by_id(tx, db_scratch(tx), a->card->node.text, &now);
    if (e.kind != ERR_NOT_FOUND) TRY(e);
    bool there = !err_failed(e);
    bool same = there == a->is_known && (!there || (text_same(now.state, a->known.state) && now.sequence == a->known.sequence &&
                                                    bytes_equal(now.card, a->known.card)));
    ENSURE(same, ERR_CONFLICT, "this partner was changed meanwhile: look, and add the card again");
    return ERR_OK;
}

static err write_partner(struct tx *tx, void *arg)
{
    const struct adding *a = arg;
    msec now = node_now(a->node);
    TRY(still_known(tx, a));
    const struct db_partner row = {.id = a->card->node.text,
                                   .name = a->card->name,
                                   .country = a->card->country,
                                   .sequence = a->card->sequence,
                                   .expires_at = a->card->expires,
                                   .card = a->pem,
                                   .fingerprint = a->spoken,
                                   .state = "pinned",
                                   .pinned_at = now,
                                   .pinned_by = a->actor == NULL ? (struct id){""} : a->actor->user_id,
                                   .endpoint = card_endpoint_find(a->card, "as2")};
    TRY(db_partner_put(tx, &row));
    TRY(db_contact_clear(tx, row.id));
    for (size_t i = 0; i < a->contacts.n; i++) TRY(db_contact_insert(tx, &a->contacts.at[i]));
    const struct audit_event event = {.at = now,
                                      .actor_id = row.pinned_by,
                                      .action = a->is_known ? AUDIT_PARTNER_CARD : AUDIT_PARTNER_PIN,
                                      .object = row.id};
    return audit_append(tx, a->node->audit, &event);
}

err partner_add(struct node *node, struct actor *actor, struct bytes pem, const char *fingerprint, mem *ctx,
                struct partner_added *out)
{
    if (actor != NULL) TRY(actor_need(actor, CAPABILITY_PARTNER_MANAGE));
    struct adding *a = mem_new(ctx, struct adding);
    ENSURE_MEM(a);
    a->node = node;
    a->actor = actor;
    a->ctx = ctx;
    a->pem = pem;
    TRY(card_read(ctx, pem, node_now(node), &a->card));
    ENSURE(!text_same(a->card->node.text, node->settings.id), ERR_INPUT, "this is this node's own card");
    ENSURE(card_endpoint_find(a->card, "as2") != NULL, ERR_INPUT, "the card names no address to send to");
    TRY(card_fingerprint(a->card, a->spoken));
    TRY(db_read(node->records, read_known, a));
    TRY(trust(a, fingerprint));
    a->contacts.at = mem_array(ctx, struct db_contact, a->card->organisation_count + 1);
    ENSURE_MEM(a->contacts.at);
    for (size_t i = 0; i < a->card->organisation_count; i++)
        TRY(contact_row(a, &a->card->organisations[i], &a->contacts.at[a->contacts.n++]));
    if (!a->same) TRY(db_run(node->records, write_partner, a));
    *out = (struct partner_added){a->card->node.text, a->card->country, a->is_known};
    return ERR_OK;
}

struct listing {
    mem *ctx;
    const char *id;
    db_partners rows;
    struct db_partner row;
};

static err read_list(struct tx *tx, void *arg)
{
    struct listing *l = arg;
    return db_partner_list(tx, l->ctx, &l->rows);
}

err partner_all(struct node *node, mem *ctx, struct partner_list *out)
{
    struct listing l = {.ctx = ctx};
    TRY(db_read(node->records, read_list, &l));
    struct partner_line *at = mem_array(ctx, struct partner_line, l.rows.n + 1);
    ENSURE_MEM(at);
    for (size_t i = 0; i < l.rows.n; i++) {
        const struct db_partner *row = &l.rows.at[i];
        at[i] = (struct partner_line){row->id,       row->name,     row->country,    row->state,    row->fingerprint,
                                      row->endpoint, row->sequence, row->expires_at, row->pinned_at};
    }
    *out = (struct partner_list){at, l.rows.n};
    return ERR_OK;
}

static err read_one(struct tx *tx, void *arg)
{
    struct listing *l = arg;
    return db_partner_by_id(tx, l->ctx, l->id, &l->row);
}

static void show_certificate(struct buf *b, const char *what, const struct certificate *certificate)
{
    char print[FINGERPRINT_ROOM], until[DATE_TIME_ROOM];
    certificate_fingerprint(certificate, print);
    date_format_utc(certificate_until(certificate), until);
    buf_addf(b, "    %-14s sha256 %s until %s\n", what, print, until);
}

err partner_show(struct node *node, const char *id, mem *ctx, const char **out)
{
    struct listing l = {.ctx = ctx, .id = id};
    struct card *card;
    struct buf b;
    char ends[DATE_TIME_ROOM];
    TRY(db_read(node->records, read_one, &l));
    TRY(card_read(ctx, l.row.card, l.row.pinned_at, &card));
    buf_init(&b, ctx, (size_t)1 << 20);
    date_format_utc(card->expires, ends);
    buf_addf(&b, "%s  %s\n  country %s, card %lld until %s, %s\n  address %s\n  fingerprint %s\n", card->node.text,
             card->name, card->country, (long long)card->sequence, ends, l.row.state, l.row.endpoint, l.row.fingerprint);
    show_certificate(&b, "node", card->certificate);
    for (size_t i = 0; i < card->organisation_count; i++) {
        const struct card_organisation *o = &card->organisations[i];
        const char *procedures, *roles;
        TRY(joined(ctx, o->procedures, &procedures));
        TRY(joined(ctx, o->roles, &roles));
        buf_addf(&b, "  %s  %s\n    procedures: %s\n    roles: %s\n", o->id.text, o->names[0].text, procedures, roles);
        show_certificate(&b, "signing", o->signing);
        for (unsigned k = 0; k < COMPARTMENTS; k++)
            show_certificate(&b, compartment_name((enum compartment)k), o->keys[k]);
    }
    return buf_text(&b, out);
}

struct revoking {
    struct node *node;
    struct actor *actor;
    const char *id;
};

static err write_revoke(struct tx *tx, void *arg)
{
    const struct revoking *r = arg;
    TRY(db_partner_revoke(tx, r->id));
    TRY(db_contact_clear(tx, r->id));
    const struct audit_event event = {.at = node_now(r->node),
                                      .actor_id = r->actor->user_id,
                                      .action = AUDIT_PARTNER_REVOKE,
                                      .object = r->id};
    return audit_append(tx, r->node->audit, &event);
}

err partner_revoke(struct node *node, struct actor *actor, const char *id)
{
    TRY(actor_need(actor, CAPABILITY_PARTNER_MANAGE));
    return db_run(node->records, write_revoke, &(struct revoking){node, actor, id});
}
