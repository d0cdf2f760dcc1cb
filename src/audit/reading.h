/* reading.h - which session read which case lately: a table of fixed size, so that turning pages of
 * one case writes one line a minute and not one a page. Used by audit.c only.
 */
#ifndef OPENTRM_AUDIT_READING_H
#define OPENTRM_AUDIT_READING_H

#include "base/id.h"

struct readings;

err readings_open(mem *ctx, struct readings **out);
/* readings_fresh: was it added less than `span` before now? */
bool readings_fresh(struct readings *r, struct bytes session, struct id case_id, msec now,
                    msec span);
void readings_add(struct readings *r, struct bytes session, struct id case_id, msec now);

#endif
