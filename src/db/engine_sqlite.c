/* engine_sqlite.c - SQLite behind the engine table: WAL, synchronous=FULL, one writer, many
 * readers.
 *
 * Called through db_engine_sqlite only. Never called by two threads for one connection (opened
 * without SQLite's own mutexes).
 *
 * Source: https://sqlite.org/wal.html, https://sqlite.org/security.html, design §5.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "db/engine.h"

enum {
    STATEMENTS = 512,        /* places in the table of prepared statements, a power of two */
    STATEMENTS_MOST = 400,   /* used at most, so that searching stays short */
    CACHE_KIB = 8 * 1024,    /* page cache of a connection, filled only as it is used */
    CHECKPOINT_PAGES = 1000, /* log pages after which they are copied into the file */
    RESTART_PAGES = 16000,   /* log pages after which readers are waited for, so that it ends */
    RESTART_MS = 250,
    LOG_BYTES_KEPT = 8 * 1024 * 1024,
    PROGRESS_STEPS = 20000 /* virtual machine steps between two looks at the clock */
};

struct statement {
    const struct db_query *query;
    sqlite3_stmt *stmt;
    uint8_t at[DB_PARAMETERS_MOST]; /* SQLite's number of $1, $2, ... */
    bool busy;
};

struct db_conn {
    sqlite3 *handle;
    bool writes;
    msec limit;
    int wait;     /* milliseconds, for another process that writes */
    msec stop_at; /* on the monotonic clock */
    int log_pages;
    size_t n_statements;
    struct statement statements[STATEMENTS];
};

/* ---- errors ---- */

static err constraint_err(int extended)
{
    switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID: return ERR_MAKE(ERR_CONFLICT, "it exists already");
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        return ERR_MAKE(ERR_CONFLICT,
                        "what it belongs to is not there, or something belongs to it");
    case SQLITE_CONSTRAINT_TRIGGER:
        return ERR_MAKE(ERR_CONFLICT, "this may only be added to, never changed");
    default: return ERR_MAKE(ERR_BUG, "a value that the store refuses");
    }
}

static err io_err(sqlite3 *handle)
{
    int system = handle == NULL ? 0 : sqlite3_system_errno(handle);
    if (system == ENOSPC || system == EDQUOT) return ERR_MAKE(ERR_STORE, "the disk is full");
    return ERR_MAKE(ERR_STORE, "the disk failed");
}

static err sqlite_err(sqlite3 *handle, int rc)
{
    switch (rc & 0xff) {
    case SQLITE_FULL: return ERR_MAKE(ERR_STORE, "the disk is full");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT: return ERR_MAKE(ERR_STORE, "the store is damaged");
    case SQLITE_IOERR: return io_err(handle);
    case SQLITE_CONSTRAINT: return constraint_err(rc);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: return ERR_MAKE(ERR_BUSY, "the store is in use by another program");
    case SQLITE_INTERRUPT: return ERR_MAKE(ERR_BUSY, "the store took too long");
    case SQLITE_NOMEM: return ERR_MAKE(ERR_MEMORY, "out of memory");
    case SQLITE_TOOBIG: return ERR_MAKE(ERR_LIMIT, "too large for the store");
    case SQLITE_READONLY: return ERR_MAKE(ERR_STORE, "the store cannot be written to");
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH: return ERR_MAKE(ERR_STORE, "the store cannot be opened");
    default: return ERR_MAKE(ERR_BUG, "a statement that the store does not understand");
    }
}

static err sqlite_try(sqlite3 *handle, int rc)
{
    return rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW ? ERR_OK
                                                                    : sqlite_err(handle, rc);
}

/* ---- opening ---- */

static int on_progress(void *arg)
{
    const struct db_conn *conn = arg;
    return clock_monotonic() > conn->stop_at;
}

static int on_commit_to_log(void *arg, sqlite3 *handle, const char *name, int pages)
{
    (void)handle, (void)name;
    struct db_conn *conn = arg;
    conn->log_pages = pages;
    return SQLITE_OK;
}

/* The file is made by us, not by SQLite, to be readable by its owner only from its first moment. An
 * existing one is not touched: closing it here would drop SQLite's locks on it (fcntl). */
