/* ready.h - can this node serve now? For load balancers and supervisors.
 *
 * Called by web (/ready) and by the metrics listener.
 */
#ifndef OPENTRM_DOMAIN_READY_H
#define OPENTRM_DOMAIN_READY_H

#include "domain/node.h"

#define READY_WAIT (2 * MSEC_SECOND)

/* readiness_new: owned by ctx; must end before the node's stores close. */
err readiness_new(mem *ctx, struct node *node, struct readiness **out);
/* node_ready: both stores answer within READY_WAIT (ERR_BUSY if not), and the node was not closed for a move. Migrations are done: a store
 * opens only after them. */
err node_ready(struct node *node);

#endif
