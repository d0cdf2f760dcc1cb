/* copy_watch.h - whoever copies a store tells how far it is: backup, restore, move. */
#ifndef OPENTRM_DOMAIN_COPY_WATCH_H
#define OPENTRM_DOMAIN_COPY_WATCH_H

#include <stdint.h>

struct copy_watch {
    /* `what` is a literal: "records"; done of total rows. May be NULL. */
    void (*on)(void *arg, const char *what, int64_t done, int64_t total);
    void *arg;
};

/* One run of it: adapts db_watch, which counts in steps. */
struct copy_count {
    struct copy_watch watch;
    const char *what;
    int64_t done, total;
};

static inline void copy_count_on(void *arg, int64_t rows)
{
    struct copy_count *c = (struct copy_count *)arg;
    c->done += rows;
    if (c->watch.on != 0) c->watch.on(c->watch.arg, c->what, c->done, c->total);
}

#endif