static err file_create(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 && errno == EEXIST) return ERR_OK;
    ENSURE(fd >= 0, ERR_STORE, "the store cannot be made");
    int closed = close(fd);
    ENSURE(closed == 0, ERR_STORE, "the store cannot be made");
    return ERR_OK;
}

static err handle_harden(sqlite3 *handle)
{
    static const struct {
        int option, value;
    } CONFIG[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
        {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 1},
        {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0},
        {SQLITE_DBCONFIG_DQS_DDL, 0},
        {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0},
    };
    for (size_t i = 0; i < COUNT_OF(CONFIG); i++)
        TRY(sqlite_try(handle, sqlite3_db_config(handle, CONFIG[i].option, CONFIG[i].value, NULL)));
    static const struct {
        int what, most;
    } LIMITS[] = {
        {SQLITE_LIMIT_LENGTH, DB_BYTES_MOST + 1024 * 1024},
        {SQLITE_LIMIT_SQL_LENGTH, 64 * 1024},
        {SQLITE_LIMIT_ATTACHED, 0},
        {SQLITE_LIMIT_VARIABLE_NUMBER, 999},
        {SQLITE_LIMIT_TRIGGER_DEPTH, 8},
        {SQLITE_LIMIT_WORKER_THREADS, 0},
    };
    for (size_t i = 0; i < COUNT_OF(LIMITS); i++)
        (void)sqlite3_limit(handle, LIMITS[i].what, LIMITS[i].most);
    return ERR_OK;
}

static err script_run(sqlite3 *handle, const char *sql)
{
    return sqlite_try(handle, sqlite3_exec(handle, sql, NULL, NULL, NULL));
}

static int on_mode(void *arg, int n, char **values, char **names)
{
    (void)names;
    if (n == 1) *(bool *)arg = text_same(values[0], "wal");
    return 0;
}

static err handle_prepare(sqlite3 *handle, bool writes)
{
    char cache[64];
    (void)snprintf(cache, sizeof cache, "PRAGMA cache_size=-%d", CACHE_KIB);
    TRY(script_run(handle, cache));
    TRY(script_run(handle, "PRAGMA cell_size_check=ON;"
                           "PRAGMA temp_store=MEMORY;"
                           "PRAGMA mmap_size=0;" /* a failing disk must be an error, not a signal */
                           "PRAGMA secure_delete=ON;"
                           "PRAGMA synchronous=FULL;"
                           "PRAGMA wal_autocheckpoint=0;"));
    if (!writes) return script_run(handle, "PRAGMA query_only=ON");
    TRY(script_run(handle, "PRAGMA auto_vacuum=NONE"));
    bool wal = false;
    TRY(sqlite_try(handle, sqlite3_exec(handle, "PRAGMA journal_mode=WAL", on_mode, &wal, NULL)));
    ENSURE(wal, ERR_STORE, "the store cannot keep a write-ahead log");
    char kept[64];
    (void)snprintf(kept, sizeof kept, "PRAGMA journal_size_limit=%d", LOG_BYTES_KEPT);
    return script_run(handle, kept);
}

static err conn_setup(struct db_conn *conn, const struct db_settings *settings)
{
    /* A reading connection is read-only to the operating system, too. */
    int flags = (conn->writes ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) |
                SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
    int rc = sqlite3_open_v2(settings->path, &conn->handle, flags, settings->vfs);
    if (conn->handle == NULL) return sqlite_err(NULL, rc);
    TRY(sqlite_try(conn->handle, rc));
    TRY(sqlite_try(conn->handle, sqlite3_busy_timeout(conn->handle, conn->wait)));
    TRY(handle_harden(conn->handle));
    TRY(handle_prepare(conn->handle, conn->writes));
    sqlite3_progress_handler(conn->handle, PROGRESS_STEPS, on_progress, conn);
    if (conn->writes) (void)sqlite3_wal_hook(conn->handle, on_commit_to_log, conn);
    return ERR_OK;
}

static void conn_close(struct db_conn *conn)
{
    for (size_t i = 0; i < STATEMENTS; i++) (void)sqlite3_finalize(conn->statements[i].stmt);
    (void)sqlite3_close_v2(conn->handle);
    talloc_free(conn);
}

