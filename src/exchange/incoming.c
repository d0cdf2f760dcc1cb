/* incoming.c - a person opens a received message, accepts or declines it. */
#include "exchange/incoming.h"

#include <string.h>

#include "base/text.h"
#include "db/team.h"
#include "db/user.h"
#include "domain/case.h"
#include "domain/consent.h"
#include "domain/facts.h"
#include "domain/record_write.h"
#include "domain/vault.h"
#include "exchange/conversation_facts.h"
#include "exchange/incoming_inside.h"
#include "exchange/outgoing.h"

#define REASON_MOST 2000 /* characters */

static bool waits_for_decision(const char *class_) { return text_same(class_, "referral") || text_same(class_, "alarm"); }

static const char *name_in(const struct card_organisation *o, const char *language)
{
    for (size_t i = 0; i < o->name_count; i++)
        if (text_same(o->names[i].language, language)) return o->names[i].text;
    return o->name_count > 0 ? o->names[0].text : "";
}

static err json_kept(mem *ctx, const json_t *value, json_t **out)
{
    *out = NULL;
    if (value == NULL) return ERR_OK;
    json_t *copy = json_deep_copy(value);
    TRY(json_keep(ctx, copy));
    *out = copy;
    return ERR_OK;
}

static const struct part *any_part(const struct arrival *a)
{
    for (unsigned i = 0; i < COMPARTMENTS; i++)
        if (a->parts[i] != NULL) return a->parts[i];
    return NULL;
}

static err show(struct node *node, struct arrival *a, const char *language, mem *ctx, struct incoming *out)
{
    const struct part *part = any_part(a);
    ENSURE(part != NULL, ERR_DENIED, "your teams hold no key for any part of this message");
    struct incoming m = {
        .received_id = a->row.id,
        .message_id = a->message.text,
        .class_ = a->row.class_,
        .handle = a->row.handle,
        .in_reply_to = id_is_set(part->in_reply_to) ? part->in_reply_to.text : NULL,
        .partner_id = a->row.partner_id,
        .sender_name = name_in(a->from, language),
        .sender_country = a->card->country,
        .sender_organisation = a->envelope->sender.text,
        .recipient = a->row.organisation_id,
        .purpose = part->purpose == NULL ? "" : part->purpose,
        .language = part->language == NULL ? "" : part->language,
        .state = a->row.state,
        .received_at = a->row.at,
        .due_at = a->row.due_at,
        .case_id = a->conversation.case_id,
        .there = a->there,
        .opened = a->opened,
        .arrival = a,
    };
    TRY(arrival_form(node, ctx, a, &m.form));
    TRY(arrival_answers(ctx, a, m.form, &m.answers));
    TRY(json_kept(ctx, arrival_consent(a), &m.consent));
    TRY(json_kept(ctx, arrival_body(a), &m.body));
    *out = m;
    return ERR_OK;
}

/* Rows of one act, written together. */
struct act {
    struct case_making *making; /* or NULL: the case is there */
    struct record_batch consent;
    const struct filing *filing;
    const struct outgoing_packed *message;
};

static err write_act(struct tx *tx, void *arg)
{
    const struct act *act = arg;
    if (act->making != NULL) TRY(case_insert(tx, act->making));
    TRY(record_batch_insert(tx, &act->consent));
    TRY(arrival_insert(tx, act->filing));
    return outgoing_insert(tx, act->message);
}

/* The other side was told that the person takes the consent back; so it ends here too, and what waits here does not leave. */
static err file_withdrawal(struct node *node, struct actor *actor, struct casefile *c, struct act *act)
{
    struct consent_list list;
    TRY(consent_all(c, c->ctx, &list));
    const struct consent *in_force = consent_in_force(&list);
    if (in_force == NULL) return db_run(node->records, write_act, act);
    const struct consent_also also = {write_act, act};
    size_t cancelled;
    return consent_withdraw_also(node, actor, c, in_force->id, "", &also, &cancelled);
}

