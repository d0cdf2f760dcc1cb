/* restore.h - a node out of two backup files and the secret backup key (domain/backup.h makes them).
 *
 * Both files are read to their ends and verified before anything is made; each store is filled in one transaction and
 * read again, counts and hashes compared; node.crt, without which no node opens, is written last. So nothing is half
 * restored. Keys older than the records are refused: cases would be there that nobody opens. Then the list of erasures
 * is replayed: what was erased does not come back.
 *
 * Called by cli.
 */
#ifndef OPENTRM_DOMAIN_RESTORE_H
#define OPENTRM_DOMAIN_RESTORE_H

#include "crypto/box.h"
#include "crypto/certificate.h"
#include "domain/copy_watch.h"
#include "domain/node.h"
#include "domain/node_stores.h"

#define RESTORE_LISTS_MOST 16

struct restore_wish {
    const char *folder; /* of the new node: empty, or not there */
    const char *records, *keys;
    const char *const *erasures; /* later backups of records, whose lists of erasures count too; NULL-terminated */
    const struct box_pair *key;
    struct node_stores stores; /* where to */
    const struct clock *clock;
    struct copy_watch watch;
};

struct restore_made {
    msec records_at, keys_at;
    int64_t records_rows, keys_rows;
    int64_t erasures; /* replayed */

};

/* restore_make: ERR_CONFLICT: there is a node in the folder, or something in the stores. ERR_STATE: the two do not go
 * together. ERR_CRYPTO, ERR_INPUT: a file was changed, cut, exchanged, or is for another key. */
err restore_make(const struct restore_wish *wish, struct restore_made *out);

#endif
