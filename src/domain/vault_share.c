/* vault_share.c - who holds a subject's keys: creating, granting, revoking, new generations,
 * destroying. */
#include "base/text.h"
#include "db/team.h"
#include "domain/erasure.h"
#include "domain/vault_keys.h"

/* Rows that are written in one transaction of keys.db. */
struct writing {
    struct node *node;
    enum vault_kind kind;
    struct id subject;
    VEC(struct db_wrap) rows;
    struct id revoked; /* unset: nobody */
    compartment_set revoked_from;
    mem *ctx;
};

enum { ROWS_MOST = DB_WRAPS_MOST };

struct vault_wraps {
    struct writing writing;
};

static err write_rows(struct tx *tx, void *arg)
{
    const struct writing *w = arg;
    for (unsigned c = 0; c < COMPARTMENTS && id_is_set(w->revoked); c++) {
        if ((w->revoked_from & COMPARTMENT_BIT(c)) != 0)
            TRY(db_case_wrap_remove(tx, w->subject, w->revoked,
                                    compartment_name((enum compartment)c)));
    }
    for (size_t i = 0; i < w->rows.n; i++) TRY(vault_tables[w->kind].insert(tx, &w->rows.at[i]));
    return ERR_OK;
}

static err add_row(struct writing *w, struct actor *actor, struct vault *vault,
                   const struct wrap_target *target, const struct vault_key *key)
{
    struct db_wrap row;
    TRY(vault_wrap(w->ctx, vault, actor->keys, target, key, &row));
    return vec_push(w->ctx, &w->rows, row, ROWS_MOST);
}

/* Teams, read and verified in one snapshot. */
struct finding {
    const struct node *node;
    struct actor *actor;
    const struct vault_share *shares;
    size_t n;
    struct wrap_target *targets;
};

static err find_targets(struct tx *tx, void *arg)
{
    struct finding *f = arg;
    for (size_t i = 0; i < f->n; i++)
        TRY(wrap_target_find(tx, f->node, f->actor->keys, f->shares[i].team_id, &f->targets[i]));
    return ERR_OK;
}

static err targets_of(mem *ctx, struct node *node, struct actor *actor,
                      const struct vault_share *shares, size_t n, struct wrap_target **out)
{
    struct finding f = {.node = node, .actor = actor, .shares = shares, .n = n};
    f.targets = mem_array(ctx, struct wrap_target, n + 1);
    ENSURE_MEM(f.targets);
    TRY(db_read(node->records, find_targets, &f));
    *out = f.targets;
    return ERR_OK;
}

err vault_draft(struct node *node, struct actor *actor, const struct vault_draft_wish *wish, mem *ctx,
                struct vault **out, struct vault_wraps **wraps)
{
    const struct vault_share *shares = wish->shares;
    ENSURE(actor->keys != NULL, ERR_DENIED, "only a person with keys makes a case");
    ENSURE(wish->n >= 1 && wish->n <= VAULT_SHARES_MOST, ERR_BUG, "a case without a team, or with too many");
    struct vault_wraps *w = mem_new(ctx, struct vault_wraps);
    const struct wrap_target *targets = wish->targets;
    struct wrap_target *found;
    struct vault *vault;
    compartment_set all = 0;
    ENSURE_MEM(w);
    w->writing = (struct writing){.node = node, .kind = wish->kind, .subject = wish->subject, .ctx = w};
    for (size_t i = 0; i < wish->n; i++) all |= shares[i].compartments;
    ENSURE(all != 0 && (all & ~COMPARTMENT_ALL) == 0 &&
               (wish->kind != VAULT_CASE || all == COMPARTMENT_ALL),
           ERR_INPUT, "every part of a case needs a team that can read it");
    if (targets == NULL) {
        TRY(targets_of(w, node, actor, shares, wish->n, &found));
        targets = found;
    }
    TRY(vault_new(ctx, actor, wish->kind, wish->subject, &vault));
    for (unsigned c = 0; c < COMPARTMENTS; c++) {
        struct secret key;
        if ((all & COMPARTMENT_BIT(c)) == 0) continue;
        TRY(secret_random(actor->arena, KEY_SIZE, &key));
        TRY(vault_add(vault, (enum compartment)c, 1, key));
        for (size_t i = 0; i < wish->n; i++) {
            if ((shares[i].compartments & COMPARTMENT_BIT(c)) != 0)
                TRY(add_row(&w->writing, actor, vault, &targets[i], vault->newest[c]));
        }
    }
    *out = vault;
    *wraps = w;
    return ERR_OK;
}

err vault_wraps_insert(struct tx *tx, struct vault_wraps *wraps) { return write_rows(tx, &wraps->writing); }

