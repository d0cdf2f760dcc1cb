/* node_folder.h - what lies in a node's folder, by name (node.h says what each is).
 *
 * Used by all who make, fill, copy or look over such a folder.
 */
#ifndef OPENTRM_DOMAIN_NODE_FOLDER_H
#define OPENTRM_DOMAIN_NODE_FOLDER_H

#include "base/err.h"
#include "base/mem.h"

#define NODE_RECORDS "opentrm.db" /* SQLite's */
#define NODE_KEYS "keys.db"       /* SQLite's */
#define NODE_STORES "stores"      /* node_stores.h */
#define NODE_KEY "node.key"
#define NODE_CERTIFICATE "node.crt" /* written last: a folder without it is half made */

/* node_folder_taken: is there a node in it, or a part of one? */
err node_folder_taken(const char *folder, bool *taken);

#endif
