/* verified.h - which signatures held already, so that the same one is not computed at every request.
 *
 * A signature over bytes holds for ever: whether the signer still counts, and whether this is the statement that the store holds now, is asked
 * anew each time by the caller. The table is small and of fixed size, holds keyed digests of what held (never what failed), and each
 * process has its own; losing it costs a computation. Inner header of domain's identity half.
 */
#ifndef OPENTRM_DOMAIN_VERIFIED_H
#define OPENTRM_DOMAIN_VERIFIED_H

#include "crypto/box.h"
#include "crypto/sign.h"

struct verified_table;

/* verified_table_new: owned by ctx; safe for all threads. */
err verified_table_new(mem *ctx, struct verified_table **out);

/* verified_sign: as sign_verify. `table` NULL: always computed. */
err verified_sign(struct verified_table *table, const struct sign_public *by, const char *label, struct bytes message,
                  const struct signature *signature);

/* verified_box: is `box` the public half of what team_box_pair makes of this team key? */
err verified_box(struct verified_table *table, struct secret_arena *arena, struct secret team_key, const struct box_public *box,
                 bool *same);

#endif
