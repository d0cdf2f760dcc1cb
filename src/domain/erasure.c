/* erasure.c - destroying keys for good. */
#include "domain/erasure.h"

#include "base/text.h"
#include "db/erasure.h"
#include "db/wrap.h"

enum { BATCH = 100 };

struct batch {
    mem *ctx;
    const struct db_erasure *after; /* of the whole list */
    db_erasures list;
    msec now;
    bool changes; /* keys were there, or may leave traces */
};

static err put(struct tx *tx, void *arg) { return db_erasure_put(tx, arg); }

err erasure_begin(struct db *records, const char *kind, struct id subject, msec now)
{
    struct db_erasure row = {.kind = kind, .subject_id = subject, .at = now};
    return db_run(records, put, &row);
}

static err read_waiting(struct tx *tx, void *arg)
{
    struct batch *b = arg;
    return db_erasure_waiting(tx, b->ctx, BATCH, &b->list);
}

static err read_all(struct tx *tx, void *arg)
{
    struct batch *b = arg;
    return db_erasure_walk(tx, b->ctx, b->after, BATCH, &b->list);
}

static err destroy(struct tx *tx, void *arg)
{
    struct batch *b = arg;
    b->changes = false;
    for (size_t i = 0; i < b->list.n; i++) {
        const struct db_erasure *e = &b->list.at[i];
        int64_t gone;
        TRY(text_same(e->kind, "case") ? db_case_wrap_erase(tx, e->subject_id, &gone)
                                       : db_message_wrap_erase(tx, e->subject_id, &gone));
        if (gone > 0 || e->done_at == 0) b->changes = true;
    }
    return ERR_OK;
}

static err mark(struct tx *tx, void *arg)
{
    const struct batch *b = arg;
    for (size_t i = 0; i < b->list.n; i++)
        if (b->list.at[i].done_at == 0)
            TRY(db_erasure_done(tx, b->list.at[i].kind, b->list.at[i].subject_id, b->now));
    return ERR_OK;
}

static err batch_do(struct db *records, struct db *keys, struct batch *b)
{
    if (b->list.n == 0) return ERR_OK;
    TRY(db_run(keys, destroy, b));
    if (!b->changes) return ERR_OK; /* all of it was done before, and its traces are gone */
    TRY(db_scrub(keys)); /* gone from the log too, before anybody is told */
    return db_run(records, mark, b);
}

err erasure_finish(struct db *records, struct db *keys, msec now)
{
    MEM_SCOPE(scope, NULL);
    struct batch b = {.ctx = scope, .now = now};
    do {
        TRY(db_read(records, read_waiting, &b));
        TRY(batch_do(records, keys, &b));
    } while (b.list.more);
    return ERR_OK;
}

err erasure_replay(struct db *records, struct db *keys, msec now, int64_t *n)
{
    MEM_SCOPE(scope, NULL);
    struct batch b = {.ctx = scope, .now = now};
    int64_t found = 0;
    do {
        TRY(db_read(records, read_all, &b));
        TRY(batch_do(records, keys, &b));
        found += (int64_t)b.list.n;
        if (b.list.n > 0) b.after = &b.list.at[b.list.n - 1];
    } while (b.list.more);
    *n = found;
    return ERR_OK;
}
