/* unlock.c - passwords and codes around a user's keys. */
#include "domain/unlock.h"

#include <string.h>

static const char BY_PASSWORD[] = "password", BY_RECOVERY[] = "recovery",
                  BY_ACTIVATION[] = "activation";
static const char WRONG_PASSWORD[] = "the name or the password is wrong";
static const char WRONG_CODE[] = "the name or the code is wrong";

static err salt_new(mem *ctx, struct bytes *out)
{
    uint8_t *p = talloc_size(ctx, PASSWORD_SALT_SIZE);
    ENSURE_MEM(p);
    id_fill_random(p, PASSWORD_SALT_SIZE);
    *out = bytes_of(p, PASSWORD_SALT_SIZE);
    return ERR_OK;
}

static bool verifies(const struct password_keys *keys, struct bytes verifier)
{
    return secret_equal(digest_bytes(&keys->verifier), verifier);
}

err lock_password(mem *ctx, struct node *node, struct secret_arena *arena, struct id user_id,
                  struct secret bundle, struct bytes password, struct db_user_key *row)
{
    struct db_user_key new = *row;
    struct password_keys keys;
    TRY(password_check(password));
    TRY(salt_new(ctx, &new.password_salt));
    new.password_ops = node->settings.password_cost.passes;
    new.password_mem = node->settings.password_cost.memory;
    TRY(password_keys_make(arena, node->passwords, password, node->settings.password_cost,
                           new.password_salt.p, &keys));
    TRY(bytes_copy(ctx, digest_bytes(&keys.verifier), &new.verifier));
    TRY(bundle_seal(ctx, bundle, keys.kek, user_id, BY_PASSWORD, &new.blob));
    new.user_id = user_id;
    new.changed_at = node_now(node);
    *row = new;
    return ERR_OK;
}

static err code_new(mem *ctx, struct secret_arena *arena, const char *purpose,
                    struct db_user_key *row, struct password_keys *keys,
                    char text[static RECOVERY_TEXT_ROOM])
{
    struct secret code;
    struct bytes salt, verifier;
    TRY(recovery_new(arena, &code));
    TRY(salt_new(ctx, &salt));
    TRY(recovery_keys(arena, code, purpose, salt, keys));
    TRY(bytes_copy(ctx, digest_bytes(&keys->verifier), &verifier));
    row->recovery_salt = salt;
    row->recovery_verifier = verifier;
    recovery_print(code, text);
    secret_wipe(&code);
    return ERR_OK;
}

err lock_recovery(mem *ctx, struct secret_arena *arena, struct id user_id, struct secret bundle,
                  struct db_user_key *row, char text[static RECOVERY_TEXT_ROOM])
{
    struct password_keys keys;
    struct db_user_key new = *row;
    TRY(code_new(ctx, arena, BY_RECOVERY, &new, &keys, text));
    TRY(bundle_seal(ctx, bundle, keys.kek, user_id, BY_RECOVERY, &new.recovery_blob));
    new.user_id = user_id;
    *row = new;
    return ERR_OK;
}

err lock_activation(mem *ctx, struct secret_arena *arena, struct id user_id,
                    struct db_user_key *row, char text[static RECOVERY_TEXT_ROOM])
{
    struct password_keys keys;
    struct bytes none = bytes_of("", 0);
    struct db_user_key new = {.user_id = user_id, .changed_at = row->changed_at};
    TRY(code_new(ctx, arena, BY_ACTIVATION, &new, &keys, text));
    new.password_salt = new.verifier = new.blob = new.recovery_blob = none;
    *row = new;
    return ERR_OK;
}

err unlock_password(struct node *node, struct secret_arena *arena, const struct db_user_key *row,
                    struct bytes password, struct secret *bundle)
{
    static const uint8_t NO_SALT[PASSWORD_SALT_SIZE];
    bool known = row != NULL && row->password_salt.n == PASSWORD_SALT_SIZE;
    struct password_cost cost = known ? (struct password_cost){row->password_mem, row->password_ops}
                                      : node->settings.password_cost;
    struct password_keys keys;
    TRY(password_keys_make(arena, node->passwords, password, cost,
                           known ? row->password_salt.p : NO_SALT, &keys));
    ENSURE(known && verifies(&keys, row->verifier), ERR_DENIED, WRONG_PASSWORD);
    return bundle_open(arena, row->blob, keys.kek, row->user_id, BY_PASSWORD, bundle);
}

static err code_keys(struct secret_arena *arena, const struct db_user_key *row, const char *text,
                     const char *purpose, struct password_keys *keys)
{
    struct secret code;
    ENSURE(row != NULL, ERR_DENIED, WRONG_CODE);
    err e = recovery_read(arena, text, &code);
    ENSURE(e.kind != ERR_INPUT, ERR_DENIED, WRONG_CODE);
    TRY(e);
    TRY(recovery_keys(arena, code, purpose, row->recovery_salt, keys));
    ENSURE(verifies(keys, row->recovery_verifier), ERR_DENIED, WRONG_CODE);
    return ERR_OK;
}

err unlock_recovery(struct secret_arena *arena, const struct db_user_key *row, const char *code,
                    struct secret *bundle)
{
    struct password_keys keys;
    TRY(code_keys(arena, row, code, BY_RECOVERY, &keys));
    return bundle_open(arena, row->recovery_blob, keys.kek, row->user_id, BY_RECOVERY, bundle);
}

err unlock_activation(struct secret_arena *arena, const struct db_user_key *row, const char *code)
{
    struct password_keys keys;
    TRY(code_keys(arena, row, code, BY_ACTIVATION, &keys));
    ENSURE(row->blob.n == 0, ERR_DENIED, WRONG_CODE);
    return ERR_OK;
}
