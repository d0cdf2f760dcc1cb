/* doctor.h - what `opentrm doctor` looks at: one function a question, in a table (doctor.c). Each prints in plain words
 * what it found and, if it is not fine, what to do. Nothing is changed. No name of a person, no case, no message is
 * printed: names of partners and agencies are, they are public.
 */
#ifndef OPENTRM_CLI_DOCTOR_H
#define OPENTRM_CLI_DOCTOR_H

#include <stdio.h>

#include "domain/node.h"

struct doctor {
    mem *ctx;
    FILE *out;
    const char *folder;
    msec now;
    uint64_t space_wanted; /* bytes that should be free */
    struct db *records;    /* NULL: can't be opened, which another check tells */
    struct db *keys;
    size_t problems;
    const char *check; /* that is running */
};

__attribute__((format(printf, 2, 3))) void doctor_fine(struct doctor *d, const char *format, ...);
/* doctor_wrong: `advice` is what to do, a literal. */
__attribute__((format(printf, 3, 4))) void doctor_wrong(struct doctor *d, const char *advice, const char *format, ...);

/* A failure means that it could not be looked at; the table says so and goes on. */
err doctor_folder(struct doctor *d);       /* is it a node, whole? */
err doctor_permissions(struct doctor *d);
err doctor_space(struct doctor *d);
err doctor_stores(struct doctor *d);       /* opens them, for the checks below; migrations */
err doctor_integrity(struct doctor *d);
err doctor_moving(struct doctor *d);
err doctor_clock(struct doctor *d);
err doctor_certificates(struct doctor *d); /* the node's and the organisations' */
err doctor_partners(struct doctor *d);     /* cards about to end, partners silent */
err doctor_queue(struct doctor *d);
err doctor_erasures(struct doctor *d);
err doctor_backups(struct doctor *d);

#endif
