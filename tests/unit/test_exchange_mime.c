/* MIME: what we write, GMime reads the same; what two readers could see differently is refused. */
#include "cm.h"

#include <gmime/gmime.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "exchange/mime.h"

static struct bytes written(mem *ctx, const struct mime_leaf *leaf)
{
    struct buf b;
    struct bytes out = {0};
    buf_init(&b, ctx, 1 << 20);
    OK(mime_leaf_write(&b, leaf));
    OK(buf_done(&b, &out));
    return out;
}

static err try_leaf(const struct mime_leaf *leaf)
{
    MEM_SCOPE(ctx, NULL);
    struct buf b;
    buf_init(&b, ctx, 1 << 20);
    return mime_leaf_write(&b, leaf);
}

static struct bytes mixed(mem *ctx, const struct mime_leaf *leaves, size_t n)
{
    struct bytes children[8];
    for (size_t i = 0; i < n; i++) children[i] = written(ctx, &leaves[i]);
    char boundary[MIME_BOUNDARY_ROOM];
    mime_boundary(boundary);
    struct buf b;
    struct bytes out = {0};
    buf_init(&b, ctx, 1 << 20);
    OK(mime_multipart_write(&b, "multipart/mixed", boundary, children, n));
    OK(buf_done(&b, &out));
    return out;
}

static const struct mime_leaf three[] = {
    {.type = "application/vnd.opentrm+json", .content = {(const uint8_t *)"{\"a\":\"ë\"}", 10}},
    {.type = "text/plain; charset=us-ascii",
     .content = {(const uint8_t *)"a\r\n--b\r\nc", 9},
     .plain = true},
    {.type = "image/jpeg",
     .file_name = "strehimi ë \"1\".jpg",
     .content = {(const uint8_t *)"\0\xff\r\n\n", 5}},
};

static void written_is_read(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct bytes raw = mixed(ctx, three, 3);
    struct mime_entity *whole = NULL;
    OK(mime_read(ctx, raw, &whole));
    assert_string_equal(whole->type, "multipart/mixed");
    assert_int_equal(whole->child_count, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct mime_entity *child = &whole->children[i];
        assert_true(text_starts(three[i].type, child->type));
        assert_true(bytes_equal(child->content, three[i].content));
        assert_true(text_same(child->file_name, three[i].file_name));
        assert_true(bytes_find(raw, child->raw, 0) != SIZE_MAX);
        assert_true(bytes_equal(child->raw, written(ctx, &three[i])));
    }
    assert_string_equal(mime_parameter(&whole->children[1], "CHARSET"), "us-ascii");
    assert_null(mime_parameter(&whole->children[0], "charset"));
    for (size_t i = 0, line = 0; i < raw.n; i++) {
        assert_true(raw.p[i] < 0x80);
        line = raw.p[i] == '\n' ? 0 : line + 1;
        assert_true(line <= 200);
    }
}

/* An independent reader sees the same parts. */
static void gmime_reads_the_same(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct bytes raw = mixed(ctx, three, 3);
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer((const char *)raw.p, raw.n);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeObject *whole = g_mime_parser_construct_part(parser, NULL);
    assert_true(GMIME_IS_MULTIPART(whole));
    assert_int_equal(g_mime_multipart_get_count(GMIME_MULTIPART(whole)), 3);
    for (int i = 0; i < 3; i++) {
        GMimeObject *part = g_mime_multipart_get_part(GMIME_MULTIPART(whole), i);
        GMimeDataWrapper *content = g_mime_part_get_content(GMIME_PART(part));
        GMimeStream *out = g_mime_stream_mem_new();
        g_mime_data_wrapper_write_to_stream(content, out);
        GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(out));
        assert_int_equal(bytes->len, three[i].content.n);
        assert_memory_equal(bytes->data, three[i].content.p, bytes->len);
        assert_true(text_same(g_mime_part_get_filename(GMIME_PART(part)), three[i].file_name));
        g_object_unref(out);
    }
    g_object_unref(whole);
    g_object_unref(parser);
    g_object_unref(stream);
}

#define HEAD "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n"

