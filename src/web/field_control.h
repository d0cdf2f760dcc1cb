/* field_control.h - the part of a question that takes the answer. For field_view.c. */
#ifndef OPENTRM_WEB_FIELD_CONTROL_H
#define OPENTRM_WEB_FIELD_CONTROL_H

#include "form/view.h"
#include "web/page.h"

/* More choices than this are a list to pull down. */
#define FIELD_CHOICES_SHOWN 15

/* put_control: one of the members line, area, date, radios, checkboxes, select, selects, tick,
 * fixed, with what it needs. `other` is the text that goes with the last choice, or NULL. */
void put_control(struct page *p, struct view *o, const struct form_field *f,
                 const struct form_field *other);
/* field_problem_text: in the reader's language, or as near as the form has it; NULL for none. */
const char *field_problem_text(const struct page *p, const struct answer_problem *problem);

#endif