/* Everything but a referral belongs to a case already and is filed by being opened. */
static err file_reply(struct node *node, struct actor *actor, mem *ctx, struct arrival *a,
                      const struct outgoing_packed *receipt)
{
    struct casefile *c;
    struct filing *filing;
    TRY(case_find_id(node, actor, a->conversation.case_id, ctx, &c));
    TRY(arrival_prepare(node, actor, c, a, &filing));
    struct act act = {.filing = filing, .message = receipt};
    TRY(text_same(a->row.class_, "withdrawal") ? file_withdrawal(node, actor, c, &act)
                                               : db_run(node->records, write_act, &act));
    a->row.state = "filed";
    return ERR_OK;
}

err incoming_open(struct node *node, struct actor *actor, const char *received_id, const char *language, mem *ctx,
                  struct incoming *out)
{
    TRY(actor_need(actor, CAPABILITY_INBOX_READ));
    struct id id;
    struct arrival *a;
    struct outgoing_packed *receipt;
    TRY(id_parse(received_id, &id));
    TRY(arrival_load(node, actor, id, ctx, &a));
    TRY(arrival_open(node, actor, ctx, a));
    TRY(show(node, a, language, ctx, out));
    bool first = text_same(a->row.state, "new") || text_same(a->row.state, "delivered");
    if (!first) return ERR_OK;
    TRY(receipt_prepare(node, actor, a, "opened", ctx, &receipt));
    if (waits_for_decision(a->row.class_) || !id_is_set(a->conversation.case_id))
        TRY(arrival_mark(node, actor, a, "opened", AUDIT_MESSAGE_OPEN, receipt));
    else TRY(file_reply(node, actor, ctx, a, receipt));
    out->state = a->row.state;
    return ERR_OK;
}

static err decision(struct node *node, struct actor *actor, struct casefile *c, const struct incoming *m, json_t *body,
                    mem *ctx, struct outgoing_packed **out)
{
    struct outgoing *message = mem_new(ctx, struct outgoing);
    ENSURE_MEM(message);
    TRY(json_keep(ctx, body));
    *message = (struct outgoing){.class_ = "decision",
                                 .in_reply_to = m->message_id,
                                 .sender = m->recipient,
                                 .partner_id = m->partner_id,
                                 .recipient = m->sender_organisation,
                                 .purpose = "",
                                 .handling = "confidential",
                                 .body = body,
                                 .language = actor->language};
    TRY(id_parse(m->handle, &message->handle));
    return outgoing_prepare(node, actor, c, message, ctx, out);
}

struct manager {
    mem *ctx;
    struct id team, user;
    struct db_team team_row;
    struct db_user user_row;
    bool member;
};

static err read_manager(struct tx *tx, void *arg)
{
    struct manager *m = arg;
    db_memberships members;
    TRY(db_team_by_id(tx, m->ctx, m->team, &m->team_row));
    TRY(db_user_by_id(tx, m->ctx, m->user, &m->user_row));
    TRY(db_membership_of_team(tx, m->ctx, m->team, &members));
    m->member = false;
    for (size_t i = 0; i < members.n; i++)
        if (id_same(members.at[i].user_id, m->user) && text_same(members.at[i].state, "active")) m->member = true;
    return ERR_OK;
}

/* Our country's role, if the sender did not name us. Whoever is asked to take a person is the country of origin, unless the
 * worker corrects it. */
static void add_ourselves(const struct node *node, struct facts *f)
{
    for (size_t i = 0; i < f->n_countries; i++)
        if (text_same(f->countries[i].code, node->settings.country)) return;
    if (f->n_countries == FACTS_COUNTRIES) return;
    memcpy(f->countries[f->n_countries].code, node->settings.country, 3);
    f->countries[f->n_countries].roles = PARTY_ORIGIN;
    f->n_countries++;
}

/* The consent that came: ours to honour too. It covers the way back. */
static err take_consent(struct node *node, struct actor *actor, struct casefile *c, const struct incoming *m,
                        struct record_batch *batch)
{
    if (m->consent == NULL) return ERR_OK;
    struct consent consent;
    TRY(consent_read(c->ctx, m->consent, &consent));
    consent.received_from = m->sender_name;
    bool there = false;
    for (size_t i = 0; i < consent.n_countries; i++) there = there || text_same(consent.countries[i], m->sender_country);
    if (!there && consent.n_countries < CONSENT_COUNTRIES)
        memcpy(consent.countries[consent.n_countries++], m->sender_country, 3);
    return consent_seal(node, actor, c, &consent, batch);
}

