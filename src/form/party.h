/* party.h - the roles of countries in a case (design §2): exploitation, transit, origin, third.
 *
 * A question names the roles whose country fills it; a country of a case has one or more roles. Both
 * are sets of bits. Part A of a form is what PARTY_EXPLOITATION fills, part B what PARTY_ORIGIN or
 * PARTY_THIRD fill.
 */
#ifndef OPENTRM_FORM_PARTY_H
#define OPENTRM_FORM_PARTY_H

#include "base/err.h"
#include "base/mem.h"

enum party {
    PARTY_EXPLOITATION = 1,
    PARTY_TRANSIT = 2,
    PARTY_ORIGIN = 4,
    PARTY_THIRD = 8,
    PARTY_ANY = 15
};

/* party_name: of one role: "exploitation", "transit", "origin", "third"; "any" for all; else "?". */
const char *party_name(unsigned one);
/* party_parse: one or more names, parted by space, comma or |. ERR_INPUT for anything else. */
err party_parse(const char *names, unsigned *out);
/* party_write: the names of a set, in order, parted by a space; "any" for all. Owned by ctx. */
err party_write(mem *ctx, unsigned parties, const char **out);

#endif
