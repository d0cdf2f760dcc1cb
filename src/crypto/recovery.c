/* recovery.c - base32 with a check, and the KDF behind it. */
#include "crypto/recovery.h"

#include <sodium.h>
#include <string.h>

#include "crypto/aead.h"

static const char ALPHABET[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
enum {
    CODE_CHARS = RECOVERY_SIZE * 8 / 5,
    CHECK_CHARS = 4,
    ALL_CHARS = CODE_CHARS + CHECK_CHARS,
    GROUP = 4
};
_Static_assert(RECOVERY_TEXT_ROOM == ALL_CHARS + ALL_CHARS / GROUP,
               "room for groups, hyphens and NUL");

err recovery_new(struct secret_arena *arena, struct secret *out)
{
    return secret_random(arena, RECOVERY_SIZE, out);
}

/* The value (0 to 31) of the i-th character: five bits of the code, then of its digest. */
static unsigned value_at(const uint8_t *bits, size_t i)
{
    size_t bit = i * 5;
    unsigned pair = (unsigned)bits[bit / 8] << 8 | bits[bit / 8 + 1];
    return pair >> (11 - bit % 8) & 31;
}

static void with_check(struct secret code, uint8_t out[static RECOVERY_SIZE + 4])
{
    uint8_t digest[16];
    (void)crypto_generichash(digest, sizeof digest, code.p, code.n, NULL, 0); /* cannot fail */
    memcpy(out, code.p, RECOVERY_SIZE);
    memcpy(out + RECOVERY_SIZE, digest, 4); /* 20 bits are used; one byte more is read */
    sodium_memzero(digest, sizeof digest);
}

void recovery_print(struct secret code, char out[static RECOVERY_TEXT_ROOM])
{
    uint8_t bits[RECOVERY_SIZE + 4];
    with_check(code, bits);
    char *p = out;
    for (size_t i = 0; i < ALL_CHARS; i++) {
        if (i > 0 && i % GROUP == 0) *p++ = '-';
        *p++ = ALPHABET[value_at(bits, i)];
    }
    *p = '\0';
    sodium_memzero(bits, sizeof bits);
}

static int value_of(char c)
{
    if (c >= 'a' && c <= 'z') c = (char)(c - 'a' + 'A');
    if (c == 'O') c = '0';
    if (c == 'I' || c == 'L') c = '1';
    const char *at = c == '\0' ? NULL : strchr(ALPHABET, c);
    return at == NULL ? -1 : (int)(at - ALPHABET);
}

/* Reads ALL_CHARS characters into the five-bit values; false for anything else. */
static bool read_values(const char *typed, struct secret values)
{
    size_t n = 0;
    for (const char *p = typed; *p != '\0'; p++) {
        if (*p == '-' || *p == ' ' || *p == '\t' || *p == '\r' || *p == '\n') continue;
        int v = value_of(*p);
        if (v < 0 || n == ALL_CHARS) return false;
        values.p[n++] = (uint8_t)v;
    }
    return n == ALL_CHARS;
}

err recovery_read(struct secret_arena *arena, const char *typed, struct secret *out)
{
    static const char WHAT[] =
        "a code is nine groups of four characters, as they were printed: read it again";
    struct secret values, code, bits;
    TRY(secret_new(arena, ALL_CHARS, &values));
    TRY(secret_new(arena, RECOVERY_SIZE, &code));
    TRY(secret_new(arena, RECOVERY_SIZE + 4, &bits));
    ENSURE(read_values(typed, values), ERR_INPUT, WHAT);
    for (size_t i = 0; i < CODE_CHARS; i++) {
        for (size_t b = 0; b < 5; b++) {
            size_t bit = i * 5 + b;
            unsigned set = (unsigned)values.p[i] >> (4 - b) & 1u;
            code.p[bit / 8] = (uint8_t)(code.p[bit / 8] | set << (7 - bit % 8));
        }
    }
    with_check(code, bits.p);
    for (size_t i = CODE_CHARS; i < ALL_CHARS; i++)
        ENSURE(values.p[i] == value_at(bits.p, i), ERR_INPUT, WHAT);
    *out = code;
    return ERR_OK;
}

err recovery_keys(struct secret_arena *arena, struct secret code, const char *purpose,
                  struct bytes salt, struct password_keys *out)
{
    ENSURE(code.n == RECOVERY_SIZE, ERR_BUG, "a code of a wrong size");
    struct ad context;
    ad_start(&context, purpose);
    ad_bytes(&context, salt);
    ENSURE(!context.too_long, ERR_BUG, "a salt that is too long");
    struct secret padded, verifier, kek;
    TRY(secret_new(arena, KEY_SIZE, &padded)); /* the KDF takes 32 bytes: the code, then zeroes */
    memcpy(padded.p, code.p, code.n);
    struct bytes with = bytes_of(context.p, context.n);
    err e = secret_derive(arena, padded, "opentrm code verifier", with, DIGEST_SIZE, &verifier);
    if (!err_failed(e)) e = secret_derive(arena, padded, "opentrm code kek", with, KEY_SIZE, &kek);
    secret_wipe(&padded);
    TRY(e);
    memcpy(out->verifier.p, verifier.p, DIGEST_SIZE);
    out->kek = kek;
    return ERR_OK;
}
