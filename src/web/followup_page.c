/* followup_page.c - part B goes back into the conversation that the case came with: preview and
 * sending. */
#include "base/text.h"
#include "domain/conversation.h"
#include "domain/formbook.h"
#include "domain/referral.h"
#include "exchange/outgoing.h"
#include "form/split.h"
#include "web/case_frame.h"
#include "web/pages.h"
#include "web/plan_view.h"
#include "web/put.h"
#include "web/web_own.h"

struct followup {
    struct page p;
    struct casefile *c;
    struct conversation with;
    struct referral_plan plan;
};

static err find_conversation(struct followup *f)
{
    struct conversation_list list;
    TRY(conversation_list(f->p.node, f->p.actor, f->c, f->p.ctx, &list));
    for (size_t i = 0; i < list.n; i++) {
        if (!text_same(list.at[i].handle, page_parameter(&f->p, "id"))) continue;
        f->with = list.at[i];
        return ERR_OK;
    }
    FAIL(ERR_NOT_FOUND, "this case has no such conversation");
}

/* The first form in which we answered our part; if there is none yet, the first that has a part for
 * us. */
static err form_of(struct followup *f, const char **out)
{
    unsigned party = case_party(f->p.node, f->c);
    const char *first = NULL;
    for (size_t i = 0; i < f->p.node->forms->n; i++) {
        const struct form *form = f->p.node->forms->at[i];
        json_t *answers, *ours;
        TRY(case_answers(f->c, form, &answers));
        TRY(form_split_party(f->p.ctx, form, answers, party, &ours));
        if (json_object_size(ours) > 0) {
            *out = form->id;
            return ERR_OK;
        }
        for (size_t k = 0; k < form->n_sections && first == NULL; k++)
            if ((form->sections[k].parties & party) != 0) first = form->id;
    }
    ENSURE(first != NULL, ERR_STATE, "first say what this country is in the case");
    *out = first;
    return ERR_OK;
}

static err begin(void *app, struct http_request *rq, struct http_response *rs, struct followup *f)
{
    struct referral_request request = {.procedure = "", .danger_reason = "", .reply = true};
    TRY(case_begin(app, rq, rs, TAB_NONE, &f->p, &f->c));
    TRY(find_conversation(f));
    TRY(form_of(f, &request.form_id));
    request.party = case_party(f->p.node, f->c);
    request.language = f->p.language->code;
    request.recipient = (struct contact){.country = f->with.country,
                                         .body = f->with.name,
                                         .city = "",
                                         .procedures = "",
                                         .roles = "",
                                         .organisation_id = f->with.organisation_id,
                                         .partner_id = f->with.partner_id};
    return referral_plan(f->p.node, f->p.actor, f->c, &request, f->p.ctx, &f->plan);
}

static err show(struct followup *f)
{
    struct page *p = &f->p;
    put_flag(p, p->data, "followup", true);
    put_text(p, p->data, "recipient", f->with.name);
    put_country(p, p->data, "country_name", f->with.country);
    put_path(p, p->data, "send_href", "/cases/%s/followup/%s", f->c->code, f->with.handle);
    put_nothing(p, p->data, "procedure");
    put_text(p, p->data, "danger_reason", "");
    put_plan(p, &f->plan, f->c->code);
    return page_show(p, "preview");
}

err followup_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct followup f = {0};
    TRY(begin(app, rq, rs, &f));
    return show(&f);
}

err followup_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct followup f = {0};
    struct id message;
    TRY(begin(app, rq, rs, &f));
    err e = outgoing_followup(f.p.node, f.p.actor, f.c, f.with.handle, &f.plan,
                              page_field(&f.p, "digest"), f.p.language->code, &message);
    if (e.kind == ERR_CONFLICT)
        page_fault(&f.p, "", MSG("The case changed after you looked. Look again before you send."));
    else if (e.kind == ERR_STATE)
        page_fault(&f.p, "", MSG("This can’t be sent now. Look at the reasons."));
    else
        TRY(e);
    if (page_faulty(&f.p)) return show(&f);
    return page_go(&f.p, "/cases/%s/sent/%s", f.c->code, message.text);
}
