/* user_page.c - the people of the node: invited with a one-time code, appointed, closed. The
 * administrator never sees a password. A code is shown once, in the answer to the act that made it.
 */
#include "base/text.h"
#include "domain/organisation_list.h"
#include "domain/user.h"
#include "web/page.h"
#include "web/pages.h"
#include "web/put.h"
#include "web/web_own.h"

#define USERS_PAGE 50

static err put_user(struct page *p, struct view *o, const struct user *u)
{
    const char *organisation;
    TRY(organisation_name(p->node, u->organisation_id, p->ctx, &organisation));
    put_text(p, o, "person", u->display_name);
    put_text(p, o, "login", u->login);
    put_text(p, o, "organisation", organisation);
    put_path(p, o, "href", "/users/%s", u->id.text);
    put_day(p, o, "since", u->created_at);
    put_is(p, o, user_state_name(u->state));
    struct view *roles = put_list(p, o, "roles");
    for (int r = 0; r < ROLES; r++)
        if (role_in(u->roles, (enum role)r)) put_is(p, put_item(p, roles), role_name((enum role)r));
    return ERR_OK;
}

err users_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    struct user_list users;
    TRY(page_begin(app, rq, rs, MENU_USERS, &p));
    const char *after = http_query(rq, "after");
    TRY(user_all(p.node, p.actor, after, USERS_PAGE, p.ctx, &users));
    struct view *list = put_list(&p, p.data, "users");
    for (size_t i = 0; i < users.n; i++) TRY(put_user(&p, put_item(&p, list), &users.at[i]));
    if (users.more && users.n > 0)
        put_path(&p, p.data, "next_href", "/users?after=%s", users.at[users.n - 1].login);
    return page_show(&p, "users");
}

/* ---- inviting ---- */

static const char *const ROLE_NAMES[] = {"case_worker", "intake_officer", "administrator", NULL};

static err show_new(struct page *p)
{
    struct organisation_list organisations;
    put_text(p, p->data, "back", "/users");
    put_field(p, p->data, "name_field", "name", "");
    put_field(p, p->data, "login_field", "login", "");
    struct view *organisation = put_field(p, p->data, "organisation", "organisation", "");
    struct view *choices = put_list(p, organisation, "choices");
    TRY(organisation_all(p->node, p->ctx, &organisations));
    for (size_t i = 0; i < organisations.n; i++)
        put_choice(p, choices, "organisation", organisations.at[i].id.text,
                   organisations.at[i].name, organisations.n == 1);
    struct view *role = put_field(p, p->data, "role_field", "role", "");
    struct view *roles = put_list(p, role, "choices");
    for (size_t i = 0; ROLE_NAMES[i] != NULL; i++)
        put_is(p, put_choice(p, roles, "role", ROLE_NAMES[i], "", false), ROLE_NAMES[i]);
    put_field(p, p->data, "language_field", "language", "");
    return page_show(p, "user_new");
}

err user_new_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    TRY(page_begin(app, rq, rs, MENU_USERS, &p));
    return show_new(&p);
}

static err show_code(struct page *p, const struct user *u, const char *code)
{
    put_text(p, p->data, "person", u->display_name);
    put_text(p, p->data, "login", u->login);
    put_text(p, p->data, "code_once", code);
    put_path(p, p->data, "address", "%s/activate", p->node->settings.address);
    return page_show(p, "user_code");
}

