/* session_blob.c - cookies and the sealed keys of a session. */
#include "domain/session_blob.h"

#include <string.h>

#include "base/encode.h"

enum { TOKEN_SIZE = SESSION_ID_SIZE + KEY_SIZE };
_Static_assert(SESSION_COOKIE_ROOM == TOKEN_SIZE / 3 * 4 + 1, "the cookie's text has no padding");

static err hash_id(struct session_token *token)
{
    return digest_of("opentrm session id", bytes_of(NULL, 0), bytes_of(token->id, SESSION_ID_SIZE),
                     &token->id_hash);
}

static err token_of(struct secret_arena *arena, const uint8_t *p, struct session_token *out)
{
    struct session_token token;
    memcpy(token.id, p, SESSION_ID_SIZE);
    TRY(secret_copy(arena, bytes_of(p + SESSION_ID_SIZE, KEY_SIZE), &token.key));
    TRY(hash_id(&token));
    *out = token;
    return ERR_OK;
}

err session_token_new(struct secret_arena *arena, struct session_token *out,
                      char cookie[static SESSION_COOKIE_ROOM])
{
    MEM_SCOPE(scope, NULL);
    struct secret whole;
    const char *text;
    TRY(secret_random(arena, TOKEN_SIZE, &whole));
    TRY(token_of(arena, whole.p, out));
    TRY(encode_base64url(scope, secret_bytes(whole), &text));
    memcpy(cookie, text, SESSION_COOKIE_ROOM);
    wipe((void *)(uintptr_t)text, SESSION_COOKIE_ROOM);
    secret_wipe(&whole);
    return ERR_OK;
}

err session_token_read(struct secret_arena *arena, const char *cookie, struct session_token *out)
{
    static const char WHAT[] = "you are not signed in, or your session has ended";
    MEM_SCOPE(scope, NULL);
    struct bytes whole;
    ENSURE(cookie != NULL && strlen(cookie) == SESSION_COOKIE_ROOM - 1, ERR_DENIED, WHAT);
    err e = decode_base64url(scope, cookie, &whole);
    ENSURE(e.kind != ERR_INPUT, ERR_DENIED, WHAT);
    TRY(e);
    ENSURE(whole.n == TOKEN_SIZE, ERR_DENIED, WHAT);
    e = token_of(arena, whole.p, out);
    wipe((void *)(uintptr_t)whole.p, whole.n);
    return e;
}

static err blob_key(struct secret_arena *arena, const struct session_token *token,
                    struct secret *out)
{
    return secret_derive(arena, token->key, "opentrm session blob", bytes_of(NULL, 0), KEY_SIZE,
                         out);
}

static void blob_ad(struct ad *ad, const struct session_token *token, struct id user_id)
{
    ad_start(ad, "opentrm session");
    ad_bytes(ad, digest_bytes(&token->id_hash));
    ad_text(ad, user_id.text);
}

err session_seal(mem *ctx, const struct session_token *token, struct id user_id,
                 const struct actor_keys *keys, struct bytes *out)
{
    struct secret key, packed;
    struct ad ad;
    blob_ad(&ad, token, user_id);
    TRY(blob_key(keys->arena, token, &key));
    TRY(keys_pack(keys, &packed));
    err e = aead_seal(ctx, key, &ad, secret_bytes(packed), out);
    secret_wipe(&packed);
    return e;
}

err session_unseal(mem *ctx, struct secret_arena *arena, const struct session_token *token,
                   struct id user_id, struct bytes blob, struct actor_keys **out)
{
    struct secret key, packed;
    struct ad ad;
    blob_ad(&ad, token, user_id);
    TRY(blob_key(arena, token, &key));
    TRY(aead_open_secret(arena, key, &ad, blob, &packed));
    return keys_unpack(ctx, arena, packed, out);
}

err session_csrf(mem *ctx, struct secret_arena *arena, const struct session_token *token,
                 const char **out)
{
    struct secret csrf;
    TRY(secret_derive(arena, token->key, "opentrm session csrf", bytes_of(NULL, 0), KEY_SIZE,
                      &csrf));
    return encode_base64url(ctx, secret_bytes(csrf), out);
}

msec session_end_at(const struct node *node, msec created_at, msec seen_at)
{
    msec idle = seen_at + node->settings.session_idle,
         most = created_at + node->settings.session_most;
    return idle < most ? idle : most;
}
