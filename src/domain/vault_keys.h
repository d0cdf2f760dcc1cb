/* vault_keys.h - what a vault is made of. Inner header: vault.c, vault_share.c. */
#ifndef OPENTRM_DOMAIN_VAULT_KEYS_H
#define OPENTRM_DOMAIN_VAULT_KEYS_H

#include "base/vec.h"
#include "db/wrap.h"
#include "domain/vault.h"
#include "domain/wrapping.h"

struct vault_key {
    enum compartment compartment;
    int64_t generation;
    struct secret key;
};

#define VAULT_KEYS_MOST 1000

struct vault {
    mem *ctx;
    enum vault_kind kind;
    struct id subject;
    struct secret_arena *arena;
    VEC(struct vault_key) keys;
    const struct vault_key *newest[COMPARTMENTS]; /* NULL: withheld; set by vault_index */
};

/* Cases and messages: what differs. */
struct vault_table {
    const char *key_label;
    const char *record_label;
    err (*insert)(struct tx *tx, const struct db_wrap *row);
    err (*read)(struct tx *tx, mem *ctx, struct id subject, const struct id *holders, size_t n,
                db_wraps *out);
    err (*erase)(struct tx *tx, struct id subject, int64_t *gone);
    const char *erasure; /* in the list of erasures */
};
extern const struct vault_table vault_tables[];

err vault_new(mem *ctx, const struct actor *actor, enum vault_kind kind, struct id subject,
              struct vault **out);
err vault_add(struct vault *vault, enum compartment compartment, int64_t generation,
              struct secret key);
bool vault_has(const struct vault *vault, enum compartment compartment, int64_t generation);

/* vault_wrap: a row: that key for that team. */
err vault_wrap(mem *ctx, struct vault *vault, struct actor_keys *keys,
               const struct wrap_target *target, const struct vault_key *key, struct db_wrap *out);
/* vault_unwrap: adds the keys of rows that the actor can open. Boxes that were opened are put under
 * the team's key. */
err vault_unwrap(struct node *node, struct actor *actor, struct vault *vault, const db_wraps *rows);

/* vault_draft: as vault_create, but nothing is written: vault_wraps_insert does that, in a transaction of keys.db that may do
 * more, before any record of the subject is written. */
struct vault_draft_wish {
    enum vault_kind kind;
    struct id subject;
    const struct vault_share *shares;
    size_t n;
    const struct wrap_target *targets; /* of the shares, verified already (in this request); NULL: looked up */
};
struct vault_wraps;
err vault_draft(struct node *node, struct actor *actor, const struct vault_draft_wish *wish, mem *ctx,
                struct vault **out, struct vault_wraps **wraps);
err vault_wraps_insert(struct tx *tx, struct vault_wraps *wraps);

#endif
