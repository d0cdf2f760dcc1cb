/* preview_page.c - what would go and what stays; signing and sending it; what happens next.
 *
 * domain/referral.h decides; the page shows its plan, and sends back the digest of what was shown,
 * so that nothing else is sent. The reason for immediate danger is about the person: it travels in
 * the form, never in an address.
 */
#include <string.h>

#include "base/text.h"
#include "domain/contact.h"
#include "domain/conversation.h"
#include "domain/facts.h"
#include "domain/formbook.h"
#include "domain/referral.h"
#include "exchange/outgoing.h"
#include "web/case_frame.h"
#include "web/counterpart.h"
#include "web/pages.h"
#include "web/plan_view.h"
#include "web/put.h"
#include "web/web_own.h"

#define DANGER_MOST 2000
#define DUE_DAYS 7 /* a referral is answered within a week; a danger within a day */
#define DUE_DAYS_DANGER 1

struct preview {
    struct page p;
    struct casefile *c;
    struct referral_request request;
    struct referral_plan plan;
};

err preview_back(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    TRY(page_begin(app, rq, rs, MENU_CASES, &p));
    return page_go(&p, "/cases/%s/refer", page_parameter(&p, "code"));
}

/* The form that goes: the first that this country has a part in. */
static err form_to_send(const struct preview *v, const char **out)
{
    unsigned party = case_party(v->p.node, v->c);
    for (size_t i = 0; i < v->p.node->forms->n; i++) {
        const struct form *form = v->p.node->forms->at[i];
        for (size_t k = 0; k < form->n_sections; k++) {
            if ((form->sections[k].parties & party) == 0) continue;
            *out = form->id;
            return ERR_OK;
        }
    }
    FAIL(ERR_STATE, "first say what this country is in the case");
}

static err read_request(struct preview *v)
{
    struct page *p = &v->p;
    struct id id;
    const char *form = page_field(p, "form");
    v->request = (struct referral_request){.form_id = form,
                                           .procedure = page_field(p, "procedure"),
                                           .danger_reason = page_field(p, "danger"),
                                           .party = case_party(p->node, v->c),
                                           .language = p->language->code};
    if (text_empty(form)) TRY(form_to_send(v, &v->request.form_id));
    ENSURE(contact_procedure_known(v->request.procedure), ERR_INPUT, "choose a procedure");
    ENSURE(strlen(v->request.danger_reason) <= DANGER_MOST, ERR_LIMIT, "the reason is too long");
    TRY(id_parse(page_field(p, "contact"), &id));
    return contact_get(p->node, p->ctx, id, &v->request.recipient);
}

static err show(struct preview *v)
{
    struct page *p = &v->p;
    const struct contact *to = &v->request.recipient;
    put_text(p, p->data, "recipient", contact_name(to, p->language->code));
    put_country(p, p->data, "country_name", to->country);
    put_text(p, p->data, "country_code", to->country);
    put_is(p, put_object(p, p->data, "procedure"), v->request.procedure);
    put_text(p, p->data, "procedure_code", v->request.procedure);
    put_text(p, p->data, "contact_id", to->id.text);
    put_path(p, p->data, "send_href", "/cases/%s/refer/send", v->c->code);
    put_path(p, p->data, "back", "/cases/%s/refer?country=%s&procedure=%s", v->c->code, to->country,
             v->request.procedure);
    put_text(p, p->data, "danger_reason", v->request.danger_reason);
    put_plan(p, &v->plan, v->c->code);
    return page_show(p, "preview");
}

static err begin(void *app, struct http_request *rq, struct http_response *rs, struct preview *v)
{
    TRY(case_begin(app, rq, rs, TAB_NONE, &v->p, &v->c));
    return put_counterpart_notes(&v->p, v->c);
}

err preview_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct preview v = {0};
    TRY(begin(app, rq, rs, &v));
    if (text_empty(page_field(&v.p, "contact"))) {
        page_fault(&v.p, "contact", MSG("Choose a body"));
        const char *country = page_field(&v.p, "country"),
                   *procedure = page_field(&v.p, "procedure");
        ENSURE(contact_procedure_known(procedure), ERR_INPUT, "choose a procedure");
        return counterpart_ask_body(&v.p, country, procedure);
    }
    TRY(read_request(&v));
    TRY(referral_plan(v.p.node, v.p.actor, v.c, &v.request, v.p.ctx, &v.plan));
    return show(&v);
}

err send_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct preview v = {0};
    struct id message;
    TRY(begin(app, rq, rs, &v));
    TRY(read_request(&v));
    TRY(referral_plan(v.p.node, v.p.actor, v.c, &v.request, v.p.ctx, &v.plan));
    bool danger = !text_empty(v.request.danger_reason);
    msec due = v.p.now + (danger ? DUE_DAYS_DANGER : DUE_DAYS) * MSEC_DAY;
    err e = outgoing_referral(v.p.node, v.p.actor, v.c, &v.request.recipient, &v.plan,
                              page_field(&v.p, "digest"), v.request.procedure, due,
                              v.request.danger_reason, v.p.language->code, &message);
    if (e.kind == ERR_CONFLICT)
        page_fault(&v.p, "", MSG("The case changed after you looked. Look again before you send."));
    else if (e.kind == ERR_STATE)
        page_fault(&v.p, "", MSG("This can’t be sent now. Look at the reasons."));
    else
        TRY(e);
    if (page_faulty(&v.p)) return show(&v);
    return page_go(&v.p, "/cases/%s/sent/%s", v.c->code, message.text);
}

err sent_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    struct casefile *c;
    struct timeline t;
    TRY(case_begin(app, rq, rs, TAB_NONE, &p, &c));
    TRY(conversation_timeline(p.node, p.actor, c, p.ctx, &t));
    const struct timeline_step *step = NULL;
    for (size_t i = 0; i < t.n; i++)
        if (text_same(t.at[i].message_id, page_parameter(&p, "id"))) step = &t.at[i];
    ENSURE(step != NULL, ERR_NOT_FOUND, "this case has no such message");
    struct conversation_list list;
    TRY(conversation_list(p.node, p.actor, c, p.ctx, &list));
    for (size_t i = 0; i < list.n; i++) {
        if (!text_same(list.at[i].handle, step->handle)) continue;
        put_text(&p, p.data, "recipient", list.at[i].name);
        put_day(&p, p.data, "due", text_same(step->class_, "followup") ? 0 : list.at[i].due_at);
    }
    return page_show(&p, "sent");
}
