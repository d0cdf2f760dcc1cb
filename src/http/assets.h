/* assets.h - styles, scripts and images out of the embedded table, compressed beforehand.
 *
 * Their address holds a hash of all of them: "/static/3f9c0a1b2c3d/app.css" may be kept for a year,
 * and changes when any of them does. Another hash there is answered all the same but must be asked for
 * again each time (ETag).
 */
#ifndef OPENTRM_HTTP_ASSETS_H
#define OPENTRM_HTTP_ASSETS_H

#include "base/embed.h"
#include "http/response.h"

#define HTTP_ASSETS_BASE_ROOM 32

/* http_assets_base: "/static/3f9c0a1b2c3d" without a slash behind: what templates put before names. */
void http_assets_base(const struct embed_table *table, char out[static HTTP_ASSETS_BASE_ROOM]);
/* http_assets_serve: answers for the route "/static/{hash}/{path}" (HTTP_HEX, HTTP_REST) with the file
 * "static/<path>" of the table: gzip when accepted, 304 for a matching If-None-Match. ERR_NOT_FOUND. */
err http_assets_serve(const struct embed_table *table, const struct http_request *rq,
                      struct http_response *rs);

#endif
