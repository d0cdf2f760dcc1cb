/* id.c - UUIDs and case codes. */
#include "base/id.h"

#include <assert.h>
#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"

void id_fill_random(void *p, size_t n) { randombytes_buf(p, n); }

static struct id uuid_text(const uint8_t b[static 16])
{
    char hex[33];
    (void)sodium_bin2hex(hex, sizeof hex, b, 16);
    struct id out;
    (void)snprintf(out.text, sizeof out.text, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12,
                   hex + 16, hex + 20);
    return out;
}

static void uuid_mark(uint8_t b[static 16], uint8_t version)
{
    b[6] = (uint8_t)((b[6] & 0x0f) | version << 4);
    b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
}

struct id id_new(msec now)
{
    uint8_t b[16];
    randombytes_buf(b, sizeof b);
    for (int i = 0; i < 6; i++) b[i] = (uint8_t)(now >> (40 - 8 * i));
    uuid_mark(b, 7);
    return uuid_text(b);
}

struct id id_random(void)
{
    uint8_t b[16];
    randombytes_buf(b, sizeof b);
    uuid_mark(b, 4);
    return uuid_text(b);
}

err id_parse(const char *text, struct id *out)
{
    ENSURE(text != NULL && strlen(text) == 36, ERR_INPUT, "not an identifier");
    for (int i = 0; i < 36; i++) {
        bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
        char c = text[i];
        bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        ENSURE(hyphen ? c == '-' : hex, ERR_INPUT, "not an identifier");
    }
    memcpy(out->text, text, ID_TEXT_ROOM);
    return ERR_OK;
}

bool id_same(struct id a, struct id b) { return strcmp(a.text, b.text) == 0; }
bool id_is_set(struct id a) { return a.text[0] != '\0'; }

/* 29 characters (a prime, so that a weighted sum finds every single error and every swap of
 * neighbours): no 0 O, 1 I L, Z, U. */
static const char ALPHABET[] = "23456789ABCDEFGHJKMNPQRSTVWXY";
enum { ALPHABET_SIZE = sizeof ALPHABET - 1, CODE_HEAD = 4 };
static_assert(ALPHABET_SIZE == 29);

/* Value of a character of a code; the country's letters and the year's digits have values too. */
static int code_value(char c, size_t position)
{
    if (position < 2) return c >= 'A' && c <= 'Z' ? c - 'A' : -1;
    if (position < CODE_HEAD) return c >= '0' && c <= '9' ? c - '0' : -1;
    const char *at = c == '\0' ? NULL : strchr(ALPHABET, c);
    return at == NULL ? -1 : (int)(at - ALPHABET);
}

/* The check character for the n characters of code (country, year, random, no hyphens). */
static char check_character(const char *code, size_t n)
{
    size_t sum = 0;
    for (size_t i = 0; i < n; i++) sum += (i + 1) * (size_t)code_value(code[i], i);
    return ALPHABET[sum % ALPHABET_SIZE];
}

err case_code_new(const char country[2], msec now, int random_chars, char out[static CASE_CODE_ROOM])
{
    ENSURE(code_value(country[0], 0) >= 0 && code_value(country[1], 1) >= 0, ERR_BUG,
           "a country is two capital letters");
    ENSURE(random_chars >= CASE_CODE_RANDOM_LEAST && random_chars <= CASE_CODE_RANDOM_MOST, ERR_BUG,
           "a case code of impossible length");
    char code[CASE_CODE_ROOM];
    (void)snprintf(code, sizeof code, "%.2s%02u", country, (unsigned)date_of(now).year % 100);
    size_t n = CODE_HEAD + (size_t)random_chars;
    for (size_t i = CODE_HEAD; i < n; i++) code[i] = ALPHABET[randombytes_uniform(ALPHABET_SIZE)];
    code[n] = check_character(code, n);
    code[n + 1] = '\0';
    (void)snprintf(out, CASE_CODE_ROOM, "%.2s-%.2s-%.8s", code, code + 2, code + CODE_HEAD);
    return ERR_OK;
}

err case_code_normal(const char *typed, char out[static CASE_CODE_ROOM])
{
    static const char WHAT[] = "a case code looks like IT-26-K7QF";
    char code[CASE_CODE_ROOM];
    size_t n = 0;
    for (const char *p = typed; *p != '\0'; p++) {
        if (*p == '-' || *p == ' ') continue;
        ENSURE(n < CODE_HEAD + CASE_CODE_RANDOM_MOST + 1, ERR_INPUT, WHAT);
        code[n++] = (char)toupper((unsigned char)*p);
    }
    ENSURE(n >= CODE_HEAD + CASE_CODE_RANDOM_LEAST + 1, ERR_INPUT, WHAT);
    for (size_t i = 0; i < n; i++) ENSURE(code_value(code[i], i) >= 0, ERR_INPUT, WHAT);
    ENSURE(check_character(code, n - 1) == code[n - 1], ERR_INPUT,
           "this case code has a wrong character in it: read it again");
    code[n] = '\0';
    (void)snprintf(out, CASE_CODE_ROOM, "%.2s-%.2s-%.8s", code, code + 2, code + CODE_HEAD);
    return ERR_OK;
}
