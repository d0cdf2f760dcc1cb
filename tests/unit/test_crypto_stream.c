/* test_crypto_stream.c - streams sealed to a public key: any length, and nothing that was changed opens; the files of a
 * backup key. */
#include "cm.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "crypto/backup_key.h"
#include "crypto/sha256.h"
#include "crypto/stream.h"

struct tape {
    struct buf b;
    struct bytes all;
    size_t at;
};

static err tape_put(void *arg, struct bytes in)
{
    struct tape *tape = arg;
    buf_add_bytes(&tape->b, in);
    return ERR_OK;
}

static err tape_get(void *arg, uint8_t *p, size_t n, size_t *got)
{
    struct tape *tape = arg;
    size_t left = tape->all.n - tape->at, now = left < n ? left : n;
    memcpy(p, tape->all.p + tape->at, now);
    tape->at += now;
    *got = now;
    return ERR_OK;
}

static struct bytes pattern(mem *ctx, size_t n)
{
    uint8_t *p = talloc_size(ctx, n + 1);
    for (size_t i = 0; i < n; i++) p[i] = (uint8_t)(i * 7 + i / 251);
    return bytes_of(p, n);
}

struct keys {
    struct secret_arena *arena;
    struct box_pair pair, other;
};

static void keys_make(mem *ctx, struct keys *k)
{
    struct secret seed;
    OK(crypto_start());
    OK(secret_arena_new(ctx, NULL, &k->arena));
    OK(secret_random(k->arena, KEY_SIZE, &seed));
    OK(box_pair_from_seed(k->arena, seed, &k->pair));
    OK(secret_random(k->arena, KEY_SIZE, &seed));
    OK(box_pair_from_seed(k->arena, seed, &k->other));
}

static void seal(mem *ctx, const struct keys *k, const char *head, struct bytes plain, size_t step, struct tape *tape)
{
    struct stream_seal *s;
    *tape = (struct tape){0};
    buf_init(&tape->b, ctx, 1 << 24);
    OK(stream_seal_begin(ctx, &k->pair.public_key, bytes_text(head), tape_put, tape, &s));
    for (size_t at = 0; at < plain.n; at += step)
        OK(stream_seal_add(s, bytes_of(plain.p + at, plain.n - at < step ? plain.n - at : step)));
    OK(stream_seal_end(s));
    OK(buf_done(&tape->b, &tape->all));
}

/* The whole of it, in steps; the first failure. */
static err open_all(const struct box_pair *pair, const char *head, struct bytes sealed, struct bytes plain, size_t step)
{
    MEM_SCOPE(ctx, NULL);
    struct tape tape = {.all = sealed};
    struct stream_open *s;
    uint8_t *p = talloc_size(ctx, step + 1);
    TRY(stream_open_begin(ctx, pair, bytes_text(head), tape_get, &tape, &s));
    for (size_t at = 0; at < plain.n; at += step) {
        size_t n = plain.n - at < step ? plain.n - at : step;
        TRY(stream_open_read(s, p, n));
        ENSURE(memcmp(p, plain.p + at, n) == 0, ERR_BUG, "other bytes came out");
    }
    return stream_open_end(s);
}

static void every_length_comes_back(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct keys k;
    keys_make(ctx, &k);
    static const size_t LENGTHS[] = {0, 1, STREAM_PIECE - 1, STREAM_PIECE, STREAM_PIECE + 1, 2 * STREAM_PIECE, 200000};
    for (size_t i = 0; i < COUNT_OF(LENGTHS); i++) {
        struct tape tape;
        struct bytes plain = pattern(ctx, LENGTHS[i]);
        seal(ctx, &k, "head", plain, 1000, &tape);
        OK(open_all(&k.pair, "head", tape.all, plain, 777));
        BAD(ERR_CRYPTO, open_all(&k.other, "head", tape.all, plain, 777));
        BAD(ERR_CRYPTO, open_all(&k.pair, "tail", tape.all, plain, 777));
        /* A reader that wants more, or less, than there is. */
        BAD(ERR_CRYPTO, open_all(&k.pair, "head", tape.all, pattern(ctx, LENGTHS[i] + 1), 777));
        if (LENGTHS[i] > 0) BAD(ERR_CRYPTO, open_all(&k.pair, "head", tape.all, pattern(ctx, LENGTHS[i] - 1), 777));
    }
}

