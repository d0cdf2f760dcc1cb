/* team.c - creating and reading teams. */
#include "domain/team.h"

#include <string.h>

#include "base/text.h"
#include "db/organisation.h"
#include "domain/team_due.h"
#include "domain/team_members.h"

struct creating {
    mem *ctx;
    struct node *node;
    const struct actor *actor;
    const struct team_wish *wish;
    struct db_team team;
    struct member *members;
    struct db_membership *memberships;
    struct db_team_wrap *wraps;
    struct db_statement statement;
    struct audit_event event;
};

static err read_wish(struct tx *tx, void *arg)
{
    struct creating *c = arg;
    struct db_organisation organisation;
    struct sign_public by;
    err e = signer_verify(tx, c->node, &c->actor->keys->root, c->actor->user_id, &by);
    ENSURE(e.kind != ERR_CRYPTO, ERR_DENIED,
           "you are not appointed: another administrator does that");
    TRY(e);
    e = db_organisation_by_id(tx, c->ctx, c->wish->organisation_id, &organisation);
    ENSURE(e.kind != ERR_NOT_FOUND, ERR_INPUT, "there is no such organisation");
    TRY(e);
    for (size_t i = 0; i < c->wish->n_members; i++)
        TRY(member_find(tx, c->wish->members[i], organisation.id, &c->members[i]));
    return ERR_OK;
}

static err wish_check(const struct team_wish *wish)
{
    ENSURE(!text_empty(wish->name) &&
               !err_failed(text_check(bytes_text(wish->name), TEAM_NAME_MOST)) &&
               strpbrk(wish->name, "\t\r\n") == NULL,
           ERR_INPUT, "a team's name is one line of up to 200 bytes");
    ENSURE(wish->n_members >= 1, ERR_INPUT,
           "a team has at least one member, who then confirms the others");
    ENSURE(wish->n_members <= TEAM_MEMBERS_MOST, ERR_LIMIT, "a team has at most 200 members");
    ENSURE((wish->compartments & ~COMPARTMENT_ALL) == 0, ERR_BUG, "a compartment that is none");
    for (size_t i = 0; i < wish->n_members; i++) {
        for (size_t j = 0; j < i; j++)
            ENSURE(!id_same(wish->members[i], wish->members[j]), ERR_INPUT,
                   "a person is named twice");
    }
    return ERR_OK;
}

/* The team's key, sealed to each first member; it exists in clear only here. */
static err make_keys(struct creating *c, struct secret_arena *arena)
{
    struct secret key;
    struct box_pair pair;
    const struct sign_pair *sign;
    TRY(secret_random(arena, KEY_SIZE, &key));
    TRY(team_box_pair(arena, key, &pair));
    TRY(bytes_copy(c->ctx, bytes_of(pair.public_key.p, BOX_PUBLIC_SIZE), &c->team.box_public));
    struct statement statement = {.type = STATEMENT_TEAM,
                                  .team_id = c->team.id,
                                  .organisation_id = c->team.organisation_id,
                                  .compartments = c->wish->compartments,
                                  .may_send = c->wish->may_send,
                                  .box = pair.public_key,
                                  .since = c->team.created_at};
    TRY(keys_sign(c->actor->keys, &sign));
    TRY(statement_sign(c->ctx, c->node, sign, c->actor->user_id, &statement, &c->statement));
    for (size_t i = 0; i < c->wish->n_members; i++) {
        TRY(member_sign(c->ctx, c->node, c->actor, &c->members[i], c->team.id,
                        c->wish->compartments, c->wish->may_send, "active", &c->memberships[i]));
        TRY(member_wrap(c->ctx, key, c->team.id, 1, &c->members[i], &c->wraps[i]));
    }
    secret_wipe(&key);
    return ERR_OK;
}

static err write_wraps(struct tx *tx, void *arg)
{
    const struct creating *c = arg;
    for (size_t i = 0; i < c->wish->n_members; i++) TRY(db_team_wrap_insert(tx, &c->wraps[i]));
    return ERR_OK;
}

