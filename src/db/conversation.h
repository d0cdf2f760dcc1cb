/* conversation.h - conversations between two organisations (records).
 *
 * In the clear: the random handle both nodes know, between whom, which case on our side, state and
 * due time: what reminding and routing need without a key.
 */
#ifndef OPENTRM_DB_CONVERSATION_H
#define OPENTRM_DB_CONVERSATION_H

#include "db/page.h"
#include "db/query.h"

struct db_conversation {
    const char *handle; /* random, shared by both nodes; unique */
    struct id case_id;  /* unset while it belongs to none */
    const char *partner_id;
    struct id local_organisation;
    const char *remote_organisation;
    const char *direction; /* out | in: who began */
    const char *state;     /* domain's and exchange's words */
    msec created_at;
    msec updated_at;
    msec due_at; /* 0 = none */
};
typedef DB_LIST(db_conversation) db_conversations;

/* db_conversation_insert: ERR_CONFLICT if the handle is taken. */
err db_conversation_insert(struct tx *tx, const struct db_conversation *row);
/* db_conversation_update: case_id, state, updated_at, due_at. ERR_NOT_FOUND. */
err db_conversation_update(struct tx *tx, const struct db_conversation *row);
err db_conversation_by_handle(struct tx *tx, mem *ctx, const char *handle,
                              struct db_conversation *out);
/* db_conversation_of_case: newest first, at most 500. */
err db_conversation_of_case(struct tx *tx, mem *ctx, struct id case_id, db_conversations *out);
/* db_conversation_due: that have a due time before `before`, soonest first. */
err db_conversation_due(struct tx *tx, mem *ctx, msec before, size_t limit, db_conversations *out);

#endif
