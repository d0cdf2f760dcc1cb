/* account_page.c - one's own account: where signed in, language, password, recovery code. */
#include "base/text.h"
#include "domain/organisation_list.h"
#include "domain/session.h"
#include "domain/team.h"
#include "domain/user.h"
#include "web/fresh_password.h"
#include "web/page.h"
#include "web/pages.h"
#include "web/put.h"
#include "web/web_own.h"

static void put_roles_of(struct page *p, struct view *o, role_set roles)
{
    struct view *list = put_list(p, o, "roles");
    for (int r = 0; r < ROLES; r++)
        if (role_in(roles, (enum role)r)) put_is(p, put_item(p, list), role_name((enum role)r));
}

static err put_sessions(struct page *p)
{
    struct session_list sessions;
    TRY(session_own(p->node, p->actor, p->ctx, &sessions));
    struct view *list = put_list(p, p->data, "sessions");
    for (size_t i = 0; i < sessions.n; i++) {
        const struct session_line *line = &sessions.at[i];
        struct view *o = put_item(p, list);
        put_text(p, o, "id", line->handle);
        put_time(p, o, "since", line->created_at);
        put_time(p, o, "seen", line->seen_at);
        put_time(p, o, "ends", line->expires_at);
        put_flag(p, o, "this", line->current);
    }
    return ERR_OK;
}

err account_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    const char *organisation;
    TRY(page_begin(app, rq, rs, MENU_NONE, &p));
    TRY(organisation_name(p.node, p.actor->organisation_id, p.ctx, &organisation));
    put_text(&p, p.data, "login", p.actor->login);
    put_text(&p, p.data, "organisation", organisation);
    put_roles_of(&p, p.data, p.actor->roles);
    struct view *teams = put_list(&p, p.data, "teams");
    for (size_t i = 0; i < p.actor->n_teams; i++)
        put_text(&p, put_item(&p, teams), "name", p.actor->teams[i].name);
    TRY(put_sessions(&p));
    return page_show(&p, "account");
}

err account_language_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    TRY(page_begin(app, rq, rs, MENU_NONE, &p));
    const struct web_language *l = web_language_find(p.web, page_field(&p, "language"));
    ENSURE(l != NULL, ERR_INPUT, "choose a language from the list");
    TRY(user_rename(p.node, p.actor, p.actor->user_id, p.actor->display_name, l->code));
    /* The account's language counts from now on, also in this browser. */
    TRY(http_cookie_set(rq, rs, &(struct http_cookie){LANGUAGE_COOKIE, "", HTTP_LAX, -1}));
    TRY(page_done(&p, "language"));
    return page_go(&p, "/account");
}

err account_session_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    TRY(page_begin(app, rq, rs, MENU_NONE, &p));
    TRY(session_end(p.node, p.actor, page_field(&p, "session")));
    TRY(page_done(&p, "session"));
    return page_go(&p, "/account");
}

/* ---- password ---- */

static err show_password(struct page *p)
{
    put_text(p, p->data, "back", "/account");
    put_secret(p, p->data, "current", "current");
    put_secret(p, p->data, "fresh", "fresh");
    put_secret(p, p->data, "again", "again");
    return page_show(p, "password");
}

err password_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    TRY(page_begin(app, rq, rs, MENU_NONE, &p));
    return show_password(&p);
}

static void wrong_current(struct page *p)
{
    page_fault(p, "current", MSG("This is not your password"));
}

err password_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    TRY(page_begin(app, rq, rs, MENU_NONE, &p));
    if (text_empty(http_field(rq, "current")))
        page_fault(&p, "current", MSG("Enter the password you have now"));
    fresh_password_check(&p);
    if (page_faulty(&p)) return show_password(&p);
    err e = user_password_change(p.node, p.actor, bytes_text(http_field(rq, "current")),
                                 fresh_password(&p));
    if (e.kind == ERR_DENIED)
        wrong_current(&p);
    else
        TRY(page_fault_err(&p, "fresh", e));
    if (page_faulty(&p)) return show_password(&p);
    TRY(page_done(&p, "password"));
    return page_go(&p, "/account");
}

/* ---- recovery code ---- */

static err show_recovery(struct page *p)
{
    put_text(p, p->data, "back", "/account");
    put_secret(p, p->data, "current", "current");
    return page_show(p, "recovery");
}

err recovery_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    TRY(page_begin(app, rq, rs, MENU_NONE, &p));
    return show_recovery(&p);
}

err recovery_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    char recovery[RECOVERY_TEXT_ROOM];
    TRY(page_begin(app, rq, rs, MENU_NONE, &p));
    err e = user_recovery_renew(p.node, p.actor, bytes_text(http_field_or(rq, "current", "")),
                                recovery);
    if (e.kind == ERR_DENIED)
        wrong_current(&p);
    else
        TRY(e);
    if (page_faulty(&p)) return show_recovery(&p);
    put_text(&p, p.data, "recovery", recovery);
    put_text(&p, p.data, "onward", "/account");
    return page_show(&p, "recovery_code");
}
