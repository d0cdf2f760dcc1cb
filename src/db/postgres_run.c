/* postgres_run.c - prepares a statement once a connection, sends its values, reads its rows.
 *
 * Values travel in PostgreSQL's binary form; rows come one by one, so that a long answer is never
 * held as a whole.
 */
#include <endian.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "db/postgres_conn.h"

#define NAME_ROOM 16

static Oid oid_of(char letter)
{
    switch (letter) {
    case 'i':
    case 'I': return OID_INT8;
    case 'b':
    case 'B': return OID_BYTES;
    default: return OID_TEXT;
    }
}

static void name_of(size_t place, char name[static NAME_ROOM])
{
    (void)snprintf(name, NAME_ROOM, "s%zu", place);
}

/* The answer to something without rows; whatever comes behind it is taken away. */
static err answer_take(struct db_conn *conn, PGresult **out)
{
    PGresult *first = NULL;
    TRY(postgres_result(conn, &first));
    for (;;) {
        PGresult *next = NULL;
        err e = postgres_result(conn, &next);
        if (err_failed(e)) {
            PQclear(first);
            return e;
        }
        if (next == NULL) break;
        PQclear(next);
    }
    *out = first;
    return ERR_OK;
}

/* The highest $n of the SQL; the server knows only how many types it was told. */
static int parameters_of(const char *sql)
{
    int most = 0;
    for (const char *at = strchr(sql, '$'); at != NULL; at = strchr(at, '$')) {
        int n = 0;
        while (*++at >= '0' && *at <= '9' && n <= DB_PARAMETERS_MOST) n = n * 10 + (*at - '0');
        if (n > most) most = n;
    }
    return most;
}

/* Compares what the SQL says with what the constant says. */
static err statement_check(struct db_conn *conn, const struct db_query *q, const char *name)
{
    POSTGRES_RESULT result = NULL;
    if (PQsendDescribePrepared(conn->handle, name) == 0) return postgres_err(conn, NULL);
    TRY(answer_take(conn, &result));
    if (PQresultStatus(result) != PGRES_COMMAND_OK) return postgres_err(conn, result);
    ENSURE(PQnparams(result) == (int)strlen(q->in) &&
               parameters_of(q->sql) == (int)strlen(q->in),
           ERR_BUG, "a statement with other parameters than it says");
    ENSURE(PQnfields(result) == (int)strlen(q->out), ERR_BUG,
           "a statement with other columns than it says");
    return ERR_OK;
}

static err statement_prepare(struct db_conn *conn, const struct db_query *q, const char *name)
{
    POSTGRES_RESULT result = NULL;
    Oid types[DB_PARAMETERS_MOST];
    size_t n = strlen(q->in);
    ENSURE(n <= DB_PARAMETERS_MOST && strlen(q->out) <= DB_COLUMNS_MOST, ERR_BUG,
           "a statement with other parameters than it says");
    for (size_t i = 0; i < n; i++) types[i] = oid_of(q->in[i]);
    if (PQsendPrepare(conn->handle, name, q->sql, (int)n, types) == 0)
        return postgres_err(conn, NULL);
    TRY(answer_take(conn, &result));
    if (PQresultStatus(result) != PGRES_COMMAND_OK) return postgres_err(conn, result);
    return statement_check(conn, q, name);
}

/* The prepared statement of a query, found by the query's address. */
static err statement_find(struct db_conn *conn, const struct db_query *q,
                          char name[static NAME_ROOM])
{
    size_t i = query_place(q);
    while (conn->prepared[i] != NULL && conn->prepared[i] != q) i = (i + 1) % STATEMENTS;
    name_of(i, name);
    if (conn->prepared[i] == q) return ERR_OK;
    ENSURE(conn->n_prepared < STATEMENTS_MOST, ERR_BUG, "too many different statements");
    TRY(statement_prepare(conn, q, name));
    conn->prepared[i] = q;
    conn->n_prepared++;
    return ERR_OK;
}

