/* incoming_load.c - a received message taken out of the store, and its parts opened with the actor's keys. */
#include <string.h>

#include "base/text.h"
#include "db/received.h"
#include "domain/formbook.h"
#include "domain/organisation.h"
#include "exchange/as2.h"
#include "exchange/incoming_inside.h"
#include "exchange/queue.h"
#include "form/split.h"
#include "form/write.h"

struct lookup {
    mem *ctx;
    struct id id;
    struct arrival *a;
};

static err read_rows(struct tx *tx, void *arg)
{
    struct lookup *l = arg;
    TRY(db_received_by_id(tx, l->ctx, l->id, &l->a->row));
    return db_conversation_by_handle(tx, l->ctx, l->a->row.handle, &l->a->conversation);
}

/* Once filed, a message rests under a key of its own. */
static err take_post(struct node *node, struct actor *actor, mem *ctx, struct arrival *a)
{
    struct id key;
    if (!text_same(a->row.state, "filed")) {
        a->post = a->row.body;
        return ERR_OK;
    }
    return rest_open(node, actor, arrival_rest_name(a), a->row.body, ctx, &a->post, &key);
}

struct rest_name arrival_rest_name(const struct arrival *a)
{
    return (struct rest_name){"at_rest", a->message.text};
}

/* "<uuid@node>" */
static err read_message_id(struct arrival *a)
{
    char text[ID_TEXT_ROOM] = "";
    const char *at = a->row.message_id;
    ENSURE(strlen(at) > ID_TEXT_ROOM && at[0] == '<' && at[ID_TEXT_ROOM] == '@', ERR_STORE,
           "a stored message has an impossible message id");
    memcpy(text, at + 1, ID_TEXT_ROOM - 1);
    return id_parse(text, &a->message);
}

err arrival_load(struct node *node, struct actor *actor, struct id received_id, mem *ctx, struct arrival **out)
{
    struct arrival *a = mem_new(ctx, struct arrival);
    ENSURE_MEM(a);
    struct lookup l = {ctx, received_id, a};
    TRY(db_read(node->records, read_rows, &l));
    ENSURE(actor_in_organisation(actor, a->row.organisation_id), ERR_NOT_FOUND, "there is no such message");
    ENSURE(!text_same(a->row.state, "erased"), ERR_STATE, "this message was erased");
    ENSURE(!text_same(a->row.state, "frozen"), ERR_STATE,
           "the person has withdrawn the consent: this message is frozen");
    TRY(read_message_id(a));
    TRY(take_post(node, actor, ctx, a));
    TRY(partner_card_any(node, ctx, a->row.partner_id, &a->card));
    *out = a;
    return ERR_OK;
}

static err read_envelope(mem *ctx, struct arrival *a)
{
    struct as2_post post;
    struct as2_content content;
    TRY(queue_post_read(ctx, a->post, &post));
    TRY(as2_verify(ctx, &post, a->card->certificate, a->row.at, &content));
    ENSURE(text_same(content.type, ENVELOPE_TYPE), ERR_INPUT, "the message holds no envelope");
    TRY(envelope_read(ctx, content.content, &a->envelope));
    for (size_t i = 0; i < a->envelope->part_count; i++)
        a->there |= COMPARTMENT_BIT(a->envelope->parts[i].compartment);
    a->from = card_organisation_find(a->card, a->envelope->sender);
    ENSURE(a->from != NULL, ERR_PEER, "the sending organisation does not stand in the partner's node card");
    ENSURE(text_same(a->conversation.partner_id, a->row.partner_id), ERR_PEER,
           "another node than the one we talk with writes in this conversation");
    ENSURE(id_same(a->envelope->message, a->message), ERR_PEER, "the envelope is of another message");
    ENSURE(id_same(a->envelope->recipient, a->row.organisation_id), ERR_PEER,
           "the envelope is for another organisation");
    ENSURE(text_same(a->envelope->sender.text, a->conversation.remote_organisation), ERR_PEER,
           "another organisation than the one we talk with writes in this conversation");
    return ERR_OK;
}

