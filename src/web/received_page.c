/* received_page.c - one message that came: read, and decided: accept and name a case manager,
 * decline with a reason, ask. */
#include "base/text.h"
#include "domain/case.h"
#include "domain/consent.h"
#include "domain/contact.h"
#include "domain/team.h"
#include "exchange/incoming.h"
#include "exchange/outgoing.h"
#include "web/answer_rows.h"
#include "web/message_view.h"
#include "web/page.h"
#include "web/pages.h"
#include "web/put.h"
#include "web/step_view.h"
#include "web/words_form.h"
#include "web/web_own.h"

#define REASON_MOST 2000

struct received {
    struct page p;
    struct incoming message;
};

static err begin(void *app, struct http_request *rq, struct http_response *rs, struct received *r)
{
    TRY(page_begin(app, rq, rs, MENU_INBOX, &r->p));
    TRY(incoming_open(r->p.node, r->p.actor, page_parameter(&r->p, "id"), r->p.language->code,
                      r->p.ctx, &r->message));
    put_path(&r->p, r->p.data, "back", "/inbox/%s", r->message.received_id.text);
    put_text(&r->p, r->p.data, "from", r->message.sender_name);
    return ERR_OK;
}

static bool in_state(const struct received *r, const char *state)
{
    return text_same(r->message.state, state);
}

static bool is_class(const struct received *r, const char *class_)
{
    return text_same(r->message.class_, class_);
}

/* Our case, where the actor can read it. */
static err put_case_code(struct received *r)
{
    struct casefile *c;
    put_nothing(&r->p, r->p.data, "case_code");
    if (!id_is_set(r->message.case_id)) return ERR_OK;
    err e = case_find_id(r->p.node, r->p.actor, r->message.case_id, r->p.ctx, &c);
    if (e.kind == ERR_NOT_FOUND || e.kind == ERR_DENIED) return ERR_OK;
    TRY(e);
    put_text(&r->p, r->p.data, "case_code", c->code);
    return ERR_OK;
}

static void put_actions(struct received *r)
{
    struct page *p = &r->p;
    bool open = in_state(r, "opened") || in_state(r, "delivered");
    bool asks = is_class(r, "referral") || is_class(r, "alarm");
    put_flag(p, p->data, "can_decide", open && asks && page_may(p, CAPABILITY_REFERRAL_DECIDE));
    put_flag(p, p->data, "can_answer",
             is_class(r, "question") && !in_state(r, "frozen") && !in_state(r, "unreadable"));
    put_flag(p, p->data, "frozen", in_state(r, "frozen"));
    put_flag(p, p->data, "unreadable", in_state(r, "unreadable"));
}

static void put_withheld(struct received *r)
{
    compartment_set withheld = r->message.there & ~r->message.opened;
    if (withheld == 0)
        put_nothing(&r->p, r->p.data, "withheld");
    else
        put_compartments(&r->p, put_object(&r->p, r->p.data, "withheld"), "compartments", withheld);
}

err received_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct received r = {0};
    TRY(begin(app, rq, rs, &r));
    struct page *p = &r.p;
    const struct incoming *m = &r.message;
    put_text(p, p->data, "back", "/inbox");
    put_country(p, p->data, "country", m->sender_country);
    put_class(p, p->data, "class", m->class_);
    put_time(p, p->data, "received", m->received_at);
    put_day(p, p->data, "due", m->due_at);
    put_flag(p, p->data, "overdue", m->due_at != 0 && m->due_at < p->now);
    if (contact_procedure_known(m->purpose))
        put_is(p, put_object(p, p->data, "procedure"), m->purpose);
    else
        put_nothing(p, p->data, "procedure");
    TRY(put_case_code(&r));
    put_actions(&r);
    put_text(p, p->data, "words",
             json_text_or(m->body, "words", json_text_or(m->body, "reason", "")));
    put_text(p, p->data, "danger_reason", json_text_or(m->body, "danger", NULL));
    put_words_language(p, m->language);
    put_message_consent(p, m->consent);
    put_withheld(&r);
    if (m->form != NULL && m->answers != NULL) {
        TRY(put_answers(p, m->form, m->answers, m->language));
        put_path(p, p->data, "pdf_href", "/inbox/%s/print", m->received_id.text);
    }
    return page_show(p, "received");
}

err received_print(void *app, struct http_request *rq, struct http_response *rs)
{
    struct received r = {0};
    TRY(begin(app, rq, rs, &r));
    ENSURE(r.message.form != NULL && r.message.answers != NULL, ERR_NOT_FOUND,
           "this message carries no form");
    return answers_print(&r.p, r.message.form, r.message.answers, NULL);
}

/* ---- accept ---- */

