/* date.c - calendar arithmetic (proleptic Gregorian, days counted from 1970-01-01). */
#include "base/date.h"

#include <stdio.h>
#include <string.h>

static bool leap(int y) { return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0; }

static int month_days(int y, int m)
{
    static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return m == 2 && leap(y) ? 29 : DAYS[m - 1];
}

bool date_valid(struct date d)
{
    return d.year >= 1 && d.year <= 9999 && d.month >= 1 && d.month <= 12 && d.day >= 1 &&
           d.day <= month_days(d.year, d.month);
}

/* Exactly n digits at s. */
static bool digits(const char *s, int n, int *out)
{
    int v = 0;
    for (int i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9') return false;
        v = v * 10 + (s[i] - '0');
    }
    *out = v;
    return true;
}

err date_parse(const char *text, struct date *out)
{
    struct date d;
    ENSURE(text != NULL && strlen(text) == 10 && text[4] == '-' && text[7] == '-' &&
               digits(text, 4, &d.year) && digits(text + 5, 2, &d.month) &&
               digits(text + 8, 2, &d.day),
           ERR_INPUT, "a date is written year-month-day, for example 2026-02-28");
    ENSURE(date_valid(d), ERR_INPUT, "there is no such day in the calendar");
    *out = d;
    return ERR_OK;
}

int date_compare(struct date a, struct date b)
{
    if (a.year != b.year) return a.year < b.year ? -1 : 1;
    if (a.month != b.month) return a.month < b.month ? -1 : 1;
    if (a.day != b.day) return a.day < b.day ? -1 : 1;
    return 0;
}

int date_age(struct date birth, struct date on)
{
    int years = on.year - birth.year;
    bool before_birthday = on.month < birth.month || (on.month == birth.month && on.day < birth.day);
    return years - (before_birthday ? 1 : 0);
}

