/* fuzz_base.c - the small parsers of base: text, dates, ids, codes, encodings, JSON.
 *
 * The first byte picks the parser. What is read and can be written must read back the same.
 */
#include <string.h>

#include "base/date.h"
#include "base/encode.h"
#include "base/id.h"
#include "base/json.h"
#include "base/text.h"
#include "fuzz.h"

#define MUST(cond) ((cond) ? (void)0 : __builtin_trap())

enum { JSON_MOST = 1 << 16 };

static void fuzz_json(mem *ctx, struct bytes in)
{
    JSON_SCOPE(value) = NULL;
    if (err_failed(json_read(in, JSON_MOST, &value))) return;
    struct bytes first, second;
    MUST(!err_failed(json_write(ctx, value, &first)));
    JSON_SCOPE(again) = NULL;
    if (err_failed(json_read(first, 16 * JSON_MOST, &again))) return;
    MUST(!err_failed(json_write(ctx, again, &second)));
    MUST(bytes_equal(first, second));
}

static void fuzz_text(mem *ctx, struct bytes in)
{
    const char *s, *out;
    if (err_failed(text_check(in, 4096)) || err_failed(bytes_string(ctx, in, &s))) return;
    MUST(text_valid_utf8(in));
    MUST(!err_failed(text_trim(ctx, s, &out)));
    int64_t number;
    err_ignore(text_number(s, &number)); /* only that it comes back */
    (void)text_identifier(s);
    const char *rest = s;
    for (const char *piece = s; piece != NULL;) {
        if (err_failed(text_split(ctx, &rest, ',', &piece))) return;
    }
}

static void fuzz_time(mem *ctx, struct bytes in)
{
    const char *s;
    if (err_failed(bytes_string(ctx, in, &s))) return;
    struct date day;
    char text[DATE_TIME_ROOM];
    if (!err_failed(date_parse(s, &day))) {
        date_format_day(day, text);
        MUST(text_same(text, s));
        MUST(date_valid(date_of(date_start(day))));
    }
    msec t, again;
    if (!err_failed(date_parse_utc(s, &t))) {
        date_format_utc(t, text);
        /* An offset may lead out of the years that can be written. */
        if (!err_failed(date_parse_utc(text, &again))) MUST(again / MSEC_SECOND == t / MSEC_SECOND);
    }
    if (!err_failed(date_parse_mail(s, &t))) {
        date_format_mail(t, text);
        if (!err_failed(date_parse_mail(text, &again))) MUST(again == t);
    }
}

static void fuzz_names(mem *ctx, struct bytes in)
{
    const char *s;
    if (err_failed(bytes_string(ctx, in, &s))) return;
    struct id id;
    if (!err_failed(id_parse(s, &id))) MUST(id_is_set(id) && text_same(id.text, s));
    char code[CASE_CODE_ROOM], again[CASE_CODE_ROOM];
    if (!err_failed(case_code_normal(s, code))) {
        MUST(!err_failed(case_code_normal(code, again)));
        MUST(text_same(code, again));
    }
}

static void fuzz_encodings(mem *ctx, struct bytes in)
{
    const char *text;
    struct bytes back;
    MUST(!err_failed(encode_base64(ctx, in, &text)));
    MUST(!err_failed(decode_base64(ctx, bytes_text(text), &back)) && bytes_equal(in, back));
    MUST(!err_failed(encode_base64url(ctx, in, &text)));
    MUST(!err_failed(decode_base64url(ctx, text, &back)) && bytes_equal(in, back));
    MUST(!err_failed(encode_hex(ctx, in, &text)));
    MUST(!err_failed(decode_hex(ctx, text, &back)) && bytes_equal(in, back));
    err_ignore(decode_base64(ctx, in, &back)); /* only that it comes back */
    if (err_failed(bytes_string(ctx, in, &text))) return;
    err_ignore(decode_base64url(ctx, text, &back));
    err_ignore(decode_hex(ctx, text, &back));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const PARSERS[])(mem *, struct bytes) = {fuzz_json, fuzz_text, fuzz_time,
                                                           fuzz_names, fuzz_encodings};
    if (size == 0) return 0;
    MEM_SCOPE(ctx, NULL);
    PARSERS[data[0] % COUNT_OF(PARSERS)](ctx, bytes_of(data + 1, size - 1));
    return 0;
}
