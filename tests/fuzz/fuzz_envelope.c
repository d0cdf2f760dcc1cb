/* fuzz_envelope.c - envelopes: what is read can be written, and reads the same again. */
#include "exchange/envelope.h"
#include "fuzz.h"

#define MUST(cond) ((cond) ? (void)0 : __builtin_trap())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MEM_SCOPE(ctx, NULL);
    struct envelope *envelope = NULL, *again = NULL;
    struct bytes first = {0}, second = {0};
    if (err_failed(envelope_read(ctx, bytes_of(data, size), &envelope))) return 0;
    MUST(envelope->part_count >= 1 && envelope->part_count <= COMPARTMENTS);
    MUST(!err_failed(envelope_write(ctx, envelope, &first)));
    MUST(!err_failed(envelope_read(ctx, first, &again)));
    MUST(!err_failed(envelope_write(ctx, again, &second)));
    MUST(bytes_equal(first, second));
    return 0;
}
