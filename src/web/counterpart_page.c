/* counterpart_page.c - whom to send to, one question a page: country, procedure, body.
 *
 * What is chosen travels in the address (codes only, nothing about the person). The page asks for
 * what is still missing.
 */
#include <string.h>

#include "base/text.h"
#include "domain/consent.h"
#include "domain/contact.h"
#include "domain/country.h"
#include "domain/facts.h"
#include "web/case_frame.h"
#include "web/counterpart.h"
#include "web/pages.h"
#include "web/procedure_view.h"
#include "web/put.h"
#include "web/web_own.h"

#define CHILD_AUTHORITY "child_authority"

static bool has_word(const char *words, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = words; at != NULL && (at = strstr(at, word)) != NULL; at += n)
        if ((at == words || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0')) return true;
    return false;
}

err put_counterpart_notes(struct page *p, const struct casefile *c)
{
    struct consent_list consents;
    TRY(consent_all(c, p->ctx, &consents));
    const struct consent *back = consent_current(&consents, CONSENT_RETURN);
    const struct view *bar = view_get(p->data, "bar", 3);
    bool child = bar != NULL && (view_true(view_get(bar, "child", 5)) || view_true(view_get(bar, "maybe_child", 11)));
    put_flag(p, p->data, "child_note", child);
    put_flag(p, p->data, "return_refused", back != NULL && (!back->yes || back->withdrawn_at != 0));
    return ERR_OK;
}

static err ask_country(struct page *p, const struct casefile *c)
{
    struct consent_list consents;
    compartment_set scope;
    TRY(consent_all(c, p->ctx, &consents));
    struct view *field = put_field(p, p->data, "country", "country", "");
    struct view *choices = put_list(p, field, "choices");
    for (size_t i = 0; i < c->facts->n_countries; i++) {
        const struct facts_country *row = &c->facts->countries[i];
        const char *name;
        if (text_same(row->code, p->node->settings.country)) continue;
        TRY(locale_country(p->locale, p->ctx, row->code, &name));
        struct view *choice = put_choice(p, choices, "country", row->code, name, false);
        put_roles(p, choice, "roles", row->roles);
        put_flag(p, choice, "no_consent",
                 consent_for_sharing(&consents, row->code, p->now, &scope) != CONSENT_VALID);
    }
    put_flag(p, p->data, "can_go_on", view_true(choices));
    return page_show(p, "refer_country");
}

static err ask_procedure(struct page *p, const char *country)
{
    struct view *field = put_field(p, p->data, "procedure", "procedure", "");
    struct view *choices = put_list(p, field, "choices");
    put_country(p, p->data, "country_name", country);
    put_text(p, p->data, "country_code", country);
    for (size_t i = 0; procedure_at(i) != NULL; i++) {
        struct contact_list found;
        TRY(contact_search(p->node, p->ctx, country, procedure_at(i), &found));
        struct view *choice = put_choice(p, choices, "procedure", procedure_at(i), "", false);
        put_is(p, choice, procedure_at(i));
        put_number(p, choice, "bodies", (int64_t)found.n);
        put_flag(p, choice, "none", found.n == 0);
    }
    return page_show(p, "refer_procedure");
}

/* City and languages, for telling bodies apart. */
static err put_details(struct page *p, struct view *o, const struct contact *contact)
{
    const char *items[20], *rest = contact->languages, *code, *languages = "";
    size_t n = 0;
    while (n < COUNT_OF(items)) {
        TRY(text_split(p->ctx, &rest, ' ', &code));
        if (code == NULL) break;
        TRY(locale_language_name(p->locale, p->ctx, code, &items[n++]));
    }
    if (n > 0) TRY(locale_list(p->locale, p->ctx, items, n, &languages));
    bool both = !text_empty(contact->city) && n > 0;
    put_path(p, o, "details", "%s%s%s", text_empty(contact->city) ? "" : contact->city,
             both ? " · " : "", languages);
    put_flag(p, o, "child_authority", has_word(contact->roles, CHILD_AUTHORITY));
    put_date(p, o, "checked_at", contact->verified);
    put_text(p, o, "telephone", contact->telephone);
    return ERR_OK;
}

err counterpart_ask_body(struct page *p, const char *country, const char *procedure)
{
    struct contact_list found;
    TRY(contact_search(p->node, p->ctx, country, procedure, &found));
    put_country(p, p->data, "country_name", country);
    put_text(p, p->data, "country_code", country);
    put_is(p, put_object(p, p->data, "procedure"), procedure);
    put_text(p, p->data, "procedure_code", procedure);
    struct view *field = put_field(p, p->data, "contact", "contact", "");
    struct view *choices = put_list(p, field, "choices"), *others = put_list(p, p->data, "unreachable");
    /* Whom it is for comes first: the authorities for children for a child, the others for an adult. */
    bool child = view_true(view_get(p->data, "child_note", 10));
    for (size_t n = 0; n < 2 * found.n; n++) {
        const struct contact *contact = &found.at[n % found.n];
        const char *name = contact_name(contact, p->language->code);
        bool first = has_word(contact->roles, CHILD_AUTHORITY) == child;
        if (first != (n < found.n)) continue;
        bool reachable = !text_empty(contact->organisation_id);
        struct view *o = reachable ? put_choice(p, choices, "contact", contact->id.text, name, false)
                              : put_item(p, others);
        if (!reachable) put_text(p, o, "label", name);
        TRY(put_details(p, o, contact));
    }
    put_flag(p, p->data, "has_unreachable", view_true(others));
    put_flag(p, p->data, "can_go_on", view_true(choices));
    return page_show(p, "refer_body");
}

err refer_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    struct casefile *c;
    TRY(case_begin(app, rq, rs, TAB_NONE, &p, &c));
    TRY(put_counterpart_notes(&p, c));
    const char *country = page_query(&p, "country"), *procedure = page_query(&p, "procedure");
    bool asked = http_query(rq, "country") != NULL || http_query(rq, "procedure") != NULL;
    if (!country_known(country)) {
        if (!text_empty(country)) page_fault(&p, "country", MSG("Choose a country from the list"));
        return ask_country(&p, c);
    }
    if (!contact_procedure_known(procedure)) {
        put_path(&p, p.data, "back", "/cases/%s/refer", c->code);
        if (asked && http_query(rq, "procedure") != NULL)
            page_fault(&p, "procedure", MSG("Choose a procedure"));
        return ask_procedure(&p, country);
    }
    put_path(&p, p.data, "back", "/cases/%s/refer?country=%s", c->code, country);
    return counterpart_ask_body(&p, country, procedure);
}
