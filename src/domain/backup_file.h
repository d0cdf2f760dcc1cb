/* backup_file.h - the file that a backup of one store is: written and read by backup.c and restore.c only.
 *
 *   "opentrm-backup-1\n"
 *   one line of JSON: kind (records | keys), node, at (milliseconds), set
 *   a sealed stream (crypto/stream.h) to which these two lines are bound, holding
 *     for each file of the node: 'F', name (2 bytes length, text), 4 bytes length, bytes
 *     'D', the store (db/dump.h)
 *     'S', 2 bytes length, the node's signature over SHA-256 of all before 'S'
 *
 * The two lines say nothing that the file's name and place do not. The signature is made with node.key (RSA PKCS #1
 * v1.5, SHA-256 over a label and that hash): the public key alone makes no backup that passes for this node's.
 */
#ifndef OPENTRM_DOMAIN_BACKUP_FILE_H
#define OPENTRM_DOMAIN_BACKUP_FILE_H

#include "base/id.h"
#include "crypto/box.h"
#include "db/dump.h"

struct private_key;

struct backup_head {
    enum db_store store;
    struct id node;
    struct id set; /* the same in the two files of one backup */
    msec at;       /* records: not before the snapshot was taken; keys: not after */
};

/* ---- writing ---- */

struct backup_out;
err backup_out_begin(mem *ctx, const char *path, const struct backup_head *head, const struct box_public *to,
                     struct backup_out **out);
err backup_out_file(struct backup_out *out, const char *name, struct bytes content);
/* backup_out_store: the store as tx sees it. */
err backup_out_store(struct backup_out *out, struct tx *tx, struct db_watch watch, struct db_sums *sums);
/* backup_out_end: signed and on the disk. Without it there is no file. */
err backup_out_end(struct backup_out *out, const struct private_key *key);

/* ---- reading ---- */

/* backup_head_read: ERR_INPUT if it is no backup. Nothing of it has been verified. */
err backup_head_read(const char *path, struct backup_head *out);

struct backup_in_wish {
    const char *path;
    const struct box_pair *key;
    struct tx *tx; /* where the rows go; NULL: only looked over */
    enum db_store store; /* what it must be: ERR_INPUT otherwise */
    struct db_watch watch;
    err (*seen)(void *arg, const struct db_table *table, const struct db_value *columns); /* may be NULL */
    void *arg;
};
struct backup_in {
    struct backup_head head;
    struct bytes certificate; /* node.crt, PEM */
    struct secret key;        /* node.key, PEM; none in a backup of records */
    struct db_sums sums;
};
/* backup_read: the whole file from its beginning, signature and all; only then is `out` set. Failures are sentences
 * about this file. */
err backup_read(const struct backup_in_wish *wish, mem *ctx, struct secret_arena *arena, struct backup_in *out);

#endif
