/* sqlite_open.c - opens a SQLite connection: WAL, synchronous=FULL, and everything off that we do
 * not use. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "base/text.h"
#include "db/sqlite_conn.h"

enum {
    CACHE_KIB = 8 * 1024, /* page cache of a connection, filled only as it is used */
    LOG_BYTES_KEPT = 8 * 1024 * 1024,
    PROGRESS_STEPS = 20000 /* virtual machine steps between two looks at the clock */
};

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

err sqlite_script(sqlite3 *handle, const char *sql)
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
    TRY(sqlite_script(handle, cache));
    TRY(sqlite_script(handle,
                      "PRAGMA cell_size_check=ON;"
                      "PRAGMA temp_store=MEMORY;"
                      "PRAGMA mmap_size=0;" /* a failing disk must be an error, not a signal */
                      "PRAGMA secure_delete=ON;"
                      "PRAGMA synchronous=FULL;"
                      "PRAGMA wal_autocheckpoint=0;"));
    if (!writes) return sqlite_script(handle, "PRAGMA query_only=ON");
    TRY(sqlite_script(handle, "PRAGMA auto_vacuum=NONE"));
    bool wal = false;
    TRY(sqlite_try(handle, sqlite3_exec(handle, "PRAGMA journal_mode=WAL", on_mode, &wal, NULL)));
    ENSURE(wal, ERR_STORE, "the store cannot keep a write-ahead log");
    char kept[64];
    (void)snprintf(kept, sizeof kept, "PRAGMA journal_size_limit=%d", LOG_BYTES_KEPT);
    return sqlite_script(handle, kept);
}

static err conn_setup(struct db_conn *conn, const struct db_settings *settings)
{
    /* A reading connection is read-only to the operating system, too. */
    int flags = (conn->writes ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) |
                SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
    int rc = sqlite3_open_v2(settings->path, &conn->handle, flags, settings->vfs);
    if (conn->handle == NULL) return sqlite_try(NULL, rc);
    TRY(sqlite_try(conn->handle, rc));
    TRY(sqlite_try(conn->handle, sqlite3_busy_timeout(conn->handle, conn->wait)));
    TRY(handle_harden(conn->handle));
    TRY(handle_prepare(conn->handle, conn->writes));
    sqlite3_progress_handler(conn->handle, PROGRESS_STEPS, on_progress, conn);
    if (conn->writes) (void)sqlite3_wal_hook(conn->handle, on_commit_to_log, conn);
    return ERR_OK;
}

void sqlite_conn_close(struct db_conn *conn)
{
    for (size_t i = 0; i < STATEMENTS; i++) (void)sqlite3_finalize(conn->statements[i].stmt);
    (void)sqlite3_close_v2(conn->handle);
    talloc_free(conn);
}

err sqlite_conn_open(const struct db_settings *settings, bool writes, struct db_conn **out)
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
        sqlite_conn_close(conn);
        return e;
    }
    *out = conn;
    return ERR_OK;
}
