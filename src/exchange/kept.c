/* kept.c - sealing what was said, and moving it into a case. */
#include "exchange/kept.h"

#include "db/message.h"
#include "domain/case.h"
#include "domain/record_write.h"
#include "domain/team.h"
#include "exchange/rest.h"

static struct rest_name name_of(const char *message_id) { return (struct rest_name){"kept", message_id}; }

/* The actor's own teams first: they are there for sure. */
static err teams_of(struct node *node, const struct actor *actor, struct id organisation, mem *ctx, struct id *teams,
                    size_t *n)
{
    struct team_list all;
    TRY(team_all(node, organisation, ctx, &all));
    *n = 0;
    for (int others = 0; others < 2; others++)
        for (size_t i = 0; i < all.n && *n < VAULT_SHARES_MOST; i++) {
            bool own = actor_team_of(actor, all.at[i].id) != NULL;
            bool reads = (all.at[i].compartments & COMPARTMENT_BIT(COMPARTMENT_IDENTITY)) != 0;
            if (own == (others == 0) && (own || reads)) teams[(*n)++] = all.at[i].id;
        }
    return ERR_OK;
}

err kept_seal(struct node *node, struct actor *actor, struct id organisation, struct id message, const json_t *copy,
              mem *ctx, struct bytes *body, struct id *key)
{
    struct id teams[VAULT_SHARES_MOST];
    struct bytes plain;
    size_t n;
    TRY(teams_of(node, actor, organisation, ctx, teams, &n));
    TRY(json_write(ctx, copy, &plain));
    err e = rest_seal(node, actor, name_of(message.text), teams, n, plain, ctx, body, key);
    wipe((void *)(uintptr_t)plain.p, plain.n);
    return e;
}

void kept_forget(struct node *node, struct id key) { rest_forget(node, key); }

struct kept {
    struct node *node;
    mem *ctx;
    const char *handle;
    db_kepts rows;
    struct record_batch records; /* as many as there are keys */
    struct id messages[RECORD_BATCH_MOST];
    struct id keys[RECORD_BATCH_MOST];
};

static err read_kept(struct tx *tx, void *arg)
{
    struct kept *k = arg;
    return db_message_kept(tx, k->ctx, k->handle, &k->rows);
}

static err take(struct kept *k, struct actor *actor, struct casefile *c, const struct db_kept *row)
{
    struct bytes plain;
    struct id key;
    err e = rest_open(k->node, actor, name_of(row->id.text), row->body, k->ctx, &plain, &key);
    if (e.kind == ERR_NOT_FOUND) return ERR_OK; /* of another team: it stays theirs */
    TRY(e);
    JSON_SCOPE(copy) = NULL;
    e = json_read(plain, RECORD_JSON_MAX, &copy);
    wipe((void *)(uintptr_t)plain.p, plain.n);
    TRY(e);
    size_t n = k->records.n;
    TRY(record_seal(k->node, actor, c->vault, k->ctx, "sent", row->id.text, COMPARTMENT_IDENTITY, 1, copy, &k->records));
    k->messages[n] = row->id;
    k->keys[n] = key;
    return ERR_OK;
}

err kept_prepare(struct node *node, struct actor *actor, struct casefile *c, const char *handle, struct kept **out)
{
    struct kept *k = mem_new(c->ctx, struct kept);
    ENSURE_MEM(k);
    k->node = node;
    k->ctx = c->ctx;
    k->handle = handle;
    TRY(db_read(node->records, read_kept, k));
    for (size_t i = 0; i < k->rows.n && k->records.n < RECORD_BATCH_MOST; i++) TRY(take(k, actor, c, &k->rows.at[i]));
    *out = k;
    return ERR_OK;
}

err kept_insert(struct tx *tx, const struct kept *k)
{
    for (size_t i = 0; i < k->records.n; i++) TRY(db_message_kept_take(tx, k->messages[i]));
    return record_batch_insert(tx, &k->records);
}

void kept_done(const struct kept *k)
{
    for (size_t i = 0; i < k->records.n; i++) rest_forget(k->node, k->keys[i]);
}
