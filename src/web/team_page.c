/* team_page.c - teams and their members: an administrator makes them and signs memberships, a
 * member confirms. */
#include "base/text.h"
#include "domain/organisation_list.h"
#include "domain/team.h"
#include "domain/user.h"
#include "web/page.h"
#include "web/pages.h"
#include "web/put.h"

#define FEW 2 /* fewer members than this: nobody can step in */

static void put_member(struct page *p, struct view *list, const struct team_member *m, bool own_team)
{
    struct view *o = put_item(p, list);
    put_text(p, o, "person", m->display_name);
    put_flag(p, o, "active", !m->pending);
    put_flag(p, o, "pending", m->pending);
    put_day(p, o, "since", m->since);
    put_flag(p, o, "can_confirm", m->pending && own_team && page_may(p, CAPABILITY_TEAM_CONFIRM));
    put_path(p, o, "confirm_href", "/members/%s/confirm", m->membership_id.text);
    if (page_may(p, CAPABILITY_TEAM_MANAGE))
        put_path(p, o, "end_href", "/members/%s/end", m->membership_id.text);
    else
        put_nothing(p, o, "end_href");
}

static err put_team(struct page *p, struct view *list, const struct team *team)
{
    struct team_member_list members;
    const char *organisation;
    bool own = actor_team_of(p->actor, team->id) != NULL;
    size_t active = 0;
    if (!own && !page_may(p, CAPABILITY_TEAM_MANAGE)) return ERR_OK;
    TRY(team_members(p->node, p->actor, team->id, p->ctx, &members));
    TRY(organisation_name(p->node, team->organisation_id, p->ctx, &organisation));
    struct view *o = put_item(p, list);
    put_text(p, o, "name", team->name);
    put_text(p, o, "organisation", organisation);
    put_flag(p, o, "send", team->may_send);
    put_compartments(p, o, "compartments", team->compartments);
    put_path(p, o, "add_href", "/teams/%s/members/new", team->id.text);
    struct view *rows = put_list(p, o, "members");
    for (size_t i = 0; i < members.n; i++) {
        put_member(p, rows, &members.at[i], own);
        active += members.at[i].pending ? 0 : 1;
    }
    put_flag(p, o, "few", active < FEW);
    return ERR_OK;
}

err teams_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    struct team_list teams;
    TRY(page_begin(app, rq, rs, MENU_TEAMS, &p));
    TRY(team_all(p.node, (struct id){0}, p.ctx, &teams));
    put_flag(&p, p.data, "can_manage", page_may(&p, CAPABILITY_TEAM_MANAGE));
    struct view *list = put_list(&p, p.data, "teams");
    for (size_t i = 0; i < teams.n; i++) TRY(put_team(&p, list, &teams.at[i]));
    return page_show(&p, "teams");
}

/* ---- making a team ---- */

/* People with keys who may belong to a team; `organisation` unset: of all. */
static err put_people(struct page *p, struct view *choices, const char *name, struct id organisation)
{
    struct user_list users;
    const char *after = NULL;
    do {
        TRY(user_all(p->node, p->actor, after, 100, p->ctx, &users));
        for (size_t i = 0; i < users.n; i++) {
            const struct user *u = &users.at[i];
            bool fits = !id_is_set(organisation) || id_same(u->organisation_id, organisation);
            if (u->state != USER_ACTIVE || role_in(u->roles, ROLE_ADMINISTRATOR) || !fits) continue;
            const char *label = talloc_asprintf(p->ctx, "%s (%s)", u->display_name, u->login);
            ENSURE_MEM(label);
            put_choice(p, choices, name, u->id.text, label, false);
        }
        after = users.n == 0 ? NULL : users.at[users.n - 1].login;
    } while (users.more && after != NULL);
    return ERR_OK;
}

static err show_new(struct page *p)
{
    struct organisation_list organisations;
    put_text(p, p->data, "back", "/teams");
    put_field(p, p->data, "name_field", "name", "");
    struct view *organisation = put_field(p, p->data, "organisation", "organisation", "");
    struct view *choices = put_list(p, organisation, "choices");
    TRY(organisation_all(p->node, p->ctx, &organisations));
    for (size_t i = 0; i < organisations.n; i++)
        put_choice(p, choices, "organisation", organisations.at[i].id.text,
                   organisations.at[i].name, organisations.n == 1);
    struct view *member = put_field(p, p->data, "member", "member", "");
    TRY(put_people(p, put_list(p, member, "choices"), "member", (struct id){0}));
    struct view *may = put_field(p, p->data, "may", "may", "");
    put_flag(p, may, "send", p->rq->method == HTTP_GET || http_field_ticked(p->rq, "may", "send"));
    struct view *parts = put_list(p, may, "choices");
    for (unsigned i = 0; i < COMPARTMENTS; i++) {
        const char *name = compartment_name((enum compartment)i);
        struct view *choice = put_item(p, parts);
        put_path(p, choice, "id", "may-%u", i + 2);
        put_text(p, choice, "value", name);
        put_flag(p, choice, "checked",
                 p->rq->method == HTTP_GET || http_field_ticked(p->rq, "may", name));
        put_is(p, choice, name);
    }
    return page_show(p, "team_new");
}

