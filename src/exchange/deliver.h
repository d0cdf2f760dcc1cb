/* deliver.h - the workers that carry what waits in the queue to partners' nodes.
 *
 * Each delivery is the same bytes at every attempt. It is leased to one worker at a time; if a
 * process dies the lease ends and another takes over, and the partner's duplicate rule makes the
 * repeat harmless. After a failure the wait doubles, with jitter, until the deadline; then the
 * message is "not relayed". What a good receipt says is written in one transaction with the receipt
 * as evidence. No key that opens anything is needed.
 *
 * Called by cli (serve), by tests. Source: design §8.
 */
#ifndef OPENTRM_EXCHANGE_DELIVER_H
#define OPENTRM_EXCHANGE_DELIVER_H

#include <stdatomic.h>

#include "domain/node.h"

#define DELIVER_WORKERS 4                     /* so many slow partners delay nobody else */
#define DELIVER_FIRST_WAIT (30 * MSEC_SECOND) /* after the first failure; then it doubles */
#define DELIVER_LONGEST_WAIT MSEC_HOUR
#define DELIVER_CONNECT (20 * MSEC_SECOND)
#define DELIVER_TOTAL (2 * MSEC_MINUTE)
/* An attempt, and writing its result while a store's server changes: so long a message waits whose process has died. */
#define DELIVER_LEASE (DELIVER_TOTAL + 90 * MSEC_SECOND)
#define DELIVER_LOOK                                                                               \
    (500) /* milliseconds between looks at queue and clock, when nothing wakes us */

struct deliver;

/* deliver_start: starts the workers. Owned by ctx; stop it first. */
err deliver_start(mem *ctx, struct node *node, struct deliver **out);
/* deliver_wake: there is something new; look at once. */
void deliver_wake(struct deliver *deliver);
/* deliver_finish: takes no new one from now on; what is in work goes on. deliver_busy: workers that have not
 * ended. Then stop. */
void deliver_finish(struct deliver *deliver);
unsigned deliver_busy(const struct deliver *deliver);
/* deliver_stop: attempts in work are given up and go back to the queue; returns when all workers
 * have ended. Calling it twice is harmless. */
void deliver_stop(struct deliver *deliver);

/* deliver_once: takes one delivery that is due and makes one attempt. *found: there was one.
 * `worker` names the holder of the lease. stop (may be NULL): give up at once when set. */
err deliver_once(struct node *node, const char *worker, const atomic_bool *stop, bool *found);

#endif
