/* user.h - the people who work on this node, and what role each has where (records).
 *
 * The table is called user_account: `user` is a reserved word of PostgreSQL. In the clear: login
 * and display name (an administrator manages them; workers, never clients), language, organisation,
 * role, the public keys that others seal to and verify with.
 */
#ifndef OPENTRM_DB_USER_H
#define OPENTRM_DB_USER_H

#include "db/page.h"
#include "db/query.h"

struct db_user {
    struct id id;
    const char *login; /* unique */
    const char *display_name;
    const char *language;      /* of the pages: "sq" */
    struct id organisation_id; /* may be unset */
    bool active;
    bool is_admin;
    msec created_at;
    struct bytes box_public;  /* X25519 */
    struct bytes sign_public; /* Ed25519 */
};
typedef DB_LIST(db_user) db_users;

/* db_user_insert: ERR_CONFLICT if the login is taken. */
err db_user_insert(struct tx *tx, const struct db_user *row);
/* db_user_update: everything but id and created_at. ERR_NOT_FOUND. */
err db_user_update(struct tx *tx, const struct db_user *row);
err db_user_by_id(struct tx *tx, mem *ctx, struct id id, struct db_user *out);
err db_user_by_login(struct tx *tx, mem *ctx, const char *login, struct db_user *out);
/* db_user_list: a page by login; `after` is the last login of the page before, NULL for the first.
 */
err db_user_list(struct tx *tx, mem *ctx, const char *after, size_t limit, db_users *out);
/* db_user_any: is there a user at all? (init asks) */
err db_user_any(struct tx *tx, bool *out);

struct db_role {
    struct id user_id;
    struct id organisation_id;
    const char *role; /* case_worker | intake_officer | administrator | ...: authz knows them */
};
typedef DB_LIST(db_role) db_roles;

/* db_role_add: ERR_CONFLICT if held already. */
err db_role_add(struct tx *tx, const struct db_role *row);
err db_role_remove(struct tx *tx, const struct db_role *row); /* ERR_NOT_FOUND */
err db_role_list(struct tx *tx, mem *ctx, struct id user_id, db_roles *out);

#endif
