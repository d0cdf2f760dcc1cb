/* user.c - inviting, activating, appointing, closing, renaming. */
#include "domain/user.h"

#include <string.h>

#include "base/text.h"
#include "db/organisation.h"
#include "db/session.h"
#include "db/team.h"
#include "db/wrap.h"
#include "domain/attempts.h"
#include "domain/node_setting.h"
#include "domain/signin.h"
#include "domain/statement.h"
#include "domain/team_due.h"
#include "domain/unlock.h"
#include "domain/user_wish.h"

static const char NO_USER[] = "there is no such user";

/* One change of the account tables, with its audit line. */
struct change {
    mem *ctx;
    struct node *node;
    struct db_user user;
    struct db_user_key key;
    role_set roles;
    struct sign_public root;
    struct db_statement appointment;
    struct audit_event event;
};

static struct audit_event event_of(struct node *node, const struct actor *actor,
                                   enum audit_action action, const char *object)
{
    return (struct audit_event){.at = node_now(node),
                                .actor_id = actor == NULL ? (struct id){""} : actor->user_id,
                                .action = action,
                                .object = object};
}

static err put_key(struct tx *tx, void *arg)
{
    const struct change *c = arg;
    return db_user_key_put(tx, &c->key);
}

/* The keys of an activation: only if nobody activated it meanwhile. */
static err put_first_key(struct tx *tx, void *arg)
{
    const struct change *c = arg;
    MEM_SCOPE(scope, NULL);
    struct db_user_key now;
    TRY(db_user_key_get(tx, scope, c->user.id, &now));
    ENSURE(now.blob.n == 0, ERR_CONFLICT, "this account was activated meanwhile");
    return db_user_key_put(tx, &c->key);
}

static err get_key(struct tx *tx, void *arg)
{
    struct change *c = arg;
    return db_user_key_get(tx, c->ctx, c->user.id, &c->key);
}

static err get_user(struct tx *tx, void *arg)
{
    struct change *c = arg;
    err e = db_user_by_id(tx, c->ctx, c->user.id, &c->user);
    ENSURE(e.kind != ERR_NOT_FOUND, ERR_NOT_FOUND, NO_USER);
    TRY(e);
    return user_roles(tx, &c->user, &c->roles);
}

static err insert_user(struct tx *tx, void *arg)
{
    const struct change *c = arg;
    struct db_organisation organisation;
    if (id_is_set(c->user.organisation_id)) {
        err e = db_organisation_by_id(tx, db_scratch(tx), c->user.organisation_id, &organisation);
        ENSURE(e.kind != ERR_NOT_FOUND, ERR_INPUT, "there is no such organisation");
        TRY(e);
    }
    TRY(db_user_insert(tx, &c->user));
    for (unsigned r = 0; r < ROLES; r++) {
        if (!role_in(c->roles, (enum role)r) || c->user.is_admin) continue;
        const struct db_role row = {c->user.id, c->user.organisation_id, role_name((enum role)r)};
        TRY(db_role_add(tx, &row));
    }
    return audit_append(tx, c->node->audit, &c->event);
}

err user_invite(struct node *node, struct actor *actor, const struct user_wish *wish,
                struct id *user_id, char code[static RECOVERY_TEXT_ROOM])
{
    TRY(actor_need(actor, CAPABILITY_USER_MANAGE));
    MEM_SCOPE(scope, NULL);
    struct change c = {.ctx = scope, .node = node, .roles = wish->roles};
    struct secret_arena *arena;
    char text[RECOVERY_TEXT_ROOM];
    TRY(user_wish_row(scope, node, wish, &c.user));
    TRY(secret_arena_new(scope, node->secrets, &arena));
    c.key.changed_at = node_now(node);
    TRY(lock_activation(scope, arena, c.user.id, &c.key, text));
    c.event = event_of(node, actor, AUDIT_USER_CREATE, c.user.id.text);
    TRY(db_run(node->keys, put_key, &c));
    err e = db_run(node->records, insert_user, &c);
    ENSURE(e.kind != ERR_CONFLICT, ERR_CONFLICT, "this sign-in name is taken");
    TRY(e);
    memcpy(code, text, RECOVERY_TEXT_ROOM);
    wipe(text, sizeof text);
    *user_id = c.user.id;
    return ERR_OK;
}

static err write_event(struct tx *tx, void *arg)
{
    const struct change *c = arg;
    return audit_append(tx, c->node->audit, &c->event);
}

