/* test_locale.c - dates, spans, numbers and lists as people of a language write them. */
#include "cm.h"

#include <pthread.h>
#include <string.h>

#include "base/locale.h"

#define NOON 1795521420000LL /* 2026-11-24T11:57:00Z */

static void dates_in_the_zone(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct locale *en, *it, *sq;
    const char *out;
    OK(locale_open(ctx, "en", "Europe/Rome", &en));
    OK(locale_open(ctx, "it", "Europe/Rome", &it));
    OK(locale_open(ctx, "sq", "Europe/Tirane", &sq));
    OK(locale_date(en, ctx, (struct date){2026, 11, 24}, &out));
    assert_string_equal(out, "24 November 2026");
    OK(locale_date(it, ctx, (struct date){2026, 11, 24}, &out));
    assert_string_equal(out, "24 novembre 2026");
    OK(locale_date(sq, ctx, (struct date){2026, 11, 24}, &out));
    assert_string_equal(out, "24 nëntor 2026");
    OK(locale_date_time(en, ctx, NOON, &out));
    assert_non_null(strstr(out, "24 November 2026"));
    assert_non_null(strstr(out, "12:57"));
    OK(locale_time(it, ctx, NOON, &out));
    assert_string_equal(out, "12:57");
    OK(locale_day(it, ctx, NOON + 12 * MSEC_HOUR, &out));
    assert_string_equal(out, "25 novembre 2026");
    OK(locale_month(en, ctx, 2026, 11, &out));
    assert_string_equal(out, "November 2026");
    BAD(ERR_INPUT, locale_date(en, ctx, (struct date){2026, 2, 31}, &out));
    struct date today = locale_today(en, NOON + 12 * MSEC_HOUR);
    assert_int_equal(today.day, 25);
    assert_int_equal(today.month, 11);
    assert_int_equal(today.year, 2026);
}

static void wrong_places_are_refused(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct locale *l;
    BAD(ERR_INPUT, locale_open(ctx, "en", "Europe/Atlantis", &l));
    BAD(ERR_INPUT, locale_open(ctx, "en", "", &l));
    BAD(ERR_INPUT, locale_open(ctx, "not a tag", "Europe/Rome", &l));
    BAD(ERR_INPUT, locale_open(ctx, "", "Europe/Rome", &l));
}

static void spans(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct locale *en;
    OK(locale_open(ctx, "en", "Europe/Rome", &en));
    static const struct {
        msec from_now;
        const char *text;
    } RELATIVE[] = {
        {-2 * MSEC_DAY, "2 days ago"}, {3 * MSEC_HOUR + 5, "in 3 hours"}, {0, "now"}, {-59 * MSEC_SECOND, "now"},
        {-MSEC_MINUTE, "1 minute ago"}, {-20 * MSEC_DAY, "20 days ago"}, {-400 * MSEC_DAY, "1 year ago"}, {61 * MSEC_DAY, "in 2 months"},
    };
    const char *out;
    for (size_t i = 0; i < COUNT_OF(RELATIVE); i++) {
        OK(locale_relative(en, ctx, NOON + RELATIVE[i].from_now, NOON, &out));
        assert_string_equal(out, RELATIVE[i].text);
    }
    static const struct {
        msec span;
        const char *text;
    } SPANS[] = {
        {2 * MSEC_DAY, "2 days"}, {MSEC_DAY, "1 day"}, {36 * MSEC_HOUR, "36 hours"}, {90 * MSEC_MINUTE, "90 minutes"},
        {49 * MSEC_HOUR + 3, "2 days"}, {0, "0 minutes"}, {61 * MSEC_SECOND, "1 minute"},
    };
    for (size_t i = 0; i < COUNT_OF(SPANS); i++) {
        OK(locale_span(en, ctx, SPANS[i].span, &out));
        assert_string_equal(out, SPANS[i].text);
    }
    struct locale *it;
    OK(locale_open(ctx, "it", "Europe/Rome", &it));
    OK(locale_relative(it, ctx, NOON - 2 * MSEC_DAY, NOON, &out));
    assert_string_equal(out, "2 giorni fa");
}

static void numbers_lists_names(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct locale *en, *it, *sq;
    OK(locale_open(ctx, "en", "Europe/Rome", &en));
    OK(locale_open(ctx, "it", "Europe/Rome", &it));
    OK(locale_open(ctx, "sq", "Europe/Rome", &sq));
    const char *out;
    OK(locale_number(en, ctx, 1234567, &out));
    assert_string_equal(out, "1,234,567");
    OK(locale_number(it, ctx, 1234567, &out));
    assert_string_equal(out, "1.234.567");
    static const char *const ITEMS[] = {"Roma", "Tirana", "Skopje"};
    OK(locale_list(it, ctx, ITEMS, 3, &out));
    assert_string_equal(out, "Roma, Tirana e Skopje");
    OK(locale_list(it, ctx, ITEMS, 1, &out));
    assert_string_equal(out, "Roma");
    OK(locale_list(it, ctx, ITEMS, 0, &out));
    assert_string_equal(out, "");
    static const char *const BROKEN[] = {"\xff"};
    BAD(ERR_INPUT, locale_list(it, ctx, BROKEN, 1, &out));
    OK(locale_country(it, ctx, "AL", &out));
    assert_string_equal(out, "Albania");
    OK(locale_country(sq, ctx, "IT", &out));
    assert_string_equal(out, "Itali");
    OK(locale_country(it, ctx, "ZQ", &out));
    assert_string_equal(out, "ZQ");
    OK(locale_language_name(en, ctx, "sq", &out));
    assert_string_equal(out, "Albanian");
    /* In Albanian "ç" stands between c and d. */
    assert_true(locale_compare(sq, "çaj", "cz") > 0);
    assert_true(locale_compare(sq, "çaj", "da") < 0);
    assert_int_equal(locale_compare(sq, "abc", "abc"), 0);
}

static void *format_many(void *arg)
{
    const struct locale *l = arg;
    for (int i = 0; i < 300; i++) {
        MEM_SCOPE(ctx, NULL);
        const char *out;
        if (err_failed(locale_day(l, ctx, NOON, &out)) || strcmp(out, "24 novembre 2026") != 0) return arg;
    }
    return NULL;
}

static void threads_share_a_locale(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct locale *it;
    OK(locale_open(ctx, "it", "Europe/Rome", &it));
    pthread_t threads[4];
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, format_many, it), 0);
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        void *wrong;
        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_in_the_zone), cmocka_unit_test(wrong_places_are_refused), cmocka_unit_test(spans),
        cmocka_unit_test(numbers_lists_names), cmocka_unit_test(threads_share_a_locale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
