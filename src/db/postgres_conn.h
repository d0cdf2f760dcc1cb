/* postgres_conn.h - one PostgreSQL connection, between the files that make up that engine:
 * postgres_address.c, postgres_error.c, postgres_open.c, postgres_run.c, engine_postgres.c. Nobody
 * else includes it.
 *
 * Every wait has a deadline: a server that hangs is a server that is lost. A lost connection is
 * made anew by the next transaction.
 *
 * Source: https://www.postgresql.org/docs/15/libpq.html, design §5.
 */
#ifndef OPENTRM_DB_POSTGRES_CONN_H
#define OPENTRM_DB_POSTGRES_CONN_H

#include <libpq-fe.h>

#include "base/id.h"
#include "db/engine.h"

/* Types of the server that we use (pg_type.dat; they never change). */
enum {
    OID_BOOL = 16,
    OID_BYTES = 17,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
};

/* What a failure means for the transaction. */
enum postgres_fate {
    FATE_PLAIN, /* it failed, and would again */
    FATE_AGAIN, /* nobody's fault: another transaction was in the way; the same may run anew */
    FATE_LOST   /* the connection is gone, or leads to a server that may not write */
};

struct db_conn {
    PGconn *handle; /* NULL: lost */
    const char *address;
    const char *sslmode; /* what we ask for when the address does not say */
    enum db_store store;
    bool writes;
    bool reading; /* rows of a statement are coming */
    enum postgres_fate fate; /* of the last failure */
    msec limit;
    msec wait;
    msec stop_at; /* on the monotonic clock */
    /* The commit mark (engine_postgres.c): who writes here, and which of its transactions. */
    struct id lane;
    int64_t mark;
    int64_t kept; /* the last of them that is known to be committed; 0: none */
    bool warned;  /* the server warned of something */
    size_t n_prepared;
    const struct db_query *prepared[STATEMENTS];
};

/* postgres_err: what a failed result (or, if NULL, the connection) says, as our failure; sets fate. */
err postgres_err(struct db_conn *conn, const PGresult *result);

/* postgres_connect: ERR_BUSY with FATE_LOST if no server that may do this answers until stop_at. */
err postgres_connect(struct db_conn *conn);
void postgres_disconnect(struct db_conn *conn);
/* postgres_conn_open: not connected yet; the first transaction does that. */
err postgres_conn_open(const struct db_settings *settings, bool writes, struct db_conn **out);

/* postgres_result: the next result of what was sent, NULL at the end; waits until stop_at. */
err postgres_result(struct db_conn *conn, PGresult **out);
/* postgres_script: statements without parameters; `number` (may be NULL) gets the last one's first
 * column, an integer. */
err postgres_script(struct db_conn *conn, const char *sql, int64_t *number);

/* postgres_run: engine.h's run. */
err postgres_run(struct db_conn *conn, const struct db_query *q, const struct db_value *values,
                 size_t max, mem *ctx, db_row_fn *fn, void *arg, size_t *rows, int64_t *changed,
                 err *of_fn);

static inline void result_clear(PGresult **result) { PQclear(*result); }
#define POSTGRES_RESULT __attribute__((cleanup(result_clear))) PGresult *

#endif
