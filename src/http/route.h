/* route.h - the route table as the router keeps it. Private to http/.
 */
#ifndef OPENTRM_HTTP_ROUTE_H
#define OPENTRM_HTTP_ROUTE_H

#include "http/router.h"

#define ROUTE_SEGMENTS 12
#define ROUTES_MAX 1000

struct segment {
    struct bytes text;                      /* literal, or "{name}" */
    const struct http_parameter *parameter; /* NULL: literal */
};

struct compiled {
    const struct http_route *route;
    struct segment segments[ROUTE_SEGMENTS];
    size_t n;
};

struct http_router {
    struct http_app app;
    struct compiled *compiled;
    size_t n;
};

/* route_kind_name: "code", "id", ... for the report. */
const char *route_kind_name(enum http_parameter_kind kind);

#endif
