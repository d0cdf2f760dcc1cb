/* session.c - the actor of a request; signing out; one's own sessions. */
#include "domain/session.h"

#include <string.h>

#include "base/encode.h"
#include "db/signin.h"
#include "domain/actor_load.h"
#include "domain/session_blob.h"

static const char ENDED[] = "you are not signed in, or your session has ended";

enum { SEEN_EVERY = 60 * 1000 }; /* a page view does not write more often */
#define FAILURES_KEPT MSEC_DAY

struct session_row {
    mem *ctx;
    struct bytes id_hash;
    struct db_session row;
};

static err read_session(struct tx *tx, void *arg)
{
    struct session_row *r = arg;
    return db_session_get(tx, r->ctx, r->id_hash, &r->row);
}

static err write_seen(struct tx *tx, void *arg)
{
    const struct session_row *r = arg;
    return db_session_seen(tx, r->id_hash, r->row.seen_at, r->row.expires_at);
}

static err write_blob(struct tx *tx, void *arg)
{
    const struct session_row *r = arg;
    return db_session_blob(tx, r->id_hash, r->row.blob);
}

static err write_end(struct tx *tx, void *arg)
{
    const struct session_row *r = arg;
    return db_session_end(tx, r->id_hash);
}

/* Notes that the session is in use. If that can't be written (a full disk), reading goes on. */
static void seen(struct node *node, struct session_row *r)
{
    msec now = node_now(node);
    if (now - r->row.seen_at < SEEN_EVERY) return;
    r->row.seen_at = now;
    r->row.expires_at = session_end_at(node, r->row.created_at, now);
    err_ignore(db_run(node->keys, write_seen, r)); /* it ends earlier than it should, no more */
}

/* Keys of a team joined or rotated since. If that can't be written they are opened again next time.
 */
static void repack(struct node *node, const struct session_token *token, struct session_row *r,
                   const struct actor_keys *keys)
{
    if (err_failed(session_seal(r->ctx, token, r->row.user_id, keys, &r->row.blob))) return;
    err_ignore(db_run(node->keys, write_blob, r)); /* only slower */
}

static err open_session(struct node *node, mem *ctx, struct secret_arena *arena,
                        const struct session_token *token, struct session_row *r,
                        struct actor **out)
{
    struct actor_keys *keys;
    struct actor *actor;
    bool fresh;
    err e = db_read(node->keys, read_session, r);
    ENSURE(e.kind != ERR_NOT_FOUND, ERR_DENIED, ENDED);
    TRY(e);
    msec now = node_now(node);
    ENSURE(now < r->row.expires_at && now < r->row.created_at + node->settings.session_most,
           ERR_DENIED, ENDED);
    e = session_unseal(ctx, arena, token, r->row.user_id, r->row.blob, &keys);
    ENSURE(e.kind != ERR_CRYPTO, ERR_DENIED, ENDED); /* the id is right, the key is not */
    TRY(e);
    TRY(actor_load(ctx, node, r->row.user_id, keys, &actor, &fresh));
    TRY(bytes_copy(ctx, r->id_hash, &actor->session));
    TRY(session_csrf(ctx, arena, token, &actor->csrf));
    if (fresh) repack(node, token, r, keys);
    *out = actor;
    return ERR_OK;
}

err session_open(struct node *node, const char *cookie, mem *ctx, struct actor **out)
{
    mem *own = talloc_new(ctx); /* everything of the actor; goes with it, or at once on failure */
    ENSURE_MEM(own);
    struct secret_arena *arena;
    struct session_token token;
    struct actor *actor = NULL;
    struct session_row r = {.ctx = own};
    err e = secret_arena_new(own, node->secrets, &arena);
    if (!err_failed(e)) e = session_token_read(arena, cookie, &token);
    if (!err_failed(e)) {
        r.id_hash = digest_bytes(&token.id_hash);
        e = open_session(node, own, arena, &token, &r, &actor);
    }
    if (err_failed(e)) {
        (void)talloc_free(own);
        return e;
    }
    seen(node, &r);
    *out = actor;
    return ERR_OK;
}

