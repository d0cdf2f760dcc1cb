/* sqlite_run.c - prepares a statement once a connection, binds, steps, reads. */
#include <stdio.h>
#include <string.h>

#include "db/sqlite_conn.h"

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
    if (rc != SQLITE_OK) return sqlite_try(conn->handle, rc);
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
    size_t i = query_place(q);
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

err sqlite_run(struct db_conn *conn, const struct db_query *q, const struct db_value *values,
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
