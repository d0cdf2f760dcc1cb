/* test_domain_verified.c - what held once holds again; anything else is computed, and refused, each time. */
#include <string.h>

#include "cm.h"

#include "base/embed.h"
#include "domain/keys.h"
#include "domain/verified.h"

const struct embed_table embed_all = {NULL, 0, ""};

static struct bytes words(const char *s) { return bytes_text(s); }

static void signatures(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct secret_arena *arena;
    struct verified_table *t;
    struct secret seed;
    struct sign_pair a, b;
    struct signature s, changed;
    OK(crypto_start());
    OK(secret_arena_new(ctx, NULL, &arena));
    OK(verified_table_new(ctx, &t));
    OK(secret_random(arena, 32, &seed));
    OK(sign_pair_from_seed(arena, seed, &a));
    OK(secret_random(arena, 32, &seed));
    OK(sign_pair_from_seed(arena, seed, &b));
    OK(sign_message(&a, "label", words("yes"), &s));
    changed = s;
    changed.p[5] ^= 1;
    for (int i = 0; i < 3; i++) {
        OK(verified_sign(t, &a.public_key, "label", words("yes"), &s));
        OK(verified_sign(NULL, &a.public_key, "label", words("yes"), &s));
        BAD(ERR_CRYPTO, verified_sign(t, &a.public_key, "label", words("no"), &s));
        BAD(ERR_CRYPTO, verified_sign(t, &a.public_key, "labe", words("lyes"), &s));
        BAD(ERR_CRYPTO, verified_sign(t, &b.public_key, "label", words("yes"), &s));
        BAD(ERR_CRYPTO, verified_sign(t, &a.public_key, "label", words("yes"), &changed));
    }
}

static void boxes(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct secret_arena *arena;
    struct verified_table *t;
    struct secret key, other;
    struct box_pair pair;
    bool same = false;
    OK(secret_arena_new(ctx, NULL, &arena));
    OK(verified_table_new(ctx, &t));
    OK(secret_random(arena, 32, &key));
    OK(secret_random(arena, 32, &other));
    OK(team_box_pair(arena, key, &pair));
    for (int i = 0; i < 3; i++) {
        OK(verified_box(t, arena, key, &pair.public_key, &same));
        assert_true(same);
        OK(verified_box(t, arena, other, &pair.public_key, &same));
        assert_false(same);
        OK(verified_box(NULL, arena, key, &pair.public_key, &same));
        assert_true(same);
    }
}

/* More than it has places for: what fell out is computed again. */
static void many(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct secret_arena *arena;
    struct verified_table *t;
    struct secret seed;
    struct sign_pair a;
    OK(secret_arena_new(ctx, NULL, &arena));
    OK(verified_table_new(ctx, &t));
    OK(secret_random(arena, 32, &seed));
    OK(sign_pair_from_seed(arena, seed, &a));
    struct signature *all = talloc_zero_array(ctx, struct signature, 3000);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 3000; i++) {
            char text[20];
            (void)snprintf(text, sizeof text, "number %d", i);
            if (round == 0) OK(sign_message(&a, "label", words(text), &all[i]));
            OK(verified_sign(t, &a.public_key, "label", words(text), &all[i]));
            BAD(ERR_CRYPTO, verified_sign(t, &a.public_key, "label", words("other"), &all[i]));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(signatures), cmocka_unit_test(boxes), cmocka_unit_test(many)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
