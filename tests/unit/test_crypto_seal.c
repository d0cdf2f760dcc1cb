/* test_crypto_seal.c - AEAD, sealed boxes, signatures: what was changed or moved does not open. */
#include "cm.h"

#include <sodium.h>
#include <string.h>

#include "crypto/box.h"
#include "crypto/sign.h"

struct bench {
    mem *ctx;
    struct secret_arena *arena;
    struct secret key, other;
    struct ad ad;
};

static int set_up(void **state)
{
    struct bench *b = mem_new(NULL, struct bench);
    b->ctx = b;
    OK(secret_arena_new(b, NULL, &b->arena));
    OK(secret_random(b->arena, KEY_SIZE, &b->key));
    OK(secret_random(b->arena, KEY_SIZE, &b->other));
    ad_start(&b->ad, "opentrm record");
    ad_text(&b->ad, "case");
    ad_number(&b->ad, 7);
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    talloc_free(*state);
    return 0;
}

static void sealed_opens_and_is_what_the_header_says(void **state)
{
    struct bench *b = *state;
    struct bytes sealed, again, plain;
    OK(aead_seal(b, b->key, &b->ad, bytes_text("Mira"), &sealed));
    OK(aead_seal(b, b->key, &b->ad, bytes_text("Mira"), &again));
    assert_int_equal(sealed.n, 4 + AEAD_OVERHEAD);
    assert_false(bytes_equal(sealed, again));
    OK(aead_open(b, b->key, &b->ad, sealed, &plain));
    assert_string_equal((const char *)plain.p, "Mira");
    uint8_t direct[4];
    assert_int_equal(crypto_aead_xchacha20poly1305_ietf_decrypt(direct, NULL, NULL, sealed.p + 25,
                                                                sealed.n - 25, b->ad.p, b->ad.n,
                                                                sealed.p + 1, b->key.p),
                     0);
    assert_memory_equal(direct, "Mira", 4);
    OK(aead_seal(b, b->key, &b->ad, bytes_of(NULL, 0), &sealed));
    OK(aead_open(b, b->key, &b->ad, sealed, &plain));
    assert_int_equal(plain.n, 0);
}

static void every_flipped_bit_is_found(void **state)
{
    struct bench *b = *state;
    struct bytes sealed, plain = {0};
    struct secret out = {0};
    OK(aead_seal(b, b->key, &b->ad, bytes_text("a word"), &sealed));
    for (size_t i = 0; i < sealed.n * 8; i++) {
        struct bytes bad;
        OK(bytes_copy(b, sealed, &bad));
        ((uint8_t *)(uintptr_t)bad.p)[i / 8] ^= (uint8_t)(1 << i % 8);
        BAD(ERR_CRYPTO, aead_open(b, b->key, &b->ad, bad, &plain));
        BAD(ERR_CRYPTO, aead_open_secret(b->arena, b->key, &b->ad, bad, &out));
    }
    for (size_t n = 0; n < sealed.n; n++)
        BAD(ERR_CRYPTO, aead_open(b, b->key, &b->ad, bytes_of(sealed.p, n), &plain));
    BAD(ERR_CRYPTO, aead_open(b, b->other, &b->ad, sealed, &plain));
    assert_null(plain.p);
    assert_null(out.p);
}

static void additional_data_is_canonical(void **state)
{
    struct bench *b = *state;
    struct bytes sealed, plain;
    struct ad one, two;
    ad_start(&one, "l");
    ad_text(&one, "ab");
    ad_text(&one, "c");
    ad_start(&two, "l");
    ad_text(&two, "a");
    ad_text(&two, "bc");
    OK(aead_seal(b, b->key, &one, bytes_text("x"), &sealed));
    BAD(ERR_CRYPTO, aead_open(b, b->key, &two, sealed, &plain));
    ad_start(&one, "l");
    ad_text(&one, NULL);
    ad_start(&two, "l");
    OK(aead_seal(b, b->key, &one, bytes_text("x"), &sealed));
    BAD(ERR_CRYPTO, aead_open(b, b->key, &two, sealed, &plain));
    /* Nor can an item hold what looks like the next one. */
    ad_start(&one, "l");
    ad_bytes(&one, bytes_of("ab\0\0\0\0c", 7));
    ad_start(&two, "l");
    ad_bytes(&two, bytes_text("a"));
    ad_bytes(&two, bytes_text("c"));
    OK(aead_seal(b, b->key, &one, bytes_text("x"), &sealed));
    BAD(ERR_CRYPTO, aead_open(b, b->key, &two, sealed, &plain));
    /* A number and the bytes of a number differ. */
    ad_start(&one, "l");
    ad_number(&one, 0x4142434445464748);
    ad_start(&two, "l");
    ad_text(&two, "ABCDEFGH");
    OK(aead_seal(b, b->key, &one, bytes_text("x"), &sealed));
    BAD(ERR_CRYPTO, aead_open(b, b->key, &two, sealed, &plain));
}

