/* organisation_share.c - what the actor's teams hold of an organisation's private keys, for teams
 * that may hold it and do not: an administrator who lets a team have a key can't give it, so the
 * next member who signs in does.
 */
#include "base/text.h"
#include "domain/organisation_wrap.h"

static err put_wrap(struct tx *tx, void *arg) { return db_organisation_wrap_put(tx, arg); }

struct sharing {
    mem *ctx;
    struct node *node;
    struct actor *actor;
    struct secret_arena *arena;
    struct id organisation_id;
    struct entitled *teams;
    size_t n;
    db_organisation_keys keys;
    db_organisation_wraps wraps;
};

static err read_sharing_keys(struct tx *tx, void *arg)
{
    struct sharing *s = arg;
    TRY(db_organisation_key_list(tx, s->ctx, s->organisation_id, &s->keys));
    return db_organisation_wrap_list(tx, s->ctx, s->organisation_id, &s->wraps);
}

static err read_sharing_teams(struct tx *tx, void *arg)
{
    struct sharing *s = arg;
    return entitled_read(tx, s->ctx, s->node, s->actor->keys, s->organisation_id, &s->teams, &s->n);
}

static const struct db_organisation_wrap *
wrap_of(const struct sharing *s, const struct db_organisation_key *key, struct id team_id)
{
    for (size_t i = 0; i < s->wraps.n; i++) {
        const struct db_organisation_wrap *w = &s->wraps.at[i];
        if (w->generation == key->generation && text_same(w->purpose, key->purpose) &&
            id_same(w->team_id, team_id))
            return w;
    }
    return NULL;
}

static err open_any(const struct sharing *s, const struct db_organisation_key *key,
                    struct secret *der)
{
    for (size_t i = 0; i < s->actor->n_teams; i++) {
        const struct db_organisation_wrap *w = wrap_of(s, key, s->actor->teams[i].id);
        if (w == NULL) continue;
        err e = organisation_wrap_open(s->node, s->arena, s->actor->keys, w, der);
        if (e.kind != ERR_DENIED) return e;
    }
    FAIL(ERR_DENIED, "none of your teams holds this key of the organisation");
}

static err share_key(struct node *node, const struct sharing *s,
                     const struct db_organisation_key *key)
{
    struct secret der = {0};
    for (size_t t = 0; t < s->n; t++) {
        const struct entitled *team = &s->teams[t];
        if (!entitled_to(team, key->purpose) || wrap_of(s, key, team->target.team_id) != NULL)
            continue;
        if (der.n == 0) {
            err e = open_any(s, key, &der);
            if (e.kind == ERR_DENIED) return ERR_OK;
            TRY(e);
        }
        struct db_organisation_wrap row;
        TRY(organisation_wrap_make(s->ctx, s->actor->keys, &team->target, key, der, &row));
        TRY(db_run(node->keys, put_wrap, &row));
    }
    if (der.n > 0) secret_wipe(&der);
    return ERR_OK;
}

static err share_organisation(struct node *node, struct actor *actor, struct id organisation_id)
{
    MEM_SCOPE(scope, NULL);
    struct sharing s = {
        .ctx = scope, .node = node, .actor = actor, .organisation_id = organisation_id};
    TRY(secret_arena_new(scope, node->secrets, &s.arena));
    TRY(db_read(node->records, read_sharing_teams, &s));
    TRY(db_read(node->keys, read_sharing_keys, &s));
    for (size_t i = 0; i < s.keys.n; i++) TRY(share_key(node, &s, &s.keys.at[i]));
    return ERR_OK;
}

err organisation_keys_share(struct node *node, struct actor *actor)
{
    for (size_t i = 0; i < actor->n_teams; i++) {
        bool done = false;
        for (size_t j = 0; j < i && !done; j++)
            done = id_same(actor->teams[j].organisation_id, actor->teams[i].organisation_id);
        if (!done) TRY(share_organisation(node, actor, actor->teams[i].organisation_id));
    }
    return ERR_OK;
}
