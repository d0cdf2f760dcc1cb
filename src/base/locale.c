/* locale.c - ICU's formatters, opened once for a language, behind one lock.
 *
 * ICU does not promise that two threads may use one date formatter at a time, and opening one costs
 * a hundred times what formatting does. A formatting call takes about a microsecond, so threads
 * hardly wait.
 */
#include "base/locale.h"

#include <pthread.h>
#include <string.h>
#include <unicode/ucal.h>
#include <unicode/ucol.h>
#include <unicode/udat.h>
#include <unicode/udatpg.h>
#include <unicode/uldnames.h>
#include <unicode/ulistformatter.h>
#include <unicode/uloc.h>
#include <unicode/unumberformatter.h>
#include <unicode/ureldatefmt.h>
#include <unicode/ustring.h>

#include "base/text.h"

#define TEXT_ROOM 200
#define ZONE_ROOM 64
#define LIST_MAX 1000
#define ITEM_MAX 10000

enum unit { UNIT_MINUTE, UNIT_HOUR, UNIT_DAY, UNITS };

struct locale {
    char language[64];
    pthread_mutex_t *lock;
    UDateFormat *date, *date_time, *time, *month; /* in the zone; */
    UDateFormat *date_utc;                        /* for calendar dates, which have no zone */
    UCalendar *calendar;
    URelativeDateTimeFormatter *relative;
    UNumberFormatter *number, *span[UNITS];
    UListFormatter *list;
    ULocaleDisplayNames *names;
    UCollator *collator;
};

static int locale_close(struct locale *l)
{
    udat_close(l->date);
    udat_close(l->date_time);
    udat_close(l->time);
    udat_close(l->month);
    udat_close(l->date_utc);
    ucal_close(l->calendar);
    ureldatefmt_close(l->relative);
    unumf_close(l->number);
    for (size_t i = 0; i < UNITS; i++) unumf_close(l->span[i]);
    ulistfmt_close(l->list);
    uldn_close(l->names);
    ucol_close(l->collator);
    return 0;
}

static int lock_close(pthread_mutex_t *lock)
{
    (void)pthread_mutex_destroy(lock);
    return 0;
}

static void lock_leave(pthread_mutex_t **lock) { (void)pthread_mutex_unlock(*lock); }
/* ONE_AT_A_TIME: until the block ends. */
#define ONE_AT_A_TIME(l)                                                                           \
    __attribute__((cleanup(lock_leave))) pthread_mutex_t *held = (l)->lock;                        \
    (void)pthread_mutex_lock(held)

static UNumberFormatter *number_open(const char *skeleton, const char *language, UErrorCode *status)
{
    UChar wide[TEXT_ROOM];
    u_uastrcpy(wide, skeleton);
    return unumf_openForSkeletonAndLocale(wide, -1, language, status);
}

static UDateFormat *date_open(UDateFormatStyle time, UDateFormatStyle date, const char *language,
                              const UChar *zone, UErrorCode *status)
{
    return udat_open(time, date, language, zone, -1, NULL, 0, status);
}

static UDateFormat *month_open(const char *language, const UChar *zone, UErrorCode *status)
{
    UDateTimePatternGenerator *patterns = udatpg_open(language, status);
    UChar skeleton[16], pattern[TEXT_ROOM];
    u_uastrcpy(skeleton, "yMMMM");
    int32_t n = udatpg_getBestPattern(patterns, skeleton, -1, pattern, COUNT_OF(pattern), status);
    udatpg_close(patterns);
    return udat_open(UDAT_PATTERN, UDAT_PATTERN, language, zone, -1, pattern, n, status);
}

