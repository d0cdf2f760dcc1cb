/* backup.h - backups of a running node, sealed to a public key whose secret half is kept offline (design §5).
 *
 * Two files, one for each store. Records are read first, keys after: since keys are added before and removed after what
 * needs them, the pair is consistent though the node writes meanwhile. The file of keys carries node.key and node.crt,
 * so that both files and the secret backup key are a whole node. Sessions are in no backup.
 *
 * Backups of keys older than 30 days are removed from the folder: as long as one exists, what was erased since could
 * come back with it.
 *
 * Called by cli. Source: design §5.
 */
#ifndef OPENTRM_DOMAIN_BACKUP_H
#define OPENTRM_DOMAIN_BACKUP_H

#include "crypto/box.h"
#include "domain/copy_watch.h"
#include "domain/node.h"

#define BACKUP_KEYS_DAYS 30

struct backup_wish {
    const char *to; /* an existing folder */
    struct box_public key;
    bool keys_only; /* the short ones, in between */
    struct copy_watch watch;
};

struct backup_made {
    const char *records; /* paths; NULL: not made */
    const char *keys;
    int64_t records_rows, keys_rows;
    size_t removed; /* old backups of keys */
};

/* backup_make: ERR_IO when the folder can't be written to; then there is no new file. */
err backup_make(struct node *node, const struct backup_wish *wish, mem *ctx, struct backup_made *out);

/* Settings in which the time of the last backup stands (milliseconds). */
#define BACKUP_RECORDS_AT "backup.records_at"
#define BACKUP_KEYS_AT "backup.keys_at"

#endif