err user_invite_again(struct node *node, struct actor *actor, struct id user_id,
                      char code[static RECOVERY_TEXT_ROOM])
{
    TRY(actor_need(actor, CAPABILITY_USER_MANAGE));
    MEM_SCOPE(scope, NULL);
    struct change c = {.ctx = scope, .node = node, .user = {.id = user_id}};
    struct secret_arena *arena;
    char text[RECOVERY_TEXT_ROOM];
    TRY(db_read(node->records, get_user, &c));
    ENSURE(c.user.active && c.user.box_public.n == 0, ERR_STATE,
           "this account is activated or closed: there is nothing to invite to");
    TRY(secret_arena_new(scope, node->secrets, &arena));
    c.key.changed_at = node_now(node);
    TRY(lock_activation(scope, arena, user_id, &c.key, text));
    c.event = event_of(node, actor, AUDIT_USER_CHANGE, user_id.text);
    TRY(db_run(node->records, write_event, &c));
    TRY(db_run(node->keys, put_key, &c));
    memcpy(code, text, RECOVERY_TEXT_ROOM);
    wipe(text, sizeof text);
    return ERR_OK;
}

static err get_invited(struct tx *tx, void *arg)
{
    struct change *c = arg;
    TRY(root_signer_read(tx, &c->root));
    struct db_user user;
    err e = db_user_by_login(tx, c->ctx, c->user.login, &user);
    bool found = !err_failed(e) && user.active && user.box_public.n == 0;
    ENSURE(found || (err_failed(e) && e.kind != ERR_NOT_FOUND), ERR_DENIED,
           "the name or the code is wrong");
    TRY(e);
    c->user = user;
    return ERR_OK;
}

/* The public halves; only if nobody activated it meanwhile. */
static err set_public(struct tx *tx, void *arg)
{
    struct change *c = arg;
    MEM_SCOPE(scope, NULL);
    struct db_user now;
    TRY(db_user_by_id(tx, scope, c->user.id, &now));
    ENSURE(now.active && now.box_public.n == 0, ERR_CONFLICT,
           "this account was activated or closed meanwhile");
    now.box_public = c->user.box_public;
    now.sign_public = c->user.sign_public;
    TRY(db_user_update(tx, &now));
    return audit_append(tx, c->node->audit, &c->event);
}

/* The account and its row of keys, if the code is right. */
static err open_by_code(struct change *c, struct secret_arena *arena, const char *code)
{
    TRY(db_read(c->node->records, get_invited, c));
    TRY(db_read(c->node->keys, get_key, c));
    return unlock_activation(arena, &c->key, code);
}

err user_activate(struct node *node, const char *login, const char *code, const char *address,
                  struct bytes password, char recovery[static RECOVERY_TEXT_ROOM], msec *wait)
{
    MEM_SCOPE(scope, NULL);
    struct change c = {.ctx = scope, .node = node};
    struct secret_arena *arena;
    struct secret bundle;
    struct actor_keys *keys;
    const struct box_pair *box;
    const struct sign_pair *sign;
    struct slowdown slowdown;
    char text[RECOVERY_TEXT_ROOM];
    err e = login_normal(scope, login, &c.user.login);
    ENSURE(e.kind != ERR_INPUT, ERR_DENIED, "the name or the code is wrong");
    TRY(e);
    TRY(password_check(password));
    TRY(secret_arena_new(scope, node->secrets, &arena));
    TRY(slowdown_enter(node, c.user.login, address, NULL, &slowdown, wait));
    e = open_by_code(&c, arena, code);
    if (e.kind == ERR_DENIED) TRY(attempts_note(node, AUDIT_SIGN_IN, c.user.id, address));
    TRY(e);
    TRY(bundle_new(arena, &c.root, &bundle));
    TRY(keys_new(scope, arena, bundle, &keys));
    TRY(keys_box(keys, &box));
    TRY(keys_sign(keys, &sign));
    TRY(lock_password(scope, node, arena, c.user.id, bundle, password, &c.key));
    TRY(lock_recovery(scope, arena, c.user.id, bundle, &c.key, text));
    c.user.box_public = bytes_of(box->public_key.p, BOX_PUBLIC_SIZE);
    c.user.sign_public = bytes_of(sign->public_key.p, SIGN_PUBLIC_SIZE);
    c.event = event_of(node, NULL, AUDIT_USER_CHANGE, c.user.id.text);
    c.event.actor_id = c.user.id;
    c.event.detail = "activated";
    TRY(db_run(node->keys, put_first_key, &c));
    TRY(db_run(node->records, set_public, &c));
    TRY(slowdown_clear(node, &slowdown));
    memcpy(recovery, text, RECOVERY_TEXT_ROOM);
    wipe(text, sizeof text);
    return ERR_OK;
}

static err insert_appointment(struct tx *tx, void *arg)
{
    struct change *c = arg;
    TRY(db_statement_insert(tx, &c->appointment));
    return audit_append(tx, c->node->audit, &c->event);
}

static err get_signer(struct tx *tx, void *arg)
{
    struct change *c = arg;
    struct sign_public by;
    TRY(signer_verify(tx, c->node, &c->root, c->event.actor_id, &by));
    return get_user(tx, c);
}

