/* doctor_partners.c - what ends soon, who is silent, what waits. */
#include "base/date.h"
#include "base/file.h"
#include "base/text.h"
#include "domain/node_folder.h"
#include "cli/doctor.h"
#include "crypto/certificate.h"
#include "db/health.h"
#include "db/organisation.h"
#include "db/organisation_key.h"
#include "db/partner.h"
#include "exchange/card.h"
#include "exchange/queue.h"

#define ENDS_SOON (30 * MSEC_DAY)
#define SILENT (12 * MSEC_HOUR)     /* something has waited so long, and the partner gave no sign since */
#define NOBODY_TAKES (15 * MSEC_MINUTE)
#define CLOCK_ALLOWED (2 * MSEC_MINUTE)
#define CLOCKS_APART (5 * MSEC_MINUTE) /* of two nodes; a slow line is not a wrong clock */
enum { PEM_MOST = 65536 };

/* Until when something holds. True if that is fine. */
static bool until_look(struct doctor *d, const char *what, const char *whose, msec until, const char *advice)
{
    char text[DATE_TIME_ROOM];
    if (until > d->now + ENDS_SOON) return true;
    date_format_utc(until, text);
    doctor_wrong(d, advice, "%s of %s %s on %s", what, whose, until > d->now ? "ends" : "ended", text);
    return false;
}

/* ---- our own certificates ---- */

struct keys_read {
    mem *ctx;
    struct id organisation;
    db_organisations organisations;
    db_organisation_keys keys;
};

static err read_organisations(struct tx *tx, void *arg)
{
    struct keys_read *r = arg;
    return db_organisation_list(tx, r->ctx, &r->organisations);
}

static err read_keys(struct tx *tx, void *arg)
{
    struct keys_read *r = arg;
    return db_organisation_key_list(tx, r->ctx, r->organisation, &r->keys);
}

/* The first of an organisation's certificates in use that ends. */
static err organisation_look(struct doctor *d, struct keys_read *r, const struct db_organisation *o, size_t *bad)
{
    msec first = INT64_MAX;
    r->organisation = o->id;
    TRY(db_read(d->keys, read_keys, r));
    for (size_t i = 0; i < r->keys.n; i++) {
        struct certificate *certificate;
        if (r->keys.at[i].retired_at != 0) continue;
        TRY(certificate_read(d->ctx, r->keys.at[i].certificate, &certificate));
        if (certificate_until(certificate) < first) first = certificate_until(certificate);
    }
    *bad += !until_look(d, "a certificate", o->name, first,
                        "Partners can no longer send to this agency then. Make new keys for it and send partners the new card.");
    return ERR_OK;
}

err doctor_certificates(struct doctor *d)
{
    const char *path;
    struct bytes pem;
    struct certificate *certificate;
    struct keys_read r = {.ctx = d->ctx};
    size_t bad = 0;
    TRY(file_join(d->ctx, d->folder, NODE_CERTIFICATE, &path));
    TRY(file_read(d->ctx, path, PEM_MOST, &pem));
    TRY(certificate_read_pem(d->ctx, pem, &certificate));
    bad += !until_look(d, "the certificate", "this node", certificate_until(certificate),
                       "Partners refuse the node then. Make a new key and certificate in good time, and tell every partner.");
    if (certificate_from(certificate) > d->now + CLOCK_ALLOWED) {
        bad++;
        doctor_wrong(d, "Is the clock right?", "the certificate of this node is not valid yet");
    }
    TRY(db_read(d->records, read_organisations, &r));
    for (size_t i = 0; i < r.organisations.n; i++)
        if (r.organisations.at[i].active) TRY(organisation_look(d, &r, &r.organisations.at[i], &bad));
    if (bad == 0) doctor_fine(d, "no certificate of this node or its agencies ends within 30 days");
    return ERR_OK;
}

/* ---- partners ---- */

struct partners_read {
    mem *ctx;
    db_partners partners;
    db_waitings waiting;
    msec *heard; /* of each partner */
    struct db_last_receipt *receipts; /* of each partner; at 0: none */
};

static err read_partners(struct tx *tx, void *arg)
{
    struct partners_read *r = arg;
    TRY(db_partner_list(tx, r->ctx, &r->partners));
    TRY(db_health_waiting(tx, r->ctx, &r->waiting));
    r->heard = mem_array(r->ctx, msec, r->partners.n + 1);
    ENSURE_MEM(r->heard);
    r->receipts = mem_array(r->ctx, struct db_last_receipt, r->partners.n + 1);
    ENSURE_MEM(r->receipts);
    for (size_t i = 0; i < r->partners.n; i++) {
        TRY(db_health_heard(tx, r->partners.at[i].id, &r->heard[i]));
        err e = db_health_receipt(tx, r->ctx, r->partners.at[i].id, &r->receipts[i]);
        if (e.kind != ERR_NOT_FOUND) TRY(e);
    }
    return ERR_OK;
}

