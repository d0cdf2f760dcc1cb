/* team_rotate.c - the next generation of a team's key, and what else waits for a member.
 *
 * Wraps are written first, all in one transaction; then the team's row and the signed statement. A
 * crash between leaves wraps of a generation that nobody signed: nobody opens them (actor_load),
 * and whoever rotates next makes a key of their own with a higher number. A key found in the store
 * is never adopted: a box says nothing of who made it.
 */
#include "base/text.h"
#include "domain/organisation.h"
#include "domain/team_due.h"
#include "domain/team_members.h"

enum {
    NUMBERS_AHEAD = 1000,
    GENERATION_MOST = 1000000000,
    TRIES = 4, /* of members who rotate at the same moment */
};

struct rotation {
    mem *ctx;
    struct node *node;
    struct actor *actor;
    struct db_team team;
    int64_t generation; /* the new one */
    struct member *members;
    size_t n;
    db_memberships rows;     /* all that were looked at */
    struct id membership_id; /* the actor's */
    const char *due;
    struct db_team_wrap *wraps;
    struct secret key;
    struct box_public box;
    struct db_statement statement;
    struct audit_event event;
};

/* The members that the new key is sealed to: those whose statement verifies and names the keys they
 * have. */
static err read_team(struct tx *tx, void *arg)
{
    struct rotation *r = arg;
    TRY(db_team_by_id(tx, r->ctx, r->team.id, &r->team));
    TRY(team_due_read(tx, r->ctx, r->team.id, &r->due));
    TRY(db_membership_of_team(tx, r->ctx, r->team.id, &r->rows));
    r->members = mem_array(r->ctx, struct member, r->rows.n + 1);
    ENSURE_MEM(r->members);
    r->n = 0;
    r->membership_id = (struct id){""};
    for (size_t i = 0; i < r->rows.n; i++) {
        const struct db_membership *row = &r->rows.at[i];
        if (!text_same(row->state, "active")) continue;
        err e = member_verify(tx, r->node, &r->actor->keys->root, row, &r->members[r->n]);
        if (e.kind == ERR_CRYPTO) continue;
        TRY(e);
        r->n++;
        if (id_same(row->user_id, r->actor->user_id)) r->membership_id = row->id;
    }
    ENSURE(id_is_set(r->membership_id), ERR_DENIED, "your membership of this team does not verify");
    return ERR_OK;
}

static err write_wraps(struct tx *tx, void *arg)
{
    const struct rotation *r = arg;
    for (size_t i = 0; i < r->n; i++) TRY(db_team_wrap_insert(tx, &r->wraps[i]));
    return ERR_OK;
}

static err seal_to_members(struct rotation *r, struct secret key)
{
    r->wraps = mem_array(r->ctx, struct db_team_wrap, r->n);
    ENSURE_MEM(r->wraps);
    for (size_t i = 0; i < r->n; i++)
        TRY(member_wrap(r->ctx, key, r->team.id, r->generation, &r->members[i], &r->wraps[i]));
    return ERR_OK;
}

/* The first number after the present one that nobody has used. Numbers far ahead are not counted,
 * so that a row which somebody put there can't use them up. */
static err find_generation(struct tx *tx, void *arg)
{
    struct rotation *r = arg;
    int64_t last;
    TRY(db_team_wrap_last(tx, r->team.id, r->team.generation, r->team.generation + NUMBERS_AHEAD,
                          &last));
    r->generation = last + 1;
    return ERR_OK;
}

static err make_key(struct rotation *r)
{
    err e = ERR_OK;
    ENSURE(r->team.generation >= 1 && r->team.generation < GENERATION_MOST, ERR_STORE,
           "a team's key of a generation that can't be");
    TRY(secret_random(r->actor->arena, KEY_SIZE, &r->key));
    for (int i = 0; i < TRIES; i++) {
        TRY(db_read(r->node->keys, find_generation, r));
        TRY(seal_to_members(r, r->key));
        e = db_run(r->node->keys, write_wraps, r);
        if (e.kind != ERR_CONFLICT) return e;
    }
    ENSURE(e.kind != ERR_CONFLICT, ERR_BUSY,
           "other members are changing this team's key: try again");
    return e;
}

static err sign_key(struct rotation *r)
{
    struct box_pair pair;
    const struct sign_pair *sign;
    TRY(team_box_pair(r->actor->arena, r->key, &pair));
    TRY(keys_sign(r->actor->keys, &sign));
    r->box = pair.public_key;
    struct statement statement = {.type = STATEMENT_TEAM_KEY,
                                  .team_id = r->team.id,
                                  .box = pair.public_key,
                                  .generation = r->generation,
                                  .membership_id = r->membership_id,
                                  .since = node_now(r->node)};
    return statement_sign(r->ctx, r->node, sign, r->actor->user_id, &statement, &r->statement);
}

