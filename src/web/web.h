/* web.h - the pages of a node: everything long-lived that they share, and the application that
 * http/server.h serves.
 *
 * Called by main (serve) and by the permission report. Templates are compiled once for each
 * language at start. Holds no rule of the domain and no key: whoever asks brings theirs in the
 * session cookie.
 */
#ifndef OPENTRM_WEB_WEB_H
#define OPENTRM_WEB_WEB_H

#include "http/router.h"

struct node;
struct web;

/* web_new: languages are those of data/locale (DIR/data overlays), English always. A catalog that
 * is wrong is left out and named in *problems (NULL if none), so that one typing error does not
 * keep an office from working. Owned by ctx. ERR_INPUT: a setting or a template is wrong. */
err web_new(mem *ctx, struct node *node, struct web **out, const char **problems);
/* web_app: for http_server_options. Lives as long as `web`. */
struct http_app web_app(struct web *web);
/* web_drain: /ready says no from now on. */
void web_drain(struct web *web);
/* web_report: a line for each route with the capability it needs. Owned by ctx. */
err web_report(mem *ctx, const char **out);

#endif
