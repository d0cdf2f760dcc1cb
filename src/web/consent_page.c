/* consent_page.c - the person's consents: read, recorded, withdrawn. Sharing and returning are
 * asked apart. */
#include "base/text.h"
#include "domain/consent.h"
#include "domain/facts.h"
#include "exchange/withdrawal.h"
#include "web/case_frame.h"
#include "web/consent_view.h"
#include "web/pages.h"
#include "web/put.h"

static void put_record(struct page *p, struct view *list, const struct casefile *c,
                       const struct consent *consent)
{
    struct view *o = put_item(p, list);
    bool share = consent->kind == CONSENT_SHARE, given = share && consent->yes;
    put_time(p, o, "at", consent->at);
    put_consent_state(p, o, consent);
    put_flag(p, o, "given", given);
    put_flag(p, o, "parts", given);
    put_compartments(p, o, "compartments", consent->compartments);
    put_country_names(p, o, "countries", consent->countries, given ? consent->n_countries : 0);
    put_text(p, o, "purpose", given ? consent->purpose : NULL);
    put_language(p, o, "language", consent->language);
    put_text(p, o, "interpreter", consent->interpreter);
    put_text(p, o, "explained_by", consent->explained_by);
    put_is(p, o, consent_how_name(consent->how));
    put_text(p, o, "comments", consent->comments);
    put_text(p, o, "from", consent->received_from);
    put_text(p, o, "withdrawn_how", consent->withdrawn_how);
    bool may = consent->yes && consent->withdrawn_at == 0 && page_may(p, CAPABILITY_CONSENT_RECORD);
    if (may)
        put_path(p, o, "withdraw_href", "/cases/%s/consents/%s/withdraw", c->code,
                 consent->id.text);
    else
        put_nothing(p, o, "withdraw_href");
}

err consents_show(void *app, struct http_request *rq, struct http_response *rs)
{
    static const enum consent_kind KINDS[] = {CONSENT_SHARE, CONSENT_RETURN};
    struct page p;
    struct casefile *c;
    struct consent_list consents;
    bool damaged;
    TRY(case_begin(app, rq, rs, TAB_CONSENT, &p, &c));
    TRY(consent_readable(c, p.ctx, &consents, &damaged));
    case_damaged(&p, c, damaged, false);
    struct view *kinds = put_list(&p, p.data, "kinds");
    for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
        struct view *o = put_item(&p, kinds);
        put_is(&p, o, consent_kind_name(KINDS[i]));
        /* The one that can't be read may be the one that counts. */
        if (damaged)
            put_consent_unknown(&p, o);
        else
            put_consent_state(&p, o, consent_current(&consents, KINDS[i]));
        put_path(&p, o, "new_href", "/cases/%s/consents/new/%s", c->code,
                 consent_kind_name(KINDS[i]));
        struct view *records = put_list(&p, o, "records");
        for (size_t k = 0; k < consents.n; k++)
            if (consents.at[k].kind == KINDS[i]) put_record(&p, records, c, &consents.at[k]);
    }
    return page_show(&p, "consents");
}

/* ---- recording ---- */

struct recording {
    struct page p;
    struct casefile *c;
    enum consent_kind kind;
};

static err begin_recording(void *app, struct http_request *rq, struct http_response *rs,
                           struct recording *r)
{
    TRY(case_begin(app, rq, rs, TAB_NONE, &r->p, &r->c));
    const char *kind = page_parameter(&r->p, "kind");
    bool share = text_same(kind, consent_kind_name(CONSENT_SHARE));
    ENSURE(share || text_same(kind, consent_kind_name(CONSENT_RETURN)), ERR_NOT_FOUND,
           "there is no such consent");
    r->kind = share ? CONSENT_SHARE : CONSENT_RETURN;
    put_is(&r->p, r->p.data, kind);
    put_path(&r->p, r->p.data, "back", "/cases/%s/consents", r->c->code);
    return ERR_OK;
}

static void put_parts(struct recording *r)
{
    struct page *p = &r->p;
    struct view *o = put_object(p, p->data, "parts");
    put_text(p, o, "id", "part");
    put_text(p, o, "error", page_fault_of(p, "part"));
    for (unsigned i = 0; i < COMPARTMENTS; i++)
        put_flag(p, o, compartment_name((enum compartment)i),
                 http_field_ticked(p->rq, "part", compartment_name((enum compartment)i)));
}