err user_appoint(struct node *node, struct actor *actor, struct id user_id)
{
    TRY(actor_need(actor, CAPABILITY_USER_MANAGE));
    MEM_SCOPE(scope, NULL);
    struct change c = {
        .ctx = scope, .node = node, .user = {.id = user_id}, .root = actor->keys->root};
    const struct sign_pair *sign;
    c.event = event_of(node, actor, AUDIT_ROLE_GIVE, user_id.text);
    c.event.detail = role_name(ROLE_ADMINISTRATOR);
    err e = db_read(node->records, get_signer, &c);
    ENSURE(e.kind != ERR_CRYPTO, ERR_DENIED,
           "you are not appointed yourself: another administrator does that");
    TRY(e);
    ENSURE(c.user.active && c.user.is_admin && c.user.sign_public.n == SIGN_PUBLIC_SIZE, ERR_STATE,
           "only an activated administrator can be appointed");
    TRY(keys_sign(actor->keys, &sign));
    struct statement statement = {.type = STATEMENT_APPOINTMENT,
                                  .user_id = user_id,
                                  .roles = c.roles,
                                  .since = node_now(node)};
    memcpy(statement.sign.p, c.user.sign_public.p, SIGN_PUBLIC_SIZE);
    TRY(statement_sign(scope, node, sign, actor->user_id, &statement, &c.appointment));
    e = db_run(node->records, insert_appointment, &c);
    ENSURE(e.kind != ERR_CONFLICT, ERR_STATE, "this administrator is appointed already");
    return e;
}

/* Is there another active administrator who is appointed? */
static err last_administrator(struct tx *tx, struct change *c)
{
    MEM_SCOPE(scope, NULL);
    db_users page = {.more = true};
    const char *after = NULL;
    while (page.more) {
        TRY(db_user_list(tx, scope, after, DB_PAGE_MOST, &page));
        for (size_t i = 0; i < page.n; i++) {
            const struct db_user *u = &page.at[i];
            struct db_statement appointment;
            if (!u->active || !u->is_admin || id_same(u->id, c->user.id)) continue;
            err e = db_statement_latest(tx, scope, "appointment", u->id, &appointment);
            if (e.kind == ERR_NOT_FOUND) continue;
            TRY(e);
            return ERR_OK;
        }
        if (page.n > 0) after = page.at[page.n - 1].login;
    }
    FAIL(ERR_STATE, "the last administrator can't be closed: appoint another one first");
}

static err close_records(struct tx *tx, void *arg)
{
    struct change *c = arg;
    db_memberships rows;
    TRY(get_user(tx, c));
    ENSURE(c->user.active, ERR_STATE, "this account is closed already");
    if (c->user.is_admin) TRY(last_administrator(tx, c));
    TRY(db_membership_of_user(tx, c->ctx, c->user.id, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        TRY(db_membership_end(tx, rows.at[i].id, c->event.at));
        TRY(team_due_add(tx, rows.at[i].team_id, c->user.id));
    }
    c->user.active = false;
    TRY(db_user_update(tx, &c->user));
    return audit_append(tx, c->node->audit, &c->event);
}

static err close_keys(struct tx *tx, void *arg)
{
    struct change *c = arg;
    MEM_SCOPE(scope, NULL);
    db_team_wraps wraps;
    TRY(db_session_end_user(tx, c->user.id, bytes_of(NULL, 0)));
    TRY(db_team_wraps_of_user(tx, scope, c->user.id, &wraps));
    for (size_t i = 0; i < wraps.n; i++)
        TRY(db_team_wrap_remove(tx, wraps.at[i].team_id, c->user.id));
    return ERR_OK;
}

err user_close(struct node *node, struct actor *actor, struct id user_id)
{
    TRY(actor_need(actor, CAPABILITY_USER_MANAGE));
    MEM_SCOPE(scope, NULL);
    struct change c = {.ctx = scope, .node = node, .user = {.id = user_id}};
    c.event = event_of(node, actor, AUDIT_USER_CLOSE, user_id.text);
    TRY(db_run(node->records, close_records, &c)); /* removals: records first */
    return db_run(node->keys, close_keys, &c);
}

struct renaming {
    struct change c;
    const char *display_name;
    const char *language;
};

static err rename_user(struct tx *tx, void *arg)
{
    struct renaming *r = arg;
    TRY(get_user(tx, &r->c));
    r->c.user.display_name = r->display_name;
    r->c.user.language = r->language;
    TRY(db_user_update(tx, &r->c.user));
    return audit_append(tx, r->c.node->audit, &r->c.event);
}

err user_rename(struct node *node, struct actor *actor, struct id user_id, const char *display_name,
                const char *language)
{
    bool own = actor != NULL && id_same(actor->user_id, user_id);
    TRY(actor_need(actor, own ? CAPABILITY_ACCOUNT_OWN : CAPABILITY_USER_MANAGE));
    TRY(user_name_check(display_name));
    TRY(user_language_check(language));
    MEM_SCOPE(scope, NULL);
    struct renaming r = {.c = {.ctx = scope, .node = node, .user = {.id = user_id}},
                         .display_name = display_name,
                         .language = language};
    r.c.event = event_of(node, actor, AUDIT_USER_CHANGE, user_id.text);
    return db_run(node->records, rename_user, &r);
}
