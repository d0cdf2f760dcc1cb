/* clock.c - system, file and fixed clocks. */
#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdatomic.h>
#include <time.h>

struct clock {
    enum { CLOCK_SYSTEM, CLOCK_FILE, CLOCK_FIXED } kind;
    const char *path;
    _Atomic msec fixed; /* the fixed time, or the last one that could be read from the file */
};

static const struct clock SYSTEM_CLOCK = {.kind = CLOCK_SYSTEM};

const struct clock *clock_system(void) { return &SYSTEM_CLOCK; }

static msec timespec_msec(clockid_t id)
{
    struct timespec t;
    if (clock_gettime(id, &t) != 0) abort(); /* cannot happen for these two clocks */
    return (msec)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool file_msec(const char *path, msec *out)
{
    char text[32];
    FILE *f = fopen(path, "re");
    if (f == NULL) return false;
    char *got = fgets(text, sizeof text, f);
    (void)fclose(f);
    if (got == NULL) return false;
    char *end;
    intmax_t t = strtoimax(text, &end, 10);
    if (end == text || t <= 0) return false;
    *out = (msec)t;
    return true;
}

err clock_file(mem *ctx, const char *path, const struct clock **out)
{
    msec t;
    ENSURE(file_msec(path, &t), ERR_INPUT, "the clock file holds no time in milliseconds");
    struct clock *c = mem_new(ctx, struct clock);
    ENSURE_MEM(c);
    c->kind = CLOCK_FILE;
    c->path = mem_text(c, path);
    ENSURE_MEM(c->path);
    c->fixed = t;
    *out = c;
    return ERR_OK;
}

err clock_fixed(mem *ctx, msec t, struct clock **out)
{
    struct clock *c = mem_new(ctx, struct clock);
    ENSURE_MEM(c);
    c->kind = CLOCK_FIXED;
    c->fixed = t;
    *out = c;
    return ERR_OK;
}

void clock_set(struct clock *clock, msec t) { clock->fixed = t; }

msec clock_now(const struct clock *clock)
{
    msec t;
    switch (clock->kind) {
    case CLOCK_SYSTEM: return timespec_msec(CLOCK_REALTIME);
    case CLOCK_FILE: return file_msec(clock->path, &t) ? t : clock->fixed;
    case CLOCK_FIXED: break;
    }
    return clock->fixed;
}

msec clock_monotonic(void) { return timespec_msec(CLOCK_MONOTONIC); }
