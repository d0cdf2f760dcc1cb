/* text.c - checks and small operations on UTF-8 text. */
#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Length of the well-formed sequence at p (Unicode 15, table 3-7), 0 if there is none. */
static size_t utf8_length(const uint8_t *p, size_t n)
{
    static const struct {
        uint8_t lead_low, lead_high, second_low, second_high;
        size_t length;
    } ROWS[] = {
        {0x01, 0x7f, 0, 0, 1},          {0xc2, 0xdf, 0x80, 0xbf, 2},
        {0xe0, 0xe0, 0xa0, 0xbf, 3},    {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3},    {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4},    {0xf1, 0xf3, 0x80, 0xbf, 4},
        {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        if (p[0] < ROWS[i].lead_low || p[0] > ROWS[i].lead_high) continue;
        size_t length = ROWS[i].length;
        if (length > n) return 0;
        if (length > 1 && (p[1] < ROWS[i].second_low || p[1] > ROWS[i].second_high)) return 0;
        for (size_t k = 2; k < length; k++)
            if (p[k] < 0x80 || p[k] > 0xbf) return 0;
        return length;
    }
    return 0;
}

/* How many bytes from p on, in eights, are ASCII without a NUL: most of what is checked. */
static size_t ascii_run(const uint8_t *p, size_t n)
{
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    size_t i = 0;
    for (uint64_t w; i + sizeof w <= n; i += sizeof w) {
        memcpy(&w, p + i, sizeof w);
        if ((w & tops) != 0 || ((w - ones) & tops) != 0) break; /* a top bit, or a zero that borrowed one */
    }
    return i;
}

bool text_valid_utf8(struct bytes in)
{
    for (size_t i = 0; i < in.n;) {
        i += ascii_run(in.p + i, in.n - i);
        if (i == in.n) return true;
        size_t length = utf8_length(in.p + i, in.n - i);
        if (length == 0) return false;
        i += length;
    }
    return true;
}

err text_check(struct bytes in, size_t max_bytes)
{
    ENSURE(in.n <= max_bytes, ERR_LIMIT, "the text is longer than allowed");
    ENSURE(text_valid_utf8(in), ERR_INPUT, "the text is not valid UTF-8");
    for (size_t i = 0; i < in.n; i++) {
        uint8_t c = in.p[i];
        bool control = (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
        ENSURE(!control, ERR_INPUT, "the text holds a control character");
    }
    return ERR_OK;
}

static bool space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

err text_trim(mem *ctx, const char *in, const char **out)
{
    size_t n = strlen(in);
    while (n > 0 && space(in[n - 1])) n--;
    while (n > 0 && space(*in)) {
        in++;
        n--;
    }
    char *copy = mem_textn(ctx, in, n);
    ENSURE_MEM(copy);
    *out = copy;
    return ERR_OK;
}

const char *text_cut(mem *ctx, const char *in, size_t max_bytes)
{
    size_t n = strlen(in);
    if (n > max_bytes) {
        n = max_bytes;
        while (n > 0 && ((unsigned char)in[n] & 0xc0) == 0x80) n--;
    }
    return mem_textn(ctx, in, n);
}

bool text_same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool text_same_nocase(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcasecmp(a, b) == 0);
}

bool text_empty(const char *s) { return s == NULL || *s == '\0'; }

bool text_starts(const char *s, const char *prefix)
{
    return s != NULL && strncmp(s, prefix, strlen(prefix)) == 0;
}

bool text_ends(const char *s, const char *suffix)
{
    if (s == NULL) return false;
    size_t n = strlen(s), k = strlen(suffix);
    return n >= k && strcmp(s + n - k, suffix) == 0;
}

bool text_identifier(const char *s)
{
    if (text_empty(s)) return false;
    size_t n = 0;
    for (; s[n] != '\0'; n++) {
        char c = s[n];
        bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (n >= 64 || !(alnum || (n > 0 && (c == '_' || c == '-')))) return false;
    }
    return true;
}

err text_split(mem *ctx, const char **rest, char separator, const char **piece)
{
    const char *s = *rest;
    while (s != NULL && *s == separator) s++;
    if (text_empty(s)) {
        *rest = s;
        *piece = NULL;
        return ERR_OK;
    }
    const char *end = strchr(s, separator);
    size_t n = end == NULL ? strlen(s) : (size_t)(end - s);
    char *copy = mem_textn(ctx, s, n);
    ENSURE_MEM(copy);
    *piece = copy;
    *rest = s + n;
    return ERR_OK;
}

err text_number(const char *s, int64_t *out)
{
    ENSURE(!text_empty(s) && (*s == '-' || (*s >= '0' && *s <= '9')), ERR_INPUT,
           "a whole number is needed");
    char *end;
    errno = 0;
    long long v = strtoll(s, &end, 10);
    ENSURE(errno == 0 && *end == '\0' && end != s, ERR_INPUT, "a whole number is needed");
    *out = v;
    return ERR_OK;
}
