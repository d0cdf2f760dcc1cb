/* compress.h - bodies made for one reader, smaller on a poor line (RFC 9110 §12.5.3, RFC 1952).
 *
 * Only pages of our own, never what also holds words of a stranger beside a secret: the length of a compressed
 * page tells something about it (BREACH). Session cookies are SameSite=Strict, so no other site can make a reader's browser
 * ask for a page.
 *
 * Called by web. Files that do not change are compressed at build time (assets.h).
 */
#ifndef OPENTRM_HTTP_COMPRESS_H
#define OPENTRM_HTTP_COMPRESS_H

#include "http/response.h"

#define HTTP_COMPRESS_LEAST 1200 /* bytes: below, the packet is sent anyway */

/* http_gzip_accepted: is gzip in Accept-Encoding, not with q=0? */
bool http_gzip_accepted(const struct http_request *rq);
/* http_compress: replaces the body by its gzip where the reader takes it and it is smaller. */
err http_compress(const struct http_request *rq, struct http_response *rs);

#endif
