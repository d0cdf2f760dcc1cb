/* counterpart.h - the question to whom, shared by choosing and by the preview that comes back to
 * it. */
#ifndef OPENTRM_WEB_COUNTERPART_H
#define OPENTRM_WEB_COUNTERPART_H

#include "domain/case.h"
#include "web/page.h"

/* put_counterpart_notes: what the person's age and wishes mean for the choice. */
err put_counterpart_notes(struct page *p, const struct casefile *c);
/* counterpart_ask_body: shows the page of bodies. */
err counterpart_ask_body(struct page *p, const char *country, const char *procedure);

#endif
