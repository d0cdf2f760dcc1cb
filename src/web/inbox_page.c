/* inbox_page.c - what came and waits for a person. */
#include "base/text.h"
#include "domain/conversation.h"
#include "exchange/incoming.h"
#include "web/page.h"
#include "web/pages.h"
#include "web/put.h"
#include "web/step_view.h"

static void put_line(struct page *p, struct view *list, const struct inbox_line *line)
{
    struct view *o = put_item(p, list);
    put_path(p, o, "href", "/inbox/%s", line->received_id.text);
    put_class(p, o, "class", line->class_);
    put_text(p, o, "from", line->from);
    put_country(p, o, "country", line->country);
    put_text(p, o, "case_code", line->case_code);
    put_time(p, o, "received", line->received_at);
    put_day(p, o, "due", line->due_at);
    put_flag(p, o, "overdue", line->overdue);
    put_flag(p, o, "is_unopened",
             text_same(line->state, "new") || text_same(line->state, "delivered"));
    put_flag(p, o, "is_unreadable", text_same(line->state, "unreadable"));
    put_flag(p, o, "is_frozen", text_same(line->state, "frozen"));
}

err inbox_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    struct inbox inbox;
    size_t settled, problems;
    TRY(page_begin(app, rq, rs, MENU_INBOX, &p));
    TRY(incoming_settle(p.node, p.actor, &settled, &problems));
    TRY(inbox_list(p.node, p.actor, p.ctx, &inbox));
    put_number(&p, p.data, "problems", (int64_t)problems);
    put_flag(&p, p.data, "has_lines", inbox.n > 0);
    struct view *lines = put_list(&p, p.data, "lines");
    for (size_t i = 0; i < inbox.n; i++) put_line(&p, lines, &inbox.at[i]);
    return page_show(&p, "inbox");
}
