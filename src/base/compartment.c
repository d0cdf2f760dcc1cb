/* compartment.c - names of the compartments. */
#include "base/compartment.h"

#include "base/text.h"

static const char *const NAMES[COMPARTMENTS] = {
    [COMPARTMENT_IDENTITY] = "identity", [COMPARTMENT_CIRCUMSTANCES] = "circumstances",
    [COMPARTMENT_HEALTH] = "health",     [COMPARTMENT_SAFETY] = "safety",
    [COMPARTMENT_JUSTICE] = "justice",
};

const char *compartment_name(enum compartment c)
{
    return (unsigned)c < COMPARTMENTS ? NAMES[c] : "?";
}

err compartment_parse(const char *name, enum compartment *out)
{
    for (unsigned i = 0; i < COMPARTMENTS; i++) {
        if (!text_same(name, NAMES[i])) continue;
        *out = (enum compartment)i;
        return ERR_OK;
    }
    FAIL(ERR_INPUT, "no compartment has this name");
}
