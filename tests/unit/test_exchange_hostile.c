/* test_exchange_hostile.c - what a partner may send that it should not: opened by nobody, told to the sender, nothing lost. */
#include "border.h"

#include "exchange/envelope.h"

/* ---- forging: the node's signature is good, what it signs is not ---- */

struct forging {
    struct border *b;
    mem *ctx;
    struct envelope *envelope;
    struct envelope_part parts[COMPARTMENTS];
};

static struct bytes waiting_body(struct office *o, mem *ctx)
{
    struct carrying c = {.from = o, .ctx = ctx};
    OK(db_run(o->node->records, carry_claim, &c));
    assert_int_equal(c.claimed.n, 1);
    office_sql(o, "opentrm.db", "UPDATE delivery SET state = 'relayed', lease_by = NULL, lease_until = NULL"
                                " WHERE state = 'sending'");
    return c.claimed.at[0].body;
}

static struct forging forge_begin(struct border *b)
{
    struct forging f = {.b = b, .ctx = b->it.ctx};
    struct as2_post post;
    struct as2_content content;
    OK(queue_post_read(f.ctx, waiting_body(&b->it, f.ctx), &post));
    OK(as2_verify(f.ctx, &post, b->it.node->certificate, node_now(b->it.node), &content));
    OK(envelope_read(f.ctx, content.content, &f.envelope));
    memcpy(f.parts, f.envelope->parts, f.envelope->part_count * sizeof *f.parts);
    return f;
}

/* Signed by Italy's node again and taken in by Albania's. */
static void forge_end(struct forging *f)
{
    struct border *b = f->b;
    struct bytes content, body;
    struct as2_post post, answer;
    char mic[AS2_MIC_ROOM];
    f->envelope->parts = f->parts;
    OK(envelope_write(f->ctx, f->envelope, &content));
    const struct as2_wish wish = {.from = b->it.node->settings.id,
                                  .to = b->al.node->settings.id,
                                  .message = f->envelope->message,
                                  .at = node_now(b->it.node),
                                  .type = ENVELOPE_TYPE,
                                  .content = content};
    OK(as2_make(f->ctx, &wish, b->it.node->key, b->it.node->certificate, &post, mic));
    OK(queue_post_write(f->ctx, &post, &body));
    carry_post(&b->al, f->ctx, body, &answer);
    assert_int_equal(RECORDS(&b->al, "SELECT count(*) FROM received WHERE state = 'new'"), 1);
}

static void flip(struct forging *f, size_t part)
{
    struct bytes *cms = &f->parts[part].cms;
    uint8_t *p = talloc_memdup(f->ctx, cms->p, cms->n);
    p[cms->n / 2] ^= 1;
    *cms = bytes_of(p, cms->n);
}

/* Bad at Albania: marked, the sender told, nothing filed. */
static void assert_refused(struct border *b, struct id message)
{
    tick(b);
    settle(&b->al, b->al.intake, 0, 1);
    settle(&b->al, b->al.intake, 0, 0);
    struct inbox_line line = inbox_only(&b->al, b->al.intake);
    assert_string_equal(line.state, "unreadable");
    struct incoming in;
    err e = incoming_open(b->al.node, b->al.intake, line.received_id.text, "sq", b->al.ctx, &in);
    if (e.kind != ERR_CRYPTO && e.kind != ERR_PEER && e.kind != ERR_INPUT) fail_msg("opened: %s", err_name(e.kind));
    assert_int_equal(audited(&b->al, "message.unreadable"), 1);
    tick(b);
    assert_int_equal(carry(&b->al, &b->it), 1);
    settle(&b->it, b->it.worker, 1, 0);
    assert_string_equal(message_state(&b->it, message), "unreadable");
}

static void a_flipped_byte_is_noticed_by_the_organisations_seal(void **state)
{
    struct border *b = *state;
    struct id message = send_referral(&b->it, small_case(b), "AL");
    struct forging f = forge_begin(b);
    flip(&f, 2);
    forge_end(&f);
    assert_refused(b, message);
}

static void parts_that_changed_places_are_refused(void **state)
{
    struct border *b = *state;
    struct id message = send_referral(&b->it, small_case(b), "AL");
    struct forging f = forge_begin(b);
    struct bytes first = f.parts[0].cms;
    f.parts[0].cms = f.parts[1].cms;
    f.parts[1].cms = first;
    forge_end(&f);
    assert_refused(b, message);
}

