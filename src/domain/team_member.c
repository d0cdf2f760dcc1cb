/* team_member.c - adding, confirming, ending and listing members. */
#include <string.h>

#include "base/text.h"
#include "db/session.h"
#include "domain/team_due.h"
#include "domain/team_members.h"

static const char NO_MEMBERSHIP[] = "there is no such membership";

/* One act on a membership. */
struct act {
    mem *ctx;
    struct node *node;
    const struct actor *actor;
    struct db_membership row;
    struct member member;
    struct db_team_wrap *wraps;
    size_t n_wraps;
    int64_t generation; /* the newest that was sealed */
    bool was_active;
    struct audit_event event;
};

static void event_set(struct act *a, enum audit_action action)
{
    a->event = (struct audit_event){.at = node_now(a->node),
                                    .actor_id = a->actor->user_id,
                                    .action = action,
                                    .object = a->row.user_id.text,
                                    .detail = a->row.team_id.text};
}

static err read_new(struct tx *tx, void *arg)
{
    struct act *a = arg;
    struct sign_public by;
    struct db_team team;
    struct statement statement;
    const struct sign_public *root = &a->actor->keys->root;
    err e = signer_verify(tx, a->node, root, a->actor->user_id, &by);
    ENSURE(e.kind != ERR_CRYPTO, ERR_DENIED,
           "you are not appointed: another administrator does that");
    TRY(e);
    e = db_team_by_id(tx, a->ctx, a->row.team_id, &team);
    ENSURE(e.kind != ERR_NOT_FOUND, ERR_NOT_FOUND, "there is no such team");
    TRY(e);
    TRY(team_verify(tx, a->node, root, &team, &statement));
    TRY(member_find(tx, a->row.user_id, team.organisation_id, &a->member));
    return member_sign(a->ctx, a->node, a->actor, &a->member, team.id, statement.compartments,
                       statement.may_send, "pending", &a->row);
}

static err write_new(struct tx *tx, void *arg)
{
    const struct act *a = arg;
    TRY(db_membership_insert(tx, &a->row));
    return audit_append(tx, a->node->audit, &a->event);
}

err team_member_add(struct node *node, struct actor *actor, struct id team_id, struct id user_id,
                    struct id *membership_id)
{
    TRY(actor_need(actor, CAPABILITY_TEAM_MANAGE));
    MEM_SCOPE(scope, NULL);
    struct act a = {.ctx = scope,
                    .node = node,
                    .actor = actor,
                    .row = {.team_id = team_id, .user_id = user_id}};
    TRY(db_read(node->records, read_new, &a));
    event_set(&a, AUDIT_MEMBER_PROPOSE);
    err e = db_run(node->records, write_new, &a);
    ENSURE(e.kind != ERR_CONFLICT, ERR_CONFLICT,
           "this person is a member of this team, or waits to be confirmed");
    TRY(e);
    *membership_id = a.row.id;
    return ERR_OK;
}

static err read_pending(struct tx *tx, void *arg)
{
    struct act *a = arg;
    struct db_user signer;
    err e = db_membership_by_id(tx, a->ctx, a->row.id, &a->row);
    ENSURE(e.kind != ERR_NOT_FOUND, ERR_NOT_FOUND, NO_MEMBERSHIP);
    TRY(e);
    ENSURE(actor_team_of(a->actor, a->row.team_id) != NULL, ERR_DENIED,
           "you are no member of this team");
    ENSURE(text_same(a->row.state, "pending"), ERR_STATE,
           "this membership does not wait to be confirmed");
    TRY(member_verify(tx, a->node, &a->actor->keys->root, &a->row, &a->member));
    TRY(db_user_by_id(tx, a->ctx, a->row.signer_id, &signer));
    ENSURE(
        signer.active && signer.is_admin, ERR_CRYPTO,
        "who signed this is no administrator any more: another one has to add this person again");
    return ERR_OK;
}

/* Every generation that the confirming member holds, so that the new one reads what was written
 * before. */
static err seal_all(struct act *a)
{
    const struct actor_keys *keys = a->actor->keys;
    a->wraps = mem_array(a->ctx, struct db_team_wrap, keys->teams.n + 1);
    ENSURE_MEM(a->wraps);
    for (size_t i = 0; i < keys->teams.n; i++) {
        const struct team_key *k = &keys->teams.at[i];
        if (!id_same(k->team_id, a->row.team_id)) continue;
        TRY(member_wrap(a->ctx, k->key, k->team_id, k->generation, &a->member,
                        &a->wraps[a->n_wraps]));
        a->n_wraps++;
        if (k->generation > a->generation) a->generation = k->generation;
    }
    return ERR_OK;
}

