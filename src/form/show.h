/* show.h - a form, and what is wrong with one, as plain text for a terminal.
 *
 * Called by cli: `opentrm form show`, `opentrm form check`.
 */
#ifndef OPENTRM_FORM_SHOW_H
#define OPENTRM_FORM_SHOW_H

#include "form/definition.h"
#include "form/label.h"

/* form_show: sections, questions with type, choices, who fills them, compartment. Owned by ctx. */
err form_show(mem *ctx, const struct form *form, const struct form_reading *reading,
              const char **out);
/* form_problems_show: one line each: "survey.csv row 12 column relevant: ...". Owned by ctx. */
err form_problems_show(mem *ctx, const struct form_problems *problems, const char **out);

#endif
