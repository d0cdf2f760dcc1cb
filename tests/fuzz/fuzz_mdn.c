/* fuzz_mdn.c - what comes over HTTP: header fields, multipart/signed, and the report of a receipt,
 * with the signature left out of the way. */
#include "base/text.h"
#include "exchange/mdn.h"
#include "exchange/queue.h"
#include "fuzz.h"

#define MUST(cond) ((cond) ? (void)0 : __builtin_trap())

static const struct mdn_expected expected = {
    .from = "al", .to = "it", .original = "<a@b>", .mic = "AAAA, sha-256"};

static void try_report(mem *ctx, const struct mime_entity *report)
{
    struct mdn mdn = {0};
    if (err_failed(mdn_read(ctx, report, &expected, &mdn))) return;
    /* A receipt that says yes names our message and our bytes. */
    MUST(mdn.outcome != MDN_PROCESSED ||
         bytes_find(report->raw, bytes_text("AAAA"), 0) != SIZE_MAX);
    MUST(bytes_find(report->raw, bytes_text("<a@b>"), 0) != SIZE_MAX || report->child_count > 0);
    MUST(mdn_outcome_name(mdn.outcome) != NULL);
}

static void try_post(mem *ctx, struct bytes in)
{
    struct as2_post post = {0};
    struct as2_claim claim = {0};
    struct as2_signed parts = {0};
    struct mime_fields kept = {0};
    struct bytes text = {0};
    if (err_failed(queue_post_read(ctx, in, &post))) return;
    MUST(!err_failed(as2_headers_keep(ctx, post.headers, &kept)));
    err_ignore(as2_headers_write(ctx, kept, &text)); /* may be too long */
    if (!err_failed(as2_claim_read(ctx, post.headers, &claim)))
        MUST(claim.from[0] != '\0' && claim.to[0] != '\0' && claim.message_id[0] == '<');
    if (err_failed(as2_signed_read(ctx, &post, MDN_MOST, &parts))) return;
    MUST(parts.entity->raw.p >= in.p && parts.entity->raw.p + parts.entity->raw.n <= in.p + in.n);
    try_report(ctx, parts.entity);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MEM_SCOPE(ctx, NULL);
    struct bytes in = bytes_of(data, size);
    struct mime_entity *report = NULL;
    const char *text = NULL, *name = NULL, *again = NULL, *written = NULL;
    try_post(ctx, in);
    if (!err_failed(mime_read(ctx, in, &report))) try_report(ctx, report);
    if (err_failed(bytes_string(ctx, in, &text))) return 0;
    (void)as2_mic_same(text, "AAAA, sha-256");
    if (err_failed(as2_name_read(ctx, text, &name))) return 0;
    MUST(!err_failed(as2_name_write(ctx, name, &written)));
    MUST(!err_failed(as2_name_read(ctx, written, &again)) && text_same(name, again));
    return 0;
}
