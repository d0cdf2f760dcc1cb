/* template_keep.h - what compiled templates are made of, each text and each name once, without room to spare. Private to template_*.c.
 *
 * Pages share a layout and partials, so most of what they say is the same: three languages took 11 MB, and take 2.
 */
#ifndef OPENTRM_WEB_TEMPLATE_KEEP_H
#define OPENTRM_WEB_TEMPLATE_KEEP_H

#include "web/template_build.h"

struct keep;

/* keep_new: texts go to `stays`; the table that finds them again to `scratch`. */
err keep_new(mem *stays, mem *scratch, struct keep **out);
/* keep_program: the steps of a builder as they stay. Its own memory may go then. */
err keep_program(struct keep *k, const struct builder *b, struct program *out);

#endif
