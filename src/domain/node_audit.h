/* node_audit.h - audit lines of the node itself, and the checkpoints that its transport key signs.
 *
 * Called by `serve` (start, stop, timer) and by `audit verify`.
 */
#ifndef OPENTRM_DOMAIN_NODE_AUDIT_H
#define OPENTRM_DOMAIN_NODE_AUDIT_H

#include "audit/checkpoint.h"
#include "domain/node.h"

/* node_audit_note: AUDIT_NODE_START, AUDIT_NODE_STOP, ...: acts of the node, not of a person. */
err node_audit_note(struct node *node, enum audit_action action);
/* node_audit_checkpoint: signs where the chains stand; nothing to do if nothing was written. */
err node_audit_checkpoint(struct node *node);
struct audit_signer node_signer(const struct node *node);
struct audit_verifier node_verifier(const struct node *node);

#endif
