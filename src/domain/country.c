/* country.c - asks ICU which country codes there are. */
#include "domain/country.h"

#include <string.h>

#include <unicode/uloc.h>

#define ALSO "XK"

bool country_known(const char *code)
{
    if (code == NULL || strlen(code) != 2) return false;
    if (strcmp(code, ALSO) == 0) return true;
    for (const char *const *at = uloc_getISOCountries(); *at != NULL; at++)
        if (strcmp(*at, code) == 0) return true;
    return false;
}

size_t country_all(const char *out[static COUNTRIES_MOST])
{
    size_t n = 0;
    bool also = false;
    for (const char *const *at = uloc_getISOCountries(); *at != NULL && n < COUNTRIES_MOST - 1; at++) {
        also = also || strcmp(*at, ALSO) == 0;
        out[n++] = *at;
    }
    if (!also) out[n++] = ALSO;
    return n;
}