static err open_part(struct node *node, struct actor *actor, mem *ctx, struct arrival *a,
                     const struct envelope_part *sealed)
{
    struct organisation_key_list keys;
    err e = organisation_decryption_keys(node, actor, a->row.organisation_id, sealed->compartment, ctx, &keys);
    if (e.kind == ERR_DENIED || e.kind == ERR_NOT_FOUND) return ERR_OK; /* withheld */
    TRY(e);
    const struct seal_expected expected = {.message = a->envelope->message,
                                           .sender = a->envelope->sender,
                                           .recipient = a->envelope->recipient,
                                           .conversation = a->envelope->conversation,
                                           .compartment = sealed->compartment,
                                           .type = a->envelope->class};
    e = ERR_MAKE(ERR_CRYPTO, "the part can't be opened with this organisation's keys");
    for (size_t i = 0; i < keys.n && err_failed(e) && e.kind != ERR_MEMORY; i++)
        e = part_open(ctx, sealed->cms, keys.at[i].key, keys.at[i].certificate, a->from->signing, &expected, a->row.at,
                      &a->parts[sealed->compartment], &a->inner[sealed->compartment]);
    TRY(e);
    a->opened |= COMPARTMENT_BIT(sealed->compartment);
    return ERR_OK;
}

static const struct part *first_part(const struct arrival *a)
{
    for (unsigned i = 0; i < COMPARTMENTS; i++)
        if (a->parts[i] != NULL) return a->parts[i];
    return NULL;
}

/* The parts of a message serve one purpose, answer one message and were written on one form. */
static err parts_agree(const struct arrival *a)
{
    const struct part *first = first_part(a), *formed = NULL;
    for (unsigned i = 0; i < COMPARTMENTS; i++) {
        const struct part *part = a->parts[i];
        if (part == NULL) continue;
        ENSURE(text_same(part->purpose, first->purpose) && id_same(part->in_reply_to, first->in_reply_to), ERR_PEER,
               "the parts of a message say different things");
        if (part->form.id == NULL) continue;
        if (formed == NULL) formed = part;
        ENSURE(text_same(part->form.hash, formed->form.hash), ERR_PEER, "the parts of a message are of different forms");
    }
    return ERR_OK;
}

static err take_form(struct node *node, mem *ctx, struct arrival *a)
{
    const struct part *part = NULL;
    for (unsigned i = 0; i < COMPARTMENTS && part == NULL; i++)
        if (a->parts[i] != NULL && a->parts[i]->form.id != NULL) part = a->parts[i];
    if (part == NULL) return ERR_OK;
    const struct form *ours;
    err e = formbook_find(node->forms, part->form.id, &ours);
    if (!err_failed(e) && text_same(ours->hash, part->form.hash)) {
        a->form = ours;
        return ERR_OK;
    }
    struct form_problems problems;
    form_problems_init(&problems, ctx);
    return form_from_json(ctx, part->definition, &problems, &a->form);
}

static err take_answers(mem *ctx, struct arrival *a)
{
    struct form_parts parts = {0};
    if (a->form == NULL) return ERR_OK;
    for (unsigned i = 0; i < COMPARTMENTS; i++) {
        if (a->parts[i] == NULL || a->parts[i]->answers == NULL) continue;
        parts.at[i] = json_deep_copy(a->parts[i]->answers);
        TRY(json_keep(ctx, parts.at[i]));
    }
    json_t *merged;
    TRY(form_merge(ctx, a->form, &parts, &merged));
    return form_clean(ctx, a->form, merged, &a->answers);
}

err arrival_open(struct node *node, struct actor *actor, mem *ctx, struct arrival *a)
{
    TRY(read_envelope(ctx, a));
    for (size_t i = 0; i < a->envelope->part_count; i++)
        TRY(open_part(node, actor, ctx, a, &a->envelope->parts[i]));
    TRY(parts_agree(a));
    TRY(take_form(node, ctx, a));
    return take_answers(ctx, a);
}

bool arrival_is_bad(err e)
{
    return e.kind == ERR_CRYPTO || e.kind == ERR_PEER || e.kind == ERR_INPUT || e.kind == ERR_LIMIT;
}

const json_t *arrival_body(const struct arrival *a)
{
    for (unsigned i = 0; i < COMPARTMENTS; i++)
        if (a->parts[i] != NULL && a->parts[i]->body != NULL) return a->parts[i]->body;
    return NULL;
}

const json_t *arrival_consent(const struct arrival *a)
{
    for (unsigned i = 0; i < COMPARTMENTS; i++)
        if (a->parts[i] != NULL && a->parts[i]->consent != NULL) return a->parts[i]->consent;
    return NULL;
}
