/* date.h - calendar dates and times as text: ISO 8601 (RFC 3339), and the dates of mail headers.
 *
 * The Gregorian calendar is checked: there is no 31 February.
 */
#ifndef OPENTRM_BASE_DATE_H
#define OPENTRM_BASE_DATE_H

#include "base/clock.h"

struct date {
    int year;  /* 1 to 9999 */
    int month; /* 1 to 12 */
    int day;   /* 1 to 31 */
};

#define DATE_TIME_ROOM 64 /* bytes for any of the texts below, with the NUL */

bool date_valid(struct date d);
/* date_parse: "2026-02-28"; ERR_INPUT for anything else. */
err date_parse(const char *text, struct date *out);
/* date_compare: <0, 0, >0 as a is before, at, after b. */
int date_compare(struct date a, struct date b);
/* date_age: whole years from birth to the day `on`; negative if born later. */
int date_age(struct date birth, struct date on);
/* date_of: the UTC day of t. */
struct date date_of(msec t);
/* date_start: the first millisecond of the day, UTC. */
msec date_start(struct date d);

/* date_format_utc: "2026-11-24T05:57:00Z" (RFC 3339). */
void date_format_utc(msec t, char out[static DATE_TIME_ROOM]);
/* date_parse_utc: RFC 3339 with Z or an offset; fractions are cut. */
err date_parse_utc(const char *text, msec *out);
/* date_format_day: "2026-11-24". */
void date_format_day(struct date d, char out[static DATE_TIME_ROOM]);
/* date_format_mail: "Tue, 24 Nov 2026 05:57:00 +0000" (RFC 5322). */
void date_format_mail(msec t, char out[static DATE_TIME_ROOM]);
/* date_parse_mail: the same, as others write it: without the weekday, with another offset, "GMT". */
err date_parse_mail(const char *text, msec *out);

#endif
