/* po.c - a .po file, line by line. */
#include "base/po.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/vec.h"

#define STRING_MAX ((size_t)64 << 10)

enum part { NOTHING, CONTEXT, ID, PLURAL, TEXT };

struct reader {
    mem *ctx;
    VEC(struct po_entry) entries;
    const char *header;
    struct po_entry entry; /* being read */
    enum part part;        /* which of its strings is being read */
    struct buf string;
    bool fuzzy;      /* the entry being read */
    bool next_fuzzy; /* a "#, fuzzy" stood before the next one */
    size_t line;
};

/* One quoted piece: "..." with nothing but white space behind. */
static err quoted_add(struct reader *r, const char *s)
{
    ENSURE(*s == '"', ERR_INPUT, "a string in quotes is needed");
    for (s++; *s != '"'; s++) {
        ENSURE(*s != '\0', ERR_INPUT, "the string does not end on its line");
        if (*s != '\\') {
            buf_add_char(&r->string, *s);
            continue;
        }
        static const char FROM[] = "nrt\"\\", TO[] = "\n\r\t\"\\";
        s++;
        const char *known = *s == '\0' ? NULL : strchr(FROM, *s);
        ENSURE(known != NULL, ERR_INPUT, "an unknown escape in the string");
        buf_add_char(&r->string, TO[known - FROM]);
    }
    for (s++; *s != '\0'; s++)
        ENSURE(*s == ' ' || *s == '\t' || *s == '\r', ERR_INPUT,
               "something stands behind the string");
    return ERR_OK;
}

/* The string that was being read is complete. */
static err string_end(struct reader *r)
{
    if (r->part == NOTHING) return ERR_OK;
    const char *read, *text;
    TRY(buf_text(&r->string, &read));
    text = mem_text(r->ctx, read); /* a catalog stays: thousands of strings without room to grow */
    ENSURE_MEM(text);
    talloc_free(r->string.p);
    r->string.p = NULL;
    switch (r->part) {
    case CONTEXT: r->entry.context = text; break;
    case ID: r->entry.id = text; break;
    case PLURAL: r->entry.plural = text; break;
    case TEXT: r->entry.texts[r->entry.texts_n++] = text; break;
    case NOTHING: break;
    }
    r->part = NOTHING;
    return ERR_OK;
}

static bool translated(const struct po_entry *e)
{
    for (size_t i = 0; i < e->texts_n; i++)
        if (text_empty(e->texts[i])) return false;
    return e->texts_n > 0;
}

static err entry_end(struct reader *r)
{
    TRY(string_end(r));
    struct po_entry e = r->entry;
    r->entry = (struct po_entry){0};
    if (e.id == NULL && e.context == NULL) return ERR_OK;
    ENSURE(e.id != NULL, ERR_INPUT, "an entry has no msgid");
    ENSURE(e.texts_n > 0, ERR_INPUT, "an entry has no msgstr");
    if (e.id[0] == '\0' && e.context == NULL) {
        ENSURE(r->header == NULL, ERR_INPUT, "there are two headers");
        r->header = e.texts[0];
        return ERR_OK;
    }
    if (r->fuzzy || !translated(&e)) return ERR_OK;
    return vec_push(r->ctx, &r->entries, e, PO_ENTRIES_MAX);
}

static err string_begin(struct reader *r, enum part part, const char *rest)
{
    while (*rest == ' ' || *rest == '\t') rest++;
    r->part = part;
    buf_init(&r->string, r->ctx, STRING_MAX);
    return quoted_add(r, rest);
}

static err entry_begin(struct reader *r)
{
    TRY(entry_end(r));
    r->fuzzy = r->next_fuzzy;
    r->next_fuzzy = false;
    r->entry.line = r->line;
    return ERR_OK;
}

static err read_context(struct reader *r, const char *rest)
{
    TRY(entry_begin(r));
    return string_begin(r, CONTEXT, rest);
}

static err read_id(struct reader *r, const char *rest)
{
    TRY(string_end(r));
    bool goes_on = r->entry.context != NULL && r->entry.id == NULL;
    if (!goes_on) TRY(entry_begin(r));
    return string_begin(r, ID, rest);
}

