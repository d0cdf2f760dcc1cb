/* strict.h - JSON from a partner against a table: every member known, of its type, within its
 * length.
 *
 * Used by part, envelope and card. A table row is a line of docs/protocol.md. An unknown member is
 * refused: what a node does not understand it must not pass on, show, or be led by.
 */
#ifndef OPENTRM_EXCHANGE_STRICT_H
#define OPENTRM_EXCHANGE_STRICT_H

#include "base/id.h"
#include "base/json.h"

enum strict_kind {
    STRICT_TEXT,     /* UTF-8 without control characters but tab, CR, LF; 1 to `most` bytes */
    STRICT_WORDS,    /* the same, or empty */
    STRICT_SLUG,     /* base/text.h text_identifier */
    STRICT_LANGUAGE, /* BCP 47: letters and digits in groups of 1 to 8, first letters only */
    STRICT_COUNTRY,  /* two capital letters */
    STRICT_ID,       /* UUID */
    STRICT_TIME,     /* "2026-11-24T05:57:00Z", exactly so */
    STRICT_HASH,     /* 64 lower-case hexadecimal digits */
    STRICT_NUMBER,   /* whole, 0 to 2^53 - 1 */
    STRICT_FLAG,     /* true or false */
    STRICT_OBJECT,   /* anything inside: checked by another table, or by its reader */
    STRICT_ARRAY,    /* 1 to `most` items */
    STRICT_LIST      /* an array of 0 to `most` slugs */
};

struct strict_member {
    const char *name;
    enum strict_kind kind;
    bool required;
    size_t most;
};

/* strict_object: ERR_INPUT unless value is an object that fits the table. */
err strict_object(const json_t *value, const struct strict_member *members, size_t n);

/* Reading what was checked. A member that is missing gives NULL, an unset id, or 0. */
const char *strict_text(const json_t *object, const char *name);
struct id strict_id(const json_t *object, const char *name);
msec strict_time(const json_t *object, const char *name);

/* strict_hold: the reference of `value` is given back when ctx ends (also if this fails). */
err strict_hold(mem *ctx, json_t *value);

/* Writing. A NULL text, unset id or 0 is left out. */
err strict_put_text(json_t *object, const char *name, const char *value);
err strict_put_id(json_t *object, const char *name, struct id value);
err strict_put_time(json_t *object, const char *name, msec value);

#endif
