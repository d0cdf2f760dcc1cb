/* template_node.h - a template as written: the tree between the reader of Mustache's syntax and the
 * compiler. Private to template_*.c.
 */
#ifndef OPENTRM_WEB_TEMPLATE_NODE_H
#define OPENTRM_WEB_TEMPLATE_NODE_H

#include "base/vec.h"
#include "web/template.h"

enum node_kind {
    NODE_TEXT,
    NODE_VALUE,    /* {{name}} */
    NODE_HTML,     /* {{{name}}} */
    NODE_SECTION,  /* {{#name}} */
    NODE_INVERTED, /* {{^name}} */
    NODE_SENTENCE, /* {{#t}} */
    NODE_PARTIAL,  /* {{>name}} */
    NODE_PARENT,   /* {{<name}} */
    NODE_BLOCK,    /* {{$name}} */
    NODE_COMMENT   /* {{!text}}: read inside of sentences only */
};

struct node;
struct node_list {
    struct node *at;
    size_t n;
    size_t room;
};

struct node {
    enum node_kind kind;
    struct bytes text; /* literal text, or of a comment */
    const char *name;
    const char *indent; /* of a partial that stands alone on its line */
    const char *file;   /* the template it stands in */
    size_t line;
    struct node_list children;
};

#define TEMPLATE_SOURCE_MAX ((size_t)1 << 20)
#define TEMPLATE_NODES_MAX 100000

/* template_parse: the nodes of `text`; views into it, the rest owned by ctx. ERR_INPUT or ERR_LIMIT
 * with *line set. */
err template_parse(mem *ctx, const char *file, struct bytes text, struct node_list *out,
                   size_t *line);

#endif
