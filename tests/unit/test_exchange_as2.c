/* AS2 messages and receipts: signed, checked, and only for what they are for. */
#include "pair.h"

#include "exchange/envelope.h"
#include "exchange/mdn.h"

static mem *all;
static struct side *it, *al;
static struct as2_post post;
static char mic[AS2_MIC_ROOM];
static struct id message;

#define CONTENT "{\"parts\":[]}"

static int setup(void **state)
{
    (void)state;
    all = talloc_new(NULL);
    it = side_make(all, "Italy");
    al = side_make(all, "Albania");
    message = id_new(NOW);
    struct as2_wish wish = {.from = it->node.text,
                            .to = al->node.text,
                            .message = message,
                            .at = NOW,
                            .type = ENVELOPE_TYPE,
                            .content = bytes_text(CONTENT)};
    OK(as2_make(all, &wish, it->node_key, it->node_certificate, &post, mic));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    talloc_free(all);
    return 0;
}

static const char *message_id(mem *ctx)
{
    return talloc_asprintf(ctx, "<%s@%s>", message.text, it->node.text);
}

/* The post with one header field changed, added, or (NULL) left out. */
static struct as2_post with_header(mem *ctx, const struct as2_post *in, const char *name,
                                   const char *value)
{
    struct mime_field *at = mem_array(ctx, struct mime_field, in->headers.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < in->headers.n; i++)
        if (!text_same_nocase(in->headers.at[i].name, name)) at[n++] = in->headers.at[i];
    if (value != NULL) at[n++] = (struct mime_field){name, value};
    return (struct as2_post){{at, n}, in->body};
}

static void message_comes_back(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct as2_claim claim = {0};
    OK(as2_claim_read(ctx, post.headers, &claim));
    assert_string_equal(claim.from, it->node.text);
    assert_string_equal(claim.to, al->node.text);
    assert_string_equal(claim.message_id, message_id(ctx));
    assert_true(claim.wants_receipt && claim.wants_signed && claim.mic_offered &&
                !claim.asynchronous);
    struct as2_content content = {0};
    OK(as2_verify(ctx, &post, it->node_certificate, NOW, &content));
    assert_string_equal(content.type, ENVELOPE_TYPE);
    assert_true(bytes_equal(content.content, bytes_text(CONTENT)));
    assert_string_equal(content.mic, mic);
    assert_true(content.signed_at == NOW);
    /* RFC 4130 §7.3.1: header fields and body of the signed entity, without the line end that
     * belongs to the boundary. */
    assert_true(text_starts((const char *)content.raw.p, "Content-Type: " ENVELOPE_TYPE "\r\n"));
    assert_true(content.raw.p[content.raw.n - 1] != '\n');
    for (size_t i = 0; i < post.body.n; i++) assert_true(post.body.p[i] < 0x80);
}

static void headers_travel_as_text(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct bytes text = {0};
    struct mime_fields again = {0};
    OK(as2_headers_write(ctx, post.headers, &text));
    OK(as2_headers_read(ctx, text, &again));
    assert_int_equal(again.n, post.headers.n);
    for (size_t i = 0; i < again.n; i++) {
        assert_string_equal(again.at[i].name, post.headers.at[i].name);
        assert_string_equal(again.at[i].value, post.headers.at[i].value);
    }
    struct mime_field bad = {"A", "b\r\nC: d"};
    BAD(ERR_INPUT, as2_headers_write(ctx, (struct mime_fields){&bad, 1}, &text));
    bad = (struct mime_field){"A: x", "b"};
    BAD(ERR_INPUT, as2_headers_write(ctx, (struct mime_fields){&bad, 1}, &text));
}

static void names(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    static const char *const both[][2] = {
        {"node", "node"},
        {"two words", "\"two words\""},
        {"a\"b\\c", "\"a\\\"b\\\\c\""},
        {"<x>", "<x>"},
    };
    for (size_t i = 0; i < COUNT_OF(both); i++) {
        const char *written = NULL, *read = NULL;
        OK(as2_name_write(ctx, both[i][0], &written));
        assert_string_equal(written, both[i][1]);
        OK(as2_name_read(ctx, written, &read));
        assert_string_equal(read, both[i][0]);
    }
    const char *out = NULL;
    OK(as2_name_read(ctx, "\"node\"", &out));
    assert_string_equal(out, "node");
    out = NULL;
    static const char *const bad[] = {"",          "\"\"",   "\"a",   "a\"b",
                                      "two words", "\"a\"b", "\"a\\", "\xc3\xab"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) BAD(ERR_INPUT, as2_name_read(ctx, bad[i], &out));
    char longest[AS2_NAME_MOST + 2];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    BAD(ERR_INPUT, as2_name_write(ctx, longest, &out));
    BAD(ERR_LIMIT, as2_name_read(ctx, longest, &out));
    assert_null(out);
}

