/* user_list.c - reading accounts. */
#include "base/text.h"
#include "db/user.h"
#include "domain/statement.h"
#include "domain/user.h"
#include "domain/user_wish.h"

const char *user_state_name(enum user_state state)
{
    static const char *const NAMES[] = {[USER_INVITED] = "invited",
                                        [USER_ACTIVE] = "active",
                                        [USER_UNSIGNED] = "unsigned",
                                        [USER_CLOSED] = "closed"};
    return (unsigned)state < COUNT_OF(NAMES) ? NAMES[state] : "unknown";
}

struct reading {
    mem *ctx;
    struct id user_id;
    const char *after;
    size_t limit;
    struct user_list list;
};

static err state_of(struct tx *tx, const struct db_user *row, enum user_state *out)
{
    MEM_SCOPE(scope, NULL);
    struct db_statement appointment;
    *out = !row->active ? USER_CLOSED : row->box_public.n == 0 ? USER_INVITED : USER_ACTIVE;
    if (*out != USER_ACTIVE || !row->is_admin) return ERR_OK;
    err e = db_statement_latest(tx, scope, "appointment", row->id, &appointment);
    if (e.kind == ERR_NOT_FOUND)
        *out = USER_UNSIGNED;
    else
        TRY(e);
    return ERR_OK;
}

static err user_of(struct tx *tx, const struct db_user *row, struct user *out)
{
    *out = (struct user){.id = row->id,
                         .login = row->login,
                         .display_name = row->display_name,
                         .language = row->language,
                         .organisation_id = row->organisation_id,
                         .created_at = row->created_at};
    TRY(user_roles(tx, row, &out->roles));
    return state_of(tx, row, &out->state);
}

static err read_one(struct tx *tx, void *arg)
{
    struct reading *r = arg;
    struct db_user row;
    err e = db_user_by_id(tx, r->ctx, r->user_id, &row);
    ENSURE(e.kind != ERR_NOT_FOUND, ERR_NOT_FOUND, "there is no such user");
    TRY(e);
    return user_of(tx, &row, r->list.at);
}

err user_get(struct node *node, struct actor *actor, struct id user_id, mem *ctx, struct user *out)
{
    bool own = actor != NULL && id_same(actor->user_id, user_id);
    TRY(actor_need(actor, own ? CAPABILITY_ACCOUNT_OWN : CAPABILITY_USER_MANAGE));
    struct user user;
    struct reading r = {.ctx = ctx, .user_id = user_id, .list = {.at = &user}};
    TRY(db_read(node->records, read_one, &r));
    *out = user;
    return ERR_OK;
}

static err read_page(struct tx *tx, void *arg)
{
    struct reading *r = arg;
    db_users rows;
    TRY(db_user_list(tx, r->ctx, r->after, r->limit, &rows));
    r->list.at = mem_array(r->ctx, struct user, rows.n + 1);
    ENSURE_MEM(r->list.at);
    for (size_t i = 0; i < rows.n; i++) TRY(user_of(tx, &rows.at[i], &r->list.at[i]));
    r->list.n = rows.n;
    r->list.more = rows.more;
    return ERR_OK;
}

err user_all(struct node *node, struct actor *actor, const char *after, size_t limit, mem *ctx,
             struct user_list *out)
{
    TRY(actor_need(actor, CAPABILITY_USER_MANAGE));
    struct reading r = {.ctx = ctx, .after = after, .limit = limit};
    TRY(db_read(node->records, read_page, &r));
    *out = r.list;
    return ERR_OK;
}

struct naming {
    mem *ctx;
    struct id user_id;
    const char *name;
};

static err read_name(struct tx *tx, void *arg)
{
    struct naming *n = arg;
    struct db_user row;
    TRY(db_user_by_id(tx, n->ctx, n->user_id, &row));
    n->name = row.display_name;
    return ERR_OK;
}

err user_name(struct node *node, struct id user_id, mem *ctx, const char **out)
{
    struct naming n = {.ctx = ctx, .user_id = user_id, .name = ""};
    if (id_is_set(user_id)) {
        err e = db_read(node->records, read_name, &n);
        ENSURE(e.kind != ERR_NOT_FOUND, ERR_NOT_FOUND, "there is no such user");
        TRY(e);
    }
    *out = n.name;
    return ERR_OK;
}