static err write_team(struct tx *tx, void *arg)
{
    const struct creating *c = arg;
    TRY(db_team_insert(tx, &c->team));
    TRY(db_statement_insert(tx, &c->statement));
    for (size_t i = 0; i < c->wish->n_members; i++)
        TRY(db_membership_insert(tx, &c->memberships[i]));
    return audit_append(tx, c->node->audit, &c->event);
}

err team_create(struct node *node, struct actor *actor, const struct team_wish *wish,
                struct id *team_id)
{
    TRY(actor_need(actor, CAPABILITY_TEAM_MANAGE));
    TRY(wish_check(wish));
    MEM_SCOPE(scope, NULL);
    msec now = node_now(node);
    struct secret_arena *arena;
    struct creating c = {.ctx = scope,
                         .node = node,
                         .actor = actor,
                         .wish = wish,
                         .team = {.id = id_new(now),
                                  .organisation_id = wish->organisation_id,
                                  .name = wish->name,
                                  .generation = 1,
                                  .created_at = now},
                         .members = mem_array(scope, struct member, wish->n_members),
                         .memberships = mem_array(scope, struct db_membership, wish->n_members),
                         .wraps = mem_array(scope, struct db_team_wrap, wish->n_members)};
    ENSURE(c.members != NULL && c.memberships != NULL && c.wraps != NULL, ERR_MEMORY,
           "out of memory");
    c.event = (struct audit_event){.at = now,
                                   .actor_id = actor->user_id,
                                   .action = AUDIT_TEAM_CREATE,
                                   .object = c.team.id.text};
    TRY(secret_arena_new(scope, node->secrets, &arena));
    TRY(db_read(node->records, read_wish, &c));
    TRY(make_keys(&c, arena));
    TRY(db_run(node->keys, write_wraps, &c));
    TRY(db_run(node->records, write_team, &c));
    *team_id = c.team.id;
    return ERR_OK;
}

struct listing {
    mem *ctx;
    struct id organisation;
    struct id team_id;
    struct team_list list;
};

/* What a team may, as its members' rows say; what counts is the signed statement (team_verify). */
static err team_of(struct tx *tx, mem *ctx, const struct db_team *row, struct team *out)
{
    MEM_SCOPE(scope, NULL);
    const char *due;
    struct db_statement statement;
    struct team team = {.id = row->id,
                        .organisation_id = row->organisation_id,
                        .name = mem_text(ctx, row->name),
                        .generation = row->generation};
    ENSURE_MEM(team.name);
    TRY(team_due_read(tx, scope, row->id, &due));
    team.rotation_due = due != NULL;
    TRY(db_statement_latest(tx, scope, "team", row->id, &statement));
    TRY(statement_may(statement.statement, &team.compartments, &team.may_send));
    *out = team;
    return ERR_OK;
}

static err read_teams(struct tx *tx, void *arg)
{
    struct listing *l = arg;
    db_teams rows;
    TRY(id_is_set(l->organisation) ? db_team_of_organisation(tx, l->ctx, l->organisation, &rows)
                                   : db_team_list(tx, l->ctx, &rows));
    l->list.at = mem_array(l->ctx, struct team, rows.n + 1);
    ENSURE_MEM(l->list.at);
    for (size_t i = 0; i < rows.n; i++) TRY(team_of(tx, l->ctx, &rows.at[i], &l->list.at[i]));
    l->list.n = rows.n;
    return ERR_OK;
}

err team_all(struct node *node, struct id organisation, mem *ctx, struct team_list *out)
{
    struct listing l = {.ctx = ctx, .organisation = organisation};
    TRY(db_read(node->records, read_teams, &l));
    *out = l.list;
    return ERR_OK;
}

static err read_team(struct tx *tx, void *arg)
{
    struct listing *l = arg;
    struct db_team row;
    err e = db_team_by_id(tx, l->ctx, l->team_id, &row);
    ENSURE(e.kind != ERR_NOT_FOUND, ERR_NOT_FOUND, "there is no such team");
    TRY(e);
    return team_of(tx, l->ctx, &row, l->list.at);
}

err team_get(struct node *node, struct id team_id, mem *ctx, struct team *out)
{
    struct team team;
    struct listing l = {.ctx = ctx, .team_id = team_id, .list = {.at = &team}};
    TRY(db_read(node->records, read_team, &l));
    *out = team;
    return ERR_OK;
}