static void claims_that_are_refused(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    static const struct {
        const char *name, *value;
    } bad[] = {
        {"AS2-From", NULL},   {"AS2-To", NULL},        {"Message-ID", NULL},
        {"AS2-From", "a b"},  {"AS2-To", ""},          {"Message-ID", "x@y"},
        {"Message-ID", "<>"}, {"Message-ID", "<a b>"}, {"Message-ID", "<a><b>"},
        {"Message-ID", "<a"},
    };
    struct as2_claim claim = {0};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct as2_post changed = with_header(ctx, &post, bad[i].name, bad[i].value);
        if (as2_claim_read(ctx, changed.headers, &claim).kind != ERR_INPUT)
            fail_msg("%s: %s", bad[i].name, bad[i].value);
    }
    struct mime_field *twice = mem_array(ctx, struct mime_field, post.headers.n + 1);
    memcpy(twice, post.headers.at, post.headers.n * sizeof *twice);
    twice[post.headers.n] = (struct mime_field){"as2-from", "other"};
    BAD(ERR_INPUT, as2_claim_read(ctx, (struct mime_fields){twice, post.headers.n + 1}, &claim));
    assert_null(claim.from);

    static const struct {
        const char *options;
        bool wants, mic;
    } rows[] = {
        {"signed-receipt-protocol=optional,pkcs7-signature;signed-receipt-micalg=optional,sha1,"
         "SHA256",
         true, true},
        {"Signed-Receipt-Protocol = x", false, true},
        {"signed-receipt-micalg=required,sha1", false, false},
        {"signed-receipt-protocol=required, pkcs7-signatures", false, true},
        {"", false, true},
        {";;=,;", false, true},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct as2_post changed =
            with_header(ctx, &post, "Disposition-Notification-Options", rows[i].options);
        OK(as2_claim_read(ctx, changed.headers, &claim));
        if (claim.wants_signed != rows[i].wants || claim.mic_offered != rows[i].mic)
            fail_msg("%s", rows[i].options);
    }
}

static void only_the_partners_signature(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct as2_content content = {0};
    BAD(ERR_CRYPTO, as2_verify(ctx, &post, al->node_certificate, NOW, &content));
    BAD(ERR_CRYPTO, as2_verify(ctx, &post, it->signing, NOW, &content));
    BAD(ERR_CRYPTO, as2_verify(ctx, &post, it->node_certificate, NOW + 3 * YEAR, &content));
    BAD(ERR_CRYPTO, as2_verify(ctx, &post, it->node_certificate, NOW - 2 * MSEC_DAY, &content));
    const char *type = mime_find(post.headers, "Content-Type");
    static const char *const swaps[][2] = {
        {"multipart/signed", "multipart/mixed"},
        {"sha-256", "sha1"},
        {"micalg=sha-256; ", ""},
        {"application/pkcs7-signature", "application/pgp-signature"},
        {"boundary=", "bound="},
    };
    for (size_t i = 0; i < COUNT_OF(swaps); i++) {
        const char *hit = strstr(type, swaps[i][0]);
        assert_non_null(hit);
        const char *bad = talloc_asprintf(ctx, "%.*s%s%s", (int)(hit - type), type, swaps[i][1],
                                          hit + strlen(swaps[i][0]));
        struct as2_post changed = with_header(ctx, &post, "Content-Type", bad);
        if (as2_verify(ctx, &changed, it->node_certificate, NOW, &content).kind != ERR_INPUT)
            fail_msg("%s", bad);
    }
    assert_null(content.type);
    /* The other spelling: the MIC that goes back is spelled so, and means the same. */
    const char *hit = strstr(type, "sha-256");
    const char *old = talloc_asprintf(ctx, "%.*ssha256%s", (int)(hit - type), type, hit + 7);
    struct as2_post changed = with_header(ctx, &post, "Content-Type", old);
    OK(as2_verify(ctx, &changed, it->node_certificate, NOW, &content));
    assert_true(text_ends(content.mic, ", sha256"));
    assert_true(as2_mic_same(content.mic, mic));
}

static void any_flipped_byte_of_a_message(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    size_t accepted = 0;
    for (size_t i = 0; i < post.body.n; i++) {
        MEM_SCOPE(one, ctx);
        struct as2_content content = {0};
        struct as2_post changed = {post.headers, flipped(one, post.body, i, (unsigned)(i % 7))};
        err e = as2_verify(one, &changed, it->node_certificate, NOW, &content);
        if (err_failed(e)) continue;
        /* What a flip can leave whole is not signed: the frame around the signature (its file name,
         * blank space in its base64). The content and its MIC are the same then. */
        accepted++;
        if (!bytes_equal(content.content, bytes_text(CONTENT)) || !text_same(content.mic, mic))
            fail_msg("byte %zu changes the content", i);
    }
    assert_true(accepted < 200);
}

