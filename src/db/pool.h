/* pool.h - connections: opened when first needed, kept, each used by one thread at a time. For read
 * snapshots, and where each writer has a connection of its own (lanes.h).
 *
 * The one given back last is taken first: its page cache is warm. Used by db.c, lanes.c.
 */
#ifndef OPENTRM_DB_POOL_H
#define OPENTRM_DB_POOL_H

#include "db/engine.h"

struct db_pool;

/* pool_start: nothing is opened yet. Owned by ctx; settings must live as long. */
err pool_start(mem *ctx, const struct db_engine *engine, const struct db_settings *settings,
               bool writes, struct db_pool **out);
/* pool_take: ERR_BUSY if none comes free within settings->wait. ERR_STATE once closed. */
err pool_take(struct db_pool *pool, struct db_conn **out);
void pool_give(struct db_pool *pool, struct db_conn *conn);
/* pool_place: which of the pool's connections this is, from 0: the same one as long as it lives. */
unsigned pool_place(const struct db_pool *pool, const struct db_conn *conn);
/* pool_is_mine: this thread has taken one and not given it back. */
bool pool_is_mine(struct db_pool *pool);
/* pool_stop: refuses what is new, waits for those that are out, closes all. */
void pool_stop(struct db_pool *pool);

#endif
