/* template_render.c - fills a compiled template: no allocation but the output's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/vec.h"
#include "web/template_build.h"

#define STACK_MAX (2 * TEMPLATE_DEPTH_MAX)
#define HTML_MAX 1000

struct template_html {
    struct {
        struct bytes *at;
        size_t n, room;
    } pieces;
};

struct state {
    const struct templates *set;
    const struct template_html *html;
    struct buf *out;
    const json_t *stack[STACK_MAX];
    size_t depth;
    size_t calls;
};

err template_html_new(mem *ctx, struct template_html **out)
{
    struct template_html *set = mem_new(ctx, struct template_html);
    ENSURE_MEM(set);
    *out = set;
    return ERR_OK;
}

err template_html_add(struct template_html *set, struct bytes html, json_t **handle)
{
    TRY(vec_push(set, &set->pieces, html, HTML_MAX));
    *handle = json_integer((json_int_t)(set->pieces.n - 1));
    ENSURE_MEM(*handle);
    return ERR_OK;
}

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

/* The shortest decimal that reads back as the same number. */
static void real_write(struct state *s, enum op_kind kind, double number)
{
    char text[40];
    int n = 0;
    for (int digits = 15; digits <= 17; digits++) {
        n = snprintf(text, sizeof text, "%.*g", digits, number);
        if (strtod(text, NULL) == number) break;
    }
    text_write(s, kind, text, (size_t)n);
}

static err value_write(struct state *s, enum op_kind kind, const json_t *value)
{
    char text[24];
    switch (value == NULL ? JSON_NULL : json_typeof(value)) {
    case JSON_NULL: return ERR_OK;
    case JSON_STRING:
        text_write(s, kind, json_string_value(value), json_string_length(value));
        return ERR_OK;
    case JSON_INTEGER: {
        int n = snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        text_write(s, kind, text, (size_t)n);
        return ERR_OK;
    }
    case JSON_REAL: real_write(s, kind, json_real_value(value)); return ERR_OK;
    case JSON_TRUE: text_write(s, kind, "true", 4); return ERR_OK;
    case JSON_FALSE: text_write(s, kind, "false", 5); return ERR_OK;
    case JSON_OBJECT:
    case JSON_ARRAY: break;
    }
    FAIL(ERR_BUG, "a template prints a list or an object");
}

/* The first key is looked for from the innermost value outwards, the others in what it found (spec,
 * "Dotted Names"). */
static const json_t *lookup(const struct state *s, const struct path *path)
{
    if (path->n == 0) return s->stack[s->depth - 1];
    const json_t *found = NULL;
    for (size_t i = s->depth; i-- > 0 && found == NULL;)
        found = json_object_getn(s->stack[i], path->keys[0].text, path->keys[0].n);
    for (size_t k = 1; k < path->n && found != NULL; k++)
        found = json_object_getn(found, path->keys[k].text, path->keys[k].n);
    return found;
}

static bool truth(const json_t *value)
{
    switch (value == NULL ? JSON_NULL : json_typeof(value)) {
    case JSON_NULL:
    case JSON_FALSE: return false;
    case JSON_STRING: return json_string_length(value) > 0;
    case JSON_INTEGER: return json_integer_value(value) != 0;
    case JSON_REAL: return json_real_value(value) < 0 || json_real_value(value) > 0;
    case JSON_ARRAY: return json_array_size(value) > 0;
    case JSON_OBJECT:
    case JSON_TRUE: break;
    }
    return true;
}

static err range_run(struct state *s, const struct program *program, size_t from, size_t to);

static err section_run(struct state *s, const struct program *program, size_t at)
{
    const struct op *op = &program->ops[at];
    const json_t *value = lookup(s, op->path);
    if (!truth(value)) return ERR_OK;
    ENSURE(s->depth < STACK_MAX, ERR_LIMIT, "the data of a page is nested too deeply");
    size_t items = json_is_array(value) ? json_array_size(value) : 1;
    s->depth++;
    for (size_t i = 0; i < items && s->out->failed == ERR_NONE; i++) {
        s->stack[s->depth - 1] = json_is_array(value) ? json_array_get(value, i) : value;
        TRY(range_run(s, program, at + 1, op->to));
    }
    s->depth--;
    return ERR_OK;
}

static err html_write(struct state *s, const struct op *op)
{
    const json_t *value = lookup(s, op->path);
    if (value == NULL || json_is_null(value)) return ERR_OK;
    ENSURE(json_is_integer(value) && s->html != NULL, ERR_BUG,
           "ready-made HTML must come from template_html_add");
    json_int_t i = json_integer_value(value);
    ENSURE(i >= 0 && (size_t)i < s->html->pieces.n, ERR_BUG,
           "ready-made HTML must come from template_html_add");
    buf_add_bytes(s->out, s->html->pieces.at[i]);
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
    const json_t *number = lookup(s, op->path);
    ENSURE(json_is_integer(number), ERR_BUG, "a plural needs a whole number in the data");
    size_t form = msg_form_index(op->catalog, op->count, json_integer_value(number));
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
        if (truth(lookup(s, op->path))) *next = op->to;
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

err template_render(const struct templates *set, const char *name, const json_t *data,
                    const struct template_html *html, struct buf *out)
{
    const char *const *found =
        bsearch(name, set->names, set->names_n, sizeof *set->names, name_order);
    ENSURE(found != NULL, ERR_NOT_FOUND, "there is no such template");
    const struct program *program = set->programs[found - set->names];
    struct state s = {.set = set, .html = html, .out = out, .stack = {data}, .depth = 1};
    TRY(range_run(&s, program, 0, program->n));
    ENSURE(out->failed != ERR_MEMORY, ERR_MEMORY, "out of memory");
    ENSURE(out->failed == ERR_NONE, ERR_LIMIT, "the page is larger than allowed");
    return ERR_OK;
}
