/* timeline_page.c - what was sent and received: steps with their evidence, and each message to
 * read. */
#include "base/text.h"
#include "domain/conversation.h"
#include "domain/formbook.h"
#include "exchange/incoming.h"
#include "form/split.h"
#include "web/answer_rows.h"
#include "web/case_frame.h"
#include "web/message_view.h"
#include "web/pages.h"
#include "web/put.h"
#include "web/step_view.h"
#include "web/web_own.h"

static bool has_content(const struct timeline_step *step)
{
    return text_same(step->state, "submitted") || text_same(step->state, "received");
}

/* A question of theirs to which no answer of ours followed. */
static bool waits_for_answer(const struct timeline *t, size_t i)
{
    const struct timeline_step *q = &t->at[i];
    if (q->outgoing || !text_same(q->class_, "question")) return false;
    for (size_t k = i + 1; k < t->n; k++)
        if (t->at[k].outgoing && text_same(t->at[k].class_, "answer") &&
            text_same(t->at[k].handle, q->handle))
            return false;
    return true;
}

static void put_links(struct page *p, struct view *o, const struct casefile *c, const struct timeline *t,
                      size_t i)
{
    const struct timeline_step *step = &t->at[i];
    bool evidence = !text_empty(step->evidence_id) && page_may(p, CAPABILITY_EVIDENCE_READ);
    if (evidence)
        put_path(p, o, "evidence_href", "/cases/%s/evidence/%s", c->code, step->evidence_id);
    else
        put_nothing(p, o, "evidence_href");
    if (has_content(step))
        put_path(p, o, "read_href", "/cases/%s/messages/%s", c->code, step->message_id);
    else
        put_nothing(p, o, "read_href");
    if (waits_for_answer(t, i))
        put_path(p, o, "answer_href", "/cases/%s/words/answer?message=%s", c->code,
                 step->message_id);
    else
        put_nothing(p, o, "answer_href");
}

err timeline_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    struct casefile *c;
    struct timeline t;
    size_t settled, problems;
    TRY(case_begin(app, rq, rs, TAB_TIMELINE, &p, &c));
    if (page_may(&p, CAPABILITY_INBOX_READ)) {
        TRY(incoming_settle(p.node, p.actor, &settled, &problems));
        /* What was settled just now is part of the case. */
        TRY(case_find(p.node, p.actor, c->code, p.ctx, &c));
    }
    TRY(conversation_timeline(p.node, p.actor, c, p.ctx, &t));
    case_damaged(&p, c, t.damaged_consents, t.damaged);
    put_flag(&p, p.data, "has_steps", t.n > 0);
    put_flag(&p, p.data, "can_write", t.n > 0 && page_may(&p, CAPABILITY_CASE_WRITE));
    put_path(&p, p.data, "ask_href", "/cases/%s/words/question", c->code);
    struct view *list = put_list(&p, p.data, "steps");
    for (size_t i = 0; i < t.n; i++) {
        struct view *o = put_item(&p, list);
        put_step(&p, o, &t.at[i]);
        put_links(&p, o, c, &t, i);
    }
    return page_show(&p, "timeline");
}

/* Kinds of evidence and the files they are: our own CMS parts, or a receipt. */
err evidence_get(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    struct casefile *c;
    struct id id;
    const char *kind, *name;
    struct bytes body;
    TRY(case_begin(app, rq, rs, TAB_NONE, &p, &c));
    TRY(id_parse(page_parameter(&p, "id"), &id));
    TRY(conversation_evidence(p.node, p.actor, c, id, p.rs->ctx, &kind, &body));
    /* An organisation's receipt is a CMS SignedData (DER, which begins with a SEQUENCE); a node's
     * is a MIME file. */
    bool der = body.n > 0 && body.p[0] == 0x30;
    name = talloc_asprintf(p.ctx, "%s-%s.%s", c->code, text_identifier(kind) ? kind : "evidence",
                           der ? "p7m" : "eml");
    ENSURE_MEM(name);
    TRY(http_reply(rs, 200, der ? "application/pkcs7-mime" : "application/octet-stream", body));
    return http_attach(rs, name);
}

/* ---- one message ---- */

struct reading {
    struct page p;
    struct casefile *c;
    const struct timeline_step *step;
    struct case_message message;
};

static err begin(void *app, struct http_request *rq, struct http_response *rs, struct reading *r)
{
    struct timeline t;
    TRY(case_begin(app, rq, rs, TAB_NONE, &r->p, &r->c));
    TRY(conversation_timeline(r->p.node, r->p.actor, r->c, r->p.ctx, &t));
    for (size_t i = 0; i < t.n && r->step == NULL; i++)
        if (text_same(t.at[i].message_id, page_parameter(&r->p, "id")) && has_content(&t.at[i]))
            r->step = &t.at[i];
    ENSURE(r->step != NULL, ERR_NOT_FOUND, "this case has no such message");
    return case_message_read(&r->p, r->c, r->step->outgoing, r->step->message_id, &r->message);
}

static err put_party(struct reading *r)
{
    struct conversation_list list;
    TRY(conversation_list(r->p.node, r->p.actor, r->c, r->p.ctx, &list));
    for (size_t i = 0; i < list.n; i++)
        if (text_same(list.at[i].handle, r->step->handle))
            put_text(&r->p, r->p.data, "party", list.at[i].name);
    return ERR_OK;
}

err message_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct reading r = {0};
    TRY(begin(app, rq, rs, &r));
    struct page *p = &r.p;
    TRY(put_party(&r));
    put_path(p, p->data, "back", "/cases/%s/timeline", r.c->code);
    put_flag(p, p->data, "outgoing", r.step->outgoing);
    put_class(p, p->data, "class", r.step->class_);
    put_time(p, p->data, "at", r.step->at);
    put_text(p, p->data, "words", r.message.words);
    put_words_language(p, r.message.language);
    put_message_consent(p, r.message.consent);
    if (r.message.form != NULL) {
        TRY(put_answers(p, r.message.form, r.message.answers, r.message.language));
        put_path(p, p->data, "pdf_href", "/cases/%s/messages/%s/print", r.c->code,
                 r.step->message_id);
    }
    return page_show(p, "case_message");
}

err message_print(void *app, struct http_request *rq, struct http_response *rs)
{
    struct reading r = {0};
    TRY(begin(app, rq, rs, &r));
    ENSURE(r.message.form != NULL, ERR_NOT_FOUND, "this message carries no form");
    return answers_print(&r.p, r.message.form, r.message.answers, r.c->code);
}