/* The other countries of the case: the person consents to name them, one by one. */
static err put_partners(struct recording *r)
{
    struct page *p = &r->p;
    struct view *o = put_field(p, p->data, "countries", "country", "");
    struct view *choices = put_list(p, o, "choices");
    for (size_t i = 0; i < r->c->facts->n_countries; i++) {
        const char *code = r->c->facts->countries[i].code, *name;
        if (text_same(code, p->node->settings.country)) continue;
        TRY(locale_country(p->locale, p->ctx, code, &name));
        put_choice(p, choices, "country", code, name, false);
    }
    return ERR_OK;
}

static err show_form(struct recording *r)
{
    struct page *p = &r->p;
    struct view *answer = put_field(p, p->data, "answer", "answer", "");
    put_flag(p, answer, "yes", http_field_ticked(p->rq, "answer", "yes"));
    put_flag(p, answer, "no", http_field_ticked(p->rq, "answer", "no"));
    put_parts(r);
    TRY(put_partners(r));
    put_field(p, p->data, "purpose", "purpose", "");
    put_date_parts(p, put_field(p, p->data, "until", "until", ""), "until", "");
    put_field(p, p->data, "language", "language", "");
    put_field(p, p->data, "interpreter", "interpreter", "");
    put_field(p, p->data, "explained_by", "explained_by", p->actor->display_name);
    struct view *how = put_field(p, p->data, "how", "how", "");
    put_flag(p, how, "written", http_field_ticked(p->rq, "how", "written"));
    put_flag(p, how, "spoken", http_field_ticked(p->rq, "how", "spoken"));
    put_flag(p, how, "guardian", http_field_ticked(p->rq, "how", "guardian"));
    put_field(p, p->data, "comments", "comments", "");
    return page_show(p, "consent_new");
}

err consent_new_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct recording r = {0};
    TRY(begin_recording(app, rq, rs, &r));
    return show_form(&r);
}

static const char *const YES_NO[] = {"yes", "no", NULL};
static const char *const PARTS[] = {"identity", "circumstances", "health",
                                    "safety",   "justice",       NULL};
static const char *const HOW[] = {"written", "spoken", "guardian", NULL};

/* consent_how by its name in the form. */
static enum consent_how how_of(const char *name)
{
    for (enum consent_how h = CONSENT_WRITTEN; h < CONSENT_BY_GUARDIAN; h++)
        if (text_same(name, consent_how_name(h))) return h;
    return CONSENT_BY_GUARDIAN;
}

/* What a yes to sharing needs. */
static err read_scope(struct recording *r, struct consent *consent)
{
    struct page *p = &r->p;
    char day[DATE_TIME_ROOM];
    struct date until;
    for (unsigned i = 0; i < COMPARTMENTS; i++)
        if (http_field_ticked(p->rq, "part", compartment_name((enum compartment)i)))
            consent->compartments |= COMPARTMENT_BIT(i);
    for (const char *code; consent->n_countries < CONSENT_COUNTRIES &&
                           (code = http_field_at(p->rq, "country", consent->n_countries)) != NULL;)
        (void)snprintf(consent->countries[consent->n_countries++], 3, "%s", code);
    if (consent->compartments == 0)
        page_fault(p, "part", MSG("Choose at least one part that may be shared"));
    if (consent->n_countries == 0)
        page_fault(p, "country", MSG("Choose with which countries it may be shared"));
    if (page_fault_of(p, "until-day") != NULL) return ERR_OK;
    err e = http_field_date(p->rq, "until", &until);
    if (e.kind == ERR_NOT_FOUND) return ERR_OK;
    TRY(e);
    if (date_compare(until, locale_today(p->locale, p->now)) < 0)
        page_fault(p, "until-day", MSG("The last day is in the past"));
    date_format_day(until, day);
    consent->until = mem_text(p->ctx, day);
    ENSURE_MEM(consent->until);
    return ERR_OK;
}

