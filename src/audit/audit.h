/* audit.h - who did what, written in the transaction of the act itself, in lines that cannot be
 * changed unnoticed.
 *
 * Each writing connection of a process (db_lane; on SQLite there is one) writes a chain of its own. A line holds the hash of the line before it and a salted
 * commitment to its event; event and salt stand in another table, so that an event can be erased
 * while the chain holds. Signed checkpoints join the heads of all chains and name the checkpoint
 * before; partners' receipts carry their hash, so that a cut tail shows. Exact bytes, and how to
 * verify with sha256sum and openssl alone: docs/audit.md.
 *
 * Called by domain, exchange and cli; never holds a person's data: ids and names from a table only.
 * Source: design §10; issue "A referral crosses a border", Audit.
 */
#ifndef OPENTRM_AUDIT_AUDIT_H
#define OPENTRM_AUDIT_AUDIT_H

#include "audit/action.h"
#include "base/id.h"
#include "db/db.h"
#include "db/page.h"

struct audit; /* this process's chains, and which reads it wrote lately; shared by all threads */

/* audit_open: new chains; nothing is written before the first event. Owned by ctx. */
err audit_open(mem *ctx, msec now, struct audit **out);

struct audit_event {
    msec at;
    struct id actor_id; /* unset: the node itself */
    enum audit_action action;
    enum audit_result result; /* AUDIT_DONE unless set */
    struct id case_id;        /* unset: none */
    const char *object; /* id of what it was done to: user, team, message, partner; NULL = none */
    const char *detail; /* a name from a table: compartment, form, state; NULL = none */
};

/* audit_append: one line, in tx (of the records store). object and detail are slugs
 * ([A-Za-z0-9_.:@-], at most 100 characters), else ERR_BUG: no free text gets in. */
err audit_append(struct tx *tx, const struct audit *audit, const struct audit_event *event);

/* audit_read_needed: should this reading of a case be written? False if the same session's reading
 * of the same case was written less than a minute ago. audit_read_written says that it was, after
 * commit. The memory of it is small and of fixed size: when it is full something is written twice,
 * never left out. */
bool audit_read_needed(struct audit *audit, struct bytes session, struct id case_id, msec now);
void audit_read_written(struct audit *audit, struct bytes session, struct id case_id, msec now);
#define AUDIT_READ_AGAIN MSEC_MINUTE

/* What pages show of a line whose event is not erased. */
struct audit_entry {
    const char *chain;
    int64_t number;
    bool erased; /* the event is gone, nothing below is set */
    msec at;
    struct id actor_id;
    const char *action; /* as in action.h */
    const char *result;
    struct id case_id;
    const char *object;
    const char *detail;
    struct id id; /* for the next page */
};
typedef DB_LIST(audit_entry) audit_entries;

/* audit_of_case: newest first. The actor's right to see it is checked by domain. */
err audit_of_case(struct tx *tx, mem *ctx, struct id case_id, struct db_page page,
                  audit_entries *out);
/* audit_all: of all, newest first. */
err audit_all(struct tx *tx, mem *ctx, struct db_page page, audit_entries *out);

/* audit_erase_case: the events (and salts) of a case; the lines stay and verify. `erased` gets how
 * many. */
err audit_erase_case(struct tx *tx, struct id case_id, int64_t *erased);

#endif
