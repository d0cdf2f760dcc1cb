/* template_place.h - where in an HTML page a piece of a template stands, so that the compiler knows
 * how a variable there must be written, or that none may stand there.
 *
 * A scanner of the literal text of templates, after the HTML standard's tokenizer (§13.2.5) as far
 * as it matters here: text, tags, attributes, quoted values, comments, script and style.
 */
#ifndef OPENTRM_WEB_TEMPLATE_PLACE_H
#define OPENTRM_WEB_TEMPLATE_PLACE_H

#include "base/bytes.h"

enum place_kind {
    PLACE_TEXT,
    PLACE_TAG_NAME,  /* behind "<" */
    PLACE_TAG,       /* between attributes */
    PLACE_ATTRIBUTE, /* in an attribute's name */
    PLACE_EQUALS,    /* behind "=" */
    PLACE_BARE,      /* in an unquoted value */
    PLACE_QUOTED,    /* in a quoted value */
    PLACE_COMMENT,
    PLACE_RAW /* in script or style */
};

enum place_attribute {
    ATTRIBUTE_PLAIN,
    ATTRIBUTE_URL,
    ATTRIBUTE_CLOSED /* no variables: on..., style */
};

#define PLACE_NAME_ROOM 16

struct place {
    enum place_kind kind;
    enum place_attribute attribute;
    char quote;                 /* of the value */
    bool start;                 /* nothing of the value stands before, as far as we know */
    bool closing;               /* an end tag */
    char name[PLACE_NAME_ROOM]; /* of the tag or attribute being read, small letters, cut */
    size_t name_n;
    char raw[PLACE_NAME_ROOM]; /* "script" or "style" behind such a tag; what ends PLACE_RAW */
    size_t seen;               /* characters of the end of a comment or raw text met so far */
};

/* How a variable is written. */
enum place_writing {
    WRITE_ESCAPED,
    WRITE_URL /* checked, escaped */,
    WRITE_URL_PART /* percent-encoded */
};

/* place_read: moves over literal text. */
void place_read(struct place *at, struct bytes text);
/* place_value: how to write a variable here, and moves behind it. ERR_INPUT where none may stand.
 */
err place_value(struct place *at, enum place_writing *how);
/* place_html: ERR_INPUT unless HTML of trusted code may stand here: in text. */
err place_html(const struct place *at);
/* place_settle: before a section, partial or block begins or ends: a name is complete then. */
void place_settle(struct place *at);
/* place_same: a section that began in a must end in b. */
bool place_same(const struct place *a, const struct place *b);

#endif
