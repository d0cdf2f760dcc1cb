/* text.h - text is UTF-8, NUL-terminated, without control characters.
 *
 * What comes from outside passes text_check once, at the border.
 */
#ifndef OPENTRM_BASE_TEXT_H
#define OPENTRM_BASE_TEXT_H

#include "base/bytes.h"

/* text_valid_utf8: well-formed UTF-8 (no surrogates, no overlong forms), no NUL. */
bool text_valid_utf8(struct bytes in);
/* text_check: ERR_INPUT unless valid UTF-8 with no control characters but tab, CR, LF;
 * ERR_LIMIT over max_bytes. */
err text_check(struct bytes in, size_t max_bytes);
/* text_trim: a copy without white space at both ends. */
err text_trim(mem *ctx, const char *in, const char **out);
/* text_cut: a copy of at most max_bytes, cut between characters, for messages. NULL when there is no
 * memory. */
const char *text_cut(mem *ctx, const char *in, size_t max_bytes);
/* text_same: equal C strings; NULL equals only NULL. */
bool text_same(const char *a, const char *b);
/* text_same_nocase: equal but for ASCII case (header names, hosts). */
bool text_same_nocase(const char *a, const char *b);
/* text_empty: NULL or "". */
bool text_empty(const char *s);
bool text_starts(const char *s, const char *prefix);
bool text_ends(const char *s, const char *suffix);
/* text_identifier: 1 to 64 of [A-Za-z0-9_-], first a letter or digit: names of forms, fields,
 * languages, slugs. */
bool text_identifier(const char *s);

/* text_split: the next piece of `*rest` up to `separator` (a copy owned by ctx), or NULL at the
 * end; `*rest` moves on. Empty pieces are skipped. */
err text_split(mem *ctx, const char **rest, char separator, const char **piece);

/* text_number: a whole decimal number, nothing else around it. */
err text_number(const char *s, int64_t *out);

#endif
