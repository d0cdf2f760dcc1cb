/* partner_page.c - nodes of other countries: our card for them, theirs for us, compared by voice.
 */
#include "base/text.h"
#include "domain/user.h"
#include "exchange/partner.h"
#include "exchange/partner_card.h"
#include "web/page.h"
#include "web/pages.h"
#include "web/put.h"
#include "web/web_own.h"

/* Groups of a spoken fingerprint, one by one. */
static err put_groups(struct page *p, struct view *o, const char *key, const char *spoken)
{
    struct view *list = put_list(p, o, key);
    const char *piece;
    for (;;) {
        TRY(text_split(p->ctx, &spoken, '-', &piece));
        if (piece == NULL) return ERR_OK;
        put_words(p, list, piece);
    }
}

static void put_partner(struct page *p, struct view *o, const struct partner_line *line)
{
    put_text(p, o, "name", line->name);
    put_country(p, o, "country", line->country);
    put_path(p, o, "href", "/partners/%s", line->id);
    put_day(p, o, "since", line->pinned_at);
    put_day(p, o, "ends", line->expires_at);
    put_flag(p, o, "ended", line->expires_at < p->now);
    put_flag(p, o, "pinned", text_same(line->state, "pinned"));
    put_flag(p, o, "revoked", !text_same(line->state, "pinned"));
}

err partners_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    struct partner_list list;
    struct bytes card;
    char spoken[SPOKEN_ROOM] = "";
    TRY(page_begin(app, rq, rs, MENU_PARTNERS, &p));
    TRY(partner_all(p.node, p.ctx, &list));
    err e = partner_own_card(p.node, p.ctx, &card, spoken);
    if (e.kind != ERR_STATE) TRY(e);
    put_flag(&p, p.data, "has_card", !err_failed(e));
    TRY(put_groups(&p, p.data, "own_fingerprint", spoken));
    put_flag(&p, p.data, "has_partners", list.n > 0);
    struct view *rows = put_list(&p, p.data, "partners");
    for (size_t i = 0; i < list.n; i++) put_partner(&p, put_item(&p, rows), &list.at[i]);
    return page_show(&p, "partners");
}

err partner_card_get(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    struct bytes card;
    char spoken[SPOKEN_ROOM];
    TRY(page_begin(app, rq, rs, MENU_PARTNERS, &p));
    TRY(partner_own_card(p.node, rs->ctx, &card, spoken));
    const char *name = talloc_asprintf(p.ctx, "node-%s.card", p.node->settings.country);
    ENSURE_MEM(name);
    TRY(http_reply(rs, 200, "application/octet-stream", card));
    return http_attach(rs, name);
}

static err show_new(struct page *p)
{
    put_text(p, p->data, "back", "/partners");
    put_field(p, p->data, "card", "card", "");
    put_field(p, p->data, "fingerprint_field", "fingerprint", "");
    return page_show(p, "partner_new");
}

err partner_new_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    TRY(page_begin(app, rq, rs, MENU_PARTNERS, &p));
    return show_new(&p);
}

static err take_in(struct page *p, const struct http_file *file)
{
    struct partner_added added;
    err e =
        partner_add(p->node, p->actor, file->content, page_field(p, "fingerprint"), p->ctx, &added);
    switch (e.kind) {
    case ERR_NONE: return ERR_OK;
    case ERR_PEER:
        page_fault(p, "fingerprint",
                   MSG("This is not the fingerprint of the card. Stop, and call the office on a "
                       "number you know."));
        return ERR_OK;
    case ERR_INPUT:
    case ERR_CRYPTO:
    case ERR_LIMIT: page_fault(p, "card", MSG("This file is not a valid node card")); return ERR_OK;
    case ERR_DENIED:
    case ERR_NOT_FOUND:
    case ERR_CONFLICT:
    case ERR_STATE:
    case ERR_STORE:
    case ERR_IO:
    case ERR_MEMORY:
    case ERR_BUSY:
    case ERR_BUG: break;
    }
    return e;
}

err partner_new_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    TRY(page_begin(app, rq, rs, MENU_PARTNERS, &p));
    const struct http_file *file = http_file(rq, "card");
    if (file == NULL || file->content.n == 0)
        page_fault(&p, "card", MSG("Choose the file with the card"));
    if (text_empty(page_field(&p, "fingerprint")))
        page_fault(&p, "fingerprint", MSG("Type the fingerprint that the office reads to you"));
    if (!page_faulty(&p)) TRY(take_in(&p, file));
    if (page_faulty(&p)) return show_new(&p);
    TRY(page_done(&p, "pinned"));
    return page_go(&p, "/partners");
}

static err find_partner(struct page *p, struct partner_line *out)
{
    struct partner_list list;
    TRY(partner_all(p->node, p->ctx, &list));
    for (size_t i = 0; i < list.n; i++) {
        if (!text_same(list.at[i].id, page_parameter(p, "id"))) continue;
        *out = list.at[i];
        return ERR_OK;
    }
    FAIL(ERR_NOT_FOUND, "there is no such partner");
}

static err put_organisations(struct page *p, const char *id)
{
    struct card *card;
    struct view *list = put_list(p, p->data, "organisations");
    TRY(partner_card_any(p->node, p->ctx, id, &card));
    for (size_t i = 0; i < card->organisation_count; i++) {
        const struct card_organisation *o = &card->organisations[i];
        const char *name = o->names[0].text;
        for (size_t k = 0; k < o->name_count; k++)
            if (text_same(o->names[k].language, p->language->code)) name = o->names[k].text;
        put_text(p, put_item(p, list), "organisation_name", name);
    }
    return ERR_OK;
}

err partner_show_one(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    struct partner_line line;
    TRY(page_begin(app, rq, rs, MENU_PARTNERS, &p));
    TRY(find_partner(&p, &line));
    put_text(&p, p.data, "back", "/partners");
    put_partner(&p, p.data, &line);
    TRY(put_groups(&p, p.data, "fingerprint", line.fingerprint));
    TRY(put_organisations(&p, line.id));
    return page_show(&p, "partner");
}

err partner_revoke_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    struct partner_line line;
    TRY(page_begin(app, rq, rs, MENU_PARTNERS, &p));
    TRY(find_partner(&p, &line));
    TRY(partner_revoke(p.node, p.actor, line.id));
    TRY(page_done(&p, "revoked"));
    return page_go(&p, "/partners/%s", line.id);
}
