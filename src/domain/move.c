/* move.c - a node's rows go from its stores to others. */
#include "domain/node_folder.h"
#include "domain/move.h"

#include <time.h>

#include "base/file.h"
#include "base/file_lock.h"
#include "base/text.h"
#include "base/vec.h"
#include "db/dump.h"
#include "domain/node_closed.h"

enum { BATCH_ROWS = 300, BATCH_BYTES = 8 * 1024 * 1024 };

static const char *const WHAT_COPY[] = {[DB_RECORDS] = "moving the records", [DB_KEYS] = "moving the keys"};
static const char *const WHAT_VERIFY[] = {[DB_RECORDS] = "verifying the records", [DB_KEYS] = "verifying the keys"};

struct moving {
    const struct move_wish *wish;
    struct move_made *made;
    mem *ctx;
    struct db *from[2], *to[2];
    struct id mark;
};

/* ---- one table ---- */

struct row {
    struct db_value *columns;
};

struct copying {
    const struct db_table *table;
    struct db *to;
    struct copy_count *count;
    mem *ctx; /* of this batch */
    VEC(struct row) rows;
    size_t bytes;
};

static err batch_insert(struct tx *tx, void *arg)
{
    const struct copying *c = arg;
    for (size_t i = 0; i < c->rows.n; i++) TRY(db_table_insert(tx, c->table, c->rows.at[i].columns));
    return ERR_OK;
}

static err batch_flush(struct copying *c)
{
    if (c->rows.n == 0) return ERR_OK;
    TRY(db_run(c->to, batch_insert, c));
    copy_count_on(c->count, (int64_t)c->rows.n);
    talloc_free_children(c->ctx);
    c->rows.at = NULL;
    c->rows.n = c->rows.room = 0;
    c->bytes = 0;
    return ERR_OK;
}

static err on_row(mem *ctx, const struct db_value *columns, void *arg)
{
    (void)ctx;
    struct copying *c = arg;
    struct row row = {mem_array(c->ctx, struct db_value, c->table->n)};
    ENSURE_MEM(row.columns);
    for (size_t i = 0; i < c->table->n; i++) {
        row.columns[i] = columns[i];
        if (columns[i].type != DB_TEXT && columns[i].type != DB_BYTES) continue;
        TRY(bytes_copy(c->ctx, columns[i].bytes, &row.columns[i].bytes));
        c->bytes += columns[i].bytes.n;
    }
    TRY(vec_push(c->ctx, &c->rows, row, BATCH_ROWS));
    return c->rows.n == BATCH_ROWS || c->bytes >= BATCH_BYTES ? batch_flush(c) : ERR_OK;
}

struct finding {
    const struct db_table *table;
    mem *ctx;
    struct db_place place;
};

static err last_find(struct tx *tx, void *arg)
{
    struct finding *f = arg;
    return db_table_last(tx, f->ctx, f->table, &f->place);
}

/* What has arrived is the beginning of the table: its rows went in the order of their keys. */
static err table_copy(struct moving *m, struct tx *tx, enum db_store store, const struct db_table *table,
                      struct copy_count *count)
{
    MEM_SCOPE(scope, NULL);
    struct finding f = {.table = table, .ctx = scope};
    struct copying c = {.table = table, .to = m->to[store], .count = count, .ctx = talloc_new(scope)};
    ENSURE_MEM(c.ctx);
    TRY(db_read(m->to[store], last_find, &f));
    TRY(db_table_walk(tx, table, &f.place, on_row, &c));
    return batch_flush(&c);
}

/* ---- a store ---- */

struct store_run {
    struct moving *m;
    enum db_store store;
    int64_t arrived;
    struct db_sums sums[2];
    struct copy_count count;
};

static err rows_count(struct tx *tx, void *arg) { return db_rows(tx, true, arg); }

static err copy_from(struct tx *tx, void *arg)
{
    struct store_run *r = arg;
    struct db_tables all = db_tables_of(r->store);
    struct copy_count count = {.watch = r->m->wish->watch, .what = WHAT_COPY[r->store], .done = r->arrived};
    TRY(db_rows(tx, true, &count.total));
    copy_count_on(&count, 0);
    for (size_t i = 0; i < all.n; i++) TRY(table_copy(r->m, tx, r->store, &all.at[i], &count));
    return ERR_OK;
}

static err store_copy(struct moving *m, enum db_store store)
{
    struct store_run r = {.m = m, .store = store};
    TRY(db_read(m->to[store], rows_count, &r.arrived));
    return db_read(m->from[store], copy_from, &r);
}

static err sum_from(struct tx *tx, void *arg)
{
    struct store_run *r = arg;
    return db_sum_store(tx, true, (struct db_watch){copy_count_on, &r->count}, &r->sums[0]);
}

static err sum_to(struct tx *tx, void *arg)
{
    struct store_run *r = arg;
    return db_sum_store(tx, true, (struct db_watch){copy_count_on, &r->count}, &r->sums[1]);
}

static err store_verify(struct moving *m, enum db_store store)
{
    struct db_tables all = db_tables_of(store);
    struct store_run r = {.m = m, .store = store, .count = {.watch = m->wish->watch, .what = WHAT_VERIFY[store]}};
    TRY(db_read(m->from[store], rows_count, &r.count.total));
    m->made->rows[store] = r.count.total;
    r.count.total *= 2;
    TRY(db_read(m->from[store], sum_from, &r));
    TRY(db_read(m->to[store], sum_to, &r));
    for (size_t i = 0; i < all.n; i++)
        if (!db_sum_same(&r.sums[0].at[i], &r.sums[1].at[i])) {
            m->made->table = all.at[i].name;
            FAIL(ERR_STORE, "the copy differs from the original: nothing was switched. Empty the new stores and move again");
        }
    return ERR_OK;
}

