/* team_due.h - which teams wait for a new generation of their key, and because of whom.
 *
 * A setting for each team, "team.due/<team id>": ids of the users who left since the present
 * generation. Written in the transaction that ends a membership, so it can't be lost; done by the
 * next member who signs in. Inner header.
 */
#ifndef OPENTRM_DOMAIN_TEAM_DUE_H
#define OPENTRM_DOMAIN_TEAM_DUE_H

#include "base/id.h"
#include "db/db.h"

/* team_due_add: that user left. */
err team_due_add(struct tx *tx, struct id team_id, struct id user_id);
/* team_due_read: ids with a space between, NULL if nothing is due. */
err team_due_read(struct tx *tx, mem *ctx, struct id team_id, const char **out);
/* team_due_clear: if it still says `seen`; who left meanwhile stays due. */
err team_due_clear(struct tx *tx, struct id team_id, const char *seen);

#endif
