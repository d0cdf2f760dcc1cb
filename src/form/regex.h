/* regex.h - regular expressions for regex(), by ICU, with a limit on the work of a match.
 *
 * The whole text must match, as in ODK. ICU backtracks; a pattern that would take too long on some text
 * is given up after a fixed number of steps and does not match. Patterns are literals of the form, compiled
 * when it is loaded and shared by all threads.
 */
#ifndef OPENTRM_FORM_REGEX_H
#define OPENTRM_FORM_REGEX_H

#include "base/bytes.h"

#define REGEX_PATTERN_MAX 512 /* bytes */

struct regex;

/* regex_compile: ERR_INPUT if the pattern is none. *out belongs to ctx. */
err regex_compile(mem *ctx, const char *pattern, const struct regex **out);
/* regex_matches: false also when the limit was met. `text` is valid UTF-8. */
err regex_matches(const struct regex *regex, const char *text, bool *out);

#endif
