/* incoming_file.c - a received message becomes part of a case. */
#include "base/text.h"
#include "db/case_file.h"
#include "db/message.h"
#include "domain/case.h"
#include "domain/case_content.h"
#include "domain/formbook.h"
#include "domain/record_write.h"
#include "domain/vault.h"
#include "exchange/incoming_inside.h"
#include "form/split.h"

struct filing {
    struct node *node;
    struct actor *actor;
    struct casefile *c;
    struct arrival *a;
    struct record_batch records;
    struct audit_event answers_event;
    bool answers;
    struct bytes at_rest;
};

/* The record `received`, in each compartment that was opened: what came, for the case's own file. */
static err keep_part(struct filing *f, enum compartment compartment)
{
    const struct part *part = f->a->parts[compartment];
    if (part == NULL || !vault_holds(f->c->vault, compartment)) return ERR_OK;
    JSON_SCOPE(record) = json_pack("{s:s, s:s, s:s, s:I}", "class", f->a->row.class_, "from",
                                   f->a->envelope->sender.text, "conversation", f->a->row.handle, "at",
                                   (json_int_t)part->at);
    ENSURE_MEM(record);
    if (part->language != NULL) TRY(json_put(record, "language", json_string(part->language)));
    if (part->body != NULL) TRY(json_put(record, "body", json_deep_copy(part->body)));
    if (part->answers != NULL) {
        TRY(json_put(record, "answers", json_deep_copy(part->answers)));
        TRY(json_put(record, "form", json_string(part->form.id)));
        TRY(json_put(record, "form_hash", json_string(part->form.hash)));
    }
    return record_seal(f->node, f->actor, f->c->vault, f->c->ctx, "received", f->a->message.text, compartment, 1, record,
                       &f->records);
}

/* The other side's answers go into the case's form: of the parts that are theirs all, of those that anyone fills in only where
 * we have nothing yet. A form that is not the one we have stays a record that is read with the form it came on. */
static err take_answers(struct filing *f)
{
    const struct form *form, *ours;
    json_t *theirs, *own, *stored;
    TRY(arrival_form(f->node, f->c->ctx, f->a, &form));
    if (form == NULL) return ERR_OK;
    err e = formbook_find(f->node->forms, form->id, &ours);
    if (e.kind == ERR_NOT_FOUND || (!err_failed(e) && ours != form)) return ERR_OK;
    TRY(e);
    TRY(arrival_answers(f->c->ctx, f->a, form, &theirs));
    if (theirs == NULL) return ERR_OK;
    TRY(form_split_party(f->c->ctx, form, theirs, PARTY_ANY & ~case_party(f->node, f->c), &own));
    TRY(case_answers(f->c, form, &stored));
    JSON_SCOPE(merged) = json_copy(stored);
    ENSURE_MEM(merged);
    const char *name;
    json_t *value;
    json_object_foreach(own, name, value) {
        const struct form_item *item = form_item_find(form, NULL, name);
        bool anyones = item != NULL && item->parties == PARTY_ANY;
        if (anyones && json_object_get(merged, name) != NULL) continue;
        TRY(json_put(merged, name, json_incref(value)));
    }
    f->answers = true;
    return case_write_answers(f->node, f->actor, f->c, form, merged, f->a->row.class_, &f->records, &f->answers_event);
}

/* A key of its own, in keys.db, held by the case's owner team: destroying it erases the message. */
static err put_at_rest(struct filing *f)
{
    const struct vault_share share = {f->c->team_id, COMPARTMENT_BIT(COMPARTMENT_IDENTITY)};
    const struct vault_label label = arrival_at_rest(f->a);
    struct vault *vault;
    int64_t generation;
    TRY(vault_create(f->node, f->actor, VAULT_MESSAGE, f->a->row.id, &share, 1, f->c->ctx, &vault));
    return vault_seal(vault, &label, f->a->post, f->c->ctx, &f->at_rest, &generation);
}

err arrival_insert(struct tx *tx, const struct filing *f)
{
    msec now = node_now(f->node);
    TRY(db_received_file(tx, f->a->row.id, f->a->row.state, f->at_rest));
    struct db_conversation conversation = f->a->conversation;
    conversation.case_id = f->c->id;
    conversation.updated_at = now;
    TRY(db_conversation_update(tx, &conversation));
    TRY(db_message_state(tx, f->a->message, NULL, "filed"));
    TRY(record_batch_insert(tx, &f->records));
    TRY(db_case_touch(tx, f->c->id, now));
    if (f->answers) TRY(audit_append(tx, f->node->audit, &f->answers_event));
    const struct audit_event event = {.at = now,
                                      .actor_id = f->actor->user_id,
                                      .action = AUDIT_MESSAGE_FILE,
                                      .case_id = f->c->id,
                                      .object = f->a->message.text,
                                      .detail = f->a->row.class_};
    return audit_append(tx, f->node->audit, &event);
}

err arrival_prepare(struct node *node, struct actor *actor, struct casefile *c, struct arrival *a, struct filing **out)
{
    struct filing *f = mem_new(c->ctx, struct filing);
    ENSURE_MEM(f);
    f->node = node;
    f->actor = actor;
    f->c = c;
    f->a = a;
    for (unsigned i = 0; i < COMPARTMENTS; i++) TRY(keep_part(f, (enum compartment)i));
    TRY(take_answers(f));
    TRY(put_at_rest(f));
    *out = f;
    return ERR_OK;
}
