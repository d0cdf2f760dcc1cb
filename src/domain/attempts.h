/* attempts.h - failed sign-ins in the audit log, bounded: who guesses for hours fills a few lines, not
 * the disk.
 *
 * The first failure of somebody (address and account, under a keyed hash) is written at once, those
 * of the following minute as one line with their count ("count.17"), and so on each minute. When
 * very many fail at the same time, all further ones share one line without an account. What is
 * counted lives in this process: each process of a node has its own lines. A crash loses at most
 * the counts of a minute, never a first failure.
 *
 * Called by sign-in, activation, recovery; serve's timer flushes.
 */
#ifndef OPENTRM_DOMAIN_ATTEMPTS_H
#define OPENTRM_DOMAIN_ATTEMPTS_H

#include "domain/node.h"

#define ATTEMPTS_KEPT 64 /* lines a minute, at most */

/* attempts_new: owned by ctx. */
err attempts_new(mem *ctx, struct attempts **out);
/* attempts_note: `user_id` unset for an unknown account. `address` as in session_wish. */
err attempts_note(struct node *node, enum audit_action action, struct id user_id,
                  const char *address);
/* attempts_flush: writes the counts whose minute is over; `all`: every count. */
err attempts_flush(struct node *node, bool all);
/* attempts_failed: how many failed since this process started. */
uint64_t attempts_failed(const struct node *node);

/* address_bucket: what counts as one address: an IPv6 one with its whole /64; the text itself if it
 * is no address. */
void address_bucket(const char *address, char out[static ADDRESS_ROOM]);

#endif
