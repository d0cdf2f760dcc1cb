/* case_frame.c - bar and tabs of a case. */
#include "web/case_frame.h"

#include "base/log.h"
#include "base/text.h"
#include "domain/facts.h"
#include "domain/formbook.h"
#include "form/party.h"
#include "web/put.h"
#include "web/web_own.h"

static const struct {
    enum case_tab tab;
    const char *name, *ending;
} TABS[] = {
    {TAB_OVERVIEW, "overview", ""},
    {TAB_FACTS, "facts", "/facts"},
    {TAB_CONSENT, "consent", "/consents"},
    {TAB_TIMELINE, "timeline", "/timeline"},
};

static const struct {
    unsigned role;
    const char *text;
} ROLES_SAID[] = {
    {PARTY_EXPLOITATION, MSG("Country of exploitation")},
    {PARTY_TRANSIT, MSG("Country of transit")},
    {PARTY_ORIGIN, MSG("Country of origin")},
    {PARTY_THIRD, MSG("Third country")},
};

static void add_fact(struct page *p, struct view *list, const char *text)
{
    if (!text_empty(text)) put_words(p, list, text);
}

static err add_age(struct page *p, struct view *list, const char *birth)
{
    struct date day;
    if (birth == NULL || err_failed(date_parse(birth, &day))) return ERR_OK;
    int age = date_age(day, locale_today(p->locale, p->now));
    const char *text;
    if (age < 0) return ERR_OK;
    TRY(locale_number(p->locale, p->ctx, age, &text));
    add_fact(p, list, text);
    return ERR_OK;
}

static err text_answer(const struct casefile *c, const struct form *form,
                       const struct form_item *item, const char **out)
{
    const json_t *answer = NULL;
    if (item != NULL) TRY(case_answer(c, form, item, &answer));
    *out = json_is_string(answer) ? json_string_value(answer) : NULL;
    return ERR_OK;
}

/* Sex and age, where a form asks for them and they are known. */
static err put_person(struct page *p, const struct casefile *c, struct view *list)
{
    for (size_t i = 0; i < p->node->forms->n; i++) {
        const struct form *form = p->node->forms->at[i];
        const struct form_item *sex = facts_item(form, FACTS_SEX);
        const char *chosen, *born;
        TRY(text_answer(c, form, sex, &chosen));
        TRY(text_answer(c, form, facts_item(form, FACTS_BIRTH), &born));
        if (chosen == NULL && born == NULL) continue;
        struct form_reading reading = case_reading(p, form);
        if (chosen != NULL) add_fact(p, list, form_choice_label(form, &reading, sex, chosen).text);
        return add_age(p, list, born);
    }
    return ERR_OK;
}

/* Whether the person may be a child, by the first form that knows; a form of another kind of person
 * says nothing. */
static err child_status(const struct page *p, const struct casefile *c, enum child_status *out)
{
    *out = c->facts->child;
    for (size_t i = 0; i < p->node->forms->n; i++)
        if (facts_item(p->node->forms->at[i], FACTS_BIRTH) != NULL)
            return facts_child(p->node, c, p->node->forms->at[i], out);
    return ERR_OK;
}

static err put_bar(struct page *p, const struct casefile *c)
{
    enum child_status child;
    struct view *bar = put_object(p, p->data, "bar");
    put_text(p, bar, "name", text_empty(c->facts->label) ? NULL : c->facts->label);
    put_text(p, bar, "code", c->code);
    TRY(put_person(p, c, put_list(p, bar, "facts")));
    TRY(child_status(p, c, &child));
    put_flag(p, bar, "child", child == CHILD_YES);
    put_flag(p, bar, "maybe_child", child == CHILD_MAYBE || child == CHILD_UNKNOWN);
    put_flag(p, bar, "closed", text_same(c->state, "closed"));
    return ERR_OK;
}

static void put_tabs(struct page *p, const struct casefile *c, enum case_tab current)
{
    struct view *list = put_list(p, p->data, "tabs");
    for (size_t i = 0; i < COUNT_OF(TABS); i++) {
        struct view *tab = put_item(p, list);
        put_is(p, tab, TABS[i].name);
        put_path(p, tab, "href", "/cases/%s%s", c->code, TABS[i].ending);
        put_flag(p, tab, "current", TABS[i].tab == current);
    }
}

void case_damaged(struct page *p, const struct casefile *c, bool consents, bool messages)
{
    if (c->damaged == 0 && !c->facts_damaged && !consents && !messages) return;
    struct view *damage = put_object(p, p->data, "damage");
    put_compartments(p, damage, "compartments", c->damaged);
    put_flag(p, damage, "facts", c->facts_damaged);
    put_flag(p, damage, "consent", consents);
    put_flag(p, damage, "messages", messages);
    LOG(LOG_ERROR, "case.damaged", log_text("case", c->id.text));
}

/* Pages that know more of what is damaged, later. */
static bool tab_looks(enum case_tab tab) { return tab == TAB_OVERVIEW || tab == TAB_CONSENT || tab == TAB_TIMELINE; }

err case_begin(void *app, struct http_request *rq, struct http_response *rs, enum case_tab tab,
               struct page *p, struct casefile **out)
{
    struct casefile *c;
    TRY(page_begin(app, rq, rs, MENU_CASES, p));
    TRY(case_find(p->node, p->actor, page_parameter(p, "code"), p->ctx, &c));
    put_text(p, p->data, "code", c->code);
    put_path(p, p->data, "href", "/cases/%s", c->code);
    TRY(case_leave_out_damaged(c));
    if (!tab_looks(tab)) case_damaged(p, c, false, false);
    TRY(put_bar(p, c));
    if (tab == TAB_NONE)
        put_path(p, p->data, "back", "/cases/%s", c->code);
    else
        put_tabs(p, c, tab);
    *out = c;
    return ERR_OK;
}

err case_form(struct page *p, const struct form **out)
{
    return formbook_find(p->node->forms, page_parameter(p, "form"), out);
}

struct form_reading case_reading(const struct page *p, const struct form *form)
{
    return form_reading_of(form, p->language->code);
}

void put_roles(struct page *p, struct view *o, const char *key, unsigned roles)
{
    const char *items[COUNT_OF(ROLES_SAID)], *text = NULL;
    size_t n = 0;
    for (size_t i = 0; i < COUNT_OF(ROLES_SAID); i++)
        if ((roles & ROLES_SAID[i].role) != 0) items[n++] = page_said(p, ROLES_SAID[i].text);
    err e = n == 0 ? ERR_OK : locale_list(p->locale, p->ctx, items, n, &text);
    (void)page_keep(p, e);
    put_text(p, o, key, text);
}