err team_new_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    TRY(page_begin(app, rq, rs, MENU_TEAMS, &p));
    return show_new(&p);
}

static err read_wish(struct page *p, struct team_wish *wish)
{
    struct id *members = mem_array(p->ctx, struct id, TEAM_MEMBERS_MOST);
    const char *text;
    ENSURE_MEM(members);
    *wish = (struct team_wish){.name = page_field(p, "name"), .members = members};
    wish->may_send = http_field_ticked(p->rq, "may", "send");
    for (unsigned i = 0; i < COMPARTMENTS; i++)
        if (http_field_ticked(p->rq, "may", compartment_name((enum compartment)i)))
            wish->compartments |= COMPARTMENT_BIT(i);
    while (wish->n_members < TEAM_MEMBERS_MOST &&
           (text = http_field_at(p->rq, "member", wish->n_members)) != NULL)
        TRY(id_parse(text, &members[wish->n_members++]));
    if (text_empty(wish->name)) page_fault(p, "name", MSG("Give the team a name"));
    if (wish->n_members == 0) page_fault(p, "member", MSG("Choose at least one member"));
    if (text_empty(page_field(p, "organisation")))
        page_fault(p, "organisation", MSG("Choose the organisation"));
    else
        TRY(page_id(p, "organisation", &wish->organisation_id));
    return ERR_OK;
}

err team_new_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    struct team_wish wish;
    struct id team;
    TRY(page_begin(app, rq, rs, MENU_TEAMS, &p));
    TRY(read_wish(&p, &wish));
    if (!page_faulty(&p))
        TRY(page_fault_err(&p, "member", team_create(p.node, p.actor, &wish, &team)));
    if (page_faulty(&p)) return show_new(&p);
    TRY(page_done(&p, "team"));
    return page_go(&p, "/teams");
}

/* ---- members ---- */

static err show_member(struct page *p, const struct team *team)
{
    put_text(p, p->data, "back", "/teams");
    put_text(p, p->data, "team", team->name);
    struct view *member = put_field(p, p->data, "member", "member", "");
    TRY(put_people(p, put_list(p, member, "choices"), "member", team->organisation_id));
    return page_show(p, "team_member");
}

static err begin_member(void *app, struct http_request *rq, struct http_response *rs,
                        struct page *p, struct team *team)
{
    struct id id;
    TRY(page_begin(app, rq, rs, MENU_TEAMS, p));
    TRY(id_parse(page_parameter(p, "id"), &id));
    return team_get(p->node, id, p->ctx, team);
}

err member_new_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    struct team team;
    TRY(begin_member(app, rq, rs, &p, &team));
    return show_member(&p, &team);
}

err member_new_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    struct team team;
    struct id user, membership;
    TRY(begin_member(app, rq, rs, &p, &team));
    if (text_empty(page_field(&p, "member"))) {
        page_fault(&p, "member", MSG("Choose a person"));
        return show_member(&p, &team);
    }
    TRY(page_id(&p, "member", &user));
    TRY(page_fault_err(&p, "member", team_member_add(p.node, p.actor, team.id, user, &membership)));
    if (page_faulty(&p)) return show_member(&p, &team);
    TRY(page_done(&p, "member-added"));
    return page_go(&p, "/teams");
}

/* The pending membership of one of the actor's teams. */
static err find_pending(struct page *p, const struct actor_team **team, struct team_member *out)
{
    struct id id;
    TRY(id_parse(page_parameter(p, "id"), &id));
    for (size_t i = 0; i < p->actor->n_teams; i++) {
        struct team_member_list members;
        TRY(team_members(p->node, p->actor, p->actor->teams[i].id, p->ctx, &members));
        for (size_t k = 0; k < members.n; k++) {
            if (!id_same(members.at[k].membership_id, id) || !members.at[k].pending) continue;
            *team = &p->actor->teams[i];
            *out = members.at[k];
            return ERR_OK;
        }
    }
    FAIL(ERR_NOT_FOUND, "nobody waits here to be confirmed");
}

err confirm_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    const struct actor_team *team;
    struct team_member member;
    TRY(page_begin(app, rq, rs, MENU_TEAMS, &p));
    TRY(find_pending(&p, &team, &member));
    put_text(&p, p.data, "back", "/teams");
    put_text(&p, p.data, "team", team->name);
    put_text(&p, p.data, "person", member.display_name);
    return page_show(&p, "team_confirm");
}

err confirm_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    const struct actor_team *team;
    struct team_member member;
    TRY(page_begin(app, rq, rs, MENU_TEAMS, &p));
    TRY(find_pending(&p, &team, &member));
    TRY(team_member_confirm(p.node, p.actor, member.membership_id));
    TRY(page_done(&p, "confirmed"));
    return page_go(&p, "/teams");
}

err member_end_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    struct id id;
    TRY(page_begin(app, rq, rs, MENU_TEAMS, &p));
    TRY(id_parse(page_parameter(&p, "id"), &id));
    TRY(team_member_end(p.node, p.actor, id));
    TRY(page_done(&p, "member-ended"));
    return page_go(&p, "/teams");
}
