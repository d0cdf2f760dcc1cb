/* template_sentence.c - {{#t}} sections: the sentence as a translator sees it, and back.
 *
 * "Read <a href=\"/x/{{id}}\">the {{name}}</a>" is shown to translators as "Read <1>the
 * {name}</1>", looked up in the catalog, and written with the elements and variables put back.
 * tools/messages.py makes the same text of a template; tests/tools/test_messages.py checks that
 * both agree.
 */
#include <string.h>

#include "base/text.h"
#include "web/template_build.h"

#define ELEMENTS_MAX 9
#define MSGID_MAX 4000
#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."

/* The markup behind a mark like <1>: pieces of template, in order. */
struct markup {
    char mark[8];
    struct node pieces[8];
    size_t n;
};

struct sentence {
    mem *ctx;
    struct buf msgid;
    struct markup markups[2 * ELEMENTS_MAX];
    size_t markups_n;
    size_t elements; /* opened so far */
    size_t open[ELEMENTS_MAX];
    size_t open_n;
    struct markup *inside; /* the tag being read, or NULL */
    char quote;            /* inside of a quoted value of it */
    bool space;            /* white space waits to be written as one space */
};

static void character_add(struct sentence *s, char c)
{
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
        s->space = true;
        return;
    }
    if (s->space && s->msgid.n > 0) buf_add_char(&s->msgid, ' ');
    s->space = false;
    buf_add_char(&s->msgid, c);
}

static void words_add(struct sentence *s, const char *words)
{
    for (; *words != '\0'; words++) character_add(s, *words);
}

static err piece_add(struct markup *m, struct node piece)
{
    ENSURE(m->n < COUNT_OF(m->pieces), ERR_INPUT, "an element in a sentence has too many parts");
    m->pieces[m->n++] = piece;
    return ERR_OK;
}

/* A tag begins at text[0]: its number, and its mark in the sentence. */
static err markup_begin(struct sentence *s, const char *text, const char *end)
{
    ENSURE(s->markups_n < COUNT_OF(s->markups), ERR_INPUT, "a sentence has too many elements");
    struct markup *m = &s->markups[s->markups_n++];
    size_t number;
    bool closing = text + 1 < end && text[1] == '/';
    if (closing) {
        ENSURE(s->open_n > 0, ERR_INPUT, "an element in a sentence is closed but not opened");
        number = s->open[--s->open_n];
    } else {
        ENSURE(s->elements < ELEMENTS_MAX, ERR_INPUT, "a sentence has too many elements");
        number = ++s->elements;
        s->open[s->open_n++] = number;
    }
    m->mark[0] = '<';
    m->mark[1] = closing ? '/' : (char)('0' + number);
    m->mark[2] = closing ? (char)('0' + number) : '>';
    m->mark[3] = closing ? '>' : '\0';
    s->inside = m;
    words_add(s, m->mark);
    return ERR_OK;
}

static bool tag_begins(const char *text, const char *end)
{
    if (text[0] != '<' || text + 1 >= end) return false;
    return text[1] == '/' || (text[1] >= 'a' && text[1] <= 'z') ||
           (text[1] >= 'A' && text[1] <= 'Z');
}

static bool reference_begins(const char *text, const char *end)
{
    const char *semicolon = memchr(text, ';', (size_t)(end - text));
    if (text[0] != '&' || semicolon == NULL || semicolon == text + 1) return false;
    for (const char *c = text + 1; c < semicolon; c++)
        if (*c == ' ' || *c == '&') return false;
    return true;
}

/* Moves over a piece of a tag; returns behind it. */
static const char *markup_end(struct sentence *s, const char *text, const char *end)
{
    for (; text < end; text++) {
        if (s->quote != '\0') {
            if (*text == s->quote) s->quote = '\0';
        } else if (*text == '"' || *text == '\'') {
            s->quote = *text;
        } else if (*text == '>') {
            return text + 1;
        }
    }
    return end;
}

