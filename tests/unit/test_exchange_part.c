/* Parts, seals and envelopes: what goes in comes out, and only where it belongs. */
#include "pair.h"

#include "base/json.h"
#include "exchange/envelope.h"
#include "exchange/mime.h"
#include "exchange/seal.h"
#include "exchange/strict.h"

static mem *all;
static struct side *it, *al;

static int setup(void **state)
{
    (void)state;
    all = talloc_new(NULL);
    it = side_make(all, "Italy");
    al = side_make(all, "Albania");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    talloc_free(all);
    return 0;
}

static json_t *parsed(const char *text)
{
    json_t *value = json_loads(text, 0, NULL);
    assert_non_null(value);
    return value;
}

#define ANSWERS "{\"forename\":\"Drita ë\",\"age\":19,\"children\":[{\"name\":\"x\"}]}"
#define DEFINITION "{\"id\":\"annex-i\",\"version\":\"3\"}"
#define BODY "{\"countries\":\"IT:exploitation AL:origin\",\"child\":\"no\"}"
#define CONSENT                                                                                    \
    "{\"id\":\"01938f00-0000-7000-8000-000000000001\",\"what\":\"share\",\"how\":\"written\","     \
    "\"yes\":true,\"compartments\":[\"identity\"],\"countries\":[\"AL\"],\"at\":1795400000000,"    \
    "\"withdrawn_at\":0,\"purpose\":\"return\",\"until\":\"2027-01-31\",\"language\":\"sq\","      \
    "\"interpreter\":\"\",\"explained_by\":\"N. N.\",\"comments\":\"\",\"received_from\":\"\","    \
    "\"withdrawn_how\":\"\"}"

static const struct part_attachment attachments[] = {
    {"foto ë.jpg", "image/jpeg", {(const uint8_t *)"\xff\xd8\0\r\n", 5}},
    {"paper.pdf", "application/pdf", {(const uint8_t *)"%PDF-1", 6}},
};

/* A referral with everything in it. The JSON lives with ctx. */
static struct part referral(mem *ctx)
{
    json_t *root = json_object();
    json_object_set_new(root, "answers", parsed(ANSWERS));
    json_object_set_new(root, "body", parsed(BODY));
    json_object_set_new(root, "consent", parsed(CONSENT));
    OK(strict_hold(ctx, root));
    return (struct part){
        .type = "referral",
        .message = id_new(NOW),
        .sender = it->organisation,
        .recipient = al->organisation,
        .compartment = COMPARTMENT_IDENTITY,
        .conversation = id_random(),
        .purpose = "return",
        .handling = "confidential",
        .language = "it",
        .at = NOW,
        .consent = json_object_get(root, "consent"),
        .form = {.id = "annex-i", .version = "3"},
        .answers = json_object_get(root, "answers"),
        .body = json_object_get(root, "body"),
        .definition = bytes_text(DEFINITION),
        .pdf = bytes_text("%PDF-1.7 rendering"),
        .attachments = attachments,
        .attachment_count = 2,
    };
}

static struct seal_expected expected_of(const struct part *part)
{
    return (struct seal_expected){.message = part->message,
                                  .sender = part->sender,
                                  .recipient = part->recipient,
                                  .conversation = part->conversation,
                                  .compartment = part->compartment,
                                  .type = part->type};
}

static void same_part(const struct part *a, const struct part *b)
{
    assert_string_equal(a->type, b->type);
    assert_true(id_same(a->message, b->message) && id_same(a->sender, b->sender));
    assert_true(id_same(a->recipient, b->recipient) && id_same(a->conversation, b->conversation));
    assert_true(id_same(a->in_reply_to, b->in_reply_to));
    assert_int_equal(a->compartment, b->compartment);
    assert_true(text_same(a->purpose, b->purpose) && text_same(a->handling, b->handling));
    assert_true(text_same(a->language, b->language));
    assert_true(a->at == b->at);
    assert_true(json_equal(a->answers, b->answers) || a->answers == b->answers);
    assert_true(json_equal(a->body, b->body) || a->body == b->body);
    assert_true(json_equal(a->consent, b->consent) || a->consent == b->consent);
    assert_true(text_same(a->form.id, b->form.id) && text_same(a->form.version, b->form.version));
    assert_true(bytes_equal(a->definition, b->definition) && bytes_equal(a->pdf, b->pdf));
    assert_int_equal(a->attachment_count, b->attachment_count);
    for (size_t i = 0; i < a->attachment_count; i++) {
        assert_string_equal(a->attachments[i].name, b->attachments[i].name);
        assert_string_equal(a->attachments[i].type, b->attachments[i].type);
        assert_true(bytes_equal(a->attachments[i].content, b->attachments[i].content));
    }
}