static const struct db_waiting *waiting_for(const struct partners_read *r, const char *partner)
{
    for (size_t i = 0; i < r->waiting.n; i++)
        if (text_same(r->waiting.at[i].partner_id, partner)) return &r->waiting.at[i];
    return NULL;
}

/* The certificates on the card, besides the card's own end; and a card from the future means that a clock is wrong. */
static err card_look(struct doctor *d, const struct db_partner *p, size_t *bad)
{
    struct card *card;
    msec first;
    TRY(card_read(d->ctx, p->card, p->pinned_at, &card));
    first = certificate_until(card->certificate);
    for (size_t i = 0; i < card->organisation_count; i++) {
        const struct card_organisation *o = &card->organisations[i];
        if (certificate_until(o->signing) < first) first = certificate_until(o->signing);
        for (size_t c = 0; c < COMPARTMENTS; c++)
            if (certificate_until(o->keys[c]) < first) first = certificate_until(o->keys[c]);
    }
    *bad += !until_look(d, "a certificate", p->name, first, "Ask the partner for a new card: opentrm partner add.");
    if (card->issued > d->now + CLOCK_ALLOWED) {
        *bad += 1;
        doctor_wrong(d, "Compare the clocks of both nodes.", "the card of %s was issued in the future", p->name);
    }
    return ERR_OK;
}

/* A signed receipt says when the partner wrote it; we know when it came, in the same connection. */
static void receipt_look(struct doctor *d, const struct db_partner *p, const struct db_last_receipt *receipt, size_t *bad)
{
    struct as2_post post;
    msec written;
    if (receipt->at == 0 || err_failed(queue_post_read(d->ctx, receipt->body, &post))) return;
    if (err_failed(date_parse_mail(mime_find(post.headers, "Date"), &written))) return;
    msec apart = receipt->at > written ? receipt->at - written : written - receipt->at;
    if (apart <= CLOCKS_APART) return;
    *bad += 1;
    doctor_wrong(d, "One of the two is wrong: compare yours with another (an NTP service sets it), then telephone.",
                 "the clocks of this node and of %s are %lld minutes apart, by the last receipt", p->name,
                 (long long)(apart / MSEC_MINUTE));
}

static void silence_look(struct doctor *d, const struct db_partner *p, const struct db_waiting *w, msec heard, size_t *bad)
{
    char since[DATE_TIME_ROOM], last[DATE_TIME_ROOM] = "never";
    if (w == NULL || w->oldest + SILENT > d->now || heard > w->oldest) return;
    date_format_utc(w->oldest, since);
    if (heard > 0) date_format_utc(heard, last);
    *bad += 1;
    doctor_wrong(d, "Telephone them: is their node running, was its address changed? Ask for a new card if so.",
                 "%s is silent: %lld messages wait, the oldest since %s, after %lld attempts; last sign: %s", p->name,
                 (long long)w->messages, since, (long long)w->attempts, last);
}

err doctor_partners(struct doctor *d)
{
    struct partners_read r = {.ctx = d->ctx};
    size_t bad = 0, pinned = 0;
    TRY(db_read(d->records, read_partners, &r));
    for (size_t i = 0; i < r.partners.n; i++) {
        const struct db_partner *p = &r.partners.at[i];
        if (!text_same(p->state, "pinned")) continue;
        pinned++;
        bad += !until_look(d, "the card", p->name, p->expires_at, "Ask the partner for a new card: opentrm partner add.");
        TRY(card_look(d, p, &bad));
        receipt_look(d, p, &r.receipts[i], &bad);
        silence_look(d, p, waiting_for(&r, p->id), r.heard[i], &bad);
    }
    if (bad == 0) doctor_fine(d, "%zu pinned, no card ends within 30 days, nobody is silent", pinned);
    return ERR_OK;
}

err doctor_queue(struct doctor *d)
{
    struct partners_read r = {.ctx = d->ctx};
    int64_t messages = 0;
    msec due = INT64_MAX;
    TRY(db_read(d->records, read_partners, &r));
    for (size_t i = 0; i < r.waiting.n; i++) {
        messages += r.waiting.at[i].messages;
        if (r.waiting.at[i].due < due) due = r.waiting.at[i].due;
    }
    if (messages > 0 && due + NOBODY_TAKES < d->now) {
        char text[DATE_TIME_ROOM];
        date_format_utc(due, text);
        doctor_wrong(d, "Is `opentrm serve` running? If so, its log says why (level=error).",
                     "%lld messages wait, one is due since %s, and nobody takes it", (long long)messages, text);
    } else {
        doctor_fine(d, "%lld messages wait, none is overdue", (long long)messages);
    }
    return ERR_OK;
}
