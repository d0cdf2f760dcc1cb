/* page_done.h - sentences that the next page says after something was done, by the key that the
 * cookie carries. */
#ifndef OPENTRM_WEB_PAGE_DONE_H
#define OPENTRM_WEB_PAGE_DONE_H

#include "web/page.h"

/* page_done_text: the English sentence, or NULL for a key that is none of ours. */
const char *page_done_text(const char *key);

/* page_error: the page for a failure, in the reader's language. Never reads the store. */
err page_error(struct web *web, struct http_request *rq, int status, const char *what,
               struct http_response *rs);

#endif
