/* consent.c - recording and withdrawing consent, and the one question that sending asks. */
#include "domain/consent.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "db/case_file.h"
#include "db/delivery.h"
#include "db/message.h"
#include "domain/case_content.h"
#include "domain/record_write.h"

static err write_consent(struct node *node, struct actor *actor, struct casefile *c,
                         const struct consent *consent, int64_t revision, struct record_batch *batch)
{
    JSON_SCOPE(body) = NULL;
    TRY(consent_json(consent, &body));
    TRY(vault_freshen(node, actor, c->vault, COMPARTMENT_BIT(COMPARTMENT_IDENTITY)));
    const char *name = mem_text(c->ctx, consent->id.text);
    ENSURE_MEM(name);
    return record_seal(node, actor, c->vault, c->ctx, "consent", name, COMPARTMENT_IDENTITY, revision, body,
                       batch);
}

err consent_seal(struct node *node, struct actor *actor, struct casefile *c, const struct consent *consent,
                 struct record_batch *batch)
{
    return write_consent(node, actor, c, consent, 1, batch);
}

err consent_record(struct node *node, struct actor *actor, struct casefile *c, struct consent *new_consent)
{
    TRY(actor_need(actor, CAPABILITY_CONSENT_RECORD));
    msec now = node_now(node);
    struct consent consent = *new_consent;
    consent.id = id_new(now);
    consent.at = now;
    consent.withdrawn_at = 0;
    consent.withdrawn_how = "";
    TRY(consent_check(&consent, date_of(now)));
    struct record_batch batch = {0};
    TRY(write_consent(node, actor, c, &consent, 1, &batch));
    const struct audit_event event = {.at = now,
                                      .actor_id = actor->user_id,
                                      .action = AUDIT_CONSENT_RECORD,
                                      .case_id = c->id,
                                      .object = consent.id.text,
                                      .detail = consent_kind_name(consent.kind)};
    TRY(record_batch_run(node, &batch, &event));
    *new_consent = consent;
    case_reload(node, c);
    return ERR_OK;
}

/* Of two at the same time the no counts. */
static int latest_first(const void *a, const void *b)
{
    const struct consent *x = a, *y = b;
    if (x->at != y->at) return x->at > y->at ? -1 : 1;
    if (x->yes != y->yes) return x->yes ? 1 : -1;
    return strcmp(x->id.text, y->id.text);
}

static err list_of(const struct case_records *records, mem *ctx, struct consent_list *out)
{
    struct consent *list = mem_array(ctx, struct consent, records->n + 1);
    ENSURE_MEM(list);
    for (size_t i = 0; i < records->n; i++) {
        TRY(consent_read(ctx, records->at[i].body, &list[i]));
        list[i].revision = records->at[i].revision;
    }
    if (records->n > 1) qsort(list, records->n, sizeof *list, latest_first);
    *out = (struct consent_list){list, records->n};
    return ERR_OK;
}

err consent_all(const struct casefile *c, mem *ctx, struct consent_list *out)
{
    struct case_records records;
    TRY(case_records(c, "consent", &records));
    return list_of(&records, ctx, out);
}

err consent_readable(const struct casefile *c, mem *ctx, struct consent_list *out, bool *damaged)
{
    struct case_records records;
    bool some;
    TRY(case_records_readable(c, "consent", &records, &some));
    TRY(list_of(&records, ctx, out));
    *damaged = some;
    return ERR_OK;
}

const struct consent *consent_current(const struct consent_list *list, enum consent_kind kind)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->at[i].kind == kind) return &list->at[i];
    return NULL;
}

bool consent_ended(const struct consent *consent, msec now)
{
    struct date until;
    if (text_empty(consent->until) || err_failed(date_parse(consent->until, &until))) return false;
    return date_compare(until, date_of(now)) < 0;
}

static bool covers(const struct consent *c, const char *country)
{
    for (size_t i = 0; i < c->n_countries; i++)
        if (text_same(c->countries[i], country)) return true;
    return false;
}

const struct consent *consent_to_share_with(const struct consent_list *list, const char *country)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct consent *c = &list->at[i];
        if (c->kind == CONSENT_SHARE && (!c->yes || covers(c, country))) return c;
    }
    return NULL;
}

enum consent_answer consent_for_sharing(const struct consent_list *list, const char *country, msec now,
                                        compartment_set *scope)
{
    const struct consent *c = consent_to_share_with(list, country);
    if (c == NULL) return consent_current(list, CONSENT_SHARE) == NULL ? CONSENT_NONE : CONSENT_ELSEWHERE;
    if (!c->yes) return CONSENT_REFUSED;
    if (c->withdrawn_at != 0) return CONSENT_WITHDRAWN;
    if (consent_ended(c, now)) return CONSENT_EXPIRED;
    *scope = c->compartments;
    return CONSENT_VALID;
}

/* Withdrawal: the record, and everything of this case that has not left yet is cancelled, in one
 * transaction. */