static void mics(void **state)
{
    (void)state;
    char made[AS2_MIC_ROOM];
    OK(as2_mic(bytes_text("abc"), "sha-256", made));
    assert_string_equal(made, "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=, sha-256");
    assert_true(as2_mic_same(made, "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=,SHA256"));
    assert_false(as2_mic_same(made, "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=, sha1"));
    assert_false(as2_mic_same(made, "unGWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=, sha256"));
    assert_false(as2_mic_same(made, "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="));
    assert_false(as2_mic_same(NULL, NULL));
    assert_false(as2_mic_same(", sha256", ", sha256"));
}

/* ---- receipts ---- */

static struct as2_post receipt(mem *ctx, enum mdn_outcome outcome, const char *of_mic,
                               const char *original, const struct side *from, const struct side *to)
{
    struct as2_post out = {0};
    struct mdn_wish wish = {.from = from->node.text,
                            .to = to->node.text,
                            .message = id_new(NOW),
                            .original = original,
                            .mic = of_mic,
                            .outcome = outcome,
                            .at = NOW};
    OK(mdn_make(ctx, &wish, from->node_key, from->node_certificate, &out));
    return out;
}

static struct mdn_expected expected(mem *ctx)
{
    return (struct mdn_expected){
        .from = al->node.text, .to = it->node.text, .original = message_id(ctx), .mic = mic};
}

static void receipt_comes_back(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    for (enum mdn_outcome o = MDN_PROCESSED; o < MDN_OTHER; o++) {
        struct as2_post answer =
            receipt(ctx, o, o == MDN_PROCESSED ? mic : NULL, message_id(ctx), al, it);
        struct mdn mdn = {0};
        struct mdn_expected e = expected(ctx);
        OK(mdn_verify(ctx, &answer, al->node_certificate, &e, NOW, &mdn));
        assert_int_equal(mdn.outcome, o);
        assert_true(mdn.signed_at == NOW);
        assert_true(text_starts(mdn.disposition, "automatic-action/MDN-sent-automatically; "));
    }
    assert_true(mdn_worth_retrying(MDN_UNEXPECTED) && !mdn_worth_retrying(MDN_DUPLICATE));
    assert_string_equal(mdn_outcome_name(MDN_AUTHENTICATION_FAILED), "authentication-failed");
}

static void receipt_for_something_else(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct mdn mdn = {.outcome = MDN_OTHER};
    struct mdn_expected e = expected(ctx);
    const struct certificate *partner = al->node_certificate;
    struct as2_post other = receipt(ctx, MDN_PROCESSED, mic, "<other@node>", al, it);
    BAD(ERR_PEER, mdn_verify(ctx, &other, partner, &e, NOW, &mdn));
    struct as2_post wrong = receipt(ctx, MDN_PROCESSED, "AAAA, sha-256", message_id(ctx), al, it);
    BAD(ERR_PEER, mdn_verify(ctx, &wrong, partner, &e, NOW, &mdn));
    struct as2_post third = receipt(ctx, MDN_PROCESSED, mic, message_id(ctx), al, al);
    BAD(ERR_PEER, mdn_verify(ctx, &third, partner, &e, NOW, &mdn));
    /* Our own signature is not the partner's. */
    struct as2_post ours = receipt(ctx, MDN_PROCESSED, mic, message_id(ctx), it, it);
    BAD(ERR_CRYPTO, mdn_verify(ctx, &ours, partner, &e, NOW, &mdn));
    struct as2_post right = receipt(ctx, MDN_PROCESSED, mic, message_id(ctx), al, it);
    BAD(ERR_CRYPTO, mdn_verify(ctx, &right, al->signing, &e, NOW, &mdn));
    BAD(ERR_CRYPTO, mdn_verify(ctx, &right, partner, &e, NOW + 3 * YEAR, &mdn));
    struct as2_post nobody = with_header(ctx, &right, "AS2-From", NULL);
    BAD(ERR_INPUT, mdn_verify(ctx, &nobody, partner, &e, NOW, &mdn));
    /* A message is no receipt. */
    e.from = it->node.text;
    e.to = al->node.text;
    BAD(ERR_INPUT, mdn_verify(ctx, &post, it->node_certificate, &e, NOW, &mdn));
    struct as2_post page = {{0}, bytes_text("<html>")};
    BAD(ERR_INPUT, mdn_verify(ctx, &page, partner, &e, NOW, &mdn));
    assert_int_equal(mdn.outcome, MDN_OTHER);
}

