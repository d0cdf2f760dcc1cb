/* keys.c - bundles, team keys, and how a session carries them. */
#include "domain/keys.h"

#include <string.h>

#include "crypto/aead.h"

enum { SEED = 32, PACKED_TEAM = (ID_TEXT_ROOM - 1) + 8 + KEY_SIZE };

err keys_new(mem *ctx, struct secret_arena *arena, struct secret bundle, struct actor_keys **out)
{
    ENSURE(bundle.n == BUNDLE_SIZE, ERR_STORE, "a user's keys have a wrong size");
    struct actor_keys *keys = mem_new(ctx, struct actor_keys);
    ENSURE_MEM(keys);
    keys->ctx = keys;
    keys->arena = arena;
    keys->bundle = bundle;
    memcpy(keys->root.p, bundle.p + 2 * SEED, SIGN_PUBLIC_SIZE);
    *out = keys;
    return ERR_OK;
}

err bundle_new(struct secret_arena *arena, const struct sign_public *root, struct secret *out)
{
    struct secret bundle;
    struct sign_pair own;
    TRY(secret_random(arena, BUNDLE_SIZE, &bundle));
    if (root == NULL) {
        TRY(sign_pair_from_seed(arena, secret_part(bundle, SEED, SEED), &own));
        root = &own.public_key;
    }
    memcpy(bundle.p + 2 * SEED, root->p, SIGN_PUBLIC_SIZE);
    *out = bundle;
    return ERR_OK;
}

static void bundle_ad(struct ad *ad, struct id user_id, const char *opened_by)
{
    ad_start(ad, "opentrm user keys");
    ad_text(ad, user_id.text);
    ad_text(ad, opened_by);
}

err bundle_seal(mem *ctx, struct secret bundle, struct secret kek, struct id user_id,
                const char *opened_by, struct bytes *out)
{
    struct ad ad;
    bundle_ad(&ad, user_id, opened_by);
    return aead_seal(ctx, kek, &ad, secret_bytes(bundle), out);
}

err bundle_open(struct secret_arena *arena, struct bytes blob, struct secret kek, struct id user_id,
                const char *opened_by, struct secret *out)
{
    struct ad ad;
    bundle_ad(&ad, user_id, opened_by);
    return aead_open_secret(arena, kek, &ad, blob, out);
}

err keys_box(struct actor_keys *keys, const struct box_pair **out)
{
    if (keys->box.secret_key.n == 0)
        TRY(box_pair_from_seed(keys->arena, secret_part(keys->bundle, 0, SEED), &keys->box));
    *out = &keys->box;
    return ERR_OK;
}

err keys_sign(struct actor_keys *keys, const struct sign_pair **out)
{
    if (keys->sign.secret_key.n == 0)
        TRY(sign_pair_from_seed(keys->arena, secret_part(keys->bundle, SEED, SEED), &keys->sign));
    *out = &keys->sign;
    return ERR_OK;
}

static struct team_key *find(const struct actor_keys *keys, struct id team_id, int64_t generation)
{
    for (size_t i = 0; i < keys->teams.n; i++) {
        struct team_key *k = &keys->teams.at[i];
        if (k->generation == generation && id_same(k->team_id, team_id)) return k;
    }
    return NULL;
}

bool keys_team_holds(const struct actor_keys *keys, struct id team_id, int64_t generation)
{
    return find(keys, team_id, generation) != NULL;
}

err keys_team_add(struct actor_keys *keys, struct id team_id, int64_t generation, struct secret key)
{
    ENSURE(key.n == KEY_SIZE, ERR_CRYPTO, "a team key of a wrong size");
    if (find(keys, team_id, generation) != NULL) return ERR_OK;
    struct team_key k = {.team_id = team_id, .generation = generation, .key = key};
    return vec_push(keys->ctx, &keys->teams, k, TEAM_KEYS_MOST);
}

err keys_team(struct actor_keys *keys, struct id team_id, int64_t generation, struct team_key **out)
{
    struct team_key *k = find(keys, team_id, generation);
    ENSURE(k != NULL, ERR_DENIED, "you don't hold the key of this team");
    *out = k;
    return ERR_OK;
}

