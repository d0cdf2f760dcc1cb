/* client.h - one HTTPS POST to a partner's node (libcurl).
 *
 * The server must prove to hold the key of the partner's pinned transport certificate; no
 * certificate authority is asked. No redirects, no proxies from the environment, no cookies, no
 * other protocols, no reused connection state between partners. Every wait has a limit.
 *
 * Called by deliver. Never logs and never retries: the queue does.
 */
#ifndef OPENTRM_EXCHANGE_CLIENT_H
#define OPENTRM_EXCHANGE_CLIENT_H

#include <stdatomic.h>

#include "crypto/certificate.h"
#include "exchange/as2.h"

struct client_limits {
    msec connect; /* until TLS stands */
    msec total;   /* for everything */
    size_t reply; /* bytes of the answer's body */
};

/* client_post: sends post to url. ERR_IO: not reached, cut off, too slow; ERR_PEER: the server is
 * another than the pinned one; ERR_LIMIT: the answer is too large; ERR_INPUT: not an https URL. Any
 * HTTP status is a success here. stop: set by another thread to give up at once (ERR_BUSY); may be
 * NULL. The answer is owned by ctx. */
err client_post(mem *ctx, const char *url, const struct certificate *server,
                const struct as2_post *post, const struct client_limits *limits,
                const atomic_bool *stop, int *status, struct as2_post *answer);

#endif