/* A receipt with this machine-readable part, signed by the partner. */
static err foreign_receipt(mem *ctx, const char *fields, struct mdn *out)
{
    char entity[4000];
    snprintf(
        entity, sizeof entity,
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=r\r\n\r\n"
        "--r\r\nContent-Type: text/plain\r\n\r\nReceived.\r\n"
        "--r\r\nContent-Type: message/disposition-notification\r\n\r\n%s\r\n--r--\r\n",
        fields);
    const char *type = NULL;
    struct bytes body = {0};
    OK(as2_signed_write(ctx, bytes_text(entity), al->node_key, al->node_certificate, NOW, &type,
                        &body));
    struct mime_field headers[] = {
        {"AS2-From", al->node.text}, {"AS2-To", it->node.text}, {"Content-Type", type}};
    struct as2_post answer = {{headers, 3}, body};
    struct mdn_expected e = expected(ctx);
    return mdn_verify(ctx, &answer, al->node_certificate, &e, NOW, out);
}

static void receipts_of_other_software(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    const char *id = message_id(ctx);
    static const struct {
        const char *disposition;
        enum mdn_outcome outcome;
    } rows[] = {
        {"automatic-action/MDN-sent-automatically; processed", MDN_PROCESSED},
        {"automatic-action/MDN-sent-automatically;processed", MDN_PROCESSED},
        {"Automatic-Action/mdn-sent-automatically; Processed/Warning: duplicate-document",
         MDN_PROCESSED},
        {"automatic-action/MDN-sent-automatically; processed/Error: Decryption-Failed",
         MDN_DECRYPTION_FAILED},
        {"automatic-action/MDN-sent-automatically; processed/error: sender-equals-receiver",
         MDN_OTHER},
        {"automatic-action/MDN-sent-automatically; deleted", MDN_OTHER},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct mdn mdn = {0};
        OK(foreign_receipt(
            ctx,
            talloc_asprintf(
                ctx, "Original-Message-ID: %s\r\nDisposition: %s\r\nReceived-Content-MIC: %s", id,
                rows[i].disposition, mic),
            &mdn));
        if (mdn.outcome != rows[i].outcome) fail_msg("%s", rows[i].disposition);
    }
    struct mdn mdn = {0};
    const char *good = "automatic-action/MDN-sent-automatically; processed";
    /* Blank line at the end, as many write it; another spelling of the hash. */
    char other[AS2_MIC_ROOM];
    snprintf(other, sizeof other, "%.*s,sha256", (int)(strchr(mic, ',') - mic), mic);
    OK(foreign_receipt(
        ctx,
        talloc_asprintf(
            ctx, "Original-Message-ID: %s\r\nDisposition: %s\r\nReceived-Content-MIC: %s\r\n\r\n",
            id, good, other),
        &mdn));
    BAD(ERR_PEER,
        foreign_receipt(
            ctx, talloc_asprintf(ctx, "Original-Message-ID: %s\r\nDisposition: %s", id, good),
            &mdn));
    BAD(ERR_PEER,
        foreign_receipt(
            ctx, talloc_asprintf(ctx, "Disposition: %s\r\nReceived-Content-MIC: %s", good, mic),
            &mdn));
    BAD(ERR_INPUT,
        foreign_receipt(
            ctx,
            talloc_asprintf(ctx, "Original-Message-ID: %s\r\nReceived-Content-MIC: %s", id, mic),
            &mdn));
    BAD(ERR_INPUT,
        foreign_receipt(ctx,
                        talloc_asprintf(ctx,
                                        "Original-Message-ID: %s\r\nDisposition: "
                                        "%s\r\nDisposition: %s\r\nReceived-Content-MIC: %s",
                                        id, good, good, mic),
                        &mdn));
    BAD(ERR_INPUT, foreign_receipt(ctx, "nonsense", &mdn));
}

static void any_flipped_byte_of_a_receipt(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct as2_post right = receipt(ctx, MDN_AUTHENTICATION_FAILED, NULL, message_id(ctx), al, it);
    struct mdn_expected e = expected(ctx);
    for (size_t i = 0; i < right.body.n; i++) {
        MEM_SCOPE(one, ctx);
        struct mdn mdn = {0};
        struct as2_post changed = {right.headers, flipped(one, right.body, i, (unsigned)(i % 7))};
        err failed = mdn_verify(one, &changed, al->node_certificate, &e, NOW, &mdn);
        if (!err_failed(failed) && mdn.outcome != MDN_AUTHENTICATION_FAILED)
            fail_msg("byte %zu turns an error into something else", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(message_comes_back),
        cmocka_unit_test(headers_travel_as_text),
        cmocka_unit_test(names),
        cmocka_unit_test(claims_that_are_refused),
        cmocka_unit_test(only_the_partners_signature),
        cmocka_unit_test(any_flipped_byte_of_a_message),
        cmocka_unit_test(mics),
        cmocka_unit_test(receipt_comes_back),
        cmocka_unit_test(receipt_for_something_else),
        cmocka_unit_test(receipts_of_other_software),
        cmocka_unit_test(any_flipped_byte_of_a_receipt),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
