/* withdrawal.c - ends a consent and tells the recipients. */
#include "exchange/withdrawal.h"

#include "base/text.h"
#include "base/vec.h"
#include "db/conversation.h"
#include "db/delivery.h"
#include "db/message.h"
#include "domain/actor.h"
#include "domain/node.h"
#include "exchange/outgoing.h"

#define CONVERSATIONS_MOST 500

struct telling {
    struct node *node;
    struct actor *actor;
    struct casefile *c;
    mem *ctx;
    VEC(struct db_conversation) to;        /* conversations in which something left or came */
    VEC(struct outgoing_packed *) messages;
};

/* Has it left, or may it be leaving this moment? What still waits is cancelled and nobody needs to hear of it. */
static err has_left(struct tx *tx, const struct db_message *m, bool *left)
{
    *left = consent_covers_class(m->class_) && !text_same(m->state, "cancelled");
    if (!*left || !text_same(m->direction, "out") || !text_same(m->state, "submitted")) return ERR_OK;
    struct db_delivery delivery;
    TRY(db_delivery_head(tx, db_scratch(tx), m->id, &delivery));
    *left = !text_same(delivery.state, "queued");
    return ERR_OK;
}

static err read_conversations(struct tx *tx, void *arg)
{
    struct telling *t = arg;
    db_conversations all;
    t->to.n = 0;
    TRY(db_conversation_of_case(tx, t->ctx, t->c->id, &all));
    for (size_t i = 0; i < all.n; i++) {
        db_messages messages;
        bool any = false;
        TRY(db_message_of_conversation(tx, t->ctx, all.at[i].handle, &messages));
        for (size_t k = 0; k < messages.n && !any; k++) TRY(has_left(tx, &messages.at[k], &any));
        if (any) TRY(vec_push(t->ctx, &t->to, all.at[i], CONVERSATIONS_MOST));
    }
    return ERR_OK;
}

static err prepare(struct telling *t, const struct db_conversation *to, struct outgoing_packed **out)
{
    json_t *body = json_object();
    TRY(json_keep(t->ctx, body));
    struct outgoing *message = mem_new(t->ctx, struct outgoing);
    ENSURE_MEM(message);
    *message = (struct outgoing){.class_ = "withdrawal",
                                 .sender = to->local_organisation,
                                 .partner_id = to->partner_id,
                                 .recipient = to->remote_organisation,
                                 .purpose = "",
                                 .handling = "confidential",
                                 .body = body,
                                 .language = t->actor->language};
    TRY(id_parse(to->handle, &message->handle));
    return outgoing_prepare(t->node, t->actor, t->c, message, t->ctx, out);
}

static err insert_all(struct tx *tx, void *arg)
{
    const struct telling *t = arg;
    for (size_t i = 0; i < t->messages.n; i++) TRY(outgoing_insert(tx, t->messages.at[i]));
    return ERR_OK;
}

static bool ends_sharing(const struct consent_list *list, struct id consent_id)
{
    for (size_t i = 0; i < list->n; i++)
        if (id_same(list->at[i].id, consent_id)) return list->at[i].kind == CONSENT_SHARE;
    return false;
}

err withdrawal_make(struct node *node, struct actor *actor, struct casefile *c, struct id consent_id, const char *how,
                    size_t *cancelled, size_t *told, size_t *untold)
{
    TRY(actor_need(actor, CAPABILITY_CONSENT_RECORD));
    struct telling t = {.node = node, .actor = actor, .c = c, .ctx = c->ctx};
    struct consent_list list;
    size_t unreachable = 0;
    bool damaged;
    TRY(consent_readable(c, c->ctx, &list, &damaged));
    if (ends_sharing(&list, consent_id)) TRY(db_read(node->records, read_conversations, &t));
    for (size_t i = 0; i < t.to.n; i++) {
        struct outgoing_packed *message;
        err e = prepare(&t, &t.to.at[i], &message);
        if (e.kind == ERR_STATE) {
            unreachable++; /* the consent ends all the same */
            continue;
        }
        TRY(e);
        TRY(vec_push(t.ctx, &t.messages, message, CONVERSATIONS_MOST));
    }
    const struct consent_also also = {insert_all, &t};
    TRY(consent_withdraw_also(node, actor, c, consent_id, how, &also, cancelled));
    *told = t.messages.n;
    *untold = unreachable;
    return ERR_OK;
}
