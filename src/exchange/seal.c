/* seal.c - sign, then seal; open, verify, then compare. */
#include "exchange/seal.h"

#include "base/text.h"

err part_seal(mem *ctx, const struct part *part, const struct private_key *key,
              const struct certificate *signer, const struct certificate *recipient, msec at,
              struct bytes *out)
{
    MEM_SCOPE(scope, NULL);
    ENSURE_MEM(scope);
    struct bytes mime = {0}, inner = {0};
    TRY(part_write(scope, part, &mime));
    TRY(cms_sign(scope, mime, key, signer, at, &inner));
    return cms_seal(ctx, inner, recipient, at, out);
}

err part_unseal(mem *ctx, struct bytes cms, const struct private_key *key,
                const struct certificate *certificate, struct bytes *inner)
{
    return cms_open(ctx, cms, key, certificate, inner);
}

static err compare(const struct part *part, const struct seal_expected *expected)
{
    ENSURE(id_same(part->sender, expected->sender), ERR_PEER, "sealed in is another sender");
    ENSURE(id_same(part->recipient, expected->recipient), ERR_PEER,
           "sealed in is another recipient");
    ENSURE(id_same(part->message, expected->message), ERR_PEER, "sealed in is another message");
    ENSURE(id_same(part->conversation, expected->conversation), ERR_PEER,
           "sealed in is another conversation");
    ENSURE(part->compartment == expected->compartment, ERR_PEER,
           "sealed in is another compartment");
    ENSURE(text_same(part->type, expected->type), ERR_PEER, "sealed in is another type of message");
    return ERR_OK;
}

err part_verify(mem *ctx, struct bytes inner, const struct certificate *signer,
                const struct seal_expected *expected, msec at, struct part **out)
{
    MEM_SCOPE(scope, ctx);
    struct bytes mime = {0};
    TRY(cms_verify(inner, signer, at, &mime, NULL));
    struct part *part = NULL;
    TRY(part_read(scope, mime, &part));
    TRY(compare(part, expected));
    *out = talloc_steal(ctx, part);
    return ERR_OK;
}

err part_open(mem *ctx, struct bytes cms, const struct private_key *key,
              const struct certificate *certificate, const struct certificate *signer,
              const struct seal_expected *expected, msec at, struct part **out, struct bytes *inner)
{
    MEM_SCOPE(scope, ctx);
    struct bytes opened = {0};
    struct part *part = NULL;
    TRY(part_unseal(scope, cms, key, certificate, &opened));
    TRY(part_verify(scope, opened, signer, expected, at, &part));
    /* The part refers to what was opened. */
    *out = talloc_steal(ctx, part);
    (void)talloc_steal(part, opened.p);
    if (inner != NULL) *inner = opened;
    return ERR_OK;
}
