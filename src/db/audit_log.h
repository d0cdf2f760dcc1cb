/* audit_log.h - the rows of the audit log (records). What the lines mean is src/audit/'s.
 *
 * In the clear: lines (chain, number, hashes) and checkpoints say nothing but order. Events hold
 * who did what to which id, when: no person's data; erased with the case they belong to.
 */
#ifndef OPENTRM_DB_AUDIT_LOG_H
#define OPENTRM_DB_AUDIT_LOG_H

#include "db/page.h"
#include "db/query.h"

struct db_audit_line {
    const char *chain;
    int64_t number;   /* from 1 in each chain */
    const char *line; /* with its LF */
};
typedef DB_LIST(db_audit_line) db_audit_lines;

/* db_audit_tail: the last line of a chain. ERR_NOT_FOUND if there is none. */
err db_audit_tail(struct tx *tx, mem *ctx, const char *chain, struct db_audit_line *out);
err db_audit_line_get(struct tx *tx, mem *ctx, const char *chain, int64_t number,
                      struct db_audit_line *out);
/* db_audit_line_insert: and, with number 1, the chain's own row. */
err db_audit_line_insert(struct tx *tx, const struct db_audit_line *row);
/* db_audit_heads: the last line of each chain that grew since it was sealed, by chain. */
err db_audit_heads(struct tx *tx, mem *ctx, size_t limit, db_audit_lines *out);
/* db_audit_seal: a checkpoint names this line. */
err db_audit_seal(struct tx *tx, const char *chain, int64_t number);

struct db_audit_event {
    struct id id;
    const char *chain;
    int64_t number;
    msec at;
    struct id case_id;   /* unset = none */
    const char *opening; /* salt and event, with LF */
};
typedef DB_LIST(db_audit_event) db_audit_events;

err db_audit_event_insert(struct tx *tx, const struct db_audit_event *row);
/* Newest first. */
err db_audit_events_of_case(struct tx *tx, mem *ctx, struct id case_id, struct db_page page,
                            db_audit_events *out);
err db_audit_events_all(struct tx *tx, mem *ctx, struct db_page page, db_audit_events *out);
err db_audit_events_erase(struct tx *tx, struct id case_id, int64_t *erased);

/* A line with its event, for verifying and exporting. */
struct db_audit_pair {
    const char *chain;
    int64_t number;
    const char *line;
    const char *opening; /* NULL = erased */
    msec at;
    struct id case_id;
};
typedef DB_LIST(db_audit_pair) db_audit_pairs;

/* db_audit_walk: lines by chain and number, after (chain, number); "" and 0 from the start. */
err db_audit_walk(struct tx *tx, mem *ctx, const char *chain, int64_t number, size_t limit,
                  db_audit_pairs *out);
/* db_audit_strays: events that have no line (chain and number only; line is NULL). */
err db_audit_strays(struct tx *tx, mem *ctx, size_t limit, db_audit_pairs *out);

struct db_audit_checkpoint {
    int64_t number; /* from 1 */
    const char *text;
    struct bytes signature;
};
typedef DB_LIST(db_audit_checkpoint) db_audit_checkpoints;

/* db_audit_checkpoint_insert: ERR_CONFLICT if that number is there. */
err db_audit_checkpoint_insert(struct tx *tx, const struct db_audit_checkpoint *row);
err db_audit_checkpoint_last(struct tx *tx, mem *ctx, struct db_audit_checkpoint *out);
err db_audit_checkpoint_get(struct tx *tx, mem *ctx, int64_t number,
                            struct db_audit_checkpoint *out);
/* db_audit_checkpoint_walk: by number, after `number`. */
err db_audit_checkpoint_walk(struct tx *tx, mem *ctx, int64_t number, size_t limit,
                             db_audit_checkpoints *out);

#endif