static err read_consent(struct recording *r, struct consent *consent)
{
    static const struct http_rule RULES[] = {
        {.name = "answer",
         .kind = HTTP_CHOICE,
         .required = true,
         .choices = YES_NO,
         .empty = MSG("Choose what the person says"),
         .wrong = MSG("Choose what the person says")},
        {.name = "part",
         .kind = HTTP_CHOICES,
         .choices = PARTS,
         .wrong = MSG("Choose from the list")},
        {.name = "country", .kind = HTTP_RULE_CC, .wrong = MSG("Choose from the list")},
        {.name = "purpose", .kind = HTTP_LINES, .max = 2000, .wrong = MSG("This is too long")},
        {.name = "until",
         .kind = HTTP_DATE,
         .wrong = MSG("This is not a day of the calendar. Check the day, the month and the year.")},
        {.name = "language",
         .kind = HTTP_TEXT,
         .required = true,
         .max = 100,
         .empty = MSG("Say in which language it was explained"),
         .wrong = MSG("This is too long")},
        {.name = "interpreter", .kind = HTTP_TEXT, .max = 200, .wrong = MSG("This is too long")},
        {.name = "explained_by",
         .kind = HTTP_TEXT,
         .required = true,
         .max = 200,
         .empty = MSG("Say who explained it"),
         .wrong = MSG("This is too long")},
        {.name = "how",
         .kind = HTTP_CHOICE,
         .required = true,
         .choices = HOW,
         .empty = MSG("Choose how the answer was given"),
         .wrong = MSG("Choose how the answer was given")},
        {.name = "comments", .kind = HTTP_LINES, .max = 4000, .wrong = MSG("This is too long")},
    };
    struct page *p = &r->p;
    TRY(page_validate(p, RULES, COUNT_OF(RULES)));
    *consent = (struct consent){.kind = r->kind,
                                .yes = http_field_ticked(p->rq, "answer", "yes"),
                                .purpose = "",
                                .until = "",
                                .language = page_field(p, "language"),
                                .interpreter = page_field(p, "interpreter"),
                                .explained_by = page_field(p, "explained_by"),
                                .how = how_of(page_field(p, "how")),
                                .comments = page_field(p, "comments"),
                                .received_from = "",
                                .withdrawn_how = ""};
    if (r->kind != CONSENT_SHARE || !consent->yes) return ERR_OK;
    consent->purpose = page_field(p, "purpose");
    return read_scope(r, consent);
}

err consent_new_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct recording r = {0};
    struct consent consent;
    TRY(begin_recording(app, rq, rs, &r));
    TRY(read_consent(&r, &consent));
    if (!page_faulty(&r.p))
        TRY(page_fault_err(&r.p, "", consent_record(r.p.node, r.p.actor, r.c, &consent)));
    if (page_faulty(&r.p)) return show_form(&r);
    TRY(page_done(&r.p, "consent"));
    return page_go(&r.p, "/cases/%s/consents", r.c->code);
}

/* ---- withdrawing ---- */

static err begin_withdrawing(void *app, struct http_request *rq, struct http_response *rs,
                             struct recording *r, struct id *id)
{
    struct consent_list all;
    bool damaged;
    TRY(case_begin(app, rq, rs, TAB_NONE, &r->p, &r->c));
    TRY(id_parse(page_parameter(&r->p, "id"), id));
    TRY(consent_readable(r->c, r->p.ctx, &all, &damaged));
    put_path(&r->p, r->p.data, "back", "/cases/%s/consents", r->c->code);
    for (size_t i = 0; i < all.n; i++) {
        if (!id_same(all.at[i].id, *id)) continue;
        r->kind = all.at[i].kind;
        put_is(&r->p, r->p.data, consent_kind_name(r->kind));
        return ERR_OK;
    }
    FAIL(ERR_NOT_FOUND, "there is no such consent");
}

static err show_withdraw(struct recording *r)
{
    put_field(&r->p, r->p.data, "how", "how", "");
    return page_show(&r->p, "consent_withdraw");
}

err withdraw_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct recording r = {0};
    struct id id;
    TRY(begin_withdrawing(app, rq, rs, &r, &id));
    return show_withdraw(&r);
}

err withdraw_post(void *app, struct http_request *rq, struct http_response *rs)
{
    static const struct http_rule RULES[] = {
        {.name = "how",
         .kind = HTTP_LINES,
         .required = true,
         .max = 2000,
         .empty = MSG("Say how the person said it"),
         .wrong = MSG("This is too long")},
    };
    struct recording r = {0};
    struct id id;
    size_t cancelled, told, untold;
    TRY(begin_withdrawing(app, rq, rs, &r, &id));
    TRY(page_validate(&r.p, RULES, COUNT_OF(RULES)));
    if (page_faulty(&r.p)) return show_withdraw(&r);
    TRY(page_fault_err(&r.p, "",
                       withdrawal_make(r.p.node, r.p.actor, r.c, id, page_field(&r.p, "how"),
                                       &cancelled, &told, &untold)));
    if (page_faulty(&r.p)) return show_withdraw(&r);
    TRY(page_done(&r.p, untold > 0 ? "withdrawn-untold"
                        : told > 0 ? "withdrawn-told"
                                   : "withdrawn"));
    return page_go(&r.p, "/cases/%s/consents", r.c->code);
}
