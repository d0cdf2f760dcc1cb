/* value.h - one answer: from text as typed to JSON of its type, and is the JSON right.
 *
 * Called by check.c, input.c, view.c and build. The messages are English literals; the faces
 * translate them.
 */
#ifndef OPENTRM_FORM_VALUE_H
#define OPENTRM_FORM_VALUE_H

#include "base/json.h"
#include "form/definition.h"

/* The parts of a date or time as typed into fields of their own; NULL or "" where empty. */
struct value_parts {
    const char *day, *month, *year, *hour, *minute;
};

/* value_parse: the JSON for what was typed (a new reference for the caller), NULL when it is empty.
 * When it is not understood, *message is a sentence, *value is NULL. `typed` is UTF-8 of any length.
 * Not for select_multiple, file, calculate. */
err value_parse(const struct form_item *item, struct bytes typed, json_t **value,
                const char **message);
/* value_parse_parts: the same for date, time, dateTime in fields of their own. */
err value_parse_parts(const struct form_item *item, const struct value_parts *parts,
                      json_t **value, const char **message);

/* value_clean: an answer from anywhere, in its canonical shape (a new reference), NULL when it is
 * empty. `{"raw": ...}` is parsed again, and stays raw with a message when it still fails.
 * With a message and *value NULL it can't be kept at all. */
err value_clean(const struct form_item *item, const json_t *given, json_t **value,
                const char **message);

/* value_raw: what was typed, when the answer is {"raw": ...}; NULL otherwise. Borrowed. */
const json_t *value_raw(const struct form_item *item, const json_t *value);
/* value_raw_new: {"raw": text}, {"raw": {"day": ...}}. */
err value_raw_new(const char *typed, json_t **out);
err value_raw_parts(const struct value_parts *parts, json_t **out);
/* value_empty: NULL, null, "" or []. */
bool value_empty(const json_t *value);

/* value_date / value_time: the parts of a text as stored; ERR_INPUT. A dateTime has both. */
struct value_moment {
    int year, month, day, hour, minute;
    bool has_date, has_time;
};
err value_moment(enum form_type type, const char *text, struct value_moment *out);

/* value_show: an answer as text: numbers in digits, dates as stored, what was typed and not understood as
 * typed, a file by its name, "" for none. Of a select_multiple: the names with spaces. Owned by ctx or
 * borrowed. */
err value_show(mem *ctx, const struct form_item *item, const json_t *value, const char **out);
/* value_parts_of: a date, time or dateTime for fields of their own, also when it is raw. "" if none. */
err value_parts_of(mem *ctx, const struct form_item *item, const json_t *value,
                   struct value_parts *out);

/* value_decimal: "-12.5" as a number: digits with at most one point; no exponent, no hexadecimal. */
bool value_decimal(const char *text, double *out);

#endif
