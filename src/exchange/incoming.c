/* incoming.c - a person opens a received message, accepts or declines it. */
#include "exchange/incoming.h"

#include <string.h>

#include "base/text.h"
#include "db/team.h"
#include "db/user.h"
#include "domain/case.h"
#include "domain/case_content.h"
#include "domain/consent.h"
#include "domain/facts.h"
#include "domain/record_write.h"
#include "domain/vault.h"
#include "exchange/conversation_facts.h"
#include "exchange/incoming_inside.h"
#include "exchange/kept.h"
#include "exchange/outgoing.h"

#define REASON_MOST 2000 /* characters */

static bool proves(const char *class_) { return text_same(class_, "receipt") || text_same(class_, "decision"); }

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

static err show(struct arrival *a, const char *language, mem *ctx, struct incoming *out)
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
        .form = a->form,
        .answers = a->answers,
        .arrival = a,
    };
    TRY(json_kept(ctx, arrival_consent(a), &m.consent));
    TRY(json_kept(ctx, arrival_body(a), &m.body));
    *out = m;
    return ERR_OK;
}

/* Rows of one act, written together. */
struct act {
    struct node *node;
    struct case_making *making; /* or NULL: the case is there */
    struct record_batch consent;
    struct kept *kept; /* what we said before there was a case, or NULL */
    struct filing *filing;
    const struct outgoing_packed *message;
    struct audit_event event;
    bool audited; /* the act has a line of its own, beside those of its parts */
};

static err write_act(struct tx *tx, void *arg)
{
    const struct act *act = arg;
    if (act->making != NULL) TRY(case_insert(tx, act->making));
    TRY(record_batch_insert(tx, &act->consent));
    if (act->kept != NULL) TRY(kept_insert(tx, act->kept));
    TRY(arrival_insert(tx, act->filing));
    if (act->message != NULL) TRY(outgoing_insert(tx, act->message));
    return act->audited ? audit_append(tx, act->node->audit, &act->event) : ERR_OK;
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

/* What does not come about leaves no keys either. (A key that stays behind opens nothing.) */
static err run_act(struct act *act, struct actor *actor, struct casefile *c, bool withdrawal)
{
    err e = withdrawal ? file_withdrawal(act->node, actor, c, act) : db_run(act->node->records, write_act, act);
    if (!err_failed(e) && act->kept != NULL) kept_done(act->kept);
    if (!err_failed(e)) return ERR_OK;
    if (withdrawal) return e; /* it may have come about, and only reading the case again failed */
    arrival_abandon(act->filing);
    if (act->making != NULL) err_ignore(vault_discard(act->node, VAULT_CASE, c->id));
    return e;
}

/* Everything but a referral belongs to a case already and is filed by being opened. `receipt` may be NULL. */
static err file_reply(struct node *node, struct actor *actor, mem *ctx, struct arrival *a,
                      const struct outgoing_packed *receipt)
{
    struct casefile *c;
    struct act act = {.node = node, .message = receipt};
    TRY(case_find_id(node, actor, a->conversation.case_id, ctx, &c));
    TRY(arrival_prepare(node, actor, c, a, &act.filing));
    TRY(run_act(&act, actor, c, text_same(a->row.class_, "withdrawal")));
    a->row.state = "filed";
    return ERR_OK;
}

/* Parts of a filed message that nobody could open when it was filed. */
err arrival_file_later(struct node *node, struct actor *actor, mem *ctx, struct arrival *a, bool *filed)
{
    struct casefile *c;
    struct act act = {.node = node};
    *filed = false;
    TRY(case_find_id(node, actor, a->conversation.case_id, ctx, &c));
    TRY(arrival_prepare(node, actor, c, a, &act.filing));
    if (!arrival_adds(act.filing)) return ERR_OK;
    TRY(run_act(&act, actor, c, false));
    *filed = true;
    return ERR_OK;
}

/* A message that was well where it was opened before, or that another key shows to be bad: the sender is told. */
static err refuse(struct node *node, struct actor *actor, mem *ctx, struct arrival *a, err why)
{
    struct outgoing_packed *receipt;
    bool waits = text_same(a->row.state, "new") || text_same(a->row.state, "delivered") ||
                 text_same(a->row.state, "opened");
    if (!waits || !arrival_is_bad(why)) return why;
    TRY(receipt_prepare(node, actor, a, "unreadable", ctx, &receipt));
    TRY(arrival_mark(node, actor, a, "unreadable", AUDIT_MESSAGE_UNREADABLE, receipt));
    return why;
}

err incoming_open(struct node *node, struct actor *actor, const char *received_id, const char *language, mem *ctx,
                  struct incoming *out)
{
    TRY(actor_need(actor, CAPABILITY_INBOX_READ));
    struct id id;
    struct arrival *a;
    struct outgoing_packed *receipt = NULL;
    TRY(id_parse(received_id, &id));
    TRY(arrival_load(node, actor, id, ctx, &a));
    err e = arrival_open(node, actor, ctx, a);
    if (err_failed(e)) return refuse(node, actor, ctx, a, e);
    TRY(show(a, language, ctx, out));
    bool first = text_same(a->row.state, "new") || text_same(a->row.state, "delivered");
    bool files = !waits_for_decision(a->row.class_) && !proves(a->row.class_) && id_is_set(a->conversation.case_id);
    if (first) TRY(receipt_prepare(node, actor, a, "opened", ctx, &receipt));
    if (files && (first || text_same(a->row.state, "opened"))) TRY(file_reply(node, actor, ctx, a, receipt));
    else if (first) TRY(arrival_mark(node, actor, a, "opened", AUDIT_MESSAGE_OPEN, receipt));
    out->state = a->row.state;
    return ERR_OK;
}

/* What was sealed to the organisation alone goes from the log of the store, too. Later, if somebody is reading. */
static void scrub(struct node *node) { err_ignore(db_scrub(node->records)); }

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
    const struct case_wish wish = {.team = team, .organisation = m->recipient, .origin = "received", .facts = &facts};
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
    ENSURE((m->opened & COMPARTMENT_BIT(COMPARTMENT_IDENTITY)) != 0, ERR_DENIED,
           "who accepts must be able to read whom it is about: your teams do not hold that key");
    struct manager manager = {.ctx = ctx, .team = team, .user = case_manager};
    TRY(choose_manager(node, m, &manager));
    struct act *act = mem_new(ctx, struct act);
    ENSURE_MEM(act);
    act->node = node;
    struct casefile *c;
    struct outgoing_packed *message;
    TRY(case_for(node, actor, m, team, ctx, act, &c));
    TRY(kept_prepare(node, actor, c, m->handle, &act->kept));
    TRY(arrival_prepare(node, actor, c, m->arrival, &act->filing));
    json_t *body = json_pack("{s:s, s:s}", "outcome", "accepted", "person", manager.user_row.display_name);
    TRY(decision(node, actor, c, m, body, ctx, &message));
    act->message = message;
    act->audited = true;
    act->event = (struct audit_event){.at = node_now(node),
                                      .actor_id = actor->user_id,
                                      .action = AUDIT_MESSAGE_ACCEPT,
                                      .case_id = c->id,
                                      .object = m->message_id};
    TRY(run_act(act, actor, c, false));
    m->state = "filed";
    scrub(node);
    *out = act->making == NULL ? c : case_made(act->making);
    case_reload(node, *out);
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
    scrub(node);
    return ERR_OK;
}