static err read_wish(struct page *p, struct user_wish *wish)
{
    static const struct http_rule RULES[] = {
        {.name = "name",
         .kind = HTTP_TEXT,
         .required = true,
         .max = 100,
         .empty = MSG("Enter the person’s name"),
         .wrong = MSG("This is too long")},
        {.name = "login",
         .kind = HTTP_TEXT,
         .required = true,
         .max = USER_LOGIN_MOST,
         .empty = MSG("Enter a user name"),
         .wrong = MSG("This is too long")},
        {.name = "organisation", .kind = HTTP_RULE_ID, .wrong = MSG("Choose the organisation")},
        {.name = "role",
         .kind = HTTP_CHOICES,
         .required = true,
         .choices = ROLE_NAMES,
         .empty = MSG("Choose what the person will do"),
         .wrong = MSG("Choose from the list")},
        {.name = "language",
         .kind = HTTP_TEXT,
         .required = true,
         .max = 20,
         .empty = MSG("Choose a language"),
         .wrong = MSG("Choose a language")},
    };
    TRY(page_validate(p, RULES, COUNT_OF(RULES)));
    *wish = (struct user_wish){.login = page_field(p, "login"),
                               .display_name = page_field(p, "name"),
                               .language = page_field(p, "language")};
    for (size_t i = 0; ROLE_NAMES[i] != NULL; i++) {
        role_set one;
        if (!http_field_ticked(p->rq, "role", ROLE_NAMES[i])) continue;
        TRY(role_parse(ROLE_NAMES[i], &one));
        wish->roles |= one;
    }
    bool administrator = role_in(wish->roles, ROLE_ADMINISTRATOR);
    if (page_fault_of(p, "organisation") != NULL) return ERR_OK;
    if (!text_empty(page_field(p, "organisation")))
        TRY(page_id(p, "organisation", &wish->organisation_id));
    else if (!administrator)
        page_fault(p, "organisation", MSG("Choose the organisation"));
    if (web_language_find(p->web, wish->language) == NULL)
        page_fault(p, "language", MSG("Choose a language"));
    return ERR_OK;
}

err user_new_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    struct user_wish wish;
    struct id id;
    char code[RECOVERY_TEXT_ROOM];
    TRY(page_begin(app, rq, rs, MENU_USERS, &p));
    TRY(read_wish(&p, &wish));
    if (!page_faulty(&p)) {
        err e = user_invite(p.node, p.actor, &wish, &id, code);
        if (e.kind == ERR_CONFLICT)
            page_fault(&p, "login", MSG("Somebody has this user name already"));
        else
            TRY(page_fault_err(&p, "login", e));
    }
    if (page_faulty(&p)) return show_new(&p);
    const struct user made = {.display_name = wish.display_name, .login = wish.login};
    return show_code(&p, &made, code);
}

/* ---- one account ---- */

static err begin_one(void *app, struct http_request *rq, struct http_response *rs, struct page *p,
                     struct user *u)
{
    struct id id;
    TRY(page_begin(app, rq, rs, MENU_USERS, p));
    TRY(id_parse(page_parameter(p, "id"), &id));
    put_text(p, p->data, "back", "/users");
    return user_get(p->node, p->actor, id, p->ctx, u);
}

err user_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    struct user u;
    TRY(begin_one(app, rq, rs, &p, &u));
    TRY(put_user(&p, p.data, &u));
    put_language(&p, p.data, "user_language", u.language);
    put_flag(&p, p.data, "can_invite", u.state == USER_INVITED);
    put_flag(&p, p.data, "can_appoint", u.state == USER_UNSIGNED);
    put_flag(&p, p.data, "can_close", u.state != USER_CLOSED && !id_same(u.id, p.actor->user_id));
    return page_show(&p, "user");
}

err user_invite_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    struct user u;
    char code[RECOVERY_TEXT_ROOM];
    TRY(begin_one(app, rq, rs, &p, &u));
    TRY(user_invite_again(p.node, p.actor, u.id, code));
    return show_code(&p, &u, code);
}

err user_appoint_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    struct user u;
    TRY(begin_one(app, rq, rs, &p, &u));
    TRY(user_appoint(p.node, p.actor, u.id));
    TRY(page_done(&p, "appointed"));
    return page_go(&p, "/users/%s", u.id.text);
}

err user_close_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    struct user u;
    TRY(begin_one(app, rq, rs, &p, &u));
    TRY(user_close(p.node, p.actor, u.id));
    TRY(page_done(&p, "closed"));
    return page_go(&p, "/users/%s", u.id.text);
}