static err literal_read(struct sentence *s, const struct node *node)
{
    const char *text = (const char *)node->text.p, *end = text + node->text.n;
    while (text < end) {
        if (s->inside == NULL && tag_begins(text, end)) TRY(markup_begin(s, text, end));
        if (s->inside == NULL) {
            ENSURE(*text != '<' && *text != '>', ERR_INPUT,
                   "in a sentence, < and > belong to elements only");
            ENSURE(!reference_begins(text, end), ERR_INPUT,
                   "in a sentence, write the character itself, not &name;");
            character_add(s, *text++);
            continue;
        }
        const char *behind = markup_end(s, text, end);
        struct node piece = *node;
        piece.text = bytes_of(text, (size_t)(behind - text));
        TRY(piece_add(s->inside, piece));
        if (behind[-1] == '>' && s->quote == '\0') s->inside = NULL;
        text = behind;
    }
    return ERR_OK;
}

static err variable_read(struct sentence *s, const struct node *node)
{
    if (s->inside != NULL) return piece_add(s->inside, *node);
    ENSURE(!text_same(node->name, "."), ERR_INPUT,
           "a variable in a sentence needs a name, for the translator");
    character_add(s, '{');
    words_add(s, node->name);
    character_add(s, '}');
    return ERR_OK;
}

static err sentence_read(struct sentence *s, const struct node *nodes, size_t n, const char **msgid)
{
    buf_init(&s->msgid, s->ctx, MSGID_MAX);
    for (size_t i = 0; i < n; i++) {
        if (nodes[i].kind == NODE_COMMENT) continue;
        ENSURE(nodes[i].kind == NODE_TEXT || nodes[i].kind == NODE_VALUE, ERR_INPUT,
               "a sentence holds words, variables and elements only");
        TRY(nodes[i].kind == NODE_TEXT ? literal_read(s, &nodes[i]) : variable_read(s, &nodes[i]));
    }
    ENSURE(s->inside == NULL && s->open_n == 0, ERR_INPUT,
           "an element in a sentence is not closed");
    TRY(buf_text(&s->msgid, msgid));
    ENSURE(**msgid != '\0', ERR_INPUT, "an empty sentence");
    return ERR_OK;
}

static const struct markup *markup_find(const struct sentence *s, const char *mark, size_t n)
{
    for (size_t i = 0; i < s->markups_n; i++)
        if (strlen(s->markups[i].mark) == n && memcmp(s->markups[i].mark, mark, n) == 0)
            return &s->markups[i];
    return NULL;
}

/* Elements in each other as they should be, each once: else a translation could break the page. */
static bool marks_balanced(const struct sentence *s, const char *text)
{
    char open[ELEMENTS_MAX + 1];
    size_t depth = 0, seen = 0;
    for (; *text != '\0'; text++) {
        size_t n = text[0] == '<' && text[1] != '\0' ? strcspn(text, ">") + 1 : 0;
        if (n < 3 || n > 4 || markup_find(s, text, n) == NULL) continue;
        seen++;
        if (n == 3) {
            if (depth >= ELEMENTS_MAX) return false;
            open[depth++] = text[1];
        } else if (depth == 0 || open[--depth] != text[2]) {
            return false;
        }
    }
    return depth == 0 && seen == s->markups_n;
}

static err markup_write(struct builder *b, const struct markup *m)
{
    ENSURE(b->at.kind != PLACE_QUOTED, ERR_INPUT, "a sentence in an attribute holds no elements");
    for (size_t i = 0; i < m->n; i++)
        TRY(m->pieces[i].kind == NODE_TEXT ? template_build_text(b, m->pieces[i].text)
                                           : template_build_value(b, m->pieces[i].name));
    return ERR_OK;
}

static bool variable_known(const struct node *sentence, const char *name, size_t n)
{
    for (size_t i = 0; i < sentence->children.n; i++) {
        const struct node *node = &sentence->children.at[i];
        if (node->kind == NODE_VALUE && strlen(node->name) == n && memcmp(node->name, name, n) == 0)
            return true;
    }
    return false;
}

/* Writes a translation: words escaped, marks replaced. */
static err translation_write(struct builder *b, const struct node *node, const struct sentence *s,
                             const char *text)
{
    while (*text != '\0') {
        size_t n = strcspn(text, "{<");
        TRY(template_build_words(b, bytes_of(text, n)));
        text += n;
        if (*text == '\0') break;
        n = strcspn(text, *text == '{' ? "}" : ">") + 1;
        bool complete = text[n - 1] != '\0';
        const struct markup *m = complete ? markup_find(s, text, n) : NULL;
        if (m != NULL) {
            TRY(markup_write(b, m));
        } else if (complete && *text == '{' && variable_known(node, text + 1, n - 2)) {
            const char *name = mem_textn(b->ctx, text + 1, n - 2);
            ENSURE_MEM(name);
            TRY(template_build_value(b, name));
        } else {
            n = 1;
            TRY(template_build_words(b, bytes_of(text, n)));
        }
        text += n;
    }
    return ERR_OK;
}