static void tools_open(struct locale *l, const UChar *zone, UErrorCode *status)
{
    const char *in = l->language;
    UChar utc[8];
    u_uastrcpy(utc, "UTC");
    l->date = date_open(UDAT_NONE, UDAT_LONG, in, zone, status);
    l->date_time = date_open(UDAT_SHORT, UDAT_LONG, in, zone, status);
    l->time = date_open(UDAT_SHORT, UDAT_NONE, in, zone, status);
    l->month = month_open(in, utc, status);
    l->date_utc = date_open(UDAT_NONE, UDAT_LONG, in, utc, status);
    l->calendar = ucal_open(zone, -1, "en", UCAL_GREGORIAN, status);
    l->relative = ureldatefmt_open(in, NULL, UDAT_STYLE_LONG, UDISPCTX_CAPITALIZATION_NONE, status);
    l->number = number_open("", in, status);
    l->span[UNIT_MINUTE] =
        number_open("measure-unit/duration-minute unit-width-full-name", in, status);
    l->span[UNIT_HOUR] = number_open("measure-unit/duration-hour unit-width-full-name", in, status);
    l->span[UNIT_DAY] = number_open("measure-unit/duration-day unit-width-full-name", in, status);
    l->list = ulistfmt_open(in, status);
    l->names = uldn_open(in, ULDN_STANDARD_NAMES, status);
    l->collator = ucol_open(in, status);
}

static err zone_read(const char *time_zone, UChar zone[static ZONE_ROOM])
{
    ENSURE(strlen(time_zone) < ZONE_ROOM, ERR_INPUT, "not a time zone");
    u_uastrcpy(zone, time_zone);
    UChar canonical[ZONE_ROOM];
    UBool known = false;
    UErrorCode status = U_ZERO_ERROR;
    (void)ucal_getCanonicalTimeZoneID(zone, -1, canonical, ZONE_ROOM, &known, &status);
    ENSURE(U_SUCCESS(status) && known, ERR_INPUT, "not a time zone");
    return ERR_OK;
}

static err lock_new(mem *ctx, pthread_mutex_t **out)
{
    pthread_mutex_t *lock = mem_new(ctx, pthread_mutex_t);
    ENSURE_MEM(lock);
    ENSURE(pthread_mutex_init(lock, NULL) == 0, ERR_MEMORY, "out of memory");
    talloc_set_destructor(lock, lock_close);
    *out = lock;
    return ERR_OK;
}

err locale_open(mem *ctx, const char *language, const char *time_zone, struct locale **out)
{
    UChar zone[ZONE_ROOM];
    TRY(zone_read(time_zone, zone));
    struct locale *l = mem_new(ctx, struct locale);
    ENSURE_MEM(l);
    talloc_set_destructor(l, locale_close);
    UErrorCode status = U_ZERO_ERROR;
    int32_t parsed = 0;
    const char *wanted = strcmp(language, "en") == 0 ? "en-001" : language;
    (void)uloc_forLanguageTag(wanted, l->language, sizeof l->language, &parsed, &status);
    err e = U_SUCCESS(status) && parsed > 0 && (size_t)parsed == strlen(wanted)
                ? lock_new(l, &l->lock)
                : ERR_MAKE(ERR_INPUT, "not a language tag");
    if (!err_failed(e)) {
        tools_open(l, zone, &status);
        if (U_FAILURE(status)) e = ERR_MAKE(ERR_BUG, "ICU has no data for the language");
    }
    if (err_failed(e)) {
        talloc_free(l);
        return e;
    }
    *out = l;
    return ERR_OK;
}

const char *locale_language(const struct locale *l) { return l->language; }

static err narrow(mem *ctx, const UChar *wide, int32_t n, UErrorCode status, const char **out)
{
    ENSURE(U_SUCCESS(status) && n >= 0, ERR_BUG, "ICU can't format a value");
    size_t room = (size_t)n * 3 + 1;
    char *text = talloc_array(ctx, char, (unsigned)room);
    ENSURE_MEM(text);
    (void)u_strToUTF8(text, (int32_t)room, NULL, wide, n, &status);
    ENSURE(U_SUCCESS(status), ERR_BUG, "ICU can't format a value");
    *out = text;
    return ERR_OK;
}