static void too_much_additional_data_fails(void **state)
{
    struct bench *b = *state;
    struct bytes sealed;
    struct ad ad;
    uint8_t big[900] = {0};
    ad_start(&ad, "l");
    ad_bytes(&ad, bytes_of(big, sizeof big));
    ad_text(&ad, "x"); /* it sticks */
    BAD(ERR_BUG, aead_seal(b, b->key, &ad, bytes_text("x"), &sealed));
    struct box_pair pair;
    OK(box_pair_from_seed(b->arena, b->key, &pair));
    BAD(ERR_BUG, box_seal(b, &pair.public_key, &ad, bytes_text("x"), &sealed));
}

static void a_box_is_for_one_reader_and_one_purpose(void **state)
{
    struct bench *b = *state;
    struct box_pair mine, theirs, again;
    struct bytes sealed;
    struct secret out = {0};
    OK(box_pair_from_seed(b->arena, b->key, &mine));
    OK(box_pair_from_seed(b->arena, b->key, &again));
    OK(box_pair_from_seed(b->arena, b->other, &theirs));
    assert_memory_equal(mine.public_key.p, again.public_key.p, BOX_PUBLIC_SIZE);
    OK(box_seal(b, &mine.public_key, &b->ad, bytes_text("a key"), &sealed));
    BAD(ERR_CRYPTO, box_open(b->arena, &theirs, &b->ad, sealed, &out));
    struct ad other = b->ad;
    ad_number(&other, 1);
    BAD(ERR_CRYPTO, box_open(b->arena, &mine, &other, sealed, &out));
    for (size_t i = 0; i < sealed.n; i++) {
        struct bytes bad;
        OK(bytes_copy(b, sealed, &bad));
        ((uint8_t *)(uintptr_t)bad.p)[i] ^= 0x10;
        BAD(ERR_CRYPTO, box_open(b->arena, &mine, &b->ad, bad, &out));
        BAD(ERR_CRYPTO, box_open(b->arena, &mine, &b->ad, bytes_of(sealed.p, i), &out));
    }
    assert_null(out.p);
    OK(box_open(b->arena, &mine, &b->ad, sealed, &out));
    assert_int_equal(out.n, 5);
    assert_memory_equal(out.p, "a key", 5);
    const struct box_public zero = {{0}};
    BAD(ERR_INPUT, box_seal(b, &zero, &b->ad, bytes_text("x"), &sealed));
}

static void a_signature_is_for_one_label_and_message(void **state)
{
    struct bench *b = *state;
    struct sign_pair mine, theirs;
    struct signature s;
    OK(sign_pair_from_seed(b->arena, b->key, &mine));
    OK(sign_pair_from_seed(b->arena, b->other, &theirs));
    OK(sign_message(&mine, "opentrm statement", bytes_text("hello"), &s));
    OK(sign_verify(&mine.public_key, "opentrm statement", bytes_text("hello"), &s));
    BAD(ERR_CRYPTO, sign_verify(&theirs.public_key, "opentrm statement", bytes_text("hello"), &s));
    BAD(ERR_CRYPTO, sign_verify(&mine.public_key, "opentrm statement", bytes_text("hellO"), &s));
    BAD(ERR_CRYPTO, sign_verify(&mine.public_key, "opentrm statementh", bytes_text("ello"), &s));
    s.p[63] ^= 0x40;
    BAD(ERR_CRYPTO, sign_verify(&mine.public_key, "opentrm statement", bytes_text("hello"), &s));
    s.p[63] ^= 0x40;
    /* What is signed, byte for byte. */
    static const char ALL[] = "\x11opentrm statementhello";
    assert_int_equal(
        crypto_sign_verify_detached(s.p, (const uint8_t *)ALL, sizeof ALL - 1, mine.public_key.p),
        0);
    BAD(ERR_BUG, sign_message(&mine, "", bytes_text("hello"), &s));
}

int main(void)
{
    OK(crypto_start());
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sealed_opens_and_is_what_the_header_says, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(every_flipped_bit_is_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(additional_data_is_canonical, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_much_additional_data_fails, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_box_is_for_one_reader_and_one_purpose, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_signature_is_for_one_label_and_message, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
