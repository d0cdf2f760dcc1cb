/* organisation_key.c - using an organisation's private keys, and sharing them with teams that may
 * have them. */
#include "domain/organisation_wrap.h"

#include "base/text.h"
#include "crypto/certificate.h"
#include "db/team.h"
#include "domain/statement.h"

static const char NONE_HELD[] = "none of your teams holds this key of the organisation";

bool entitled_to(const struct entitled *team, const char *purpose)
{
    enum compartment c;
    if (text_same(purpose, "sign")) return team->may_send;
    return !err_failed(compartment_parse(purpose, &c)) &&
           (team->compartments & COMPARTMENT_BIT(c)) != 0;
}

err entitled_read(struct tx *tx, mem *ctx, const struct node *node, struct actor_keys *keys,
                  struct id organisation_id, struct entitled **out, size_t *n)
{
    db_teams rows;
    TRY(db_team_of_organisation(tx, ctx, organisation_id, &rows));
    struct entitled *list = mem_array(ctx, struct entitled, rows.n + 1);
    ENSURE_MEM(list);
    struct secret_arena *arena;
    TRY(secret_arena_new(ctx, node->secrets, &arena));
    size_t found = 0;
    for (size_t i = 0; i < rows.n; i++) {
        struct statement s;
        bool member = false;
        err e = team_verify(tx, node, &keys->root, &rows.at[i], &s);
        if (!err_failed(e))
            e = wrap_member_check(node, arena, keys, rows.at[i].id, s.generation, &s.box, &member);
        if (e.kind == ERR_CRYPTO) continue; /* nothing is sealed to what nobody signed */
        TRY(e);
        list[found++] = (struct entitled){
            .target = {.team_id = rows.at[i].id,
                       .generation = s.generation,
                       .member = member,
                       .box = s.box},
            .compartments = s.compartments,
            .may_send = s.may_send};
    }
    *out = list;
    *n = found;
    return ERR_OK;
}

static void wrap_ad(struct ad *ad, struct id organisation_id, const char *purpose,
                    int64_t generation)
{
    ad_start(ad, "opentrm organisation key");
    ad_text(ad, organisation_id.text);
    ad_text(ad, purpose);
    ad_number(ad, generation);
}

err organisation_wrap_make(mem *ctx, struct actor_keys *keys, const struct wrap_target *target,
                           const struct db_organisation_key *key, struct secret der,
                           struct db_organisation_wrap *out)
{
    struct ad ad;
    struct db_organisation_wrap row = {.organisation_id = key->organisation_id,
                                       .purpose = key->purpose,
                                       .generation = key->generation,
                                       .team_id = target->team_id,
                                       .team_generation = target->generation};
    wrap_ad(&ad, key->organisation_id, key->purpose, key->generation);
    TRY(wrap_make(ctx, keys, target, &ad, der, &row.blob));
    *out = row;
    return ERR_OK;
}

err organisation_wrap_open(struct node *node, struct secret_arena *arena, struct actor_keys *keys,
                           const struct db_organisation_wrap *row, struct secret *der)
{
    struct ad ad;
    wrap_ad(&ad, row->organisation_id, row->purpose, row->generation);
    return wrap_open(node, arena, keys, row->team_id, row->team_generation, WRAP_BY_OFFICE, &ad,
                     row->blob, der);
}

/* Reading all keys of one purpose with the wraps for the actor's teams. */
struct using
{
    mem *ctx;
    const struct actor *actor;
    struct secret_arena
        *arena; /* of this call: a private key takes 2 kB, and the actor's arena has a limit */
    struct id organisation_id;
    const char *purpose;
    bool current_only;
    db_organisation_keys keys;
    db_organisation_wraps wraps[ORGANISATION_GENERATIONS_MOST];
    const struct db_organisation_key *of[ORGANISATION_GENERATIONS_MOST];
    size_t n;
};

