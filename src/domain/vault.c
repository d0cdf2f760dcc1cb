/* vault.c - opening a subject's keys, sealing and opening records. */
#include "domain/vault_keys.h"

#include "base/text.h"

const struct vault_table vault_tables[] = {
    [VAULT_CASE] = {"opentrm case key", "opentrm record", db_case_wrap_insert, db_case_wraps_for,
                    db_case_wrap_erase, "case"},
    [VAULT_MESSAGE] = {"opentrm message key", "opentrm message", db_message_wrap_insert,
                       db_message_wraps_for, db_message_wrap_erase, "message"},
};

static const char WITHHELD[] = "this part is withheld: none of your teams holds its key";

err vault_new(mem *ctx, const struct actor *actor, enum vault_kind kind, struct id subject,
              struct vault **out)
{
    struct vault *vault = mem_new(ctx, struct vault);
    ENSURE_MEM(vault);
    vault->ctx = vault;
    vault->kind = kind;
    vault->subject = subject;
    vault->arena = actor->arena;
    *out = vault;
    return ERR_OK;
}

static struct vault_key *find(const struct vault *vault, enum compartment compartment,
                              int64_t generation)
{
    for (size_t i = 0; i < vault->keys.n; i++) {
        struct vault_key *k = &vault->keys.at[i];
        if (k->compartment == compartment && k->generation == generation) return k;
    }
    return NULL;
}

bool vault_has(const struct vault *vault, enum compartment compartment, int64_t generation)
{
    return find(vault, compartment, generation) != NULL;
}

err vault_add(struct vault *vault, enum compartment compartment, int64_t generation,
              struct secret key)
{
    ENSURE(key.n == KEY_SIZE, ERR_CRYPTO, "a case key of a wrong size");
    if (vault_has(vault, compartment, generation)) return ERR_OK;
    struct vault_key k = {compartment, generation, key};
    TRY(vec_push(vault->ctx, &vault->keys, k, VAULT_KEYS_MOST));
    for (size_t i = 0; i < COMPARTMENTS; i++) vault->newest[i] = NULL; /* the list may have moved */
    for (size_t i = 0; i < vault->keys.n; i++) {
        const struct vault_key *at = &vault->keys.at[i];
        const struct vault_key **newest = &vault->newest[at->compartment];
        if (*newest == NULL || at->generation > (*newest)->generation) *newest = at;
    }
    return ERR_OK;
}

static void key_ad(struct ad *ad, const struct vault *vault, const char *compartment,
                   int64_t generation)
{
    ad_start(ad, vault_tables[vault->kind].key_label);
    ad_text(ad, vault->subject.text);
    ad_text(ad, compartment);
    ad_number(ad, generation);
}

err vault_wrap(mem *ctx, struct vault *vault, struct actor_keys *keys,
               const struct wrap_target *target, const struct vault_key *key, struct db_wrap *out)
{
    struct ad ad;
    struct db_wrap row = {.subject_id = vault->subject,
                          .compartment = compartment_name(key->compartment),
                          .generation = key->generation,
                          .holder_kind = "team",
                          .holder_id = target->team_id,
                          .holder_generation = target->generation,
                          .how = target->member ? "symmetric" : "sealed"};
    key_ad(&ad, vault, row.compartment, key->generation);
    TRY(wrap_make(ctx, keys, target, &ad, key->key, &row.blob));
    *out = row;
    return ERR_OK;
}

static err replace_row(struct tx *tx, void *arg) { return db_case_wrap_replace(tx, arg); }

/* A box that a writer who is no member made becomes a wrap under the team's key, so that the next
 * opening costs a microsecond. Only what wrap_open verified comes here. Messages are opened once or
 * twice and keep their boxes. */
static err replace_box(struct node *node, const struct actor *actor, struct vault *vault,
                       const struct db_wrap *row, enum compartment compartment)
{
    const struct actor_team *team = actor_team_of(actor, row->holder_id);
    const struct vault_key *key = find(vault, compartment, row->generation);
    if (vault->kind != VAULT_CASE || team == NULL || key == NULL) return ERR_OK;
    MEM_SCOPE(scope, NULL);
    /* Of the same generation of the team's key: vault_freshen sees by it that somebody has left
     * since. */
    struct wrap_target target = {
        .team_id = team->id, .generation = row->holder_generation, .member = true};
    struct db_wrap new;
    TRY(vault_wrap(scope, vault, actor->keys, &target, key, &new));
    return db_run(node->keys, replace_row, &new);
}

err vault_unwrap(struct node *node, struct actor *actor, struct vault *vault, const db_wraps *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        const struct db_wrap *row = &rows->at[i];
        enum compartment compartment;
        struct ad ad;
        struct secret key;
        ENSURE(!err_failed(compartment_parse(row->compartment, &compartment)), ERR_STORE,
               "a wrapped key of a compartment that is none");
        if (vault_has(vault, compartment, row->generation)) continue;
        key_ad(&ad, vault, row->compartment, row->generation);
        err e = wrap_open(node, vault->arena, actor->keys, row->holder_id, row->holder_generation,
                          WRAP_BY_MEMBERS, &ad, row->blob, &key);
        if (e.kind == ERR_DENIED) continue; /* an older team key than this actor was given */
        TRY(e);
        TRY(vault_add(vault, compartment, row->generation, key));
        if (wrap_is_sealed(row->blob))
            err_ignore(
                replace_box(node, actor, vault, row, compartment)); /* only slower next time */
    }
    return ERR_OK;
}

