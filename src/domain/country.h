/* country.h - country codes: ISO 3166-1 alpha-2 as ICU knows them, and XK (Kosovo; see the
 * footnote in data/forms/README.md). No name of a country stands in the program.
 */
#ifndef OPENTRM_DOMAIN_COUNTRY_H
#define OPENTRM_DOMAIN_COUNTRY_H

#include <stdbool.h>
#include <stddef.h>

/* country_known: two capital letters that are a country's code. NULL is not. */
bool country_known(const char *code);
/* country_all: every code; returns how many. `out` has room for COUNTRIES_MOST. */
#define COUNTRIES_MOST 400
size_t country_all(const char *out[static COUNTRIES_MOST]);

#endif