struct ending {
    struct bytes id_hash;
    struct id user_id;
    struct bytes but;
};

static err end_user(struct tx *tx, void *arg)
{
    const struct ending *e = arg;
    return db_session_end_user(tx, e->user_id, e->but);
}

struct sign_out_event {
    struct audit_event event;
    const struct audit *audit;
};

static err write_event(struct tx *tx, void *arg)
{
    const struct sign_out_event *e = arg;
    return audit_append(tx, e->audit, &e->event);
}

static err audit_sign_out(struct node *node, const struct actor *actor, const char *detail)
{
    struct sign_out_event e = {{.at = node_now(node),
                                .actor_id = actor->user_id,
                                .action = AUDIT_SIGN_OUT,
                                .detail = detail},
                               node->audit};
    return db_run(node->records, write_event, &e);
}

err session_sign_out(struct node *node, struct actor *actor)
{
    struct session_row r = {.id_hash = actor->session};
    TRY(db_run(node->keys, write_end, &r));
    return audit_sign_out(node, actor, NULL);
}

err session_end_all(struct node *node, struct actor *actor, bool others)
{
    struct ending e = {.user_id = actor->user_id,
                       .but = others ? actor->session : bytes_of(NULL, 0)};
    TRY(db_run(node->keys, end_user, &e));
    return audit_sign_out(node, actor, others ? "others" : "all");
}

struct own {
    mem *ctx;
    struct id user_id;
    db_sessions rows;
};

static err read_own(struct tx *tx, void *arg)
{
    struct own *o = arg;
    return db_session_of_user(tx, o->ctx, o->user_id, &o->rows);
}

err session_own(struct node *node, struct actor *actor, mem *ctx, struct session_list *out)
{
    struct own o = {.ctx = ctx, .user_id = actor->user_id};
    TRY(db_read(node->keys, read_own, &o));
    struct session_line *lines = mem_array(ctx, struct session_line, o.rows.n + 1);
    ENSURE_MEM(lines);
    size_t n = 0;
    for (size_t i = 0; i < o.rows.n; i++) {
        const struct db_session *row = &o.rows.at[i];
        if (row->expires_at <= node_now(node)) continue;
        struct session_line line = {.created_at = row->created_at,
                                    .seen_at = row->seen_at,
                                    .expires_at = row->expires_at,
                                    .current = bytes_equal(row->id_hash, actor->session)};
        TRY(encode_hex(ctx, row->id_hash, &line.handle));
        lines[n++] = line;
    }
    *out = (struct session_list){lines, n};
    return ERR_OK;
}

static err end_own(struct tx *tx, void *arg)
{
    const struct ending *e = arg;
    MEM_SCOPE(scope, NULL);
    struct db_session row;
    TRY(db_session_get(tx, scope, e->id_hash, &row));
    ENSURE(id_same(row.user_id, e->user_id), ERR_NOT_FOUND, "there is no such session");
    return db_session_end(tx, e->id_hash);
}

err session_end(struct node *node, struct actor *actor, const char *handle)
{
    MEM_SCOPE(scope, NULL);
    struct ending e = {.user_id = actor->user_id};
    err bad = decode_hex(scope, handle, &e.id_hash);
    ENSURE(bad.kind != ERR_INPUT && (err_failed(bad) || e.id_hash.n == DIGEST_SIZE), ERR_NOT_FOUND,
           "there is no such session");
    TRY(bad);
    TRY(db_run(node->keys, end_own, &e));
    return audit_sign_out(node, actor, "one");
}

static err expire_sessions(struct tx *tx, void *arg)
{
    int64_t ended;
    return db_session_expire(tx, *(const msec *)arg, &ended);
}

static err forget_failures(struct tx *tx, void *arg)
{
    return db_signin_forget(tx, *(const msec *)arg - FAILURES_KEPT);
}

err session_expire(struct node *node)
{
    msec now = node_now(node);
    TRY(db_run(node->keys, expire_sessions, &now));
    return db_run(node->records, forget_failures, &now);
}
