/* What comes from outside, read while memory runs out: it is read right, or the answer is that there
 * is no memory. Never "damaged", "not signed by them" or "a mistake in line 3", which somebody would
 * be told and act upon.
 */
#include "../unit/pair.h"

#include "hunger.h"

#include "base/file.h"
#include "base/json.h"
#include "domain/contact_csv.h"
#include "exchange/as2.h"
#include "exchange/card.h"
#include "exchange/envelope.h"
#include "exchange/mdn.h"
#include "exchange/seal.h"
#include "form/label.h"
#include "form/show.h"
#include "form/write.h"
#include "print/form_pdf.h"

/* What is read, made once. */
static struct {
    mem *ctx;
    struct side *it, *al;
    struct form_source source;
    const struct form *form;
    struct form_reading reading;
    struct bytes contacts, card, envelope, sealed, demo;
    json_t *answers;
    struct as2_post post;
    char mic[AS2_MIC_ROOM];
    struct seal_expected expected;
    struct part part;
} all;

/* A digest of what came out: the same each time. */
struct came_out {
    uint64_t hash, first;
    bool once;
};
static struct came_out out;

static void out_add(struct bytes b)
{
    for (size_t i = 0; i < b.n; i++) out.hash = (out.hash ^ b.p[i]) * 1099511628211u;
}

static void *begin(void)
{
    out.hash = 14695981039346656037u;
    return &out;
}

static void look(void *world, err result)
{
    struct came_out *came = world;
    uint64_t hash = came->hash;
    (void)begin();
    if (err_failed(result)) return;
    if (!came->once) came->first = hash;
    came->once = true;
    if (hash != came->first) {
        hunger_say("it came out as something else");
        fail();
    }
}

static void end(void *world) { (void)world; }

static err read_json(void *world, mem *ctx)
{
    (void)world;
    json_t *value;
    struct bytes text;
    TRY(json_read(all.demo, (size_t)1 << 20, &value));
    TRY(json_keep(ctx, value));
    TRY(json_write(ctx, value, &text));
    out_add(text);
    return ERR_OK;
}

static err read_form(void *world, mem *ctx)
{
    (void)world;
    const struct form *form;
    struct form_problems problems;
    form_problems_init(&problems, ctx);
    TRY(form_load(ctx, all.source, &problems, &form));
    out_add(bytes_text(form->hash));
    return ERR_OK;
}

static err read_form_json(void *world, mem *ctx)
{
    (void)world;
    struct bytes json;
    const struct form *form;
    struct form_problems problems;
    form_problems_init(&problems, ctx);
    TRY(form_to_json(ctx, all.form, &json));
    TRY(form_from_json(ctx, json, &problems, &form));
    out_add(json);
    out_add(bytes_text(form->hash));
    return ERR_OK;
}

static err read_contacts(void *world, mem *ctx)
{
    (void)world;
    struct contact_rows rows;
    const char *problem = NULL;
    TRY(contact_csv_read(ctx, all.contacts, &rows, &problem));
    for (size_t i = 0; i < rows.n; i++) out_add(bytes_text(rows.at[i].country));
    return ERR_OK;
}

static err read_card(void *world, mem *ctx)
{
    (void)world;
    struct card *card;
    TRY(card_read(ctx, all.card, NOW, &card));
    out_add(bytes_text(card->organisations[0].names[1].text));
    out_add(bytes_text(card->organisations[0].languages[1]));
    return ERR_OK;
}

static err read_envelope(void *world, mem *ctx)
{
    (void)world;
    struct envelope *envelope;
    TRY(envelope_read(ctx, all.envelope, &envelope));
    out_add(bytes_text(envelope->message.text));
    return ERR_OK;
}

static err open_part(void *world, mem *ctx)
{
    (void)world;
    struct part *part;
    TRY(part_open(ctx, all.sealed, all.al->organisation_key, all.al->keys[COMPARTMENT_IDENTITY], all.it->signing,
                  &all.expected, NOW, &part, NULL));
    struct bytes answers;
    TRY(json_write(ctx, part->answers, &answers));
    out_add(answers);
    out_add(part->attachments[0].content);
    return ERR_OK;
}