static void hostile_boundaries(void **state)
{
    (void)state;
    static const struct {
        const char *why, *text;
    } bad[] = {
        {"no boundary", "Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n"},
        {"boundary twice",
         "Content-Type: multipart/mixed; boundary=b; boundary=c\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n"},
        {"type twice", "Content-Type: multipart/mixed; boundary=b\r\nContent-Type: "
                       "text/plain\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n"},
        {"empty boundary",
         "Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n--\r\n\r\nx\r\n----\r\n"},
        {"boundary ends in a space",
         "Content-Type: multipart/mixed; boundary=\"b \"\r\n\r\n--b \r\n\r\nx\r\n--b --\r\n"},
        {"line end in a boundary",
         "Content-Type: multipart/mixed; boundary=\"b\r\n c\"\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n"},
        {"encoded multipart",
         "Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: "
         "base64\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n"},
        {"no parts", HEAD "--b--\r\n"},
        {"nothing", HEAD},
        {"no end", HEAD "--b\r\n\r\nx\r\n"},
        {"end in a line", HEAD "--b\r\n\r\nx --b--\r\n"},
        {"bare LF before", HEAD "--b\r\n\r\nx\n--b\r\n\r\ny\r\n--b--\r\n"},
        {"bare CR before", HEAD "--b\r\n\r\nx\r--b\r\n\r\ny\r\n--b--\r\n"},
        {"bare LF behind", HEAD "--b\r\n\r\nx\r\n--b\n\r\ny\r\n--b--\r\n"},
        {"only begins so", HEAD "--b\r\n\r\nx\r\n--bb\r\n\r\ny\r\n--b--\r\n"},
        {"only begins so, and goes on like a header",
         HEAD "--b\r\n\r\nx\r\n--bA: c\r\n\r\ny\r\n--b--\r\n"},
        {"only begins so, in the preamble", HEAD "--bb\r\n--b\r\n\r\nx\r\n--b--\r\n"},
        {"boundary behind the end", HEAD "--b\r\n\r\nx\r\n--b--\r\n--b\r\n\r\ny\r\n--b--\r\n"},
        {"text behind the end", HEAD "--b\r\n\r\nx\r\n--b--\r\nand more"},
        {"zero behind the end", HEAD "--b\r\n\r\nx\r\n--b--\r\n\1"},
        {"empty part", HEAD "--b\r\n--b--\r\n"},
        {"part without empty line", HEAD "--b\r\nContent-Type: text/plain\r\n--b--\r\n"},
        {"bare LF in a header", HEAD "--b\r\nContent-Type: text/plain\n\r\nx\r\n--b--\r\n"},
        {"inner boundary is the outer one",
         HEAD "--b\r\n" HEAD "--b\r\n\r\nx\r\n--b--\r\n\r\n--b--\r\n"},
        {"unknown encoding", "Content-Transfer-Encoding: x-uuencode\r\n\r\nx"},
        {"bad base64", "Content-Transfer-Encoding: base64\r\n\r\nx*=="},
        {"bad quoted-printable", "Content-Transfer-Encoding: quoted-printable\r\n\r\n=XY"},
        {"cut quoted-printable", "Content-Transfer-Encoding: quoted-printable\r\n\r\n=4"},
        {"header without a name", ": x\r\n\r\nx"},
        {"header without a colon", "Content-Type\r\n\r\nx"},
        {"folded first", " x\r\nA: b\r\n\r\nx"},
        {"8 bits in a header", "Subject: \xc3\xab\r\n\r\nx"},
        {"zero in a header", "Subject: \1\r\n\r\nx"},
        {"no subtype", "Content-Type: text\r\n\r\nx"},
        {"junk behind a type", "Content-Type: text/plain x\r\n\r\nx"},
        {"open quote", "Content-Type: text/plain; a=\"x\r\n\r\nx"},
        {"path as a name", "Content-Disposition: attachment; filename=\"../x\"\r\n\r\nx"},
        {"hidden name", "Content-Disposition: attachment; filename=\".x\"\r\n\r\nx"},
        {"path as a coded name",
         "Content-Disposition: attachment; filename*=UTF-8''a%2Fb\r\n\r\nx"},
        {"zero in a coded name", "Content-Disposition: attachment; filename*=UTF-8''a%00\r\n\r\nx"},
        {"bad UTF-8 in a name", "Content-Disposition: attachment; filename*=UTF-8''%ff\r\n\r\nx"},
        {"another charset", "Content-Disposition: attachment; filename*=latin1''x\r\n\r\nx"},
        {"cut coded name", "Content-Disposition: attachment; filename*=UTF-8''%f\r\n\r\nx"},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        MEM_SCOPE(ctx, NULL);
        struct mime_entity *whole = NULL;
        err e = mime_read(ctx, bytes_text(bad[i].text), &whole);
        if (e.kind != ERR_INPUT || whole != NULL) fail_msg("%s: %s", bad[i].why, err_name(e.kind));
    }
}

static void friendly_oddities(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct mime_entity *whole = NULL;
    OK(mime_read(
        ctx,
        bytes_text(
            "content-type:\tmultipart/Mixed ;\r\n\tBoundary=b;\r\n\r\nThis is a preamble.\r\n"
            "--b \t\r\n\r\nx--b\r\n y\r\n--b\r\nContent-Transfer-Encoding: Quoted-Printable\r\n\r\n"
            "a=3D=\r\nb\r\n--b--"),
        &whole));
    assert_int_equal(whole->child_count, 2);
    assert_true(bytes_equal(whole->children[0].content, bytes_text("x--b\r\n y")));
    assert_string_equal(whole->children[0].type, "text/plain");
    assert_true(bytes_equal(whole->children[1].content, bytes_text("a=b")));
    /* A first boundary right at the start, and an empty body. */
    OK(mime_read(ctx, bytes_text(HEAD "--b\r\n\r\n\r\n--b--\r\n\r\n"), &whole));
    assert_int_equal(whole->children[0].content.n, 0);
}

