/* wrapping.c - making and opening wraps. */
#include "domain/wrapping.h"

#include <string.h>

#include "domain/statement.h"

enum { SEALED = 2 }; /* 1 is the format of aead.h */

bool wrap_is_sealed(struct bytes blob) { return blob.n > 0 && blob.p[0] == SEALED; }

err wrap_member_check(struct secret_arena *arena, struct actor_keys *keys, struct id team_id,
                      int64_t generation, const struct box_public *box, bool *member)
{
    struct team_key *key;
    struct box_pair pair;
    *member = keys_team_holds(keys, team_id, generation);
    if (!*member) return ERR_OK;
    TRY(keys_team(keys, team_id, generation, &key));
    TRY(team_box_pair(arena, key->key, &pair));
    ENSURE(memcmp(pair.public_key.p, box->p, BOX_PUBLIC_SIZE) == 0, ERR_CRYPTO,
           "your key of this team is not the one that was signed");
    return ERR_OK;
}

err wrap_target_find(struct tx *tx, const struct node *node, struct actor_keys *keys,
                     struct id team_id, struct wrap_target *out)
{
    MEM_SCOPE(scope, NULL);
    struct secret_arena *arena;
    struct db_team team;
    struct statement statement = {0};
    bool member;
    TRY(secret_arena_new(scope, NULL, &arena));
    TRY(db_team_by_id(tx, scope, team_id, &team));
    TRY(team_verify(tx, node, &keys->root, &team, &statement));
    TRY(wrap_member_check(arena, keys, team_id, team.generation, &statement.box, &member));
    *out = (struct wrap_target){team_id, team.generation, member, statement.box};
    return ERR_OK;
}

static struct ad bound(const struct ad *what, struct id team_id, int64_t generation)
{
    struct ad ad = *what;
    ad_text(&ad, team_id.text);
    ad_number(&ad, generation);
    return ad;
}

static err seal_box(mem *ctx, const struct wrap_target *target, const struct ad *ad,
                    struct secret key, struct bytes *blob)
{
    struct bytes box;
    TRY(box_seal(ctx, &target->box, ad, secret_bytes(key), &box));
    uint8_t *p = talloc_size(ctx, box.n + 1);
    ENSURE_MEM(p);
    p[0] = SEALED;
    memcpy(p + 1, box.p, box.n);
    *blob = bytes_of(p, box.n + 1);
    return ERR_OK;
}

err wrap_make(mem *ctx, struct actor_keys *keys, const struct wrap_target *target,
              const struct ad *what, struct secret key, struct bytes *blob)
{
    struct ad ad = bound(what, target->team_id, target->generation);
    if (!target->member) return seal_box(ctx, target, &ad, key, blob);
    struct secret wrap;
    TRY(keys_team_wrap(keys, target->team_id, target->generation, &wrap));
    return aead_seal(ctx, wrap, &ad, secret_bytes(key), blob);
}

static err open_box(struct secret_arena *arena, struct actor_keys *keys, struct id team_id,
                    int64_t team_generation, const struct ad *ad, struct bytes box,
                    struct secret *key)
{
    struct team_key *team;
    struct box_pair pair;
    TRY(keys_team(keys, team_id, team_generation, &team));
    TRY(team_box_pair(arena, team->key, &pair));
    return box_open(arena, &pair, ad, box, key);
}

err wrap_open(struct secret_arena *arena, struct actor_keys *keys, struct id team_id,
              int64_t team_generation, const struct ad *what, struct bytes blob, struct secret *key)
{
    struct ad ad = bound(what, team_id, team_generation);
    struct secret wrap;
    if (wrap_is_sealed(blob))
        return open_box(arena, keys, team_id, team_generation, &ad,
                        bytes_of(blob.p + 1, blob.n - 1), key);
    TRY(keys_team_wrap(keys, team_id, team_generation, &wrap));
    return aead_open_secret(arena, wrap, &ad, blob, key);
}
