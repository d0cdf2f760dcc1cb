/* procedure_view.h - the five procedures of the mechanism, and interpretation, in words. */
#ifndef OPENTRM_WEB_PROCEDURE_VIEW_H
#define OPENTRM_WEB_PROCEDURE_VIEW_H

#include <stddef.h>

/* procedure_text: the English name (MSG) of a code; the code itself for one of a later version.
 * NULL is "". */
const char *procedure_text(const char *code);
/* procedure_at: the codes in the order of the report (Table 2); NULL behind the last. */
const char *procedure_at(size_t i);

#endif