static err date_text(const struct locale *l, mem *ctx, const UDateFormat *format, msec t,
                     const char **out)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar wide[TEXT_ROOM];
    int32_t n;
    {
        ONE_AT_A_TIME(l);
        n = udat_format(format, (UDate)t, wide, COUNT_OF(wide), NULL, &status);
    }
    return narrow(ctx, wide, n, status, out);
}

err locale_date(const struct locale *l, mem *ctx, struct date d, const char **out)
{
    ENSURE(date_valid(d), ERR_INPUT, "there is no such day");
    return date_text(l, ctx, l->date_utc, date_start(d), out);
}

err locale_day(const struct locale *l, mem *ctx, msec t, const char **out)
{
    return date_text(l, ctx, l->date, t, out);
}

err locale_date_time(const struct locale *l, mem *ctx, msec t, const char **out)
{
    return date_text(l, ctx, l->date_time, t, out);
}

err locale_time(const struct locale *l, mem *ctx, msec t, const char **out)
{
    return date_text(l, ctx, l->time, t, out);
}

err locale_month(const struct locale *l, mem *ctx, int year, int month, const char **out)
{
    struct date first = {year, month, 1};
    ENSURE(date_valid(first), ERR_INPUT, "there is no such month");
    return date_text(l, ctx, l->month, date_start(first), out);
}

err locale_relative(const struct locale *l, mem *ctx, msec t, msec now, const char **out)
{
    static const struct {
        msec size;
        URelativeDateTimeUnit unit;
    } UNITS_OF_TIME[] = {
        {365 * MSEC_DAY, UDAT_REL_UNIT_YEAR}, {30 * MSEC_DAY, UDAT_REL_UNIT_MONTH},
        {MSEC_DAY, UDAT_REL_UNIT_DAY},        {MSEC_HOUR, UDAT_REL_UNIT_HOUR},
        {MSEC_MINUTE, UDAT_REL_UNIT_MINUTE},
    };
    UErrorCode status = U_ZERO_ERROR;
    UChar wide[TEXT_ROOM];
    int32_t n = -1;
    msec distance = t < now ? now - t : t - now;
    {
        ONE_AT_A_TIME(l);
        for (size_t i = 0; i < COUNT_OF(UNITS_OF_TIME) && n < 0; i++) {
            if (distance < UNITS_OF_TIME[i].size) continue;
            double count = (double)((t - now) / UNITS_OF_TIME[i].size);
            n = ureldatefmt_formatNumeric(l->relative, count, UNITS_OF_TIME[i].unit, wide,
                                          COUNT_OF(wide), &status);
        }
        if (n < 0)
            n = ureldatefmt_format(l->relative, 0, UDAT_REL_UNIT_SECOND, wide, COUNT_OF(wide),
                                   &status);
    }
    return narrow(ctx, wide, n, status, out);
}

static void result_close(UFormattedNumber **result) { unumf_closeResult(*result); }

static err number_text(mem *ctx, const UNumberFormatter *format, int64_t number, const char **out)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar wide[TEXT_ROOM];
    __attribute__((cleanup(result_close))) UFormattedNumber *result = unumf_openResult(&status);
    unumf_formatInt(format, number, result, &status);
    int32_t n = U_SUCCESS(status) ? unumf_resultToString(result, wide, COUNT_OF(wide), &status) : 0;
    return narrow(ctx, wide, n, status, out);
}

err locale_span(const struct locale *l, mem *ctx, msec span, const char **out)
{
    static const msec SIZES[UNITS] = {MSEC_MINUTE, MSEC_HOUR, MSEC_DAY};
    ENSURE(span >= 0, ERR_BUG, "a negative span of time");
    size_t unit = UNITS;
    while (unit-- > 0)
        if (span >= SIZES[unit] && span % SIZES[unit] == 0)
            return number_text(ctx, l->span[unit], span / SIZES[unit], out);
    for (unit = UNIT_DAY; unit > UNIT_MINUTE && span < 2 * SIZES[unit];) unit--;
    return number_text(ctx, l->span[unit], span / SIZES[unit], out);
}

