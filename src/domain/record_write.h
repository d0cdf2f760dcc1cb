/* record_write.h - sealing JSON into records and writing them, with their audit line, in one transaction.
 *
 * How every act on a case ends. Called by domain and exchange; nobody else seals records.
 */
#ifndef OPENTRM_DOMAIN_RECORD_WRITE_H
#define OPENTRM_DOMAIN_RECORD_WRITE_H

#include "audit/audit.h"
#include "base/json.h"
#include "db/record.h"
#include "domain/vault.h"

#define RECORD_JSON_MAX ((size_t)4 << 20)
#define RECORD_BATCH_MOST 32

/* Rows ready to be inserted. */
struct record_batch {
    struct db_record at[RECORD_BATCH_MOST];
    size_t n;
};

/* record_seal: adds one revision of a record. `revision` is the newest one plus 1. Texts are borrowed: they must
 * live until the batch is written. */
err record_seal(struct node *node, const struct actor *actor, struct vault *vault, mem *ctx,
                const char *kind, const char *name, enum compartment compartment, int64_t revision,
                const json_t *body, struct record_batch *batch);

/* record_batch_insert: inside a transaction. ERR_CONFLICT if a revision is taken. */
err record_batch_insert(struct tx *tx, const struct record_batch *batch);

/* record_batch_run: the rows, the case's time of change, and the audit event, in a transaction of their own. */
err record_batch_run(struct node *node, const struct record_batch *batch, const struct audit_event *event);

#endif
