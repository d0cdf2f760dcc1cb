/* organisation_export.h - the act of taking an organisation's key out of the node: logged.
 *
 * Called by `opentrm organisation export-key`, before the file is written.
 */
#ifndef OPENTRM_DOMAIN_ORGANISATION_EXPORT_H
#define OPENTRM_DOMAIN_ORGANISATION_EXPORT_H

#include "domain/actor.h"
#include "domain/node.h"

/* organisation_key_exported: purpose as in table organisation_key. */
err organisation_key_exported(struct node *node, const struct actor *actor, struct id organisation_id,
                              const char *purpose);

#endif
