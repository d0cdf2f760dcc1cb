/* csrf.h - a form that another site made is refused.
 *
 * Two checks, both needed: the token of the session in the field "csrf" (or the header "X-CSRF-Token"
 * for scripts), compared in constant time; and what the browser says of the origin. Called by the
 * router only.
 */
#ifndef OPENTRM_HTTP_CSRF_H
#define OPENTRM_HTTP_CSRF_H

#include "http/response.h"

#define HTTP_CSRF_FIELD "csrf"

/* http_csrf_check: ERR_DENIED unless the request carries `token` and comes from a page of this origin:
 * Sec-Fetch-Site "same-origin" or "none" when there is one; else Origin, if there is one and it is not
 * "null", must be our scheme and Host. ("null" is what a browser sends under Referrer-Policy: no-referrer.) */
err http_csrf_check(const struct http_request *rq, const char *token);
/* http_csrf_origin_check: the second of the two only. */
err http_csrf_origin_check(const struct http_request *rq);

/* For visitors without a session (the sign-in form): a random token in a cookie "visitor", repeated in
 * the form (double submit). http_csrf_visitor: the cookie's token, or NULL when there is none or it is no
 * token of ours. http_csrf_visitor_set: makes a new one, sets the cookie, returns the token. */
const char *http_csrf_visitor(const struct http_request *rq);
err http_csrf_visitor_set(const struct http_request *rq, struct http_response *rs, const char **token);

#endif