err locale_number(const struct locale *l, mem *ctx, int64_t n, const char **out)
{
    return number_text(ctx, l->number, n, out);
}

static err widen(mem *ctx, const char *text, const UChar **out)
{
    size_t room = strlen(text) + 1;
    ENSURE(room <= ITEM_MAX, ERR_LIMIT, "a list has an item that is too long");
    UChar *wide = talloc_array(ctx, UChar, (unsigned)room);
    ENSURE_MEM(wide);
    UErrorCode status = U_ZERO_ERROR;
    (void)u_strFromUTF8(wide, (int32_t)room, NULL, text, -1, &status);
    ENSURE(U_SUCCESS(status), ERR_INPUT, "the text is not valid UTF-8");
    *out = wide;
    return ERR_OK;
}

err locale_list(const struct locale *l, mem *ctx, const char *const *items, size_t n,
                const char **out)
{
    ENSURE(n <= LIST_MAX, ERR_LIMIT, "a list is too long");
    MEM_SCOPE(scope, NULL);
    const UChar **wide = talloc_array(scope, const UChar *, (unsigned)n + 1);
    ENSURE_MEM(wide);
    size_t room = TEXT_ROOM;
    for (size_t i = 0; i < n; i++) {
        TRY(widen(scope, items[i], &wide[i]));
        room += strlen(items[i]) + 32; /* CLDR's separators are shorter */
    }
    UChar *joined = talloc_array(scope, UChar, (unsigned)room);
    ENSURE_MEM(joined);
    UErrorCode status = U_ZERO_ERROR;
    int32_t length;
    {
        ONE_AT_A_TIME(l);
        length = n == 0 ? 0
                        : ulistfmt_format(l->list, wide, NULL, (int32_t)n, joined, (int32_t)room,
                                          &status);
    }
    return narrow(ctx, joined, length, status, out);
}

static err name_or_code(mem *ctx, const UChar *wide, int32_t n, UErrorCode status, const char *code,
                        const char **out)
{
    if (U_SUCCESS(status) && n > 0) return narrow(ctx, wide, n, status, out);
    const char *copy = mem_text(ctx, code);
    ENSURE_MEM(copy);
    *out = copy;
    return ERR_OK;
}

err locale_country(const struct locale *l, mem *ctx, const char *code, const char **out)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar wide[TEXT_ROOM];
    int32_t n;
    {
        ONE_AT_A_TIME(l);
        n = uldn_regionDisplayName(l->names, code, wide, COUNT_OF(wide), &status);
    }
    return name_or_code(ctx, wide, n, status, code, out);
}

err locale_language_name(const struct locale *l, mem *ctx, const char *code, const char **out)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar wide[TEXT_ROOM];
    int32_t n;
    {
        ONE_AT_A_TIME(l);
        n = uldn_localeDisplayName(l->names, code, wide, COUNT_OF(wide), &status);
    }
    return name_or_code(ctx, wide, n, status, code, out);
}

int locale_compare(const struct locale *l, const char *a, const char *b)
{
    UErrorCode status = U_ZERO_ERROR;
    UCollationResult order = ucol_strcollUTF8(l->collator, a, -1, b, -1, &status);
    if (U_FAILURE(status)) return strcmp(a, b);
    return order == UCOL_LESS ? -1 : order == UCOL_GREATER;
}

struct date locale_today(const struct locale *l, msec t)
{
    UErrorCode status = U_ZERO_ERROR;
    ONE_AT_A_TIME(l);
    ucal_setMillis(l->calendar, (UDate)t, &status);
    struct date d = {ucal_get(l->calendar, UCAL_YEAR, &status),
                     ucal_get(l->calendar, UCAL_MONTH, &status) + 1,
                     ucal_get(l->calendar, UCAL_DAY_OF_MONTH, &status)};
    return U_SUCCESS(status) ? d : date_of(t);
}
