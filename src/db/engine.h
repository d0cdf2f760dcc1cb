/* engine.h - what a database engine does for us: connections, transactions, statements.
 *
 * Everything that differs between engines is behind this table, but for the DDL texts
 * (dialect.h, migrate.h) and the claiming of jobs (delivery.c). Used by db.c, writer.c, lanes.c,
 * pool.c, query.c, migrate.c only.
 */
#ifndef OPENTRM_DB_ENGINE_H
#define OPENTRM_DB_ENGINE_H

#include "db/query.h"

struct db_conn; /* one connection; used by one thread at a time */

struct db_engine {
    enum db_kind kind;
    bool one_writer; /* all write transactions go through one connection, in groups (writer.h) */

    /* open: a connection, for writing or for read snapshots only. Its memory is its own. */
    err (*open)(const struct db_settings *settings, bool writes, struct db_conn **out);
    void (*close)(struct db_conn *conn);
    /* alone: while a process migrates, others wait here (begin) until it has done (not begin). */
    err (*alone)(struct db_conn *conn, bool begin);

    /* begin: a transaction; a reading one sees one snapshot. commit returns after fsync; when it
     * fails the transaction is gone. rollback always ends it. */
    err (*begin)(struct db_conn *conn);
    err (*commit)(struct db_conn *conn);
    void (*rollback)(struct db_conn *conn);
    /* mark, and back to it or over it: a savepoint inside a transaction. */
    err (*mark)(struct db_conn *conn);
    err (*mark_keep)(struct db_conn *conn);
    err (*mark_undo)(struct db_conn *conn);
    /* whole: false if an error has taken the whole transaction back already. */
    bool (*whole)(const struct db_conn *conn);
    /* again: the last failure was nobody's fault (another transaction in the way, a server that
     * went away): the same transaction may run anew. */
    bool (*again)(const struct db_conn *conn);

    /* script: statements without parameters or results (DDL). */
    err (*script)(struct db_conn *conn, const char *sql);
    /* run: one prepared statement whose values query.c has checked. At most `max` rows go to fn;
     * `rows` counts all that came until it stopped (max + 1 = there were more). */
    err (*run)(struct db_conn *conn, const struct db_query *q, const struct db_value *values,
               size_t max, mem *ctx, db_row_fn *fn, void *arg, size_t *rows, int64_t *changed,
               err *of_fn);

    /* tidy: housekeeping between transactions, after everybody has their answer. */
    void (*tidy)(struct db_conn *conn);
    err (*check)(struct db_conn *conn);
    err (*scrub)(struct db_conn *conn);
};

extern const struct db_engine db_engine_sqlite;
extern const struct db_engine db_engine_postgres;

/* A transaction, as the functions of query.h see it. */
struct tx {
    const struct db_engine *engine;
    struct db_conn *conn;
    enum db_store store;
    unsigned lane; /* db_lane */
    mem *scratch;
    err failed; /* the first statement that failed; nothing runs after it */
};

/* tx_run: fn in a transaction that has begun; the caller commits or takes back. */
err tx_run(const struct db_engine *engine, struct db_conn *conn, enum db_store store, unsigned lane,
           db_fn *fn, void *arg);
/* tx_whole: begin, tx_run, commit; taken back if fn fails. */
err tx_whole(const struct db_engine *engine, struct db_conn *conn, enum db_store store,
             unsigned lane, db_fn *fn, void *arg);

/* A connection's table of prepared statements: STATEMENTS places, a power of two, of which at most
 * STATEMENTS_MOST are used, so that searching stays short. query_place: where to look first for the
 * one of a query, which is found by its address. */
enum { STATEMENTS = 512, STATEMENTS_MOST = 400 };
static inline size_t query_place(const struct db_query *q)
{
    return ((uintptr_t)q >> 4) * 0x9E3779B1u % STATEMENTS;
}

#endif
