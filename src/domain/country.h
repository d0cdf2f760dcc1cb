/* country.h - country codes: ISO 3166-1 alpha-2 as ICU knows them, and XK (Kosovo; see the
 * footnote in data/forms/README.md). No name of a country stands in the program.
 */
#ifndef OPENTRM_DOMAIN_COUNTRY_H
#define OPENTRM_DOMAIN_COUNTRY_H

#include <stdbool.h>

/* country_known: two capital letters that are a country's code. NULL is not. */
bool country_known(const char *code);

#endif
