/* user_password.c - changing a password, using and renewing a recovery code. */
#include <string.h>

#include "db/session.h"
#include "domain/attempts.h"
#include "domain/signin.h"
#include "domain/unlock.h"
#include "domain/user.h"
#include "domain/user_wish.h"

struct relock {
    mem *ctx;
    struct node *node;
    struct secret_arena *arena;
    const char *login;
    struct id user_id;
    struct db_user_key key;
    struct bytes verifier_before; /* nobody changed it meanwhile */
    struct bytes but;             /* the session that stays */
    bool sessions_end;
    struct audit_event event;
};

static err get_key(struct tx *tx, void *arg)
{
    struct relock *r = arg;
    return db_user_key_get(tx, r->ctx, r->user_id, &r->key);
}

static err put_key(struct tx *tx, void *arg)
{
    const struct relock *r = arg;
    MEM_SCOPE(scope, NULL);
    struct db_user_key now;
    TRY(db_user_key_get(tx, scope, r->user_id, &now));
    ENSURE(bytes_equal(now.verifier, r->verifier_before), ERR_CONFLICT,
           "the password was changed somewhere else meanwhile");
    TRY(db_user_key_put(tx, &r->key));
    return r->sessions_end ? db_session_end_user(tx, r->user_id, r->but) : ERR_OK;
}

static err write_event(struct tx *tx, void *arg)
{
    const struct relock *r = arg;
    return audit_append(tx, r->node->audit, &r->event);
}

static err audit(struct relock *r, enum audit_action action, enum audit_result result)
{
    r->event = (struct audit_event){.at = node_now(r->node),
                                    .actor_id = r->user_id,
                                    .action = action,
                                    .result = result,
                                    .object = id_is_set(r->user_id) ? r->user_id.text : NULL};
    return db_run(r->node->records, write_event, r);
}

/* The actor's own row, and their bundle if the password is right. Slowed like sign-in: a stolen
 * session must not be a way to guess. */
static err reauthenticate(struct relock *r, const struct actor *actor, struct bytes password,
                          enum audit_action action, struct secret *bundle)
{
    struct slowdown slowdown;
    msec wait;
    TRY(slowdown_enter(r->node, actor->login, "signed in", NULL, &slowdown, &wait));
    TRY(db_read(r->node->keys, get_key, r));
    r->verifier_before = r->key.verifier;
    err e = password.n <= PASSWORD_MOST
                ? unlock_password(r->node, r->arena, &r->key, password, bundle)
                : ERR_MAKE(ERR_DENIED, "the password is wrong");
    if (e.kind == ERR_BUSY || e.kind == ERR_MEMORY) TRY(slowdown_give_back(r->node, &slowdown));
    if (e.kind == ERR_DENIED) {
        TRY(audit(r, action, AUDIT_FAILED));
        FAIL(ERR_DENIED, "the password is wrong");
    }
    TRY(e);
    return slowdown_clear(r->node, &slowdown);
}

err user_password_change(struct node *node, struct actor *actor, struct bytes old_password,
                         struct bytes new_password)
{
    TRY(actor_need(actor, CAPABILITY_ACCOUNT_OWN));
    MEM_SCOPE(scope, NULL);
    struct relock r = {.ctx = scope,
                       .node = node,
                       .user_id = actor->user_id,
                       .sessions_end = true,
                       .but = actor->session};
    struct secret bundle;
    TRY(password_check(new_password));
    TRY(secret_arena_new(scope, node->secrets, &r.arena));
    TRY(reauthenticate(&r, actor, old_password, AUDIT_PASSWORD_CHANGE, &bundle));
    TRY(lock_password(scope, node, r.arena, r.user_id, bundle, new_password, &r.key));
    TRY(db_run(node->keys, put_key, &r));
    return audit(&r, AUDIT_PASSWORD_CHANGE, AUDIT_DONE);
}

err user_recovery_renew(struct node *node, struct actor *actor, struct bytes password,
                        char recovery[static RECOVERY_TEXT_ROOM])
{
    TRY(actor_need(actor, CAPABILITY_ACCOUNT_OWN));
    MEM_SCOPE(scope, NULL);
    struct relock r = {.ctx = scope, .node = node, .user_id = actor->user_id};
    struct secret bundle;
    char text[RECOVERY_TEXT_ROOM];
    TRY(secret_arena_new(scope, node->secrets, &r.arena));
    TRY(reauthenticate(&r, actor, password, AUDIT_USER_CHANGE, &bundle));
    TRY(lock_recovery(scope, r.arena, r.user_id, bundle, &r.key, text));
    TRY(db_run(node->keys, put_key, &r));
    TRY(audit(&r, AUDIT_USER_CHANGE, AUDIT_DONE));
    memcpy(recovery, text, RECOVERY_TEXT_ROOM);
    wipe(text, sizeof text);
    return ERR_OK;
}

static err find_user(struct tx *tx, void *arg)
{
    struct relock *r = arg;
    struct db_user user;
    err e = db_user_by_login(tx, r->ctx, r->login, &user);
    bool found = !err_failed(e) && user.active && user.box_public.n > 0;
    ENSURE(found || (err_failed(e) && e.kind != ERR_NOT_FOUND), ERR_DENIED,
           "the name or the code is wrong");
    TRY(e);
    r->user_id = user.id;
    return ERR_OK;
}

static err open_by_code(struct relock *r, const char *code, struct secret *bundle)
{
    TRY(db_read(r->node->records, find_user, r));
    TRY(db_read(r->node->keys, get_key, r));
    r->verifier_before = r->key.verifier;
    return unlock_recovery(r->arena, &r->key, code, bundle);
}

err user_recover(struct node *node, const char *login, const char *code, const char *address,
                 struct bytes new_password, char recovery[static RECOVERY_TEXT_ROOM], msec *wait)
{
    MEM_SCOPE(scope, NULL);
    struct relock r = {.ctx = scope, .node = node, .sessions_end = true};
    struct slowdown slowdown;
    struct secret bundle;
    char text[RECOVERY_TEXT_ROOM];
    err e = login_normal(scope, login, &r.login);
    ENSURE(e.kind != ERR_INPUT, ERR_DENIED, "the name or the code is wrong");
    TRY(e);
    TRY(password_check(new_password));
    TRY(secret_arena_new(scope, node->secrets, &r.arena));
    TRY(slowdown_enter(node, r.login, address, NULL, &slowdown, wait));
    e = open_by_code(&r, code, &bundle);
    if (e.kind == ERR_DENIED) TRY(attempts_note(node, AUDIT_RECOVERY_USE, r.user_id, address));
    TRY(e);
    TRY(lock_password(scope, node, r.arena, r.user_id, bundle, new_password, &r.key));
    TRY(lock_recovery(scope, r.arena, r.user_id, bundle, &r.key, text));
    TRY(db_run(node->keys, put_key, &r));
    TRY(slowdown_clear(node, &slowdown));
    TRY(audit(&r, AUDIT_RECOVERY_USE, AUDIT_DONE));
    memcpy(recovery, text, RECOVERY_TEXT_ROOM);
    wipe(text, sizeof text);
    return ERR_OK;
}
