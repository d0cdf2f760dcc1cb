/* ready.h - can this node serve now? For load balancers and supervisors.
 *
 * Called by web (/ready) and by the metrics listener.
 */
#ifndef OPENTRM_DOMAIN_READY_H
#define OPENTRM_DOMAIN_READY_H

#include "domain/node.h"

/* node_ready: both stores answer, and the node was not closed for a move. Migrations are done: a store
 * opens only after them. */
err node_ready(struct node *node);

#endif
