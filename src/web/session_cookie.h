/* session_cookie.h - the cookies of signing in: the session itself, and the token by which a
 * browser is known again. */
#ifndef OPENTRM_WEB_SESSION_COOKIE_H
#define OPENTRM_WEB_SESSION_COOKIE_H

#include "domain/session.h"
#include "http/response.h"

#define SESSION_COOKIE "session"
#define DEVICE_COOKIE "device"

err session_cookie_begin(const struct http_request *rq, struct http_response *rs,
                         const struct session_start *start);
err session_cookie_end(const struct http_request *rq, struct http_response *rs);

#endif
