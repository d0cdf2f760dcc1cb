/* ready.c - asks both stores for something small. */
#include "domain/ready.h"

#include "db/user_key.h"
#include "domain/node_closed.h"

static err ask_keys(struct tx *tx, void *arg)
{
    struct db_user_key key;
    (void)arg;
    err e = db_user_key_get(tx, db_scratch(tx), (struct id){"none"}, &key);
    return e.kind == ERR_NOT_FOUND ? ERR_OK : e;
}

err node_ready(struct node *node)
{
    TRY(node_closed_check(node->records));
    return db_read(node->keys, ask_keys, NULL);
}
