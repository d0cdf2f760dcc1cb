/* move.h - a node's rows go from its stores to others: to another engine, or back. The old stores stay as they were,
 * but for a mark that keeps them from being served (node_closed.h).
 *
 * The folder is locked, so nobody has the node open; the mark is put, so nobody opens it until the move is finished or
 * taken back, kill -9 or not. Rows go table by table in the order of their keys, in transactions of some hundred; a
 * move that was cut off goes on behind the last row that arrived, so nothing is ever doubled. Then both sides are read
 * again, and counts and hashes of every table compared; only after that the node is switched over.
 *
 * Called by cli.
 */
#ifndef OPENTRM_DOMAIN_MOVE_H
#define OPENTRM_DOMAIN_MOVE_H

#include "domain/copy_watch.h"
#include "domain/node.h"
#include "domain/node_stores.h"

struct move_wish {
    const char *folder;
    struct node_stores to;
    /* Other servers have the stores open, perhaps: so long they are waited for after the mark is put, which they look
     * for (`serve`). 0: nobody else can. */
    msec others;
    struct copy_watch watch;
};

struct move_made {
    int64_t rows[2];
    bool resumed;
    bool finished; /* only the last step of an earlier move was missing: nothing was copied */
    const char *table; /* that differed, when ERR_STORE is returned; else NULL */
};

/* move_make: ERR_BUSY: another program has the node open. ERR_CONFLICT: something else is in the new stores.
 * ERR_STORE: they differ after the copying (`made->table`): nothing was switched. `made` is set in every case. */
err move_make(const struct move_wish *wish, struct move_made *made);

/* move_cancel: takes the mark from the stores that the folder has: the node serves again where it was. What has
 * arrived elsewhere is worth nothing. ERR_STATE if it is not closed. */
err move_cancel(const char *folder);

#endif