static err seal_part(void *world, mem *ctx)
{
    (void)world;
    struct bytes sealed;
    return part_seal(ctx, &all.part, all.it->organisation_key, all.it->signing, all.al->keys[COMPARTMENT_IDENTITY], NOW,
                     &sealed);
}

static err verify_post(void *world, mem *ctx)
{
    (void)world;
    struct as2_claim claim;
    struct as2_content content;
    TRY(as2_claim_read(ctx, all.post.headers, &claim));
    TRY(as2_verify(ctx, &all.post, all.it->node_certificate, NOW, &content));
    out_add(content.content);
    out_add(bytes_text(content.mic));
    out_add(bytes_text(claim.message_id));
    return ERR_OK;
}

static err make_receipt(void *world, mem *ctx)
{
    (void)world;
    struct as2_post receipt;
    struct mdn mdn;
    const struct mdn_wish wish = {.from = all.al->node.text, .to = all.it->node.text, .message = all.expected.message,
                                  .original = "<a@b>", .mic = all.mic, .outcome = MDN_PROCESSED, .at = NOW};
    const struct mdn_expected expected = {.from = all.al->node.text, .to = all.it->node.text, .original = "<a@b>",
                                          .mic = all.mic};
    TRY(mdn_make(ctx, &wish, all.al->node_key, all.al->node_certificate, &receipt));
    TRY(mdn_verify(ctx, &receipt, all.al->node_certificate, &expected, NOW, &mdn));
    ENSURE(mdn.outcome == MDN_PROCESSED, ERR_BUG, "the receipt says another thing");
    return ERR_OK;
}

static err print_pdf(void *world, mem *ctx)
{
    (void)world;
    const struct form_pdf what = {.form = all.form, .reading = &all.reading, .language = "it", .case_code = "IT-26-K7QF",
                                  .created = NOW, .parties = PARTY_ANY, .compartments = COMPARTMENT_ALL};
    struct bytes pdf;
    TRY(form_pdf_filled(ctx, &what, all.answers, &pdf));
    ENSURE(bytes_find(pdf, bytes_text("%%EOF"), 0) != SIZE_MAX, ERR_BUG, "half a PDF");
    return ERR_OK;
}

static void run(const char *name, err (*act)(void *, mem *), int sample)
{
    out = (struct came_out){0};
    hunger_run(&(struct hunger){.name = name, .begin = begin, .act = act, .look = look, .end = end, .sample = sample});
}

#define HUNGRY(act, sample)                                                                                            \
    static void test_##act(void **state)                                                                               \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        run(#act, act, sample);                                                                                        \
    }
HUNGRY(read_json, 40)
HUNGRY(read_form, 40)
HUNGRY(read_form_json, 40)
HUNGRY(read_contacts, 60)
HUNGRY(read_card, 80)
HUNGRY(read_envelope, 60)
HUNGRY(open_part, 80)
HUNGRY(seal_part, 60)
HUNGRY(verify_post, 80)
HUNGRY(make_receipt, 60)
HUNGRY(print_pdf, 24)

