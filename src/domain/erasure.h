/* erasure.h - destroying the keys of a case or message for good: listed first, then destroyed, then
 * marked (design §5: removals from records first, then a resumable job).
 *
 * The list outlives the keys: a keys.db that comes back from a backup is led through it again
 * (erasure_replay): by restore, and by each `serve` at its start, since somebody may have put old keys there by
 * hand. Called by vault_destroy, `serve` (timer), restore. Never looks at who may.
 */
#ifndef OPENTRM_DOMAIN_ERASURE_H
#define OPENTRM_DOMAIN_ERASURE_H

#include "base/id.h"
#include "db/db.h"

/* erasure_begin: into the list; from here on it will be done, whatever happens. `kind` is "case" or
 * "message". */
err erasure_begin(struct db *records, const char *kind, struct id subject, msec now);
/* erasure_finish: destroys the keys of whatever is listed and not done. ERR_BUSY: again later. */
err erasure_finish(struct db *records, struct db *keys, msec now);
/* erasure_replay: the same for the whole list, done or not. `n` gets how many the list has. */
err erasure_replay(struct db *records, struct db *keys, msec now, int64_t *n);

#endif
