/* locale.h - dates, spans of time, numbers, lists and sorting as a reader of a language expects
 * them (CLDR, by ICU), in the node's time zone.
 *
 * A `struct locale` is opened once for each language at start and shared by all threads.
 * Nothing here is for machines: see date.h for ISO 8601.
 */
#ifndef OPENTRM_BASE_LOCALE_H
#define OPENTRM_BASE_LOCALE_H

#include "base/date.h"

struct locale;

/* locale_open: language as in BCP 47 ("sq"), time zone as in the IANA table ("Europe/Rome").
 * English without a country is international English: "24 November 2026".
 * ERR_INPUT if ICU knows no such time zone or the language is no language tag. */
err locale_open(mem *ctx, const char *language, const char *time_zone, struct locale **out);
const char *locale_language(const struct locale *l);

/* All of these: the text belongs to ctx. */
err locale_date(const struct locale *l, mem *ctx, struct date d, const char **out);  /* 24 November 2026 */
err locale_day(const struct locale *l, mem *ctx, msec t, const char **out);          /* 24 November 2026, of the zone */
err locale_date_time(const struct locale *l, mem *ctx, msec t, const char **out);    /* 24 November 2026 at 05:57 */
err locale_time(const struct locale *l, mem *ctx, msec t, const char **out);         /* 05:57 */
err locale_month(const struct locale *l, mem *ctx, int year, int month, const char **out); /* November 2026 */
/* locale_relative: "2 days ago", "in 3 hours": the largest whole unit between now and t. */
err locale_relative(const struct locale *l, mem *ctx, msec t, msec now, const char **out);
/* locale_span: "2 days", "90 minutes": the largest unit that divides it well. */
err locale_span(const struct locale *l, mem *ctx, msec span, const char **out);
err locale_number(const struct locale *l, mem *ctx, int64_t n, const char **out);    /* 1,234 */
/* locale_list: "Albania, Italy and Serbia". */
err locale_list(const struct locale *l, mem *ctx, const char *const *items, size_t n, const char **out);
/* locale_country, locale_language_name: the name of "AL", of "sq" in the reader's language; the code
 * itself when CLDR has none. */
err locale_country(const struct locale *l, mem *ctx, const char *code, const char **out);
err locale_language_name(const struct locale *l, mem *ctx, const char *code, const char **out);

/* locale_compare: <0, 0, >0 in the order of the language's dictionary. Both valid UTF-8. */
int locale_compare(const struct locale *l, const char *a, const char *b);
/* locale_today: the calendar day in the zone at t. */
struct date locale_today(const struct locale *l, msec t);

#endif
