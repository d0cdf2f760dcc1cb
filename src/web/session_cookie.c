/* session_cookie.c - sets and removes the cookies of signing in. */
#include "web/session_cookie.h"

#define DAY_SECONDS (24 * 60 * 60)

err session_cookie_begin(const struct http_request *rq, struct http_response *rs,
                         const struct session_start *start)
{
    /* The session ends with the browser; the store ends it earlier. */
    TRY(http_cookie_set(rq, rs,
                        &(struct http_cookie){SESSION_COOKIE, start->cookie, HTTP_STRICT, 0}));
    return http_cookie_set(rq, rs,
                           &(struct http_cookie){DEVICE_COOKIE, start->device, HTTP_STRICT,
                                                 SESSION_DEVICE_DAYS * DAY_SECONDS});
}

err session_cookie_end(const struct http_request *rq, struct http_response *rs)
{
    return http_cookie_set(rq, rs, &(struct http_cookie){SESSION_COOKIE, "", HTTP_STRICT, -1});
}