/* The comment {{!context: x}} or {{!plural: n}} among the children: its place, or n of them. */
static size_t comment_find(const struct node *sentence, const char *key)
{
    size_t i = 0;
    for (; i < sentence->children.n; i++) {
        const struct node *node = &sentence->children.at[i];
        if (node->kind == NODE_COMMENT && node->text.n >= strlen(key) &&
            memcmp(node->text.p, key, strlen(key)) == 0)
            break;
    }
    return i;
}

static err comment_value(mem *ctx, const struct node *sentence, size_t at, const char *key,
                         const char **out)
{
    *out = NULL;
    if (at == sentence->children.n) return ERR_OK;
    struct bytes text = sentence->children.at[at].text;
    const char *value = mem_textn(ctx, (const char *)text.p + strlen(key), text.n - strlen(key));
    ENSURE_MEM(value);
    return text_trim(ctx, value, out);
}

/* What a {{#t}} section says: the sentences as translators see them, their context and number. */
struct reading {
    struct sentence one, many;
    struct sentence_text text;
};

static err plural_write(struct builder *b, const struct node *node, const struct reading *r,
                        const struct catalog *catalog)
{
    const struct sentence *one = &r->one, *many = &r->many;
    const char *const ids[] = {r->text.one, r->text.many}, *const *forms = NULL;
    size_t n = msg_forms(catalog, r->text.context, ids[0], ids[1], &forms);
    bool fits = n > 0;
    for (size_t i = 0; i < n; i++) fits = fits && marks_balanced(many, forms[i]);
    if (!fits) {
        forms = ids;
        n = 2;
    }
    struct template_build_mark all, form;
    TRY(template_build_begin(b, OP_FORMS, r->text.number, &all));
    b->ops.at[all.op].count = n;
    b->ops.at[all.op].catalog = fits ? catalog : NULL;
    for (size_t i = 0; i < n; i++) {
        TRY(template_build_begin(b, OP_FORM, NULL, &form));
        TRY(translation_write(b, node, fits || i > 0 ? many : one, forms[i]));
        TRY(template_build_end(b, &form));
    }
    return template_build_end(b, &all);
}

static err reading_read(mem *scope, const struct node *node, struct reading *r)
{
    static const char CONTEXT[] = "context:", PLURAL[] = "plural:";
    size_t split = comment_find(node, PLURAL);
    struct sentence_text *text = &r->text;
    r->one.ctx = r->many.ctx = scope;
    TRY(comment_value(scope, node, comment_find(node, CONTEXT), CONTEXT, &text->context));
    TRY(comment_value(scope, node, split, PLURAL, &text->number));
    TRY(sentence_read(&r->one, node->children.at, split, &text->one));
    if (text->number == NULL) return ERR_OK;
    bool named = text->number[0] != '\0' && text->number[strspn(text->number, NAME_CHARS)] == '\0';
    ENSURE(named, ERR_INPUT, "plural: needs the name of the number");
    size_t rest = node->children.n - split - 1;
    return sentence_read(&r->many, node->children.at + split + 1, rest, &text->many);
}

err sentence_text(mem *ctx, const struct node *node, struct sentence_text *out)
{
    struct reading *r = mem_new(ctx, struct reading);
    ENSURE_MEM(r);
    TRY(reading_read(ctx, node, r));
    *out = r->text;
    return ERR_OK;
}

err sentence_build(struct builder *b, const struct node *node, const struct catalog *catalog)
{
    MEM_SCOPE(scope, NULL);
    struct reading *r = mem_new(scope, struct reading);
    ENSURE_MEM(r);
    TRY(reading_read(scope, node, r));
    if (r->text.number != NULL) return plural_write(b, node, r, catalog);
    const char *text = msg_in(catalog, r->text.context, r->text.one);
    return translation_write(b, node, &r->one, marks_balanced(&r->one, text) ? text : r->text.one);
}
