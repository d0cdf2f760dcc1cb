/* part_statement.h - the statement of a part: application/vnd.opentrm+json. Private to part*.c.
 *
 * Which members a type of message has is one table (part_statement.c), the same as in
 * docs/protocol.md.
 */
#ifndef OPENTRM_EXCHANGE_PART_STATEMENT_H
#define OPENTRM_EXCHANGE_PART_STATEMENT_H

#include "exchange/part.h"

/* statement_write: ERR_INPUT if the table forbids or misses a member. A new reference. */
err statement_write(const struct part *part, json_t **out);
/* statement_read: the texts and JSON of `out` are borrowed from `value`. */
err statement_read(const json_t *value, struct part *out);

#endif