static err conn_open(const struct db_settings *settings, bool writes, struct db_conn **out)
{
    ENSURE(!text_empty(settings->path) && settings->path[0] != ':' &&
               !text_starts(settings->path, "file:"),
           ERR_INPUT, "the store needs a path to a file");
    /* Both are refused without harm once SQLite runs; the first db_open of the process sets them:
     * no counters shared by all threads, and no savepoint spilled to a temporary file. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    (void)sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, -1);
    if (writes && settings->create) TRY(file_create(settings->path));
    ENSURE(access(settings->path, F_OK) == 0, ERR_NOT_FOUND, "there is no store there");
    struct db_conn *conn = mem_new(NULL, struct db_conn);
    ENSURE_MEM(conn);
    conn->writes = writes;
    conn->limit = settings->limit;
    conn->wait = settings->wait < INT_MAX ? (int)settings->wait : INT_MAX;
    conn->stop_at = INT64_MAX;
    err e = conn_setup(conn, settings);
    if (err_failed(e)) {
        conn_close(conn);
        return e;
    }
    *out = conn;
    return ERR_OK;
}

/* ---- statements ---- */

static void statement_reset(struct statement **s)
{
    if (*s == NULL) return;
    (void)sqlite3_reset((*s)->stmt); /* repeats the failure that stepping has told already */
    (void)sqlite3_clear_bindings((*s)->stmt);
    (*s)->busy = false;
}

/* Compares what the SQL says with what the constant says. */
static err statement_check(struct statement *s)
{
    const struct db_query *q = s->query;
    size_t in = strlen(q->in), out = strlen(q->out);
    ENSURE((size_t)sqlite3_bind_parameter_count(s->stmt) == in && in <= DB_PARAMETERS_MOST, ERR_BUG,
           "a statement with other parameters than it says");
    ENSURE((size_t)sqlite3_column_count(s->stmt) == out && out <= DB_COLUMNS_MOST, ERR_BUG,
           "a statement with other columns than it says");
    for (size_t i = 0; i < in; i++) {
        char name[8];
        (void)snprintf(name, sizeof name, "$%zu", i + 1);
        int at = sqlite3_bind_parameter_index(s->stmt, name);
        ENSURE(at > 0, ERR_BUG, "a statement with other parameters than it says");
        s->at[i] = (uint8_t)at;
    }
    return ERR_OK;
}

static err statement_prepare(struct db_conn *conn, const struct db_query *q, struct statement *out)
{
    struct statement s = {.query = q};
    const char *rest = NULL;
    int rc =
        sqlite3_prepare_v3(conn->handle, q->sql, -1, SQLITE_PREPARE_PERSISTENT, &s.stmt, &rest);
    if (rc != SQLITE_OK) return sqlite_err(conn->handle, rc);
    err e = rest != NULL && *rest != '\0' ? ERR_MAKE(ERR_BUG, "more than one statement")
                                          : statement_check(&s);
    if (err_failed(e)) {
        (void)sqlite3_finalize(s.stmt);
        return e;
    }
    *out = s;
    return ERR_OK;
}

/* The prepared statement of a query, found by the query's address. */
static err statement_find(struct db_conn *conn, const struct db_query *q, struct statement **out)
{
    size_t i = ((uintptr_t)q >> 4) * 0x9E3779B1u % STATEMENTS;
    while (conn->statements[i].query != NULL && conn->statements[i].query != q)
        i = (i + 1) % STATEMENTS;
    struct statement *s = &conn->statements[i];
    if (s->query == NULL) {
        ENSURE(conn->n_statements < STATEMENTS_MOST, ERR_BUG, "too many different statements");
        TRY(statement_prepare(conn, q, s));
        conn->n_statements++;
    }
    ENSURE(!s->busy, ERR_BUG, "a statement was started again while its rows are being read");
    ENSURE(conn->writes || sqlite3_stmt_readonly(s->stmt), ERR_BUG, "writing in a read snapshot");
    *out = s;
    return ERR_OK;
}

static int value_bind(sqlite3_stmt *stmt, int at, const struct db_value *v)
{
    switch (v->type) {
    case DB_INT: return sqlite3_bind_int64(stmt, at, v->number);
    case DB_TEXT:
        return sqlite3_bind_text64(stmt, at, (const char *)v->bytes.p, v->bytes.n, SQLITE_STATIC,
                                   SQLITE_UTF8);
    case DB_BYTES:
        if (v->bytes.n == 0) return sqlite3_bind_zeroblob(stmt, at, 0);
        return sqlite3_bind_blob64(stmt, at, v->bytes.p, v->bytes.n, SQLITE_STATIC);
    case DB_NULL: break;
    }
    return sqlite3_bind_null(stmt, at);
}

static err column_read(sqlite3_stmt *stmt, int i, struct db_value *out)
{
    struct db_value v = {.type = DB_NULL};
    switch (sqlite3_column_type(stmt, i)) {
    case SQLITE_NULL: break;
    case SQLITE_INTEGER: v = db_int(sqlite3_column_int64(stmt, i)); break;
    case SQLITE_TEXT:
    case SQLITE_BLOB: {
        bool text = sqlite3_column_type(stmt, i) == SQLITE_TEXT;
        const void *p =
            text ? (const void *)sqlite3_column_text(stmt, i) : sqlite3_column_blob(stmt, i);
        size_t n = (size_t)sqlite3_column_bytes(stmt, i);
        ENSURE(p != NULL || n == 0, ERR_MEMORY, "out of memory");
        v.type = text ? DB_TEXT : DB_BYTES;
        v.bytes = bytes_of(p == NULL ? "" : p, n);
        break;
    }
    default: FAIL(ERR_BUG, "a column of a type that we do not use");
    }
    *out = v;
    return ERR_OK;
}

static err conn_run(struct db_conn *conn, const struct db_query *q, const struct db_value *values,
                    size_t max, mem *ctx, db_row_fn *fn, void *arg, size_t *rows, int64_t *changed,
                    err *of_fn)
{
    conn->stop_at = clock_monotonic() + conn->limit;
    __attribute__((cleanup(statement_reset))) struct statement *s = NULL;
    TRY(statement_find(conn, q, &s));
    s->busy = true;
    for (size_t i = 0; q->in[i] != '\0'; i++)
        TRY(sqlite_try(conn->handle, value_bind(s->stmt, s->at[i], &values[i])));
    struct db_value columns[DB_COLUMNS_MOST];
    int n = sqlite3_column_count(s->stmt);
    int64_t before = sqlite3_total_changes64(conn->handle);
    int rc;
    while ((rc = sqlite3_step(s->stmt)) == SQLITE_ROW) {
        if (++*rows > max) break;
        for (int i = 0; i < n; i++) TRY(column_read(s->stmt, i, &columns[i]));
        *of_fn = fn(ctx, columns, arg);
        if (err_failed(*of_fn)) break;
    }
    TRY(sqlite_try(conn->handle, rc));
    *changed =
        sqlite3_total_changes64(conn->handle) == before ? 0 : sqlite3_changes64(conn->handle);
    return ERR_OK;
}

/* ---- transactions ---- */

static err plain(struct db_conn *conn, const struct db_query *q)
{
    size_t rows = 0;
    int64_t changed;
    err of_fn = ERR_OK;
    return conn_run(conn, q, NULL, 0, NULL, NULL, NULL, &rows, &changed, &of_fn);
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

static err conn_begin(struct db_conn *conn)
{
    return plain(conn, conn->writes ? &BEGIN_WRITE : &BEGIN_READ);
}

static void conn_rollback(struct db_conn *conn)
{
    /* It fails only when there is none left to take back. */
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
    return script_run(conn->handle, sql);
}

const struct db_engine db_engine_sqlite = {
    .kind = DB_SQLITE,
    .one_writer = true,
    .open = conn_open,
    .close = conn_close,
    .begin = conn_begin,
    .commit = conn_commit,
    .rollback = conn_rollback,
    .mark = conn_mark,
    .mark_keep = conn_mark_keep,
    .mark_undo = conn_mark_undo,
    .whole = conn_whole,
    .script = conn_script,
    .run = conn_run,
    .tidy = conn_tidy,
    .check = conn_check,
    .scrub = conn_scrub,
};
