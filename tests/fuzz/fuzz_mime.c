/* fuzz_mime.c - MIME: what is read lies inside what came, and each part read alone reads the same.
 */
#include "base/text.h"
#include "exchange/mime.h"
#include "fuzz.h"

#define MUST(cond) ((cond) ? (void)0 : __builtin_trap())

static void look(mem *ctx, struct bytes around, const struct mime_entity *entity)
{
    MUST(entity->raw.p >= around.p && entity->raw.p + entity->raw.n <= around.p + around.n);
    MUST(entity->child_count == 0 || text_starts(entity->type, "multipart/"));
    for (size_t i = 0; i < entity->child_count; i++) {
        struct mime_entity *alone = NULL;
        look(ctx, entity->raw, &entity->children[i]);
        MUST(!err_failed(mime_read(ctx, entity->children[i].raw, &alone)));
        MUST(alone->child_count == entity->children[i].child_count);
        MUST(bytes_equal(alone->content, entity->children[i].content));
        MUST(text_same(alone->type, entity->children[i].type));
        MUST(text_same(alone->file_name, entity->children[i].file_name));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MEM_SCOPE(ctx, NULL);
    struct bytes in = bytes_of(data, size);
    struct mime_entity *whole = NULL;
    struct mime_fields fields = {0};
    err_ignore(mime_fields_read(ctx, in, &fields)); /* only that it comes back */
    if (!err_failed(mime_read(ctx, in, &whole))) look(ctx, in, whole);
    return 0;
}
