/* rest.c - sealing under a key of its own, and opening. */
#include "exchange/rest.h"

#include "base/buf.h"

#define HEAD (ID_TEXT_ROOM - 1) /* the key's id */

static struct vault_label label_of(struct rest_name name)
{
    return (struct vault_label){name.kind, name.message_id, COMPARTMENT_IDENTITY, 1};
}

err rest_seal(struct node *node, struct actor *actor, struct rest_name name, const struct id *teams, size_t n,
              struct bytes plain, mem *ctx, struct bytes *body, struct id *key)
{
    struct vault_share shares[VAULT_SHARES_MOST];
    const struct vault_label label = label_of(name);
    const struct id fresh = id_random();
    struct vault *vault;
    struct bytes sealed;
    struct buf b;
    int64_t generation;
    ENSURE(n >= 1 && n <= VAULT_SHARES_MOST, ERR_LIMIT, "too many teams share one message");
    for (size_t i = 0; i < n; i++)
        shares[i] = (struct vault_share){teams[i], COMPARTMENT_BIT(COMPARTMENT_IDENTITY)};
    TRY(vault_create(node, actor, VAULT_MESSAGE, fresh, shares, n, ctx, &vault));
    TRY(vault_seal(vault, &label, plain, ctx, &sealed, &generation));
    buf_init(&b, ctx, sealed.n + HEAD);
    buf_add(&b, fresh.text, HEAD);
    buf_add_bytes(&b, sealed);
    TRY(buf_done(&b, body));
    *key = fresh;
    return ERR_OK;
}

err rest_open(struct node *node, struct actor *actor, struct rest_name name, struct bytes body, mem *ctx,
              struct bytes *plain, struct id *key)
{
    const struct vault_label label = label_of(name);
    const char *text;
    struct vault *vault;
    ENSURE(body.n > HEAD, ERR_STORE, "a message at rest is cut off");
    TRY(bytes_string(ctx, bytes_of(body.p, HEAD), &text));
    ENSURE(!err_failed(id_parse(text, key)), ERR_STORE, "a message at rest names no key");
    TRY(vault_open(node, actor, VAULT_MESSAGE, *key, ctx, &vault));
    return vault_open_sealed(vault, &label, 1, bytes_of(body.p + HEAD, body.n - HEAD), ctx, plain);
}

void rest_forget(struct node *node, struct id key)
{
    err_ignore(vault_discard(node, VAULT_MESSAGE, key)); /* else a key stays that opens nothing */
}
