/* conversation.c - the timeline of a case. */
#include "domain/conversation.h"

#include <stdlib.h>

#include "audit/audit.h"
#include "base/text.h"
#include "base/vec.h"
#include "db/conversation.h"
#include "db/evidence.h"
#include "db/message.h"
#include "domain/actor.h"
#include "domain/consent.h"
#include "domain/node.h"
#include "domain/partner_name.h"

#define STEPS_MAX 10000

struct reading {
    mem *ctx;
    struct id case_id;
    db_messages messages;
    db_evidences evidence;
    db_conversations conversations;
    const char **names; /* of the other side, by conversation */
    const char **countries;
};

static err read_all(struct tx *tx, void *arg)
{
    struct reading *r = arg;
    TRY(db_conversation_of_case(tx, r->ctx, r->case_id, &r->conversations));
    TRY(db_message_of_case(tx, r->ctx, r->case_id, &r->messages));
    TRY(db_evidence_of_case(tx, r->ctx, r->case_id, &r->evidence));
    r->names = mem_array(r->ctx, const char *, r->conversations.n + 1);
    r->countries = mem_array(r->ctx, const char *, r->conversations.n + 1);
    ENSURE_MEM(r->names);
    ENSURE_MEM(r->countries);
    for (size_t i = 0; i < r->conversations.n; i++) {
        const struct db_conversation *c = &r->conversations.at[i];
        TRY(partner_name(tx, r->ctx, c->partner_id, c->remote_organisation, &r->names[i],
                         &r->countries[i]));
    }
    return ERR_OK;
}

static const char *other_side(const struct reading *r, const char *handle)
{
    for (size_t i = 0; i < r->conversations.n; i++)
        if (text_same(r->conversations.at[i].handle, handle)) return r->names[i];
    return "";
}

static const struct db_message *message_of(const struct reading *r, struct id id)
{
    for (size_t i = 0; i < r->messages.n; i++)
        if (id_same(r->messages.at[i].id, id)) return &r->messages.at[i];
    return NULL;
}

/* What was said: words, else the reason, from the record that holds the message. */
static const char *words_in(const struct case_records *records, const char *message_id)
{
    for (size_t i = 0; i < records->n; i++) {
        if (!text_same(records->at[i].name, message_id)) continue;
        const json_t *body = json_object_get(records->at[i].body, "body");
        const char *words = json_text_or(body, "words", NULL);
        if (words == NULL) words = json_text_or(body, "reason", NULL);
        if (words != NULL) return words;
    }
    return "";
}

/* The decision about a message of ours, as it was filed; NULL if it is withheld. */
static const json_t *decision_about(const struct case_records *received, const char *message_id)
{
    for (size_t i = 0; i < received->n; i++)
        if (text_same(json_text_or(received->at[i].body, "about", NULL), message_id))
            return json_object_get(received->at[i].body, "body");
    return NULL;
}

static const char *person_in(const struct case_records *records, const char *message_id)
{
    for (size_t i = 0; i < records->n; i++)
        if (text_same(records->at[i].name, message_id))
            return json_text_or(json_object_get(records->at[i].body, "body"), "person", "");
    return "";
}

/* The order in which the steps of a message follow each other, for those of the same time. */
static int rank(const char *state)
{
    static const char *const ORDER[] = {"received", "submitted", "relayed", "delivered", "opened"};
    for (size_t i = 0; i < COUNT_OF(ORDER); i++)
        if (text_same(ORDER[i], state)) return (int)i;
    return COUNT_OF(ORDER);
}

static int oldest_first(const void *a, const void *b)
{
    const struct timeline_step *x = a, *y = b;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    if (rank(x->state) != rank(y->state)) return rank(x->state) - rank(y->state);
    return x->order < y->order ? -1 : x->order > y->order ? 1 : 0;
}

typedef VEC(struct timeline_step) steps;

static err add(struct reading *r, steps *list, struct timeline_step step)
{
    step.order = list->n;
    return vec_push(r->ctx, list, step, STEPS_MAX);
}

/* When what waited was stopped: the first withdrawal after it was handed over. */
static msec stopped_at(const struct consent_list *consents, const struct db_message *m)
{
    msec at = 0;
    for (size_t i = 0; i < consents->n; i++) {
        msec withdrawn = consents->at[i].withdrawn_at;
        if (withdrawn >= m->created_at && (at == 0 || withdrawn < at)) at = withdrawn;
    }
    return at == 0 ? m->created_at : at;
}

/* Our messages show by their evidence; theirs by their arrival. Receipts, and decisions once they are opened, only by
 * what they prove. */
static err collect_messages(struct reading *r, const struct case_records *sent, const struct case_records *received,
                            const struct consent_list *consents, steps *list)
{
    for (size_t i = 0; i < r->messages.n; i++) {
        const struct db_message *m = &r->messages.at[i];
        if (text_same(m->class_, "receipt")) continue;
        if (text_same(m->class_, "decision") && text_same(m->state, "filed")) continue;
        bool outgoing = text_same(m->direction, "out");
        bool cancelled = text_same(m->state, "cancelled");
        if (outgoing && !cancelled) continue;
        TRY(add(r, list,
                (struct timeline_step){.at = cancelled ? stopped_at(consents, m) : m->created_at,
                                       .state = cancelled ? "cancelled" : "received",
                                       .class_ = m->class_,
                                       .message_id = m->id.text,
                                       .handle = m->handle,
                                       .evidence_id = "",
                                       .by = outgoing ? "" : other_side(r, m->handle),
                                       .words = words_in(outgoing ? sent : received, m->id.text),
                                       .person = person_in(outgoing ? sent : received, m->id.text),
                                       .outgoing = outgoing}));
    }
    return ERR_OK;
}