static void part_comes_back(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct part part = referral(ctx), *again = NULL;
    struct bytes mime = {0};
    OK(part_write(ctx, &part, &mime));
    OK(part_read(ctx, mime, &again));
    same_part(&part, again);
    assert_int_equal(strlen(again->form.hash), 64);
    for (size_t i = 0; i < mime.n; i++) assert_true(mime.p[i] < 0x80);
    part.attachment_count = 0;
    part.pdf = (struct bytes){0};
    OK(part_write(ctx, &part, &mime));
    OK(part_read(ctx, mime, &again));
    same_part(&part, again);
}

/* One row for each rule of the table of types. */
static void each_type_has_its_members(void **state)
{
    (void)state;
    static const struct {
        const char *type, *body;
        bool answers, reply, good;
    } rows[] = {
        {"referral", BODY, true, false, true},
        {"referral", NULL, true, false, true},
        {"referral", NULL, false, false, false},
        {"referral", "{\"countries\":\"IT:exploitation\"}", true, false, false},
        {"referral", "{\"countries\":\"x\",\"child\":\"no\",\"extra\":\"x\"}", true, false, false},
        {"alarm", BODY, true, false, false},
        {"alarm", "{\"countries\":\"x\",\"child\":\"no\",\"danger\":\"seen at the house\"}", true,
         false, true},
        {"followup", NULL, true, false, true},
        {"followup", NULL, true, true, true},
        {"question", "{\"words\":\"when?\"}", false, false, true},
        {"question", "{\"words\":\"\"}", false, false, false},
        {"question", "{\"words\":7}", false, false, false},
        {"question", "{\"words\":\"a\\u0007\"}", false, false, false},
        {"question", "{\"words\":\"a\\u0000b\"}", false, false, false},
        {"question", NULL, false, false, false},
        {"question", "{\"words\":\"when?\"}", true, false, false},
        {"answer", "{\"words\":\"now\"}", false, true, true},
        {"decision", "{\"outcome\":\"accepted\",\"person\":\"N. N.\"}", false, true, true},
        {"decision", "{\"outcome\":\"accepted\"}", false, false, false},
        {"decision", "{\"outcome\":\"accept\"}", false, true, false},
        {"decision", "{\"outcome\":\"opened\"}", false, true, false},
        {"receipt", "{\"outcome\":\"opened\"}", false, true, true},
        {"receipt", "{\"outcome\":\"opened\",\"digest\":\"00\"}", false, true, false},
        {"receipt", NULL, false, true, false},
        {"withdrawal", NULL, false, false, true},
        {"withdrawal", "{\"reason\":\"asked\"}", false, false, true},
        {"greeting", "{\"words\":\"hello\"}", false, false, false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        MEM_SCOPE(ctx, NULL);
        struct part part = referral(ctx), *again = NULL;
        struct bytes mime = {0};
        part.type = rows[i].type;
        part.body = NULL;
        if (rows[i].body != NULL) {
            json_t *body = json_loads(rows[i].body, JSON_ALLOW_NUL, NULL);
            assert_non_null(body);
            OK(strict_hold(ctx, body));
            part.body = body;
        }
        if (rows[i].reply) part.in_reply_to = id_new(NOW);
        if (!rows[i].answers) {
            part.answers = NULL;
            part.form = (struct part_form){0};
            part.definition = (struct bytes){0};
        }
        err e = part_write(ctx, &part, &mime);
        if ((e.kind == ERR_NONE) != rows[i].good || (e.kind != ERR_NONE && e.kind != ERR_INPUT))
            fail_msg("row %zu: %s", i, e.what);
        if (rows[i].good) OK(part_read(ctx, mime, &again));
    }
}

/* The statement of a part as JSON, changed, and the part made again around it. */
static err reread(mem *ctx, const struct part *part, const char *member, json_t *value)
{
    struct bytes mime = {0}, statement = {0}, changed = {0}, children[6];
    struct mime_entity *whole = NULL;
    struct part *again = NULL;
    OK(part_write(ctx, part, &mime));
    OK(mime_read(ctx, mime, &whole));
    JSON_SCOPE(json) = NULL;
    OK(json_read(whole->children[0].content, 1 << 20, &json));
    if (value == NULL)
        json_object_del(json, member);
    else
        json_object_set_new(json, member, value);
    OK(json_write(ctx, json, &statement));
    struct buf b;
    buf_init(&b, ctx, 1 << 20);
    OK(mime_leaf_write(&b,
                       &(struct mime_leaf){.type = whole->children[0].type, .content = statement}));
    OK(buf_done(&b, &children[0]));
    for (size_t i = 1; i < whole->child_count; i++) children[i] = whole->children[i].raw;
    buf_init(&b, ctx, 1 << 20);
    OK(mime_multipart_write(&b, "multipart/mixed", "=_other", children, whole->child_count));
    OK(buf_done(&b, &changed));
    return part_read(ctx, changed, &again);
}

static void strict_statement(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct part part = referral(ctx);
    OK(reread(ctx, &part, "purpose", NULL));
    OK(reread(ctx, &part, "at", json_string("2026-11-24T05:57:00Z")));
    static const char *const required[] = {"profile",   "type",        "message",      "sender",
                                           "recipient", "compartment", "conversation", "at",
                                           "form",      "answers"};
    for (size_t i = 0; i < COUNT_OF(required); i++)
        if (reread(ctx, &part, required[i], NULL).kind != ERR_INPUT) fail_msg("%s", required[i]);
    const struct {
        const char *member, *json;
    } bad[] = {
        {"extra", "\"x\""},
        {"profile", "\"opentrm/2\""},
        {"type", "7"},
        {"message", "\"x\""},
        {"message", "\"01938F00-0000-7000-8000-000000000001\""},
        {"compartment", "\"everything\""},
        {"at", "\"2026-11-24T05:57:00+00:00\""},
        {"at", "\"2026-02-30T05:57:00Z\""},
        {"at", "1795500000000"},
        {"purpose", "\"two words\""},
        {"language", "\"-\""},
        {"language", "\"it-\""},
        {"answers", "[]"},
        {"body", "\"x\""},
        {"consent", "{}"},
        {"form", "{\"id\":\"annex-i\",\"version\":\"3\",\"hash\":"
                 "\"0000000000000000000000000000000000000000000000000000000000000000\"}"},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        json_t *value = json_loads(bad[i].json, JSON_DECODE_ANY, NULL);
        assert_non_null(value);
        if (reread(ctx, &part, bad[i].member, value).kind != ERR_INPUT)
            fail_msg("%s = %s", bad[i].member, bad[i].json);
    }
}

static void what_is_no_part(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct part *out = NULL, part = referral(ctx);
    struct bytes mime = {0};
    BAD(ERR_INPUT, part_read(ctx, bytes_text(""), &out));
    BAD(ERR_INPUT, part_read(ctx, bytes_text("Content-Type: text/plain\r\n\r\nx"), &out));
    BAD(ERR_INPUT,
        part_read(
            ctx,
            bytes_text("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--"),
            &out));
    part.definition = bytes_text("[]");
    BAD(ERR_INPUT, part_write(ctx, &part, &mime));
    part.definition = bytes_text("");
    BAD(ERR_INPUT, part_write(ctx, &part, &mime));
    part = referral(ctx);
    part.message = (struct id){0};
    BAD(ERR_INPUT, part_write(ctx, &part, &mime));
    part = referral(ctx);
    uint8_t *big = talloc_zero_size(ctx, PART_MOST);
    part.pdf = bytes_of(big, PART_MOST);
    BAD(ERR_LIMIT, part_write(ctx, &part, &mime));
    BAD(ERR_LIMIT, part_read(ctx, bytes_of(big, PART_MOST + 1), &out));
    assert_null(out);
    assert_null(mime.p);
}

/* ---- seals ---- */

static void sealed_part_comes_back(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct part part = referral(ctx), *again = NULL;
    struct bytes cms = {0}, inner = {0};
    OK(part_seal(ctx, &part, it->organisation_key, it->signing, al->keys[0], NOW, &cms));
    assert_true(bytes_find(cms, bytes_text("Drita"), 0) == SIZE_MAX);
    assert_true(bytes_find(cms, bytes_text("multipart"), 0) == SIZE_MAX);
    struct seal_expected expected = expected_of(&part);
    OK(part_open(ctx, cms, al->organisation_key, al->keys[0], it->signing, &expected, NOW, &again,
                 &inner));
    same_part(&part, again);
    /* The inner signature is evidence of its own. */
    OK(part_verify(ctx, inner, it->signing, &expected, NOW + MSEC_DAY, &again));
    same_part(&part, again);
    assert_false(bytes_equal(inner, cms));
}

static void part_belongs_where_it_was_sealed(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct part part = referral(ctx), *out = NULL;
    struct bytes cms = {0}, inner = {0};
    OK(part_seal(ctx, &part, it->organisation_key, it->signing, al->keys[0], NOW, &cms));
    struct seal_expected right = expected_of(&part);
    struct seal_expected wrong[6];
    for (size_t i = 0; i < COUNT_OF(wrong); i++) wrong[i] = right;
    wrong[0].message = id_new(NOW);
    wrong[1].sender = id_random();
    wrong[2].recipient = id_random();
    wrong[3].conversation = id_random();
    wrong[4].compartment = COMPARTMENT_HEALTH;
    wrong[5].type = "followup";
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        if (part_open(ctx, cms, al->organisation_key, al->keys[0], it->signing, &wrong[i], NOW,
                      &out, &inner)
                .kind != ERR_PEER)
            fail_msg("case %zu", i);
    /* Wrong key, wrong signer, expired signer. */
    BAD(ERR_CRYPTO, part_open(ctx, cms, it->organisation_key, it->keys[0], it->signing, &right, NOW,
                              &out, NULL));
    BAD(ERR_CRYPTO, part_open(ctx, cms, al->organisation_key, al->keys[0], al->signing, &right, NOW,
                              &out, NULL));
    BAD(ERR_CRYPTO, part_open(ctx, cms, al->organisation_key, al->keys[0], it->node_certificate,
                              &right, NOW, &out, NULL));
    BAD(ERR_CRYPTO, part_open(ctx, cms, al->organisation_key, al->keys[0], it->signing, &right,
                              NOW + 3 * YEAR, &out, NULL));
    /* Sealed by anyone, but not signed as a part. */
    struct bytes loose = {0}, letter = {0};
    OK(cms_seal(ctx, bytes_text("not signed"), al->keys[0], NOW, &loose));
    BAD(ERR_CRYPTO, part_open(ctx, loose, al->organisation_key, al->keys[0], it->signing, &right,
                              NOW, &out, NULL));
    OK(cms_sign(ctx, bytes_text("a letter"), it->organisation_key, it->signing, NOW, &letter));
    OK(cms_seal(ctx, letter, al->keys[0], NOW, &loose));
    BAD(ERR_INPUT, part_open(ctx, loose, al->organisation_key, al->keys[0], it->signing, &right,
                             NOW, &out, NULL));
    assert_null(out);
    assert_null(inner.p);
}

/* ---- envelopes ---- */

static struct envelope envelope_of(const struct envelope_part *parts, size_t n)
{
    return (struct envelope){.conversation = id_random(),
                             .message = id_new(NOW),
                             .sender = it->organisation,
                             .recipient = al->organisation,
                             .class = "referral",
                             .due = NOW + MSEC_DAY,
                             .parts = parts,
                             .part_count = n};
}

static void envelope_comes_back(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    const struct envelope_part parts[] = {{COMPARTMENT_IDENTITY, bytes_of("\x30\0\xff", 3)},
                                          {COMPARTMENT_SAFETY, bytes_text("another")}};
    struct envelope envelope = envelope_of(parts, 2), *again = NULL;
    struct bytes text = {0}, twice = {0};
    OK(envelope_write(ctx, &envelope, &text));
    OK(envelope_write(ctx, &envelope, &twice));
    assert_true(bytes_equal(text, twice));
    OK(envelope_read(ctx, text, &again));
    assert_true(id_same(again->conversation, envelope.conversation));
    assert_true(id_same(again->message, envelope.message));
    assert_true(id_same(again->sender, envelope.sender) &&
                id_same(again->recipient, envelope.recipient));
    assert_string_equal(again->class, "referral");
    assert_true(again->due == envelope.due);
    assert_int_equal(again->part_count, 2);
    assert_int_equal(again->parts[1].compartment, COMPARTMENT_SAFETY);
    assert_true(bytes_equal(again->parts[0].cms, parts[0].cms));
    envelope.due = 0;
    OK(envelope_write(ctx, &envelope, &text));
    OK(envelope_read(ctx, text, &again));
    assert_true(again->due == 0);
}

/* Sealed parts of any size, among them the size from which they go another way. */
static void parts_of_any_size(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 766, 767, 768, 769, 770, 100000, 1000001};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        MEM_SCOPE(ctx, NULL);
        uint8_t *p = talloc_size(ctx, sizes[i]);
        id_fill_random(p, sizes[i]);
        const struct envelope_part parts[] = {{COMPARTMENT_IDENTITY, bytes_of(p, sizes[i])},
                                              {COMPARTMENT_HEALTH, bytes_text("small")},
                                              {COMPARTMENT_JUSTICE, bytes_of(p, sizes[i])}};
        struct envelope envelope = envelope_of(parts, 3), *again = NULL;
        struct bytes text = {0}, pretty = {0};
        OK(envelope_write(ctx, &envelope, &text));
        /* It is canonical JSON: what the JSON library reads, it writes the same. */
        JSON_SCOPE(value) = NULL;
        struct bytes canonical = {0};
        OK(json_read(text, ENVELOPE_MOST, &value));
        OK(json_write(ctx, value, &canonical));
        assert_true(bytes_equal(text, canonical));
        /* White space and another order of keys are no matter. */
        char *loose = json_dumps(value, JSON_INDENT(2));
        OK(bytes_copy(ctx, bytes_text(loose), &pretty));
        free(loose);
        const struct bytes both[] = {text, pretty};
        for (size_t k = 0; k < 2; k++) {
            OK(envelope_read(ctx, both[k], &again));
            assert_int_equal(again->part_count, 3);
            for (size_t j = 0; j < 3; j++)
                assert_true(bytes_equal(again->parts[j].cms, parts[j].cms));
        }
    }
}

