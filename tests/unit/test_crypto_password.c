/* test_crypto_password.c - passwords, the gate before them, codes on paper. */
#include "cm.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>

#include "base/text.h"
#include "crypto/recovery.h"

static const uint8_t SALT[PASSWORD_SALT_SIZE] = "sixteen bytes!!";

static void weak_passwords_are_refused(void **state)
{
    (void)state;
    BAD(ERR_INPUT, password_check(bytes_text("short one")));
    BAD(ERR_INPUT, password_check(bytes_text("aaaaaaaaaaaaaaaa")));
    BAD(ERR_INPUT, password_check(bytes_text("121212121212121212")));
    BAD(ERR_INPUT, password_check(bytes_of("twelve chars\xff", 13)));
    BAD(ERR_INPUT, password_check(bytes_of("twelve\0chars", 12)));
    BAD(ERR_INPUT, password_check(bytes_text("ëëëëëëëëëëëëa"))); /* few different ones */
    BAD(ERR_INPUT, password_check(bytes_text("shqipëria")));     /* 10 bytes, 9 characters */
    char *big = talloc_zero_size(NULL, PASSWORD_MOST + 2);
    for (size_t i = 0; i <= PASSWORD_MOST; i++) big[i] = (char)('a' + i % 26);
    BAD(ERR_INPUT, password_check(bytes_text(big)));
    big[PASSWORD_MOST] = '\0';
    OK(password_check(bytes_text(big)));
    talloc_free(big);
    OK(password_check(bytes_text("four unrelated words")));
    OK(password_check(bytes_text("mirë se vini!")));
}

static void the_same_password_gives_the_same_keys(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct secret_arena *arena;
    struct password_queue *queue;
    struct password_keys a, b;
    uint8_t salt[PASSWORD_SALT_SIZE];
    memcpy(salt, SALT, sizeof salt);
    OK(secret_arena_new(ctx, NULL, &arena));
    OK(password_queue_new(ctx, 1, 0, &queue));
    OK(password_keys_make(arena, queue, bytes_text("a long password"), PASSWORD_COST_TEST, salt,
                          &a));
    OK(password_keys_make(arena, queue, bytes_text("a long password"), PASSWORD_COST_TEST, salt,
                          &b));
    assert_true(secret_equal(digest_bytes(&a.verifier), digest_bytes(&b.verifier)));
    assert_true(secret_equal(secret_bytes(a.kek), secret_bytes(b.kek)));
    assert_false(secret_equal(digest_bytes(&a.verifier), secret_bytes(a.kek)));
    OK(password_keys_make(arena, queue, bytes_text("a long passworD"), PASSWORD_COST_TEST, salt,
                          &b));
    assert_false(secret_equal(digest_bytes(&a.verifier), digest_bytes(&b.verifier)));
    assert_false(secret_equal(secret_bytes(a.kek), secret_bytes(b.kek)));
    salt[0]++;
    OK(password_keys_make(arena, queue, bytes_text("a long password"), PASSWORD_COST_TEST, salt,
                          &b));
    assert_false(secret_equal(secret_bytes(a.kek), secret_bytes(b.kek)));
}

static void the_standard_cost_is_the_designs(void **state)
{
    (void)state;
    assert_int_equal(PASSWORD_COST_STANDARD.memory, 256 * 1024 * 1024);
    assert_int_equal(PASSWORD_COST_STANDARD.passes, 3);
    MEM_SCOPE(ctx, NULL);
    struct secret_arena *arena;
    struct password_queue *queue;
    struct password_keys keys;
    OK(secret_arena_new(ctx, NULL, &arena));
    OK(password_queue_new(ctx, 1, 0, &queue));
    OK(password_keys_make(arena, queue, bytes_text("a long password"), PASSWORD_COST_STANDARD, SALT,
                          &keys));
    /* Costs that somebody put into the store to use up memory or time are refused. */
    const struct password_cost bad[] = {
        {(int64_t)2 << 30, 1}, {1, 1}, {-1, 1}, {65536, 0}, {65536, 1000}};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        BAD(ERR_STORE,
            password_keys_make(arena, queue, bytes_text("a long password"), bad[i], SALT, &keys));
    MEM_SCOPE(scope, NULL);
    char *big = talloc_zero_size(scope, PASSWORD_MOST + 1);
    memset(big, 'a', PASSWORD_MOST + 1);
    BAD(ERR_LIMIT, password_keys_make(arena, queue, bytes_of(big, PASSWORD_MOST + 1),
                                      PASSWORD_COST_TEST, SALT, &keys));
}

static void *enters(void *arg)
{
    err e = password_queue_enter(arg);
    return err_failed(e) ? NULL : arg;
}