static err statement_send(struct db_conn *conn, const struct db_query *q, const char *name,
                          const struct db_value *values)
{
    const char *at[DB_PARAMETERS_MOST];
    int length[DB_PARAMETERS_MOST], format[DB_PARAMETERS_MOST];
    uint64_t number[DB_PARAMETERS_MOST];
    size_t n = strlen(q->in);
    for (size_t i = 0; i < n; i++) {
        const struct db_value *v = &values[i];
        bool whole = v->type == DB_INT;
        number[i] = htobe64((uint64_t)v->number);
        at[i] = whole ? (const char *)&number[i] : (const char *)v->bytes.p;
        if (v->type != DB_NULL && at[i] == NULL) at[i] = "";
        if (v->type == DB_NULL) at[i] = NULL;
        length[i] = whole ? (int)sizeof number[i] : (int)v->bytes.n;
        format[i] = 1;
    }
    if (PQsendQueryPrepared(conn->handle, name, (int)n, at, length, format, 1) == 0 ||
        PQsetSingleRowMode(conn->handle) == 0)
        return postgres_err(conn, NULL);
    return ERR_OK;
}

static int64_t number_of(const char *p, int n)
{
    uint64_t u = 0;
    for (int i = 0; i < n; i++) u = u << 8 | (unsigned char)p[i];
    unsigned unused = 64 - 8 * (unsigned)n;
    return (int64_t)(u << unused) >> unused; /* with its sign */
}

static err column_read(const PGresult *result, int i, struct db_value *out)
{
    *out = db_null();
    if (PQgetisnull(result, 0, i) != 0) return ERR_OK;
    const char *p = PQgetvalue(result, 0, i);
    int n = PQgetlength(result, 0, i);
    switch (PQftype(result, i)) {
    case OID_BOOL: *out = db_int(p[0] != 0); break;
    case OID_INT2:
    case OID_INT4:
    case OID_INT8: *out = db_int(number_of(p, n)); break;
    case OID_TEXT:
        *out = (struct db_value){.type = DB_TEXT, .bytes = bytes_of(p, (size_t)n)};
        break;
    case OID_BYTES:
        *out = (struct db_value){.type = DB_BYTES, .bytes = bytes_of(p, (size_t)n)};
        break;
    default: FAIL(ERR_BUG, "a column of a type that we do not use");
    }
    return ERR_OK;
}

static err row_take(const PGresult *result, mem *ctx, db_row_fn *fn, void *arg, err *of_fn)
{
    struct db_value columns[DB_COLUMNS_MOST];
    for (int i = 0; i < PQnfields(result); i++) TRY(column_read(result, i, &columns[i]));
    *of_fn = fn(ctx, columns, arg);
    return ERR_OK;
}

static err changed_read(PGresult *result, int64_t *changed)
{
    const char *tuples = PQcmdTuples(result);
    *changed = 0;
    if (text_empty(tuples)) return ERR_OK;
    ENSURE(!err_failed(text_number(tuples, changed)), ERR_STORE, "the store is damaged");
    return ERR_OK;
}

/* All rows are taken from the wire, also those that nobody wants any more: most statements have a
 * LIMIT, and the connection must be free for the next. */
static err rows_take(struct db_conn *conn, size_t max, mem *ctx, db_row_fn *fn, void *arg,
                     size_t *rows, int64_t *changed, err *of_fn)
{
    err e = ERR_OK;
    bool wanted = true;
    for (;;) {
        POSTGRES_RESULT result = NULL;
        TRY(postgres_result(conn, &result));
        if (result == NULL) return e;
        switch ((int)PQresultStatus(result)) {
        case PGRES_SINGLE_TUPLE:
            if (!wanted || err_failed(e)) break;
            if (++*rows > max)
                wanted = false;
            else
                e = row_take(result, ctx, fn, arg, of_fn);
            if (err_failed(*of_fn)) wanted = false;
            break;
        case PGRES_TUPLES_OK:
        case PGRES_COMMAND_OK:
            if (!err_failed(e)) e = changed_read(result, changed);
            break;
        default:
            if (!err_failed(e)) e = postgres_err(conn, result);
            if (conn->handle == NULL) return e;
        }
    }
}

err postgres_run(struct db_conn *conn, const struct db_query *q, const struct db_value *values,
                 size_t max, mem *ctx, db_row_fn *fn, void *arg, size_t *rows, int64_t *changed,
                 err *of_fn)
{
    char name[NAME_ROOM];
    ENSURE(!conn->reading, ERR_BUG, "a statement was started while another's rows are being read");
    ENSURE(conn->handle != NULL, ERR_BUSY, "the connection to the store was lost");
    conn->fate = FATE_PLAIN;
    conn->stop_at = clock_monotonic() + conn->limit + MSEC_SECOND; /* the server's limit speaks first */
    TRY(statement_find(conn, q, name));
    TRY(statement_send(conn, q, name, values));
    conn->reading = true;
    err e = rows_take(conn, max, ctx, fn, arg, rows, changed, of_fn);
    conn->reading = false;
    return e;
}
