/* consent_view.c - puts the state of a consent. */
#include "web/consent_view.h"

#include "base/text.h"
#include "web/put.h"

static bool ended(const struct page *p, const struct consent *c)
{
    struct date last;
    return !text_empty(c->until) && !err_failed(date_parse(c->until, &last)) &&
           date_compare(last, date_of(p->now)) < 0;
}

static const char *state_of(const struct page *p, const struct consent *c)
{
    if (c == NULL) return "none";
    if (c->withdrawn_at != 0) return "withdrawn";
    if (!c->yes) return "refused";
    return ended(p, c) ? "expired" : "valid";
}

void put_consent_state(struct page *p, struct view *o, const struct consent *consent)
{
    put_is(p, o, state_of(p, consent));
    put_date(p, o, "until", consent == NULL ? "" : consent->until);
    put_day(p, o, "withdrawn", consent == NULL ? 0 : consent->withdrawn_at);
}

void put_consent_states(struct page *p, struct view *list, const struct consent_list *consents)
{
    static const enum consent_kind KINDS[] = {CONSENT_SHARE, CONSENT_RETURN};
    for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
        struct view *item = put_item(p, list);
        put_is(p, item, consent_kind_name(KINDS[i]));
        put_consent_state(p, item, consent_current(consents, KINDS[i]));
    }
}

void put_country_names(struct page *p, struct view *o, const char *key, const char (*codes)[3], size_t n)
{
    const char *names[CONSENT_COUNTRIES], *text = NULL;
    err e = ERR_OK;
    for (size_t i = 0; i < n && i < CONSENT_COUNTRIES && !err_failed(e); i++)
        e = locale_country(p->locale, p->ctx, codes[i], &names[i]);
    if (!err_failed(e) && n > 0) e = locale_list(p->locale, p->ctx, names, n, &text);
    (void)page_keep(p, e);
    put_text(p, o, key, text);
}
