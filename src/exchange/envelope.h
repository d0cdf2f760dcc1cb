/* envelope.h - what nodes may see of a message: application/vnd.opentrm.envelope+json (design §8).
 *
 * A random conversation handle, the class, when it is due, which organisations, and the sealed
 * parts. So nodes route to the right inbox, remind, raise alarms and freeze withdrawn data without
 * reading. A member that is not described in docs/protocol.md refuses the envelope: nothing can
 * leak by one.
 *
 * Called by as2 users (sending, receiving). Knows no keys.
 */
#ifndef OPENTRM_EXCHANGE_ENVELOPE_H
#define OPENTRM_EXCHANGE_ENVELOPE_H

#include "base/bytes.h"
#include "base/compartment.h"
#include "base/id.h"

#define ENVELOPE_TYPE "application/vnd.opentrm.envelope+json"
#define ENVELOPE_MOST ((size_t)32 << 20) /* bytes of the JSON text */

struct envelope_part {
    enum compartment compartment;
    struct bytes cms; /* AuthEnvelopedData, DER */
};

struct envelope {
    struct id conversation; /* random, UUIDv4: shared by both nodes */
    struct id message;      /* the same as in Message-ID and in every part */
    struct id sender;       /* organisations: random ids that stand in the node cards */
    struct id recipient;
    const char *class; /* "referral", ... */
    msec due;          /* 0: none; whole seconds travel */
    const struct envelope_part
        *parts; /* 1 to COMPARTMENTS, each compartment once, in their order */
    size_t part_count;
};

/* envelope_write: the JSON text. ERR_INPUT, ERR_LIMIT. Owned by ctx. */
err envelope_write(mem *ctx, const struct envelope *envelope, struct bytes *out);
/* envelope_read: the reverse, owned by ctx. ERR_INPUT, ERR_LIMIT. */
err envelope_read(mem *ctx, struct bytes in, struct envelope **out);

#endif
