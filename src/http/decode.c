/* decode.c - percent-encoding, form text, header parameters. */
#include "http/decode.h"

#include <string.h>

#include "base/text.h"

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static err text_finish(char *text, size_t n, const char **out)
{
    text[n] = '\0';
    ENSURE(text_valid_utf8(bytes_of(text, n)), ERR_INPUT,
           "a text in the request is not valid UTF-8");
    *out = text;
    return ERR_OK;
}

err decode_percent(mem *ctx, struct bytes in, bool plus, const char **out)
{
    char *text = talloc_size(ctx, in.n + 1);
    ENSURE_MEM(text);
    size_t n = 0;
    for (size_t i = 0; i < in.n; i++) {
        if (in.p[i] == '+' && plus) {
            text[n++] = ' ';
        } else if (in.p[i] != '%') {
            text[n++] = (char)in.p[i];
        } else {
            bool whole = in.n - i > 2;
            int high = whole ? hex_digit(in.p[i + 1]) : -1,
                low = whole ? hex_digit(in.p[i + 2]) : -1;
            ENSURE(high >= 0 && low >= 0, ERR_INPUT,
                   "a percent sign in the request has no two digits behind it");
            text[n++] = (char)(high * 16 + low);
            i += 2;
        }
    }
    return text_finish(text, n, out);
}

err decode_text(mem *ctx, struct bytes in, const char **out)
{
    char *text = talloc_size(ctx, in.n + 1);
    ENSURE_MEM(text);
    size_t n = 0;
    for (size_t i = 0; i < in.n; i++) {
        uint8_t c = in.p[i];
        if (c == '\r') {
            if (i + 1 < in.n && in.p[i + 1] == '\n') continue;
            c = '\n';
        }
        bool control = (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
        text[n++] = c == '\0' ? '\0' : control ? ' ' : (char)c;
    }
    return text_finish(text, n, out);
}

err name_check(const char *name)
{
    TRY(text_check(bytes_text(name), HTTP_NAME_MAX));
    ENSURE(strpbrk(name, "\t\r\n") == NULL, ERR_INPUT, "a field in the request has a broken name");
    return ERR_OK;
}

static const char *skip_space(const char *s)
{
    while (*s == ' ' || *s == '\t') s++;
    return s;
}

bool header_is(const char *header, const char *value)
{
    if (header == NULL) return false;
    header = skip_space(header);
    size_t n = strlen(value);
    if (strncasecmp(header, value, n) != 0) return false;
    header = skip_space(header + n);
    return *header == '\0' || *header == ';';
}

/* One value: quoted, with \ before any character, or up to the next ";". */
static err parameter_value(mem *ctx, const char **at, const char **out)
{
    const char *s = *at;
    char *value = talloc_size(ctx, strlen(s) + 1);
    ENSURE_MEM(value);
    size_t n = 0;
    if (*s == '"') {
        for (s++; *s != '"'; s++) {
            if (*s == '\\' && s[1] != '\0') s++;
            ENSURE(*s != '\0', ERR_INPUT, "a quoted text in a header does not end");
            value[n++] = *s;
        }
        s++;
    } else {
        while (*s != '\0' && *s != ';' && *s != ' ' && *s != '\t') value[n++] = *s++;
    }
    value[n] = '\0';
    *at = s;
    *out = value;
    return ERR_OK;
}

err header_parameter(mem *ctx, const char *header, const char *name, const char **out)
{
    const char *s = strchr(header, ';');
    while (s != NULL && *s == ';') {
        s = skip_space(s + 1);
        size_t n = strcspn(s, "=; \t");
        bool wanted = n == strlen(name) && strncasecmp(s, name, n) == 0;
        s = skip_space(s + n);
        if (*s != '=') {
            s = *s == ';' ? s : strchr(s, ';');
            continue;
        }
        const char *value;
        s = skip_space(s + 1);
        TRY(parameter_value(ctx, &s, &value));
        if (wanted) {
            *out = value;
            return ERR_OK;
        }
        s = skip_space(s);
        ENSURE(*s == ';' || *s == '\0', ERR_INPUT, "a header is not understood");
    }
    *out = NULL;
    return ERR_OK;
}