static err choose_manager(struct node *node, const struct incoming *m, struct manager *manager)
{
    TRY(db_read(node->records, read_manager, manager));
    ENSURE(id_same(manager->team_row.organisation_id, m->recipient), ERR_INPUT,
           "choose a team of the organisation that was asked");
    ENSURE(manager->member, ERR_INPUT, "choose a case manager who is a member of the team");
    return ERR_OK;
}

static err case_for(struct node *node, struct actor *actor, const struct incoming *m, struct id team, mem *ctx,
                    struct act *act, struct casefile **out)
{
    if (id_is_set(m->case_id)) return case_find_id(node, actor, m->case_id, ctx, out);
    struct facts facts;
    TRY(conversation_facts_read(ctx, m->body, &facts));
    add_ourselves(node, &facts);
    const struct case_wish wish = {team, m->recipient, "received", &facts};
    TRY(case_prepare(node, actor, &wish, ctx, &act->making));
    *out = case_preparing(act->making);
    return take_consent(node, actor, *out, m, &act->consent);
}

err incoming_accept(struct node *node, struct actor *actor, struct incoming *m, struct id team, struct id case_manager,
                    mem *ctx, struct casefile **out)
{
    TRY(actor_need(actor, CAPABILITY_REFERRAL_DECIDE));
    ENSURE(waits_for_decision(m->class_) && text_same(m->state, "opened"), ERR_STATE,
           "this message does not wait for a decision");
    struct manager manager = {.ctx = ctx, .team = team, .user = case_manager};
    TRY(choose_manager(node, m, &manager));
    struct act *act = mem_new(ctx, struct act);
    ENSURE_MEM(act);
    struct casefile *c;
    struct filing *filing;
    struct outgoing_packed *message;
    TRY(case_for(node, actor, m, team, ctx, act, &c));
    TRY(arrival_prepare(node, actor, c, m->arrival, &filing));
    json_t *body = json_pack("{s:s, s:s}", "outcome", "accepted", "person", manager.user_row.display_name);
    TRY(decision(node, actor, c, m, body, ctx, &message));
    act->filing = filing;
    act->message = message;
    TRY(db_run(node->records, write_act, act));
    m->state = "filed";
    *out = act->making == NULL ? c : case_made(act->making);
    return ERR_OK;
}

struct declining {
    struct node *node;
    struct actor *actor;
    struct arrival *a;
    const struct outgoing_packed *message;
};

/* What we do not need we do not keep. */
static err write_decline(struct tx *tx, void *arg)
{
    const struct declining *d = arg;
    TRY(db_received_state(tx, d->a->row.id, d->a->row.state, d->a->row.state));
    TRY(db_received_erase(tx, d->a->row.id));
    TRY(outgoing_insert(tx, d->message));
    const struct audit_event event = {.at = node_now(d->node),
                                      .actor_id = d->actor->user_id,
                                      .action = AUDIT_MESSAGE_DECLINE,
                                      .object = d->a->message.text};
    return audit_append(tx, d->node->audit, &event);
}

err incoming_decline(struct node *node, struct actor *actor, struct incoming *m, const char *reason)
{
    MEM_SCOPE(scope, NULL);
    TRY(actor_need(actor, CAPABILITY_REFERRAL_DECIDE));
    ENSURE(waits_for_decision(m->class_) && text_same(m->state, "opened"), ERR_STATE,
           "this message does not wait for a decision");
    const char *trimmed;
    struct outgoing_packed *message;
    TRY(text_trim(scope, reason == NULL ? "" : reason, &trimmed));
    ENSURE(*trimmed != '\0', ERR_INPUT, "say why, so that the other side can find help elsewhere");
    TRY(text_check(bytes_text(trimmed), REASON_MOST * 4));
    json_t *body = json_pack("{s:s, s:s}", "outcome", "declined", "reason", trimmed);
    TRY(decision(node, actor, NULL, m, body, scope, &message));
    struct declining d = {node, actor, m->arrival, message};
    TRY(db_run(node->records, write_decline, &d));
    m->state = "erased";
    return ERR_OK;
}
