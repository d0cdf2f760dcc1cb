/* erasure.h - the list of what was erased: whose keys were destroyed (records).
 *
 * A row is written before the keys go and marked when they are gone, so that an interrupted erasure
 * is finished later, and so that a keys.db that comes back from a backup loses again what was
 * erased (design §5). Rows are never removed.
 *
 * In the clear: kind and random id of what was erased, when. Nothing of what it was.
 */
#ifndef OPENTRM_DB_ERASURE_H
#define OPENTRM_DB_ERASURE_H

#include "db/page.h"
#include "db/query.h"

struct db_erasure {
    const char *kind; /* case | message */
    struct id subject_id;
    msec at;
    msec done_at; /* 0 = the keys may still be there */
};
typedef DB_LIST(db_erasure) db_erasures;

/* db_erasure_put: if it is not in the list yet. */
err db_erasure_put(struct tx *tx, const struct db_erasure *row);
/* db_erasure_done: ERR_NOT_FOUND. */
err db_erasure_done(struct tx *tx, const char *kind, struct id subject_id, msec at);
/* db_erasure_waiting: not done yet, oldest first. */
err db_erasure_waiting(struct tx *tx, mem *ctx, size_t limit, db_erasures *out);
/* db_erasure_walk: all, by kind and id, after `after` (NULL: from the start). */
err db_erasure_walk(struct tx *tx, mem *ctx, const struct db_erasure *after, size_t limit,
                    db_erasures *out);

#endif
