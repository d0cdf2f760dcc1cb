/* put.h - filling in what a page shows: members of the objects that templates print.
 *
 * `o` is p->data or an object or list made here (borrowed, lives as long as the page). Failures
 * stick in the page. In a template a name that an inner object lacks is looked for further out, so
 * views put what is not there as NULL.
 */
#ifndef OPENTRM_WEB_PUT_H
#define OPENTRM_WEB_PUT_H

#include "web/page.h"

struct view *put_object(struct page *p, struct view *o, const char *key);
struct view *put_list(struct page *p, struct view *o, const char *key);
/* put_item: a new object at the end of a list. */
struct view *put_item(struct page *p, struct view *list);
/* put_words: a text at the end of a list. */
void put_words(struct page *p, struct view *list, const char *text);

void put_text(struct page *p, struct view *o, const char *key, const char *value); /* NULL: null */
void put_flag(struct page *p, struct view *o, const char *key, bool value);
void put_number(struct page *p, struct view *o, const char *key, int64_t value);
void put_nothing(struct page *p, struct view *o, const char *key);
/* put_is: "is_<name>": true, for texts that stand in the template by case. */
void put_is(struct page *p, struct view *o, const char *name);
/* put_said: `english` (MSG) in the reader's language. */
void put_said(struct page *p, struct view *o, const char *key, const char *english);
/* put_path: an address, as by printf. */
void put_path(struct page *p, struct view *o, const char *key, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Times in the node's zone and the reader's language; 0 is null. */
void put_day(struct page *p, struct view *o, const char *key, msec at);
void put_time(struct page *p, struct view *o, const char *key, msec at);
/* put_date: of "2027-01-31"; "" is null, anything else that is no day is shown as it is. */
void put_date(struct page *p, struct view *o, const char *key, const char *day);
void put_country(struct page *p, struct view *o, const char *key, const char *code);
/* put_language: the name of "sq"; what is no code is shown as it is. */
void put_language(struct page *p, struct view *o, const char *key, const char *code);

/* put_compartment: {"is_health": true} under `key`. put_compartments: a list of them. */
void put_compartment(struct page *p, struct view *o, const char *key, enum compartment c);
void put_compartments(struct page *p, struct view *o, const char *key, compartment_set set);

/* put_field: {"id", "value", "error"} of a field: what was posted, else `value`. Its id is its
 * name. */
struct view *put_field(struct page *p, struct view *o, const char *key, const char *name, const char *value);
/* put_choice: one of a field's choices: {"id", "value", "label", "checked"}; the first one's id is
 * the field's, so that a fault's link leads to it. `chosen` is used when nothing was posted. */
struct view *put_choice(struct page *p, struct view *choices, const char *name, const char *value,
                   const char *label, bool chosen);
/* put_date_parts: "parts" of a date in three fields NAME-day, NAME-month, NAME-year; `day` as
 * "2027-01-31" or "". */
void put_date_parts(struct page *p, struct view *field, const char *name, const char *day);
/* put_countries: all countries as choices, by name. */
void put_countries(struct page *p, struct view *choices, const char *chosen);

#endif
