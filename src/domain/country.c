/* country.c - asks ICU which country codes there are. */
#include "domain/country.h"

#include <string.h>

#include <unicode/uloc.h>

bool country_known(const char *code)
{
    if (code == NULL || strlen(code) != 2) return false;
    if (strcmp(code, "XK") == 0) return true;
    for (const char *const *at = uloc_getISOCountries(); *at != NULL; at++)
        if (strcmp(*at, code) == 0) return true;
    return false;
}
