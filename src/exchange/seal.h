/* seal.h - a part signed by the sending organisation and sealed to the receiving one.
 *
 * Sign first, then seal: part -> SignedData (DER) -> AuthEnvelopedData (DER). Opening turns it
 * round, then compares what is named inside, under the signature, with what the envelope and the
 * pinned cards said: so a part can't be lifted into another message, to another recipient, or into
 * another compartment.
 *
 * Called by whoever holds the organisation's keys for a moment (sending, settling). Pure: no store.
 */
#ifndef OPENTRM_EXCHANGE_SEAL_H
#define OPENTRM_EXCHANGE_SEAL_H

#include "crypto/cms.h"
#include "exchange/part.h"

/* part_seal: `key` and `signer` are the sending organisation's, `recipient` the receiving one's
 * certificate for part->compartment. */
err part_seal(mem *ctx, const struct part *part, const struct private_key *key,
              const struct certificate *signer, const struct certificate *recipient, msec at,
              struct bytes *out);

/* What the outside says; all of it must stand inside. */
struct seal_expected {
    struct id message, sender, recipient, conversation;
    enum compartment compartment;
    const char *type;
};

/* part_unseal: takes off the seal only: the inner SignedData, which is evidence. ERR_CRYPTO. */
err part_unseal(mem *ctx, struct bytes cms, const struct private_key *key,
                const struct certificate *certificate, struct bytes *inner);
/* part_verify: checks the inner signature against the pinned signing certificate of the sender,
 * valid at `at` (when it was received), reads the part and compares. ERR_CRYPTO: signature;
 * ERR_INPUT: not a part; ERR_PEER: it is another one than was announced. */
err part_verify(mem *ctx, struct bytes inner, const struct certificate *signer,
                const struct seal_expected *expected, msec at, struct part **out);
/* part_open: both. inner may be NULL. */
err part_open(mem *ctx, struct bytes cms, const struct private_key *key,
              const struct certificate *certificate, const struct certificate *signer,
              const struct seal_expected *expected, msec at, struct part **out,
              struct bytes *inner);

#endif