/* ---- the mark ---- */

/* An earlier move that was cut off left one; else a new one. */
static err mark_put(struct tx *tx, void *arg)
{
    struct moving *m = arg;
    TRY(node_closed_read(tx, &m->mark));
    if (id_is_set(m->mark)) return ERR_OK;
    m->mark = id_random();
    return node_closed_put(tx, m->mark);
}

static err mark_find(struct tx *tx, void *arg) { return node_closed_read(tx, arg); }

static err mark_take(struct tx *tx, void *arg)
{
    (void)arg;
    return node_closed_take(tx);
}

/* What is in the new stores is nothing, or what this move has brought. */
static err arrived_check(struct moving *m)
{
    struct id mark;
    int64_t rows[2];
    TRY(db_read(m->to[DB_RECORDS], mark_find, &mark));
    TRY(db_read(m->to[DB_RECORDS], rows_count, &rows[DB_RECORDS]));
    TRY(db_read(m->to[DB_KEYS], rows_count, &rows[DB_KEYS]));
    m->made->resumed = rows[DB_RECORDS] + rows[DB_KEYS] > 0;
    ENSURE(!m->made->resumed || (id_is_set(mark) && id_same(mark, m->mark)), ERR_CONFLICT,
           "there is something else in the new stores: give empty ones");
    return ERR_OK;
}

/* ---- all of it ---- */

static err lock_alone(mem *ctx, const char *folder)
{
    const char *path;
    struct file_lock *lock;
    TRY(file_join(ctx, folder, NODE_LOCK, &path));
    err e = file_lock_take(ctx, path, true, &lock);
    if (e.kind == ERR_BUSY) FAIL(ERR_BUSY, "another program has this node open: stop it first");
    return e;
}

static err store_open(struct moving *m, const struct node_stores *stores, enum db_store store, bool create,
                      struct db **out)
{
    struct db_settings settings;
    TRY(node_stores_settings(m->ctx, m->wish->folder, stores, store, &settings));
    settings.create = create;
    return db_open(m->ctx, &settings, out);
}

static err both_open(struct moving *m, const struct node_stores *stores, bool create, struct db *out[static 2])
{
    TRY(store_open(m, stores, DB_RECORDS, create, &out[DB_RECORDS]));
    return store_open(m, stores, DB_KEYS, create, &out[DB_KEYS]);
}

/* A server that runs on another machine finds the mark and stops. What it wrote until then is copied; what it would
 * write after, the comparison shows. */
static void others_wait(msec wait)
{
    struct timespec rest = {.tv_sec = wait / MSEC_SECOND, .tv_nsec = wait % MSEC_SECOND * 1000000};
    while (nanosleep(&rest, &rest) != 0) {}
}

/* The folder has the new stores already: the last step was missing. */
static err finish(struct moving *m, const struct node_stores *now)
{
    TRY(store_open(m, now, DB_RECORDS, false, &m->to[DB_RECORDS]));
    TRY(db_read(m->to[DB_RECORDS], mark_find, &m->mark));
    ENSURE(id_is_set(m->mark), ERR_CONFLICT, "the node has these stores already");
    m->made->finished = true;
    return db_run(m->to[DB_RECORDS], mark_take, NULL);
}

static err copy_all(struct moving *m)
{
    const struct move_wish *w = m->wish;
    TRY(db_read(m->from[DB_RECORDS], mark_find, &m->mark));
    TRY(arrived_check(m)); /* before the node is closed: a wrong address must not close it */
    TRY(db_run(m->from[DB_RECORDS], mark_put, m));
    others_wait(w->others);
    TRY(store_copy(m, DB_RECORDS));
    TRY(store_copy(m, DB_KEYS));
    TRY(store_verify(m, DB_RECORDS));
    TRY(store_verify(m, DB_KEYS));
    TRY(node_stores_write(w->folder, &w->to));
    return db_run(m->to[DB_RECORDS], mark_take, NULL);
}

/* A folder without node.crt is none, or half of one. */
static err folder_check(mem *ctx, const char *folder)
{
    const char *path;
    TRY(file_join(ctx, folder, NODE_CERTIFICATE, &path));
    ENSURE(file_exists(path), ERR_NOT_FOUND, "there is no node in this folder");
    return ERR_OK;
}

err move_make(const struct move_wish *wish, struct move_made *made)
{
    MEM_SCOPE(scope, NULL);
    struct node_stores now;
    *made = (struct move_made){0};
    struct moving m = {.wish = wish, .made = made, .ctx = scope};
    TRY(node_stores_check(&wish->to));
    TRY(folder_check(scope, wish->folder));
    TRY(lock_alone(scope, wish->folder));
    TRY(node_stores_read(scope, wish->folder, &now));
    if (text_same(now.records, wish->to.records) && text_same(now.keys, wish->to.keys)) return finish(&m, &now);
    TRY(both_open(&m, &now, false, m.from));
    TRY(both_open(&m, &wish->to, true, m.to));
    return copy_all(&m);
}

static err mark_cancel(struct tx *tx, void *arg)
{
    struct id mark;
    (void)arg;
    TRY(node_closed_read(tx, &mark));
    ENSURE(id_is_set(mark), ERR_STATE, "this node is not being moved");
    return node_closed_take(tx);
}

err move_cancel(const char *folder)
{
    MEM_SCOPE(scope, NULL);
    struct db *db;
    struct db_settings settings;
    TRY(folder_check(scope, folder));
    TRY(lock_alone(scope, folder));
    TRY(node_store(scope, folder, DB_RECORDS, &settings));
    TRY(db_open(scope, &settings, &db));
    return db_run(db, mark_cancel, NULL);
}
