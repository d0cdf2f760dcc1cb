/* receive.c - an incoming message goes through the steps of one table; the first that objects names
 * the outcome that the receipt tells. */
#include "exchange/receive.h"

#include <string.h>

#include "audit/audit.h"
#include "base/log.h"
#include "base/text.h"
#include "db/conversation.h"
#include "db/message.h"
#include "db/organisation.h"
#include "db/partner.h"
#include "db/received.h"
#include "exchange/card.h"
#include "exchange/envelope.h"
#include "exchange/mdn.h"
#include "exchange/queue.h"

struct receiving {
    struct node *node;
    mem *ctx;
    msec now;
    const struct as2_post *post;
    struct as2_claim claim;
    bool known; /* the sender is a pinned partner */
    struct db_partner partner;
    struct card *card;
    struct as2_content content;
    struct envelope *envelope;
    struct bytes stored;  /* the message as it is kept */
    struct bytes receipt; /* the receipt as it is kept; not empty: this is the answer */
    struct db_received earlier;
    enum mdn_outcome outcome;
};

/* ---- steps: each returns MDN_PROCESSED to go on ---- */

static err read_partner(struct tx *tx, void *arg)
{
    struct receiving *r = arg;
    return db_partner_by_id(tx, r->ctx, r->claim.from, &r->partner);
}

/* fault: our own trouble; the sender shall try again. Told to the log, not to the partner. */
static enum mdn_outcome fault(err e)
{
    log_err(LOG_ERROR, "receive", e);
    return MDN_UNEXPECTED;
}

static enum mdn_outcome check_partner(struct receiving *r)
{
    err e = db_read(r->node->records, read_partner, r);
    if (e.kind == ERR_NOT_FOUND) return MDN_AUTHENTICATION_FAILED;
    if (err_failed(e)) return fault(e);
    if (!text_same(r->partner.state, "pinned")) return MDN_AUTHENTICATION_FAILED;
    r->known = true;
    if (r->partner.expires_at <= r->now) return MDN_AUTHENTICATION_FAILED;
    /* It was verified when it was pinned, and is read as of then. */
    e = card_read(r->ctx, r->partner.card, r->partner.pinned_at, &r->card);
    return err_failed(e) ? fault(e) : MDN_PROCESSED;
}

static enum mdn_outcome check_wishes(struct receiving *r)
{
    if (r->claim.asynchronous) return MDN_UNSUPPORTED_FORMAT;
    return r->claim.mic_offered ? MDN_PROCESSED : MDN_UNSUPPORTED_MIC;
}

/* What is not multipart/signed: encrypted, or not signed at all. */
static enum mdn_outcome unsigned_outcome(const struct receiving *r)
{
    const char *type = mime_find(r->post->headers, "Content-Type");
    if (type == NULL) return MDN_INSUFFICIENT;
    if (strncasecmp(type, "application/pkcs7-mime", 22) == 0) return MDN_DECRYPTION_FAILED;
    if (strncasecmp(type, "multipart/signed", 16) != 0) return MDN_INSUFFICIENT;
    return MDN_INTEGRITY_FAILED;
}

static enum mdn_outcome check_signature(struct receiving *r)
{
    err e = as2_verify(r->ctx, r->post, r->card->certificate, r->now, &r->content);
    switch ((int)e.kind) {
    case ERR_NONE: return MDN_PROCESSED;
    case ERR_CRYPTO: return MDN_AUTHENTICATION_FAILED;
    case ERR_INPUT:
    case ERR_LIMIT: return unsigned_outcome(r);
    default: return fault(e);
    }
}

static err read_earlier(struct tx *tx, void *arg)
{
    struct receiving *r = arg;
    return db_received_find(tx, r->ctx, r->claim.from, r->claim.message_id, &r->earlier);
}

static err write_repeat(struct tx *tx, void *arg)
{
    const struct receiving *r = arg;
    struct audit_event event = {.at = r->now,
                                .action = AUDIT_MESSAGE_REPEAT,
                                .object = r->earlier.id.text,
                                .detail = r->claim.from};
    return audit_append(tx, r->node->audit, &event);
}

/* repeat_answer: the message id is known: the same message again, or another one under its name. */
static enum mdn_outcome repeat_answer(struct receiving *r)
{
    if (!as2_mic_same(r->earlier.mic, r->content.mic)) return MDN_DUPLICATE;
    err e = db_run(r->node->records, write_repeat, r);
    if (err_failed(e)) return fault(e);
    r->receipt = r->earlier.mdn;
    return MDN_PROCESSED;
}

