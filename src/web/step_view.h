/* step_view.h - one step of a case's timeline, for the overview and the timeline itself. */
#ifndef OPENTRM_WEB_STEP_VIEW_H
#define OPENTRM_WEB_STEP_VIEW_H

#include "domain/conversation.h"
#include "web/page.h"

void put_step(struct page *p, struct view *o, const struct timeline_step *step);
/* step_class: a message's class as the templates know it ("referral"); "" for one of a later
 * version. */
void put_class(struct page *p, struct view *o, const char *key, const char *class_);

#endif
