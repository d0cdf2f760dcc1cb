/* doctor_stores.c - the stores: do they open, are they sound, is the time right, were they backed up, is something
 * half done. */
#include "base/date.h"
#include "base/text.h"
#include "cli/doctor.h"
#include "db/erasure.h"
#include "db/health.h"
#include "db/setting.h"
#include "domain/backup.h"
#include "domain/node_closed.h"
#include "domain/node_stores.h"

#define CLOCK_ALLOWED (2 * MSEC_MINUTE)
#define BACKUP_DAYS 2
#define ERASURE_WAITS MSEC_HOUR

static const char *advice_of(enum err_kind kind, bool server)
{
    if (kind == ERR_STATE) return "Update the program, or start the node once, as it says.";
    if (server) {
        return "Is the server running and to be reached from here? Are user and database in the file `stores` right, and may "
               "the user sign in?";
    }
    if (kind == ERR_NOT_FOUND) return "Restore from a backup, into a new folder.";
    if (kind == ERR_BUSY) return "Try again in a minute.";
    return "Stop the node, keep a copy of the folder, restore from a backup into a new one.";
}

static void store_look(struct doctor *d, enum db_store store, const char *name, struct db **out)
{
    struct db_settings settings;
    err e = node_store(d->ctx, d->folder, store, &settings);
    if (err_failed(e)) {
        doctor_wrong(d, "Mend the file `stores`; docs/operations.md tells what stands in it.", "%s: %s", name, e.what);
        return;
    }
    settings.read_only = true;
    e = db_open(d->ctx, &settings, out);
    if (err_failed(e))
        doctor_wrong(d, advice_of(e.kind, settings.kind != DB_SQLITE), "%s does not open: %s", name, e.what);
    else
        doctor_fine(d, "%s opens and has this program's tables", name);
}

err doctor_stores(struct doctor *d)
{
    store_look(d, DB_RECORDS, "the records' store", &d->records);
    store_look(d, DB_KEYS, "the keys' store", &d->keys);
    return ERR_OK;
}

static void integrity_look(struct doctor *d, struct db *db, const char *name)
{
    err e = db_check(db);
    if (err_failed(e))
        doctor_wrong(d, "Stop the node, keep a copy of its stores, look at the disk, restore from a backup into a new folder.",
                     "%s: %s", name, e.what);
    else
        doctor_fine(d, "%s is sound", name);
}

err doctor_integrity(struct doctor *d)
{
    integrity_look(d, d->records, "the records' store");
    integrity_look(d, d->keys, "the keys' store");
    return ERR_OK;
}

err doctor_moving(struct doctor *d)
{
    err e = node_closed_check(d->records);
    if (e.kind == ERR_STATE)
        doctor_wrong(d, "Finish it with the same `opentrm move`, or take it back with `opentrm move DIR --cancel`.",
                     "the node is closed: it is moving to other stores, or these are the ones it left");
    else
        TRY(e);
    if (!err_failed(e)) doctor_fine(d, "the node is not moving to other stores");
    return ERR_OK;
}

static err read_written(struct tx *tx, void *arg) { return db_health_written(tx, arg); }

err doctor_clock(struct doctor *d)
{
    msec written;
    char now[DATE_TIME_ROOM], then[DATE_TIME_ROOM];
    TRY(db_read(d->records, read_written, &written));
    date_format_utc(d->now, now);
    date_format_utc(written, then);
    if (written > d->now + CLOCK_ALLOWED)
        doctor_wrong(d, "Set the clock (an NTP service does): times of messages and ends of certificates hang on it.",
                     "the clock says %s, but something was written at %s", now, then);
    else
        doctor_fine(d, "it is %s", now);
    return ERR_OK;
}

/* ---- erasures ---- */

struct erasures {
    mem *ctx;
    db_erasures list;
};

static err read_erasures(struct tx *tx, void *arg)
{
    struct erasures *e = arg;
    return db_erasure_waiting(tx, e->ctx, 1, &e->list);
}

err doctor_erasures(struct doctor *d)
{
    struct erasures e = {.ctx = d->ctx};
    TRY(db_read(d->records, read_erasures, &e));
    if (e.list.n > 0 && e.list.at[0].at + ERASURE_WAITS < d->now)
        doctor_wrong(d, "A running node finishes them within minutes: is it running? Its log says why not (erasures_finish).",
                     "keys that are to be destroyed are still there");
    else
        doctor_fine(d, "nothing is half erased");
    return ERR_OK;
}

/* ---- backups ---- */

struct backups {
    msec records, keys;
};

static err read_time(struct tx *tx, const char *name, msec *out)
{
    const char *text;
    *out = 0;
    err e = db_setting_get(tx, db_scratch(tx), name, &text);
    if (e.kind == ERR_NOT_FOUND) return ERR_OK;
    TRY(e);
    return text_number(text, out);
}

static err read_backups(struct tx *tx, void *arg)
{
    struct backups *b = arg;
    TRY(read_time(tx, BACKUP_RECORDS_AT, &b->records));
    return read_time(tx, BACKUP_KEYS_AT, &b->keys);
}

static void backup_look(struct doctor *d, const char *name, msec at)
{
    char text[DATE_TIME_ROOM];
    date_format_utc(at, text);
    if (at == 0)
        doctor_wrong(d, "`opentrm backup`, every night; docs/operations.md tells how.", "the %s were never backed up", name);
    else if (at + BACKUP_DAYS * MSEC_DAY < d->now)
        doctor_wrong(d, "`opentrm backup`; find out why it did not run.", "the last backup of the %s is of %s", name, text);
    else
        doctor_fine(d, "the %s were backed up at %s", name, text);
}

err doctor_backups(struct doctor *d)
{
    struct backups b;
    TRY(db_read(d->records, read_backups, &b));
    backup_look(d, "records", b.records);
    backup_look(d, "keys", b.keys);
    return ERR_OK;
}
