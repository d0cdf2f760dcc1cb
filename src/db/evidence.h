/* evidence.h - signed bytes that prove a state of a message (records).
 *
 * In the clear: kind, time, who signed. The body is a receipt, an MDN or our CMS: signed, and
 * sealed where it says something about a person.
 */
#ifndef OPENTRM_DB_EVIDENCE_H
#define OPENTRM_DB_EVIDENCE_H

#include "db/page.h"
#include "db/query.h"

struct db_evidence {
    struct id id;
    struct id message_id;
    const char *kind; /* docs/architecture.md, "Evidence states" */
    msec at;
    const char *by;    /* organisation or partner; NULL = this node */
    struct bytes body; /* empty in lists */
};
typedef DB_LIST(db_evidence) db_evidences;

err db_evidence_insert(struct tx *tx, const struct db_evidence *row);
err db_evidence_by_id(struct tx *tx, mem *ctx, struct id id, struct db_evidence *out);
/* Lists: oldest first, without bodies, at most 5000. */
err db_evidence_of_message(struct tx *tx, mem *ctx, struct id message_id, db_evidences *out);
err db_evidence_of_case(struct tx *tx, mem *ctx, struct id case_id, db_evidences *out);

#endif
