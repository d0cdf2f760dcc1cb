/* compartment.c - names of the compartments. */
#include "base/compartment.h"

#include <stdio.h>
#include <string.h>

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

void compartments_write(compartment_set set, char out[static COMPARTMENTS_ROOM])
{
    size_t n = 0;
    out[0] = '\0';
    for (unsigned i = 0; i < COMPARTMENTS; i++)
        if ((set & COMPARTMENT_BIT(i)) != 0)
            n += (size_t)snprintf(out + n, COMPARTMENTS_ROOM - n, "%s%s", n == 0 ? "" : " ", NAMES[i]);
}

err compartments_read(const char *text, compartment_set *out)
{
    compartment_set set = 0;
    while (*text != '\0') {
        size_t n = strcspn(text, " ");
        unsigned i = 0;
        while (i < COMPARTMENTS && (strncmp(NAMES[i], text, n) != 0 || NAMES[i][n] != '\0')) i++;
        ENSURE(i < COMPARTMENTS, ERR_INPUT, "no compartment has this name");
        set |= COMPARTMENT_BIT(i);
        text += n;
        text += strspn(text, " ");
    }
    *out = set;
    return ERR_OK;
}
