/* export.c - writes the audit log to files. */
#include "audit/export.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/line.h"
#include "base/file.h"
#include "base/text.h"
#include "db/audit_log.h"

enum { LINES_AT_ONCE = 1000, CHECKPOINTS_AT_ONCE = 20 };

struct exporting {
    struct db *records;
    const char *folder;
    char chain[ID_TEXT_ROOM];
    int64_t number;
    int lines, events; /* the chain's files, -1 = none */
    bool more;
};

static err file_end(int *fd)
{
    int one = *fd;
    *fd = -1;
    if (one < 0) return ERR_OK;
    bool good = fsync(one) == 0;
    good = close(one) == 0 && good;
    ENSURE(good, ERR_IO, "a file of the audit log cannot be written");
    return ERR_OK;
}

static err file_start(const struct exporting *x, mem *ctx, const char *end, int *out)
{
    char name[64];
    const char *path = NULL;
    (void)snprintf(name, sizeof name, "chain-%s.%s", x->chain, end);
    TRY(file_join(ctx, x->folder, name, &path));
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    ENSURE(fd >= 0, ERR_IO, "a file of the audit log cannot be made");
    *out = fd;
    return ERR_OK;
}

static err file_add(int fd, struct bytes text)
{
    while (text.n > 0) {
        ssize_t n = write(fd, text.p, text.n);
        ENSURE(n > 0, ERR_IO, "a file of the audit log cannot be written");
        text = bytes_of(text.p + n, text.n - (size_t)n);
    }
    return ERR_OK;
}

static err chain_end(struct exporting *x)
{
    err e = file_end(&x->lines);
    TRY(file_end(&x->events));
    return e;
}

static err chain_begin(struct exporting *x, mem *ctx, const char *chain)
{
    struct id id;
    ENSURE(!err_failed(id_parse(chain, &id)), ERR_STORE, "the audit log is damaged: verify it");
    TRY(chain_end(x));
    memcpy(x->chain, id.text, sizeof x->chain);
    TRY(file_start(x, ctx, "lines", &x->lines));
    return file_start(x, ctx, "events", &x->events);
}

static err pair_add(struct exporting *x, mem *ctx, const struct db_audit_pair *pair)
{
    if (!text_same(x->chain, pair->chain)) TRY(chain_begin(x, ctx, pair->chain));
    TRY(file_add(x->lines, bytes_text(pair->line)));
    return file_add(x->events, bytes_text(pair->opening == NULL ? "-\n" : pair->opening));
}

static err lines_piece(struct tx *tx, void *arg)
{
    struct exporting *x = arg;
    db_audit_pairs list;
    TRY(db_audit_walk(tx, db_scratch(tx), x->chain, x->number, LINES_AT_ONCE, &list));
    for (size_t i = 0; i < list.n; i++) {
        TRY(pair_add(x, list.at, &list.at[i]));
        x->number = list.at[i].number;
    }
    x->more = list.more;
    return ERR_OK;
}

static err checkpoint_export(const struct exporting *x, mem *ctx,
                             const struct db_audit_checkpoint *c)
{
    char name[64];
    const char *path = NULL;
    (void)snprintf(name, sizeof name, "checkpoint-%" PRId64 ".txt", c->number);
    TRY(file_join(ctx, x->folder, name, &path));
    TRY(file_write(path, bytes_text(c->text), 0600));
    (void)snprintf(name, sizeof name, "checkpoint-%" PRId64 ".sig", c->number);
    TRY(file_join(ctx, x->folder, name, &path));
    return file_write(path, c->signature, 0600);
}

static err checkpoints_piece(struct tx *tx, void *arg)
{
    struct exporting *x = arg;
    db_audit_checkpoints list;
    TRY(db_audit_checkpoint_walk(tx, db_scratch(tx), x->number, CHECKPOINTS_AT_ONCE, &list));
    for (size_t i = 0; i < list.n; i++) {
        TRY(checkpoint_export(x, db_scratch(tx), &list.at[i]));
        x->number = list.at[i].number;
    }
    x->more = list.more;
    return ERR_OK;
}

static err lines_export(struct exporting *x)
{
    do TRY(db_read(x->records, lines_piece, x));
    while (x->more);
    return ERR_OK;
}

err audit_export(struct db *records, const char *folder)
{
    struct exporting x = {.records = records, .folder = folder, .lines = -1, .events = -1};
    err e = lines_export(&x);
    err ended = chain_end(&x);
    if (err_failed(e)) return e;
    if (err_failed(ended)) return ended;
    x.number = 0;
    do TRY(db_read(records, checkpoints_piece, &x));
    while (x.more);
    return ERR_OK;
}