/* Members of the organisation's teams that may read every part; the team goes with the name. */
static err put_managers(struct received *r)
{
    struct page *p = &r->p;
    struct team_list teams;
    struct view *field = put_field(p, p->data, "manager", "manager", "");
    struct view *choices = put_list(p, field, "choices");
    TRY(team_all(p->node, r->message.recipient, p->ctx, &teams));
    for (size_t i = 0; i < teams.n; i++) {
        struct team_member_list members;
        if (actor_team_of(p->actor, teams.at[i].id) == NULL) continue;
        TRY(team_members(p->node, p->actor, teams.at[i].id, p->ctx, &members));
        for (size_t k = 0; k < members.n; k++) {
            const struct team_member *m = &members.at[k];
            if (m->pending) continue;
            const char *value =
                talloc_asprintf(p->ctx, "%s:%s", teams.at[i].id.text, m->user_id.text);
            ENSURE_MEM(value);
            struct view *choice = put_choice(p, choices, "manager", value, m->display_name, false);
            put_text(p, choice, "hint", teams.at[i].name);
        }
    }
    return ERR_OK;
}

static err show_accept(struct received *r)
{
    TRY(put_managers(r));
    return page_show(&r->p, "accept");
}

err accept_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct received r = {0};
    TRY(begin(app, rq, rs, &r));
    return show_accept(&r);
}

/* "team:user" of the list. */
static err read_manager(struct page *p, struct id *team, struct id *user)
{
    const char *rest = page_field(p, "manager"), *one, *two;
    TRY(text_split(p->ctx, &rest, ':', &one));
    TRY(text_split(p->ctx, &rest, ':', &two));
    ENSURE(one != NULL && two != NULL, ERR_INPUT, "choose a case manager from the list");
    TRY(id_parse(one, team));
    return id_parse(two, user);
}

err accept_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct received r = {0};
    struct id team, user;
    struct casefile *c;
    TRY(begin(app, rq, rs, &r));
    if (text_empty(page_field(&r.p, "manager"))) {
        page_fault(&r.p, "manager", MSG("Choose the case manager"));
        return show_accept(&r);
    }
    TRY(read_manager(&r.p, &team, &user));
    TRY(incoming_accept(r.p.node, r.p.actor, &r.message, team, user, r.p.ctx, &c));
    TRY(page_done(&r.p, "accepted"));
    /* Who accepts need not be one who may read the case. */
    return actor_team_of(r.p.actor, team) == NULL ? page_go(&r.p, "/inbox")
                                                  : page_go(&r.p, "/cases/%s", c->code);
}

/* ---- decline ---- */

static err show_decline(struct received *r)
{
    put_field(&r->p, r->p.data, "reason", "reason", "");
    put_path(&r->p, r->p.data, "cancel_href", "/inbox/%s", r->message.received_id.text);
    return page_show(&r->p, "decline");
}

err decline_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct received r = {0};
    TRY(begin(app, rq, rs, &r));
    return show_decline(&r);
}

err decline_post(void *app, struct http_request *rq, struct http_response *rs)
{
    static const struct http_rule RULES[] = {
        {.name = "reason",
         .kind = HTTP_LINES,
         .required = true,
         .max = REASON_MOST,
         .empty = MSG("Write the reason"),
         .wrong = MSG("This is too long: use at most 2000 characters")},
    };
    struct received r = {0};
    TRY(begin(app, rq, rs, &r));
    TRY(page_validate(&r.p, RULES, COUNT_OF(RULES)));
    if (page_faulty(&r.p)) return show_decline(&r);
    TRY(incoming_decline(r.p.node, r.p.actor, &r.message, page_field(&r.p, "reason")));
    TRY(page_done(&r.p, "declined"));
    return page_go(&r.p, "/inbox");
}

/* ---- a question about it, or the answer to one ---- */

static err show_words(struct received *r, bool question)
{
    put_text(&r->p, r->p.data, "to", r->message.sender_name);
    put_nothing(&r->p, r->p.data, "conversations");
    return words_show(&r->p, question,
                      question ? NULL : json_text_or(r->message.body, "words", NULL), NULL);
}

err received_words_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct received r = {0};
    bool question;
    TRY(begin(app, rq, rs, &r));
    TRY(words_class(&r.p, &question));
    return show_words(&r, question);
}

err received_words_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct received r = {0};
    struct casefile *c = NULL;
    struct id message;
    bool question;
    TRY(begin(app, rq, rs, &r));
    TRY(words_class(&r.p, &question));
    words_check(&r.p, question);
    if (page_faulty(&r.p)) return show_words(&r, question);
    if (id_is_set(r.message.case_id))
        TRY(case_find_id(r.p.node, r.p.actor, r.message.case_id, r.p.ctx, &c));
    TRY(outgoing_words(r.p.node, r.p.actor, c, r.message.handle, question ? "question" : "answer",
                       question ? NULL : r.message.message_id, page_field(&r.p, "words"),
                       &message));
    TRY(page_done(&r.p, "words"));
    return page_go(&r.p, "/inbox/%s", r.message.received_id.text);
}
