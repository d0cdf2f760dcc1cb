/* incoming_settle.c - what is new is opened, answered by a receipt, and what proves something is filed as evidence. */
#include "base/text.h"
#include "crypto/sha256.h"
#include "db/evidence.h"
#include "db/message.h"
#include "domain/record_write.h"
#include "domain/vault.h"
#include "exchange/incoming_inside.h"
#include "exchange/outgoing.h"

#define SETTLE_AT_ONCE 50
#define SETTLE_PAGES 20

/* How far an outgoing message has come: a late receipt never takes it back. */
static const char *const STEPS[] = {"submitted", "relayed",  "delivered", "unreadable",
                                    "opened",    "answered", "declined",  "accepted"};

static int step_of(const char *state)
{
    for (size_t i = 0; i < COUNT_OF(STEPS); i++)
        if (text_same(STEPS[i], state)) return (int)i;
    return -1;
}

err receipt_prepare(struct node *node, struct actor *actor, const struct arrival *a, const char *outcome, mem *ctx,
                    struct outgoing_packed **out)
{
    char digest[SHA256_HEX_ROOM];
    sha256_hex(a->post, digest);
    json_t *body = json_pack("{s:s, s:s}", "outcome", outcome, "digest", digest);
    TRY(json_keep(ctx, body));
    struct outgoing *message = mem_new(ctx, struct outgoing);
    ENSURE_MEM(message);
    *message = (struct outgoing){.class_ = "receipt",
                                 .in_reply_to = a->message.text,
                                 .sender = a->row.organisation_id,
                                 .partner_id = a->row.partner_id,
                                 .recipient = a->conversation.remote_organisation,
                                 .purpose = "",
                                 .handling = "confidential",
                                 .body = body,
                                 .language = actor->language};
    TRY(id_parse(a->row.handle, &message->handle));
    return outgoing_prepare(node, actor, NULL, message, ctx, out);
}

/* A receipt or decision, and what it says about which message of ours. */
struct settling {
    struct node *node;
    struct actor *actor;
    struct arrival *a;
    const char *kind;      /* evidence kind and state: delivered, opened, ... */
    struct id about;
    struct bytes proof;
    struct record_batch records;
};

/* Another implementation may send a receipt twice; it proves the same. */
static bool known(const db_evidences *earlier, const char *kind)
{
    for (size_t i = 0; i < earlier->n; i++)
        if (text_same(earlier->at[i].kind, kind)) return true;
    return false;
}

static err write_settled(struct tx *tx, void *arg)
{
    const struct settling *s = arg;
    msec now = node_now(s->node);
    TRY(db_received_state(tx, s->a->row.id, s->a->row.state, "opened"));
    TRY(db_message_state(tx, s->a->message, NULL, "filed"));
    struct db_message about;
    err e = db_message_by_id(tx, db_scratch(tx), s->about, &about);
    ENSURE(e.kind != ERR_NOT_FOUND, ERR_PEER, "a receipt for a message that we never sent");
    TRY(e);
    ENSURE(text_same(about.handle, s->a->row.handle) && text_same(about.direction, "out"), ERR_PEER,
           "a receipt for a message of another conversation");
    db_evidences earlier;
    TRY(db_evidence_of_message(tx, db_scratch(tx), s->about, &earlier));
    const struct db_evidence evidence = {.id = id_new(now),
                                         .message_id = s->about,
                                         .kind = s->kind,
                                         .at = s->a->row.at,
                                         .by = s->a->envelope->sender.text,
                                         .body = s->proof};
    if (!known(&earlier, s->kind)) TRY(db_evidence_insert(tx, &evidence));
    if (step_of(s->kind) > step_of(about.state)) TRY(db_message_state(tx, s->about, about.state, s->kind));
    TRY(record_batch_insert(tx, &s->records));
    const struct audit_event event = {.at = now,
                                      .actor_id = s->actor->user_id,
                                      .action = AUDIT_MESSAGE_SETTLE,
                                      .case_id = s->a->conversation.case_id,
                                      .object = s->about.text,
                                      .detail = s->kind};
    return audit_append(tx, s->node->audit, &event);
}

/* The words of a decision belong into the case. */
static err keep_decision(struct settling *s, mem *ctx)
{
    if (!id_is_set(s->a->conversation.case_id)) return ERR_OK;
    struct vault *vault;
    TRY(vault_open(s->node, s->actor, VAULT_CASE, s->a->conversation.case_id, ctx, &vault));
    JSON_SCOPE(record) = json_pack("{s:s, s:s, s:s}", "class", s->a->row.class_, "from", s->a->envelope->sender.text,
                                   "about", s->about.text);
    ENSURE_MEM(record);
    json_t *body = json_deep_copy(arrival_body(s->a));
    TRY(json_put(record, "body", body));
    return record_seal(s->node, s->actor, vault, ctx, "received", s->a->message.text, COMPARTMENT_IDENTITY, 1, record,
                       &s->records);
}

static const char *const RECEIPTS[] = {"delivered", "opened", "unreadable"};
static const char *const DECISIONS[] = {"accepted", "declined"};

