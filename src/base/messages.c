/* messages.c - catalogs: sorted tables of sentences. */
#include "base/messages.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/uloc.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

#include "base/buf.h"
#include "base/po.h"
#include "base/text.h"
#include "base/vec.h"

#define SENTENCE_MAX ((size_t)64 << 10)

struct catalog {
    const char *language;
    const char *native_name;
    bool right_to_left;
    const struct plural *plural;
    struct po_entry *entries; /* sorted by id, then context */
    size_t n;
};

struct messages {
    const struct catalog *at[MESSAGES_LANGUAGES_MAX];
    size_t n;
};

static const struct catalog ENGLISH = {.language = "en", .native_name = "English"};

static const struct catalog *or_english(const struct catalog *c)
{
    return c == NULL ? &ENGLISH : c;
}

static int text_order(const char *a, const char *b)
{
    return strcmp(a == NULL ? "" : a, b == NULL ? "" : b);
}

static int entry_order(const void *a, const void *b)
{
    const struct po_entry *x = a, *y = b;
    int order = strcmp(x->id, y->id);
    return order != 0 ? order : text_order(x->context, y->context);
}

static const struct po_entry *entry_find(const struct catalog *c, const char *context,
                                         const char *id)
{
    if (c == NULL || c->n == 0) return NULL;
    struct po_entry key = {.id = id, .context = context};
    return bsearch(&key, c->entries, c->n, sizeof key, entry_order);
}

err messages_new(mem *ctx, struct messages **out)
{
    struct messages *m = mem_new(ctx, struct messages);
    ENSURE_MEM(m);
    m->at[m->n++] = &ENGLISH;
    *out = m;
    return ERR_OK;
}

size_t messages_count(const struct messages *m) { return m->n; }

const struct catalog *messages_at(const struct messages *m, size_t i)
{
    return i < m->n ? m->at[i] : NULL;
}

const struct catalog *messages_find(const struct messages *m, const char *language)
{
    for (size_t i = 0; i < m->n; i++)
        if (text_same_nocase(m->at[i]->language, language)) return m->at[i];
    return NULL;
}

const char *catalog_language(const struct catalog *c) { return or_english(c)->language; }
const char *catalog_native_name(const struct catalog *c) { return or_english(c)->native_name; }
bool catalog_right_to_left(const struct catalog *c) { return or_english(c)->right_to_left; }

/* The next {name}, <1>, </1> or <1/> at or after s: its length is written, NULL when there is none.
 */
static const char *mark_next(const char *s, size_t *length)
{
    for (; *s != '\0'; s++) {
        size_t n = 0;
        if (*s == '{') {
            n = strspn(s + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");
            if (n == 0 || s[n + 1] != '}') continue;
        } else if (*s == '<') {
            n = strspn(s + 1, "/0123456789");
            if (n == 0 || s[n + 1] != '>') continue;
        } else {
            continue;
        }
        *length = n + 2;
        return s;
    }
    return NULL;
}

static bool mark_in(const char *sentence, const char *mark, size_t n)
{
    size_t length = 0;
    for (const char *s = sentence; (s = mark_next(s, &length)) != NULL; s += length)
        if (length == n && memcmp(s, mark, n) == 0) return true;
    return false;
}

/* Every mark of a is in b, or in c as well when c is given. */
static bool marks_within(const char *a, const char *b, const char *c)
{
    size_t length = 0;
    for (const char *s = a; (s = mark_next(s, &length)) != NULL; s += length)
        if (!mark_in(b, s, length) && (c == NULL || !mark_in(c, s, length))) return false;
    return true;
}

bool msg_same_placeholders(const char *a, const char *b)
{
    return marks_within(a, b, NULL) && marks_within(b, a, NULL);
}

/* A plural form may leave out what only one of the English forms has ("one case" without {n}). */
static bool form_keeps_marks(const struct po_entry *e, const char *form)
{
    if (!marks_within(form, e->id, e->plural)) return false;
    size_t length = 0;
    for (const char *s = e->id; (s = mark_next(s, &length)) != NULL; s += length)
        if (mark_in(e->plural, s, length) && !mark_in(form, s, length) && *s != '{') return false;
    return true;
}

static bool entry_usable(const struct po_entry *e, const struct plural *rule)
{
    if (e->plural == NULL) return e->texts_n == 1 && msg_same_placeholders(e->id, e->texts[0]);
    if (rule == NULL || e->texts_n != plural_forms(rule)) return false;
    for (size_t i = 0; i < e->texts_n; i++)
        if (!form_keeps_marks(e, e->texts[i])) return false;
    return true;
}

/* The language's own name for itself, with a capital as it stands in a list of languages. */
static err native_name(mem *ctx, const char *language, const char **out)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar name[100], capital[8] = {0};
    int32_t first = 0;
    (void)uloc_getDisplayName(language, language, name, COUNT_OF(name) - 1, &status);
    name[U_SUCCESS(status) ? COUNT_OF(name) - 1 : 0] = 0;
    U16_FWD_1(name, first, COUNT_OF(name) - 1);
    int32_t n = u_strToUpper(capital, COUNT_OF(capital), name, first, language, &status);
    char text[400], rest[400];
    (void)u_strToUTF8(text, sizeof text, NULL, capital, n, &status);
    (void)u_strToUTF8(rest, sizeof rest, NULL, name + first, -1, &status);
    bool named = U_SUCCESS(status) && name[0] != 0;
    const char *copy = named ? talloc_asprintf(ctx, "%s%s", text, rest) : mem_text(ctx, language);
    ENSURE_MEM(copy);
    *out = copy;
    return ERR_OK;
}

