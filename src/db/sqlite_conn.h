/* sqlite_conn.h - one SQLite connection, between the files that make up that engine:
 * sqlite_error.c, sqlite_open.c, sqlite_run.c, engine_sqlite.c. Nobody else includes it.
 *
 * Opened without SQLite's own mutexes: never used by two threads at a time.
 *
 * Source: https://sqlite.org/wal.html, https://sqlite.org/security.html, design §5.
 */
#ifndef OPENTRM_DB_SQLITE_CONN_H
#define OPENTRM_DB_SQLITE_CONN_H

#include <sqlite3.h>

#include "db/engine.h"

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
    int wait;      /* milliseconds, for another process that writes */
    msec stop_at;  /* on the monotonic clock */
    int log_pages; /* in the write-ahead log after the last commit */
    size_t n_statements;
    struct statement statements[STATEMENTS];
};

/* sqlite_try: what SQLite's result code means for us. */
err sqlite_try(sqlite3 *handle, int rc);

err sqlite_conn_open(const struct db_settings *settings, bool writes, struct db_conn **out);
void sqlite_conn_close(struct db_conn *conn);
/* sqlite_script: statements without parameters or results. */
err sqlite_script(sqlite3 *handle, const char *sql);

/* sqlite_run: engine.h's run. */
err sqlite_run(struct db_conn *conn, const struct db_query *q, const struct db_value *values,
               size_t max, mem *ctx, db_row_fn *fn, void *arg, size_t *rows, int64_t *changed,
               err *of_fn);

#endif
