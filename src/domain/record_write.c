/* record_write.c - sealed rows, and the transaction that writes them. */
#include "domain/record_write.h"

#include "db/case_file.h"

err record_seal(struct node *node, const struct actor *actor, struct vault *vault, mem *ctx,
                const char *kind, const char *name, enum compartment compartment, int64_t revision,
                const json_t *body, struct record_batch *batch)
{
    ENSURE(batch->n < RECORD_BATCH_MOST, ERR_LIMIT, "too many records at once");
    struct bytes plain, sealed;
    int64_t generation;
    TRY(json_write(ctx, body, &plain));
    ENSURE(plain.n <= RECORD_JSON_MAX, ERR_LIMIT, "the answers are larger than allowed");
    const struct vault_label label = {kind, name, compartment, revision};
    err e = vault_seal(vault, &label, plain, ctx, &sealed, &generation);
    wipe((void *)(uintptr_t)plain.p, plain.n);
    TRY(e);
    msec now = node_now(node);
    batch->at[batch->n++] = (struct db_record){
        .id = id_new(now),
        .case_id = vault_subject(vault),
        .kind = kind,
        .name = name,
        .compartment = compartment_name(compartment),
        .revision = revision,
        .generation = generation,
        .author_id = actor->user_id,
        .created_at = now,
        .body = sealed,
    };
    return ERR_OK;
}

err record_batch_insert(struct tx *tx, const struct record_batch *batch)
{
    for (size_t i = 0; i < batch->n; i++) TRY(db_record_insert(tx, &batch->at[i]));
    return ERR_OK;
}

struct batch_run {
    struct node *node;
    const struct record_batch *batch;
    const struct audit_event *event;
};

static err run(struct tx *tx, void *arg)
{
    const struct batch_run *b = arg;
    TRY(record_batch_insert(tx, b->batch));
    if (b->batch->n > 0) TRY(db_case_touch(tx, b->batch->at[0].case_id, b->event->at));
    return audit_append(tx, b->node->audit, b->event);
}

err record_batch_run(struct node *node, const struct record_batch *batch, const struct audit_event *event)
{
    return db_run(node->records, run, &(struct batch_run){node, batch, event});
}