static err outcome_of(const json_t *body, const char *const *known, size_t n, const char **out)
{
    const char *outcome = json_text_or(body, "outcome", "");
    for (size_t i = 0; i < n; i++)
        if (text_same(known[i], outcome)) {
            *out = known[i];
            return ERR_OK;
        }
    FAIL(ERR_PEER, "a receipt or decision that says nothing we know");
}

static err settle_proof(struct node *node, struct actor *actor, mem *ctx, struct arrival *a)
{
    struct settling *s = mem_new(ctx, struct settling);
    ENSURE_MEM(s);
    *s = (struct settling){.node = node, .actor = actor, .a = a};
    const struct part *part = a->parts[COMPARTMENT_IDENTITY];
    ENSURE(part != NULL && part->body != NULL && id_is_set(part->in_reply_to), ERR_PEER,
           "a receipt or decision that does not say about which message");
    s->about = part->in_reply_to;
    if (text_same(a->row.class_, "receipt")) {
        TRY(outcome_of(part->body, RECEIPTS, COUNT_OF(RECEIPTS), &s->kind));
        s->proof = a->inner[COMPARTMENT_IDENTITY];
    } else {
        TRY(outcome_of(part->body, DECISIONS, COUNT_OF(DECISIONS), &s->kind));
        s->proof = a->post; /* sealed: the reason may be about the person */
        TRY(keep_decision(s, ctx));
    }
    return db_run(node->records, write_settled, s);
}

/* An answer to a question of ours shows on the question. */
static err mark_answered(struct tx *tx, const struct arrival *a)
{
    const struct part *part = a->parts[COMPARTMENT_IDENTITY];
    if (!text_same(a->row.class_, "answer") || part == NULL || !id_is_set(part->in_reply_to)) return ERR_OK;
    struct db_message about;
    TRY(db_message_by_id(tx, db_scratch(tx), part->in_reply_to, &about));
    if (step_of("answered") <= step_of(about.state)) return ERR_OK;
    return db_message_state(tx, about.id, about.state, "answered");
}

struct marking {
    struct node *node;
    struct actor *actor;
    struct arrival *a;
    const char *state;
    enum audit_action action;
    const struct outgoing_packed *message;
};

static err write_mark(struct tx *tx, void *arg)
{
    const struct marking *m = arg;
    TRY(db_received_state(tx, m->a->row.id, m->a->row.state, m->state));
    if (text_same(m->state, "delivered")) TRY(mark_answered(tx, m->a));
    if (m->message != NULL) TRY(outgoing_insert(tx, m->message));
    const struct audit_event event = {.at = node_now(m->node),
                                      .actor_id = m->actor->user_id,
                                      .action = m->action,
                                      .case_id = m->a->conversation.case_id,
                                      .object = m->a->message.text};
    return audit_append(tx, m->node->audit, &event);
}

err arrival_mark(struct node *node, struct actor *actor, struct arrival *a, const char *state, enum audit_action action,
                 const struct outgoing_packed *message)
{
    struct marking m = {node, actor, a, state, action, message};
    TRY(db_run(node->records, write_mark, &m));
    a->row.state = state;
    return ERR_OK;
}

struct reply {
    mem *ctx;
    struct id about;
    struct db_message row;
};

static err read_about(struct tx *tx, void *arg)
{
    struct reply *r = arg;
    return db_message_by_id(tx, r->ctx, r->about, &r->row);
}

/* What says that it answers a message answers one of ours, of the same conversation. */
static err reply_fits(struct node *node, mem *ctx, const struct arrival *a)
{
    const struct part *part = a->parts[COMPARTMENT_IDENTITY];
    if (part == NULL || !id_is_set(part->in_reply_to)) return ERR_OK;
    struct reply r = {.ctx = ctx, .about = part->in_reply_to};
    err e = db_read(node->records, read_about, &r);
    if (e.kind != ERR_NOT_FOUND) TRY(e);
    ENSURE(!err_failed(e) && text_same(r.row.handle, a->row.handle) && text_same(r.row.direction, "out"), ERR_PEER,
           "it answers a message of another conversation");
    return ERR_OK;
}

static bool proves(const char *class_) { return text_same(class_, "receipt") || text_same(class_, "decision"); }

