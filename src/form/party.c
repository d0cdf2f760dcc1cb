/* party.c - names of the roles of countries. */
#include "form/party.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"

static const struct {
    unsigned bit;
    const char *name;
} ROWS[] = {
    {PARTY_EXPLOITATION, "exploitation"},
    {PARTY_TRANSIT, "transit"},
    {PARTY_ORIGIN, "origin"},
    {PARTY_THIRD, "third"},
    {PARTY_ANY, "any"},
};

const char *party_name(unsigned one)
{
    for (size_t i = 0; i < COUNT_OF(ROWS); i++)
        if (ROWS[i].bit == one) return ROWS[i].name;
    return "?";
}

static bool separator(char c) { return c == ' ' || c == ',' || c == '|' || c == '\t'; }

err party_parse(const char *names, unsigned *out)
{
    unsigned found = 0;
    const char *s = names;
    while (s != NULL && *s != '\0') {
        if (separator(*s)) {
            s++;
            continue;
        }
        size_t n = 0;
        while (s[n] != '\0' && !separator(s[n])) n++;
        unsigned bit = 0;
        for (size_t i = 0; i < COUNT_OF(ROWS); i++)
            if (strlen(ROWS[i].name) == n && memcmp(ROWS[i].name, s, n) == 0) bit = ROWS[i].bit;
        ENSURE(bit != 0, ERR_INPUT,
               "a party is exploitation, transit, origin, third or any, or several of them");
        found |= bit;
        s += n;
    }
    ENSURE(found != 0, ERR_INPUT, "a party is needed");
    *out = found;
    return ERR_OK;
}

err party_write(mem *ctx, unsigned parties, const char **out)
{
    struct buf b;
    buf_init(&b, ctx, 100);
    if ((parties & PARTY_ANY) == PARTY_ANY) {
        buf_add_text(&b, "any");
    } else {
        for (size_t i = 0; i < 4; i++) {
            if ((parties & ROWS[i].bit) == 0) continue;
            if (b.n > 0) buf_add_char(&b, ' ');
            buf_add_text(&b, ROWS[i].name);
        }
    }
    return buf_text(&b, out);
}
