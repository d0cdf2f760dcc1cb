/* engine.h - which engine the tests run on, and SQL on its stores behind the program's back.
 *
 * SQLite; or, where OPENTRM_TEST_POSTGRES holds the address of a server (tools/postgres), PostgreSQL: each store is
 * then a schema of its own in that database. A test about one engine's files says ONLY_SQLITE and is skipped there.
 */
#ifndef OPENTRM_TESTS_ENGINE_H
#define OPENTRM_TESTS_ENGINE_H

#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "cm.h"

#include "base/id.h"
#include "base/text.h"
#include "db/db.h"

static inline const char *engine_server(void)
{
    const char *server = getenv("OPENTRM_TEST_POSTGRES");
    return text_empty(server) ? NULL : server;
}

#define ONLY_SQLITE                                                                                \
    do {                                                                                           \
        if (engine_server() != NULL) skip();                                                       \
    } while (0)

/* ---- PostgreSQL ---- */

static inline PGresult *engine_ask(const char *address, const char *sql, PGconn **conn)
{
    const char *const names[] = {"dbname", NULL}, *const values[] = {address, NULL};
    *conn = PQconnectdbParams(names, values, 1);
    if (PQstatus(*conn) != CONNECTION_OK) fail_msg("%s", PQerrorMessage(*conn));
    return PQexec(*conn, sql);
}

/* The address of a new, empty store. */
static inline const char *engine_new(mem *ctx)
{
    struct id id = id_random();
    PGconn *conn;
    for (char *c = id.text; *c != '\0'; c++)
        if (*c == '-') *c = '_';
    PGresult *result =
        engine_ask(engine_server(), talloc_asprintf(ctx, "CREATE SCHEMA t%s", id.text), &conn);
    assert_int_equal(PQresultStatus(result), PGRES_COMMAND_OK);
    PQclear(result);
    PQfinish(conn);
    return talloc_asprintf(ctx, "%s?options=-csearch_path%%3Dt%s", engine_server(), id.text);
}

/* ---- either ---- */

struct engine_answer {
    char text[64]; /* first column of the first row; "" without */
    bool row;
    int64_t number; /* of text */
    int changed;
    bool refused; /* by a constraint or trigger */
};

static inline struct engine_answer engine_postgres_do(const char *address, const char *sql)
{
    struct engine_answer out = {.text = ""};
    PGconn *conn;
    PGresult *result = engine_ask(address, sql, &conn);
    ExecStatusType status = PQresultStatus(result);
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    out.refused = state != NULL && (text_starts(state, "23") || text_same(state, "OT001"));
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && !out.refused)
        fail_msg("%s: %s", sql, PQresultErrorMessage(result));
    out.row = status == PGRES_TUPLES_OK && PQntuples(result) > 0;
    if (out.row) (void)snprintf(out.text, sizeof out.text, "%s", PQgetvalue(result, 0, 0));
    if (status == PGRES_COMMAND_OK) out.changed = (int)strtol(PQcmdTuples(result), NULL, 10);
    PQclear(result);
    PQfinish(conn);
    out.number = strtoll(out.text, NULL, 10);
    return out;
}

static inline int engine_on_row(void *arg, int n, char **values, char **names)
{
    struct engine_answer *out = arg;
    (void)n, (void)names;
    if (!out->row) (void)snprintf(out->text, sizeof out->text, "%s", values[0] == NULL ? "" : values[0]);
    out->row = true;
    return 0;
}

static inline struct engine_answer engine_sqlite_do(const char *path, const char *sql)
{
    struct engine_answer out = {.text = ""};
    sqlite3 *db = NULL;
    char *what = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    (void)sqlite3_busy_timeout(db, 5000);
    int status = sqlite3_exec(db, sql, engine_on_row, &out, &what);
    out.refused = status == SQLITE_CONSTRAINT;
    if (status != SQLITE_OK && !out.refused) fail_msg("%s: %s", sql, what);
    sqlite3_free(what);
    out.changed = sqlite3_changes(db);
    (void)sqlite3_close(db);
    out.number = strtoll(out.text, NULL, 10);
    return out;
}

/* What somebody with access to a store does to it, or sees in it. */
static inline struct engine_answer engine_do(const char *where, const char *sql)
{
    return text_starts(where, "postgres") ? engine_postgres_do(where, sql) : engine_sqlite_do(where, sql);
}

#endif
