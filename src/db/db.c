/* db.c - a store: its engine, its writer or lanes, its readers. */
#include "db/db.h"

#include "base/text.h"
#include "db/engine.h"
#include "db/lanes.h"
#include "db/migrate.h"
#include "db/pool.h"
#include "db/postgres_address.h"
#include "db/writer.h"

struct db {
    struct db_settings settings;
    const struct db_engine *engine;
    /* One of the two; none: read-only. */
    struct db_writer *writer;
    struct db_lanes *lanes;
    struct db_pool *pool;
};

static const struct db_engine *const ENGINES[DB_ENGINES] = {
    [DB_SQLITE] = &db_engine_sqlite,
    [DB_POSTGRES] = &db_engine_postgres,
};

static struct db_migrations steps_of(enum db_store store)
{
    return store == DB_RECORDS ? db_migrations_records : db_migrations_keys;
}

static void settings_default(struct db_settings *s)
{
    static const msec WAIT[DB_ENGINES] = {
        [DB_SQLITE] = 10 * MSEC_SECOND,
        [DB_POSTGRES] = 60 * MSEC_SECOND, /* a standby takes the first one's place meanwhile */
    };
    if (s->readers == 0) s->readers = 8;
    if (s->writers == 0) s->writers = 8;
    if (s->writers > DB_LANES) s->writers = DB_LANES;
    if (s->queue == 0) s->queue = 1024;
    if (s->group == 0) s->group = 128;
    if (s->wait == 0) s->wait = WAIT[s->kind];
    if (s->limit == 0) s->limit = 30 * MSEC_SECOND;
}

static err migrate_alone(struct db *db, struct db_conn *conn)
{
    TRY(db->engine->alone(conn, true));
    err e = migrate(db->engine, conn, db->settings.store, steps_of(db->settings.store),
                    db->settings.create);
    err ended = db->engine->alone(conn, false);
    return err_failed(e) ? e : ended;
}

/* Without `create` nothing is written where no store of ours is, not even the engine's own table. */
static err store_find(struct db *db)
{
    struct db_conn *conn = NULL;
    if (db->settings.create || db->engine->one_writer) return ERR_OK;
    TRY(db->engine->open(&db->settings, false, &conn));
    err e = migrate_find(db->engine, conn, db->settings.store,
                         steps_of(db->settings.store));
    db->engine->close(conn);
    return e;
}

/* One connection brings the store to this version; then it is the writer's, or makes place for the
 * lanes. */
static err writing_start(struct db *db)
{
    struct db_conn *conn = NULL;
    TRY(store_find(db));
    TRY(db->engine->open(&db->settings, true, &conn));
    err e = migrate_alone(db, conn);
    if (!err_failed(e) && db->engine->one_writer)
        return writer_start(db, db->engine, conn, &db->settings, &db->writer);
    db->engine->close(conn);
    if (err_failed(e)) return e;
    return lanes_start(db, db->engine, &db->settings, &db->lanes);
}

static err reader_check(struct db *db)
{
    struct db_conn *conn = NULL;
    TRY(pool_take(db->pool, &conn));
    err e = migrate_check(db->engine, conn, db->settings.store, steps_of(db->settings.store));
    pool_give(db->pool, conn);
    return e;
}

/* Runs when the context that db was opened in goes, or db_close is called. Readers first: the last
 * connection to close is SQLite's writer's, which folds the log into the file. */
static int db_end(struct db *db)
{
    if (db->pool != NULL) pool_stop(db->pool);
    if (db->writer != NULL) writer_stop(db->writer);
    if (db->lanes != NULL) lanes_stop(db->lanes);
    return 0;
}

static err db_begin(struct db *db)
{
    if (!db->settings.read_only) TRY(writing_start(db));
    TRY(pool_start(db, db->engine, &db->settings, false, &db->pool));
    return db->settings.read_only ? reader_check(db) : ERR_OK;
}

err db_open(mem *ctx, const struct db_settings *settings, struct db **out)
{
    struct db *db = mem_new(ctx, struct db);
    ENSURE_MEM(db);
    talloc_set_destructor(db, db_end);
    db->settings = *settings;
    settings_default(&db->settings);
    db->settings.path = mem_text(db, settings->path);
    db->settings.vfs = settings->vfs == NULL ? NULL : mem_text(db, settings->vfs);
    db->engine = ENGINES[settings->kind];
    err e = db->settings.path == NULL ? ERR_MAKE(ERR_MEMORY, "out of memory") : db_begin(db);
    if (err_failed(e)) {
        (void)talloc_free(db);
        return e;
    }
    *out = db;
    return ERR_OK;
}

err db_kind_of(const char *address, enum db_kind *out)
{
    bool postgres = postgres_address_is(address);
    ENSURE(postgres || text_starts(address, "sqlite:"), ERR_INPUT, "this is no address of a store");
    *out = postgres ? DB_POSTGRES : DB_SQLITE;
    return ERR_OK;
}

void db_close(struct db *db) { (void)talloc_free(db); }

err db_run(struct db *db, db_fn *fn, void *arg)
{
    if (db->writer != NULL) return writer_run(db->writer, fn, arg);
    if (db->lanes != NULL) return lanes_run(db->lanes, fn, arg);
    FAIL(ERR_STATE, "the store was opened for reading only");
}

static bool is_inside(struct db *db)
{
    return (db->writer != NULL && writer_is_me(db->writer)) ||
           (db->lanes != NULL && lanes_is_me(db->lanes));
}

/* Ending a snapshot has nothing to lose. */
static err snapshot_once(struct db *db, struct db_conn *conn, db_fn *fn, void *arg)
{
    TRY(db->engine->begin(conn));
    err e = tx_run(db->engine, conn, db->settings.store, 0, fn, arg);
    db->engine->rollback(conn);
    return e;
}

/* Anew while the server changes. */
static err snapshot_run(struct db *db, struct db_conn *conn, db_fn *fn, void *arg)
{
    const msec until = clock_monotonic() + db->settings.wait;
    for (;;) {
        err e = snapshot_once(db, conn, fn, arg);
        if (e.kind != ERR_BUSY || !db->engine->again(conn) || clock_monotonic() >= until) return e;
    }
}

err db_read(struct db *db, db_fn *fn, void *arg)
{
    ENSURE(!is_inside(db), ERR_BUG, "a snapshot inside a transaction");
    struct db_conn *conn = NULL;
    TRY(pool_take(db->pool, &conn));
    err e = snapshot_run(db, conn, fn, arg);
    pool_give(db->pool, conn);
    return e;
}

err db_check(struct db *db)
{
    struct db_conn *conn = NULL;
    TRY(pool_take(db->pool, &conn));
    err e = db->engine->check(conn);
    pool_give(db->pool, conn);
    return e;
}

err db_scrub(struct db *db)
{
    if (db->writer != NULL) return writer_scrub(db->writer);
    if (db->lanes != NULL) return lanes_scrub(db->lanes);
    FAIL(ERR_STATE, "the store was opened for reading only");
}

struct db_writes db_writes(const struct db *db)
{
    if (db->writer != NULL) return writer_writes(db->writer);
    if (db->lanes != NULL) return lanes_writes(db->lanes);
    return (struct db_writes){0};
}
