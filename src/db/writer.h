/* writer.h - the one thread that writes: it commits transactions that wait together, one fsync for
 * many.
 *
 * For engines with one writer (SQLite). Each transaction of a group stands in a savepoint of its
 * own: one that fails is taken back alone. When an error takes the whole group back (disk full,
 * failed fsync), each is run again by itself and gets its own answer. Used by db.c only.
 *
 * Source: design §5.
 */
#ifndef OPENTRM_DB_WRITER_H
#define OPENTRM_DB_WRITER_H

#include "db/engine.h"

struct db_writer;

/* writer_start: takes over conn (closed at the end, also when this fails). Owned by ctx. */
err writer_start(mem *ctx, const struct db_engine *engine, struct db_conn *conn,
                 const struct db_settings *settings, struct db_writer **out);
/* writer_stop: finishes what waits, refuses what is new, ends the thread. */
void writer_stop(struct db_writer *writer);
/* writer_run: as db_run. */
err writer_run(struct db_writer *writer, db_fn *fn, void *arg);
/* writer_scrub: engine's scrub, between two groups. */
err writer_scrub(struct db_writer *writer);
bool writer_is_me(const struct db_writer *writer);
struct db_writes writer_writes(struct db_writer *writer);

#endif
