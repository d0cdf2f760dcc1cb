/* outgoing.c - builds, seals and queues a message. */
#include "exchange/outgoing.h"

#include "base/date.h"
#include "base/text.h"
#include "db/case_file.h"
#include "db/conversation.h"
#include "db/delivery.h"
#include "db/evidence.h"
#include "db/message.h"
#include "domain/case.h"
#include "domain/case_content.h"
#include "domain/organisation.h"
#include "domain/record_write.h"
#include "exchange/as2.h"
#include "exchange/envelope.h"
#include "exchange/kept.h"
#include "exchange/partner_card.h"
#include "exchange/queue.h"
#include "exchange/seal.h"
#include "form/write.h"
#include "print/form_pdf.h"

/* Referrals give up after a week; a withdrawal never does. */
#define DELIVERY_DEADLINE (7 * MSEC_DAY)

static const struct {
    const char *class_;
    enum capability capability;
} CLASSES[] = {
    {"referral", CAPABILITY_REFERRAL_SEND}, {"followup", CAPABILITY_FOLLOWUP_SEND},
    {"alarm", CAPABILITY_REFERRAL_SEND},    {"question", CAPABILITY_INBOX_READ},
    {"answer", CAPABILITY_INBOX_READ},      {"decision", CAPABILITY_REFERRAL_DECIDE},
    {"receipt", CAPABILITY_INBOX_READ},     {"withdrawal", CAPABILITY_CONSENT_RECORD},
};

/* A message on its way from words to rows. */
struct outgoing_packed {
    struct node *node;
    struct actor *actor;
    struct casefile *c; /* or NULL */
    const struct outgoing *in;
    mem *ctx;
    msec now;
    struct id message, handle, recipient;
    bool new_conversation;
    struct organisation_key signer;
    struct card *card;
    const struct card_organisation *to;
    struct envelope_part parts[COMPARTMENTS];
    size_t n_parts;
    struct bytes definition; /* of the form */
    struct bytes post;
    char mic[AS2_MIC_ROOM];
    struct bytes statement; /* evidence "submitted" */
    struct record_batch sent;
    struct bytes kept; /* words, while there is no case to keep them in */
    struct id kept_key;
};

static bool has_answers(const struct outgoing *message)
{
    for (unsigned i = 0; i < COMPARTMENTS; i++)
        if (message->answers[i] != NULL) return true;
    return false;
}

static err may(const struct actor *actor, const char *class_)
{
    for (size_t i = 0; i < COUNT_OF(CLASSES); i++)
        if (text_same(CLASSES[i].class_, class_)) return actor_need(actor, CLASSES[i].capability);
    FAIL(ERR_BUG, "there is no such class of message");
}

static err render(struct outgoing_packed *p, const json_t *answers, struct bytes *pdf)
{
    const struct form_reading reading = form_reading_of(p->in->form, p->in->language);
    const struct form_pdf wish = {.form = p->in->form,
                                  .reading = &reading,
                                  .language = p->in->language,
                                  .handling = p->in->handling,
                                  .created = p->now};
    return form_pdf_filled(p->ctx, &wish, answers, pdf);
}

static err seal_one(struct outgoing_packed *p, enum compartment compartment)
{
    const json_t *answers = p->in->answers[compartment];
    const json_t *body = compartment == COMPARTMENT_IDENTITY ? p->in->body : NULL;
    if (answers == NULL && body == NULL) return ERR_OK;
    const struct certificate *key = p->to->keys[compartment];
    ENSURE(key != NULL, ERR_STATE, "the partner's node card has no key for a part of this message");
    struct part part = {
        .type = p->in->class_,
        .message = p->message,
        .sender = p->in->sender,
        .recipient = p->recipient,
        .compartment = compartment,
        .conversation = p->handle,
        .purpose = text_empty(p->in->purpose) ? NULL : p->in->purpose,
        .handling = p->in->handling,
        .language = p->in->language,
        .at = p->now,
        /* its comments are about the person: they need know who knows whom it is about */
        .consent = compartment == COMPARTMENT_IDENTITY ? p->in->consent : NULL,
        .body = body,
    };
    if (p->in->in_reply_to != NULL) TRY(id_parse(p->in->in_reply_to, &part.in_reply_to));
    if (answers != NULL) {
        part.answers = answers;
        part.form = (struct part_form){.id = p->in->form->id, .version = p->in->form->version};
        part.definition = p->definition;
        TRY(render(p, answers, &part.pdf));
    }
    struct envelope_part *out = &p->parts[p->n_parts];
    out->compartment = compartment;
    TRY(part_seal(p->ctx, &part, p->signer.key, p->signer.certificate, key, p->now, &out->cms));
    p->n_parts++;
    return ERR_OK;
}

