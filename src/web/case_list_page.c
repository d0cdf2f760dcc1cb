/* case_list_page.c - my work, the cases of my teams, opening one, finding one by its code. */
#include "base/text.h"
#include "domain/case.h"
#include "domain/conversation.h"
#include "exchange/incoming.h"
#include "web/page.h"
#include "web/pages.h"
#include "web/put.h"

#define WORK_CASES 10 /* on the first page */

static void put_cases(struct page *p, const struct case_list *list, size_t most)
{
    struct view *cases = put_list(p, p->data, "cases");
    put_flag(p, p->data, "has_cases", list->n > 0);
    put_flag(p, p->data, "can_open_case", page_may(p, CAPABILITY_CASE_OPEN));
    for (size_t i = 0; i < list->n && i < most; i++) {
        const struct case_line *line = &list->at[i];
        struct view *row = put_item(p, cases);
        put_text(p, row, "name", text_empty(line->name) ? NULL : line->name);
        put_text(p, row, "code", line->code);
        put_text(p, row, "team", line->team_name);
        put_path(p, row, "href", "/cases/%s", line->code);
        put_time(p, row, "updated", line->updated_at);
        put_flag(p, row, "open", text_same(line->state, "open"));
        put_flag(p, row, "closed", !text_same(line->state, "open"));
        put_flag(p, row, "own", text_same(line->origin, "own"));
        put_flag(p, row, "received", !text_same(line->origin, "own"));
    }
}

static err put_inbox(struct page *p)
{
    struct inbox inbox = {0};
    size_t settled, problems, overdue = 0, unopened = 0;
    put_flag(p, p->data, "can_inbox", page_may(p, CAPABILITY_INBOX_READ));
    if (!page_may(p, CAPABILITY_INBOX_READ)) return ERR_OK;
    TRY(incoming_settle(p->node, p->actor, &settled, &problems));
    TRY(inbox_list(p->node, p->actor, p->ctx, &inbox));
    for (size_t i = 0; i < inbox.n; i++) {
        overdue += inbox.at[i].overdue ? 1 : 0;
        unopened += text_same(inbox.at[i].state, "opened") ? 0 : 1;
    }
    put_number(p, p->data, "inbox_new", (int64_t)unopened);
    put_number(p, p->data, "inbox_overdue", (int64_t)overdue);
    return ERR_OK;
}

err work_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    struct case_list list;
    TRY(page_begin(app, rq, rs, MENU_WORK, &p));
    if (!page_may(&p, CAPABILITY_CASE_READ))
        return page_go(&p, page_may(&p, CAPABILITY_USER_MANAGE) ? "/users" : "/account");
    TRY(put_inbox(&p));
    TRY(case_mine(p.node, p.actor, NULL, p.ctx, &list));
    put_cases(&p, &list, WORK_CASES);
    return page_show(&p, "work");
}

static err show_list(struct page *p, const char *from)
{
    struct case_list list;
    TRY(case_mine(p->node, p->actor, text_empty(from) ? NULL : from, p->ctx, &list));
    put_cases(p, &list, CASE_PAGE);
    put_text(p, p->data, "find_code", http_field_or(p->rq, "code", ""));
    put_text(p, p->data, "find_error", page_fault_of(p, "code"));
    if (list.more) put_path(p, p->data, "next_href", "/cases?from=%s", list.next);
    return page_show(p, "cases");
}

err cases_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    TRY(page_begin(app, rq, rs, MENU_CASES, &p));
    return show_list(&p, page_query(&p, "from"));
}

err case_find_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    struct casefile *c = NULL;
    TRY(page_begin(app, rq, rs, MENU_CASES, &p));
    err e = case_find(p.node, p.actor, page_field(&p, "code"), p.ctx, &c);
    if (!err_failed(e)) return page_go(&p, "/cases/%s", c->code);
    if (e.kind == ERR_NOT_FOUND)
        page_fault(&p, "code", e.what);
    else
        TRY(page_fault_err(&p, "code", e));
    return show_list(&p, NULL);
}

static err show_new(struct page *p)
{
    put_text(p, p->data, "back", "/cases");
    put_field(p, p->data, "label", "label", "");
    struct view *team = put_field(p, p->data, "team", "team", "");
    struct view *choices = put_list(p, team, "choices");
    for (size_t i = 0; i < p->actor->n_teams; i++)
        put_choice(p, choices, "team", p->actor->teams[i].id.text, p->actor->teams[i].name,
                   p->actor->n_teams == 1);
    return page_show(p, "case_new");
}

err case_new_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    TRY(page_begin(app, rq, rs, MENU_CASES, &p));
    return show_new(&p);
}

err case_new_post(void *app, struct http_request *rq, struct http_response *rs)
{
    static const struct http_rule RULES[] = {
        {.name = "label",
         .kind = HTTP_TEXT,
         .max = 200,
         .wrong = MSG("Use one line of at most 200 characters")},
        {.name = "team",
         .kind = HTTP_RULE_ID,
         .required = true,
         .empty = MSG("Choose the team that works on the case"),
         .wrong = MSG("Choose the team that works on the case")},
    };
    struct page p;
    struct id team;
    struct casefile *c;
    TRY(page_begin(app, rq, rs, MENU_CASES, &p));
    TRY(page_validate(&p, RULES, COUNT_OF(RULES)));
    if (page_faulty(&p)) return show_new(&p);
    TRY(page_id(&p, "team", &team));
    TRY(case_open(p.node, p.actor, team, page_field(&p, "label"), p.ctx, &c));
    TRY(page_done(&p, "case-opened"));
    return page_go(&p, "/cases/%s", c->code);
}
