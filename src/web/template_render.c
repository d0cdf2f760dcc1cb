/* template_render.c - fills a compiled template: no allocation but the output's. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "web/template_build.h"

#define STACK_MAX (2 * TEMPLATE_DEPTH_MAX)

struct state {
    const struct templates *set;
    struct buf *out;
    const struct view *stack[STACK_MAX];
    size_t depth;
    size_t calls;
};

/* Characters that are written as references in text and in quoted values. */
static const char *const REFERENCES[256] = {
    ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;",
};

void html_escape(struct buf *out, const char *text, size_t n)
{
    size_t from = 0;
    for (size_t i = 0; i < n; i++) {
        const char *reference = REFERENCES[(unsigned char)text[i]];
        if (reference == NULL) continue;
        buf_add(out, text + from, i - from);
        buf_add_text(out, reference);
        from = i + 1;
    }
    buf_add(out, text + from, n - from);
}

/* RFC 3986 §2.1: all but unreserved characters and "/". */
static void percent_encode(struct buf *out, const char *text, size_t n)
{
    static const char KEPT[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    static const char HEX[] = "0123456789ABCDEF";
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c != 0 && strchr(KEPT, c) != NULL)
            buf_add_char(out, (char)c);
        else
            buf_add(out, (char[]){'%', HEX[c >> 4], HEX[c & 15]}, 3);
    }
}

/* May the address stand at the start of href and the like? Not "javascript:", not another host by
 * "//", nor what a browser makes of "/\\host" or "/<tab>/host" (URL standard §4.4). */
static bool url_allowed(const char *url, size_t n)
{
    static const char *const SCHEMES[] = {"https://", "http://", "mailto:", "tel:"};
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)url[i] <= 0x20 || url[i] == '\\' || url[i] == 0x7f) return false;
    if (n == 0 || url[0] == '#' || url[0] == '?') return true;
    if (url[0] == '/') return n == 1 || url[1] != '/';
    for (size_t i = 0; i < COUNT_OF(SCHEMES); i++)
        if (n >= strlen(SCHEMES[i]) && strncasecmp(url, SCHEMES[i], strlen(SCHEMES[i])) == 0)
            return true;
    return false;
}

static void text_write(struct state *s, enum op_kind kind, const char *text, size_t n)
{
    if (kind == OP_URL_PART) {
        percent_encode(s->out, text, n);
    } else if (kind == OP_URL && !url_allowed(text, n)) {
        buf_add_char(s->out, '#');
    } else {
        html_escape(s->out, text, n);
    }
}

static err value_write(struct state *s, enum op_kind kind, const struct view *value)
{
    char text[24];
    if (value == NULL) return ERR_OK;
    switch (value->kind) {
    case VIEW_NOTHING: return ERR_OK;
    case VIEW_TEXT: text_write(s, kind, value->text, value->n); return ERR_OK;
    case VIEW_NUMBER: {
        int n = snprintf(text, sizeof text, "%" PRId64, value->number);
        text_write(s, kind, text, (size_t)n);
        return ERR_OK;
    }
    case VIEW_TRUE: text_write(s, kind, "true", 4); return ERR_OK;
    case VIEW_FALSE: text_write(s, kind, "false", 5); return ERR_OK;
    case VIEW_HTML:
    case VIEW_OBJECT:
    case VIEW_LIST: break;
    }
    FAIL(ERR_BUG, "a template prints a list or an object");
}

/* The first key is looked for from the innermost value outwards, the others in what it found (spec,
 * "Dotted Names"). */
static const struct view *lookup(const struct state *s, const struct path *path)
{
    if (path->n == 0) return s->stack[s->depth - 1];
    const struct view *found = NULL;
    for (size_t i = s->depth; i-- > 0 && found == NULL;)
        found = view_get(s->stack[i], path->keys[0].text, path->keys[0].n);
    for (size_t k = 1; k < path->n && found != NULL; k++)
        found = view_get(found, path->keys[k].text, path->keys[k].n);
    return found;
}

