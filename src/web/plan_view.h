/* plan_view.h - a plan of domain/referral.h as the page `preview` shows it: what stops, what goes,
 * what stays and why. */
#ifndef OPENTRM_WEB_PLAN_VIEW_H
#define OPENTRM_WEB_PLAN_VIEW_H

#include "domain/referral.h"
#include "web/page.h"

void put_plan(struct page *p, const struct referral_plan *plan, const char *case_code);

#endif
