/* template_compile.c - from the trees of all templates to programs: partials, layouts, sections. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "web/template_build.h"
#include "web/template_keep.h"

#define SOURCES_MAX 2000
#define UNITS_MAX 8000
#define INDENT_MAX 200

/* A template as one {{>partial}} needs it: indented, and begun somewhere in the page. */
struct unit {
    const char *name;
    const char *indent;
    struct place at;
};

struct parsed {
    const char *name;
    const char *indent;
    struct node_list nodes;
};

struct compiler {
    mem *ctx;                              /* of what stays */
    mem *scratch;                          /* of trees */
    struct keep *keep;                     /* of what programs are made of */
    const struct template_source *sources; /* sorted by name */
    size_t sources_n;
    const struct catalog *catalog;
    struct {
        struct unit *at;
        size_t n, room;
    } units;
    struct {
        struct parsed *at;
        size_t n, room;
    } parsed;
    struct template_problem *problem;
    int depth;
};

/* The blocks that {{<parent}} fills in. A template further out, the page, goes before. */
struct filling {
    const struct node *parent;
    const struct filling *outer;
};

static err problem_at(struct compiler *c, const char *name, size_t line, err e)
{
    if (err_failed(e) && c->problem != NULL && c->problem->what == NULL)
        *c->problem = (struct template_problem){name, line, e.what};
    return e;
}

