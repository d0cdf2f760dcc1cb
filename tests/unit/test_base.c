/* test_base.c - buffers, text, dates, ids, codes, JSON, files. */
#include "cm.h"

#include "base/address.h"

#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/id.h"
#include "base/json.h"
#include "base/text.h"
#include "base/vec.h"

static void buffer_keeps_its_limit(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct buf b;
    struct bytes out;
    buf_init(&b, ctx, 10);
    buf_add_text(&b, "12345");
    buf_addf(&b, "%d", 67890);
    OK(buf_done(&b, &out));
    assert_int_equal(out.n, 10);
    buf_add_char(&b, 'x');
    BAD(ERR_LIMIT, buf_done(&b, &out));
    buf_init(&b, ctx, 0);
    OK(buf_done(&b, &out));
    assert_int_equal(out.n, 0);
}

static void text_refuses_what_is_not_utf8(void **state)
{
    (void)state;
    const char *bad[] = {"\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "a\x80", "\xe2\x82", "\xff"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) BAD(ERR_INPUT, text_check(bytes_text(bad[i]), 100));
    OK(text_check(bytes_text("Ë — Ґ 中 \xf0\x9f\x98\x80\n"), 100));
    BAD(ERR_LIMIT, text_check(bytes_text("abcd"), 3));
    BAD(ERR_INPUT, text_check(bytes_of("a\0b", 3), 10));
    BAD(ERR_INPUT, text_check(bytes_text("\x1b[2J"), 10));
}

static void dates_follow_the_calendar(void **state)
{
    (void)state;
    struct date d;
    BAD(ERR_INPUT, date_parse("2026-02-31", &d));
    BAD(ERR_INPUT, date_parse("2026-02-29", &d));
    BAD(ERR_INPUT, date_parse("26-2-1", &d));
    OK(date_parse("2024-02-29", &d));
    assert_int_equal(date_age(d, (struct date){2042, 2, 28}), 17);
    assert_int_equal(date_age(d, (struct date){2042, 3, 1}), 18);
    char text[DATE_TIME_ROOM];
    msec t;
    OK(date_parse_utc("2026-11-24T05:57:03Z", &t));
    date_format_utc(t, text);
    assert_string_equal(text, "2026-11-24T05:57:03Z");
    date_format_mail(t, text);
    assert_string_equal(text, "Tue, 24 Nov 2026 05:57:03 +0000");
    msec u;
    OK(date_parse_utc("2026-11-24T06:57:03.123+01:00", &u));
    assert_true(t == u);
    BAD(ERR_INPUT, date_parse_utc("2026-11-24 05:57", &u));
    date_format_mail(t, text);
    OK(date_parse_mail(text, &u));
    assert_int_equal(t, u);
    OK(date_parse_mail("24 Nov 2026 06:57:03 +0100", &u));
    assert_int_equal(t, u);
    OK(date_parse_mail("Tue, 24 Nov 2026 05:57:03 GMT", &u));
    assert_int_equal(t, u);
    OK(date_parse_mail("Wed,  4 Nov 2026 05:57:03 +0000", &u));
    assert_int_equal(t - 20 * MSEC_DAY, u);
    static const char *const NO_DATES[] = {"", ",", "Tue, ", "Tue, 31 Feb 2026 05:57:03 +0000", "24 Nev 2026 05:57:03 +0000",
                                           "24 Nov 2026 05:57:03", "24 Nov 2026 05:57:03 +01", "24 Nov 2026 05:57:03 CEST and more of it",
                                           "24 Nov 26 05:57:03 +0000", "4", "24", "24 Nov 2026 5:57:03 +00000"};
    for (size_t i = 0; i < COUNT_OF(NO_DATES); i++) BAD(ERR_INPUT, date_parse_mail(NO_DATES[i], &u));
    BAD(ERR_INPUT, date_parse_mail(NULL, &u));
    for (msec day = -800000; day < 800000; day += 997) {
        struct date back = date_of(day * MSEC_DAY);
        assert_true(date_start(back) == day * MSEC_DAY);
    }
}

static void ids_are_uuids(void **state)
{
    (void)state;
    struct id a = id_new(1700000000000), b;
    assert_int_equal(a.text[14], '7');
    assert_int_equal(id_random().text[14], '4');
    OK(id_parse(a.text, &b));
    assert_true(id_same(a, b));
    BAD(ERR_INPUT, id_parse("0190", &b));
    BAD(ERR_INPUT, id_parse("0190FFFF-0000-7000-8000-000000000000", &b));
}

static void case_code_finds_a_misheard_character(void **state)
{
    (void)state;
    for (int n = CASE_CODE_RANDOM_LEAST; n <= CASE_CODE_RANDOM_MOST; n++) {
        char code[CASE_CODE_ROOM], back[CASE_CODE_ROOM];
        OK(case_code_new("IT", 1795500000000, n, code));
        OK(case_code_normal(code, back));
        assert_string_equal(code, back);
        for (size_t i = 6; code[i] != '\0'; i++) {
            char wrong[CASE_CODE_ROOM];
            memcpy(wrong, code, sizeof wrong);
            wrong[i] = code[i] == 'A' ? 'B' : 'A';
            BAD(ERR_INPUT, case_code_normal(wrong, back));
            if (code[i + 1] != '\0' && code[i] != code[i + 1]) {
                memcpy(wrong, code, sizeof wrong);
                wrong[i] = code[i + 1];
                wrong[i + 1] = code[i];
                BAD(ERR_INPUT, case_code_normal(wrong, back));
            }
        }
    }
    char back[CASE_CODE_ROOM];
    BAD(ERR_INPUT, case_code_normal("", back));
    BAD(ERR_INPUT, case_code_normal("IT-26-K7QF-AND-MUCH-MORE-THAN-FITS", back));
}

/* Each member of an object as json_write wrote it, cut at each place, and with bytes that don't belong there. */
static void json_members(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    static const char TEXT[] = "{\"a\":\"x\\\"}]y\\\\\",\"b\":[1,{\"a\":\"no\"},\"]\"],\"c\":{\"d\":{}},\"d\":-12.5,\"e\":true,\"f\":null,\"g\":\"\"}";
    json_t *whole = NULL, *one = NULL;
    const char *key;
    json_t *value;
    struct bytes written;
    OK(json_read(bytes_text(TEXT), 1000, &whole));
    OK(json_write(ctx, whole, &written));
    json_object_foreach(whole, key, value)
    {
        OK(json_read_member(written, key, &one));
        assert_true(one != NULL && json_equal(one, value));
        json_decref(one);
    }
    OK(json_read_member(written, "aa", &one));
    assert_null(one);
    OK(json_read_member(bytes_text("{}"), "a", &one));
    assert_null(one);
    for (size_t n = 0; n < written.n; n++) {
        uint8_t *cut = talloc_memdup(ctx, written.p, n + 1); /* its own memory: reading beyond it is seen */
        BAD(ERR_INPUT, json_read_member(bytes_of(talloc_memdup(ctx, cut, n), n), "none", &one));
        talloc_free(cut);
    }
    static const char *const OTHERS[] = {"[1]", "{\"a\" :1}", "{\"a\":1]", "{\"a\":}", "{\"a\":1}}", "{a:1}", "{\"a\":1,}x", "{\"a\":\"\\", "\"", ""};
    for (size_t i = 0; i < COUNT_OF(OTHERS); i++) BAD(ERR_INPUT, json_read_member(bytes_text(OTHERS[i]), "none", &one));
    BAD(ERR_INPUT, json_read_member(bytes_text("{\"a\":nonsense}"), "a", &one));
    json_decref(whole);
}

static void json_is_canonical(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    JSON_SCOPE(v) = NULL;
    OK(json_read(bytes_text("{ \"b\": 1, \"a\": \"\\u00eb\" }"), 100, &v));
    struct bytes out;
    OK(json_write(ctx, v, &out));
    assert_string_equal((const char *)out.p, "{\"a\":\"ë\",\"b\":1}");
    json_t *w = NULL;
    BAD(ERR_INPUT, json_read(bytes_text("{\"a\":1,\"a\":2}"), 100, &w));
    BAD(ERR_LIMIT, json_read(bytes_text("[1,2,3]"), 3, &w));
}

static void file_is_whole(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    char folder[] = "/tmp/opentrm-unit-XXXXXX";
    assert_non_null(mkdtemp(folder));
    const char *path;
    struct bytes back;
    OK(file_join(ctx, folder, "x", &path));
    BAD(ERR_INPUT, file_join(ctx, folder, "../x", &path));
    OK(file_write(path, bytes_text("hello"), 0600));
    OK(file_read(ctx, path, 10, &back));
    assert_string_equal((const char *)back.p, "hello");
    BAD(ERR_LIMIT, file_read(ctx, path, 4, &back));
    BAD(ERR_NOT_FOUND, file_read(ctx, "/tmp/opentrm-none", 4, &back));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void codecs_come_back(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct bytes in = bytes_of("\0\xff\x10", 3), out;
    const char *text;
    OK(encode_hex(ctx, in, &text));
    assert_string_equal(text, "00ff10");
    OK(decode_hex(ctx, text, &out));
    assert_true(bytes_equal(in, out));
    BAD(ERR_INPUT, decode_hex(ctx, "0", &out));
    OK(encode_base64(ctx, in, &text));
    OK(decode_base64(ctx, bytes_text(text), &out));
    assert_true(bytes_equal(in, out));
    static const struct {
        const char *text, *plain;
    } pairs[] = {{"", ""},         {"Zg==", "f"},         {"Zm8=", "fo"},        {"Zm9v", "foo"},
                 {"Zm9vYg==", "foob"}, {"Zm9vYmE=", "fooba"}, {"Zm9vYmFy", "foobar"}}; /* RFC 4648 §10 */
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        OK(encode_base64(ctx, bytes_text(pairs[i].plain), &text));
        assert_string_equal(text, pairs[i].text);
        OK(decode_base64(ctx, bytes_text(pairs[i].text), &out));
        assert_true(bytes_equal(out, bytes_text(pairs[i].plain)));
    }
    OK(decode_base64(ctx, bytes_text(" Zm\r\n9v\tYg\n= = \n"), &out));
    assert_true(bytes_equal(out, bytes_text("foob")));
    static const char *const bad[] = {"Z",   "Zg",   "Zg=",  "Zg===", "Zh==", "Zm9=", "Zm9v=",
                                      "=",   "====", "Zg==Zg==", "Zm9v\v", "Zm-_", "Zg=x", "=Zg="};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (decode_base64(ctx, bytes_text(bad[i]), &out).kind != ERR_INPUT) fail_msg("%s", bad[i]);
    BAD(ERR_INPUT, decode_base64(ctx, bytes_text("a*b="), &out));
}

static void list_keeps_its_limit(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    VEC(int) v = {0};
    for (int i = 0; i < 100; i++) OK(vec_push(ctx, &v, i, 100));
    BAD(ERR_LIMIT, vec_push(ctx, &v, 1, 100));
    assert_int_equal(v.at[99], 99);
}

/* A fault is found wherever it stands, and so is none: eight bytes are looked at together. */
static void text_is_valid_wherever_its_bytes_stand(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 40; n++)
        for (size_t at = 0; at < n; at++) {
            char text[44];
            memset(text, 'a', sizeof text);
            text[at] = '\x01';
            assert_true(text_valid_utf8(bytes_of(text, n)));
            text[at] = '\x7f';
            assert_true(text_valid_utf8(bytes_of(text, n)));
            text[at] = '\0';
            assert_false(text_valid_utf8(bytes_of(text, n)));
            text[at] = '\x80';
            assert_false(text_valid_utf8(bytes_of(text, n)));
            memcpy(text + at, "\xc3\xab", 2);
            assert_true(text_valid_utf8(bytes_of(text, n)) == (at + 2 <= n));
            memcpy(text + at, "\xe2\x82\xac", 3);
            assert_true(text_valid_utf8(bytes_of(text, n)) == (at + 3 <= n));
            memcpy(text + at, "\xed\xa0\x80", 3); /* a surrogate */
            assert_false(text_valid_utf8(bytes_of(text, n)));
        }
}

