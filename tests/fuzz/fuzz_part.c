/* fuzz_part.c - parts: what is read can be written, and reads the same again. */
#include "base/text.h"
#include "exchange/part.h"
#include "fuzz.h"

#define MUST(cond) ((cond) ? (void)0 : __builtin_trap())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MEM_SCOPE(ctx, NULL);
    struct part *part = NULL, *again = NULL;
    struct bytes mime = {0};
    if (err_failed(part_read(ctx, bytes_of(data, size), &part))) return 0;
    MUST(part_class_known(part->type));
    MUST(!err_failed(part_write(ctx, part, &mime)));
    MUST(!err_failed(part_read(ctx, mime, &again)));
    MUST(id_same(part->message, again->message) && id_same(part->in_reply_to, again->in_reply_to));
    MUST(part->compartment == again->compartment && part->at == again->at);
    MUST(bytes_equal(part->definition, again->definition) && bytes_equal(part->pdf, again->pdf));
    MUST(part->attachment_count == again->attachment_count);
    for (size_t i = 0; i < part->attachment_count; i++) {
        MUST(text_same(part->attachments[i].name, again->attachments[i].name));
        MUST(bytes_equal(part->attachments[i].content, again->attachments[i].content));
    }
    MUST(part->answers == again->answers || json_equal(part->answers, again->answers));
    MUST(part->body == again->body || json_equal(part->body, again->body));
    return 0;
}
