/* partner_card.c - reads the stored card of a partner. */
#include "exchange/partner_card.h"

#include "base/text.h"
#include "db/partner.h"

struct lookup {
    mem *ctx;
    const char *id;
    struct db_partner row;
};

static err find(struct tx *tx, void *arg)
{
    struct lookup *l = arg;
    return db_partner_by_id(tx, l->ctx, l->id, &l->row);
}

err partner_card_any(struct node *node, mem *ctx, const char *partner_id, struct card **out)
{
    struct lookup l = {.ctx = ctx, .id = partner_id};
    TRY(db_read(node->records, find, &l));
    /* It was verified when it was pinned; read it as of then. */
    return card_read(ctx, l.row.card, l.row.pinned_at, out);
}

err partner_card_now(struct node *node, mem *ctx, const char *partner_id, struct card **out)
{
    struct lookup l = {.ctx = ctx, .id = partner_id};
    err e = db_read(node->records, find, &l);
    ENSURE(e.kind != ERR_NOT_FOUND, ERR_STATE, "this partner is not known to this node");
    TRY(e);
    ENSURE(text_same(l.row.state, "pinned"), ERR_STATE, "this partner is not trusted any more");
    ENSURE(l.row.expires_at > node_now(node), ERR_STATE,
           "this partner's node card has ended: ask for a new one");
    return card_read(ctx, l.row.card, l.row.pinned_at, out);
}

err partner_organisation(const struct card *card, const char *organisation_id,
                         const struct card_organisation **out)
{
    struct id id;
    TRY(id_parse(organisation_id, &id));
    const struct card_organisation *organisation = card_organisation_find(card, id);
    ENSURE(organisation != NULL, ERR_STATE, "the partner's node card does not name this organisation");
    *out = organisation;
    return ERR_OK;
}
