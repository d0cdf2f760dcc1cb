/* routes.h - the one table of routes, and the questions that the router asks the pages. */
#ifndef OPENTRM_WEB_ROUTES_H
#define OPENTRM_WEB_ROUTES_H

#include "http/router.h"

const struct http_route *routes_all(size_t *n);

/* As `struct http_app` wants them. */
err routes_admit(void *app, struct http_request *rq, struct http_response *rs, bool *answered);
const char *routes_csrf_token(void *app, const struct http_request *rq);
err routes_error(void *app, struct http_request *rq, int status, const char *what,
                 struct http_response *rs);
const char *routes_capability_name(int capability);

#endif