static void addresses_are_read_and_grouped(void **state)
{
    (void)state;
    struct address a, b;
    char text[ADDRESS_ROOM];
    static const struct {
        const char *in, *out, *group;
    } GOOD[] = {{"192.0.2.7", "192.0.2.7", "192.0.2.7"},
                {"::ffff:192.0.2.7", "192.0.2.7", "192.0.2.7"},
                {"2001:0DB8:0:7::9", "2001:db8:0:7::9", "2001:db8:0:7::"},
                {"::1", "::1", "::"}};
    static const char *const WRONG[] = {"", "192.0.2", "192.0.2.7 ", "host", "::1%eth0", "[::1]", "192.0.2.7:80", "1.2.3.4.5"};
    for (size_t i = 0; i < COUNT_OF(GOOD); i++) {
        OK(address_parse(GOOD[i].in, &a));
        address_print(&a, text);
        assert_string_equal(text, GOOD[i].out);
        b = address_group(&a);
        address_print(&b, text);
        assert_string_equal(text, GOOD[i].group);
    }
    for (size_t i = 0; i < COUNT_OF(WRONG); i++) BAD(ERR_INPUT, address_parse(WRONG[i], &a));
    BAD(ERR_INPUT, address_parse(NULL, &a));
    static const struct {
        const char *address;
        bool loopback;
    } LOOPS[] = {{"127.0.0.1", true}, {"127.9.9.9", true}, {"::1", true}, {"::ffff:127.0.0.1", true}, {"128.0.0.1", false}, {"::2", false}, {"0.0.0.0", false}, {"::", false}};
    for (size_t i = 0; i < COUNT_OF(LOOPS); i++) {
        OK(address_parse(LOOPS[i].address, &a));
        assert_int_equal(address_is_loopback(&a), LOOPS[i].loopback);
    }
}

