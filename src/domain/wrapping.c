/* wrapping.c - making and opening wraps. */
#include "domain/wrapping.h"

#include <string.h>

#include "domain/statement.h"
#include "domain/verified.h"

static const char LABEL[] = "opentrm sealed wrap";

/* A signed box: format, the signer's id, their signature, the box. 1 is the format of aead.h; 2 was
 * a box that nobody signed, and is no format any more. */
enum {
    SEALED = 3,
    SIGNER_AT = 1,
    SIGNER_SIZE = ID_TEXT_ROOM - 1,
    SIGNATURE_AT = SIGNER_AT + SIGNER_SIZE,
    BOX_AT = SIGNATURE_AT + SIGNATURE_SIZE,
};

bool wrap_is_sealed(struct bytes blob) { return blob.n > 0 && blob.p[0] == SEALED; }

err wrap_member_check(const struct node *node, struct secret_arena *arena, struct actor_keys *keys, struct id team_id,
                      int64_t generation, const struct box_public *box, bool *member)
{
    struct team_key *key;
    bool same;
    *member = keys_team_holds(keys, team_id, generation);
    if (!*member) return ERR_OK;
    TRY(keys_team(keys, team_id, generation, &key));
    TRY(verified_box(node->verified, arena, key->key, box, &same));
    ENSURE(same, ERR_CRYPTO, "your key of this team is not the one that was signed");
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
    TRY(secret_arena_new(scope, node->secrets, &arena));
    TRY(db_team_by_id(tx, scope, team_id, &team));
    TRY(team_verify(tx, node, &keys->root, &team, &statement));
    TRY(wrap_member_check(node, arena, keys, team_id, team.generation, &statement.box, &member));
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

/* What is signed: the additional data, the signer, the length of the box, the box. */
static err signed_bytes(mem *ctx, const struct ad *ad, struct id signer, struct bytes box,
                        struct bytes *out)
{
    struct ad all = *ad;
    ad_text(&all, signer.text);
    ad_number(&all, (int64_t)box.n);
    ENSURE(!all.too_long, ERR_LIMIT, "too much additional data");
    uint8_t *p = talloc_size(ctx, all.n + box.n);
    ENSURE_MEM(p);
    memcpy(p, all.p, all.n);
    memcpy(p + all.n, box.p, box.n);
    *out = bytes_of(p, all.n + box.n);
    return ERR_OK;
}

static err seal_box(mem *ctx, struct actor_keys *keys, const struct wrap_target *target,
                    const struct ad *ad, struct secret key, struct bytes *blob)
{
    struct bytes box, message;
    struct signature signature;
    const struct sign_pair *sign;
    ENSURE(id_is_set(keys->user_id), ERR_BUG, "keys that are nobody's");
    TRY(box_seal(ctx, &target->box, ad, secret_bytes(key), &box));
    TRY(signed_bytes(ctx, ad, keys->user_id, box, &message));
    TRY(keys_sign(keys, &sign));
    TRY(sign_message(sign, LABEL, message, &signature));
    uint8_t *p = talloc_size(ctx, BOX_AT + box.n);
    ENSURE_MEM(p);
    p[0] = SEALED;
    memcpy(p + SIGNER_AT, keys->user_id.text, SIGNER_SIZE);
    memcpy(p + SIGNATURE_AT, signature.p, SIGNATURE_SIZE);
    memcpy(p + BOX_AT, box.p, box.n);
    *blob = bytes_of(p, BOX_AT + box.n);
    return ERR_OK;
}

/* A signer's key, verified up to the root that the opener's own keys remember. */
struct signing {
    const struct node *node;
    const struct actor_keys *keys;
    struct known_signer known;
};

static err read_signer(struct tx *tx, void *arg)
{
    struct signing *s = arg;
    const struct sign_public *root = &s->keys->root;
    err e = member_sign_verify(tx, s->node, root, s->known.user_id, &s->known.key);
    if (e.kind != ERR_CRYPTO || !s->known.administrator) return e;
    return signer_verify(tx, s->node, root, s->known.user_id, &s->known.key);
}

static err signer_find(struct node *node, struct actor_keys *keys, struct id user_id,
                       enum wrap_signers signers, struct sign_public *out)
{
    struct signing s = {.node = node,
                        .keys = keys,
                        .known = {.user_id = user_id, .administrator = signers == WRAP_BY_OFFICE}};
    for (size_t i = 0; i < keys->signers.n; i++) {
        const struct known_signer *k = &keys->signers.at[i];
        if (!id_same(k->user_id, user_id) || k->administrator != s.known.administrator) continue;
        *out = k->key;
        return ERR_OK;
    }
    TRY(db_read(node->records, read_signer, &s));
    *out = s.known.key;
    if (keys->signers.n == KNOWN_SIGNERS_MOST) return ERR_OK; /* verified again next time */
    return vec_push(keys->ctx, &keys->signers, s.known, KNOWN_SIGNERS_MOST);
}

err wrap_make(mem *ctx, struct actor_keys *keys, const struct wrap_target *target,
              const struct ad *what, struct secret key, struct bytes *blob)
{
    struct ad ad = bound(what, target->team_id, target->generation);
    if (!target->member) return seal_box(ctx, keys, target, &ad, key, blob);
    struct secret wrap;
    TRY(keys_team_wrap(keys, target->team_id, target->generation, &wrap));
    return aead_seal(ctx, wrap, &ad, secret_bytes(key), blob);
}

/* Who signed it comes first: a box alone may be of anybody who read the team's public key. */
static err box_verify(struct node *node, struct actor_keys *keys, enum wrap_signers signers,
                      const struct ad *ad, struct bytes blob, struct bytes *out)
{
    static const char WHAT[] = "a sealed key that nobody signed";
    MEM_SCOPE(scope, NULL);
    char text[ID_TEXT_ROOM] = "";
    struct id signer;
    struct signature signature;
    struct sign_public by;
    struct bytes message;
    ENSURE(blob.n > BOX_AT, ERR_CRYPTO, WHAT);
    struct bytes box = bytes_of(blob.p + BOX_AT, blob.n - BOX_AT);
    memcpy(text, blob.p + SIGNER_AT, SIGNER_SIZE);
    memcpy(signature.p, blob.p + SIGNATURE_AT, SIGNATURE_SIZE);
    ENSURE(!err_failed(id_parse(text, &signer)), ERR_CRYPTO, WHAT);
    TRY(signed_bytes(scope, ad, signer, box, &message));
    TRY(signer_find(node, keys, signer, signers, &by));
    TRY(verified_sign(node->verified, &by, LABEL, message, &signature));
    *out = box;
    return ERR_OK;
}

static err open_box(struct secret_arena *arena, const struct team_key *team, const struct ad *ad,
                    struct bytes box, struct secret *key)
{
    struct box_pair pair;
    TRY(team_box_pair(arena, team->key, &pair));
    return box_open(arena, &pair, ad, box, key);
}

err wrap_open(struct node *node, struct secret_arena *arena, struct actor_keys *keys,
              struct id team_id, int64_t team_generation, enum wrap_signers signers,
              const struct ad *what, struct bytes blob, struct secret *key)
{
    struct ad ad = bound(what, team_id, team_generation);
    struct team_key *team;
    struct secret wrap;
    struct bytes box;
    if (wrap_is_sealed(blob)) {
        TRY(keys_team(keys, team_id, team_generation, &team));
        TRY(box_verify(node, keys, signers, &ad, blob, &box));
        return open_box(arena, team, &ad, box, key);
    }
    TRY(keys_team_wrap(keys, team_id, team_generation, &wrap));
    return aead_open_secret(arena, wrap, &ad, blob, key);
}