static err wrap_up(struct outgoing_packed *p)
{
    const struct envelope envelope = {.conversation = p->handle,
                                      .message = p->message,
                                      .sender = p->in->sender,
                                      .recipient = p->recipient,
                                      .class = p->in->class_,
                                      .due = p->in->due_at,
                                      .parts = p->parts,
                                      .part_count = p->n_parts};
    struct bytes content;
    TRY(envelope_write(p->ctx, &envelope, &content));
    const struct as2_wish wish = {.from = p->node->settings.id,
                                  .to = p->in->partner_id,
                                  .message = p->message,
                                  .at = p->now,
                                  .type = ENVELOPE_TYPE,
                                  .content = content};
    struct as2_post post;
    TRY(as2_make(p->ctx, &wish, p->node->key, p->node->certificate, &post, p->mic));
    return queue_post_write(p->ctx, &post, &p->post);
}

/* Evidence "submitted": our organisation's signature under what was handed over, by its MIC; no word about
 * the person. */
static err state_submission(struct outgoing_packed *p)
{
    char at[DATE_TIME_ROOM];
    date_format_utc(p->now, at);
    JSON_SCOPE(statement) = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "evidence", "submitted", "message", p->message.text, "conversation",
        p->handle.text, "class", p->in->class_, "sender", p->in->sender.text, "recipient", p->recipient.text, "mic",
        p->mic, "at", at);
    ENSURE_MEM(statement);
    struct bytes text;
    TRY(json_write(p->ctx, statement, &text));
    return cms_sign(p->ctx, text, p->signer.key, p->signer.certificate, p->now, &p->statement);
}

/* What went in a compartment, for our own file; NULL if nothing did. */
static err copy_of(const struct outgoing_packed *p, enum compartment compartment, json_t **out)
{
    const json_t *answers = p->in->answers[compartment];
    const json_t *body = compartment == COMPARTMENT_IDENTITY ? p->in->body : NULL;
    if (answers == NULL && body == NULL) return ERR_OK;
    JSON_SCOPE(copy) = json_pack("{s:s, s:s, s:s, s:s, s:I}", "class", p->in->class_, "to", p->in->recipient,
                                 "purpose", p->in->purpose, "conversation", p->handle.text, "at", (json_int_t)p->now);
    ENSURE_MEM(copy);
    if (body != NULL) TRY(json_put(copy, "body", json_incref(p->in->body)));
    if (answers != NULL) {
        TRY(json_put(copy, "answers", json_incref(p->in->answers[compartment])));
        TRY(json_put(copy, "form", json_string(p->in->form->id)));
        TRY(json_put(copy, "form_hash", json_string(p->in->form->hash)));
    }
    if (p->in->consent != NULL && compartment == COMPARTMENT_IDENTITY)
        TRY(json_put(copy, "consent", json_incref(p->in->consent)));
    *out = json_incref(copy);
    return ERR_OK;
}

/* The record `sent` of the case. Before there is one, words are kept until there is. */
static err keep_copy(struct outgoing_packed *p, enum compartment compartment)
{
    bool words = text_same(p->in->class_, "question") || text_same(p->in->class_, "answer");
    if (p->c == NULL && !words) return ERR_OK;
    JSON_SCOPE(copy) = NULL;
    TRY(copy_of(p, compartment, &copy));
    if (copy == NULL) return ERR_OK;
    if (p->c == NULL) return kept_seal(p->node, p->actor, p->in->sender, p->message, copy, p->ctx, &p->kept, &p->kept_key);
    return record_seal(p->node, p->actor, p->c->vault, p->ctx, "sent", p->message.text, compartment, 1, copy, &p->sent);
}

static err write_conversation(struct tx *tx, const struct outgoing_packed *p)
{
    struct db_conversation row;
    if (p->new_conversation) {
        row = (struct db_conversation){
            .handle = p->handle.text,
            .partner_id = p->in->partner_id,
            .local_organisation = p->in->sender,
            .remote_organisation = p->in->recipient,
            .direction = "out",
            .state = "open",
            .created_at = p->now,
            .updated_at = p->now,
            .due_at = p->in->due_at,
        };
        if (p->c != NULL) row.case_id = p->c->id;
        return db_conversation_insert(tx, &row);
    }
    TRY(db_conversation_by_handle(tx, db_scratch(tx), p->handle.text, &row));
    row.updated_at = p->now;
    if (p->c != NULL && !id_is_set(row.case_id)) row.case_id = p->c->id;
    return db_conversation_update(tx, &row);
}