static err range_run(struct state *s, const struct program *program, size_t from, size_t to);

static err section_run(struct state *s, const struct program *program, size_t at)
{
    const struct op *op = &program->ops[at];
    const struct view *value = lookup(s, op->path);
    if (!view_true(value)) return ERR_OK;
    ENSURE(s->depth < STACK_MAX, ERR_LIMIT, "the data of a page is nested too deeply");
    bool list = value->kind == VIEW_LIST;
    s->depth++;
    for (const struct view *item = list ? value->first : value; item != NULL && s->out->failed == ERR_NONE;
         item = list ? item->next : NULL) {
        s->stack[s->depth - 1] = item;
        TRY(range_run(s, program, at + 1, op->to));
    }
    s->depth--;
    return ERR_OK;
}

static err html_write(struct state *s, const struct op *op)
{
    const struct view *value = lookup(s, op->path);
    if (value == NULL || value->kind == VIEW_NOTHING) return ERR_OK;
    ENSURE(value->kind == VIEW_HTML, ERR_BUG, "ready-made HTML must come from view_add_html");
    buf_add(s->out, value->text, value->n);
    return ERR_OK;
}

static err call_run(struct state *s, const struct op *op)
{
    ENSURE(s->calls < TEMPLATE_DEPTH_MAX, ERR_LIMIT, "the data of a page is nested too deeply");
    s->calls++;
    const struct program *called = s->set->programs[op->to];
    TRY(range_run(s, called, 0, called->n));
    s->calls--;
    return ERR_OK;
}

static err forms_run(struct state *s, const struct program *program, size_t at)
{
    const struct op *op = &program->ops[at];
    const struct view *number = lookup(s, op->path);
    ENSURE(number != NULL && number->kind == VIEW_NUMBER, ERR_BUG, "a plural needs a whole number in the data");
    size_t form = msg_form_index(op->catalog, op->count, number->number);
    size_t i = at + 1;
    while (form-- > 0) i = program->ops[i].to;
    return range_run(s, program, i + 1, program->ops[i].to);
}

static err op_run(struct state *s, const struct program *program, size_t at, size_t *next)
{
    const struct op *op = &program->ops[at];
    switch (op->kind) {
    case OP_TEXT: buf_add_bytes(s->out, op->text); return ERR_OK;
    case OP_VALUE:
    case OP_URL:
    case OP_URL_PART: return value_write(s, op->kind, lookup(s, op->path));
    case OP_HTML: return html_write(s, op);
    case OP_CALL: return call_run(s, op);
    case OP_SECTION: *next = op->to; return section_run(s, program, at);
    case OP_INVERTED:
        if (view_true(lookup(s, op->path))) *next = op->to;
        return ERR_OK;
    case OP_FORMS: *next = op->to; return forms_run(s, program, at);
    case OP_FORM: break;
    }
    FAIL(ERR_BUG, "a compiled template is not as it should be");
}

static err range_run(struct state *s, const struct program *program, size_t from, size_t to)
{
    for (size_t i = from; i < to;) {
        size_t next = i + 1;
        TRY(op_run(s, program, i, &next));
        i = next;
    }
    return ERR_OK;
}

static int name_order(const void *key, const void *item)
{
    const char *const *name = item;
    return strcmp(key, *name);
}

err template_render(const struct templates *set, const char *name, const struct view *data, struct buf *out)
{
    const char *const *found =
        bsearch(name, set->names, set->names_n, sizeof *set->names, name_order);
    ENSURE(found != NULL, ERR_NOT_FOUND, "there is no such template");
    const struct program *program = set->programs[found - set->names];
    struct state s = {.set = set, .out = out, .stack = {data}, .depth = 1};
    TRY(range_run(&s, program, 0, program->n));
    ENSURE(out->failed != ERR_MEMORY, ERR_MEMORY, "out of memory");
    ENSURE(out->failed == ERR_NONE, ERR_LIMIT, "the page is larger than allowed");
    return ERR_OK;
}
