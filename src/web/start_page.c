/* start_page.c - the first password (with the one-time code of the invitation) and a forgotten one
 * (with the recovery code). Nobody is signed in here. Passwords are never shown again; the recovery
 * code is, once.
 */
#include "base/text.h"
#include "domain/user.h"
#include "web/page.h"
#include "web/pages.h"
#include "web/fresh_password.h"
#include "web/put.h"

static err show(struct page *p, const char *template)
{
    put_field(p, p->data, "login_field", "login", "");
    put_field(p, p->data, "code_field", "code", "");
    put_secret(p, p->data, "fresh", "fresh");
    put_secret(p, p->data, "again", "again");
    return page_show(p, template);
}

static void check(struct page *p)
{
    if (text_empty(page_field(p, "login"))) page_fault(p, "login", MSG("Enter your user name"));
    if (text_empty(page_field(p, "code")))
        page_fault(p, "code", MSG("Enter the code from your paper"));
    fresh_password_check(p);
}

static err show_code(struct page *p, const char *recovery)
{
    put_text(p, p->data, "recovery", recovery);
    put_text(p, p->data, "onward", "/signin");
    return page_show(p, "recovery_code");
}

err activate_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    TRY(page_begin(app, rq, rs, MENU_NONE, &p));
    return show(&p, "activate");
}

err activate_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    char recovery[RECOVERY_TEXT_ROOM];
    msec wait = 0;
    TRY(page_begin(app, rq, rs, MENU_NONE, &p));
    check(&p);
    if (page_faulty(&p)) return show(&p, "activate");
    err e = user_activate(p.node, page_field(&p, "login"), page_field(&p, "code"), rq->remote,
                          fresh_password(&p), recovery, &wait);
    if (e.kind == ERR_DENIED)
        page_fault(&p, "code", MSG("The user name or the code is not right"));
    else if (e.kind == ERR_LIMIT)
        TRY(page_slowed(&p, "login", wait));
    else
        TRY(page_fault_err(&p, "fresh", e));
    if (page_faulty(&p)) return show(&p, "activate");
    return show_code(&p, recovery);
}

err recover_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    TRY(page_begin(app, rq, rs, MENU_NONE, &p));
    return show(&p, "recover");
}

err recover_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    char recovery[RECOVERY_TEXT_ROOM];
    msec wait = 0;
    TRY(page_begin(app, rq, rs, MENU_NONE, &p));
    check(&p);
    if (page_faulty(&p)) return show(&p, "recover");
    err e = user_recover(p.node, page_field(&p, "login"), page_field(&p, "code"), rq->remote,
                         fresh_password(&p), recovery, &wait);
    if (e.kind == ERR_DENIED)
        page_fault(&p, "code", MSG("The user name or the code is not right"));
    else if (e.kind == ERR_LIMIT)
        TRY(page_slowed(&p, "login", wait));
    else
        TRY(page_fault_err(&p, "fresh", e));
    if (page_faulty(&p)) return show(&p, "recover");
    return show_code(&p, recovery);
}
