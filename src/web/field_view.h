/* field_view.h - the fields of a section as the partial `fields` prints them: one flat list.
 *
 * Each item has one member that says what it is: group_start, group_end, repeat_start, item_start,
 * item_end, repeat_end, note or question; a question holds one of line, area, date, radios,
 * checkboxes, select, selects, tick, fixed.
 */
#ifndef OPENTRM_WEB_FIELD_VIEW_H
#define OPENTRM_WEB_FIELD_VIEW_H

#include "form/view.h"
#include "web/page.h"

/* What a page offers beside the fields. */
struct field_options {
    const struct form *form;
    const struct form_reading *reading;
    compartment_set
        several; /* compartments of the section: with one only, it is said once on the page */
    const struct view *directory; /* groups of contacts for a repeat that is filled from the directory;
                                NULL: none */
};

void put_fields(struct page *p, struct view *list, const struct form_fields *fields,
                const struct field_options *options);
/* field_id: of a path, for id= and #links: "children[0].name" is "children-0-name". Owned by the
 * request. */
const char *field_id(struct page *p, const char *path);
/* field_fault_id: where the link of an error leads: a date's first field, a choice's first. */
const char *field_fault_id(struct page *p, const struct answer_problem *problem);

#endif
