/* line.h - the exact bytes of the audit log: lines, openings, checkpoints, and their hashes.
 *
 * Everything is ASCII, ends with LF, and is hashed with its LF, so that `sha256sum` of a line gives
 * the hash that the next line holds. docs/audit.md says the same for people. Used by this folder
 * only.
 *
 *   line        opentrm-audit-1 CHAIN NUMBER BEFORE COMMITMENT
 *   opening     SALT EVENT                                       COMMITMENT = SHA-256(opening)
 *   checkpoint  opentrm-audit-checkpoint-1 / node / number / at / before / chain ...
 */
#ifndef OPENTRM_AUDIT_LINE_H
#define OPENTRM_AUDIT_LINE_H

#include "audit/audit.h"
#include "audit/checkpoint.h"

#define AUDIT_LINE_ROOM 256
#define AUDIT_SALT_ROOM 65 /* 64 hexadecimal characters and NUL */
#define AUDIT_NO_HASH "0000000000000000000000000000000000000000000000000000000000000000"

/* text_hash: SHA-256 in lower-case hexadecimal, as sha256sum prints it. */
void text_hash(const char *text, char out[static AUDIT_HASH_ROOM]);
bool hash_valid(const char *hash);

struct audit_line {
    char chain[ID_TEXT_ROOM];
    int64_t number;
    char before[AUDIT_HASH_ROOM];
    char commitment[AUDIT_HASH_ROOM];
};
void line_write(const struct audit_line *line, char out[static AUDIT_LINE_ROOM]);
/* line_read: ERR_INPUT unless exactly what line_write writes. */
err line_read(const char *text, struct audit_line *out);

/* opening_write: a fresh salt and the event. ERR_BUG for an object or detail that is no slug. */
err opening_write(mem *ctx, const struct audit_event *event, const char **out);
/* opening_read: what a page shows; chain, number, id are the caller's. ERR_INPUT if malformed. */
err opening_read(mem *ctx, const char *text, struct audit_entry *out);

struct checkpoint_head {
    struct id chain;
    int64_t number;
    char hash[AUDIT_HASH_ROOM]; /* of that line */
};
struct checkpoint {
    const char *node;
    int64_t number;
    msec at;
    char before[AUDIT_HASH_ROOM]; /* hash of the checkpoint before; zeros for the first */
    const struct checkpoint_head *heads;
    size_t n;
};
#define CHECKPOINT_HEADS_MOST 5000
err checkpoint_write(mem *ctx, const struct checkpoint *c, const char **out);
/* checkpoint_read: ERR_INPUT unless exactly what checkpoint_write writes. */
err checkpoint_read(mem *ctx, const char *text, struct checkpoint *out);

#endif