static enum mdn_outcome check_repeat(struct receiving *r)
{
    err e = db_read(r->node->records, read_earlier, r);
    if (e.kind == ERR_NOT_FOUND) return MDN_PROCESSED;
    return err_failed(e) ? fault(e) : repeat_answer(r);
}

/* The envelope must name the message that AS2 names, and an organisation of the partner's card. */
static enum mdn_outcome check_envelope(struct receiving *r)
{
    if (!text_same(r->content.type, ENVELOPE_TYPE)) return MDN_UNSUPPORTED_FORMAT;
    err e = envelope_read(r->ctx, r->content.content, &r->envelope);
    if (e.kind == ERR_MEMORY) return fault(e);
    if (err_failed(e)) return MDN_INTEGRITY_FAILED;
    const char *id = talloc_asprintf(r->ctx, "<%s@%s>", r->envelope->message.text, r->claim.from);
    if (!text_same(id, r->claim.message_id)) return MDN_INTEGRITY_FAILED;
    if (card_organisation_find(r->card, r->envelope->sender) == NULL)
        return MDN_AUTHENTICATION_FAILED;
    return MDN_PROCESSED;
}

static err read_recipient(struct tx *tx, void *arg)
{
    struct receiving *r = arg;
    struct db_organisation ours;
    TRY(db_organisation_by_id(tx, r->ctx, r->envelope->recipient, &ours));
    ENSURE(ours.active, ERR_NOT_FOUND, "this organisation is closed");
    return ERR_OK;
}

static enum mdn_outcome check_recipient(struct receiving *r)
{
    err e = db_read(r->node->records, read_recipient, r);
    if (e.kind == ERR_NOT_FOUND) return MDN_UNKNOWN_RECIPIENT;
    return err_failed(e) ? fault(e) : MDN_PROCESSED;
}

/* ---- storing ---- */

/* The kept form of message and receipt. Signing takes time, so it is done before the transaction.
 */
static err prepare(struct receiving *r)
{
    struct as2_post kept = {.body = r->post->body}, receipt = {0};
    TRY(as2_headers_keep(r->ctx, r->post->headers, &kept.headers));
    TRY(queue_post_write(r->ctx, &kept, &r->stored));
    struct mdn_wish wish = {.from = r->node->settings.id,
                            .to = r->claim.from,
                            .message = id_new(r->now),
                            .original = r->claim.message_id,
                            .mic = r->content.mic,
                            .outcome = MDN_PROCESSED,
                            .at = r->now};
    TRY(mdn_make(r->ctx, &wish, r->node->key, r->node->certificate, &receipt));
    return queue_post_write(r->ctx, &receipt, &r->receipt);
}

static bool asks_decision(const char *class)
{
    return text_same(class, "referral") || text_same(class, "alarm");
}

static err write_conversation(struct tx *tx, const struct receiving *r)
{
    const struct envelope *e = r->envelope;
    struct db_conversation row;
    err found = db_conversation_by_handle(tx, db_scratch(tx), e->conversation.text, &row);
    if (found.kind == ERR_NOT_FOUND) {
        row = (struct db_conversation){.handle = e->conversation.text,
                                       .partner_id = r->claim.from,
                                       .local_organisation = e->recipient,
                                       .remote_organisation = e->sender.text,
                                       .direction = "in",
                                       .state = "open",
                                       .created_at = r->now,
                                       .updated_at = r->now,
                                       .due_at = e->due};
        return db_conversation_insert(tx, &row);
    }
    TRY(found);
    ENSURE(text_same(row.partner_id, r->claim.from) &&
               id_same(row.local_organisation, e->recipient) &&
               text_same(row.remote_organisation, e->sender.text),
           ERR_PEER, "this conversation is between others");
    row.updated_at = r->now;
    /* Only what asks for a decision sets the day to answer by. */
    if (e->due != 0 && asks_decision(e->class)) row.due_at = e->due;
    return db_conversation_update(tx, &row);
}

static err freeze(struct tx *tx, const struct receiving *r)
{
    TRY(db_received_freeze(tx, r->envelope->conversation.text, NULL));
    struct audit_event event = {.at = r->now,
                                .action = AUDIT_MESSAGE_FREEZE,
                                .object = r->envelope->message.text,
                                .detail = r->claim.from};
    return audit_append(tx, r->node->audit, &event);
}

