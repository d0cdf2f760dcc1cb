/* signin_page.c - signing in and out, the language of the pages, and what needs nobody: style
 * sheet, what load balancers ask. */
#include "base/embed.h"
#include "base/text.h"
#include "domain/ready.h"
#include "http/assets.h"
#include "web/page.h"
#include "web/pages.h"
#include "web/fresh_password.h"
#include "web/put.h"
#include "web/session_cookie.h"
#include "web/web_own.h"

#define YEAR_SECONDS (365 * 24 * 60 * 60)

static err show(struct page *p, const char *next)
{
    put_text(p, p->data, "login", http_field_or(p->rq, "login", ""));
    put_text(p, p->data, "next", page_local(next) ? next : "");
    return page_show(p, "signin");
}

err signin_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    TRY(page_begin(app, rq, rs, MENU_NONE, &p));
    if (p.actor != NULL) return page_go(&p, "/");
    return show(&p, page_query(&p, "next"));
}

static err try_in(struct page *p, struct session_start *start)
{
    const struct session_wish wish = {.login = page_field(p, "login"),
                                      .password = bytes_text(http_field_or(p->rq, "password", "")),
                                      .address = p->rq->remote,
                                      .device = http_cookie_get(p->rq, DEVICE_COOKIE),
                                      .agent = http_header(p->rq, "User-Agent")};
    if (text_empty(wish.login)) page_fault(p, "login", MSG("Enter your user name"));
    if (wish.password.n == 0) page_fault(p, "password", MSG("Enter your password"));
    if (page_faulty(p)) return ERR_OK;
    err e = session_sign_in(p->node, &wish, start);
    if (e.kind == ERR_DENIED)
        page_fault(p, "login", MSG("The user name or the password is not right"));
    else if (e.kind == ERR_LIMIT)
        TRY(page_slowed(p, "login", start->wait));
    else
        TRY(e);
    return ERR_OK;
}

err signin_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    struct session_start start = {0};
    TRY(page_begin(app, rq, rs, MENU_NONE, &p));
    TRY(try_in(&p, &start));
    const char *next = page_field(&p, "next");
    if (page_faulty(&p)) return show(&p, next);
    TRY(session_cookie_begin(rq, rs, &start));
    return page_go(&p, "%s", page_local(next) ? next : "/");
}

err signout_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    TRY(page_begin(app, rq, rs, MENU_NONE, &p));
    TRY(session_sign_out(p.node, p.actor));
    TRY(session_cookie_end(rq, rs));
    TRY(page_done(&p, "signed-out"));
    return page_go(&p, "/signin");
}

err language_set(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    TRY(page_begin(app, rq, rs, MENU_NONE, &p));
    const struct web_language *l = web_language_find(p.web, page_parameter(&p, "language"));
    ENSURE(l != NULL, ERR_NOT_FOUND, "the pages are not in this language");
    TRY(http_cookie_set(rq, rs,
                        &(struct http_cookie){LANGUAGE_COOKIE, l->code, HTTP_LAX, YEAR_SECONDS}));
    const char *back = page_query(&p, "back");
    return page_go(&p, "%s", page_local(back) ? back : "/");
}

err asset_get(void *app, struct http_request *rq, struct http_response *rs)
{
    (void)app;
    return http_assets_serve(&embed_all, rq, rs);
}

err live_get(void *app, struct http_request *rq, struct http_response *rs)
{
    (void)app;
    (void)rq;
    return http_reply(rs, 200, "text/plain; charset=utf-8", bytes_text("live\n"));
}

err ready_get(void *app, struct http_request *rq, struct http_response *rs)
{
    struct web *web = app;
    (void)rq;
    bool ready = !atomic_load(&web->draining) && !err_failed(node_ready(web->node));
    return http_reply(rs, ready ? 200 : 503, "text/plain; charset=utf-8",
                      bytes_text(ready ? "ready\n" : "not ready\n"));
}