static void a_part_of_another_message_is_refused(void **state)
{
    struct border *b = *state;
    (void)send_referral(&b->it, small_case(b), "AL");
    struct forging other = forge_begin(b);
    struct id message = send_referral(&b->it, small_case(b), "AL");
    struct forging f = forge_begin(b);
    f.parts[0].cms = other.parts[0].cms; /* sealed to the same key, signed by the same organisation */
    forge_end(&f);
    assert_refused(b, message);
}

static void what_one_persons_keys_do_not_show_anothers_do(void **state)
{
    struct border *b = *state;
    struct id message = send_referral(&b->it, small_case(b), "AL");
    struct forging f = forge_begin(b);
    flip(&f, 2); /* health, which the jurist can't open */
    forge_end(&f);
    tick(b);
    settle(&b->al, b->al.jurist, 1, 0);
    assert_int_equal(carry(&b->al, &b->it), 1);
    settle(&b->it, b->it.worker, 1, 0);
    assert_string_equal(message_state(&b->it, message), "delivered");
    tick(b);
    struct inbox_line line = inbox_only(&b->al, b->al.intake);
    struct incoming in;
    BAD(ERR_CRYPTO, incoming_open(b->al.node, b->al.intake, line.received_id.text, "sq", b->al.ctx, &in));
    assert_string_equal(inbox_only(&b->al, b->al.intake).state, "unreadable");
    assert_int_equal(carry(&b->al, &b->it), 1);
    settle(&b->it, b->it.worker, 1, 0);
    assert_string_equal(message_state(&b->it, message), "unreadable");
}

/* ---- parts that are signed well and say what they should not ---- */

static struct outgoing message_to(struct border *b, const char *class_, const char *handle)
{
    struct outgoing message = {.class_ = class_,
                               .sender = b->it.agency,
                               .partner_id = b->al.node->settings.id,
                               .recipient = b->al.agency.text,
                               .purpose = "",
                               .handling = "confidential",
                               .form = b->it.form,
                               .language = "it"};
    if (handle != NULL) OK(id_parse(handle, &message.handle));
    return message;
}

/* A referral with these answers, as one JSON object a compartment. */
static struct id referral_of(struct border *b, const char *const answers[static COMPARTMENTS])
{
    struct outgoing message = message_to(b, "referral", NULL);
    struct id id = {""};
    message.body = json_text_of(b->it.ctx, "{\"countries\": \"IT:exploitation AL:origin\", \"child\": \"no\"}");
    for (unsigned i = 0; i < COMPARTMENTS; i++)
        if (answers[i] != NULL) message.answers[i] = json_text_of(b->it.ctx, answers[i]);
    OK(outgoing_send(b->it.node, b->it.worker, NULL, &message, &id));
    assert_int_equal(carry(&b->it, &b->al), 1);
    return id;
}

static void an_answer_in_another_compartment_is_refused(void **state)
{
    struct border *b = *state;
    const char *const answers[COMPARTMENTS] = {"{\"person_name\": \"Zamira\", \"medication\": \"Iron\"}"};
    assert_refused(b, referral_of(b, answers));
}

static void an_answer_that_the_form_does_not_know_is_refused(void **state)
{
    struct border *b = *state;
    const char *const answers[COMPARTMENTS] = {"{\"person_name\": \"Zamira\", \"hidden\": \"in it\"}"};
    assert_refused(b, referral_of(b, answers));
}

static void an_answer_of_no_possible_shape_is_refused(void **state)
{
    struct border *b = *state;
    const char *const answers[COMPARTMENTS] = {"{\"person_name\": {\"first\": \"Zamira\"}}"};
    assert_refused(b, referral_of(b, answers));
}

static void a_repeat_of_no_possible_shape_is_refused(void **state)
{
    struct border *b = *state;
    const char *const answers[COMPARTMENTS] = {"{\"children\": [1, 2]}"};
    assert_refused(b, referral_of(b, answers));
}

static void an_answer_that_is_wrong_arrives_as_it_was_typed(void **state)
{
    struct border *b = *state;
    const char *const answers[COMPARTMENTS] = {"{\"person_name\": \"Zamira\", \"birth_date\": \"2011-02-31\", \"sex\": \"blue\"}"};
    (void)referral_of(b, answers);
    settle(&b->al, b->al.intake, 1, 0);
    struct incoming in = open_only(&b->al, b->al.intake);
    assert_string_equal(json_text_or(json_object_get(in.answers, "birth_date"), "raw", ""), "2011-02-31");
    struct casefile *c = NULL;
    OK(incoming_accept(b->al.node, b->al.intake, &in, b->al.casework, b->al.worker_id, b->al.ctx, &c));
    struct form_checked checked;
    const struct form_reading reading = form_reading_of(b->al.form, "sq");
    const struct form_eval eval = case_eval(b->al.node, c);
    json_t *there = NULL;
    OK(case_answers(c, b->al.form, &there));
    OK(form_answers_check(b->al.ctx, b->al.form, there, &eval, &reading, &checked));
}

