/* user_wish.h - checks of what a new or changed account is to be. Inner header of domain. */
#ifndef OPENTRM_DOMAIN_USER_WISH_H
#define OPENTRM_DOMAIN_USER_WISH_H

#include "db/user.h"
#include "domain/node.h"
#include "domain/user.h"

/* login_normal: small letters, digits, . - _ @, at most USER_LOGIN_MOST. ERR_INPUT. */
err login_normal(mem *ctx, const char *typed, const char **out);
/* user_name_check / user_language_check: ERR_INPUT with a sentence. */
err user_name_check(const char *display_name);
err user_language_check(const char *language);
/* user_wish_row: a checked row with a new id, no public keys yet. */
err user_wish_row(mem *ctx, struct node *node, const struct user_wish *wish, struct db_user *out);
/* user_roles: of a row and its roles. */
err user_roles(struct tx *tx, const struct db_user *row, role_set *out);

#endif