static err read_wraps(struct tx *tx, void *arg)
{
    struct using *u = arg;
    u->n = 0;
    TRY(db_organisation_key_list(tx, u->ctx, u->organisation_id, &u->keys));
    for (size_t i = 0; i < u->keys.n && u->n < ORGANISATION_GENERATIONS_MOST; i++) {
        const struct db_organisation_key *k = &u->keys.at[i]; /* newest first */
        if (!text_same(k->purpose, u->purpose) || (u->current_only && k->retired_at != 0)) continue;
        u->of[u->n] = k;
        TRY(db_organisation_wrap_for(tx, u->ctx, u->organisation_id, u->purpose, k->generation,
                                     u->actor->team_ids, u->actor->n_teams, &u->wraps[u->n]));
        u->n++;
        if (u->current_only) break;
    }
    return ERR_OK;
}

static err put_wrap(struct tx *tx, void *arg) { return db_organisation_wrap_put(tx, arg); }

/* A box that the administrator made becomes a wrap under the team's key. */
static err replace_box(struct node *node, mem *ctx, const struct actor *actor,
                       const struct db_organisation_key *key,
                       const struct db_organisation_wrap *row, struct secret der)
{
    const struct actor_team *team = actor_team_of(actor, row->team_id);
    if (team == NULL || !wrap_is_sealed(row->blob)) return ERR_OK;
    struct db_organisation_wrap new;
    struct wrap_target target = {
        .team_id = team->id, .generation = row->team_generation, .member = true};
    TRY(organisation_wrap_make(ctx, actor->keys, &target, key, der, &new));
    return db_run(node->keys, put_wrap, &new);
}

static err open_one(struct node *node, struct using *u, size_t i, mem *ctx, bool *opened,
                    struct organisation_key *out)
{
    for (size_t w = 0; w < u->wraps[i].n; w++) {
        const struct db_organisation_wrap *row = &u->wraps[i].at[w];
        struct secret der;
        struct private_key *key;
        struct certificate *certificate;
        err e = organisation_wrap_open(node, u->arena, u->actor->keys, row, &der);
        if (e.kind == ERR_DENIED) continue;
        TRY(e);
        TRY(private_key_read(ctx, secret_bytes(der), &key));
        TRY(certificate_read(ctx, u->of[i]->certificate, &certificate));
        ENSURE(certificate_fits(certificate, key), ERR_CRYPTO,
               "a private key that is not its certificate's");
        err_ignore(
            replace_box(node, u->ctx, u->actor, u->of[i], row, der)); /* only slower next time */
        secret_wipe(&der);
        *out = (struct organisation_key){key, certificate, u->of[i]->generation};
        *opened = true;
        return ERR_OK;
    }
    return ERR_OK;
}

static err use(struct node *node, struct actor *actor, struct id organisation_id,
               const char *purpose, bool current_only, mem *ctx, struct organisation_key_list *out)
{
    ENSURE(actor->keys != NULL && actor->n_teams > 0, ERR_DENIED, NONE_HELD);
    MEM_SCOPE(scope, NULL);
    struct using u = {.ctx = scope,
                      .actor = actor,
                      .organisation_id = organisation_id,
                      .purpose = purpose,
                      .current_only = current_only};
    struct organisation_key_list list = {.n = 0};
    TRY(secret_arena_new(scope, node->secrets, &u.arena));
    TRY(db_read(node->keys, read_wraps, &u));
    ENSURE(u.n > 0, ERR_NOT_FOUND, "this organisation has no such key yet");
    for (size_t i = 0; i < u.n; i++) {
        bool opened = false;
        TRY(open_one(node, &u, i, ctx, &opened, &list.at[list.n]));
        list.n += opened;
    }
    ENSURE(list.n > 0, ERR_DENIED, NONE_HELD);
    *out = list;
    return ERR_OK;
}

err organisation_signing_key(struct node *node, struct actor *actor, struct id organisation_id,
                             mem *ctx, struct organisation_key *out)
{
    struct organisation_key_list list;
    TRY(use(node, actor, organisation_id, "sign", true, ctx, &list));
    *out = list.at[0];
    return ERR_OK;
}

err organisation_decryption_keys(struct node *node, struct actor *actor, struct id organisation_id,
                                 enum compartment compartment, mem *ctx,
                                 struct organisation_key_list *out)
{
    return use(node, actor, organisation_id, compartment_name(compartment), false, ctx, out);
}
