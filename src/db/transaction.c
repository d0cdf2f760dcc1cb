/* transaction.c - a transaction of its own, from begin to its end: the one place where begin and
 * commit meet. (Groups of SQLite's writer share theirs: writer.c.)
 *
 * Apart from tx_run, so that a test can put itself between the two (tests/lib/twice.c).
 */
#include "db/engine.h"

err tx_whole(const struct db_engine *engine, struct db_conn *conn, enum db_store store,
             unsigned lane, db_fn *fn, void *arg)
{
    TRY(engine->begin(conn));
    err e = tx_run(engine, conn, store, lane, fn, arg);
    if (!err_failed(e)) return engine->commit(conn);
    engine->rollback(conn);
    return e;
}
