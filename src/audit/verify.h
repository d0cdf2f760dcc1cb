/* verify.h - does the audit log hold? Finds lines edited, removed, put in, moved, and a tail cut
 * off.
 *
 * Reads the whole log in pieces; may run while the node writes. Called by `opentrm audit verify`.
 */
#ifndef OPENTRM_AUDIT_VERIFY_H
#define OPENTRM_AUDIT_VERIFY_H

#include "audit/checkpoint.h"

enum audit_fault {
    AUDIT_LINE_MALFORMED, /* not a line of that chain with that number */
    AUDIT_LINE_MISSING,   /* a gap in the numbers */
    AUDIT_LINE_BROKEN, /* does not hold the hash of the line before: one of the two was edited, put
                          in, or moved */
    AUDIT_LINE_REWRITTEN,    /* a checkpoint names another hash for this line */
    AUDIT_TAIL_CUT,          /* a checkpoint names a line that is not there */
    AUDIT_EVENT_DIFFERENT,   /* the event does not fit its commitment, or its columns do not fit the
                                event */
    AUDIT_EVENT_STRAY,       /* an event without a line */
    AUDIT_CHECKPOINT_BROKEN, /* malformed, missing, or does not name the one before */
    AUDIT_CHECKPOINT_SIGNATURE,
    AUDIT_CHECKPOINT_LOST, /* the checkpoint that was given from outside is not here, or differs */
    AUDIT_FAULT_COUNT
};
const char *audit_fault_text(enum audit_fault fault); /* a plain sentence */

struct audit_finding {
    enum audit_fault fault;
    char chain[37]; /* "" for a checkpoint */
    int64_t number; /* of the line or checkpoint */
};
#define AUDIT_FINDINGS_MOST 100

struct audit_report {
    int64_t chains, lines, events, erased, checkpoints;
    int64_t unsealed; /* lines that no checkpoint covers yet */
    int64_t faults;   /* all of them; the first AUDIT_FINDINGS_MOST are listed */
    size_t n;
    struct audit_finding findings[AUDIT_FINDINGS_MOST];
};

/* audit_verify: ERR_OK with faults == 0 means: it holds. `known` (may be NULL) is the hash of a
 * checkpoint that somebody outside has (a partner's receipt, a print-out). A failure means only
 * that the log could not be read. */
err audit_verify(struct db *records, struct audit_verifier verifier, const char *known,
                 struct audit_report *out);

#endif