static void who_finds_the_queue_full_is_told_at_once(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct secret_arena *arena;
    struct password_queue *none, *one;
    struct password_keys keys;
    OK(secret_arena_new(ctx, NULL, &arena));
    OK(password_queue_new(ctx, 2, 0, &none));
    OK(password_queue_enter(none));
    OK(password_queue_enter(none));
    BAD(ERR_BUSY, password_queue_enter(none));
    BAD(ERR_BUSY, password_keys_make(arena, none, bytes_text("a long password"), PASSWORD_COST_TEST,
                                     SALT, &keys));
    password_queue_leave(none);
    OK(password_keys_make(arena, none, bytes_text("a long password"), PASSWORD_COST_TEST, SALT,
                          &keys));
    OK(password_queue_enter(none)); /* the run above gave its place back */

    /* One runs, one may wait. The waiter gets in when the first leaves; of two waiters one is
     * refused. */
    OK(password_queue_new(ctx, 1, 1, &one));
    OK(password_queue_enter(one));
    pthread_t threads[2];
    void *in[2];
    for (int i = 0; i < 2; i++) assert_int_equal(pthread_create(&threads[i], NULL, enters, one), 0);
    password_queue_leave(one);
    /* Whatever the order of the three, at least one thread got in and none hangs. */
    assert_int_equal(pthread_join(threads[0], &in[0]), 0);
    if (in[0] != NULL) password_queue_leave(one);
    assert_int_equal(pthread_join(threads[1], &in[1]), 0);
    assert_true(in[0] != NULL || in[1] != NULL);
}

static void codes_survive_paper(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct secret_arena *arena;
    struct secret code, back;
    char text[RECOVERY_TEXT_ROOM];
    OK(secret_arena_new(ctx, NULL, &arena));
    for (int round = 0; round < 50; round++) {
        OK(recovery_new(arena, &code));
        recovery_print(code, text);
        assert_int_equal(strlen(text), RECOVERY_TEXT_ROOM - 1);
        assert_null(strpbrk(text, "ILOU"));
        OK(recovery_read(arena, text, &back));
        assert_true(secret_equal(secret_bytes(code), secret_bytes(back)));
    }
    /* As people type it. A fixed code, since one in a million has a wrong reading with the same
     * check. */
    memset(code.p, 0x5a, code.n);
    code.p[0] = 0x00;
    code.p[3] = 0x21;
    recovery_print(code, text);
    char typed[128] = " ";
    size_t n = 1;
    for (const char *p = text; *p != '\0'; p++) {
        char c = *p;
        if (c == '0') c = 'o';
        if (c == '1') c = 'l';
        if (c >= 'A' && c <= 'Z') c = (char)(c + 32);
        typed[n++] = c == '-' ? ' ' : c;
    }
    typed[n] = '\0';
    OK(recovery_read(arena, typed, &back));
    assert_true(secret_equal(secret_bytes(code), secret_bytes(back)));
    /* Every single misread character is found. */
    for (size_t i = 0; i < strlen(text); i++) {
        if (text[i] == '-') continue;
        char was = text[i];
        text[i] = was == 'Z' ? 'Y' : 'Z';
        BAD(ERR_INPUT, recovery_read(arena, text, &back));
        text[i] = was;
    }
    BAD(ERR_INPUT, recovery_read(arena, "", &back));
    BAD(ERR_INPUT, recovery_read(arena, "ABCD", &back));
    text[RECOVERY_TEXT_ROOM - 2] = '\0';
    BAD(ERR_INPUT, recovery_read(arena, text, &back));
}

static void codes_for_different_purposes_give_different_keys(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct secret_arena *arena;
    struct secret code;
    struct password_keys a, b;
    OK(secret_arena_new(ctx, NULL, &arena));
    OK(recovery_new(arena, &code));
    OK(recovery_keys(arena, code, "recovery", bytes_text("salt"), &a));
    OK(recovery_keys(arena, code, "activation", bytes_text("salt"), &b));
    assert_false(secret_equal(secret_bytes(a.kek), secret_bytes(b.kek)));
    assert_false(secret_equal(secret_bytes(a.kek), digest_bytes(&a.verifier)));
    OK(recovery_keys(arena, code, "recovery", bytes_text("pepper"), &b));
    assert_false(secret_equal(secret_bytes(a.kek), secret_bytes(b.kek)));
    OK(recovery_keys(arena, code, "recovery", bytes_text("salt"), &b));
    assert_true(secret_equal(secret_bytes(a.kek), secret_bytes(b.kek)));
}

int main(void)
{
    OK(crypto_start());
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weak_passwords_are_refused),
        cmocka_unit_test(the_same_password_gives_the_same_keys),
        cmocka_unit_test(the_standard_cost_is_the_designs),
        cmocka_unit_test(who_finds_the_queue_full_is_told_at_once),
        cmocka_unit_test(codes_survive_paper),
        cmocka_unit_test(codes_for_different_purposes_give_different_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