static err read_plural(struct reader *r, const char *rest)
{
    TRY(string_end(r));
    ENSURE(r->entry.id != NULL && r->entry.plural == NULL && r->entry.texts_n == 0, ERR_INPUT,
           "msgid_plural without its msgid");
    return string_begin(r, PLURAL, rest);
}

static err read_form(struct reader *r, const char *rest)
{
    TRY(string_end(r));
    ENSURE(r->entry.plural != NULL, ERR_INPUT, "msgstr[] without msgid_plural");
    size_t i = r->entry.texts_n;
    ENSURE(i < PLURAL_FORMS_MAX && rest[0] == (char)('0' + i) && rest[1] == ']', ERR_INPUT,
           "the plural forms are not numbered 0, 1, 2");
    return string_begin(r, TEXT, rest + 2);
}

static err read_text(struct reader *r, const char *rest)
{
    TRY(string_end(r));
    ENSURE(r->entry.id != NULL && r->entry.plural == NULL && r->entry.texts_n == 0, ERR_INPUT,
           "msgstr without its msgid");
    return string_begin(r, TEXT, rest);
}

static err read_comment(struct reader *r, const char *rest)
{
    if (rest[0] == ',' && strstr(rest, "fuzzy") != NULL) r->next_fuzzy = true;
    return ERR_OK;
}

static err read_more(struct reader *r, const char *line)
{
    ENSURE(r->part != NOTHING, ERR_INPUT, "a string without a keyword before it");
    return quoted_add(r, line);
}

static err read_line(struct reader *r, const char *line)
{
    /* Longer words before their beginnings. */
    static const struct {
        const char *word;
        err (*read)(struct reader *, const char *);
    } WORDS[] = {
        {"msgctxt", read_context}, {"msgid_plural", read_plural}, {"msgid", read_id},
        {"msgstr[", read_form},    {"msgstr", read_text},         {"#", read_comment},
    };
    while (*line == ' ' || *line == '\t' || *line == '\r') line++;
    if (*line == '\0') return ERR_OK;
    if (*line == '"') return read_more(r, line);
    for (size_t i = 0; i < COUNT_OF(WORDS); i++)
        if (text_starts(line, WORDS[i].word)) return WORDS[i].read(r, line + strlen(WORDS[i].word));
    FAIL(ERR_INPUT, "the line is not understood");
}

static err read_lines(struct reader *r, const char *text)
{
    MEM_SCOPE(scope, NULL);
    while (*text != '\0') {
        size_t n = strcspn(text, "\n");
        const char *line = mem_textn(scope, text, n);
        ENSURE_MEM(line);
        r->line++;
        TRY(read_line(r, line));
        text += text[n] == '\n' ? n + 1 : n;
        talloc_free_children(scope);
    }
    return entry_end(r);
}

err po_read(mem *ctx, struct bytes in, struct po *out, struct messages_problem *problem)
{
    struct reader r = {.ctx = ctx};
    err e = text_check(in, MESSAGES_PO_MAX);
    const char *text = NULL;
    if (!err_failed(e)) e = bytes_string(ctx, in, &text);
    if (!err_failed(e)) e = read_lines(&r, text_starts(text, "\xef\xbb\xbf") ? text + 3 : text);
    if (err_failed(e)) {
        if (problem != NULL) *problem = (struct messages_problem){r.line, e.what};
        return e;
    }
    *out = (struct po){r.header == NULL ? "" : r.header, r.entries.at, r.entries.n};
    return ERR_OK;
}

err po_header(mem *ctx, const struct po *po, const char *name, const char **out)
{
    size_t n = strlen(name);
    for (const char *line = po->header; line != NULL && *line != '\0';) {
        size_t length = strcspn(line, "\n");
        if (length > n && strncasecmp(line, name, n) == 0 && line[n] == ':') {
            const char *value = mem_textn(ctx, line + n + 1, length - n - 1);
            ENSURE_MEM(value);
            return text_trim(ctx, value, out);
        }
        line += line[length] == '\n' ? length + 1 : length;
    }
    *out = NULL;
    return ERR_OK;
}