static void parts_make(void)
{
    static const struct part_attachment paper = {"foto.jpg", "image/jpeg", {(const uint8_t *)"\xff\xd8\0\r\n", 5}};
    struct bytes definition;
    OK(form_to_json(all.ctx, all.form, &definition));
    json_t *answers = json_pack("{s:s}", "person_name", "Zamira Lisaku"), *consent;
    OK(json_keep(all.ctx, answers));
    OK(json_read(bytes_text("{\"id\":\"01938f00-0000-7000-8000-000000000001\",\"what\":\"share\",\"how\":\"written\","
                            "\"yes\":true,\"compartments\":[\"identity\"],\"countries\":[\"AL\"],\"at\":1795400000000,"
                            "\"withdrawn_at\":0,\"purpose\":\"return\",\"until\":\"2027-01-31\",\"language\":\"sq\","
                            "\"interpreter\":\"\",\"explained_by\":\"N. N.\",\"comments\":\"\",\"received_from\":\"\","
                            "\"withdrawn_how\":\"\"}"),
                 4096, &consent));
    OK(json_keep(all.ctx, consent));
    json_t *body = json_pack("{s:s, s:s}", "countries", "IT:exploitation AL:origin", "child", "no");
    OK(json_keep(all.ctx, body));
    all.part = (struct part){.type = "referral", .message = id_random(), .sender = all.it->organisation,
                             .recipient = all.al->organisation, .compartment = COMPARTMENT_IDENTITY,
                             .conversation = id_random(), .purpose = "return", .handling = "confidential", .language = "it",
                             .at = NOW, .consent = consent, .form = {all.form->id, all.form->version, NULL},
                             .answers = answers, .body = body, .definition = definition, .attachments = &paper,
                             .attachment_count = 1};
    all.expected = (struct seal_expected){all.part.message, all.part.sender, all.part.recipient, all.part.conversation,
                                          COMPARTMENT_IDENTITY, "referral"};
    OK(part_seal(all.ctx, &all.part, all.it->organisation_key, all.it->signing, all.al->keys[COMPARTMENT_IDENTITY], NOW,
                 &all.sealed));
    const struct envelope_part sealed = {COMPARTMENT_IDENTITY, bytes_text("sealed")};
    const struct envelope envelope = {.conversation = all.part.conversation, .message = all.part.message,
                                      .sender = all.part.sender, .recipient = all.part.recipient, .class = "referral",
                                      .due = NOW + MSEC_DAY, .parts = &sealed, .part_count = 1};
    OK(envelope_write(all.ctx, &envelope, &all.envelope));
}

static int make(void **state)
{
    (void)state;
    struct form_problems problems;
    OK(crypto_start());
    all.ctx = talloc_new(NULL);
    all.it = side_make(all.ctx, "Italy");
    all.al = side_make(all.ctx, "Albania");
    OK(form_source_read(all.ctx, SOURCE_ROOT "/data/forms/annex-i", &all.source));
    form_problems_init(&problems, all.ctx);
    OK(form_load(all.ctx, all.source, &problems, &all.form));
    all.reading = form_reading_of(all.form, "it");
    OK(file_read(all.ctx, SOURCE_ROOT "/data/directory/annex-ii.csv", (size_t)1 << 22, &all.contacts));
    OK(file_read(all.ctx, SOURCE_ROOT "/data/demo/case-adult.json", (size_t)1 << 20, &all.demo));
    OK(json_read(all.demo, (size_t)1 << 20, &all.answers));
    OK(json_keep(all.ctx, all.answers));
    const struct card card = side_card(all.it, "IT", 1);
    OK(card_make(all.ctx, &card, all.it->node_key, &all.card));
    parts_make();
    const struct as2_wish wish = {.from = all.it->node.text, .to = all.al->node.text, .message = all.part.message,
                                  .at = NOW, .type = ENVELOPE_TYPE, .content = all.envelope};
    OK(as2_make(all.ctx, &wish, all.it->node_key, all.it->node_certificate, &all.post, all.mic));
    return 0;
}

static int unmake(void **state)
{
    (void)state;
    talloc_free(all.ctx);
    return 0;
}

int main(void)
{
    if (!text_empty(getenv("OPENTRM_TEST_POSTGRES"))) return 77; /* skipped: no store in it */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_json),     cmocka_unit_test(test_read_form),    cmocka_unit_test(test_read_form_json),
        cmocka_unit_test(test_read_contacts), cmocka_unit_test(test_read_card),    cmocka_unit_test(test_read_envelope),
        cmocka_unit_test(test_open_part),     cmocka_unit_test(test_seal_part),    cmocka_unit_test(test_verify_post),
        cmocka_unit_test(test_make_receipt),  cmocka_unit_test(test_print_pdf),
    };
    if (!starve_start()) return 77;
    cmocka_set_test_filter(getenv("FAULT_TEST"));
    return cmocka_run_group_tests_name("fault_memory_parse", tests, make, unmake);
}
