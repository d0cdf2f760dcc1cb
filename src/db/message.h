/* message.h - messages of conversations, in and out (records).
 *
 * In the clear: what the envelope shows anyway (class, times, between whom), and the state. What it
 * says is in the case's records, or still sealed in `received`.
 */
#ifndef OPENTRM_DB_MESSAGE_H
#define OPENTRM_DB_MESSAGE_H

#include "db/page.h"
#include "db/query.h"

struct db_message {
    struct id id;
    const char *handle;    /* its conversation */
    const char *direction; /* out | in */
    const char *class_; /* referral | followup | question | answer | decision | receipt | withdrawal
                           | ... */
    struct id in_reply_to; /* unset = none */
    const char *state;     /* docs/architecture.md, "Evidence states" */
    const char *sender_organisation;
    const char *recipient_organisation;
    msec created_at;
    msec due_at;         /* 0 = none */
    struct id author_id; /* unset: the node, or a partner */
};
typedef DB_LIST(db_message) db_messages;

err db_message_insert(struct tx *tx, const struct db_message *row);
err db_message_by_id(struct tx *tx, mem *ctx, struct id id, struct db_message *out);
/* db_message_state: from one state to another. ERR_CONFLICT if it is no longer in `from`; `from`
 * NULL = whatever. */
err db_message_state(struct tx *tx, struct id id, const char *from, const char *to);
/* db_message_of_conversation / _of_case: oldest first, at most 2000. */
err db_message_of_conversation(struct tx *tx, mem *ctx, const char *handle, db_messages *out);
err db_message_of_case(struct tx *tx, mem *ctx, struct id case_id, db_messages *out);

/* Words of ours sent while there was no case to keep them in: sealed under a key of their own. `body` is opaque here. */
struct db_kept {
    struct id id; /* of the message */
    const char *class_;
    struct bytes body;
};
typedef DB_LIST(db_kept) db_kepts;
err db_message_keep(struct tx *tx, struct id id, struct bytes body);
/* db_message_kept: of a conversation, oldest first, at most 200. */
err db_message_kept(struct tx *tx, mem *ctx, const char *handle, db_kepts *out);
/* db_message_kept_take: they are in the case now. ERR_CONFLICT if they are not kept any more. */
err db_message_kept_take(struct tx *tx, struct id id);

#endif
