/* postgres_open.c - opens a PostgreSQL connection, and again when it was lost. */
#include <poll.h>
#include <string.h>

#include "base/text.h"
#include "db/postgres_address.h"
#include "db/postgres_conn.h"

/* One try at a server; an address may name several. */
#define CONNECT_TRY "3" /* seconds */

/* Waits until the socket is ready for what libpq wants; false when the time is over. */
static bool socket_wait(const struct db_conn *conn, short events)
{
    for (;;) {
        msec left = conn->stop_at - clock_monotonic();
        if (left <= 0) return false;
        struct pollfd fd = {.fd = PQsocket(conn->handle), .events = events};
        int n = poll(&fd, 1, left < INT32_MAX ? (int)left : INT32_MAX);
        if (n != 0) return true; /* also after a signal: libpq looks for itself */
    }
}

void postgres_disconnect(struct db_conn *conn)
{
    PQfinish(conn->handle);
    conn->handle = NULL;
    conn->reading = false;
    conn->n_prepared = 0;
    memset(conn->prepared, 0, sizeof conn->prepared);
}

static err lost(struct db_conn *conn, const char *what)
{
    postgres_disconnect(conn);
    conn->fate = FATE_LOST;
    return ERR_MAKE(ERR_BUSY, what);
}

err postgres_result(struct db_conn *conn, PGresult **out)
{
    for (;;) {
        int flushed = PQflush(conn->handle);
        if (flushed < 0) return lost(conn, "the connection to the store was lost");
        if (flushed == 0 && PQisBusy(conn->handle) == 0) break;
        if (!socket_wait(conn, flushed == 0 ? POLLIN : POLLIN | POLLOUT))
            return lost(conn, "the store took too long");
        if (PQconsumeInput(conn->handle) == 0)
            return lost(conn, "the connection to the store was lost");
    }
    *out = PQgetResult(conn->handle);
    return ERR_OK;
}

static err number_read(const PGresult *result, int64_t *number)
{
    ENSURE(PQntuples(result) == 1 && PQnfields(result) >= 1 && PQgetisnull(result, 0, 0) == 0,
           ERR_STORE, "the store gave no answer");
    ENSURE(!err_failed(text_number(PQgetvalue(result, 0, 0), number)), ERR_STORE,
           "the store is damaged");
    return ERR_OK;
}

err postgres_script(struct db_conn *conn, const char *sql, int64_t *number)
{
    ENSURE(conn->handle != NULL, ERR_BUSY, "the connection to the store was lost");
    err e = ERR_OK;
    if (PQsendQuery(conn->handle, sql) == 0) return postgres_err(conn, NULL);
    for (;;) {
        POSTGRES_RESULT result = NULL;
        TRY(postgres_result(conn, &result));
        if (result == NULL) return e;
        ExecStatusType status = PQresultStatus(result);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
            if (!err_failed(e)) e = postgres_err(conn, result);
            if (conn->handle == NULL) return e;
        } else if (number != NULL && status == PGRES_TUPLES_OK && !err_failed(e)) {
            e = number_read(result, number);
        }
    }
}

/* That the server warned is all that is kept: its words might hold data. */
static void on_notice(void *arg, const PGresult *result)
{
    struct db_conn *conn = arg;
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    conn->warned = conn->warned || (severity != NULL && text_same(severity, "WARNING"));
}

/* Asked of the server itself. PgBouncer answers libpq's target_session_attrs from memory: what its
 * server was when it first reached it. And a standby is no place to read, since it may lag. */
static err first_one(struct db_conn *conn)
{
    int64_t standby = 1;
    TRY(postgres_script(conn, "SELECT pg_is_in_recovery()::int", &standby));
    return standby == 0 ? ERR_OK : lost(conn, "the store's server changes");
}

/* Settings by statements, not by the start-up packet: PgBouncer passes those on. Times are
 * milliseconds; the server's are a little longer than ours, so that ours speak. */
static err session_prepare(struct db_conn *conn)
{
    char sql[512];
    (void)snprintf(sql, sizeof sql,
                   "SET client_encoding = 'UTF8'; SET statement_timeout = %lld;"
                   "SET lock_timeout = %lld; SET idle_in_transaction_session_timeout = %lld;"
                   "SET synchronous_commit = on; SET jit = off; SET client_min_messages = warning;"
                   "SET random_page_cost = 1.1; SET default_transaction_read_only = off;",
                   (long long)conn->limit, (long long)conn->wait,
                   (long long)(conn->limit + conn->wait));
    return postgres_script(conn, sql, NULL);
}

err postgres_connect(struct db_conn *conn)
{
    /* What stands before dbname may be overridden by the address, what stands behind may not. */
    const char *const names[] = {"connect_timeout", "tcp_user_timeout", "keepalives_idle",
                                 "gssencmode",      "sslmode",          "target_session_attrs",
                                 "dbname",          "application_name", NULL};
    const char *const values[] = {CONNECT_TRY,     "10000",          "10",
                                  "disable",       conn->sslmode,    "read-write",
                                  conn->address,   "opentrm",        NULL};
    postgres_disconnect(conn);
    /* Not PQconnectPoll: it knows no connect_timeout, so that a first host that hangs would keep us
     * from the others. */
    conn->handle = PQconnectdbParams(names, values, 1);
    ENSURE(conn->handle != NULL, ERR_MEMORY, "out of memory");
    if (PQstatus(conn->handle) != CONNECTION_OK)
        return lost(conn, "the store's server does not answer, or refuses this user or database");
    (void)PQsetNoticeReceiver(conn->handle, on_notice, conn);
    if (PQsetnonblocking(conn->handle, 1) != 0) return lost(conn, "the connection was lost");
    TRY(first_one(conn));
    return session_prepare(conn);
}

err postgres_conn_open(const struct db_settings *settings, bool writes, struct db_conn **out)
{
    struct db_conn *conn = mem_new(NULL, struct db_conn);
    ENSURE_MEM(conn);
    conn->address = mem_text(conn, settings->path);
    conn->store = settings->store;
    conn->writes = writes;
    conn->limit = settings->limit;
    conn->wait = settings->wait;
    conn->lane = id_random();
    struct postgres_address address;
    err e = conn->address == NULL ? ERR_MAKE(ERR_MEMORY, "out of memory")
                                  : postgres_address_read(conn, conn->address, &address);
    if (err_failed(e)) {
        talloc_free(conn);
        return e;
    }
    conn->sslmode = address.sslmode;
    *out = conn;
    return ERR_OK;
}