struct opening {
    mem *ctx;
    enum vault_kind kind;
    struct id subject;
    const struct actor *actor;
    const struct id *cases;
    size_t n;
    const char *compartment;
    db_wraps rows;
};

static err read_wraps(struct tx *tx, void *arg)
{
    struct opening *o = arg;
    return vault_tables[o->kind].read(tx, o->ctx, o->subject, o->actor->team_ids, o->actor->n_teams,
                                      &o->rows);
}

err vault_open(struct node *node, struct actor *actor, enum vault_kind kind, struct id subject,
               mem *ctx, struct vault **out)
{
    static const char WHAT[] = "there is no such case, or none that you work on";
    ENSURE(actor->keys != NULL && actor->n_teams > 0, ERR_NOT_FOUND, WHAT);
    MEM_SCOPE(scope, NULL);
    struct opening o = {.ctx = scope, .kind = kind, .subject = subject, .actor = actor};
    struct vault *vault;
    TRY(db_read(node->keys, read_wraps, &o));
    TRY(vault_new(ctx, actor, kind, subject, &vault));
    err e = vault_unwrap(node, actor, vault, &o.rows);
    if (!err_failed(e) && vault->keys.n == 0) e = ERR_MAKE(ERR_NOT_FOUND, WHAT);
    if (err_failed(e)) {
        (void)talloc_free(vault);
        return e;
    }
    *out = vault;
    return ERR_OK;
}

static err read_list(struct tx *tx, void *arg)
{
    struct opening *o = arg;
    return db_case_wraps_for_list(tx, o->ctx, o->cases, o->n, o->actor->team_ids, o->actor->n_teams,
                                  o->compartment, &o->rows);
}

err vault_open_list(struct node *node, struct actor *actor, const struct id *cases, size_t n,
                    enum compartment compartment, mem *ctx, struct vault **out)
{
    for (size_t i = 0; i < n; i++) out[i] = NULL;
    if (n == 0 || actor->keys == NULL || actor->n_teams == 0) return ERR_OK;
    MEM_SCOPE(scope, NULL);
    struct opening o = {.ctx = scope,
                        .actor = actor,
                        .cases = cases,
                        .n = n,
                        .compartment = compartment_name(compartment)};
    TRY(db_read(node->keys, read_list, &o));
    size_t at = 0; /* rows are in the order of `cases` */
    for (size_t i = 0; i < n; i++) {
        size_t from = at;
        while (at < o.rows.n && id_same(o.rows.at[at].subject_id, cases[i])) at++;
        if (at == from) continue;
        db_wraps rows = {.at = o.rows.at + from, .n = at - from};
        struct vault *vault;
        TRY(vault_new(ctx, actor, VAULT_CASE, cases[i], &vault));
        err e = vault_unwrap(node, actor, vault, &rows);
        if (e.kind == ERR_CRYPTO) continue; /* a wrap that was changed hides its own case only */
        TRY(e);
        if (vault->keys.n > 0) out[i] = vault;
    }
    return ERR_OK;
}

compartment_set vault_held(const struct vault *vault)
{
    compartment_set held = 0;
    for (unsigned c = 0; c < COMPARTMENTS; c++) {
        if (vault->newest[c] != NULL) held |= COMPARTMENT_BIT(c);
    }
    return held;
}

bool vault_holds(const struct vault *vault, enum compartment compartment)
{
    return (unsigned)compartment < COMPARTMENTS && vault->newest[compartment] != NULL;
}

struct id vault_subject(const struct vault *vault) { return vault->subject; }

static void record_ad(struct ad *ad, const struct vault *vault, const struct vault_label *label,
                      int64_t generation)
{
    ad_start(ad, vault_tables[vault->kind].record_label);
    ad_text(ad, vault->subject.text);
    ad_text(ad, label->kind);
    ad_text(ad, label->name);
    ad_text(ad, compartment_name(label->compartment));
    ad_number(ad, generation);
    ad_number(ad, label->revision);
}

err vault_seal(struct vault *vault, const struct vault_label *label, struct bytes plain, mem *ctx,
               struct bytes *sealed, int64_t *generation)
{
    ENSURE(vault_holds(vault, label->compartment), ERR_DENIED, WITHHELD);
    const struct vault_key *key = vault->newest[label->compartment];
    struct ad ad;
    record_ad(&ad, vault, label, key->generation);
    TRY(aead_seal(ctx, key->key, &ad, plain, sealed));
    *generation = key->generation;
    return ERR_OK;
}

err vault_open_sealed(struct vault *vault, const struct vault_label *label, int64_t generation,
                      struct bytes sealed, mem *ctx, struct bytes *plain)
{
    const struct vault_key *key = find(vault, label->compartment, generation);
    ENSURE(key != NULL, ERR_DENIED, WITHHELD);
    struct ad ad;
    record_ad(&ad, vault, label, generation);
    return aead_open(ctx, key->key, &ad, sealed, plain);
}

err vault_open_record(struct vault *vault, const struct db_record *row, mem *ctx,
                      struct bytes *plain)
{
    struct vault_label label = {.kind = row->kind, .name = row->name, .revision = row->revision};
    ENSURE(!err_failed(compartment_parse(row->compartment, &label.compartment)), ERR_STORE,
           "a record of a compartment that is none");
    return vault_open_sealed(vault, &label, row->generation, row->body, ctx, plain);
}
