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

/* Everything but a referral belongs to a case already and is filed by being opened. */
static err file_reply(struct node *node, struct actor *actor, mem *ctx, struct arrival *a)
{
    if (!id_is_set(a->conversation.case_id)) return arrival_mark(node, actor, a, "opened", AUDIT_MESSAGE_OPEN);
    struct casefile *c;
    TRY(case_find_id(node, actor, a->conversation.case_id, ctx, &c));
    return arrival_file(node, actor, c, a);
}

err incoming_open(struct node *node, struct actor *actor, const char *received_id, const char *language, mem *ctx,
                  struct incoming *out)
{
    TRY(actor_need(actor, CAPABILITY_INBOX_READ));
    struct id id;
    struct arrival *a;
    TRY(id_parse(received_id, &id));
    TRY(arrival_load(node, actor, id, ctx, &a));
    TRY(arrival_open(node, actor, ctx, a));
    TRY(show(node, a, language, ctx, out));
    bool first = text_same(a->row.state, "new") || text_same(a->row.state, "delivered");
    if (!first) return ERR_OK;
    TRY(receipt_send(node, actor, a, "opened"));
    if (waits_for_decision(a->row.class_)) TRY(arrival_mark(node, actor, a, "opened", AUDIT_MESSAGE_OPEN));
    else TRY(file_reply(node, actor, ctx, a));
    out->state = a->row.state;
    out->case_id = a->conversation.case_id;
    return ERR_OK;
}

static err decide(struct node *node, struct actor *actor, struct casefile *c, const struct incoming *m,
                  const json_t *body)
{
    json_t *copy = json_deep_copy(body);
    JSON_SCOPE(words) = copy;
    ENSURE_MEM(words);
    struct outgoing message = {.class_ = "decision",
                               .in_reply_to = m->message_id,
                               .sender = m->recipient,
                               .partner_id = m->partner_id,
                               .recipient = m->sender_organisation,
                               .purpose = "",
                               .handling = "confidential",
                               .body = words,
                               .language = actor->language};
    TRY(id_parse(m->handle, &message.handle));
    struct id id;
    return outgoing_send(node, actor, c, &message, &id);
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
static err take_consent(struct node *node, struct actor *actor, struct casefile *c, const struct incoming *m)
{
    if (m->consent == NULL) return ERR_OK;
    struct consent consent;
    TRY(consent_read(c->ctx, m->consent, &consent));
    consent.received_from = m->sender_name;
    bool there = false;
    for (size_t i = 0; i < consent.n_countries; i++) there = there || text_same(consent.countries[i], m->sender_country);
    if (!there && consent.n_countries < CONSENT_COUNTRIES)
        memcpy(consent.countries[consent.n_countries++], m->sender_country, 3);
    return consent_take(node, actor, c, &consent);
}

err incoming_accept(struct node *node, struct actor *actor, struct incoming *m, struct id team, struct id case_manager,
                    mem *ctx, struct casefile **out)
{
    TRY(actor_need(actor, CAPABILITY_REFERRAL_DECIDE));
    ENSURE(waits_for_decision(m->class_) && text_same(m->state, "opened"), ERR_STATE,
           "this message does not wait for a decision");
    struct manager manager = {.ctx = ctx, .team = team, .user = case_manager};
    TRY(db_read(node->records, read_manager, &manager));
    ENSURE(id_same(manager.team_row.organisation_id, m->recipient), ERR_INPUT,
           "choose a team of the organisation that was asked");
    ENSURE(manager.member, ERR_INPUT, "choose a case manager who is a member of the team");
    struct casefile *c;
    if (id_is_set(m->case_id)) {
        TRY(case_find_id(node, actor, m->case_id, ctx, &c));
    } else {
        struct facts facts;
        TRY(conversation_facts_read(ctx, m->body, &facts));
        add_ourselves(node, &facts);
        const struct case_wish wish = {team, m->recipient, "received", &facts};
        TRY(case_make(node, actor, &wish, ctx, &c));
        TRY(take_consent(node, actor, c, m));
    }
    TRY(arrival_file(node, actor, c, m->arrival));
    m->state = "filed";
    JSON_SCOPE(body) = json_pack("{s:s, s:s}", "outcome", "accepted", "person", manager.user_row.display_name);
    ENSURE_MEM(body);
    TRY(decide(node, actor, c, m, body));
    *out = c;
    return ERR_OK;
}

static err write_decline(struct tx *tx, void *arg)
{
    const struct arrival *a = arg;
    return db_received_erase(tx, a->row.id);
}

err incoming_decline(struct node *node, struct actor *actor, struct incoming *m, const char *reason)
{
    MEM_SCOPE(scope, NULL);
    TRY(actor_need(actor, CAPABILITY_REFERRAL_DECIDE));
    ENSURE(waits_for_decision(m->class_) && text_same(m->state, "opened"), ERR_STATE,
           "this message does not wait for a decision");
    const char *trimmed;
    TRY(text_trim(scope, reason == NULL ? "" : reason, &trimmed));
    ENSURE(*trimmed != '\0', ERR_INPUT, "say why, so that the other side can find help elsewhere");
    TRY(text_check(bytes_text(trimmed), REASON_MOST * 4));
    JSON_SCOPE(body) = json_pack("{s:s, s:s}", "outcome", "declined", "reason", trimmed);
    ENSURE_MEM(body);
    TRY(decide(node, actor, NULL, m, body));
    TRY(arrival_mark(node, actor, m->arrival, "opened", AUDIT_MESSAGE_DECLINE));
    /* What we do not need we do not keep. */
    TRY(db_run(node->records, write_decline, m->arrival));
    m->state = "erased";
    return ERR_OK;
}
