/* progress.h - how far a long command is: a bar on a terminal, a line for each tenth otherwise. To standard error.
 */
#ifndef OPENTRM_CLI_PROGRESS_H
#define OPENTRM_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    bool terminal;
    const char *unit; /* of what is counted: "rows", unless the command says otherwise */
    const char *what; /* that is being shown */
    int64_t shown;    /* in tenths (lines) or hundredths (bar) */
};

/* progress_begin: looks whether standard error is a terminal. */
struct progress progress_begin(void);
/* progress_on: `arg` is a struct progress; the shape of copy_watch. total 0: not known beforehand. */
void progress_on(void *arg, const char *what, int64_t done, int64_t total);
/* progress_end: the bar's line ends. */
void progress_end(struct progress *p);

#endif
