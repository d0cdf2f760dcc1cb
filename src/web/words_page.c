/* words_page.c - a question, or the answer to one, in a conversation of a case. */
#include "base/text.h"
#include "domain/conversation.h"
#include "exchange/outgoing.h"
#include "web/case_frame.h"
#include "web/message_view.h"
#include "web/pages.h"
#include "web/put.h"
#include "web/words_form.h"
#include "web/web_own.h"

struct writing {
    struct page p;
    struct casefile *c;
    bool question;
    struct conversation_list list;
    const char *reply_to; /* the question's message id; "" for a question of ours */
};

/* The question that is answered: the one that was asked for, else the latest. */
static err find_question(struct writing *w, const char **handle, const char **words)
{
    struct timeline t;
    TRY(conversation_timeline(w->p.node, w->p.actor, w->c, w->p.ctx, &t));
    for (size_t i = t.n; i > 0; i--) {
        const struct timeline_step *step = &t.at[i - 1];
        bool wanted = text_empty(w->reply_to) || text_same(step->message_id, w->reply_to);
        if (step->outgoing || !text_same(step->class_, "question") || !wanted) continue;
        *handle = step->handle;
        *words = step->words;
        w->reply_to = step->message_id;
        return ERR_OK;
    }
    FAIL(ERR_NOT_FOUND, "there is no question to answer");
}

static err begin(void *app, struct http_request *rq, struct http_response *rs, struct writing *w)
{
    TRY(case_begin(app, rq, rs, TAB_NONE, &w->p, &w->c));
    TRY(words_class(&w->p, &w->question));
    TRY(conversation_list(w->p.node, w->p.actor, w->c, w->p.ctx, &w->list));
    ENSURE(w->list.n > 0, ERR_STATE, "nobody abroad has this case yet");
    w->reply_to = w->question ? "" : page_query(&w->p, "message");
    if (!w->question && text_empty(w->reply_to)) w->reply_to = page_field(&w->p, "message");
    put_path(&w->p, w->p.data, "back", "/cases/%s/timeline", w->c->code);
    return ERR_OK;
}

static void put_conversations(struct writing *w)
{
    struct page *p = &w->p;
    put_text(p, p->data, "to", w->list.n == 1 ? w->list.at[0].name : NULL);
    if (!w->question || w->list.n == 1) {
        put_nothing(p, p->data, "conversations");
        return;
    }
    struct view *field = put_field(p, p->data, "conversations", "handle", "");
    struct view *choices = put_list(p, field, "choices");
    for (size_t i = 0; i < w->list.n; i++)
        put_choice(p, choices, "handle", w->list.at[i].handle, w->list.at[i].name, false);
}

static err show(struct writing *w)
{
    const char *handle, *asked = NULL;
    if (!w->question) TRY(find_question(w, &handle, &asked));
    put_conversations(w);
    return words_show(&w->p, w->question, asked, w->reply_to);
}

err case_words_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct writing w = {0};
    TRY(begin(app, rq, rs, &w));
    return show(&w);
}

err case_words_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct writing w = {0};
    struct id message;
    const char *handle = "", *asked;
    TRY(begin(app, rq, rs, &w));
    if (!w.question)
        TRY(find_question(&w, &handle, &asked));
    else if (w.list.n == 1)
        handle = w.list.at[0].handle;
    else
        handle = page_field(&w.p, "handle");
    if (text_empty(handle)) page_fault(&w.p, "handle", MSG("Choose whom you ask"));
    words_check(&w.p, w.question);
    if (page_faulty(&w.p)) return show(&w);
    TRY(outgoing_words(w.p.node, w.p.actor, w.c, handle, w.question ? "question" : "answer",
                       w.question ? NULL : w.reply_to, page_field(&w.p, "words"), &message));
    TRY(page_done(&w.p, "words"));
    return page_go(&w.p, "/cases/%s/timeline", w.c->code);
}