static void what_is_no_envelope(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct bytes out = {0};
    struct envelope_part parts[] = {{COMPARTMENT_IDENTITY, bytes_text("x")},
                                    {COMPARTMENT_IDENTITY, bytes_text("y")}};
    struct envelope envelope = envelope_of(parts, 2);
    BAD(ERR_INPUT, envelope_write(ctx, &envelope, &out));
    parts[0].compartment = COMPARTMENT_JUSTICE;
    BAD(ERR_INPUT, envelope_write(ctx, &envelope, &out));
    envelope.part_count = 0;
    BAD(ERR_INPUT, envelope_write(ctx, &envelope, &out));
    envelope = envelope_of(parts, 1);
    envelope.class = "greeting";
    BAD(ERR_INPUT, envelope_write(ctx, &envelope, &out));
    envelope = envelope_of(parts, 1);
    envelope.sender = (struct id){0};
    BAD(ERR_INPUT, envelope_write(ctx, &envelope, &out));
    parts[0].cms = (struct bytes){0};
    envelope = envelope_of(parts, 1);
    BAD(ERR_LIMIT, envelope_write(ctx, &envelope, &out));
    assert_null(out.p);

    static const char good[] =
        "{\"class\":\"question\",\"conversation\":\"8c2f6a35-9d0e-4a3b-8f6d-2f1f1c1b5a00\","
        "\"message\":"
        "\"01938f00-0000-7000-8000-000000000001\",\"parts\":[{\"cms\":\"AA==\",\"compartment\":"
        "\"health\"}],"
        "\"profile\":\"opentrm/"
        "1\",\"recipient\":\"8c2f6a35-9d0e-4a3b-8f6d-2f1f1c1b5a01\",\"sender\":"
        "\"8c2f6a35-9d0e-4a3b-8f6d-2f1f1c1b5a02\"}";
    struct envelope *read = NULL;
    OK(envelope_read(ctx, bytes_text(good), &read));
    read = NULL;
    static const char *const swaps[][2] = {
        {"\"question\"", "\"greeting\""},
        {"\"class\":", "\"kind\":"},
        {"opentrm/1", "opentrm/2"},
        {"AA==", "A*=="},
        {"AA==", ""},
        {"health", "all"},
        {"{\"class\"", "{\"name\":\"N\",\"class\""},
        {"\"AA==\"", "7"},
        {"8c2f6a35-9d0e-4a3b-8f6d-2f1f1c1b5a00", "8c2f6a35"},
        {"}]", "},{}]"},
        {"AA==", "#0"},
        {"[{", "["},
        {"{\"class\":\"question\"", "{\"class\":\"question\",\"class\":\"question\""},
        {"\"compartment\":\"health\"", "\"compartment\":\"health\",\"name\":\"x\""},
    };
    char *longer = talloc_size(ctx, 3001);
    memset(longer, 'A', 3000);
    longer[3000] = '\0';
    const char *bulky[][2] = {
        {"question", longer},
        {"AA==\"", talloc_asprintf(ctx, "%s\",\"x\":\"%s\"", longer, longer)},
        {"AA==", talloc_asprintf(ctx, "%s*", longer)},
        {"AA==", talloc_asprintf(ctx, "%s\\n", longer)},
        {"AA==", talloc_asprintf(ctx, "%sA", longer)},
        {"[{\"cms\":\"AA==\"",
         talloc_asprintf(ctx, "[{\"cms\":\"#0\",\"compartment\":\"identity\"},{\"cms\":\"%s\"",
                         longer)},
        {"AA==\",\"compartment\":\"health\"}],", longer}, /* no end */
    };
    for (size_t i = 0; i < COUNT_OF(bulky); i++) {
        const char *hit = strstr(good, bulky[i][0]);
        assert_non_null(hit);
        const char *bad = talloc_asprintf(ctx, "%.*s%s%s", (int)(hit - good), good, bulky[i][1],
                                          hit + strlen(bulky[i][0]));
        err e = envelope_read(ctx, bytes_text(bad), &read);
        if (e.kind != ERR_INPUT || read != NULL) fail_msg("bulky %zu: %s", i, err_name(e.kind));
    }
    for (size_t i = 0; i < COUNT_OF(swaps); i++) {
        const char *hit = strstr(good, swaps[i][0]);
        assert_non_null(hit);
        const char *bad = talloc_asprintf(ctx, "%.*s%s%s", (int)(hit - good), good, swaps[i][1],
                                          hit + strlen(swaps[i][0]));
        err e = envelope_read(ctx, bytes_text(bad), &read);
        if (e.kind != ERR_INPUT || read != NULL) fail_msg("%s: %s", swaps[i][1], err_name(e.kind));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(part_comes_back),
        cmocka_unit_test(each_type_has_its_members),
        cmocka_unit_test(strict_statement),
        cmocka_unit_test(what_is_no_part),
        cmocka_unit_test(sealed_part_comes_back),
        cmocka_unit_test(part_belongs_where_it_was_sealed),
        cmocka_unit_test(parts_of_any_size),
        cmocka_unit_test(envelope_comes_back),
        cmocka_unit_test(what_is_no_envelope),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
