/* conversation_facts.h - the steering facts of a case as they travel in the body of a referral: countries and their
 * roles, child, guardian, the reason of an alarm. Text members only, as every body (docs/protocol.md).
 *
 * Called by outgoing (writing) and incoming (reading).
 */
#ifndef OPENTRM_EXCHANGE_CONVERSATION_FACTS_H
#define OPENTRM_EXCHANGE_CONVERSATION_FACTS_H

#include "base/json.h"

struct facts;

/* conversation_facts_write: "countries" is "IT:exploitation AL:origin,third". A new reference. */
err conversation_facts_write(const struct facts *facts, const char *danger_reason, json_t **out);
/* conversation_facts_read: countries without a known code or role are refused (ERR_INPUT). The label stays empty: it is
 * the sender's own. Owned by ctx. */
err conversation_facts_read(mem *ctx, const json_t *body, struct facts *out);

#endif
