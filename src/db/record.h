/* record.h - the content of a case: one ciphertext a row, every revision kept (records).
 *
 * In the clear: kind, name (of a form, an id), compartment, revision, key generation, author, time.
 * The body is AEAD ciphertext under the case key of that compartment and generation; this file
 * never looks into it. Column `latest` marks the newest revision; an index on it makes "everything
 * of this case as it is now" one short walk.
 */
#ifndef OPENTRM_DB_RECORD_H
#define OPENTRM_DB_RECORD_H

#include "db/page.h"
#include "db/query.h"

struct db_record {
    struct id id;
    struct id case_id;
    const char *kind; /* form | facts | consent | sent | received | note */
    const char *name; /* form id, consent id, message id; "" if the kind needs none */
    const char *compartment;
    int64_t revision;    /* from 1 */
    int64_t generation;  /* of the case key */
    struct id author_id; /* unset: the node */
    msec created_at;
    struct bytes body;
};
typedef DB_LIST(db_record) db_records;

#define DB_RECORDS_MOST 5000 /* of one case at one time */

/* db_record_insert: row->revision must be the newest one plus 1 (1 for the first), else
 * ERR_CONFLICT: somebody saved in between. */
err db_record_insert(struct tx *tx, const struct db_record *row);
/* db_record_current: the newest revision of every record of a case, by kind, name, compartment. */
err db_record_current(struct tx *tx, mem *ctx, struct id case_id, db_records *out);
/* db_record_current_kind: of one kind only. */
err db_record_current_kind(struct tx *tx, mem *ctx, struct id case_id, const char *kind,
                           db_records *out);
err db_record_one(struct tx *tx, mem *ctx, struct id case_id, const char *kind, const char *name,
                  const char *compartment, struct db_record *out);
/* db_record_history: revisions of one record, newest first, at most `limit`. */
err db_record_history(struct tx *tx, mem *ctx, struct id case_id, const char *kind,
                      const char *name, const char *compartment, size_t limit, db_records *out);
/* db_record_by_id: any revision. */
err db_record_by_id(struct tx *tx, mem *ctx, struct id id, struct db_record *out);

#endif