static bool language_tag(const char *s)
{
    size_t n = strlen(s);
    return n >= 2 && n <= 35 && text_identifier(s) && strchr(s, '_') == NULL;
}

static err catalog_fill(struct catalog *c, struct bytes in, struct messages_problem *problem)
{
    struct po po;
    TRY(po_read(c, in, &po, problem));
    const char *rule;
    TRY(po_header(c, &po, "Plural-Forms", &rule));
    struct plural *plural = NULL;
    if (rule != NULL) {
        err e = plural_parse(c, rule, &plural);
        if (err_failed(e) && problem != NULL) *problem = (struct messages_problem){1, e.what};
        TRY(e);
    }
    c->plural = plural;
    for (size_t i = 0; i < po.n; i++)
        if (entry_usable(&po.entries[i], plural)) po.entries[c->n++] = po.entries[i];
    c->entries = po.entries;
    if (c->n > 0) qsort(c->entries, c->n, sizeof *c->entries, entry_order);
    for (size_t i = 1; i < c->n; i++) {
        if (entry_order(&c->entries[i - 1], &c->entries[i]) != 0) continue;
        if (problem != NULL)
            *problem =
                (struct messages_problem){c->entries[i].line, "a message stands there twice"};
        FAIL(ERR_INPUT, "a message stands there twice");
    }
    return ERR_OK;
}

err messages_add(struct messages *m, const char *language, struct bytes in,
                 struct messages_problem *problem)
{
    ENSURE(language_tag(language), ERR_INPUT, "not a language tag");
    ENSURE(messages_find(m, language) == NULL, ERR_CONFLICT, "the language is there already");
    ENSURE(m->n < MESSAGES_LANGUAGES_MAX, ERR_LIMIT, "more languages than allowed");
    struct catalog *c = mem_new(m, struct catalog);
    ENSURE_MEM(c);
    err e = catalog_fill(c, in, problem);
    if (!err_failed(e)) e = native_name(c, language, &c->native_name);
    c->language = mem_text(c, language);
    c->right_to_left = uloc_isRightToLeft(language);
    if (!err_failed(e) && c->language == NULL) e = ERR_MAKE(ERR_MEMORY, "out of memory");
    if (err_failed(e)) {
        talloc_free(c);
        return e;
    }
    m->at[m->n++] = c;
    return ERR_OK;
}

const char *msg_in(const struct catalog *c, const char *context, const char *english)
{
    const struct po_entry *e = entry_find(c, context, english);
    return e == NULL ? english : e->texts[0];
}

const char *msg(const struct catalog *c, const char *english) { return msg_in(c, NULL, english); }

size_t msg_forms(const struct catalog *c, const char *context, const char *one, const char *many,
                 const char *const **forms)
{
    const struct po_entry *e = entry_find(c, context, one);
    if (e == NULL || !text_same(e->plural, many)) return 0;
    *forms = e->texts;
    return e->texts_n;
}

size_t msg_form_index(const struct catalog *c, size_t forms, int64_t n)
{
    if (c == NULL || c->plural == NULL || plural_forms(c->plural) != forms)
        return n == 1 || forms < 2 ? 0 : 1;
    return plural_index(c->plural, n);
}

const char *msg_count(const struct catalog *c, const char *one, const char *many, int64_t n)
{
    const char *const *forms;
    size_t count = msg_forms(c, NULL, one, many, &forms);
    if (count == 0) return n == 1 ? one : many;
    return forms[msg_form_index(c, count, n)];
}

static const char *value_find(const struct msg_value *values, size_t n, const char *name,
                              size_t length)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(values[i].name) == length && memcmp(values[i].name, name, length) == 0)
            return values[i].text == NULL ? "" : values[i].text;
    return NULL;
}

err msg_fill(mem *ctx, const char *sentence, const struct msg_value *values, size_t n,
             const char **out)
{
    struct buf b;
    buf_init(&b, ctx, SENTENCE_MAX);
    size_t length = 0;
    const char *mark;
    for (; (mark = mark_next(sentence, &length)) != NULL; sentence = mark + length) {
        buf_add(&b, sentence, (size_t)(mark - sentence));
        if (*mark != '{') {
            buf_add(&b, mark, length);
            continue;
        }
        const char *value = value_find(values, n, mark + 1, length - 2);
        ENSURE(value != NULL, ERR_BUG, "a sentence has a place that nothing fills");
        buf_add_text(&b, value);
    }
    buf_add_text(&b, sentence);
    return buf_text(&b, out);
}
