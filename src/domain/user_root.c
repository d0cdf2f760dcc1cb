/* user_root.c - makes the first administrator. */
#include "domain/user_root.h"

#include "domain/node_setting.h"
#include "domain/statement.h"
#include "domain/unlock.h"
#include "domain/user_wish.h"

err user_root_make(mem *ctx, struct node *node, const struct node_wish *wish, struct user_root *out)
{
    MEM_SCOPE(scope, NULL);
    struct secret_arena *arena;
    struct secret bundle;
    struct actor_keys *keys;
    const struct box_pair *box;
    const struct sign_pair *sign;
    struct user_root root = {0};
    struct user_wish user = {.login = wish->login,
                             .display_name = wish->display_name,
                             .language = wish->language,
                             .roles = role_bit(ROLE_ADMINISTRATOR)};
    TRY(user_wish_row(ctx, node, &user, &root.user));
    TRY(secret_arena_new(scope, node->secrets, &arena));
    TRY(bundle_new(arena, NULL, &bundle));
    TRY(keys_new(scope, arena, bundle, &keys));
    TRY(keys_box(keys, &box));
    TRY(keys_sign(keys, &sign));
    TRY(lock_password(ctx, node, arena, root.user.id, bundle, wish->password, &root.key));
    TRY(lock_recovery(ctx, arena, root.user.id, bundle, &root.key, root.recovery));
    TRY(bytes_copy(ctx, bytes_of(box->public_key.p, BOX_PUBLIC_SIZE), &root.user.box_public));
    TRY(bytes_copy(ctx, bytes_of(sign->public_key.p, SIGN_PUBLIC_SIZE), &root.user.sign_public));
    struct statement appointment = {.type = STATEMENT_APPOINTMENT,
                                    .user_id = root.user.id,
                                    .sign = sign->public_key,
                                    .roles = user.roles,
                                    .since = node_now(node)};
    TRY(statement_sign(ctx, node, sign, root.user.id, &appointment, &root.appointment));
    root.root = sign->public_key;
    *out = root;
    return ERR_OK;
}

err user_root_keys(struct tx *tx, const struct user_root *root)
{
    return db_user_key_put(tx, &root->key);
}

err user_root_records(struct tx *tx, const struct user_root *root)
{
    TRY(db_user_insert(tx, &root->user));
    TRY(db_statement_insert(tx, &root->appointment));
    return root_signer_put(tx, &root->root);
}
