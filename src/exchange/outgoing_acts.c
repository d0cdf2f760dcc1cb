/* outgoing_acts.c - the messages of the main job: referral, follow-up, question, answer. */
#include "base/text.h"
#include "db/conversation.h"
#include "db/message.h"
#include "db/partner.h"
#include "domain/case.h"
#include "domain/actor.h"
#include "domain/contact.h"
#include "domain/facts.h"
#include "domain/node.h"
#include "domain/referral.h"
#include "exchange/conversation_facts.h"
#include "exchange/outgoing.h"

#define WORDS_MOST 4000 /* characters */

struct lookup {
    mem *ctx;
    const char *handle;
    struct id in_reply_to;
    struct db_conversation row;
    struct db_partner partner;
    struct db_message question;
};

static err find(struct tx *tx, void *arg)
{
    struct lookup *l = arg;
    TRY(db_conversation_by_handle(tx, l->ctx, l->handle, &l->row));
    return db_partner_by_id(tx, l->ctx, l->row.partner_id, &l->partner);
}

static err find_question(struct tx *tx, void *arg)
{
    struct lookup *l = arg;
    return db_message_by_id(tx, l->ctx, l->in_reply_to, &l->question);
}

/* The conversation, which must be about this case (c not NULL) or about none yet. */
static err conversation(struct node *node, mem *ctx, const char *handle, const struct casefile *c,
                        struct db_conversation *out, const char **country)
{
    struct lookup l = {.ctx = ctx, .handle = handle};
    TRY(db_read(node->records, find, &l));
    bool fits = c == NULL ? !id_is_set(l.row.case_id) : id_same(l.row.case_id, c->id);
    ENSURE(fits, ERR_NOT_FOUND, "this case has no such conversation");
    *out = l.row;
    *country = l.partner.country;
    return ERR_OK;
}

/* Words are about the person too. Before there is a case, the consent that came with the message covers the way back. */
static err words_allowed(struct node *node, mem *ctx, const struct casefile *c, const char *country)
{
    struct consent_list list;
    compartment_set scope;
    if (c == NULL) return ERR_OK;
    TRY(consent_all(c, ctx, &list));
    enum consent_answer answer = consent_for_sharing(&list, country, node_now(node), &scope);
    ENSURE(answer == CONSENT_VALID, ERR_STATE, referral_stop_text(referral_stop_of(answer)));
    return ERR_OK;
}

/* What is answered is a message that came in this conversation. */
static err reply_fits(struct node *node, mem *ctx, const char *handle, const char *in_reply_to)
{
    if (in_reply_to == NULL) return ERR_OK;
    struct lookup l = {.ctx = ctx};
    TRY(id_parse(in_reply_to, &l.in_reply_to));
    TRY(db_read(node->records, find_question, &l));
    ENSURE(text_same(l.question.handle, handle) && text_same(l.question.direction, "in"), ERR_NOT_FOUND,
           "there is no such message in this conversation");
    return ERR_OK;
}

/* What was shown is what is sent: the plan must not be stopped, and must be the one of the preview. */
static err plan_holds(const struct referral_plan *plan, const char *digest)
{
    ENSURE(!plan->stopped, ERR_STATE, "this can't be sent: look at the preview for the reason");
    ENSURE(text_same(plan->digest, digest), ERR_CONFLICT,
           "the case changed after you looked at the preview: look again before you send");
    return ERR_OK;
}

static void take_answers(const struct referral_plan *plan, struct outgoing *message)
{
    message->form = plan->form;
    message->consent = plan->consent;
    for (unsigned i = 0; i < COMPARTMENTS; i++) message->answers[i] = plan->answers[i];
}

err outgoing_referral(struct node *node, struct actor *actor, struct casefile *c, const struct contact *recipient,
                      const struct referral_plan *plan, const char *digest, const char *procedure, msec due_at,
                      const char *danger_reason, const char *language, struct id *message_id)
{
    TRY(plan_holds(plan, digest));
    ENSURE(due_at == 0 || due_at > node_now(node), ERR_INPUT, "the day to answer by must be in the future");
    JSON_SCOPE(body) = NULL;
    TRY(conversation_facts_write(c->facts, danger_reason, &body));
    bool danger = !text_empty(danger_reason);
    struct outgoing message = {.class_ = danger ? "alarm" : "referral",
                               .sender = c->organisation_id,
                               .partner_id = recipient->partner_id,
                               .recipient = recipient->organisation_id,
                               .due_at = due_at,
                               .purpose = procedure,
                               .handling = "confidential",
                               .body = body,
                               .language = language};
    take_answers(plan, &message);
    return outgoing_send(node, actor, c, &message, message_id);
}

err outgoing_followup(struct node *node, struct actor *actor, struct casefile *c, const char *handle,
                      const struct referral_plan *plan, const char *digest, const char *language,
                      struct id *message_id)
{
    MEM_SCOPE(scope, NULL);
    struct db_conversation row;
    const char *country;
    TRY(plan_holds(plan, digest));
    TRY(conversation(node, scope, handle, c, &row, &country));
    struct outgoing message = {.class_ = "followup",
                               .sender = row.local_organisation,
                               .partner_id = row.partner_id,
                               .recipient = row.remote_organisation,
                               .purpose = "",
                               .handling = "confidential",
                               .language = language};
    TRY(id_parse(handle, &message.handle));
    take_answers(plan, &message);
    return outgoing_send(node, actor, c, &message, message_id);
}

err outgoing_words(struct node *node, struct actor *actor, struct casefile *c, const char *handle, const char *class_,
                   const char *in_reply_to, const char *words, struct id *message_id)
{
    MEM_SCOPE(scope, NULL);
    struct db_conversation row;
    const char *trimmed, *country;
    TRY(conversation(node, scope, handle, c, &row, &country));
    TRY(words_allowed(node, scope, c, country));
    TRY(reply_fits(node, scope, handle, in_reply_to));
    TRY(text_trim(scope, words == NULL ? "" : words, &trimmed));
    ENSURE(*trimmed != '\0', ERR_INPUT, "write what you want to ask or say");
    TRY(text_check(bytes_text(trimmed), WORDS_MOST * 4));
    JSON_SCOPE(body) = json_pack("{s:s}", "words", trimmed);
    ENSURE_MEM(body);
    struct outgoing message = {.class_ = class_,
                               .in_reply_to = in_reply_to,
                               .sender = row.local_organisation,
                               .partner_id = row.partner_id,
                               .recipient = row.remote_organisation,
                               .purpose = "",
                               .handling = "confidential",
                               .body = body,
                               .language = actor->language};
    TRY(id_parse(handle, &message.handle));
    return outgoing_send(node, actor, c, &message, message_id);
}
