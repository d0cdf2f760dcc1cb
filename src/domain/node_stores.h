/* node_stores.h - where a node's two stores are: the file `stores` in its folder, two lines:
 *
 *   records postgres://...
 *   keys postgres://...
 *
 * Without the file they are SQLite's, opentrm.db and keys.db in the folder; "sqlite:/path" is a file elsewhere. They are
 * two different databases. The file may hold a password: mode 0600. Its addresses are never logged or shown.
 *
 * Read by node.c, the commands that move, back up and restore; written by init, move, restore.
 */
#ifndef OPENTRM_DOMAIN_NODE_STORES_H
#define OPENTRM_DOMAIN_NODE_STORES_H

#include "base/bytes.h"
#include "db/db.h"
#include "domain/node_folder.h"


/* Addresses; both NULL: SQLite in the folder. */
struct node_stores {
    const char *records;
    const char *keys;
};

/* node_stores_check: ERR_INPUT, with a sentence, unless a person may give these. */
err node_stores_check(const struct node_stores *stores);
/* node_stores_read: ERR_STATE if the file is malformed, or can be read by others. */
err node_stores_read(mem *ctx, const char *folder, struct node_stores *out);
/* node_stores_write: on the disk before it returns; a crash leaves the old or the new. */
err node_stores_write(const char *folder, const struct node_stores *stores);
/* node_stores_join: the folder's node has its stores there: written if nothing is known yet (a second machine, to which only
 * node.key and node.crt were copied). ERR_CONFLICT if the folder says otherwise, or has files of its own. */
err node_stores_join(const char *folder, const struct node_stores *stores);
/* node_stores_settings: kind and path for db_open. Owned by ctx. */
err node_stores_settings(mem *ctx, const char *folder, const struct node_stores *stores, enum db_store store,
                         struct db_settings *out);
/* node_store: the same of the folder's node. Nothing is opened. */
err node_store(mem *ctx, const char *folder, enum db_store store, struct db_settings *out);

#endif
