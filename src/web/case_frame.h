/* case_frame.h - what all pages of a case share: the case itself, the identity bar, the tabs.
 *
 * The bar keeps the person in view; it shows only what the actor's keys open.
 */
#ifndef OPENTRM_WEB_CASE_FRAME_H
#define OPENTRM_WEB_CASE_FRAME_H

#include "domain/case.h"
#include "web/page.h"

enum case_tab { TAB_OVERVIEW, TAB_FACTS, TAB_CONSENT, TAB_TIMELINE, TAB_NONE };

/* case_begin: page_begin, the case of the parameter "code", bar and tabs. TAB_NONE: a page with a
 * way back instead, to the case itself unless the view puts another "back". */
err case_begin(void *app, struct http_request *rq, struct http_response *rs, enum case_tab tab,
               struct page *p, struct casefile **out);
/* case_damaged: says on the page, and in the log by the case's id, which parts of the case can't be read, if any: those
 * that were left out of it, its consents, its messages. */
void case_damaged(struct page *p, const struct casefile *c, bool consents, bool messages);
/* case_form: the form of the parameter "form". ERR_NOT_FOUND. */
err case_form(struct page *p, const struct form **out);
/* case_reading: labels in the reader's language. */
struct form_reading case_reading(const struct page *p, const struct form *form);

/* put_roles: "Country of exploitation, country of origin" of party bits. */
void put_roles(struct page *p, struct view *o, const char *key, unsigned roles);

#endif
