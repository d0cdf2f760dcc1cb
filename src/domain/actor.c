/* actor.c - who asks, and what their roles and memberships say. */
#include "domain/actor.h"

#include <string.h>

#include "base/text.h"
#include "db/team.h"
#include "db/user.h"
#include "db/wrap.h"
#include "domain/actor_load.h"
#include "domain/statement.h"
#include "domain/user_wish.h"

struct loading {
    mem *ctx;
    const struct node *node;
    struct actor_keys *keys;
    struct id user_id;
    struct db_user user;
    role_set roles;
    struct actor_team *teams; /* of active memberships */
    size_t n_teams;
    db_team_wraps wraps;
    bool fresh; /* a key was opened */
};

static err read_teams(struct tx *tx, struct loading *l)
{
    db_memberships rows;
    TRY(db_membership_of_user(tx, l->ctx, l->user_id, &rows));
    l->teams = mem_array(l->ctx, struct actor_team, rows.n + 1);
    ENSURE_MEM(l->teams);
    l->n_teams = 0;
    for (size_t i = 0; i < rows.n; i++) {
        const struct db_membership *row = &rows.at[i];
        if (!text_same(row->state, "active")) continue;
        struct db_team team;
        struct actor_team *t = &l->teams[l->n_teams];
        TRY(db_team_by_id(tx, l->ctx, row->team_id, &team));
        *t = (struct actor_team){.id = team.id,
                                 .organisation_id = team.organisation_id,
                                 .name = team.name,
                                 .generation = team.generation};
        TRY_AS(may_read(row->may, &t->compartments, &t->may_send), ERR_STORE,
               "a membership says what it can't mean");
        l->n_teams++;
    }
    return ERR_OK;
}

static err read_account(struct tx *tx, void *arg)
{
    struct loading *l = arg;
    err e = db_user_by_id(tx, l->ctx, l->user_id, &l->user);
    ENSURE(e.kind != ERR_NOT_FOUND, ERR_DENIED, "this account is closed");
    TRY(e);
    ENSURE(l->user.active, ERR_DENIED, "this account is closed");
    TRY(user_roles(tx, &l->user, &l->roles));
    return read_teams(tx, l);
}

static err read_wraps(struct tx *tx, void *arg)
{
    struct loading *l = arg;
    return db_team_wraps_of_user(tx, l->ctx, l->user_id, &l->wraps);
}

static bool holds_all(const struct loading *l, const struct actor_keys *keys)
{
    for (size_t i = 0; i < l->n_teams; i++) {
        if (!keys_team_holds(keys, l->teams[i].id, l->teams[i].generation)) return false;
    }
    return true;
}

static bool is_of_team(const struct loading *l, struct id team_id)
{
    for (size_t i = 0; i < l->n_teams; i++) {
        if (id_same(l->teams[i].id, team_id)) return true;
    }
    return false;
}

/* A team's key, if it is the one that was signed: anybody can seal one to a user, and what is
 * wrapped under it would be believed. */
static err open_wrap(struct tx *tx, struct secret_arena *arena, struct loading *l,
                     const struct db_team_wrap *w)
{
    MEM_SCOPE(scope, NULL);
    struct actor_keys *keys = l->keys;
    struct db_team team;
    struct box_public signed_box;
    struct box_pair pair;
    struct secret key, kept;
    TRY(db_team_by_id(tx, scope, w->team_id, &team));
    TRY(team_box_verify(tx, l->node, &keys->root, &team, w->generation, &signed_box));
    TRY(team_key_open(arena, keys, w->team_id, w->generation, l->user_id, w->blob, &key));
    ENSURE(key.n == KEY_SIZE, ERR_CRYPTO, "a team key of a wrong size");
    TRY(team_box_pair(arena, key, &pair));
    ENSURE(memcmp(pair.public_key.p, signed_box.p, BOX_PUBLIC_SIZE) == 0, ERR_CRYPTO,
           "a team key that is not the one that was signed");
    TRY(secret_copy(keys->arena, secret_bytes(key), &kept));
    return keys_team_add(keys, w->team_id, w->generation, kept);
}

/* Opens the wraps that the keys lack. One that does not open or verify is passed over: that
 * generation, and if it is the present one that team, is then not the actor's, and the others are.
 */
