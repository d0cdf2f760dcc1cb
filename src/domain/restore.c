/* restore.c - a node out of two backup files. */
#include "domain/restore.h"

#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "base/vec.h"
#include "db/erasure.h"
#include "domain/backup_file.h"
#include "domain/erasure.h"
#include "domain/node_audit.h"

enum { ERASURES_MOST = 1000000 };

struct restoring {
    const struct restore_wish *wish;
    mem *ctx;
    struct secret_arena *arena;
    struct backup_in records, keys; /* what they say, once verified */
    VEC(struct db_erasure) erasures; /* of later backups */
    struct db *records_db, *keys_db;
};

/* ---- before anything is made ---- */

static err folder_check(const char *folder)
{
    bool taken;
    TRY(node_folder_taken(folder, &taken));
    ENSURE(!taken, ERR_CONFLICT,
           "there is a node in this folder already, or half of one: restore into a new folder");
    return ERR_OK;
}

static struct copy_count counting(const struct restoring *r, const char *what, int64_t total)
{
    return (struct copy_count){.watch = r->wish->watch, .what = what, .total = total};
}

static err look_over(struct restoring *r, const char *path, enum db_store store, struct backup_in *out)
{
    struct copy_count count = counting(r, store == DB_RECORDS ? "looking over the records" : "looking over the keys", 0);
    const struct backup_in_wish wish = {
        .path = path, .key = r->wish->key, .store = store, .watch = {copy_count_on, &count}};
    return backup_read(&wish, r->ctx, r->arena, out);
}

static err together_check(struct restoring *r)
{
    struct private_key *key;
    struct certificate *certificate;
    ENSURE(id_same(r->records.head.node, r->keys.head.node), ERR_STATE, "these are backups of two different nodes");
    ENSURE(bytes_equal(r->records.certificate, r->keys.certificate), ERR_STATE,
           "the two backups are signed by different node certificates");
    ENSURE(r->keys.head.at >= r->records.head.at, ERR_STATE,
           "these keys are older than the records: cases would be there that nobody can open. Take newer keys, or "
           "older records");
    ENSURE(r->keys.key.n > 0, ERR_STATE, "the backup of keys lacks node.key");
    TRY(private_key_read_pem(r->ctx, secret_bytes(r->keys.key), &key));
    TRY(certificate_read_pem(r->ctx, r->keys.certificate, &certificate));
    ENSURE(certificate_fits(certificate, key), ERR_STATE, "node.crt does not belong to node.key");
    return ERR_OK;
}

static err erasure_seen(void *arg, const struct db_table *table, const struct db_value *columns)
{
    struct restoring *r = arg;
    struct db_erasure row = {0};
    if (!text_same(table->name, "erasure")) return ERR_OK;
    row.kind = text_same((const char *)columns[0].bytes.p, "case") ? "case" : "message";
    TRY(id_parse((const char *)columns[1].bytes.p, &row.subject_id));
    row.at = columns[2].number;
    return vec_push(r->ctx, &r->erasures, row, ERASURES_MOST);
}

/* The lists of later backups. Only the list counts: the rest of the file must merely be sound. */
static err lists_read(struct restoring *r)
{
    for (size_t i = 0; r->wish->erasures != NULL && r->wish->erasures[i] != NULL; i++) {
        struct backup_in in;
        const struct backup_in_wish wish = {.path = r->wish->erasures[i],
                                            .key = r->wish->key,
                                            .store = DB_RECORDS,
                                            .seen = erasure_seen,
                                            .arg = r};
        TRY(backup_read(&wish, r->ctx, r->arena, &in));
        ENSURE(id_same(in.head.node, r->records.head.node) && bytes_equal(in.certificate, r->keys.certificate),
               ERR_STATE, "the list of erasures is another node's");
    }
    return ERR_OK;
}

/* ---- making it ---- */

static err store_open(struct restoring *r, enum db_store store, struct db **out)
{
    struct db_settings settings;
    TRY(node_stores_settings(r->ctx, r->wish->folder, &r->wish->stores, store, &settings));
    settings.create = true;
    return db_open(r->ctx, &settings, out);
}

struct filling {
    struct restoring *r;
    const char *path;
    const struct backup_in *expected;
    enum db_store store;
};

/* May run more than once: reads the file from its beginning each time. */
static err fill(struct tx *tx, void *arg)
{
    const struct filling *f = arg;
    MEM_SCOPE(scope, NULL);
    struct secret_arena *arena;
    struct backup_in in;
    bool records = f->store == DB_RECORDS;
    struct copy_count count = counting(f->r, records ? "records" : "keys", 0);
    for (size_t i = 0; i < DB_TABLES_MOST; i++) count.total += f->expected->sums.at[i].rows;
    TRY(secret_arena_new(scope, NULL, &arena));
    const struct backup_in_wish wish = {.path = f->path,
                                        .key = f->r->wish->key,
                                        .tx = tx,
                                        .store = f->store,
                                        .watch = {copy_count_on, &count}};
    return backup_read(&wish, scope, arena, &in);
}