static err collect_evidence(struct reading *r, const struct case_records *sent, const struct case_records *received,
                            steps *list)
{
    for (size_t i = 0; i < r->evidence.n; i++) {
        const struct db_evidence *e = &r->evidence.at[i];
        const struct db_message *m = message_of(r, e->message_id);
        if (m == NULL || text_same(m->class_, "receipt") || text_same(m->direction, "in")) continue;
        bool ours = text_same(e->kind, "submitted");
        bool decided = text_same(e->kind, "accepted") || text_same(e->kind, "declined");
        const json_t *decision = decided ? decision_about(received, m->id.text) : NULL;
        TRY(add(r, list,
                (struct timeline_step){.at = e->at,
                                       .state = e->kind,
                                       .class_ = m->class_,
                                       .message_id = m->id.text,
                                       .handle = m->handle,
                                       .evidence_id = e->id.text,
                                       .by = ours ? "" : other_side(r, m->handle),
                                       .words = ours ? words_in(sent, m->id.text) : json_text_or(decision, "reason", ""),
                                       .person = json_text_or(decision, "person", ""),
                                       .outgoing = true}));
    }
    return ERR_OK;
}

err conversation_timeline(struct node *node, struct actor *actor, const struct casefile *c, mem *ctx,
                          struct timeline *out)
{
    TRY(actor_need(actor, CAPABILITY_CASE_READ));
    struct reading r = {.ctx = ctx, .case_id = c->id};
    struct case_records sent, received;
    struct consent_list consents;
    TRY(db_read(node->records, read_all, &r));
    bool no_sent, no_received, no_consents;
    TRY(case_records_readable(c, "sent", &sent, &no_sent));
    TRY(case_records_readable(c, "received", &received, &no_received));
    TRY(consent_readable(c, ctx, &consents, &no_consents));
    if (no_consents) consents.n = 0; /* another withdrawal than the one that stopped it is not named */
    steps list = {0};
    TRY(collect_evidence(&r, &sent, &received, &list));
    TRY(collect_messages(&r, &sent, &received, &consents, &list));
    if (list.n > 1) qsort(list.at, list.n, sizeof *list.at, oldest_first);
    *out = (struct timeline){list.at, list.n, no_sent || no_received, no_consents};
    return ERR_OK;
}

err conversation_list(struct node *node, struct actor *actor, const struct casefile *c, mem *ctx,
                      struct conversation_list *out)
{
    TRY(actor_need(actor, CAPABILITY_CASE_READ));
    struct reading r = {.ctx = ctx, .case_id = c->id};
    TRY(db_read(node->records, read_all, &r));
    struct conversation_list list = {mem_array(ctx, struct conversation, r.conversations.n + 1), 0};
    ENSURE_MEM(list.at);
    for (size_t i = 0; i < r.conversations.n; i++) {
        const struct db_conversation *row = &r.conversations.at[i];
        list.at[list.n++] = (struct conversation){.handle = row->handle,
                                                  .partner_id = row->partner_id,
                                                  .organisation_id = row->remote_organisation,
                                                  .name = r.names[i],
                                                  .country = r.countries[i],
                                                  .state = row->state,
                                                  .began_here = text_same(row->direction, "out"),
                                                  .created_at = row->created_at,
                                                  .due_at = row->due_at};
    }
    *out = list;
    return ERR_OK;
}

struct proving {
    mem *ctx;
    struct audit *audit;
    struct id case_id;
    struct db_evidence row;
    struct audit_event event;
};

/* Evidence belongs to a message, a message to a conversation, that to a case. */
static err read_evidence(struct tx *tx, void *arg)
{
    struct proving *p = arg;
    struct db_message message;
    struct db_conversation conversation;
    TRY(db_evidence_by_id(tx, p->ctx, p->row.id, &p->row));
    TRY(db_message_by_id(tx, p->ctx, p->row.message_id, &message));
    TRY(db_conversation_by_handle(tx, p->ctx, message.handle, &conversation));
    ENSURE(id_same(conversation.case_id, p->case_id), ERR_NOT_FOUND, "this case has no such evidence");
    return audit_append(tx, p->audit, &p->event);
}

err conversation_evidence(struct node *node, struct actor *actor, const struct casefile *c, struct id evidence_id,
                          mem *ctx, const char **kind, struct bytes *out)
{
    TRY(actor_need(actor, CAPABILITY_EVIDENCE_READ));
    struct proving p = {.ctx = ctx, .audit = node->audit, .case_id = c->id, .row = {.id = evidence_id}};
    p.event = (struct audit_event){.at = node_now(node),
                                   .actor_id = actor->user_id,
                                   .action = AUDIT_EVIDENCE_EXPORT,
                                   .case_id = c->id,
                                   .object = evidence_id.text};
    TRY(db_run(node->records, read_evidence, &p));
    *kind = p.row.kind;
    *out = p.row.body;
    return ERR_OK;
}