err vault_create(struct node *node, struct actor *actor, enum vault_kind kind, struct id subject,
                 const struct vault_share *shares, size_t n_shares, mem *ctx, struct vault **out)
{
    MEM_SCOPE(scope, NULL);
    const struct vault_draft_wish wish = {.kind = kind, .subject = subject, .shares = shares, .n = n_shares};
    struct vault_wraps *wraps;
    struct vault *vault;
    TRY(vault_draft(node, actor, &wish, scope, &vault, &wraps));
    TRY(db_run(node->keys, write_rows, &wraps->writing));
    *out = talloc_steal(ctx, vault);
    return ERR_OK;
}

/* Who holds what now. */
struct holders {
    mem *ctx;
    struct id subject;
    db_wraps rows;
};

static err read_holders(struct tx *tx, void *arg)
{
    struct holders *h = arg;
    return db_case_wraps(tx, h->ctx, h->subject, &h->rows);
}

static err holders_read(struct node *node, const struct vault *vault, mem *ctx, struct holders *out)
{
    ENSURE(vault->kind == VAULT_CASE, ERR_BUG, "only cases are shared");
    *out = (struct holders){.ctx = ctx, .subject = vault->subject};
    return db_read(node->keys, read_holders, out);
}

static compartment_set compartment_of(const struct db_wrap *row)
{
    enum compartment c;
    return err_failed(compartment_parse(row->compartment, &c)) ? 0 : COMPARTMENT_BIT(c);
}

/* Each team once, with the compartments whose newest generation it holds. */
static err shares_of(mem *ctx, const struct holders *h, struct vault_holder_list *out)
{
    struct vault_share *list = mem_array(ctx, struct vault_share, h->rows.n + 1);
    int64_t newest[COMPARTMENTS] = {0};
    size_t n = 0;
    ENSURE_MEM(list);
    for (size_t i = 0; i < h->rows.n; i++) {
        enum compartment c;
        TRY(compartment_parse(h->rows.at[i].compartment, &c));
        if (h->rows.at[i].generation > newest[c]) newest[c] = h->rows.at[i].generation;
    }
    for (size_t i = 0; i < h->rows.n; i++) {
        const struct db_wrap *row = &h->rows.at[i];
        enum compartment c;
        size_t at = 0;
        TRY(compartment_parse(row->compartment, &c));
        if (row->generation != newest[c]) continue;
        while (at < n && !id_same(list[at].team_id, row->holder_id)) at++;
        if (at == n) list[n++].team_id = row->holder_id;
        list[at].compartments |= COMPARTMENT_BIT(c);
    }
    *out = (struct vault_holder_list){list, n};
    return ERR_OK;
}

err vault_holders(struct node *node, struct vault *vault, mem *ctx, struct vault_holder_list *out)
{
    MEM_SCOPE(scope, NULL);
    struct holders h;
    TRY(holders_read(node, vault, scope, &h));
    return shares_of(ctx, &h, out);
}

/* A new generation of these compartments for all who hold them now but `without` (may be NULL). */
static err next_generation(struct node *node, struct actor *actor, struct vault *vault,
                           const struct holders *h, compartment_set compartments,
                           const struct vault_share *without)
{
    MEM_SCOPE(scope, NULL);
    struct writing w = {.node = node, .kind = VAULT_CASE, .subject = vault->subject, .ctx = scope};
    struct vault_holder_list holders;
    struct wrap_target *targets;
    struct vault_key made[COMPARTMENTS] = {0};
    TRY(shares_of(scope, h, &holders));
    if (without != NULL) {
        w.revoked = without->team_id;
        w.revoked_from = compartments;
    }
    TRY(targets_of(scope, node, actor, holders.at, holders.n, &targets));
    for (unsigned c = 0; c < COMPARTMENTS; c++) {
        size_t wrapped = 0;
        if ((compartments & COMPARTMENT_BIT(c)) == 0) continue;
        ENSURE(vault->newest[c] != NULL, ERR_DENIED, "you don't hold the key of this part");
        made[c].compartment = (enum compartment)c;
        for (size_t i = 0; i < h->rows.n; i++) {
            if (compartment_of(&h->rows.at[i]) == COMPARTMENT_BIT(c) &&
                h->rows.at[i].generation >= made[c].generation)
                made[c].generation = h->rows.at[i].generation + 1;
        }
        TRY(secret_random(actor->arena, KEY_SIZE, &made[c].key));
        for (size_t i = 0; i < holders.n; i++) {
            if ((holders.at[i].compartments & COMPARTMENT_BIT(c)) == 0) continue;
            if (without != NULL && id_same(holders.at[i].team_id, without->team_id)) continue;
            TRY(add_row(&w, actor, vault, &targets[i], &made[c]));
            wrapped++;
        }
        ENSURE(wrapped > 0, ERR_STATE, "nobody else could read this part of the case then");
    }
    TRY(db_run(node->keys, write_rows, &w));
    for (unsigned c = 0; c < COMPARTMENTS; c++) {
        if (made[c].key.n > 0)
            TRY(vault_add(vault, made[c].compartment, made[c].generation, made[c].key));
    }
    return ERR_OK;
}

