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

/* Each state is said to be so or not: what a record does not say would be taken from around it, where the state of its
 * kind stands. */
static void put_state(struct page *p, struct view *o, const char *state)
{
    static const struct {
        const char *state, *key;
    } STATES[] = {{"none", "is_none"},       {"withdrawn", "is_withdrawn"}, {"refused", "is_refused"},
                  {"expired", "is_expired"}, {"valid", "is_valid"},         {"damaged", "is_damaged"}};
    for (size_t i = 0; i < COUNT_OF(STATES); i++) put_flag(p, o, STATES[i].key, text_same(STATES[i].state, state));
}

void put_consent_state(struct page *p, struct view *o, const struct consent *consent)
{
    put_state(p, o, state_of(p, consent));
    put_date(p, o, "until", consent == NULL ? "" : consent->until);
    put_day(p, o, "withdrawn", consent == NULL ? 0 : consent->withdrawn_at);
}

void put_consent_unknown(struct page *p, struct view *o)
{
    put_state(p, o, "damaged");
    put_date(p, o, "until", "");
    put_day(p, o, "withdrawn", 0);
}

void put_consent_states(struct page *p, struct view *list, const struct consent_list *consents)
{
    static const enum consent_kind KINDS[] = {CONSENT_SHARE, CONSENT_RETURN};
    for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
        struct view *item = put_item(p, list);
        put_is(p, item, consent_kind_name(KINDS[i]));
        if (consents == NULL)
            put_consent_unknown(p, item);
        else
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
