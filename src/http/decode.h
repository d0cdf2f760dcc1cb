/* decode.h - the small decodings that all parameters share. Private to http/.
 */
#ifndef OPENTRM_HTTP_DECODE_H
#define OPENTRM_HTTP_DECODE_H

#include "http/request.h"

/* decode_percent: a copy with %XX decoded, and "+" as a space if wanted. ERR_INPUT for a broken
 * escape, a zero byte or what is not UTF-8. */
err decode_percent(mem *ctx, struct bytes in, bool plus, const char **out);
/* decode_text: a copy of form text: CR LF and CR become LF, other control characters (a paste from
 * a word processor brings them) a space. ERR_INPUT for a zero byte or what is not UTF-8. */
err decode_text(mem *ctx, struct bytes in, const char **out);
/* name_check: of a field: text of one line, within HTTP_NAME_MAX (ERR_LIMIT). */
err name_check(const char *name);
/* header_parameter: the value of `name` in "form-data; name=\"x\"; filename=y" (RFC 9110 §5.6.6), a
 * copy owned by ctx; NULL when it is not there. ERR_INPUT when the header is broken. */
err header_parameter(mem *ctx, const char *header, const char *name, const char **out);
/* header_is: the value before the first ";" is `value`, in any case. */
bool header_is(const char *header, const char *value);

#endif