/* Days from 1970-01-01 (H. Hinnant's public derivation of the civil calendar). */
static int64_t days_from_civil(struct date d)
{
    int64_t y = d.month <= 2 ? d.year - 1 : d.year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

static struct date civil_from_days(int64_t z)
{
    z += 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    struct date d;
    d.day = (int)(doy - (153 * mp + 2) / 5 + 1);
    d.month = (int)(mp < 10 ? mp + 3 : mp - 9);
    d.year = (int)(yoe + era * 400 + (d.month <= 2 ? 1 : 0));
    return d;
}

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

struct date date_of(msec t) { return civil_from_days(floor_div(t, MSEC_DAY)); }

msec date_start(struct date d) { return days_from_civil(d) * MSEC_DAY; }

static void day_clock(msec t, struct date *d, int *h, int *m, int *s)
{
    int64_t day = floor_div(t, MSEC_DAY);
    int64_t sec = (t - day * MSEC_DAY) / 1000;
    *d = civil_from_days(day);
    *h = (int)(sec / 3600);
    *m = (int)(sec / 60 % 60);
    *s = (int)(sec % 60);
}

void date_format_utc(msec t, char out[static DATE_TIME_ROOM])
{
    struct date d;
    int h, m, s;
    day_clock(t, &d, &h, &m, &s);
    (void)snprintf(out, DATE_TIME_ROOM, "%04d-%02d-%02dT%02d:%02d:%02dZ", d.year % 10000, d.month,
                   d.day, h, m, s);
}

void date_format_day(struct date d, char out[static DATE_TIME_ROOM])
{
    (void)snprintf(out, DATE_TIME_ROOM, "%04d-%02d-%02d", d.year % 10000, d.month % 100, d.day % 100);
}

static const char MONTHS[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void date_format_mail(msec t, char out[static DATE_TIME_ROOM])
{
    static const char DAYS[][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    struct date d;
    int h, m, s;
    day_clock(t, &d, &h, &m, &s);
    int64_t weekday = floor_div(t, MSEC_DAY) % 7;
    if (weekday < 0) weekday += 7;
    (void)snprintf(out, DATE_TIME_ROOM, "%s, %02d %s %04d %02d:%02d:%02d +0000", DAYS[weekday],
                   d.day % 100, MONTHS[(d.month - 1) % 12], d.year % 10000, h, m, s);
}

err date_parse_utc(const char *text, msec *out)
{
    static const char WHAT[] = "a time is written like 2026-11-24T05:57:00Z";
    struct date d;
    int h, m, s, oh = 0, om = 0;
    size_t n = text == NULL ? 0 : strlen(text);
    ENSURE(n >= 20 && n < 40 && text[4] == '-' && text[7] == '-' && text[10] == 'T' &&
               text[13] == ':' && text[16] == ':' && digits(text, 4, &d.year) &&
               digits(text + 5, 2, &d.month) && digits(text + 8, 2, &d.day) &&
               digits(text + 11, 2, &h) && digits(text + 14, 2, &m) && digits(text + 17, 2, &s),
           ERR_INPUT, WHAT);
    ENSURE(date_valid(d) && h < 24 && m < 60 && s <= 60, ERR_INPUT,
           "there is no such time in the calendar");
    const char *rest = text + 19;
    if (*rest == '.') {
        rest++;
        while (*rest >= '0' && *rest <= '9') rest++;
    }
    int sign = 0;
    if (strcmp(rest, "Z") != 0) {
        ENSURE((rest[0] == '+' || rest[0] == '-') && strlen(rest) == 6 && rest[3] == ':' &&
                   digits(rest + 1, 2, &oh) && digits(rest + 4, 2, &om) && oh < 24 && om < 60,
               ERR_INPUT, WHAT);
        sign = rest[0] == '+' ? 1 : -1;
    }
    msec t = date_start(d) + ((msec)h * 3600 + m * 60 + s) * 1000;
    *out = t - sign * ((msec)oh * 3600 + om * 60) * 1000;
    return ERR_OK;
}

/* "24 Nov 2026 05:57:00 +0100" by way of RFC 3339, whose reader checks the numbers. */
err date_parse_mail(const char *text, msec *out)
{
    static const char WHAT[] = "a date of a mail is written like Tue, 24 Nov 2026 05:57:00 +0000";
    char rfc3339[DATE_TIME_ROOM];
    size_t month = 0;
    ENSURE(text != NULL, ERR_INPUT, WHAT);
    const char *comma = strchr(text, ',');
    const char *s = comma == NULL ? text : comma + 1;
    while (*s == ' ') s++;
    ENSURE(strlen(s) >= 19 && strlen(s) <= 32, ERR_INPUT, WHAT);
    bool one_digit = s[1] == ' '; /* "4 Nov" */
    char day[3] = {one_digit ? '0' : s[0], one_digit ? s[0] : s[1], '\0'};
    s += one_digit ? 1 : 2;
    ENSURE(strlen(s) > 19 && s[0] == ' ' && s[4] == ' ' && s[9] == ' ' && s[18] == ' ',
           ERR_INPUT, WHAT);
    while (month < 12 && memcmp(s + 1, MONTHS[month], 3) != 0) month++;
    const char *zone = s + 19;
    bool utc = strcmp(zone, "GMT") == 0 || strcmp(zone, "UT") == 0 || strcmp(zone, "Z") == 0;
    ENSURE(month < 12 && (utc || (strlen(zone) == 5 && (zone[0] == '+' || zone[0] == '-'))), ERR_INPUT, WHAT);
    (void)snprintf(rfc3339, sizeof rfc3339, "%.4s-%02zu-%sT%.8s%s", s + 5, month + 1, day, s + 10, utc ? "Z" : "");
    if (!utc) {
        size_t n = strlen(rfc3339);
        (void)snprintf(rfc3339 + n, sizeof rfc3339 - n, "%.3s:%s", zone, zone + 3);
    }
    return date_parse_utc(rfc3339, out);
}