/* ---- a form that is not ours ---- */

static void answers_on_another_form_are_read_as_they_came(void **state)
{
    struct border *b = *state;
    static const char SURVEY[] =
        "type,name,label::English (en),label::Italian (it),bind::trm:party,bind::trm:compartment\n"
        "begin_group,one,One,Uno,exploitation,identity\n"
        "text,person_name,Name,Nome,,\n"
        "text,new_question,New,Nuova,,health\n"
        "end_group,,,,,\n";
    static const char SETTINGS[] = "form_id,form_title,version\nannex-i,Annex I of next year,2030-01\n";
    struct form_problems problems;
    form_problems_init(&problems, b->it.ctx);
    const struct form *form = NULL;
    const struct form_source source = {.survey = bytes_text(SURVEY), .settings = bytes_text(SETTINGS)};
    OK(form_load(b->it.ctx, source, &problems, &form));
    b->it.form = form;
    const char *const answers[COMPARTMENTS] = {[COMPARTMENT_IDENTITY] = "{\"person_name\": \"Zamira\"}",
                                               [COMPARTMENT_HEALTH] = "{\"new_question\": \"Iron\"}"};
    (void)referral_of(b, answers);
    settle(&b->al, b->al.intake, 1, 0);
    struct incoming in = open_only(&b->al, b->al.intake);
    assert_ptr_not_equal(in.form, b->al.form);
    assert_string_equal(in.form->version, "2030-01");
    assert_string_equal(json_text_or(in.answers, "new_question", ""), "Iron");
    struct casefile *c = NULL;
    OK(incoming_accept(b->al.node, b->al.intake, &in, b->al.casework, b->al.worker_id, b->al.ctx, &c));
    assert_string_equal(answers_text(&b->al, c), "{}"); /* another form's answers are not ours */
    struct case_records received;
    OK(case_records(c, "received", &received));
    assert_int_equal(received.n, 2);
    assert_string_equal(json_text_or(json_object_get(received.at[0].body, "answers"), "new_question", ""),
                        received.at[0].compartment == COMPARTMENT_HEALTH ? "Iron" : "");
}

/* ---- receipts ---- */

