/* template_op.h - a compiled template: a flat list of steps. Private to template_*.c.
 *
 * A section is one step that names the step behind its end, so the renderer runs ranges of the
 * list.
 */
#ifndef OPENTRM_WEB_TEMPLATE_OP_H
#define OPENTRM_WEB_TEMPLATE_OP_H

#include "web/template.h"

enum op_kind {
    OP_TEXT,     /* literal */
    OP_VALUE,    /* escaped */
    OP_URL,      /* checked, escaped: the start of a URL attribute */
    OP_URL_PART, /* percent-encoded: further on in it */
    OP_HTML,     /* a handle of template_html */
    OP_SECTION,  /* steps up to `to`, for each item */
    OP_INVERTED, /* steps up to `to`, when false */
    OP_CALL,     /* another program: `to` */
    OP_FORMS, /* `count` OP_FORM follow; one is chosen by the number at `path`; then goes on at `to`
               */
    OP_FORM   /* steps up to `to` */
};

/* a.b.c; no keys: the value itself */
struct path {
    size_t n;
    struct path_key {
        const char *text;
        size_t n;
    } keys[8];
};

struct op {
    enum op_kind kind;
    uint32_t to;
    union {
        struct bytes text;
        struct {
            const struct path *path;
            const struct catalog *catalog; /* whose plural rule */
            size_t count;
        };
    };
};

struct program {
    struct op *ops;
    size_t n;
};

struct templates {
    const char **names; /* sorted; programs[i] is the page names[i] */
    size_t names_n;
    struct program **programs; /* pages first, then what they call */
    size_t programs_n;
};

#endif