static const struct template_source *source_find(const struct compiler *c, const char *name)
{
    size_t low = 0, high = c->sources_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(c->sources[middle].name, name);
        if (order == 0) return &c->sources[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* The source with `indent` before each line (spec, "Partials"). */
static err indented(mem *ctx, struct bytes text, const char *indent, struct bytes *out)
{
    struct buf b;
    buf_init(&b, ctx, TEMPLATE_SOURCE_MAX);
    for (size_t i = 0; i < text.n;) {
        size_t end = bytes_find(text, bytes_text("\n"), i);
        end = end == SIZE_MAX ? text.n : end + 1;
        buf_add_text(&b, indent);
        buf_add(&b, text.p + i, end - i);
        i = end;
    }
    return buf_done(&b, out);
}

static err nodes_of(struct compiler *c, const char *name, const char *indent, struct node_list *out)
{
    for (size_t i = 0; i < c->parsed.n; i++) {
        if (!text_same(c->parsed.at[i].name, name) || !text_same(c->parsed.at[i].indent, indent))
            continue;
        *out = c->parsed.at[i].nodes;
        return ERR_OK;
    }
    const struct template_source *source = source_find(c, name);
    ENSURE(source != NULL, ERR_INPUT, "there is no such partial");
    struct parsed parsed = {.name = source->name, .indent = indent};
    struct bytes text;
    size_t line;
    TRY(indented(c->ctx, source->text, indent, &text));
    TRY(problem_at(c, source->name, 0, text_check(text, TEMPLATE_SOURCE_MAX)));
    err e = template_parse(c->scratch, source->name, text, &parsed.nodes, &line);
    TRY(problem_at(c, source->name, line, e));
    *out = parsed.nodes;
    return vec_push(c->scratch, &c->parsed, parsed, UNITS_MAX);
}

static err unit_find(struct compiler *c, const char *name, const char *indent,
                     const struct place *at, size_t *out)
{
    for (size_t i = 0; i < c->units.n; i++) {
        const struct unit *u = &c->units.at[i];
        if (!text_same(u->name, name) || !text_same(u->indent, indent) || !place_same(&u->at, at) ||
            u->at.start != at->start)
            continue;
        *out = i;
        return ERR_OK;
    }
    ENSURE(c->units.n < UNITS_MAX, ERR_LIMIT, "too many templates");
    *out = c->units.n;
    return vec_push(c->scratch, &c->units, ((struct unit){name, indent, *at}), UNITS_MAX);
}

static err nodes_compile(struct compiler *c, struct builder *b, const struct node_list *nodes,
                         const struct filling *filling);

static err section_compile(struct compiler *c, struct builder *b, const struct node *node,
                           const struct filling *filling)
{
    struct template_build_mark mark;
    TRY(template_build_begin(b, node->kind == NODE_SECTION ? OP_SECTION : OP_INVERTED, node->name, &mark));
    TRY(nodes_compile(c, b, &node->children, filling));
    return template_build_end(b, &mark);
}

static err partial_compile(struct compiler *c, struct builder *b, const struct node *node)
{
    const struct template_source *source = source_find(c, node->name);
    ENSURE(source != NULL, ERR_INPUT, "there is no such partial");
    ENSURE(strlen(node->indent) <= INDENT_MAX, ERR_INPUT,
           "a partial that calls itself may not be indented");
    size_t unit;
    place_settle(&b->at);
    TRY(unit_find(c, source->name, node->indent, &b->at, &unit));
    return template_build_call(b, unit);
}

static err parent_compile(struct compiler *c, struct builder *b, const struct node *node,
                          const struct filling *filling)
{
    for (size_t i = 0; i < node->children.n; i++) {
        const struct node *child = &node->children.at[i];
        bool words =
            child->kind != NODE_BLOCK && child->kind != NODE_COMMENT && child->kind != NODE_TEXT;
        ENSURE(!words, ERR_INPUT, "in {{<layout}} stand blocks only");
    }
    struct node_list layout;
    TRY(nodes_of(c, node->name, "", &layout));
    struct filling inner = {node, filling};
    return nodes_compile(c, b, &layout, &inner);
}

static const struct node *filling_find(const struct filling *filling, const char *name)
{
    if (filling == NULL) return NULL;
    const struct node *outer = filling_find(filling->outer, name);
    if (outer != NULL) return outer;
    const struct node_list *children = &filling->parent->children;
    for (size_t i = 0; i < children->n; i++)
        if (children->at[i].kind == NODE_BLOCK && text_same(children->at[i].name, name))
            return &children->at[i];
    return NULL;
}

static err block_compile(struct compiler *c, struct builder *b, const struct node *node,
                         const struct filling *filling)
{
    const struct node *given = filling_find(filling, node->name);
    return nodes_compile(c, b, given == NULL ? &node->children : &given->children, filling);
}

static err node_compile(struct compiler *c, struct builder *b, const struct node *node,
                        const struct filling *filling)
{
    switch (node->kind) {
    case NODE_TEXT: return template_build_text(b, node->text);
    case NODE_VALUE: return template_build_value(b, node->name);
    case NODE_HTML: return template_build_html(b, node->name);
    case NODE_SECTION:
    case NODE_INVERTED: return section_compile(c, b, node, filling);
    case NODE_SENTENCE: return sentence_build(b, node, c->catalog);
    case NODE_PARTIAL: return partial_compile(c, b, node);
    case NODE_PARENT: return parent_compile(c, b, node, filling);
    case NODE_BLOCK: return block_compile(c, b, node, filling);
    case NODE_COMMENT: return ERR_OK;
    }
    FAIL(ERR_BUG, "a node of no known kind");
}

static err nodes_compile(struct compiler *c, struct builder *b, const struct node_list *nodes,
                         const struct filling *filling)
{
    ENSURE(++c->depth <= TEMPLATE_DEPTH_MAX, ERR_LIMIT, "templates are nested too deeply");
    for (size_t i = 0; i < nodes->n; i++) {
        const struct node *node = &nodes->at[i];
        TRY(problem_at(c, node->file, node->line, node_compile(c, b, node, filling)));
    }
    c->depth--;
    return ERR_OK;
}

static err unit_compile(struct compiler *c, const struct unit *unit, struct program **out)
{
    struct program *program = mem_new(c->ctx, struct program);
    ENSURE_MEM(program);
    MEM_SCOPE(building, NULL);
    struct builder b = {.ctx = building, .at = unit->at};
    struct node_list nodes;
    TRY(nodes_of(c, unit->name, unit->indent, &nodes));
    TRY(nodes_compile(c, &b, &nodes, NULL));
    place_settle(&b.at);
    err e =
        place_same(&b.at, &unit->at)
            ? ERR_OK
            : ERR_MAKE(ERR_INPUT, "a template must end in the place of the page where it began");
    TRY(problem_at(c, unit->name, 0, e));
    TRY(keep_program(c->keep, &b, program));
    *out = program;
    return ERR_OK;
}

static int source_order(const void *a, const void *b)
{
    const struct template_source *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static err sources_sort(struct compiler *c, const struct template_source *sources, size_t n)
{
    ENSURE(n <= SOURCES_MAX, ERR_LIMIT, "too many templates");
    struct template_source *sorted = mem_array(c->ctx, struct template_source, n + 1);
    ENSURE_MEM(sorted);
    for (size_t i = 0; i < n; i++) {
        sorted[i] = (struct template_source){mem_text(sorted, sources[i].name), sources[i].text};
        ENSURE_MEM(sorted[i].name);
    }
    if (n > 0) qsort(sorted, n, sizeof *sorted, source_order);
    for (size_t i = 1; i < n; i++) {
        bool twice = text_same(sorted[i - 1].name, sorted[i].name);
        TRY(problem_at(c, sorted[i].name, 0,
                       twice ? ERR_MAKE(ERR_INPUT, "two templates have the same name") : ERR_OK));
    }
    c->sources = sorted;
    c->sources_n = n;
    return ERR_OK;
}

static err compile_all(struct compiler *c, struct templates *set)
{
    set->names_n = c->sources_n;
    set->names = mem_array(set, const char *, c->sources_n + 1);
    ENSURE_MEM(set->names);
    const struct place text = {.kind = PLACE_TEXT};
    for (size_t i = 0; i < c->sources_n; i++) {
        size_t unit;
        set->names[i] = c->sources[i].name;
        TRY(unit_find(c, c->sources[i].name, "", &text, &unit));
    }
    struct {
        struct program **at;
        size_t n, room;
    } programs = {0};
    while (programs.n < c->units.n) {
        struct unit unit = c->units.at[programs.n]; /* a copy: the list grows */
        struct program *program;
        TRY(unit_compile(c, &unit, &program));
        TRY(vec_push(set, &programs, program, UNITS_MAX));
    }
    set->programs = programs.at;
    set->programs_n = programs.n;
    return ERR_OK;
}

err template_compile(mem *ctx, const struct template_source *sources, size_t n,
                     const struct catalog *catalog, struct templates **out,
                     struct template_problem *problem)
{
    MEM_SCOPE(scratch, NULL);
    if (problem != NULL) *problem = (struct template_problem){0};
    struct templates *set = mem_new(ctx, struct templates);
    ENSURE_MEM(set);
    struct compiler c = {.ctx = set, .scratch = scratch, .catalog = catalog, .problem = problem};
    err e = keep_new(set, scratch, &c.keep);
    if (!err_failed(e)) e = sources_sort(&c, sources, n);
    if (!err_failed(e)) e = compile_all(&c, set);
    if (err_failed(e)) {
        /* The name in the problem must outlive the set. */
        if (problem != NULL && problem->name != NULL)
            for (size_t i = 0; i < n; i++)
                if (strcmp(sources[i].name, problem->name) == 0) problem->name = sources[i].name;
        talloc_free(set);
        return e;
    }
    *out = set;
    return ERR_OK;
}
