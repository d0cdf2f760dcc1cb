/* encode.c - bytes as text: libsodium's constant-time codecs, and a fast one for bulk. */
#include "base/encode.h"

#include <sodium.h>
#include <string.h>

err encode_hex(mem *ctx, struct bytes in, const char **out)
{
    char *text = talloc_size(ctx, in.n * 2 + 1);
    ENSURE_MEM(text);
    *out = sodium_bin2hex(text, in.n * 2 + 1, in.p, in.n);
    return ERR_OK;
}

err decode_hex(mem *ctx, const char *in, struct bytes *out)
{
    size_t n = strlen(in), got = 0;
    uint8_t *p = talloc_size(ctx, n / 2 + 1);
    ENSURE_MEM(p);
    ENSURE(sodium_hex2bin(p, n / 2 + 1, in, n, NULL, &got, NULL) == 0 && got * 2 == n, ERR_INPUT,
           "not hexadecimal");
    *out = (struct bytes){p, got};
    return ERR_OK;
}

/* ---- base64 (RFC 4648 §4), for bulk: messages of megabytes, nothing secret. libsodium's takes the
 * same time for every input and is ten times slower; what may be secret is written in base64url
 * below, by libsodium. ---- */

static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The value of a character plus one; 0: it is none. */
static const uint8_t VALUES[256] = {
    ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,  ['H'] = 8,
    ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
    ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
    ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
    ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
    ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
    ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
    ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64,
};

err encode_base64(mem *ctx, struct bytes in, const char **out)
{
    ENSURE(in.n < SIZE_MAX / 4, ERR_LIMIT, "too many bytes");
    char *text = talloc_size(ctx, (in.n + 2) / 3 * 4 + 1), *to = text;
    ENSURE_MEM(text);
    size_t i = 0;
    for (; i + 2 < in.n; i += 3) {
        uint32_t three = (uint32_t)in.p[i] << 16 | (uint32_t)in.p[i + 1] << 8 | in.p[i + 2];
        *to++ = LETTERS[three >> 18];
        *to++ = LETTERS[three >> 12 & 63];
        *to++ = LETTERS[three >> 6 & 63];
        *to++ = LETTERS[three & 63];
    }
    if (i < in.n) {
        uint32_t left = (uint32_t)in.p[i] << 16 | (i + 1 < in.n ? (uint32_t)in.p[i + 1] << 8 : 0);
        *to++ = LETTERS[left >> 18];
        *to++ = LETTERS[left >> 12 & 63];
        *to++ = i + 1 < in.n ? LETTERS[left >> 6 & 63] : '=';
        *to++ = '=';
    }
    *to = '\0';
    *out = text;
    return ERR_OK;
}

static bool is_white(uint8_t c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/* What stands behind the last character: padding for `left` characters over, and white space. */
static bool padding_is_right(struct bytes in, size_t at, unsigned left)
{
    unsigned padding = 0;
    for (; at < in.n; at++) {
        if (in.p[at] == '=')
            padding++;
        else if (!is_white(in.p[at]))
            return false;
    }
    return left == 0 ? padding == 0 : left + padding == 4;
}

err decode_base64(mem *ctx, struct bytes in, struct bytes *out)
{
    uint8_t *p = talloc_size(ctx, in.n / 4 * 3 + 3), *to = p;
    ENSURE_MEM(p);
    uint32_t bits = 0;
    unsigned left = 0; /* characters taken that make no byte yet */
    size_t at = 0;
    for (; at < in.n; at++) {
        uint8_t value = VALUES[in.p[at]];
        if (value == 0 && is_white(in.p[at])) continue;
        if (value == 0) break;
        bits = bits << 6 | (uint32_t)(value - 1);
        if (++left < 4) continue;
        *to++ = (uint8_t)(bits >> 16);
        *to++ = (uint8_t)(bits >> 8);
        *to++ = (uint8_t)bits;
        left = 0;
        bits = 0;
    }
    /* 2 characters more are a byte and 4 bits, 3 are two bytes and 2 bits; those bits are zero. */
    bool whole = left == 0 || (left == 2 && (bits & 15) == 0) || (left == 3 && (bits & 3) == 0);
    ENSURE(whole && padding_is_right(in, at, left), ERR_INPUT, "not base64");
    if (left == 2) *to++ = (uint8_t)(bits >> 4);
    if (left == 3) {
        *to++ = (uint8_t)(bits >> 10);
        *to++ = (uint8_t)(bits >> 2);
    }
    *out = (struct bytes){p, (size_t)(to - p)};
    return ERR_OK;
}

/* ---- base64url (RFC 4648 §5), no padding: names, tokens, keys of sessions ---- */

#define URL_SAFE sodium_base64_VARIANT_URLSAFE_NO_PADDING

err encode_base64url(mem *ctx, struct bytes in, const char **out)
{
    ENSURE(in.n < SIZE_MAX / 4, ERR_LIMIT, "too many bytes");
    size_t room = sodium_base64_ENCODED_LEN(in.n, (unsigned)URL_SAFE);
    char *text = talloc_size(ctx, room);
    ENSURE_MEM(text);
    *out = sodium_bin2base64(text, room, in.p, in.n, URL_SAFE);
    return ERR_OK;
}

err decode_base64url(mem *ctx, const char *text, struct bytes *out)
{
    struct bytes in = bytes_text(text);
    size_t room = in.n / 4 * 3 + 3, got = 0;
    uint8_t *p = talloc_size(ctx, room);
    ENSURE_MEM(p);
    const char *end = NULL;
    ENSURE(sodium_base642bin(p, room, text, in.n, " \t\r\n", &got, &end, URL_SAFE) == 0 &&
               end == text + in.n,
           ERR_INPUT, "not base64");
    *out = (struct bytes){p, got};
    return ERR_OK;
}
