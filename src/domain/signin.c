/* signin.c - signing in: the password, the session it begins, and the work that waited for a
 * member. */
#include "domain/signin.h"

#include <string.h>

#include "base/text.h"
#include "db/user.h"
#include "domain/actor_load.h"
#include "domain/attempts.h"
#include "domain/session_blob.h"
#include "domain/team.h"
#include "domain/unlock.h"
#include "domain/user_wish.h"

struct signing_in {
    mem *ctx;
    struct node *node;
    struct secret_arena *arena;
    const char *login;
    struct db_user user;
    struct db_user_key key;
    bool known; /* there is such a user, who is not closed */
};

static err read_user(struct tx *tx, void *arg)
{
    struct signing_in *s = arg;
    s->known = false;
    err e = db_user_by_login(tx, s->ctx, s->login, &s->user);
    if (e.kind == ERR_NOT_FOUND) {
        s->user =
            (struct db_user){.id = id_random()}; /* nobody: the same reading and hashing follows */
        return ERR_OK;
    }
    TRY(e);
    s->known = s->user.active;
    return ERR_OK;
}

static err read_key(struct tx *tx, void *arg)
{
    struct signing_in *s = arg;
    err e = db_user_key_get(tx, s->ctx, s->user.id, &s->key);
    if (e.kind == ERR_NOT_FOUND)
        s->known = false;
    else
        TRY(e);
    return ERR_OK;
}

struct sign_in_event {
    struct audit_event event;
    const struct audit *audit;
};

static err write_event(struct tx *tx, void *arg)
{
    const struct sign_in_event *e = arg;
    return audit_append(tx, e->audit, &e->event);
}

static err audit_sign_in(const struct signing_in *s)
{
    struct sign_in_event e = {{.at = node_now(s->node),
                               .actor_id = s->user.id,
                               .action = AUDIT_SIGN_IN,
                               .result = AUDIT_DONE},
                              s->node->audit};
    return db_run(s->node->records, write_event, &e);
}

static err insert_session(struct tx *tx, void *arg) { return db_session_insert(tx, arg); }

static err begin(struct signing_in *s, const struct session_wish *wish, struct secret bundle,
                 struct session_start *start)
{
    struct actor_keys *keys;
    struct actor *actor;
    struct session_token token;
    struct digest agent = {0};
    bool fresh;
    TRY(keys_new(s->ctx, s->arena, bundle, &keys));
    TRY(actor_load(s->ctx, s->node, s->user.id, keys, &actor, &fresh));
    err_ignore(team_settle(s->node, actor)); /* what waits for a member waits for the next one */
    TRY(session_token_new(s->arena, &token, start->cookie));
    msec now = node_now(s->node);
    struct db_session row = {.id_hash = digest_bytes(&token.id_hash),
                             .user_id = s->user.id,
                             .created_at = now,
                             .seen_at = now,
                             .expires_at = session_end_at(s->node, now, now)};
    if (wish->agent != NULL) {
        TRY(digest_of("opentrm agent", digest_bytes(&s->node->signin_key), bytes_text(wish->agent),
                      &agent));
        row.agent_hash = digest_bytes(&agent);
    }
    TRY(session_seal(s->ctx, &token, s->user.id, keys, &row.blob));
    TRY(device_token_new(s->node, s->login, start->device));
    TRY(db_run(s->node->keys, insert_session, &row));
    start->user_id = s->user.id;
    start->expires_at = row.expires_at;
    return ERR_OK;
}

static err check(struct signing_in *s, struct bytes password, struct secret *bundle)
{
    TRY(db_read(s->node->records, read_user, s));
    TRY(db_read(s->node->keys, read_key, s));
    return unlock_password(s->node, s->arena, s->known ? &s->key : NULL, password, bundle);
}

err session_sign_in(struct node *node, const struct session_wish *wish, struct session_start *out)
{
    MEM_SCOPE(scope, NULL);
    struct signing_in s = {.ctx = scope, .node = node};
    struct slowdown slowdown;
    struct secret bundle;
    struct session_start start = {0};
    err e = login_normal(scope, wish->login, &s.login);
    ENSURE(e.kind != ERR_INPUT && wish->password.n <= PASSWORD_MOST, ERR_DENIED,
           "the name or the password is wrong");
    TRY(e);
    TRY(secret_arena_new(scope, node->secrets, &s.arena));
    e = slowdown_enter(node, s.login, wish->address, wish->device, &slowdown, &start.wait);
    if (e.kind == ERR_LIMIT) out->wait = start.wait;
    TRY(e);
    e = check(&s, wish->password, &bundle);
    if (e.kind == ERR_BUSY || e.kind == ERR_MEMORY) TRY(slowdown_give_back(node, &slowdown));
    if (e.kind == ERR_DENIED)
        TRY(attempts_note(node, AUDIT_SIGN_IN, s.known ? s.user.id : (struct id){""},
                          wish->address));
    TRY(e);
    TRY(begin(&s, wish, bundle, &start));
    TRY(slowdown_clear(node, &slowdown));
    TRY(audit_sign_in(&s));
    *out = start;
    return ERR_OK;
}