static void networks_hold_their_addresses(void **state)
{
    (void)state;
    struct address_networks all;
    struct address a;
    OK(address_networks_parse(" 192.0.2.7  10.1.0.0/15 2001:db8::/33 ", &all));
    assert_int_equal(all.n, 3);
    static const struct {
        const char *address;
        bool in;
    } ROWS[] = {{"192.0.2.7", true}, {"192.0.2.6", false}, {"10.0.255.255", true}, {"10.1.2.3", true}, {"10.2.0.0", false},
                {"2001:db8:7fff::1", true}, {"2001:db8:8000::1", false}, {"::ffff:10.1.2.3", true}};
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        OK(address_parse(ROWS[i].address, &a));
        assert_int_equal(address_networks_have(&all, &a), ROWS[i].in);
    }
    OK(address_networks_parse("", &all));
    assert_int_equal(all.n, 0);
    OK(address_networks_parse(NULL, &all));
    static const char *const WRONG[] = {"10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/x", "/8", "a, b"};
    for (size_t i = 0; i < COUNT_OF(WRONG); i++) BAD(ERR_INPUT, address_networks_parse(WRONG[i], &all));
    OK(address_networks_parse("0.0.0.0/0", &all));
    OK(address_parse("203.0.113.9", &a));
    assert_true(address_networks_have(&all, &a));
    OK(address_parse("2001:db8::1", &a));
    assert_false(address_networks_have(&all, &a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_valid_wherever_its_bytes_stand),
        cmocka_unit_test(buffer_keeps_its_limit),
        cmocka_unit_test(text_refuses_what_is_not_utf8),
        cmocka_unit_test(dates_follow_the_calendar),
        cmocka_unit_test(ids_are_uuids),
        cmocka_unit_test(case_code_finds_a_misheard_character),
        cmocka_unit_test(json_is_canonical),
        cmocka_unit_test(json_members),
        cmocka_unit_test(file_is_whole),
        cmocka_unit_test(codecs_come_back),
        cmocka_unit_test(list_keeps_its_limit),
        cmocka_unit_test(addresses_are_read_and_grouped),
        cmocka_unit_test(networks_hold_their_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