struct withdrawal {
    struct node *node;
    struct casefile *c;
    enum consent_kind kind;
    struct case_records sent; /* what was sent, for a withdrawal of the consent to return */
    struct record_batch batch;
    struct audit_event event;
    const struct consent_also *also; /* or NULL */
    size_t cancelled;
};

/* What tells of the person. Receipts and decisions do not, and answer something. */
static const char *const ABOUT_PERSON[] = {"referral", "alarm", "followup", "question", "answer"};

/* Refusing return stops only return: what was sent for that procedure, or for one that can't be seen. */
static bool serves_return(const struct withdrawal *w, const char *message_id)
{
    for (size_t i = 0; i < w->sent.n; i++)
        if (text_same(w->sent.at[i].name, message_id))
            return text_same(json_text_or(w->sent.at[i].body, "purpose", ""), "return");
    return true;
}

bool consent_covers_class(const char *class_)
{
    for (size_t i = 0; i < COUNT_OF(ABOUT_PERSON); i++)
        if (text_same(class_, ABOUT_PERSON[i])) return true;
    return false;
}

static bool stopped_by(const struct withdrawal *w, const struct db_message *m)
{
    if (!text_same(m->direction, "out") || !text_same(m->state, "submitted")) return false;
    if (w->kind == CONSENT_RETURN && !serves_return(w, m->id.text)) return false;
    return consent_covers_class(m->class_);
}

static err cancel_waiting(struct tx *tx, struct withdrawal *w)
{
    db_messages messages;
    TRY(db_message_of_case(tx, db_scratch(tx), w->c->id, &messages));
    for (size_t i = 0; i < messages.n; i++) {
        const struct db_message *m = &messages.at[i];
        if (!stopped_by(w, m)) continue;
        struct db_delivery delivery;
        TRY(db_delivery_head(tx, db_scratch(tx), m->id, &delivery));
        if (!text_same(delivery.state, "queued")) continue; /* on its way this moment */
        TRY(db_delivery_cancel(tx, m->id));
        TRY(db_message_state(tx, m->id, "submitted", "cancelled"));
        struct audit_event event = w->event;
        event.action = AUDIT_MESSAGE_CANCEL;
        event.object = m->id.text;
        event.detail = NULL;
        TRY(audit_append(tx, w->node->audit, &event));
        w->cancelled++;
    }
    return ERR_OK;
}

static err withdraw(struct tx *tx, void *arg)
{
    struct withdrawal *w = arg;
    w->cancelled = 0;
    TRY(record_batch_insert(tx, &w->batch));
    TRY(cancel_waiting(tx, w));
    if (w->also != NULL) TRY(w->also->run(tx, w->also->arg));
    TRY(db_case_touch(tx, w->c->id, w->event.at));
    return audit_append(tx, w->node->audit, &w->event);
}

const struct consent *consent_in_force(const struct consent_list *list)
{
    const struct consent *c = consent_current(list, CONSENT_SHARE);
    return c != NULL && c->yes && c->withdrawn_at == 0 ? c : NULL;
}

err consent_withdraw(struct node *node, struct actor *actor, struct casefile *c, struct id consent_id,
                     const char *how, size_t *cancelled)
{
    TRY(actor_need(actor, CAPABILITY_CONSENT_RECORD));
    return consent_withdraw_also(node, actor, c, consent_id, how, NULL, cancelled);
}

err consent_withdraw_also(struct node *node, struct actor *actor, struct casefile *c, struct id consent_id,
                          const char *how, const struct consent_also *also, size_t *cancelled)
{
    MEM_SCOPE(scope, NULL);
    struct consent_list list;
    bool damaged; /* another one may be: this one ends all the same */
    TRY(consent_readable(c, scope, &list, &damaged));
    const struct consent *found = NULL;
    for (size_t i = 0; i < list.n; i++)
        if (id_same(list.at[i].id, consent_id)) found = &list.at[i];
    ENSURE(found != NULL, ERR_NOT_FOUND, "there is no such consent");
    ENSURE(found->yes && found->withdrawn_at == 0, ERR_STATE, "this consent is not in force");
    struct consent consent = *found;
    consent.withdrawn_at = node_now(node);
    consent.withdrawn_how = how == NULL ? "" : how;
    TRY(text_check(bytes_text(consent.withdrawn_how), 2000));
    struct withdrawal w = {
        .node = node,
        .c = c,
        .kind = consent.kind,
        .also = also,
        .event = {.at = consent.withdrawn_at,
                  .actor_id = actor->user_id,
                  .action = AUDIT_CONSENT_WITHDRAW,
                  .case_id = c->id,
                  .object = consent_id.text,
                  .detail = consent_kind_name(consent.kind)}};
    TRY(case_records(c, "sent", &w.sent));
    TRY(write_consent(node, actor, c, &consent, found->revision + 1, &w.batch));
    TRY(db_run(node->records, withdraw, &w));
    *cancelled = w.cancelled;
    case_reload(node, c);
    return ERR_OK;
}
