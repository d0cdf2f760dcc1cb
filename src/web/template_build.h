/* template_build.h - writes the steps of one program, watching where in the page each stands.
 * Private to template_*.c.
 */
#ifndef OPENTRM_WEB_TEMPLATE_BUILD_H
#define OPENTRM_WEB_TEMPLATE_BUILD_H

#include "web/template_node.h"
#include "web/template_op.h"
#include "web/template_place.h"

#define PROGRAM_OPS_MAX 100000

struct builder {
    mem *ctx;
    struct {
        struct op *at;
        size_t n;
        size_t room;
    } ops;
    size_t joinable; /* text may be joined to a step from here on: no jump leads between */
    struct place at;
};

/* A section being written. */
struct template_build_mark {
    size_t op;
    struct place at;
};

err template_build_text(struct builder *b, struct bytes literal);
/* template_build_words: text that is no HTML yet: escaped first. */
err template_build_words(struct builder *b, struct bytes words);
err template_build_value(struct builder *b, const char *name);
err template_build_html(struct builder *b, const char *name);
err template_build_call(struct builder *b, size_t program);
/* template_build_begin, template_build_end: around what belongs to a section, OP_FORMS or OP_FORM. The place at the
 * end must be that at the begin. name may be NULL. */
err template_build_begin(struct builder *b, enum op_kind kind, const char *name, struct template_build_mark *mark);
err template_build_end(struct builder *b, const struct template_build_mark *mark);

/* sentence_build: a {{#t}} section in the language of the catalog. */
err sentence_build(struct builder *b, const struct node *sentence, const struct catalog *catalog);

/* sentence_text: what it says, as tools/messages.py must see it too. */
struct sentence_text {
    const char *context; /* or NULL */
    const char *one;
    const char *many;    /* NULL when there is no plural */
    const char *number;
};
err sentence_text(mem *ctx, const struct node *sentence, struct sentence_text *out);

/* html_escape: adds text with & < > " ' written as references. */
void html_escape(struct buf *out, const char *text, size_t n);

#endif
