/* compartment.h - the five compartments of a case (design §6): who needs which answers.
 *
 * Every question of every form names one; each has a key of its own in a case and in an
 * organisation. The order is the order on pages, in messages and in tables.
 */
#ifndef OPENTRM_BASE_COMPARTMENT_H
#define OPENTRM_BASE_COMPARTMENT_H

#include "base/err.h"

enum compartment {
    COMPARTMENT_IDENTITY = 0,
    COMPARTMENT_CIRCUMSTANCES,
    COMPARTMENT_HEALTH,
    COMPARTMENT_SAFETY, /* shelter, route, escort, risk */
    COMPARTMENT_JUSTICE
};
#define COMPARTMENTS 5

/* A set of compartments: bits. */
typedef unsigned compartment_set;
#define COMPARTMENT_BIT(c) ((compartment_set)1u << (unsigned)(c))
#define COMPARTMENT_ALL ((1u << COMPARTMENTS) - 1u)

/* compartment_name: "identity", ... as in files, messages and tables; "?" for anything else. */
const char *compartment_name(enum compartment c);
/* compartment_parse: the exact name; ERR_INPUT for anything else. */
err compartment_parse(const char *name, enum compartment *out);

/* A set as text: names in their order with a space between, "" for none. compartments_read: ERR_INPUT for a name that is
 * none. */
#define COMPARTMENTS_ROOM 64
void compartments_write(compartment_set set, char out[static COMPARTMENTS_ROOM]);
err compartments_read(const char *text, compartment_set *out);

#endif
