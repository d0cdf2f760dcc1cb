/* engine_sqlite.c - SQLite behind the engine table: one writer, many readers; transactions and
 * housekeeping. Called through db_engine_sqlite only.
 */
#include "base/text.h"
#include "db/sqlite_conn.h"

enum {
    CHECKPOINT_PAGES = 1000, /* log pages after which they are copied into the file */
    RESTART_PAGES = 16000,   /* log pages after which readers are waited for, so that it ends */
    RESTART_MS = 250
};

/* ---- transactions ---- */

static err plain(struct db_conn *conn, const struct db_query *q)
{
    size_t rows = 0;
    int64_t changed;
    err of_fn = ERR_OK;
    return sqlite_run(conn, q, NULL, 0, NULL, NULL, NULL, &rows, &changed, &of_fn);
}

/* IMMEDIATE: a transaction that begins reading and writes later could be refused half-way. */
static const struct db_query BEGIN_WRITE = {"begin_write", "BEGIN IMMEDIATE", "", ""};
static const struct db_query BEGIN_READ = {"begin_read", "BEGIN", "", ""};
static const struct db_query COMMIT = {"commit", "COMMIT", "", ""};
static const struct db_query ROLLBACK = {"rollback", "ROLLBACK", "", ""};
static const struct db_query MARK = {"mark", "SAVEPOINT m", "", ""};
static const struct db_query MARK_KEEP = {"mark_keep", "RELEASE m", "", ""};
static const struct db_query MARK_UNDO = {"mark_undo", "ROLLBACK TO m", "", ""};

static bool conn_whole(const struct db_conn *conn)
{
    return sqlite3_get_autocommit(conn->handle) == 0;
}

static void conn_rollback(struct db_conn *conn);

/* What could not be taken back when it ended, for want of memory, is taken back now: else no
 * transaction would ever begin on this connection again. */
static err conn_begin(struct db_conn *conn)
{
    conn_rollback(conn);
    ENSURE(!conn_whole(conn), ERR_MEMORY, "out of memory");
    return plain(conn, conn->writes ? &BEGIN_WRITE : &BEGIN_READ);
}

static void conn_rollback(struct db_conn *conn)
{
    /* It fails only for want of memory; then conn_begin does it again. */
    if (conn_whole(conn)) err_ignore(plain(conn, &ROLLBACK));
}

static err conn_commit(struct db_conn *conn)
{
    err e = plain(conn, &COMMIT);
    if (err_failed(e)) conn_rollback(conn);
    return e;
}

static err conn_mark(struct db_conn *conn) { return plain(conn, &MARK); }
static err conn_mark_keep(struct db_conn *conn) { return plain(conn, &MARK_KEEP); }

static err conn_mark_undo(struct db_conn *conn)
{
    TRY(plain(conn, &MARK_UNDO));
    return plain(conn, &MARK_KEEP);
}

/* A transaction that writes is alone by itself. */
static err conn_alone(struct db_conn *conn, bool begin)
{
    (void)conn, (void)begin;
    return ERR_OK;
}

static bool conn_again(const struct db_conn *conn)
{
    (void)conn;
    return false;
}

/* ---- housekeeping ---- */

/* Copying the log into the file waits for the answers to go out first. What fails here is tried
 * again after the next commit: the log still has everything. */
static void conn_tidy(struct db_conn *conn)
{
    if (conn->log_pages < CHECKPOINT_PAGES) return;
    conn->stop_at = INT64_MAX;
    int mode =
        conn->log_pages < RESTART_PAGES ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_RESTART;
    (void)sqlite3_busy_timeout(conn->handle, RESTART_MS);
    (void)sqlite3_wal_checkpoint_v2(conn->handle, NULL, mode, NULL, NULL);
    (void)sqlite3_busy_timeout(conn->handle, conn->wait);
}

static err conn_scrub(struct db_conn *conn)
{
    conn->stop_at = INT64_MAX;
    int rc = sqlite3_wal_checkpoint_v2(conn->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    if ((rc & 0xff) == SQLITE_BUSY) FAIL(ERR_BUSY, "the store is being read");
    return sqlite_try(conn->handle, rc);
}

static int on_check(void *arg, int n, char **values, char **names)
{
    (void)names;
    *(bool *)arg = n == 1 && text_same(values[0], "ok");
    return 0;
}

static int on_stray(void *arg, int n, char **values, char **names)
{
    (void)n, (void)values, (void)names;
    *(bool *)arg = false;
    return 0;
}

static err conn_check(struct db_conn *conn)
{
    conn->stop_at = INT64_MAX;
    bool sound = false, referred = true;
    TRY(sqlite_try(conn->handle,
                   sqlite3_exec(conn->handle, "PRAGMA quick_check(1)", on_check, &sound, NULL)));
    ENSURE(sound, ERR_STORE, "the store is damaged");
    TRY(sqlite_try(conn->handle, sqlite3_exec(conn->handle, "PRAGMA foreign_key_check", on_stray,
                                              &referred, NULL)));
    ENSURE(referred, ERR_STORE, "the store is damaged");
    return ERR_OK;
}

static err conn_script(struct db_conn *conn, const char *sql)
{
    conn->stop_at = INT64_MAX;
    return sqlite_script(conn->handle, sql);
}

const struct db_engine db_engine_sqlite = {
    .kind = DB_SQLITE,
    .one_writer = true,
    .open = sqlite_conn_open,
    .close = sqlite_conn_close,
    .alone = conn_alone,
    .begin = conn_begin,
    .commit = conn_commit,
    .rollback = conn_rollback,
    .mark = conn_mark,
    .mark_keep = conn_mark_keep,
    .mark_undo = conn_mark_undo,
    .whole = conn_whole,
    .again = conn_again,
    .script = conn_script,
    .run = sqlite_run,
    .tidy = conn_tidy,
    .check = conn_check,
    .scrub = conn_scrub,
};
