/* twice.c - tx_run, so that each function of db_run and db_read runs two times: what it did the first time is taken
 * back. On PostgreSQL that happens whenever another transaction is in the way or the server changes; here it happens
 * always, so that a function which does not set afresh what its `arg` points to is seen by the usual tests.
 *
 * Linked (by the linker's --wrap) into the programs of the suite `twice`, tests/unit/meson.build. Left out there are the
 * tests of the machine itself, which count runs, and of backups: a backup refuses to be begun anew in its middle.
 */
#include "db/engine.h"

err __real_tx_run(const struct db_engine *engine, struct db_conn *conn, enum db_store store, unsigned lane, db_fn *fn,
                  void *arg);
err __wrap_tx_run(const struct db_engine *engine, struct db_conn *conn, enum db_store store, unsigned lane, db_fn *fn,
                  void *arg);

/* A failure is a result like another: what comes of the second run counts. One that took the whole transaction
 * back leaves nothing to run in. */
err __wrap_tx_run(const struct db_engine *engine, struct db_conn *conn, enum db_store store, unsigned lane, db_fn *fn,
                  void *arg)
{
    TRY(engine->mark(conn));
    err e = __real_tx_run(engine, conn, store, lane, fn, arg);
    bool whole = !err_failed(engine->mark_undo(conn)) && engine->whole(conn);
    return whole ? __real_tx_run(engine, conn, store, lane, fn, arg) : e;
}
