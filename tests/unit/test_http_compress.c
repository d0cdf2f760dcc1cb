/* test_http_compress.c - who gets gzip, and that it is the same page. */
#include "cm.h"

#include <string.h>

#include <zlib.h>

#include "base/text.h"
#include "http/compress.h"

#define PAGE 20000

static struct http_request request(mem *ctx, const char *accept)
{
    struct http_request rq = {.ctx = ctx};
    struct http_pair *pair = mem_new(ctx, struct http_pair);
    *pair = (struct http_pair){"accept-encoding", accept};
    if (accept != NULL) rq.headers = (struct http_pairs){pair, 1};
    return rq;
}

static const char *header(const struct http_response *rs, const char *name)
{
    for (size_t i = 0; i < rs->headers_n; i++)
        if (text_same_nocase(rs->headers[i].name, name)) return rs->headers[i].value;
    return NULL;
}

/* A page that repeats itself, as pages do. */
static struct bytes page(mem *ctx, size_t n)
{
    static const char WORDS[] = "<option value=\"AL\">Albania</option>\n";
    char *text = mem_array(ctx, char, n + 1);
    for (size_t i = 0; i < n; i++) text[i] = WORDS[i % (sizeof WORDS - 1)];
    return bytes_of(text, n);
}

static void accepted(void **state)
{
    (void)state;
    static const struct {
        const char *accept;
        bool gzip;
    } ROWS[] = {
        {NULL, false},          {"", false},           {"gzip", true},         {"GZIP", true},
        {"deflate, gzip", true}, {"gzip;q=0", false},  {"gzip;q=0.000", false}, {"gzip;q=0.5", true},
        {"br", false},          {"*", true},           {"*;q=0", false},       {"gzipped", false},
        {"identity;q=1, gzip ; q=0.1", true},
    };
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        MEM_SCOPE(ctx, NULL);
        struct http_request rq = request(ctx, ROWS[i].accept);
        if (http_gzip_accepted(&rq) != ROWS[i].gzip) fail_msg("\"%s\"", ROWS[i].accept == NULL ? "-" : ROWS[i].accept);
    }
}

static void smaller_and_the_same(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct http_request rq = request(ctx, "gzip, deflate");
    struct http_response rs = {.ctx = ctx, .body = page(ctx, PAGE)};
    const struct bytes plain = rs.body;
    OK(http_compress(&rq, &rs));
    assert_string_equal(header(&rs, "Content-Encoding"), "gzip");
    assert_string_equal(header(&rs, "Vary"), "Accept-Encoding");
    assert_true(rs.body.n < PAGE / 10);
    uint8_t back[PAGE + 1];
    z_stream z = {.next_in = (z_const Bytef *)(uintptr_t)rs.body.p, .avail_in = (uInt)rs.body.n, .next_out = back, .avail_out = sizeof back};
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.total_out, plain.n);
    assert_memory_equal(back, plain.p, plain.n);
    assert_int_equal(inflateEnd(&z), Z_OK);
}

static void left_as_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *accept;
        size_t n;
    } ROWS[] = {{"gzip", HTTP_COMPRESS_LEAST - 1}, {"gzip", 0}, {"identity", PAGE}, {NULL, PAGE}};
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        MEM_SCOPE(ctx, NULL);
        struct http_request rq = request(ctx, ROWS[i].accept);
        struct http_response rs = {.ctx = ctx, .body = page(ctx, ROWS[i].n)};
        const struct bytes plain = rs.body;
        OK(http_compress(&rq, &rs));
        assert_null(header(&rs, "Content-Encoding"));
        assert_string_equal(header(&rs, "Vary"), "Accept-Encoding"); /* caches must know all the same */
        assert_ptr_equal(rs.body.p, plain.p);
        assert_int_equal(rs.body.n, plain.n);
    }
}

/* What does not get smaller stays: noise. */
static void noise(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    uint8_t *bytes = mem_array(ctx, uint8_t, PAGE);
    uint32_t x = 1;
    for (size_t i = 0; i < PAGE; i++) {
        x = x * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(x >> 24);
    }
    struct http_request rq = request(ctx, "gzip");
    struct http_response rs = {.ctx = ctx, .body = bytes_of(bytes, PAGE)};
    OK(http_compress(&rq, &rs));
    assert_null(header(&rs, "Content-Encoding"));
    assert_ptr_equal(rs.body.p, bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepted),
        cmocka_unit_test(smaller_and_the_same),
        cmocka_unit_test(left_as_it_is),
        cmocka_unit_test(noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
