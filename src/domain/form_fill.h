/* form_fill.h - answers that the software already has, put into a form instead of being typed again.
 *
 * Groups of a form say where they are filled from by their appearance: "from-consent" (the consent records of the case),
 * "from-organisation" (who fills it in), "from-directory" (contacts, section 8 of Annex I). The names of their fields are a
 * convention of data/forms/README.md, and stand in form_fill.c only.
 */
#ifndef OPENTRM_DOMAIN_FORM_FILL_H
#define OPENTRM_DOMAIN_FORM_FILL_H

#include "domain/consent.h"
#include "domain/contact.h"

/* form_fill_consent: a copy of `answers` with what the consent records say now, where the form has such a group. *out
 * belongs to ctx. */
err form_fill_consent(mem *ctx, const struct form *form, const struct consent_list *consents, msec now,
                      const json_t *answers, json_t **out);
/* form_fill_entry: an entry of the repeat of contacts, from the directory. *out belongs to ctx. */
err form_fill_entry(mem *ctx, const struct contact *contact, const char *procedure, const char *role, json_t **out);
/* form_fill_heading: a section that is "from-organisation" and has no answers yet gets the date, the institution and the
 * contact person. Else `answers` comes back as it is. */
err form_fill_heading(mem *ctx, const struct form_section *section, const char *organisation, const char *person,
                      struct date today, json_t *answers, json_t **out);

#endif
