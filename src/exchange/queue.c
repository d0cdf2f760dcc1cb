/* queue.c - posts as one MIME file. */
#include "exchange/queue.h"

static const char END_OF_HEADERS[] = "\r\n\r\n";

err queue_post_write(mem *ctx, const struct as2_post *post, struct bytes *out)
{
    struct bytes headers;
    struct buf b;
    TRY(as2_headers_write(ctx, post->headers, &headers));
    buf_init(&b, ctx, AS2_MOST + headers.n + 2);
    buf_add_bytes(&b, headers);
    buf_add_text(&b, "\r\n");
    buf_add_bytes(&b, post->body);
    return buf_done(&b, out);
}

err queue_post_read(mem *ctx, struct bytes in, struct as2_post *out)
{
    size_t end = bytes_find(in, bytes_text(END_OF_HEADERS), 0);
    ENSURE(end != SIZE_MAX, ERR_STORE, "a stored message has no header fields");
    struct as2_post post;
    TRY(as2_headers_read(ctx, bytes_of(in.p, end + 2), &post.headers));
    post.body = bytes_of(in.p + end + 4, in.n - end - 4);
    *out = post;
    return ERR_OK;
}
