/* template.h - pages: Mustache (https://github.com/mustache/spec) compiled at start, filled per request.
 *
 * Templates are compiled once for each language into a tree that never changes, shared by all threads.
 * Data is a tree of values (view.h). Everything is escaped, with no way round it for data:
 *
 *  {{name}} {{a.b}} {{.}}   escaped text. Null or missing: nothing. A list or object there: ERR_BUG.
 *  {{#s}}..{{/s}} {{^s}}..{{/s}}   false, null, "", 0, [] and missing are false.
 *  {{>partial}}             another template, indented as the tag is when it stands alone. It must exist.
 *  {{<layout}}{{$block}}..{{/block}}{{/layout}}   a page inside a layout (inheritance); not re-indented.
 *  {{!comment}}  {{=<% %>=}}
 *  {{{name}}}               only HTML that trusted code made (view_add_html). Anything else fails the page. No
 *                           {{&name}}.
 *
 * What is filled in is checked against its place when the template is compiled: a variable may stand in
 * text and in quoted attribute values; never in a tag, an unquoted value, a <script> or <style>. At the
 * start of a URL attribute (href, src, action, ...) its value must be a path, a fragment, a query or begin
 * with https:, http:, mailto: or tel:; else "#" is written. Further on in it the value is percent-encoded, so
 * href="/cases/{{code}}?q={{words}}" is right as it stands. A section or partial must end in the place of the
 * page where it began: not in another tag or value.
 *
 * Sentences are translated when the template is compiled:
 *
 *  {{#t}}Case {{code}} was opened.{{/t}}            msgid "Case {code} was opened."
 *  {{#t}}{{!context: verb}}Open{{/t}}               msgctxt "verb"
 *  {{#t}}{{n}} case{{!plural: n}}{{n}} cases{{/t}}  the form for the whole number n
 *  {{#t}}Read <a href="/help">the guide</a>.{{/t}}  msgid "Read <1>the guide</1>."
 *
 * Inside are only words, variables and elements; white space runs together. A translator places the
 * elements, by number, and can't write HTML. `t` is no data name.
 */
#ifndef OPENTRM_WEB_TEMPLATE_H
#define OPENTRM_WEB_TEMPLATE_H

#include "base/buf.h"
#include "base/messages.h"
#include "web/view.h"

#define TEMPLATE_DEPTH_MAX 48                    /* sections and partials in each other */
#define TEMPLATE_OUTPUT_MAX ((size_t)4 << 20)    /* bytes of a page; also give it to buf_init */

struct template_source {
    const char *name;  /* "case/timeline": what {{>case/timeline}} names */
    struct bytes text; /* must outlive nothing: it is copied */
};

struct template_problem {
    const char *name;  /* of the template */
    size_t line;       /* from 1 */
    const char *what;  /* literal */
};

struct templates;

/* template_compile: all templates of one language (catalog NULL: English). ERR_INPUT with the problem
 * filled in. Owned by ctx. */
err template_compile(mem *ctx, const struct template_source *sources, size_t n,
                     const struct catalog *catalog, struct templates **out,
                     struct template_problem *problem);

/* template_render: adds the page `name` to out. ERR_NOT_FOUND: no such template.
 * ERR_LIMIT: too deep, or over out's maximum (see also buf_done). */
err template_render(const struct templates *set, const char *name, const struct view *data, struct buf *out);

#endif
