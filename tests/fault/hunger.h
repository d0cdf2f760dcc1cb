/* hunger.h - one act, done over and over, each time with another allocation failing (starve.h).
 *
 * How many are tried: by default a sample of the different places that allocate, chosen by a fixed
 * seed; with FAULT=places each place once, with FAULT=all every allocation (make fault). Each is
 * failed alone, and (every other one in a sample) together with all that come after it.
 * FAULT_AT=N tries one and prints the stack; FAULT_SEED chooses another sample.
 */
#ifndef OPENTRM_TESTS_HUNGER_H
#define OPENTRM_TESTS_HUNGER_H

#include <stdlib.h>
#include <string.h>

#define ERR_STATE openssl_error_state /* base/err.h has a value of this name */
#include <openssl/crypto.h>
#undef ERR_STATE

#include "../unit/cm.h"

#include "base/mem.h"
#include "starve.h"

#ifdef __SANITIZE_ADDRESS__
#define HUNGER_LEAKS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HUNGER_LEAKS 1
#endif
#endif
#ifdef HUNGER_LEAKS
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif

/* One act on a world of the test's own. */
struct hunger {
    const char *name;
    /* begin: a world as before. act: what is tried, in `ctx`. look: as before if it failed, as after
     * if not, and nothing else. After a failure both come again, with memory. end: the world goes. */
    void *(*begin)(void);
    err (*act)(void *world, mem *ctx);
    void (*look)(void *world, err result);
    void (*end)(void *world);
    /* other kinds of failure that are right when memory is short, e.g. ERR_BIT(ERR_BUSY) */
    unsigned also;
    int sample; /* how many in a sample; 0: 60 */
};

#define ERR_BIT(kind) (1u << (kind))

enum { HUNGER_PLACES = 60000 };

static struct {
    const char *name;
    long at;
    bool for_good;
} hunger_now;

static inline void hunger_say(const char *what)
{
    (void)fprintf(stderr, "%s: FAULT_AT=%ld%s: %s\n", hunger_now.name, hunger_now.at,
                  hunger_now.for_good ? " and all after it" : "", what);
}

#ifdef HUNGER_LEAKS
static inline void hunger_dies(void) { hunger_say("the program ended here"); }
#endif

/* With memory, it works as if nothing had been. */
static inline void hunger_again(const struct hunger *h, void *world)
{
    mem *ctx = talloc_new(NULL);
    err e = h->act(world, ctx);
    if (err_failed(e)) {
        hunger_say("once there is memory again it still fails");
        fail_msg("%s: %s (%s)", err_name(e.kind), e.what, e.where);
    }
    h->look(world, e);
    talloc_free(ctx);
}

/* One failure. Returns whether anything failed. */
static inline bool hunger_try(const struct hunger *h, long at, bool for_good, bool tell)
{
    hunger_now.name = h->name;
    hunger_now.at = at;
    hunger_now.for_good = for_good;
    void *world = h->begin();
    mem *ctx = talloc_new(NULL);
    starve_set((struct starve_plan){.fail_at = at, .for_good = for_good, .tell = tell});
    err e = h->act(world, ctx);
    starve_end();
    bool failed = starve_failed() > 0;
    bool right = e.kind == ERR_NONE || e.kind == ERR_MEMORY || (h->also & ERR_BIT(e.kind)) != 0;
    if (tell)
        (void)fprintf(stderr, "%s: %s %s\n", err_name(e.kind), e.what == NULL ? "" : e.what,
                      e.where == NULL ? "" : e.where);
    if (!right || (!failed && e.kind != ERR_NONE)) {
        hunger_say(e.what);
        fail_msg("%s: %s (%s)", err_name(e.kind), e.what, e.where);
    }
    h->look(world, e);
    talloc_free(ctx);
    if (err_failed(e)) hunger_again(h, world);
    h->end(world);
    return failed;
}

#ifdef HUNGER_LEAKS
/* OpenSSL's guarded heap holds pointers to ordinary memory; the search for leaks does not know it. */
static inline void hunger_guarded_heap(void)
{
    char line[256];
    unsigned long from, to, at;
    void *p = CRYPTO_secure_malloc(16, __FILE__, __LINE__);
    FILE *maps = fopen("/proc/self/maps", "re");
    assert_non_null(maps);
    memcpy(&at, &p, sizeof at);
    while (fgets(line, sizeof line, maps) != NULL) {
        char *rest;
        from = strtoul(line, &rest, 16);
        to = strtoul(rest + 1, NULL, 16);
        if (from <= at && at < to) __lsan_register_root_region((void *)from, to - from);
    }
    (void)fclose(maps);
    CRYPTO_secure_free(p, __FILE__, __LINE__);
}
#endif

static inline uint64_t hunger_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static inline void hunger_shuffle(long *at, size_t n, uint64_t seed)
{
    for (size_t i = n; i > 1; i--) {
        size_t k = hunger_random(&seed) % i;
        long one = at[i - 1];
        at[i - 1] = at[k];
        at[k] = one;
    }
}

static inline void hunger_leaks(void)
{
#ifdef HUNGER_LEAKS
    if (__lsan_do_recoverable_leak_check() != 0) {
        hunger_say("leaked by now");
        fail_msg("memory was lost");
    }
#endif
}

/* Every allocation, or every place, both ways; or a sample of the places, by turns. */
static inline void hunger_rounds(const struct hunger *h, const char *how, long *places, size_t n, long all)
{
    const char *limit = getenv("FAULT_MOST");
    bool every = how != NULL && strcmp(how, "all") == 0, each = how != NULL;
    size_t most = every ? (size_t)all : n, sample = h->sample == 0 ? 60 : (size_t)h->sample;
    if (!each && most > sample) most = sample;
    if (limit != NULL && most > strtoul(limit, NULL, 10)) most = strtoul(limit, NULL, 10);
    for (size_t i = 0; i < most; i++) {
        long at = every ? (long)i + 1 : places[i];
        if (each || i % 2 == 0) (void)hunger_try(h, at, false, false);
        if (each || i % 2 == 1) (void)hunger_try(h, at, true, false);
        if (i % 64 == 63) hunger_leaks();
    }
    print_message("  %s: %zu of %ld allocations, from %zu places\n", h->name, most, all, n);
}

static inline void hunger_run(const struct hunger *h)
{
    static long places[HUNGER_PLACES];
    const char *how = getenv("FAULT"), *at = getenv("FAULT_AT"), *seed = getenv("FAULT_SEED");
    hunger_now.name = h->name;
#ifdef HUNGER_LEAKS
    __sanitizer_set_death_callback(hunger_dies);
    hunger_guarded_heap();
#endif
    if (at != NULL) {
        (void)hunger_try(h, strtol(at, NULL, 10), false, true);
        hunger_leaks();
        (void)hunger_try(h, strtol(at, NULL, 10), true, true);
        hunger_leaks();
        return;
    }
    for (int i = 0; i < 2; i++) { /* the first fills what libraries keep */
        void *world = h->begin();
        mem *ctx = talloc_new(NULL);
        starve_set((struct starve_plan){.places = i == 0 ? NULL : places, .places_most = HUNGER_PLACES});
        err e = h->act(world, ctx);
        starve_end();
        OK(e);
        h->look(world, e);
        talloc_free(ctx);
        h->end(world);
    }
    long all = starve_count();
    size_t n = starve_places();
    assert_true(n > 0);
    hunger_shuffle(places, n, seed == NULL ? 3 : strtoull(seed, NULL, 10));
    hunger_rounds(h, how, places, n, all);
    hunger_leaks();
}

#endif
