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

#include "base/encode.h"
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

/* What SQLite has and PostgreSQL lacks, for the tests' own SQL; and engine_grep's search: in how many tables of the store a
 * word stands, as text or inside of bytes. */
static const char ENGINE_FUNCTIONS[] =
    "CREATE FUNCTION %1$s.zeroblob(n integer) RETURNS bytea LANGUAGE sql AS $$ SELECT decode(repeat('00', n), 'hex') $$;"
    "CREATE FUNCTION %1$s.randomblob(n integer) RETURNS bytea LANGUAGE sql AS $$"
    " SELECT substring(string_agg(decode(md5(random()::text || i), 'hex'), '') FROM 1 FOR n)"
    " FROM generate_series(0, n / 16) AS i $$;"
    "CREATE FUNCTION %1$s.grep(word text) RETURNS bigint LANGUAGE plpgsql AS $$"
    " DECLARE t text; here bigint; hits bigint := 0;"
    " BEGIN FOR t IN SELECT format('%%I.%%I', schemaname, tablename) FROM pg_tables WHERE schemaname = '%1$s' LOOP"
    "  EXECUTE 'SELECT count(*) FROM ' || t || ' AS r WHERE strpos(r::text, $1) > 0 OR strpos(r::text, $2) > 0'"
    "  INTO here USING word, encode(convert_to(word, 'UTF8'), 'hex');"
    "  hits := hits + (here > 0)::integer; END LOOP; RETURN hits; END $$";

/* The address of a new, empty store. */
static inline const char *engine_new(mem *ctx)
{
    struct id id = id_random();
    PGconn *conn;
    for (char *c = id.text; *c != '\0'; c++)
        if (*c == '-') *c = '_';
    const char *schema = talloc_asprintf(ctx, "t%s", id.text);
    char *functions = talloc_asprintf(ctx, ENGINE_FUNCTIONS, schema);
    PGresult *result =
        engine_ask(engine_server(), talloc_asprintf(ctx, "CREATE SCHEMA %s;%s", schema, functions), &conn);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) fail_msg("%s", PQresultErrorMessage(result));
    PQclear(result);
    PQfinish(conn);
    return talloc_asprintf(ctx, "%s?options=-csearch_path%%3D%s", engine_server(), schema);
}

static inline const char *engine_schema(const char *address)
{
    static const char BEFORE[] = "search_path%3D";
    const char *at = strstr(address, BEFORE);
    assert_non_null(at);
    return at + strlen(BEFORE);
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

/* ---- the tests' own SQL: what each engine words in its own way ---- */

/* Bytes as a literal. */
static inline const char *engine_bytes(mem *ctx, struct bytes bytes)
{
    const char *hex;
    OK(encode_hex(ctx, bytes, &hex));
    return talloc_asprintf(ctx, engine_server() == NULL ? "x'%s'" : "'\\x%s'::bytea", hex);
}

/* Bytes joined by ||, as bytes: SQLite makes a text of them. */
static inline const char *engine_joined(mem *ctx, const char *sql)
{
    return talloc_asprintf(ctx, engine_server() == NULL ? "CAST(%s AS BLOB)" : "(%s)", sql);
}

/* A word inside of bytes exchanged for another. */
static inline const char *engine_replaced(mem *ctx, const char *column, const char *word, const char *by)
{
    if (engine_server() == NULL)
        return talloc_asprintf(ctx, "CAST(replace(CAST(%s AS TEXT), '%s', '%s') AS BLOB)", column, word, by);
    return talloc_asprintf(ctx, "decode(replace(encode(%s, 'hex'), encode('%s', 'hex'), encode('%s', 'hex')), 'hex')", column,
                           word, by);
}

/* A trigger that refuses rows of a table (ERR_CONFLICT) while the condition holds; to be dropped with engine_unrefuse. */
static inline const char *engine_refuse(mem *ctx, const char *table, const char *when)
{
    if (engine_server() == NULL)
        return talloc_asprintf(ctx, "CREATE TRIGGER refused BEFORE INSERT ON %s WHEN %s"
                                    " BEGIN SELECT RAISE(ABORT, 'refused'); END", table, when);
    return talloc_asprintf(ctx, "CREATE FUNCTION refused() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                                " IF %s THEN RAISE EXCEPTION 'refused' USING ERRCODE = 'OT001'; END IF; RETURN new; END $$;"
                                "CREATE TRIGGER refused BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION refused()", when,
                           table);
}

static inline const char *engine_unrefuse(mem *ctx, const char *table)
{
    return engine_server() == NULL ? "DROP TRIGGER refused"
                                   : talloc_asprintf(ctx, "DROP TRIGGER refused ON %s; DROP FUNCTION refused", table);
}

/* ---- whole stores on PostgreSQL ---- */

/* In how many tables a word stands. */
static inline int engine_grep(const char *address, const char *word)
{
    char sql[500];
    assert_null(strchr(word, '\''));
    (void)snprintf(sql, sizeof sql, "SELECT grep('%s')", word);
    return (int)engine_do(address, sql).number;
}

/* Every row of a store into another, which the program's migrations have made and nobody uses: it is then the same. */
static inline void engine_rows_copy(mem *ctx, const char *from, const char *to)
{
    (void)engine_do(to, talloc_asprintf(ctx,
        "DO $$ DECLARE t text; BEGIN SET LOCAL session_replication_role = replica;"
        " FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = '%s' AND tablename <> 'commit_mark' LOOP"
        "  EXECUTE format('DELETE FROM %%I', t);"
        "  EXECUTE format('INSERT INTO %%I SELECT * FROM %s.%%I', t, t); END LOOP; END $$",
        engine_schema(from), engine_schema(from)));
}

/* Copies that are not used any more: making one anew takes longer than to fill it anew. */
enum { ENGINE_SPARE = 8 };
static const char *engine_spare[2][ENGINE_SPARE];

static inline void engine_give_back(enum db_store which, const char *address)
{
    for (size_t i = 0; i < ENGINE_SPARE; i++)
        if (engine_spare[which][i] == NULL) {
            engine_spare[which][i] = talloc_strdup(NULL, address);
            return;
        }
}

static inline const char *engine_take_spare(mem *ctx, enum db_store which)
{
    for (size_t i = 0; i < ENGINE_SPARE; i++) {
        const char *address = engine_spare[which][i];
        engine_spare[which][i] = NULL;
        if (address != NULL) return talloc_steal(ctx, (void *)(uintptr_t)address);
    }
    return NULL;
}

/* A store like another. */
static inline const char *engine_copy(mem *ctx, const char *from, enum db_store which)
{
    struct db *db;
    const char *spare = engine_take_spare(ctx, which);
    if (spare != NULL) {
        engine_rows_copy(ctx, from, spare);
        return spare;
    }
    const char *to = engine_new(ctx);
    const struct db_settings settings = {.kind = DB_POSTGRES, .store = which, .path = to, .create = true};
    OK(db_open(ctx, &settings, &db));
    db_close(db);
    engine_rows_copy(ctx, from, to);
    return to;
}

#endif
