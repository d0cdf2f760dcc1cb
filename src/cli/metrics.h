/* metrics.h - a listener for this machine only: metrics in Prometheus' text format, and /live and /ready, which answer
 * until the very end.
 *
 * Called by serve. Numbers about the program, its queues and its partners' nodes; never a person, a case, an address, a
 * path. What a scrape could tell about one message is coarse: a partner's last contact is given to the hour.
 */
#ifndef OPENTRM_CLI_METRICS_H
#define OPENTRM_CLI_METRICS_H

#include "domain/node.h"
#include "http/server.h"

struct metrics;

/* metrics_start: owned by ctx, ends with it. ERR_INPUT for an address that is not this machine's loopback. */
err metrics_start(mem *ctx, const char *address, uint16_t port, struct node *node, const char *version,
                  struct metrics **out);
/* metrics_servers: call before anybody asks for more than /live. */
void metrics_servers(struct metrics *metrics, const struct http_server *pages, const struct http_server *exchange);
/* metrics_drain: /ready says no from now on. */
void metrics_drain(struct metrics *metrics);

#endif