/* Compartments whose newest key is wrapped to a team that has rotated its own since: somebody left
 * it. */
struct stale {
    const struct holders *holders;
    compartment_set compartments; /* that are asked about */
    compartment_set found;
};

static err find_stale(struct tx *tx, void *arg)
{
    struct stale *s = arg;
    MEM_SCOPE(scope, NULL);
    int64_t newest[COMPARTMENTS] = {0};
    s->found = 0;
    for (size_t i = 0; i < s->holders->rows.n; i++) {
        enum compartment c;
        TRY(compartment_parse(s->holders->rows.at[i].compartment, &c));
        if (s->holders->rows.at[i].generation > newest[c])
            newest[c] = s->holders->rows.at[i].generation;
    }
    for (size_t i = 0; i < s->holders->rows.n; i++) {
        const struct db_wrap *row = &s->holders->rows.at[i];
        enum compartment c;
        struct db_team team;
        TRY(compartment_parse(row->compartment, &c));
        if (row->generation != newest[c] || (s->compartments & COMPARTMENT_BIT(c)) == 0) continue;
        TRY(db_team_by_id(tx, scope, row->holder_id, &team));
        if (team.generation > row->holder_generation) s->found |= COMPARTMENT_BIT(c);
    }
    return ERR_OK;
}

err vault_freshen(struct node *node, struct actor *actor, struct vault *vault,
                  compartment_set compartments)
{
    if (vault->kind != VAULT_CASE) return ERR_OK;
    MEM_SCOPE(scope, NULL);
    struct holders h;
    TRY(holders_read(node, vault, scope, &h));
    struct stale s = {.holders = &h, .compartments = compartments & vault_held(vault)};
    TRY(db_read(node->records, find_stale, &s));
    err e = s.found == 0 ? ERR_OK : next_generation(node, actor, vault, &h, s.found, NULL);
    if (e.kind != ERR_CONFLICT) return e;
    /* Somebody else did it at the same moment: theirs counts. */
    TRY(holders_read(node, vault, scope, &h));
    return vault_unwrap(node, actor, vault, &h.rows);
}

err vault_grant(struct node *node, struct actor *actor, struct vault *vault,
                struct vault_share share)
{
    TRY(actor_need(actor, CAPABILITY_CASE_GRANT));
    ENSURE(vault->kind == VAULT_CASE, ERR_BUG, "only cases are shared");
    ENSURE((share.compartments & ~vault_held(vault)) == 0 && share.compartments != 0, ERR_DENIED,
           "you can't give a key that you don't hold");
    MEM_SCOPE(scope, NULL);
    struct writing w = {.node = node, .kind = VAULT_CASE, .subject = vault->subject, .ctx = scope};
    struct wrap_target *target;
    TRY(targets_of(scope, node, actor, &share, 1, &target));
    for (size_t i = 0; i < vault->keys.n; i++) {
        const struct vault_key *key = &vault->keys.at[i];
        if ((share.compartments & COMPARTMENT_BIT(key->compartment)) != 0)
            TRY(add_row(&w, actor, vault, target, key));
    }
    err e = db_run(node->keys, write_rows, &w);
    ENSURE(e.kind != ERR_CONFLICT, ERR_CONFLICT, "this team has one of these keys already");
    return e;
}

err vault_revoke(struct node *node, struct actor *actor, struct vault *vault,
                 struct vault_share share)
{
    TRY(actor_need(actor, CAPABILITY_CASE_GRANT));
    MEM_SCOPE(scope, NULL);
    struct holders h;
    TRY(holders_read(node, vault, scope, &h));
    return next_generation(node, actor, vault, &h, share.compartments, &share);
}

struct destroying {
    enum vault_kind kind;
    struct id subject;
};

static err destroy(struct tx *tx, void *arg)
{
    const struct destroying *d = arg;
    int64_t gone;
    return vault_tables[d->kind].erase(tx, d->subject, &gone);
}

err vault_discard(struct node *node, enum vault_kind kind, struct id subject)
{
    struct destroying d = {kind, subject};
    TRY(db_run(node->keys, destroy, &d));
    return db_scrub(node->keys);
}

err vault_destroy(struct node *node, enum vault_kind kind, struct id subject)
{
    TRY(erasure_begin(node->records, vault_tables[kind].erasure, subject, node_now(node)));
    return erasure_finish(node->records, node->keys, node_now(node));
}
