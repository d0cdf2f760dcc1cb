/* consent_view.h - the state of a consent, as tags say it. */
#ifndef OPENTRM_WEB_CONSENT_VIEW_H
#define OPENTRM_WEB_CONSENT_VIEW_H

#include "domain/consent.h"
#include "web/page.h"

/* put_consent_states: one item for each kind, with its current state. NULL: they can't be read. */
void put_consent_states(struct page *p, struct view *list, const struct consent_list *consents);
/* put_consent_state: of one record (NULL: never asked): is_valid, is_refused, is_expired,
 * is_withdrawn, is_none; "until", "withdrawn". */
void put_consent_state(struct page *p, struct view *o, const struct consent *consent);
/* put_consent_unknown: the same where it can't be read: is_damaged. */
void put_consent_unknown(struct page *p, struct view *o);
/* put_country_names: "Albania and North Macedonia". */
void put_country_names(struct page *p, struct view *o, const char *key, const char (*codes)[3],
                       size_t n);

#endif
