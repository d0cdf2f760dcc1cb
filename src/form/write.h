/* write.h - a form as JSON, the way it travels inside a message, and back.
 *
 * Canonical: sorted keys, no white space, no defaults written out. The hash of a form is the SHA-256
 * of these bytes, whether it was loaded from CSV or from JSON.
 */
#ifndef OPENTRM_FORM_WRITE_H
#define OPENTRM_FORM_WRITE_H

#include "form/definition.h"

#define FORM_JSON_MAX (8u * 1024 * 1024)

/* form_to_json: the canonical bytes. Owned by ctx. */
err form_to_json(mem *ctx, const struct form *form, struct bytes *out);
/* form_from_json: checked like a CSV; ERR_INPUT with what is wrong in `problems` (the row is that
 * of the list "survey" or "choices", the first is 2 as in a spreadsheet). */
err form_from_json(mem *ctx, struct bytes json, struct form_problems *problems,
                   const struct form **out);

#endif