static err open_wraps(struct tx *tx, void *arg)
{
    struct loading *l = arg;
    for (size_t i = 0; i < l->wraps.n; i++) {
        MEM_SCOPE(scope, NULL);
        struct secret_arena *arena;
        const struct db_team_wrap *w = &l->wraps.at[i];
        if (!is_of_team(l, w->team_id) || keys_team_holds(l->keys, w->team_id, w->generation))
            continue;
        TRY(secret_arena_new(scope, l->node->secrets, &arena));
        err e = open_wrap(tx, arena, l, w);
        if (e.kind == ERR_CRYPTO) continue;
        TRY(e);
        l->fresh = true;
    }
    return ERR_OK;
}

static err actor_of(struct loading *l, struct actor_keys *keys, struct actor **out)
{
    struct actor *actor = mem_new(l->ctx, struct actor);
    ENSURE_MEM(actor);
    actor->user_id = l->user.id;
    actor->organisation_id = l->user.organisation_id;
    actor->login = l->user.login;
    actor->display_name = l->user.display_name;
    actor->language = l->user.language;
    actor->roles = l->roles;
    actor->arena = keys->arena;
    actor->keys = keys;
    actor->teams = l->teams;
    for (size_t i = 0; i < l->n_teams; i++) {
        if (keys_team_holds(keys, l->teams[i].id, l->teams[i].generation))
            actor->teams[actor->n_teams++] = l->teams[i];
    }
    ENSURE(actor->n_teams <= ACTOR_TEAMS_MOST, ERR_LIMIT,
           "a member of more teams than one person can be");
    for (size_t i = 0; i < actor->n_teams; i++) actor->team_ids[i] = actor->teams[i].id;
    *out = actor;
    return ERR_OK;
}

err actor_load(mem *ctx, struct node *node, struct id user_id, struct actor_keys *keys,
               struct actor **out, bool *fresh)
{
    struct loading l = {.ctx = ctx, .node = node, .keys = keys, .user_id = user_id};
    keys->user_id = user_id;
    TRY(db_read(node->records, read_account, &l));
    if (!holds_all(&l, keys)) {
        TRY(db_read(node->keys, read_wraps, &l));
        TRY(db_read(node->records, open_wraps, &l));
    }
    TRY(actor_of(&l, keys, out));
    *fresh = l.fresh;
    return ERR_OK;
}

err actor_system(mem *ctx, struct node *node, struct actor **out)
{
    struct actor *actor = mem_new(ctx, struct actor);
    ENSURE_MEM(actor);
    TRY(secret_arena_new(actor, node->secrets, &actor->arena));
    actor->login = actor->display_name = "";
    actor->language = "en";
    actor->roles = role_bit(ROLE_SYSTEM);
    *out = actor;
    return ERR_OK;
}

bool actor_may(const struct actor *actor, enum capability capability)
{
    return authz_may(actor == NULL ? 0 : actor->roles, capability);
}

err actor_need(const struct actor *actor, enum capability capability)
{
    ENSURE(actor_may(actor, capability), ERR_DENIED, "your role does not allow this");
    return ERR_OK;
}

const struct actor_team *actor_team_of(const struct actor *actor, struct id team_id)
{
    for (size_t i = 0; i < actor->n_teams; i++) {
        if (id_same(actor->teams[i].id, team_id)) return &actor->teams[i];
    }
    return NULL;
}

const struct id *actor_team_ids(const struct actor *actor) { return actor->team_ids; }

bool actor_in_organisation(const struct actor *actor, struct id organisation_id)
{
    if (!id_is_set(organisation_id)) return false;
    if (id_same(actor->organisation_id, organisation_id)) return true;
    for (size_t i = 0; i < actor->n_teams; i++) {
        if (id_same(actor->teams[i].organisation_id, organisation_id)) return true;
    }
    return false;
}

size_t actor_organisations(const struct actor *actor, struct id out[static ACTOR_TEAMS_MOST])
{
    size_t n = 0;
    for (size_t i = 0; i < actor->n_teams; i++) {
        bool seen = false;
        for (size_t k = 0; k < n; k++) seen = seen || id_same(out[k], actor->teams[i].organisation_id);
        if (!seen) out[n++] = actor->teams[i].organisation_id;
    }
    return n;
}
