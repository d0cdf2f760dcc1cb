/* assets.c - serving files out of the embedded table. */
#include "http/assets.h"

#include <string.h>

#include "base/text.h"
#include "http/compress.h"

#define HASH_SHOWN 12

void http_assets_base(const struct embed_table *table, char out[static HTTP_ASSETS_BASE_ROOM])
{
    static const char PREFIX[] = "/static/";
    memcpy(out, PREFIX, sizeof PREFIX - 1);
    size_t n = strnlen(table->hash, HASH_SHOWN); /* none in a test's empty table */
    memcpy(out + sizeof PREFIX - 1, table->hash, n);
    out[sizeof PREFIX - 1 + n] = '\0';
}

/* If-None-Match: a list of tags, or "*" (RFC 9110 §13.1.2). */
static bool tag_matches(const char *header, const char *tag)
{
    if (header == NULL) return false;
    return text_same(header, "*") || strstr(header, tag) != NULL;
}

err http_assets_serve(const struct embed_table *table, const struct http_request *rq,
                      struct http_response *rs)
{
    const char *hash = http_parameter(rq, "hash"), *path = http_parameter(rq, "path");
    ENSURE(hash != NULL && path != NULL, ERR_BUG, "the route of static files lacks its parameters");
    const char *name = talloc_asprintf(rq->ctx, "static/%s", path);
    ENSURE_MEM(name);
    const struct embed_file *file = embed_find(table, name);
    ENSURE(file != NULL, ERR_NOT_FOUND, "there is no such file");
    bool current = strlen(hash) == HASH_SHOWN && strncmp(hash, table->hash, HASH_SHOWN) == 0;
    bool zipped = file->gzip.n > 0 && http_gzip_accepted(rq);
    const char *tag = talloc_asprintf(rs->ctx, "\"%.32s%s\"", file->hash, zipped ? "-gz" : "");
    ENSURE_MEM(tag);
    TRY(http_set_header(rs, "ETag", tag));
    TRY(http_set_header(rs, "Vary", "Accept-Encoding"));
    TRY(http_cache(rs, current ? "public, max-age=31536000, immutable" : "no-cache"));
    if (tag_matches(http_header(rq, "If-None-Match"), tag)) {
        rs->status = 304;
        return ERR_OK;
    }
    if (zipped) TRY(http_set_header(rs, "Content-Encoding", "gzip"));
    return http_reply(rs, 200, file->mime, zipped ? file->gzip : file->content);
}