/* Two referrals that Albania has, with their conversations' handles. */
static void two_conversations(struct border *b, struct id messages[static 2], const char *handles[static 2])
{
    for (int i = 0; i < 2; i++) {
        char sql[200];
        messages[i] = send_referral(&b->it, small_case(b), "AL");
        assert_int_equal(carry(&b->it, &b->al), 1);
        struct inbox inbox;
        OK(inbox_list(b->al.node, b->al.intake, b->al.ctx, &inbox));
        for (size_t k = 0; k < inbox.n; k++)
            if (i == 0 || !text_same(inbox.at[k].handle, handles[0])) handles[i] = inbox.at[k].handle;
        (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM message WHERE id = '%s' AND handle = '%s'", messages[i].text, handles[i]);
        assert_int_equal(RECORDS(&b->it, sql), 1);
    }
}

/* Albania's organisation says something, rightly signed. */
static void say(struct border *b, const char *class_, const char *handle, struct id about, const char *body)
{
    struct outgoing message = {.class_ = class_,
                               .sender = b->al.agency,
                               .partner_id = b->it.node->settings.id,
                               .recipient = b->it.agency.text,
                               .in_reply_to = about.text,
                               .purpose = "",
                               .handling = "confidential",
                               .body = json_text_of(b->al.ctx, body),
                               .language = "sq"};
    struct id id;
    OK(id_parse(handle, &message.handle));
    OK(outgoing_send(b->al.node, b->al.intake, NULL, &message, &id));
    assert_int_equal(carry(&b->al, &b->it), 1);
}

static void a_receipt_for_another_conversations_message_proves_nothing(void **state)
{
    struct border *b = *state;
    struct id messages[2];
    const char *handles[2] = {"", ""};
    two_conversations(b, messages, handles);
    say(b, "receipt", handles[0], messages[1], "{\"outcome\": \"opened\"}");
    settle(&b->it, b->it.worker, 0, 1);
    say(b, "decision", handles[0], messages[1], "{\"outcome\": \"accepted\", \"person\": \"Nobody\"}");
    settle(&b->it, b->it.worker, 0, 1);
    say(b, "receipt", handles[0], id_new(T0), "{\"outcome\": \"opened\"}"); /* a message that never was */
    settle(&b->it, b->it.worker, 0, 1);
    say(b, "answer", handles[0], messages[1], "{\"words\": \"Yes\"}");
    settle(&b->it, b->it.worker, 0, 1);
    settle(&b->it, b->it.worker, 0, 0);
    assert_string_equal(message_state(&b->it, messages[0]), "relayed");
    assert_string_equal(message_state(&b->it, messages[1]), "relayed");
    assert_int_equal(RECORDS(&b->it, "SELECT count(*) FROM evidence WHERE kind NOT IN ('submitted', 'relayed')"), 0);
    /* and the right one still does */
    say(b, "receipt", handles[1], messages[1], "{\"outcome\": \"delivered\"}");
    settle(&b->it, b->it.worker, 1, 0);
    assert_string_equal(message_state(&b->it, messages[1]), "delivered");
}

static void a_late_receipt_takes_nothing_back(void **state)
{
    struct border *b = *state;
    struct id messages[2];
    const char *handles[2] = {"", ""};
    two_conversations(b, messages, handles);
    say(b, "receipt", handles[0], messages[0], "{\"outcome\": \"opened\"}");
    say(b, "receipt", handles[0], messages[0], "{\"outcome\": \"delivered\"}");
    say(b, "receipt", handles[0], messages[0], "{\"outcome\": \"delivered\"}"); /* twice: one evidence */
    settle(&b->it, b->it.worker, 3, 0);
    assert_string_equal(message_state(&b->it, messages[0]), "opened");
    assert_int_equal(RECORDS(&b->it, "SELECT count(*) FROM evidence WHERE kind = 'delivered'"), 1);
    assert_int_equal(RECORDS(&b->it, "SELECT count(*) FROM evidence WHERE kind = 'opened'"), 1);
}

static void a_frozen_message_is_opened_by_nobody(void **state)
{
    struct border *b = *state;
    (void)send_referral(&b->it, small_case(b), "AL");
    assert_int_equal(carry(&b->it, &b->al), 1);
    struct inbox_line line = inbox_only(&b->al, b->al.intake);
    office_sql(&b->al, "opentrm.db", "UPDATE received SET state = 'frozen'");
    struct incoming in;
    settle(&b->al, b->al.intake, 0, 0);
    BAD(ERR_STATE, incoming_open(b->al.node, b->al.intake, line.received_id.text, "sq", b->al.ctx, &in));
}

/* ---- many ---- */

static err put_many(struct tx *tx, void *arg)
{
    struct border *b = arg;
    for (int i = 0; i < 120; i++) {
        const struct db_received row = {.id = id_new(T0 + MSEC_DAY),
                                        .partner_id = b->it.node->settings.id,
                                        .message_id = talloc_asprintf(db_scratch(tx), "<%s@x>", id_new(T0).text),
                                        .mic = "",
                                        .at = T0 + MSEC_DAY,
                                        .state = "new",
                                        .class_ = "receipt",
                                        .handle = "gone",
                                        .organisation_id = b->al.agency,
                                        .mdn = bytes_of("", 0),
                                        .body = bytes_of("?", 1)};
        TRY(db_received_insert(tx, &row));
    }
    return ERR_OK;
}

static void what_can_not_be_settled_does_not_stand_in_the_way(void **state)
{
    struct border *b = *state;
    (void)send_referral(&b->it, small_case(b), "AL");
    assert_int_equal(carry(&b->it, &b->al), 1);
    OK(db_run(b->al.node->records, put_many, b));
    settle(&b->al, b->al.intake, 1, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, border_begin, border_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_flipped_byte_is_noticed_by_the_organisations_seal),
        TEST(parts_that_changed_places_are_refused),
        TEST(a_part_of_another_message_is_refused),
        TEST(what_one_persons_keys_do_not_show_anothers_do),
        TEST(an_answer_in_another_compartment_is_refused),
        TEST(an_answer_that_the_form_does_not_know_is_refused),
        TEST(an_answer_of_no_possible_shape_is_refused),
        TEST(a_repeat_of_no_possible_shape_is_refused),
        TEST(an_answer_that_is_wrong_arrives_as_it_was_typed),
        TEST(answers_on_another_form_are_read_as_they_came),
        TEST(a_receipt_for_another_conversations_message_proves_nothing),
        TEST(a_late_receipt_takes_nothing_back),
        TEST(a_frozen_message_is_opened_by_nobody),
        TEST(what_can_not_be_settled_does_not_stand_in_the_way),
    };
    return cmocka_run_group_tests(tests, border_make, border_end);
}