static err write_all(struct tx *tx, void *arg)
{
    const struct receiving *r = arg;
    const struct envelope *e = r->envelope;
    TRY(write_conversation(tx, r));
    if (text_same(e->class, "withdrawal")) TRY(freeze(tx, r));
    const struct db_received received = {.id = id_new(r->now),
                                         .partner_id = r->claim.from,
                                         .message_id = r->claim.message_id,
                                         .mic = r->content.mic,
                                         .at = r->now,
                                         .state = "new",
                                         .class_ = e->class,
                                         .handle = e->conversation.text,
                                         .organisation_id = e->recipient,
                                         .due_at = e->due,
                                         .mdn = r->receipt,
                                         .body = r->stored};
    TRY(db_received_insert(tx, &received));
    const struct db_message message = {.id = e->message,
                                       .handle = e->conversation.text,
                                       .direction = "in",
                                       .class_ = e->class,
                                       .state = "received",
                                       .sender_organisation = e->sender.text,
                                       .recipient_organisation = e->recipient.text,
                                       .created_at = r->now,
                                       .due_at = e->due};
    TRY(db_message_insert(tx, &message));
    struct audit_event event = {.at = r->now,
                                .action = AUDIT_MESSAGE_RECEIVE,
                                .object = e->message.text,
                                .detail = e->class};
    return audit_append(tx, r->node->audit, &event);
}

static enum mdn_outcome store(struct receiving *r)
{
    err e = prepare(r);
    if (!err_failed(e)) e = db_run(r->node->records, write_all, r);
    if (!err_failed(e)) return MDN_PROCESSED;
    r->receipt = (struct bytes){0};
    if (e.kind == ERR_PEER) return MDN_INTEGRITY_FAILED;
    if (e.kind != ERR_CONFLICT) return fault(e);
    /* The same message came twice at once and the other was faster, or the id is taken. */
    e = db_read(r->node->records, read_earlier, r);
    if (e.kind == ERR_NOT_FOUND) return MDN_DUPLICATE;
    return err_failed(e) ? fault(e) : repeat_answer(r);
}

static enum mdn_outcome (*const steps[])(struct receiving *r) = {
    check_partner,  check_wishes,    check_signature, check_repeat,
    check_envelope, check_recipient, store,
};

/* ---- answering ---- */

static err write_refusal(struct tx *tx, void *arg)
{
    const struct receiving *r = arg;
    struct audit_event event = {.at = r->now,
                                .action = AUDIT_MESSAGE_REFUSE,
                                .result = AUDIT_FAILED,
                                .object = r->claim.from,
                                .detail = mdn_outcome_name(r->outcome)};
    return audit_append(tx, r->node->audit, &event);
}

/* Only a pinned partner may write lines into the audit log: strangers could fill the disk. */
static void note_refusal(struct receiving *r)
{
    LOG(LOG_WARN, "receive_refused", log_text("outcome", mdn_outcome_name(r->outcome)),
        log_text("partner", r->known ? r->claim.from : "unknown"));
    if (!r->known) return;
    err e = db_run(r->node->records, write_refusal, r);
    if (err_failed(e)) log_err(LOG_ERROR, "receive_refused", e);
}

static err refuse(struct receiving *r, struct as2_post *answer)
{
    note_refusal(r);
    struct mdn_wish wish = {.from = r->node->settings.id,
                            .to = r->claim.from,
                            .message = id_new(r->now),
                            .original = r->claim.message_id,
                            .outcome = r->outcome,
                            .at = r->now};
    return mdn_make(r->ctx, &wish, r->node->key, r->node->certificate, answer);
}

static bool for_us(const struct receiving *r)
{
    return text_same(r->claim.to, r->node->settings.id);
}

err receive_post(struct node *node, mem *ctx, const struct as2_post *post, int *status,
                 struct as2_post *answer)
{
    struct receiving *r = mem_new(ctx, struct receiving);
    ENSURE_MEM(r);
    r->node = node;
    r->ctx = ctx;
    r->now = node_now(node);
    r->post = post;
    err e = as2_claim_read(ctx, post->headers, &r->claim);
    if (e.kind == ERR_MEMORY) return e;
    if (err_failed(e) || !for_us(r)) {
        *status = 400;
        *answer = (struct as2_post){0};
        return ERR_OK;
    }
    r->outcome = MDN_PROCESSED;
    for (size_t i = 0; i < COUNT_OF(steps) && r->outcome == MDN_PROCESSED && r->receipt.n == 0; i++)
        r->outcome = steps[i](r);
    *status = 200;
    if (r->outcome != MDN_PROCESSED) return refuse(r, answer);
    return queue_post_read(ctx, r->receipt, answer);
}