static void limits(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct mime_entity *whole = NULL;
    struct buf b;
    struct bytes in = {0};
    buf_init(&b, ctx, 1 << 20);
    for (int i = 0; i <= MIME_DEPTH_MOST; i++)
        buf_addf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i);
    buf_add_text(&b, "\r\nx");
    for (int i = MIME_DEPTH_MOST; i >= 0; i--) buf_addf(&b, "\r\n--b%d--", i);
    OK(buf_done(&b, &in));
    BAD(ERR_LIMIT, mime_read(ctx, in, &whole));

    buf_init(&b, ctx, 1 << 20);
    buf_add_text(&b, HEAD);
    for (int i = 0; i <= MIME_CHILDREN_MOST; i++) buf_add_text(&b, "--b\r\n\r\nx\r\n");
    buf_add_text(&b, "--b--");
    OK(buf_done(&b, &in));
    BAD(ERR_LIMIT, mime_read(ctx, in, &whole));

    buf_init(&b, ctx, 1 << 20);
    for (int i = 0; i <= MIME_HEADERS_MOST; i++) buf_addf(&b, "A%d: b\r\n", i);
    buf_add_text(&b, "\r\nx");
    OK(buf_done(&b, &in));
    BAD(ERR_LIMIT, mime_read(ctx, in, &whole));

    buf_init(&b, ctx, 1 << 20);
    for (int i = 0; i < 20; i++) buf_addf(&b, "A%d: %0500d\r\n", i, i);
    buf_add_text(&b, "\r\nx");
    OK(buf_done(&b, &in));
    BAD(ERR_LIMIT, mime_read(ctx, in, &whole));
    assert_null(whole);
}

static void what_is_not_written(void **state)
{
    (void)state;
    const struct bytes x = bytes_text("x");
    static char long_line[1200];
    memset(long_line, 'x', sizeof long_line - 1);
    const struct mime_leaf bad[] = {
        {.type = "", .content = x},
        {.type = "text/plain\r\nX: y", .content = x},
        {.type = "text/plain", .content = bytes_text("a\nb"), .plain = true},
        {.type = "text/plain", .content = bytes_text("a\rb"), .plain = true},
        {.type = "text/plain", .content = bytes_text("\xc3\xab"), .plain = true},
        {.type = "text/plain", .content = bytes_of("a\0b", 3), .plain = true},
        {.type = "text/plain", .content = bytes_text(long_line), .plain = true},
        {.type = "image/png", .file_name = "", .content = x},
        {.type = "image/png", .file_name = "..", .content = x},
        {.type = "image/png", .file_name = "a/b", .content = x},
        {.type = "image/png", .file_name = "a\r\nb", .content = x},
        {.type = "image/png", .file_name = "\xff", .content = x},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (try_leaf(&bad[i]).kind != ERR_INPUT) fail_msg("case %zu", i);
    MEM_SCOPE(ctx, NULL);
    struct buf b;
    buf_init(&b, ctx, 1000);
    struct bytes child = bytes_text("Content-Type: text/plain\r\n\r\n--here\r\n");
    BAD(ERR_BUG, mime_multipart_body(&b, "here", &child, 1));
}

/* Whatever one byte is changed to, reading ends and stays inside the bytes. */
static void any_changed_byte(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct bytes raw = mixed(ctx, three, 3);
    for (size_t i = 0; i < raw.n; i++) {
        static const uint8_t values[] = {0, '\r', '\n', '-', ';', '"', '=', 0xff};
        for (size_t v = 0; v < COUNT_OF(values); v++) {
            MEM_SCOPE(one, ctx);
            uint8_t *p = talloc_memdup(one, raw.p, raw.n);
            p[i] = values[v];
            struct mime_entity *whole = NULL;
            err_ignore(mime_read(one, bytes_of(p, raw.n), &whole)); /* either is right */
            err_ignore(mime_read(one, bytes_of(p, i), &whole));
        }
    }
}

static int setup(void **state)
{
    (void)state;
    g_mime_init();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_is_read),
        cmocka_unit_test(gmime_reads_the_same),
        cmocka_unit_test(hostile_boundaries),
        cmocka_unit_test(friendly_oddities),
        cmocka_unit_test(limits),
        cmocka_unit_test(what_is_not_written),
        cmocka_unit_test(any_changed_byte),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