err keys_team_wrap(struct actor_keys *keys, struct id team_id, int64_t generation,
                   struct secret *out)
{
    struct team_key *k;
    TRY(keys_team(keys, team_id, generation, &k));
    if (k->wrap.n == 0)
        TRY(secret_derive(keys->arena, k->key, "opentrm team wrap", bytes_of(NULL, 0), KEY_SIZE,
                          &k->wrap));
    *out = k->wrap;
    return ERR_OK;
}

err team_box_pair(struct secret_arena *arena, struct secret team_key, struct box_pair *out)
{
    struct secret seed;
    TRY(secret_derive(arena, team_key, "opentrm team box", bytes_of(NULL, 0), SEED, &seed));
    err e = box_pair_from_seed(arena, seed, out);
    secret_wipe(&seed);
    return e;
}

static void team_key_ad(struct ad *ad, struct id team_id, int64_t generation, struct id user_id)
{
    ad_start(ad, "opentrm team key");
    ad_text(ad, team_id.text);
    ad_number(ad, generation);
    ad_text(ad, user_id.text);
}

err team_key_seal(mem *ctx, struct secret team_key, struct id team_id, int64_t generation,
                  struct id user_id, const struct box_public *to, struct bytes *out)
{
    struct ad ad;
    team_key_ad(&ad, team_id, generation, user_id);
    return box_seal(ctx, to, &ad, secret_bytes(team_key), out);
}

err team_key_open(struct secret_arena *arena, struct actor_keys *keys, struct id team_id,
                  int64_t generation, struct id user_id, struct bytes blob, struct secret *out)
{
    struct ad ad;
    const struct box_pair *box;
    team_key_ad(&ad, team_id, generation, user_id);
    TRY(keys_box(keys, &box));
    return box_open(arena, box, &ad, blob, out);
}

err keys_pack(const struct actor_keys *keys, struct secret *out)
{
    struct secret packed;
    TRY(secret_new(keys->arena, BUNDLE_SIZE + keys->teams.n * PACKED_TEAM, &packed));
    memcpy(packed.p, keys->bundle.p, BUNDLE_SIZE);
    uint8_t *p = packed.p + BUNDLE_SIZE;
    for (size_t i = 0; i < keys->teams.n; i++) {
        const struct team_key *k = &keys->teams.at[i];
        memcpy(p, k->team_id.text, ID_TEXT_ROOM - 1);
        p += ID_TEXT_ROOM - 1;
        for (int b = 0; b < 8; b++) *p++ = (uint8_t)((uint64_t)k->generation >> (56 - 8 * b));
        memcpy(p, k->key.p, KEY_SIZE);
        p += KEY_SIZE;
    }
    *out = packed;
    return ERR_OK;
}

static err unpack_team(struct actor_keys *keys, struct secret entry)
{
    char text[ID_TEXT_ROOM] = "";
    struct id team_id;
    uint64_t generation = 0;
    memcpy(text, entry.p, ID_TEXT_ROOM - 1);
    TRY(id_parse(text, &team_id));
    for (size_t b = 0; b < 8; b++) generation = generation << 8 | entry.p[ID_TEXT_ROOM - 1 + b];
    return keys_team_add(keys, team_id, (int64_t)generation,
                         secret_part(entry, ID_TEXT_ROOM - 1 + 8, KEY_SIZE));
}

err keys_unpack(mem *ctx, struct secret_arena *arena, struct secret packed, struct actor_keys **out)
{
    ENSURE(packed.n >= BUNDLE_SIZE && (packed.n - BUNDLE_SIZE) % PACKED_TEAM == 0, ERR_STORE,
           "a session's keys have a wrong size");
    struct actor_keys *keys;
    TRY(keys_new(ctx, arena, secret_part(packed, 0, BUNDLE_SIZE), &keys));
    for (size_t at = BUNDLE_SIZE; at < packed.n; at += PACKED_TEAM)
        TRY(unpack_team(keys, secret_part(packed, at, PACKED_TEAM)));
    *out = keys;
    return ERR_OK;
}