static err compare(struct tx *tx, void *arg)
{
    const struct filling *f = arg;
    struct db_sums sums;
    struct copy_count count = counting(f->r, f->store == DB_RECORDS ? "verifying the records" : "verifying the keys", 0);
    for (size_t i = 0; i < DB_TABLES_MOST; i++) count.total += f->expected->sums.at[i].rows;
    TRY(db_sum_store(tx, false, (struct db_watch){copy_count_on, &count}, &sums));
    for (size_t i = 0; i < DB_TABLES_MOST; i++)
        ENSURE(db_sum_same(&sums.at[i], &f->expected->sums.at[i]), ERR_STORE,
               "what was written is not what the backup holds: is the disk damaged?");
    return ERR_OK;
}

static err store_fill(struct restoring *r, struct db *db, const char *path, const struct backup_in *expected,
                      enum db_store store)
{
    struct filling f = {r, path, expected, store};
    TRY(db_run(db, fill, &f));
    return db_read(db, compare, &f);
}

static err erasures_put(struct tx *tx, void *arg)
{
    const struct restoring *r = arg;
    for (size_t i = 0; i < r->erasures.n; i++) TRY(db_erasure_put(tx, &r->erasures.at[i]));
    return ERR_OK;
}

static err file_put(struct restoring *r, const char *name, struct bytes content, unsigned mode)
{
    const char *path;
    TRY(file_join(r->ctx, r->wish->folder, name, &path));
    return file_write(path, content, mode);
}

static err make(struct restoring *r, struct restore_made *made)
{
    const struct restore_wish *w = r->wish;
    TRY(store_open(r, DB_KEYS, &r->keys_db));
    TRY(store_open(r, DB_RECORDS, &r->records_db));
    TRY(store_fill(r, r->keys_db, w->keys, &r->keys, DB_KEYS));
    TRY(store_fill(r, r->records_db, w->records, &r->records, DB_RECORDS));
    TRY(db_run(r->records_db, erasures_put, r));
    TRY(erasure_replay(r->records_db, r->keys_db, clock_now(w->clock), &made->erasures));
    TRY(file_put(r, NODE_KEY, secret_bytes(r->keys.key), 0600));
    TRY(node_stores_write(w->folder, &w->stores));
    return file_put(r, NODE_CERTIFICATE, r->keys.certificate, 0644);
}

/* What a failed restore has made goes: the files of the folder. Stores elsewhere are the operator's. */
static void unmake(struct restoring *r)
{
    static const char *const FILES[] = {NODE_CERTIFICATE, NODE_KEY, NODE_STORES,
                                        NODE_RECORDS, NODE_RECORDS "-wal", NODE_RECORDS "-shm",
                                        NODE_KEYS, NODE_KEYS "-wal", NODE_KEYS "-shm"};
    if (r->records_db != NULL) db_close(r->records_db);
    if (r->keys_db != NULL) db_close(r->keys_db);
    r->records_db = r->keys_db = NULL;
    for (size_t i = 0; i < COUNT_OF(FILES); i++) {
        const char *path;
        if (!err_failed(file_join(r->ctx, r->wish->folder, FILES[i], &path))) (void)unlink(path);
    }
}

/* Opened once, as it will be served; the first line of its new chain says where it comes from. */
static err try_out(const struct restore_wish *wish)
{
    MEM_SCOPE(scope, NULL);
    struct node *node;
    TRY(node_open(scope, wish->folder, wish->clock, &node));
    return node_audit_note(node, AUDIT_NODE_RESTORE);
}

static int64_t rows_of(const struct backup_in *in)
{
    int64_t rows = 0;
    for (size_t i = 0; i < DB_TABLES_MOST; i++) rows += in->sums.at[i].rows;
    return rows;
}

static err verify(struct restoring *r, struct restore_made *made)
{
    struct certificate *certificate; /* read before anything is made */
    TRY(folder_check(r->wish->folder));
    TRY(node_stores_check(&r->wish->stores));
    TRY(look_over(r, r->wish->keys, DB_KEYS, &r->keys));
    TRY(look_over(r, r->wish->records, DB_RECORDS, &r->records));
    TRY(together_check(r));
    TRY(lists_read(r));
    TRY(certificate_read_pem(r->ctx, r->keys.certificate, &certificate));
    made->records_at = r->records.head.at;
    made->keys_at = r->keys.head.at;
    made->records_rows = rows_of(&r->records);
    made->keys_rows = rows_of(&r->keys);
    return file_make_folder(r->wish->folder);
}

err restore_make(const struct restore_wish *wish, struct restore_made *out)
{
    MEM_SCOPE(scope, NULL);
    struct restore_made made = {0};
    struct restoring *r = mem_new(scope, struct restoring);
    ENSURE_MEM(r);
    r->wish = wish;
    r->ctx = r;
    TRY(secret_arena_new(r, NULL, &r->arena));
    TRY(verify(r, &made));
    err e = make(r, &made);
    if (err_failed(e)) {
        unmake(r);
        return e;
    }
    db_close(r->records_db);
    db_close(r->keys_db);
    TRY(try_out(wish));
    *out = made;
    return ERR_OK;
}
