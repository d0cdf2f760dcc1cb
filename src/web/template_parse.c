/* template_parse.c - Mustache's syntax (https://github.com/mustache/spec): tags, delimiters, and
 * lines on which a tag stands alone, which leave no trace in the output.
 */
#include <string.h>

#include "base/text.h"
#include "web/template_node.h"

#define DELIMITER_MAX 8
#define TAG_NAME_MAX 200

struct parser {
    mem *ctx;
    const char *file;
    const char *begin, *at, *end; /* the source; `at` is behind what was read */
    char open[DELIMITER_MAX + 1], close[DELIMITER_MAX + 1];
    const char *text; /* begin of the literal text not yet added */
    size_t line;      /* of `counted` */
    const char *counted;
    size_t nodes;
    int depth;
};

/* A tag as found: its sign ('#', '>', 0 for none), what is inside, and where it begins and ends. */
struct tag {
    char sign;
    struct bytes inside;
    const char *name;
    const char *begin, *end;
    const char *indent; /* white space before a tag that stands alone; NULL when it does not */
    size_t line;
};

static size_t line_at(struct parser *p, const char *where)
{
    for (; p->counted < where; p->counted++) p->line += *p->counted == '\n';
    return p->line;
}

static const char *find(const char *from, const char *end, const char *what)
{
    return memmem(from, (size_t)(end - from), what, strlen(what));
}

static bool blank(char c) { return c == ' ' || c == '\t'; }

static err node_push(struct parser *p, struct node_list *list, struct node node)
{
    ENSURE(p->nodes++ < TEMPLATE_NODES_MAX, ERR_LIMIT, "the template is too long");
    node.file = p->file;
    return vec_push(p->ctx, list, node, TEMPLATE_NODES_MAX);
}

static err text_push(struct parser *p, struct node_list *list, const char *end)
{
    if (end == p->text) return ERR_OK;
    struct node node = {.kind = NODE_TEXT, .text = bytes_of(p->text, (size_t)(end - p->text))};
    node.line = line_at(p, p->text);
    return node_push(p, list, node);
}

static struct bytes trimmed(const char *from, const char *end)
{
    while (from < end && (blank(*from) || *from == '\n' || *from == '\r')) from++;
    while (end > from && (blank(end[-1]) || end[-1] == '\n' || end[-1] == '\r')) end--;
    return bytes_of(from, (size_t)(end - from));
}

/* Does the tag stand alone on its line(s)? Then what is around it up to the line's end is no text.
 */
static err stand_alone(struct parser *p, struct tag *tag)
{
    static const char ALONE[] = "#^/!=><$";
    if (tag->sign == '\0' || strchr(ALONE, tag->sign) == NULL) return ERR_OK;
    const char *before = tag->begin, *after = tag->end;
    while (before > p->begin && blank(before[-1])) before--;
    if (before > p->begin && before[-1] != '\n') return ERR_OK;
    while (after < p->end && blank(*after)) after++;
    if (after < p->end && *after == '\r') after++;
    if (after < p->end && *after != '\n') return ERR_OK;
    if (after < p->end) after++;
    tag->indent = mem_textn(p->ctx, before, (size_t)(tag->begin - before));
    ENSURE_MEM(tag->indent);
    tag->begin = before;
    tag->end = after;
    return ERR_OK;
}

static err delimiters_set(struct parser *p, struct bytes inside)
{
    const char *s = (const char *)inside.p;
    ENSURE(inside.n >= 4 && s[inside.n - 1] == '=', ERR_INPUT,
           "a tag that sets delimiters ends with =");
    struct bytes both = trimmed(s, s + inside.n - 1);
    s = (const char *)both.p;
    size_t first = 0;
    while (first < both.n && !blank(s[first]) && s[first] != '\n') first++;
    struct bytes second = trimmed(s + first, s + both.n);
    bool fit = first > 0 && first <= DELIMITER_MAX && second.n > 0 && second.n <= DELIMITER_MAX;
    ENSURE(fit, ERR_INPUT, "two delimiters of 1 to 8 characters are needed");
    for (size_t i = 0; i < second.n; i++)
        ENSURE(!blank((char)second.p[i]) && second.p[i] != '\n' && second.p[i] != '=', ERR_INPUT,
               "a delimiter holds no space and no =");
    ENSURE(memchr(s, '=', first) == NULL, ERR_INPUT, "a delimiter holds no space and no =");
    memcpy(p->open, s, first);
    p->open[first] = '\0';
    memcpy(p->close, second.p, second.n);
    p->close[second.n] = '\0';
    return ERR_OK;
}

