/* received.h - what partners' nodes delivered, as it came, with the receipt that was given
 * (records).
 *
 * The duplicate rule (design §8): UNIQUE(partner_id, message_id); a repeat with the same mic gets
 * the stored `mdn`, another mic is refused. In the clear: what the envelope shows. Bodies are
 * sealed; lists leave them out.
 */
#ifndef OPENTRM_DB_RECEIVED_H
#define OPENTRM_DB_RECEIVED_H

#include "db/page.h"
#include "db/query.h"

struct db_received {
    struct id id;
    const char *partner_id;
    const char *message_id; /* AS2 Message-ID as the partner wrote it */
    const char *mic;
    msec at;
    const char *state; /* new | delivered | opened | unreadable | filed | frozen | erased */
    const char *class_;
    const char *handle;
    struct id organisation_id; /* ours, that it is for */
    msec due_at;               /* 0 = none */
    const char *unopened;      /* of a filed one: compartments that nobody could open yet, a space between; NULL: none */
    struct bytes mdn;          /* empty in lists */
    struct bytes body;         /* outer bytes; empty in lists, and once erased */
};
typedef DB_LIST(db_received) db_receiveds;

/* db_received_insert: ERR_CONFLICT if that partner sent that message id before. */
err db_received_insert(struct tx *tx, const struct db_received *row);
/* db_received_find: the earlier one of a repeat; ERR_NOT_FOUND if it is new. */
err db_received_find(struct tx *tx, mem *ctx, const char *partner_id, const char *message_id,
                     struct db_received *out);
err db_received_by_id(struct tx *tx, mem *ctx, struct id id, struct db_received *out);
/* db_received_state: ERR_CONFLICT if it is no longer in `from`. */
err db_received_state(struct tx *tx, struct id id, const char *from, const char *to);
/* db_received_file: state filed; the body is replaced by what rests under the message's own key.
 * ERR_CONFLICT if it is no longer in `from`. */
err db_received_file(struct tx *tx, struct id id, const char *from, struct bytes body, const char *unopened);
/* db_received_opened: parts of a filed one were opened since. ERR_CONFLICT if somebody was faster. */
err db_received_opened(struct tx *tx, struct id id, const char *unopened_before, const char *unopened);
/* db_received_unopened: of an organisation, newest first, without bodies. */
err db_received_unopened(struct tx *tx, mem *ctx, struct id organisation_id, struct db_page page, db_receiveds *out);
/* db_received_freeze: everything of a conversation that is not erased, at once (withdrawal). */
err db_received_freeze(struct tx *tx, const char *handle, int64_t *changed);
/* db_received_erase: the body goes, the row and its receipt stay: a repeat is still known. */
err db_received_erase(struct tx *tx, struct id id);
/* Lists, newest first, without bodies. `state` NULL = any. */
err db_received_of_organisation(struct tx *tx, mem *ctx, struct id organisation_id,
                                const char *state, struct db_page page, db_receiveds *out);
err db_received_of_conversation(struct tx *tx, mem *ctx, const char *handle, db_receiveds *out);
/* db_received_count: of an organisation in a state, up to `most` (at most 10000). */
err db_received_count(struct tx *tx, struct id organisation_id, const char *state, size_t most,
                      size_t *out);

#endif
