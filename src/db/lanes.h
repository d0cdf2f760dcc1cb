/* lanes.h - writing where each transaction has a connection of its own (PostgreSQL): in the caller's
 * thread, several at a time, run anew when another was in the way or the server changed.
 *
 * The counterpart of writer.h. Used by db.c only. Source: design §5.
 */
#ifndef OPENTRM_DB_LANES_H
#define OPENTRM_DB_LANES_H

#include "db/engine.h"

struct db_lanes;

/* lanes_start: nothing is opened yet. Owned by ctx; settings must live as long. */
err lanes_start(mem *ctx, const struct db_engine *engine, const struct db_settings *settings,
                struct db_lanes **out);
/* lanes_stop: refuses what is new, waits for those in work. */
void lanes_stop(struct db_lanes *lanes);
/* lanes_run: as db_run. */
err lanes_run(struct db_lanes *lanes, db_fn *fn, void *arg);
err lanes_scrub(struct db_lanes *lanes);
bool lanes_is_me(struct db_lanes *lanes);
struct db_writes lanes_writes(struct db_lanes *lanes);

#endif
