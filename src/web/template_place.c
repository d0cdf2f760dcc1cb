/* template_place.c - the scanner of literal HTML in templates. */
#include "web/template_place.h"

#include <string.h>

#include "base/text.h"

static bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

static void name_add(struct place *at, char c)
{
    if (at->name_n + 1 >= PLACE_NAME_ROOM) return;
    at->name[at->name_n++] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
    at->name[at->name_n] = '\0';
}

static void name_clear(struct place *at)
{
    at->name[0] = '\0';
    at->name_n = 0;
}

static enum place_attribute attribute_of(const char *name)
{
    static const char *const URLS[] = {"href",   "src",  "action",     "formaction", "cite",
                                       "poster", "data", "background", "manifest",   "ping"};
    static const char *const CLOSED[] = {"",       "style",       "srcdoc",
                                         "srcset", "imagesrcset", "http-equiv"};
    if (text_starts(name, "on")) return ATTRIBUTE_CLOSED;
    for (size_t i = 0; i < COUNT_OF(CLOSED); i++)
        if (text_same(name, CLOSED[i])) return ATTRIBUTE_CLOSED;
    for (size_t i = 0; i < COUNT_OF(URLS); i++)
        if (text_same(name, URLS[i])) return ATTRIBUTE_URL;
    return ATTRIBUTE_PLAIN;
}

static void tag_end(struct place *at)
{
    at->kind = at->raw[0] == '\0' ? PLACE_TEXT : PLACE_RAW;
    at->seen = 0;
    name_clear(at);
}

static void read_text(struct place *at, const char *c)
{
    /* "<" was seen before: `seen` tells. */
    if (at->seen == 1 && (letter(*c) || *c == '/' || *c == '!')) {
        at->kind = PLACE_TAG_NAME;
        at->closing = *c == '/';
        at->seen = 0;
        name_clear(at);
        if (*c != '/') name_add(at, *c);
        return;
    }
    at->seen = *c == '<';
}

static void tag_name_end(struct place *at)
{
    bool raw = !at->closing && (text_same(at->name, "script") || text_same(at->name, "style"));
    memcpy(at->raw, at->name, PLACE_NAME_ROOM);
    if (!raw) at->raw[0] = '\0';
    at->kind = PLACE_TAG;
    name_clear(at);
}

static void read_tag_name(struct place *at, const char *c)
{
    if (!space(*c) && *c != '>' && !(*c == '/' && at->name_n > 0)) {
        name_add(at, *c);
        if (text_same(at->name, "!--")) {
            at->kind = PLACE_COMMENT;
            at->seen = 0;
        }
        return;
    }
    tag_name_end(at);
    if (*c == '>') tag_end(at);
}

static void read_tag(struct place *at, const char *c)
{
    if (*c == '>') {
        tag_end(at);
    } else if (*c == '=') {
        at->kind = PLACE_EQUALS;
        at->attribute = attribute_of(at->name);
    } else if (!space(*c) && *c != '/') {
        if (at->kind == PLACE_TAG) name_clear(at);
        at->kind = PLACE_ATTRIBUTE;
        name_add(at, *c);
    } else {
        at->kind = PLACE_TAG; /* the name stays: "href =" is allowed */
    }
}

static void read_equals(struct place *at, const char *c)
{
    if (space(*c)) return;
    if (*c == '>') {
        tag_end(at);
        return;
    }
    bool quoted = *c == '"' || *c == '\'';
    at->kind = quoted ? PLACE_QUOTED : PLACE_BARE;
    at->quote = *c;
    at->start = true;
}

static void read_bare(struct place *at, const char *c)
{
    if (*c == '>') {
        tag_end(at);
    } else if (space(*c)) {
        at->kind = PLACE_TAG;
        name_clear(at);
    }
}

static void read_quoted(struct place *at, const char *c)
{
    at->start = false;
    if (*c != at->quote) return;
    at->kind = PLACE_TAG;
    name_clear(at);
}

static void read_comment(struct place *at, const char *c)
{
    if (*c == '>' && at->seen >= 2) at->kind = PLACE_TEXT;
    at->seen = *c == '-' ? at->seen + 1 : 0;
    if (at->kind == PLACE_TEXT) at->seen = 0;
}

/* "</script" ends raw text; what follows is a tag again. */
static void read_raw(struct place *at, const char *c)
{
    char small = *c >= 'A' && *c <= 'Z' ? (char)(*c + ('a' - 'A')) : *c;
    size_t n = strlen(at->raw);
    char wanted = at->seen == 0 ? '<' : at->seen == 1 ? '/' : at->raw[at->seen - 2];
    at->seen = small == wanted ? at->seen + 1 : small == '<';
    if (at->seen < n + 2) return;
    at->kind = PLACE_TAG;
    at->raw[0] = '\0';
    at->seen = 0;
    name_clear(at);
}

void place_read(struct place *at, struct bytes text)
{
    static void (*const READ[])(struct place *, const char *) = {
        [PLACE_TEXT] = read_text,     [PLACE_TAG_NAME] = read_tag_name, [PLACE_TAG] = read_tag,
        [PLACE_ATTRIBUTE] = read_tag, [PLACE_EQUALS] = read_equals,     [PLACE_BARE] = read_bare,
        [PLACE_QUOTED] = read_quoted, [PLACE_COMMENT] = read_comment,   [PLACE_RAW] = read_raw,
    };
    for (size_t i = 0; i < text.n; i++) READ[at->kind](at, (const char *)text.p + i);
}

err place_value(struct place *at, enum place_writing *how)
{
    if (at->kind == PLACE_TEXT && at->seen == 0) {
        *how = WRITE_ESCAPED;
        return ERR_OK;
    }
    ENSURE(at->kind != PLACE_TEXT, ERR_INPUT, "a variable may not stand right behind <");
    ENSURE(at->kind != PLACE_EQUALS && at->kind != PLACE_BARE, ERR_INPUT,
           "a variable in an attribute needs quotes around the value");
    ENSURE(at->kind == PLACE_QUOTED, ERR_INPUT,
           "a variable may stand in text and in quoted values only");
    ENSURE(at->attribute != ATTRIBUTE_CLOSED, ERR_INPUT,
           "a variable may not stand in this attribute");
    *how = at->attribute != ATTRIBUTE_URL ? WRITE_ESCAPED : at->start ? WRITE_URL : WRITE_URL_PART;
    at->start = false;
    return ERR_OK;
}

err place_html(const struct place *at)
{
    ENSURE(at->kind == PLACE_TEXT && at->seen == 0, ERR_INPUT,
           "ready-made HTML may stand in text only");
    return ERR_OK;
}

void place_settle(struct place *at)
{
    if (at->kind == PLACE_TAG_NAME && at->name_n > 0 && at->name[0] != '!') tag_name_end(at);
    if (at->kind == PLACE_ATTRIBUTE) at->kind = PLACE_TAG;
    if (at->kind == PLACE_TAG) name_clear(at);
}

bool place_same(const struct place *a, const struct place *b)
{
    if (a->kind != b->kind || !text_same(a->raw, b->raw)) return false;
    if (a->kind == PLACE_QUOTED) return a->attribute == b->attribute && a->quote == b->quote;
    if (a->kind == PLACE_TAG_NAME) return a->closing == b->closing && text_same(a->name, b->name);
    return a->seen == b->seen;
}