/* Whoever withdraws at this moment is heard: what was planned under other consents does not leave. */
static err consents_hold(struct tx *tx, const struct outgoing_packed *p)
{
    if (p->c == NULL || !has_answers(p->in)) return ERR_OK;
    db_records now;
    int64_t sum = 0;
    TRY(db_record_current_kind(tx, db_scratch(tx), p->c->id, "consent", &now));
    for (size_t i = 0; i < now.n; i++) sum += now.at[i].revision;
    ENSURE(sum == case_revisions_of(p->c, "consent"), ERR_CONFLICT,
           "the person's consent changed this moment: look again before you send");
    return ERR_OK;
}

err outgoing_insert(struct tx *tx, const struct outgoing_packed *p)
{
    TRY(consents_hold(tx, p));
    TRY(write_conversation(tx, p));
    struct db_message message = {.id = p->message,
                                 .handle = p->handle.text,
                                 .direction = "out",
                                 .class_ = p->in->class_,
                                 .state = "submitted",
                                 .sender_organisation = p->in->sender.text,
                                 .recipient_organisation = p->in->recipient,
                                 .created_at = p->now,
                                 .due_at = p->in->due_at,
                                 .author_id = p->actor->user_id};
    if (p->in->in_reply_to != NULL) TRY(id_parse(p->in->in_reply_to, &message.in_reply_to));
    TRY(db_message_insert(tx, &message));
    if (p->kept.n > 0) TRY(db_message_keep(tx, p->message, p->kept));
    bool forever = text_same(p->in->class_, "withdrawal");
    const struct db_delivery delivery = {.message_id = p->message,
                                         .partner_id = p->in->partner_id,
                                         .next_at = p->now,
                                         .deadline_at = forever ? 0 : p->now + DELIVERY_DEADLINE,
                                         .mic = p->mic,
                                         .body = p->post};
    TRY(db_delivery_insert(tx, &delivery));
    const struct db_evidence evidence = {.id = id_new(p->now),
                                         .message_id = p->message,
                                         .kind = "submitted",
                                         .at = p->now,
                                         .by = p->in->sender.text,
                                         .body = p->statement};
    TRY(db_evidence_insert(tx, &evidence));
    TRY(record_batch_insert(tx, &p->sent));
    if (p->c != NULL) TRY(db_case_touch(tx, p->c->id, p->now));
    struct audit_event event = {.at = p->now,
                                .actor_id = p->actor->user_id,
                                .action = AUDIT_MESSAGE_SUBMIT,
                                .object = p->message.text,
                                .detail = p->in->class_};
    if (p->c != NULL) event.case_id = p->c->id;
    return audit_append(tx, p->node->audit, &event);
}

static err pack(struct outgoing_packed *p)
{
    TRY(may(p->actor, p->in->class_));
    p->now = node_now(p->node);
    p->message = id_new(p->now);
    p->new_conversation = !id_is_set(p->in->handle);
    p->handle = p->new_conversation ? id_random() : p->in->handle;
    TRY(organisation_signing_key(p->node, p->actor, p->in->sender, p->ctx, &p->signer));
    TRY(partner_card_now(p->node, p->ctx, p->in->partner_id, &p->card));
    TRY(partner_organisation(p->card, p->in->recipient, &p->to));
    p->recipient = p->to->id;
    if (has_answers(p->in)) TRY(form_to_json(p->ctx, p->in->form, &p->definition));
    for (unsigned i = 0; i < COMPARTMENTS; i++) TRY(seal_one(p, (enum compartment)i));
    ENSURE(p->n_parts > 0, ERR_INPUT, "there is nothing to send");
    TRY(wrap_up(p));
    TRY(state_submission(p));
    for (unsigned i = 0; i < COMPARTMENTS; i++) TRY(keep_copy(p, (enum compartment)i));
    return ERR_OK;
}

err outgoing_prepare(struct node *node, struct actor *actor, struct casefile *c, const struct outgoing *message,
                     mem *ctx, struct outgoing_packed **out)
{
    struct outgoing_packed *p = mem_new(ctx, struct outgoing_packed);
    ENSURE_MEM(p);
    p->node = node;
    p->actor = actor;
    p->c = c;
    p->in = message;
    p->ctx = ctx;
    TRY(pack(p));
    *out = p;
    return ERR_OK;
}

static err insert(struct tx *tx, void *arg)
{
    const struct outgoing_packed *p = arg;
    return outgoing_insert(tx, p);
}

err outgoing_send(struct node *node, struct actor *actor, struct casefile *c, const struct outgoing *message,
                  struct id *message_id)
{
    MEM_SCOPE(scope, NULL);
    struct outgoing_packed *p;
    TRY(outgoing_prepare(node, actor, c, message, scope, &p));
    err e = db_run(node->records, insert, p);
    if (err_failed(e) && id_is_set(p->kept_key)) kept_forget(node, p->kept_key);
    TRY(e);
    *message_id = p->message;
    return ERR_OK;
}
