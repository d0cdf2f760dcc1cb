/* checkpoint.h - signed statements of where all chains stood; each names the one before.
 *
 * A text of ASCII lines (docs/audit.md), signed by the node's transport key, which this layer never
 * sees: it is handed a function. Called by the timer of `serve`, by init, and by exchange (receipts
 * carry the latest hash).
 */
#ifndef OPENTRM_AUDIT_CHECKPOINT_H
#define OPENTRM_AUDIT_CHECKPOINT_H

#include "base/bytes.h"
#include "base/clock.h"
#include "db/db.h"

#define AUDIT_HASH_ROOM 65 /* 64 hexadecimal characters and NUL */

/* How a checkpoint is signed and verified: RSA PKCS #1 v1.5 with SHA-256 over its bytes, as
 * `openssl dgst -sha256 -sign` does. */
struct audit_signer {
    err (*sign)(void *arg, mem *ctx, struct bytes text, struct bytes *signature);
    void *arg;
};
struct audit_verifier {
    err (*verify)(void *arg, struct bytes text, struct bytes signature); /* ERR_CRYPTO */
    void *arg;
};

struct audit_checkpoint {
    int64_t number; /* from 1 */
    struct bytes text;
    struct bytes signature;
    char hash[AUDIT_HASH_ROOM]; /* of text */
};

/* audit_checkpoint_write: signs where the chains stand now. ERR_NOT_FOUND if nothing was written
 * since the last one (out untouched). Safe from several processes: one of two at the same time gets
 * ERR_CONFLICT and tries at its next turn. */
err audit_checkpoint_write(struct db *records, struct audit_signer signer, const char *node_id,
                           msec now, mem *ctx, struct audit_checkpoint *out);
/* audit_checkpoint_last: ERR_NOT_FOUND if there is none yet. */
err audit_checkpoint_last(struct tx *tx, mem *ctx, struct audit_checkpoint *out);
err audit_checkpoint_get(struct tx *tx, mem *ctx, int64_t number, struct audit_checkpoint *out);

#endif
