/* compress.c - gzip by zlib. */
#include "http/compress.h"

#include <string.h>
#include <strings.h>

#include <zlib.h>

#define LEVEL 2 /* most of the gain for a third of the time */
#define GZIP_WINDOW (15 + 16)
#define MEMORY_LEVEL 8

static bool accepts(const char *accept)
{
    while (accept != NULL && *accept != '\0') {
        accept += strspn(accept, " \t,");
        size_t n = strcspn(accept, ",");
        size_t name = strcspn(accept, " \t;,");
        bool gzip = (name == 4 && strncasecmp(accept, "gzip", 4) == 0) || (name == 1 && *accept == '*');
        const char *q = memchr(accept, '=', n);
        bool none = q != NULL && q[1] == '0' && strspn(q + 1, "0.") == (size_t)(accept + n - q - 1);
        if (gzip) return !none;
        accept += n;
    }
    return false;
}

bool http_gzip_accepted(const struct http_request *rq) { return accepts(http_header(rq, "Accept-Encoding")); }

static void stream_end(z_stream *z) { (void)deflateEnd(z); }

err http_compress(const struct http_request *rq, struct http_response *rs)
{
    TRY(http_set_header(rs, "Vary", "Accept-Encoding"));
    if (rs->body.n < HTTP_COMPRESS_LEAST || rs->body.n > UINT32_MAX || !http_gzip_accepted(rq)) return ERR_OK;
    __attribute__((cleanup(stream_end))) z_stream z = {0};
    int made = deflateInit2(&z, LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL, Z_DEFAULT_STRATEGY);
    ENSURE(made != Z_MEM_ERROR, ERR_MEMORY, "out of memory");
    ENSURE(made == Z_OK, ERR_BUG, "zlib does not start");
    uint8_t *out = mem_array(rs->ctx, uint8_t, rs->body.n);
    ENSURE_MEM(out);
    z.next_in = (z_const Bytef *)(uintptr_t)rs->body.p;
    z.avail_in = (uInt)rs->body.n;
    z.next_out = out;
    z.avail_out = (uInt)rs->body.n;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END) return ERR_OK; /* not smaller: as it is */
    TRY(http_set_header(rs, "Content-Encoding", "gzip"));
    rs->body = bytes_of(out, z.total_out);
    return ERR_OK;
}
