/* progress.c - how far a long command is. */
#include "cli/progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { WIDTH = 40, STEPS_OF_UNKNOWN = 5000 };

struct progress progress_begin(void) { return (struct progress){.terminal = isatty(STDERR_FILENO) == 1, .unit = "rows", .shown = -1}; }

static int64_t part_of(const struct progress *p, int64_t done, int64_t total)
{
    if (total <= 0) return done / STEPS_OF_UNKNOWN;
    int64_t parts = p->terminal ? 100 : 10;
    return (done > total ? total : done) * parts / total;
}

static void bar(const struct progress *p, const char *what, int64_t part, int64_t done, int64_t total)
{
    char filled[WIDTH + 1];
    int n = total <= 0 ? 0 : (int)(part * WIDTH / 100);
    memset(filled, '.', WIDTH);
    memset(filled, '#', (size_t)n);
    filled[WIDTH] = '\0';
    if (total <= 0)
        (void)fprintf(stderr, "\r%-26s %lld %s", what, (long long)done, p->unit);
    else
        (void)fprintf(stderr, "\r%-26s [%s] %3lld %% of %lld %s", what, filled, (long long)part, (long long)total, p->unit);
}

void progress_end(struct progress *p)
{
    if (p->terminal && p->what != NULL) (void)fputc('\n', stderr);
    p->what = NULL;
}

void progress_on(void *arg, const char *what, int64_t done, int64_t total)
{
    struct progress *p = arg;
    if (p->what != what) {
        progress_end(p);
        p->what = what;
        p->shown = -1;
    }
    int64_t part = part_of(p, done, total);
    if (part == p->shown) return;
    p->shown = part;
    if (p->terminal)
        bar(p, what, part, done, total);
    else if (total > 0)
        (void)fprintf(stderr, "%s: %lld of %lld %s\n", what, (long long)done, (long long)total, p->unit);
    (void)fflush(stderr);
}