/* One new message: its state and the receipt about it are written together, so a receipt is neither lost nor sent twice. */
static err settle_one(struct node *node, struct actor *actor, struct id received_id, bool *settled, bool *bad)
{
    MEM_SCOPE(scope, NULL);
    struct arrival *a;
    struct outgoing_packed *receipt = NULL;
    TRY(arrival_load(node, actor, received_id, scope, &a));
    err e = arrival_open(node, actor, scope, a);
    compartment_set needed = proves(a->row.class_) ? COMPARTMENT_BIT(COMPARTMENT_IDENTITY) & a->there : 0;
    if (!err_failed(e) && (a->opened == 0 || (needed & ~a->opened) != 0)) return ERR_OK; /* a colleague with the keys will */
    if (!err_failed(e)) e = reply_fits(node, scope, a);
    if (!err_failed(e) && proves(a->row.class_)) e = settle_proof(node, actor, scope, a);
    if (arrival_is_bad(e)) {
        *bad = true;
        if (!text_same(a->row.class_, "receipt"))
            TRY(receipt_prepare(node, actor, a, "unreadable", scope, &receipt));
        return arrival_mark(node, actor, a, "unreadable", AUDIT_MESSAGE_UNREADABLE, receipt);
    }
    TRY(e);
    *settled = true;
    if (proves(a->row.class_)) return ERR_OK;
    TRY(receipt_prepare(node, actor, a, "delivered", scope, &receipt));
    return arrival_mark(node, actor, a, "delivered", AUDIT_MESSAGE_SETTLE, receipt);
}

/* A filed message of which the actor holds keys that those before did not. */
static err settle_later(struct node *node, struct actor *actor, struct id received_id, bool *settled, bool *bad)
{
    (void)bad;
    MEM_SCOPE(scope, NULL);
    struct arrival *a;
    TRY(arrival_load(node, actor, received_id, scope, &a));
    TRY(arrival_open(node, actor, scope, a));
    return arrival_file_later(node, actor, scope, a, settled);
}

/* What may be opened of an organisation's messages. */
static compartment_set may_open(const struct actor *actor, struct id organisation)
{
    compartment_set set = 0;
    for (size_t i = 0; i < actor->n_teams; i++)
        if (id_same(actor->teams[i].organisation_id, organisation)) set |= actor->teams[i].compartments;
    return set;
}

/* Two lists are gone through: what is new, and what is filed but for parts that nobody could open. */
struct work {
    mem *ctx;
    struct id organisation;
    struct db_page page;
    db_receiveds rows;
    err (*settle)(struct node *node, struct actor *actor, struct id received_id, bool *settled, bool *bad);
    bool later;
    compartment_set may;
};

static err read_rows(struct tx *tx, void *arg)
{
    struct work *w = arg;
    if (w->later) return db_received_unopened(tx, w->ctx, w->organisation, w->page, &w->rows);
    return db_received_of_organisation(tx, w->ctx, w->organisation, "new", w->page, &w->rows);
}

static err settle_row(struct node *node, struct actor *actor, const struct work *w, const struct db_received *row,
                      size_t *settled, size_t *problems)
{
    bool good = false, bad = false;
    compartment_set unopened = COMPARTMENT_ALL;
    if (w->later) TRY(compartments_read(row->unopened, &unopened));
    if ((unopened & w->may) == 0) return ERR_OK;
    err e = w->settle(node, actor, row->id, &good, &bad);
    *settled += good ? 1 : 0;
    *problems += bad ? 1 : 0;
    /* Another person settled it meanwhile, holds what we do not, or it is frozen; one that is filed and yet bad stays
     * filed with what could be opened: the next one. */
    bool passing = e.kind == ERR_CONFLICT || e.kind == ERR_NOT_FOUND || e.kind == ERR_STATE || e.kind == ERR_DENIED ||
                   (w->later && arrival_is_bad(e));
    return passing ? ERR_OK : e;
}

/* Page by page, since a page may hold nothing but what only others can open. */
static err settle_work(struct node *node, struct actor *actor, struct work *w, size_t *settled, size_t *problems)
{
    size_t before = *settled + *problems;
    w->page = db_page_first(SETTLE_AT_ONCE);
    for (int i = 0; i < SETTLE_PAGES && *settled + *problems < before + SETTLE_AT_ONCE; i++) {
        MEM_SCOPE(scope, NULL);
        w->ctx = scope;
        TRY(db_read(node->records, read_rows, w));
        for (size_t k = w->rows.n; k-- > 0;) /* oldest first */
            TRY(settle_row(node, actor, w, &w->rows.at[k], settled, problems));
        if (!w->rows.more) return ERR_OK;
        w->page = db_page_after(w->rows.at[w->rows.n - 1].at, w->rows.at[w->rows.n - 1].id, SETTLE_AT_ONCE);
    }
    return ERR_OK;
}

static err settle_organisation(struct node *node, struct actor *actor, struct id organisation, size_t *settled,
                               size_t *problems)
{
    struct work news = {.organisation = organisation, .settle = settle_one, .may = may_open(actor, organisation)};
    struct work rest = {.organisation = organisation, .settle = settle_later, .may = news.may, .later = true};
    TRY(settle_work(node, actor, &news, settled, problems));
    return settle_work(node, actor, &rest, settled, problems);
}

err incoming_settle(struct node *node, struct actor *actor, size_t *settled, size_t *problems)
{
    TRY(actor_need(actor, CAPABILITY_INBOX_READ));
    *settled = 0;
    *problems = 0;
    struct id organisations[ACTOR_TEAMS_MOST];
    size_t n = actor_organisations(actor, organisations);
    for (size_t i = 0; i < n; i++) TRY(settle_organisation(node, actor, organisations[i], settled, problems));
    return ERR_OK;
}
