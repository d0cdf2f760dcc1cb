/* node_closed.h - a mark in the records that says: nobody serves these stores. Put while a node moves to other stores;
 * the stores that were left keep it for good.
 *
 * Read by node_open and, now and then, by `serve`: a server on another machine notices. Put and taken by move.c.
 */
#ifndef OPENTRM_DOMAIN_NODE_CLOSED_H
#define OPENTRM_DOMAIN_NODE_CLOSED_H

#include "base/id.h"
#include "db/db.h"

/* node_closed_check: ERR_STATE, with a sentence, if the mark is there. */
err node_closed_check(struct db *records);
err node_closed_in(struct tx *tx);

/* The mark of one move: the same in the stores that are left and in those that are filled. */
err node_closed_read(struct tx *tx, struct id *move); /* unset: no mark */
err node_closed_put(struct tx *tx, struct id move);
err node_closed_take(struct tx *tx);

#endif
