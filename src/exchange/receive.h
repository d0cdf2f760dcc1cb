/* receive.h - the endpoint that partners' nodes post to: verified, stored, and only then receipted.
 *
 * No key that opens anything is needed. What verifies and is new is stored in one transaction
 * (message, conversation, freezing after a withdrawal, audit line, the receipt itself), and the
 * signed receipt goes back in the same connection. Duplicates (design §8): a repeat gets the
 * stored, identical receipt; the same message id with another content is refused; an attempt that
 * failed leaves nothing behind, so a resend is as good as the first.
 *
 * Called by cli (serve), by tests. Source: RFC 4130; docs/protocol.md.
 */
#ifndef OPENTRM_EXCHANGE_RECEIVE_H
#define OPENTRM_EXCHANGE_RECEIVE_H

#include "domain/node.h"
#include "exchange/as2.h"
#include "http/router.h"

/* receive_post: what an incoming post is answered with. *status: 200 with a receipt (which may say
 * no), 400 without one for what is no AS2 message to us. Owned by ctx. Fails only if no receipt can
 * be made (out of memory). */
err receive_post(struct node *node, mem *ctx, const struct as2_post *post, int *status,
                 struct as2_post *answer);

/* receive_app: the one route, POST /as2, for http/server.h. */
struct http_app receive_app(struct node *node);

#endif
