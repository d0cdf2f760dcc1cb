/* fuzz_card.c - the JSON of node cards, its signature left out of the way: what is taken can be
 * written and is then the same. */
#include "crypto/secret.h"
#include "exchange/card_json.h"
#include "fuzz.h"

#define MUST(cond) ((cond) ? (void)0 : __builtin_trap())
#define AT ((msec)1795504402000) /* when the corpus was made */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MUST(!err_failed(crypto_start()));
    MEM_SCOPE(ctx, NULL);
    struct bytes first = {0}, second = {0};
    struct card *card = NULL, *again = NULL;
    err_ignore(card_read(ctx, bytes_of(data, size), AT, &card)); /* only that it comes back */
    card = NULL;
    if (err_failed(card_json_read(ctx, bytes_of(data, size), AT, &card))) return 0;
    MUST(!err_failed(card_json_write(ctx, card, &first)));
    MUST(!err_failed(card_json_read(ctx, first, AT, &again)));
    MUST(!err_failed(card_json_write(ctx, again, &second)));
    MUST(bytes_equal(first, second));
    return 0;
}
