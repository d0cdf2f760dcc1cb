/* checkpoint.c - signs where the chains stand.
 *
 * Signing takes a while, so it happens between reading the heads and writing the checkpoint,
 * outside of any transaction. What was written meanwhile is for the next one.
 */
#include "audit/checkpoint.h"

#include <string.h>

#include "audit/line.h"
#include "base/text.h"
#include "db/audit_log.h"

struct making {
    mem *ctx;
    struct checkpoint checkpoint;
    struct db_audit_checkpoint row;
};

static err before_find(struct tx *tx, struct checkpoint *c)
{
    struct db_audit_checkpoint last;
    err e = db_audit_checkpoint_last(tx, db_scratch(tx), &last);
    if (err_failed(e) && e.kind != ERR_NOT_FOUND) return e;
    c->number = err_failed(e) ? 1 : last.number + 1;
    memcpy(c->before, AUDIT_NO_HASH, AUDIT_HASH_ROOM);
    if (!err_failed(e)) text_hash(last.text, c->before);
    return ERR_OK;
}

static err heads_read(struct tx *tx, void *arg)
{
    struct making *m = arg;
    db_audit_lines lines;
    TRY(before_find(tx, &m->checkpoint));
    TRY(db_audit_heads(tx, db_scratch(tx), CHECKPOINT_HEADS_MOST, &lines));
    ENSURE(lines.n > 0, ERR_NOT_FOUND, "nothing was written since the last checkpoint");
    struct checkpoint_head *heads = mem_array(m->ctx, struct checkpoint_head, lines.n);
    ENSURE_MEM(heads);
    for (size_t i = 0; i < lines.n; i++) {
        TRY(id_parse(lines.at[i].chain, &heads[i].chain));
        heads[i].number = lines.at[i].number;
        text_hash(lines.at[i].line, heads[i].hash);
    }
    m->checkpoint.heads = heads;
    m->checkpoint.n = lines.n;
    return ERR_OK;
}

static err checkpoint_insert(struct tx *tx, void *arg)
{
    const struct making *m = arg;
    TRY(db_audit_checkpoint_insert(tx, &m->row));
    for (size_t i = 0; i < m->checkpoint.n; i++)
        TRY(db_audit_seal(tx, m->checkpoint.heads[i].chain.text, m->checkpoint.heads[i].number));
    return ERR_OK;
}

static void result_of(const struct db_audit_checkpoint *row, struct audit_checkpoint *out)
{
    out->number = row->number;
    out->text = bytes_text(row->text);
    out->signature = row->signature;
    text_hash(row->text, out->hash);
}

err audit_checkpoint_write(struct db *records, struct audit_signer signer, const char *node_id,
                           msec now, mem *ctx, struct audit_checkpoint *out)
{
    ENSURE(!text_empty(node_id) && strpbrk(node_id, " \n") == NULL, ERR_BUG,
           "a node id without spaces");
    struct making m = {.ctx = ctx, .checkpoint = {.node = node_id, .at = now}};
    TRY(db_read(records, heads_read, &m));
    TRY(checkpoint_write(ctx, &m.checkpoint, &m.row.text));
    m.row.number = m.checkpoint.number;
    TRY(signer.sign(signer.arg, ctx, bytes_text(m.row.text), &m.row.signature));
    TRY(db_run(records, checkpoint_insert, &m));
    result_of(&m.row, out);
    return ERR_OK;
}

err audit_checkpoint_last(struct tx *tx, mem *ctx, struct audit_checkpoint *out)
{
    struct db_audit_checkpoint row;
    TRY(db_audit_checkpoint_last(tx, ctx, &row));
    result_of(&row, out);
    return ERR_OK;
}

err audit_checkpoint_get(struct tx *tx, mem *ctx, int64_t number, struct audit_checkpoint *out)
{
    struct db_audit_checkpoint row;
    TRY(db_audit_checkpoint_get(tx, ctx, number, &row));
    result_of(&row, out);
    return ERR_OK;
}