/* Somebody who was confirmed after we looked would be left without the new key. */
static err nobody_joined(struct tx *tx, const struct rotation *r)
{
    MEM_SCOPE(scope, NULL);
    db_memberships now;
    TRY(db_membership_of_team(tx, scope, r->team.id, &now));
    for (size_t i = 0; i < now.n; i++) {
        bool seen = !text_same(now.at[i].state, "active");
        for (size_t j = 0; j < r->rows.n && !seen; j++)
            seen =
                id_same(r->rows.at[j].id, now.at[i].id) && text_same(r->rows.at[j].state, "active");
        ENSURE(seen, ERR_BUSY, "somebody joined this team at this moment: try again");
    }
    return ERR_OK;
}

static err write_team(struct tx *tx, void *arg)
{
    const struct rotation *r = arg;
    TRY(nobody_joined(tx, r));
    TRY(db_team_rotate(tx, r->team.id, r->generation, bytes_of(r->box.p, BOX_PUBLIC_SIZE)));
    TRY(db_statement_insert(tx, &r->statement));
    if (r->due != NULL) TRY(team_due_clear(tx, r->team.id, r->due));
    return audit_append(tx, r->node->audit, &r->event);
}

static bool is_member(const struct rotation *r, const char *user_id)
{
    for (size_t i = 0; i < r->n; i++) {
        if (text_same(r->members[i].user_id.text, user_id)) return true;
    }
    return false;
}

/* Wraps of those who left: removed when they left; again here, in case that was cut off. */
static err remove_leavers(struct tx *tx, void *arg)
{
    const struct rotation *r = arg;
    MEM_SCOPE(scope, NULL);
    const char *rest = r->due, *word;
    for (;;) {
        struct id user_id;
        TRY(text_split(scope, &rest, ' ', &word));
        if (word == NULL) return ERR_OK;
        TRY(id_parse(word, &user_id));
        if (!is_member(r, word)) TRY(db_team_wrap_remove(tx, r->team.id, user_id));
    }
}

static void actor_moves_on(struct rotation *r)
{
    for (size_t i = 0; i < r->actor->n_teams; i++) {
        if (id_same(r->actor->teams[i].id, r->team.id))
            r->actor->teams[i].generation = r->generation;
    }
}

err team_rotate(struct node *node, struct actor *actor, struct id team_id)
{
    TRY(actor_need(actor, CAPABILITY_TEAM_CONFIRM));
    ENSURE(actor_team_of(actor, team_id) != NULL, ERR_DENIED, "you are no member of this team");
    MEM_SCOPE(scope, NULL);
    struct rotation r = {.ctx = scope, .node = node, .actor = actor, .team = {.id = team_id}};
    TRY(db_read(node->records, read_team, &r));
    TRY(make_key(&r));
    TRY(sign_key(&r));
    r.event = (struct audit_event){.at = node_now(node),
                                   .actor_id = actor->user_id,
                                   .action = AUDIT_TEAM_ROTATE,
                                   .object = team_id.text};
    err e = db_run(node->records, write_team, &r);
    if (e.kind == ERR_CONFLICT) return ERR_OK; /* another member finished a later generation */
    TRY(e);
    TRY(keys_team_add(actor->keys, team_id, r.generation, r.key));
    actor_moves_on(&r);
    return r.due == NULL ? ERR_OK : db_run(node->keys, remove_leavers, &r);
}

struct due {
    mem *ctx;
    struct id team_id;
    const char *text;
};

static err read_due(struct tx *tx, void *arg)
{
    struct due *d = arg;
    return team_due_read(tx, d->ctx, d->team_id, &d->text);
}

err team_settle(struct node *node, struct actor *actor)
{
    MEM_SCOPE(scope, NULL);
    err first = ERR_OK;
    if (!actor_may(actor, CAPABILITY_TEAM_CONFIRM)) return ERR_OK;
    for (size_t i = 0; i < actor->n_teams; i++) {
        struct due d = {.ctx = scope, .team_id = actor->teams[i].id};
        err e = db_read(node->records, read_due, &d);
        if (!err_failed(e) && d.text != NULL) e = team_rotate(node, actor, d.team_id);
        if (err_failed(e) && !err_failed(first)) first = e;
    }
    err e = organisation_keys_share(node, actor);
    return err_failed(first) ? first : e;
}
