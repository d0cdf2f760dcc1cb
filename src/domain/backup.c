/* backup.c - backups of a running node. */
#include "domain/node_folder.h"
#include "domain/backup.h"

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

#include "base/date.h"
#include "base/file.h"
#include "base/text.h"
#include "db/setting.h"
#include "domain/backup_file.h"
#include "domain/node_audit.h"

enum { PEM_MOST = SECRET_MAX - 1 };

static const char ENDING[] = ".backup";

struct backing {
    struct node *node;
    const struct backup_wish *wish;
    mem *ctx;
    struct id set;
    enum db_store store;
    struct backup_out *out; /* set inside the transaction: its time is the snapshot's */
    const char *path;
    int64_t rows;
    bool ran;
};

/* "records-20261124T091500Z.backup" */
static err path_of(mem *ctx, const char *folder, enum db_store store, msec at, const char **out)
{
    char time[DATE_TIME_ROOM], name[DATE_TIME_ROOM + 32];
    size_t n = 0;
    date_format_utc(at, time);
    for (const char *p = time; *p != '\0'; p++)
        if (*p != '-' && *p != ':') time[n++] = *p;
    time[n] = '\0';
    (void)snprintf(name, sizeof name, "%s-%s%s", store == DB_RECORDS ? "records" : "keys", time, ENDING);
    return file_join(ctx, folder, name, out);
}

/* The node's key and certificate: with the keys both, with the records the certificate only, which says who signed. */
static err files_put(struct backing *b)
{
    MEM_SCOPE(scope, NULL);
    const char *path;
    struct bytes pem;
    TRY(file_join(scope, b->node->folder, NODE_CERTIFICATE, &path));
    TRY(file_read(scope, path, PEM_MOST, &pem));
    TRY(backup_out_file(b->out, NODE_CERTIFICATE, pem));
    if (b->store == DB_RECORDS) return ERR_OK;
    TRY(file_join(scope, b->node->folder, NODE_KEY, &path));
    TRY(file_read(scope, path, PEM_MOST, &pem));
    err e = backup_out_file(b->out, NODE_KEY, pem);
    wipe((void *)(uintptr_t)pem.p, pem.n);
    return e;
}

static err begin(struct backing *b, msec at)
{
    struct backup_head head = {.store = b->store, .set = b->set, .at = at};
    TRY(id_parse(b->node->settings.id, &head.node));
    TRY(path_of(b->ctx, b->wish->to, b->store, at, &b->path));
    TRY(backup_out_begin(b->ctx, b->path, &head, &b->wish->key, &b->out));
    return files_put(b);
}

static err write_store(struct tx *tx, void *arg)
{
    struct backing *b = arg;
    struct db_sums sums;
    struct copy_count count = {.watch = b->wish->watch, .what = b->store == DB_RECORDS ? "records" : "keys"};
    /* A snapshot may be begun anew while a server changes; a file may not. */
    ENSURE(!b->ran, ERR_STORE, "the store's server changed while it was read: run the backup again");
    b->ran = true;
    TRY(db_rows(tx, false, &count.total)); /* the snapshot is taken by the first statement */
    b->rows = count.total;
    if (b->store == DB_RECORDS) TRY(begin(b, node_now(b->node)));
    return backup_out_store(b->out, tx, (struct db_watch){copy_count_on, &count}, &sums);
}

static err store_back_up(struct backing *b)
{
    bool records = b->store == DB_RECORDS;
    if (!records) TRY(begin(b, node_now(b->node)));
    TRY(db_read(records ? b->node->records : b->node->keys, write_store, b));
    return backup_out_end(b->out, b->node->key);
}

/* ---- old ones ---- */

static bool is_old(const char *path, struct id node, msec before)
{
    struct backup_head head;
    err e = backup_head_read(path, &head);
    return !err_failed(e) && head.store == DB_KEYS && id_same(head.node, node) && head.at < before;
}

static void close_folder(DIR **folder)
{
    if (*folder != NULL) (void)closedir(*folder);
}

static err old_remove(const char *folder, struct id node, msec before, size_t *removed)
{
    MEM_SCOPE(scope, NULL);
    __attribute__((cleanup(close_folder))) DIR *dir = opendir(folder);
    ENSURE(dir != NULL, ERR_IO, "the folder of backups can't be read");
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        const char *path;
        if (!text_starts(entry->d_name, "keys-") || !text_ends(entry->d_name, ENDING)) continue;
        TRY(file_join(scope, folder, entry->d_name, &path));
        if (!is_old(path, node, before)) continue;
        ENSURE(unlink(path) == 0, ERR_IO, "an old backup of keys can't be removed");
        *removed += 1;
    }
    return ERR_OK;
}

/* ---- what is left behind ---- */

struct noting {
    bool records;
    char at[24];
};

static err note(struct tx *tx, void *arg)
{
    const struct noting *n = arg;
    if (n->records) TRY(db_setting_put(tx, BACKUP_RECORDS_AT, n->at));
    return db_setting_put(tx, BACKUP_KEYS_AT, n->at);
}

static err done_note(struct node *node, bool records)
{
    struct noting n = {.records = records};
    (void)snprintf(n.at, sizeof n.at, "%lld", (long long)node_now(node));
    TRY(db_run(node->records, note, &n));
    return node_audit_note(node, AUDIT_NODE_BACKUP);
}

err backup_make(struct node *node, const struct backup_wish *wish, mem *ctx, struct backup_made *out)
{
    struct id id;
    struct backing records = {.node = node, .wish = wish, .ctx = ctx, .set = id_random(), .store = DB_RECORDS};
    struct backing keys = {.node = node, .wish = wish, .ctx = ctx, .set = records.set, .store = DB_KEYS};
    struct backup_made made = {0};
    TRY(id_parse(node->settings.id, &id));
    if (!wish->keys_only) TRY(store_back_up(&records));
    err e = store_back_up(&keys);
    if (err_failed(e) && records.path != NULL) (void)unlink(records.path); /* half a backup is none */
    TRY(e);
    TRY(old_remove(wish->to, id, node_now(node) - BACKUP_KEYS_DAYS * MSEC_DAY, &made.removed));
    TRY(done_note(node, !wish->keys_only));
    made.records = records.path;
    made.keys = keys.path;
    made.records_rows = records.rows;
    made.keys_rows = keys.rows;
    *out = made;
    return ERR_OK;
}
