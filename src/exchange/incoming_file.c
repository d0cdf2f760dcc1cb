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
    bool later; /* the message is filed already: parts that could not be opened then */
    compartment_set kept;
    char unopened[COMPARTMENTS_ROOM];
    struct bytes at_rest;
    struct id key; /* of the message at rest */
};

/* The record `received`, in each compartment that was opened: what came, for the case's own file. */
static err keep_part(struct filing *f, enum compartment compartment)
{
    const struct part *part = f->a->parts[compartment];
    if (part == NULL || !vault_holds(f->c->vault, compartment)) return ERR_OK;
    if (case_revision_of(f->c, "received", f->a->message.text, compartment) > 0) return ERR_OK; /* it was filed before */
    f->kept |= COMPARTMENT_BIT(compartment);
    JSON_SCOPE(record) = json_pack("{s:s, s:s, s:s, s:I}", "class", f->a->row.class_, "from",
                                   f->a->envelope->sender.text, "conversation", f->a->row.handle, "at",
                                   (json_int_t)part->at);
    ENSURE_MEM(record);
    if (part->language != NULL) TRY(json_put(record, "language", json_string(part->language)));
    if (part->purpose != NULL) TRY(json_put(record, "purpose", json_string(part->purpose)));
    if (part->consent != NULL) TRY(json_put(record, "consent", json_deep_copy(part->consent)));
    if (part->body != NULL) TRY(json_put(record, "body", json_deep_copy(part->body)));
    if (part->answers != NULL) {
        TRY(json_put(record, "answers", json_deep_copy(part->answers)));
        TRY(json_put(record, "form", json_string(part->form.id)));
        TRY(json_put(record, "form_hash", json_string(part->form.hash)));
    }
    return record_seal(f->node, f->actor, f->c->vault, f->c->ctx, "received", f->a->message.text, compartment, 1, record,
                       &f->records);
}

/* The other side's answers go into the case's form: of the questions that are theirs all, of those that are ours or
 * anyone's only where we have nothing yet. A form that is not the one we have stays a record that is read with the form it
 * came on. */
static err take_answers(struct filing *f)
{
    const struct form *form = f->a->form, *ours;
    unsigned own = case_party(f->node, f->c);
    json_t *stored;
    if (f->a->answers == NULL) return ERR_OK;
    ENSURE(!f->c->facts_damaged, ERR_STORE, "what is known of the person and the countries can't be read: the store is damaged");
    err e = formbook_find(f->node->forms, form->id, &ours);
    if (e.kind == ERR_NOT_FOUND || (!err_failed(e) && ours != form)) return ERR_OK;
    TRY(e);
    TRY(case_answers(f->c, form, &stored));
    JSON_SCOPE(merged) = NULL;
    TRY(json_copied(stored, &merged));
    const char *name;
    json_t *value;
    json_object_foreach(f->a->answers, name, value) {
        const struct form_item *item = form_item_find(form, NULL, name);
        bool theirs = item != NULL && (item->parties & own) == 0;
        if (!theirs && json_object_get(merged, name) != NULL) continue;
        TRY(json_put(merged, name, json_incref(value)));
    }
    f->answers = true;
    return case_write_answers(f->node, f->actor, f->c, form, merged, f->a->row.class_, &f->records, &f->answers_event);
}

/* The row of the message, and its conversation. */
static err file_row(struct tx *tx, const struct filing *f, msec now)
{
    const char *unopened = *f->unopened == '\0' ? NULL : f->unopened;
    if (f->later) return db_received_opened(tx, f->a->row.id, f->a->row.unopened, unopened);
    TRY(db_received_file(tx, f->a->row.id, f->a->row.state, f->at_rest, unopened));
    struct db_conversation conversation = f->a->conversation;
    conversation.case_id = f->c->id;
    conversation.updated_at = now;
    TRY(db_conversation_update(tx, &conversation));
    return db_message_state(tx, f->a->message, NULL, "filed");
}

err arrival_insert(struct tx *tx, const struct filing *f)
{
    msec now = node_now(f->node);
    TRY(file_row(tx, f, now));
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

void arrival_abandon(const struct filing *f)
{
    if (!f->later) rest_forget(f->node, f->key);
}

bool arrival_adds(const struct filing *f) { return f->kept != 0; }

err arrival_prepare(struct node *node, struct actor *actor, struct casefile *c, struct arrival *a, struct filing **out)
{
    struct filing *f = mem_new(c->ctx, struct filing);
    ENSURE_MEM(f);
    f->node = node;
    f->actor = actor;
    f->c = c;
    f->a = a;
    f->later = text_same(a->row.state, "filed");
    compartment_set unopened = a->there;
    if (f->later) TRY(compartments_read(a->row.unopened == NULL ? "" : a->row.unopened, &unopened));
    for (unsigned i = 0; i < COMPARTMENTS; i++) TRY(keep_part(f, (enum compartment)i));
    compartments_write(unopened & ~f->kept, f->unopened);
    TRY(take_answers(f));
    if (!f->later) TRY(rest_seal(node, actor, arrival_rest_name(a), &c->team_id, 1, a->post, c->ctx, &f->at_rest, &f->key));
    *out = f;
    return ERR_OK;
}