static err write_wraps(struct tx *tx, void *arg)
{
    const struct act *a = arg;
    TRY(db_team_wrap_remove(tx, a->row.team_id,
                            a->row.user_id)); /* of an attempt that was cut off */
    for (size_t i = 0; i < a->n_wraps; i++) TRY(db_team_wrap_insert(tx, &a->wraps[i]));
    return ERR_OK;
}

static err write_active(struct tx *tx, void *arg)
{
    const struct act *a = arg;
    MEM_SCOPE(scope, NULL);
    struct db_team team;
    TRY(db_team_by_id(tx, scope, a->row.team_id, &team));
    ENSURE(team.generation == a->generation, ERR_BUSY,
           "this team's key is changed at this moment: try again");
    TRY(db_membership_activate(tx, a->row.id));
    return audit_append(tx, a->node->audit, &a->event);
}

err team_member_confirm(struct node *node, struct actor *actor, struct id membership_id)
{
    TRY(actor_need(actor, CAPABILITY_TEAM_CONFIRM));
    MEM_SCOPE(scope, NULL);
    struct act a = {.ctx = scope, .node = node, .actor = actor, .row = {.id = membership_id}};
    TRY(db_read(node->records, read_pending, &a));
    TRY(seal_all(&a));
    event_set(&a, AUDIT_MEMBER_CONFIRM);
    TRY(db_run(node->keys, write_wraps, &a));
    err e = db_run(node->records, write_active, &a);
    ENSURE(e.kind != ERR_CONFLICT, ERR_STATE,
           "somebody else confirmed or ended this membership meanwhile");
    return e;
}

static err end_records(struct tx *tx, void *arg)
{
    struct act *a = arg;
    struct db_membership row;
    err e = db_membership_by_id(tx, a->ctx, a->row.id, &row);
    ENSURE(e.kind != ERR_NOT_FOUND, ERR_NOT_FOUND, NO_MEMBERSHIP);
    TRY(e);
    a->row = row;
    event_set(a, AUDIT_MEMBER_END);
    if (text_same(row.state, "ended")) return ERR_OK; /* only what is left of it is removed */
    TRY(db_membership_end(tx, row.id, a->event.at));
    if (text_same(row.state, "active")) TRY(team_due_add(tx, row.team_id, row.user_id));
    return audit_append(tx, a->node->audit, &a->event);
}

static err end_keys(struct tx *tx, void *arg)
{
    const struct act *a = arg;
    TRY(db_team_wrap_remove(tx, a->row.team_id, a->row.user_id));
    return db_session_end_user(tx, a->row.user_id, bytes_of(NULL, 0));
}

err team_member_end(struct node *node, struct actor *actor, struct id membership_id)
{
    TRY(actor_need(actor, CAPABILITY_TEAM_MANAGE));
    MEM_SCOPE(scope, NULL);
    struct act a = {.ctx = scope, .node = node, .actor = actor, .row = {.id = membership_id}};
    TRY(db_run(node->records, end_records, &a)); /* removals: records first */
    return db_run(node->keys, end_keys, &a);
}

struct listing {
    mem *ctx;
    struct id team_id;
    struct team_member_list list;
};

static err read_members(struct tx *tx, void *arg)
{
    struct listing *l = arg;
    db_memberships rows;
    TRY(db_membership_of_team(tx, l->ctx, l->team_id, &rows));
    l->list.at = mem_array(l->ctx, struct team_member, rows.n + 1);
    ENSURE_MEM(l->list.at);
    for (size_t i = 0; i < rows.n; i++) {
        const struct db_membership *row = &rows.at[i];
        struct db_user user;
        TRY(db_user_by_id(tx, l->ctx, row->user_id, &user));
        l->list.at[i] = (struct team_member){.membership_id = row->id,
                                             .user_id = row->user_id,
                                             .login = user.login,
                                             .display_name = user.display_name,
                                             .pending = text_same(row->state, "pending"),
                                             .since = row->created_at};
    }
    l->list.n = rows.n;
    return ERR_OK;
}

err team_members(struct node *node, struct actor *actor, struct id team_id, mem *ctx,
                 struct team_member_list *out)
{
    bool own = actor != NULL && actor_team_of(actor, team_id) != NULL;
    TRY(actor_need(actor, own ? CAPABILITY_ACCOUNT_OWN : CAPABILITY_TEAM_MANAGE));
    struct listing l = {.ctx = ctx, .team_id = team_id};
    TRY(db_read(node->records, read_members, &l));
    *out = l.list;
    return ERR_OK;
}
