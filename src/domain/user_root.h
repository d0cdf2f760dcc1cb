/* user_root.h - the first administrator, whose signing key is the root signer. Called by node_init
 * only. */
#ifndef OPENTRM_DOMAIN_USER_ROOT_H
#define OPENTRM_DOMAIN_USER_ROOT_H

#include "db/statement.h"
#include "db/user.h"
#include "db/user_key.h"
#include "domain/node.h"

struct user_root {
    struct db_user user;
    struct db_user_key key;
    struct db_statement appointment; /* signed by itself */
    struct sign_public root;
    char recovery[RECOVERY_TEXT_ROOM];
};

/* user_root_make: checks the wish, makes the keys, signs. Owned by ctx. */
err user_root_make(mem *ctx, struct node *node, const struct node_wish *wish,
                   struct user_root *out);
/* The rows: keys first. */
err user_root_keys(struct tx *tx, const struct user_root *root);
err user_root_records(struct tx *tx, const struct user_root *root);

#endif
