/* card_json.h - the JSON inside a node card. Private to card*.c. */
#ifndef OPENTRM_EXCHANGE_CARD_JSON_H
#define OPENTRM_EXCHANGE_CARD_JSON_H

#include "exchange/card.h"

/* card_json_write: canonical (base/json.h). Owned by ctx. */
err card_json_write(mem *ctx, const struct card *card, struct bytes *out);
/* card_json_read: strict. Organisations' certificates must be valid at `at` and for their use. */
err card_json_read(mem *ctx, struct bytes json, msec at, struct card **out);

#endif
