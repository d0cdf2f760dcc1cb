/* procedure_view.c - names of procedures. The same sentences stand in templates/procedure.mustache.
 */
#include "web/procedure_view.h"

#include "base/messages.h"
#include "base/text.h"

static const struct {
    const char *code, *text;
} PROCEDURES[] = {
    {"identification", MSG("Identification")},
    {"first_assistance", MSG("First assistance and protection")},
    {"longer_term", MSG("Longer-term assistance and social inclusion")},
    {"return", MSG("Return")},
    {"proceedings", MSG("Criminal and civil proceedings")},
    {"interpretation", MSG("Interpretation")},
};

const char *procedure_text(const char *code)
{
    for (size_t i = 0; i < COUNT_OF(PROCEDURES); i++)
        if (text_same(PROCEDURES[i].code, code)) return PROCEDURES[i].text;
    return code == NULL ? "" : code;
}

const char *procedure_at(size_t i) { return i < COUNT_OF(PROCEDURES) ? PROCEDURES[i].code : NULL; }
