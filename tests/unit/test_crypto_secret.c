/* test_crypto_secret.c - arenas of guarded memory, derived keys, digests. */
#include "cm.h"

#include <signal.h>
#include <sodium.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/digest.h"
#include "crypto/secret.h"

static void no_core_is_written(void **state)
{
    (void)state;
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
    assert_int_equal(limit.rlim_cur, 0);
    assert_int_equal(limit.rlim_max, 0);
}

static void slots_are_apart_zeroed_and_aligned(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct secret_arena *arena;
    struct secret s[300];
    OK(secret_arena_new(ctx, NULL, &arena));
    for (size_t i = 0; i < COUNT_OF(s); i++) {
        OK(secret_new(arena, 1 + i % 70, &s[i]));
        assert_int_equal((uintptr_t)s[i].p % 16, 0);
        assert_true(sodium_is_zero(s[i].p, s[i].n));
        memset(s[i].p, (int)(i % 250) + 1, s[i].n);
    }
    for (size_t i = 0; i < COUNT_OF(s); i++) {
        for (size_t b = 0; b < s[i].n; b++) assert_int_equal(s[i].p[b], i % 250 + 1);
    }
    struct secret big;
    OK(secret_new(arena, 9000, &big));
    memset(big.p, 7, big.n);
    assert_int_equal(s[299].p[0], 299 % 250 + 1);
}

static void an_arena_has_a_limit(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct secret_arena *arena;
    struct secret s = {0};
    OK(secret_arena_new(ctx, NULL, &arena));
    BAD(ERR_LIMIT, secret_new(arena, 0, &s));
    BAD(ERR_LIMIT, secret_new(arena, SECRET_MAX + 1, &s));
    assert_null(s.p);
    size_t total = 0;
    err e = ERR_OK;
    while (!err_failed(e)) {
        e = secret_new(arena, SECRET_MAX, &s);
        if (!err_failed(e)) total += SECRET_MAX;
    }
    assert_int_equal(e.kind, ERR_LIMIT);
    assert_true(total > SECRET_ARENA_MAX / 2 && total <= SECRET_ARENA_MAX);
}

static void a_pool_hands_out_wiped_memory(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct secret_pool *pool;
    struct secret_arena *arena;
    struct secret s;
    OK(secret_pool_new(ctx, 2, &pool));
    mem *request = talloc_new(ctx);
    OK(secret_arena_new(request, pool, &arena));
    OK(secret_random(arena, 32, &s));
    const uint8_t *where = s.p;
    talloc_free(request);
    OK(secret_arena_new(ctx, pool, &arena));
    OK(secret_new(arena, 4080, &s));
    assert_ptr_equal(s.p, where); /* the same region again */
    assert_true(sodium_is_zero(s.p, s.n));
}

/* Runs fn in a child; true if it was stopped by a signal (or by the sanitizer). */
static bool dies(void (*fn)(void))
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)close(2);
        (void)signal(SIGSEGV, SIG_DFL);
        (void)signal(SIGABRT, SIG_DFL);
        fn();
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return !(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void read_past_the_end(void)
{
    struct secret_arena *arena;
    struct secret s;
    if (err_failed(secret_arena_new(NULL, NULL, &arena))) _exit(0);
    if (err_failed(secret_new(arena, 4080, &s))) _exit(0);
    volatile uint8_t *p = s.p;
    (void)p[s.n];
}

static void read_after_the_end_of_the_request(void)
{
    struct secret_arena *arena;
    struct secret s;
    mem *request = talloc_new(NULL);
    if (err_failed(secret_arena_new(request, NULL, &arena))) _exit(0);
    if (err_failed(secret_random(arena, 32, &s))) _exit(0);
    talloc_free(request);
    volatile uint8_t *p = s.p;
    (void)p[0];
}

static void guards_stop_reading_outside(void **state)
{
    (void)state;
    assert_true(dies(read_past_the_end));
    assert_true(dies(read_after_the_end_of_the_request));
}

static void derived_keys_depend_on_everything(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct secret_arena *arena;
    struct secret key, other, a, b;
    OK(secret_arena_new(ctx, NULL, &arena));
    OK(secret_random(arena, 32, &key));
    OK(secret_random(arena, 32, &other));
    OK(secret_derive(arena, key, "opentrm one", bytes_text("x"), 32, &a));
    OK(secret_derive(arena, key, "opentrm one", bytes_text("x"), 32, &b));
    assert_true(secret_equal(secret_bytes(a), secret_bytes(b)));
    assert_false(secret_equal(secret_bytes(a), bytes_of(a.p, 31)));
    struct {
        struct secret key;
        const char *label, *context;
        size_t n;
    } others[] = {
        {other, "opentrm one", "x", 32}, {key, "opentrm two", "x", 32},
        {key, "opentrm one", "y", 32},   {key, "opentrm one", "", 32},
        {key, "opentrm on", "ex", 32},   {key, "opentrm one", "x", 64},
    };
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        OK(secret_derive(arena, others[i].key, others[i].label, bytes_text(others[i].context),
                         others[i].n, &b));
        assert_false(secret_equal(secret_bytes(a), bytes_of(b.p, 32)));
    }
    BAD(ERR_BUG,
        secret_derive(arena, secret_part(key, 0, 16), "opentrm one", bytes_text("x"), 32, &b));
    BAD(ERR_BUG, secret_derive(arena, key, "", bytes_text("x"), 32, &b));
    secret_wipe(&a);
    assert_null(a.p);
}

static void digests_have_labels_and_keys(void **state)
{
    (void)state;
    struct digest a, b;
    static const char KEY[] = "sixteen bytes or more of a key";
    OK(digest_of("opentrm a", bytes_of(NULL, 0), bytes_text("bc"), &a));
    OK(digest_of("opentrm ab", bytes_of(NULL, 0), bytes_text("c"), &b));
    assert_false(secret_equal(digest_bytes(&a), digest_bytes(&b)));
    OK(digest_of("opentrm a", bytes_text(KEY), bytes_text("bc"), &b));
    assert_false(secret_equal(digest_bytes(&a), digest_bytes(&b)));
    BAD(ERR_BUG, digest_of("opentrm a", bytes_text("short"), bytes_text("bc"), &b));
    /* What it is: BLAKE2b-256 of length, label, bytes. */
    uint8_t expected[32];
    assert_int_equal(
        crypto_generichash(expected, 32, (const uint8_t *)"\x09opentrm abc", 12, NULL, 0), 0);
    assert_memory_equal(a.p, expected, 32);
}

int main(void)
{
    OK(crypto_start());
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_core_is_written),
        cmocka_unit_test(slots_are_apart_zeroed_and_aligned),
        cmocka_unit_test(an_arena_has_a_limit),
        cmocka_unit_test(a_pool_hands_out_wiped_memory),
        cmocka_unit_test(guards_stop_reading_outside),
        cmocka_unit_test(derived_keys_depend_on_everything),
        cmocka_unit_test(digests_have_labels_and_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