static void what_was_changed_does_not_open(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct keys k;
    struct tape tape;
    keys_make(ctx, &k);
    struct bytes plain = pattern(ctx, 3 * STREAM_PIECE);
    seal(ctx, &k, "head", plain, STREAM_PIECE, &tape);
    uint8_t *copy = talloc_size(ctx, tape.all.n + 1);
    size_t piece = STREAM_PIECE + 17, head = tape.all.n - 3 * piece;
    /* A bit, here and there. */
    for (size_t at = 0; at < tape.all.n; at += at < 200 ? 1 : 30011) {
        memcpy(copy, tape.all.p, tape.all.n);
        copy[at] ^= 0x10;
        BAD(ERR_CRYPTO, open_all(&k.pair, "head", bytes_of(copy, tape.all.n), plain, 5000));
    }
    /* Cut off: anywhere, and just behind a piece. */
    static const size_t CUTS[] = {0, 1, 50, 112, 130, 136, 137, 70000};
    for (size_t i = 0; i < COUNT_OF(CUTS); i++)
        BAD(ERR_CRYPTO, open_all(&k.pair, "head", bytes_of(tape.all.p, CUTS[i]), plain, 5000));
    for (size_t n = 0; n < 3; n++)
        BAD(ERR_CRYPTO, open_all(&k.pair, "head", bytes_of(tape.all.p, head + n * piece), pattern(ctx, n * STREAM_PIECE), 5000));
    BAD(ERR_CRYPTO, open_all(&k.pair, "head", bytes_of(tape.all.p, tape.all.n - 1), plain, 5000));
    /* Continued, and two pieces exchanged. */
    memcpy(copy, tape.all.p, tape.all.n);
    copy[tape.all.n] = 0;
    BAD(ERR_CRYPTO, open_all(&k.pair, "head", bytes_of(copy, tape.all.n + 1), plain, 5000));
    memcpy(copy + head, tape.all.p + head + piece, piece);
    memcpy(copy + head + piece, tape.all.p + head, piece);
    BAD(ERR_CRYPTO, open_all(&k.pair, "head", bytes_of(copy, tape.all.n), plain, 5000));
}

static void a_backup_key_is_two_lines(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct keys k;
    struct secret line;
    const char *public_line;
    struct box_public public_key;
    struct box_pair pair;
    keys_make(ctx, &k);
    OK(backup_key_make(k.arena, ctx, &line, &public_line));
    OK(backup_key_read_public(bytes_text(public_line), &public_key));
    OK(backup_key_read_secret(k.arena, secret_bytes(line), &pair));
    assert_memory_equal(public_key.p, pair.public_key.p, BOX_PUBLIC_SIZE);
    /* The wrong half, a mistyped one, another file. */
    BAD(ERR_INPUT, backup_key_read_public(secret_bytes(line), &public_key));
    BAD(ERR_INPUT, backup_key_read_secret(k.arena, bytes_text(public_line), &pair));
    char *wrong = mem_text(ctx, public_line);
    for (size_t i = 0; i < strlen(public_line) - 1; i++) {
        wrong[i] = wrong[i] == 'x' ? 'y' : 'x';
        BAD(ERR_INPUT, backup_key_read_public(bytes_text(wrong), &public_key));
        wrong[i] = public_line[i];
    }
    BAD(ERR_INPUT, backup_key_read_public(bytes_text("-----BEGIN PUBLIC KEY-----\n"), &public_key));
    BAD(ERR_INPUT, backup_key_read_public(bytes_text(""), &public_key));
    OK(backup_key_read_public(bytes_of(public_line, strlen(public_line) - 1), &public_key)); /* without LF */
}

static void pieces_give_the_hash_of_the_whole(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct bytes all = pattern(ctx, 100000);
    uint8_t whole[SHA256_SIZE], pieces[SHA256_SIZE];
    struct sha256_stream s;
    sha256(all, whole);
    sha256_begin(&s);
    for (size_t at = 0; at < all.n; at += 333) sha256_add(&s, bytes_of(all.p + at, all.n - at < 333 ? all.n - at : 333));
    sha256_end(&s, pieces);
    assert_memory_equal(whole, pieces, SHA256_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_length_comes_back),
        cmocka_unit_test(what_was_changed_does_not_open),
        cmocka_unit_test(a_backup_key_is_two_lines),
        cmocka_unit_test(pieces_give_the_hash_of_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
