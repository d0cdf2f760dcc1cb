/* queue.h - a post as the bytes that wait in the delivery queue: header fields, empty line, body (a MIME file).
 *
 * Called by outgoing (writing), deliver (reading), incoming and evidence (reading).
 */
#ifndef OPENTRM_EXCHANGE_QUEUE_H
#define OPENTRM_EXCHANGE_QUEUE_H

#include "exchange/as2.h"

err queue_post_write(mem *ctx, const struct as2_post *post, struct bytes *out);
/* queue_post_read: refers to `in`, which must live as long. */
err queue_post_read(mem *ctx, struct bytes in, struct as2_post *out);

#endif