/* Names of variables and sections: keys joined by dots, or a single dot. */
static bool path_valid(const char *name)
{
    if (text_same(name, ".")) return true;
    size_t key = 0;
    for (; *name != '\0'; name++) {
        bool word = (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
                    (*name >= '0' && *name <= '9') || *name == '_' || *name == '-';
        if (!word && !(*name == '.' && key > 0)) return false;
        key = word ? key + 1 : 0;
    }
    return key > 0;
}

static bool template_name_valid(const char *name)
{
    static const char CHARS[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./";
    return name[0] != '\0' && name[strspn(name, CHARS)] == '\0';
}

static err tag_name(struct parser *p, struct tag *tag)
{
    ENSURE(tag->inside.n <= TAG_NAME_MAX, ERR_INPUT, "a name is too long");
    tag->name = mem_textn(p->ctx, (const char *)tag->inside.p, tag->inside.n);
    ENSURE_MEM(tag->name);
    bool other = tag->sign == '>' || tag->sign == '<' || tag->sign == '/';
    bool valid = other ? template_name_valid(tag->name) : path_valid(tag->name);
    ENSURE(valid, ERR_INPUT, "not a name: letters, digits, _ and -, joined by dots");
    return ERR_OK;
}

/* The next tag, or none (*found false) at the end of the source. */
static err tag_next(struct parser *p, struct tag *tag, bool *found)
{
    const char *open = find(p->at, p->end, p->open);
    *found = open != NULL;
    if (open == NULL) return ERR_OK;
    const char *from = open + strlen(p->open);
    *tag = (struct tag){.begin = open, .line = line_at(p, open)};
    if (from < p->end && strchr("#^/!=><${&", *from) != NULL) tag->sign = *from++;
    ENSURE(tag->sign != '&', ERR_INPUT, "{{&name}} is refused: nothing is shown unescaped");
    char close[DELIMITER_MAX + 2];
    size_t extra = tag->sign == '{';
    close[0] = '}';
    memcpy(close + extra, p->close, strlen(p->close) + 1);
    const char *end = find(from, p->end, close);
    ENSURE(end != NULL, ERR_INPUT, "a tag does not end");
    tag->end = end + strlen(close);
    tag->inside = tag->sign == '=' ? bytes_of(from, (size_t)(end - from)) : trimmed(from, end);
    if (tag->sign != '!' && tag->sign != '=') TRY(tag_name(p, tag));
    TRY(stand_alone(p, tag));
    return ERR_OK;
}

static err nodes_read(struct parser *p, struct node_list *list, const struct tag *inside);

static err container_read(struct parser *p, struct node_list *list, const struct tag *tag,
                          enum node_kind kind)
{
    struct node node = {.kind = kind, .name = tag->name, .line = tag->line};
    if (kind == NODE_SECTION && text_same(tag->name, "t")) node.kind = NODE_SENTENCE;
    TRY(nodes_read(p, &node.children, tag));
    return node_push(p, list, node);
}

static err tag_read(struct parser *p, struct node_list *list, const struct tag *tag)
{
    struct node node = {.name = tag->name, .text = tag->inside, .line = tag->line, .indent = ""};
    if (tag->indent != NULL) node.indent = tag->indent;
    switch (tag->sign) {
    case '=': return delimiters_set(p, tag->inside);
    case '#': return container_read(p, list, tag, NODE_SECTION);
    case '^': return container_read(p, list, tag, NODE_INVERTED);
    case '<': return container_read(p, list, tag, NODE_PARENT);
    case '$': return container_read(p, list, tag, NODE_BLOCK);
    case '>': node.kind = NODE_PARTIAL; break;
    case '!': node.kind = NODE_COMMENT; break;
    case '{': node.kind = NODE_HTML; break;
    default: node.kind = NODE_VALUE; break;
    }
    return node_push(p, list, node);
}

/* Reads up to the end tag of `inside`, or to the end of the source when that is NULL. */
static err nodes_read(struct parser *p, struct node_list *list, const struct tag *inside)
{
    ENSURE(++p->depth <= TEMPLATE_DEPTH_MAX, ERR_LIMIT, "sections are nested too deeply");
    for (;;) {
        struct tag tag;
        bool found;
        TRY(tag_next(p, &tag, &found));
        if (!found) break;
        TRY(text_push(p, list, tag.begin));
        p->at = p->text = tag.end;
        if (tag.sign == '/') {
            ENSURE(inside != NULL && text_same(inside->name, tag.name), ERR_INPUT,
                   "an end tag does not fit the section that is open");
            p->depth--;
            return ERR_OK;
        }
        TRY(tag_read(p, list, &tag));
    }
    ENSURE(inside == NULL, ERR_INPUT, "a section does not end");
    return text_push(p, list, p->end);
}

err template_parse(mem *ctx, const char *file, struct bytes text, struct node_list *out,
                   size_t *line)
{
    const char *begin = (const char *)text.p;
    struct parser p = {.ctx = ctx,
                       .file = file,
                       .begin = begin,
                       .at = begin,
                       .text = begin,
                       .counted = begin,
                       .end = begin + text.n,
                       .open = "{{",
                       .close = "}}",
                       .line = 1};
    struct node_list list = {0};
    err e = text_check(text, TEMPLATE_SOURCE_MAX);
    if (!err_failed(e) && text.n > 0) e = nodes_read(&p, &list, NULL);
    *line = p.line;
    if (!err_failed(e)) *out = list;
    return e;
}
