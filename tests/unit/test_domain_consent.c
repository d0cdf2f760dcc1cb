/* test_domain_consent.c - consents: recorded, the one question that sending asks, withdrawn. */
#include "office.h"

#include "db/conversation.h"
#include "db/delivery.h"
#include "db/message.h"
#include "db/partner.h"
#include "domain/form_fill.h"
#include "domain/record_write.h"

static int begin(void **state)
{
    struct office *o = mem_new(NULL, struct office);
    struct clock *clock = NULL;
    OK(clock_fixed(o, T0, &clock));
    office_open(o, &ITALY, clock);
    *state = o;
    return 0;
}

static int end(void **state)
{
    office_close(*state);
    talloc_free(*state);
    return 0;
}

static enum consent_answer answer(struct office *o, const struct casefile *c, const char *country)
{
    struct consent_list list;
    compartment_set scope = 0;
    OK(consent_all(c, o->ctx, &list));
    enum consent_answer a = consent_for_sharing(&list, country, node_now(o->node), &scope);
    assert_true((a == CONSENT_VALID) == (scope != 0));
    return a;
}

static void wait_a_day(struct office *o) { clock_set(o->clock, node_now(o->node) + MSEC_DAY); }

/* ---- recording ---- */

static void a_consent_says_who_explained_what_and_how(void **state)
{
    struct office *o = *state;
    struct casefile *c = office_case(o, "");
    struct consent good = consent_of(CONSENT_SHARE, true, "AL"), bad = good;
    bad.explained_by = "";
    BAD(ERR_INPUT, consent_record(o->node, o->worker, c, &bad));
    bad = good;
    bad.language = "";
    BAD(ERR_INPUT, consent_record(o->node, o->worker, c, &bad));
    bad = good;
    bad.how = (enum consent_how)9;
    BAD(ERR_INPUT, consent_record(o->node, o->worker, c, &bad));
    bad = good;
    bad.compartments = 0;
    BAD(ERR_INPUT, consent_record(o->node, o->worker, c, &bad));
    bad = good;
    bad.n_countries = 0;
    BAD(ERR_INPUT, consent_record(o->node, o->worker, c, &bad));
    bad = good;
    memcpy(bad.countries[0], "QQ", 3);
    BAD(ERR_INPUT, consent_record(o->node, o->worker, c, &bad));
    bad = good;
    bad.until = "2026-09-20"; /* yesterday */
    BAD(ERR_INPUT, consent_record(o->node, o->worker, c, &bad));
    bad.until = "2026-02-31";
    BAD(ERR_INPUT, consent_record(o->node, o->worker, c, &bad));
    bad = good;
    bad.comments = "bell \x07";
    BAD(ERR_INPUT, consent_record(o->node, o->worker, c, &bad));
    BAD(ERR_DENIED, consent_record(o->node, o->intake, c, &good));
    assert_int_equal(audited(o, "consent.record"), 0);
    good.until = "2026-09-21"; /* today is not over */
    OK(consent_record(o->node, o->worker, c, &good));
    assert_true(id_is_set(good.id));
    assert_int_equal(good.at, T0);
    assert_int_equal(audited(o, "consent.record"), 1);
}

static void a_consent_is_read_as_it_was_given(void **state)
{
    struct office *o = *state;
    struct casefile *c = office_case(o, "");
    struct consent given = consent_of(CONSENT_SHARE, true, "AL");
    given.compartments = COMPARTMENT_BIT(COMPARTMENT_IDENTITY) | COMPARTMENT_BIT(COMPARTMENT_SAFETY);
    memcpy(given.countries[given.n_countries++], "XK", 3);
    given.until = "2027-01-31";
    given.interpreter = "Valentina Oresta";
    given.comments = "Not the family of the husband.\nNever.";
    given.how = CONSENT_BY_GUARDIAN;
    (void)office_consent(o, c, given);
    struct consent_list list;
    OK(consent_all(office_find(o, o->worker, c->code), o->ctx, &list));
    assert_int_equal(list.n, 1);
    const struct consent *read = &list.at[0];
    assert_int_equal(read->compartments, given.compartments);
    assert_int_equal(read->n_countries, 2);
    assert_string_equal(read->countries[1], "XK");
    assert_string_equal(read->until, "2027-01-31");
    assert_string_equal(read->interpreter, "Valentina Oresta");
    assert_string_equal(read->comments, given.comments);
    assert_int_equal(read->how, CONSENT_BY_GUARDIAN);
    assert_true(read->yes);
    assert_int_equal(office_grep(o, "Valentina"), 0);
}

/* ---- the one question ---- */

static void nothing_goes_without_a_valid_consent(void **state)
{
    struct office *o = *state;
    struct casefile *c = office_case(o, "");
    assert_int_equal(answer(o, c, "AL"), CONSENT_NONE);
    struct consent yes = consent_of(CONSENT_SHARE, true, "AL");
    yes.until = "2026-09-25";
    struct id id = office_consent(o, c, yes);
    assert_int_equal(answer(o, c, "AL"), CONSENT_VALID);
    assert_int_equal(answer(o, c, "ME"), CONSENT_ELSEWHERE);
    clock_set(o->clock, date_start((struct date){2026, 9, 26}) - 1);
    assert_int_equal(answer(o, c, "AL"), CONSENT_VALID); /* the last day counts to its end */
    clock_set(o->clock, date_start((struct date){2026, 9, 26}));
    assert_int_equal(answer(o, c, "AL"), CONSENT_EXPIRED);
    size_t cancelled;
    OK(consent_withdraw(o->node, o->worker, c, id, "by telephone", &cancelled));
    assert_int_equal(answer(o, c, "AL"), CONSENT_WITHDRAWN);
    assert_int_equal(answer(o, c, "ME"), CONSENT_ELSEWHERE);
}

static void the_latest_answer_counts(void **state)
{
    struct office *o = *state;
    struct casefile *c = office_case(o, "");
    (void)office_consent(o, c, consent_of(CONSENT_SHARE, true, "AL"));
    wait_a_day(o);
    (void)office_consent(o, c, consent_of(CONSENT_SHARE, true, "ME"));
    assert_int_equal(answer(o, c, "AL"), CONSENT_VALID); /* the one for Montenegro takes nothing back */
    wait_a_day(o);
    (void)office_consent(o, c, consent_of(CONSENT_SHARE, false, NULL));
    assert_int_equal(answer(o, c, "AL"), CONSENT_REFUSED);
    assert_int_equal(answer(o, c, "ME"), CONSENT_REFUSED);
    wait_a_day(o);
    struct consent narrow = consent_of(CONSENT_SHARE, true, "AL");
    narrow.compartments = COMPARTMENT_BIT(COMPARTMENT_IDENTITY);
    (void)office_consent(o, c, narrow);
    struct consent_list list;
    compartment_set scope = 0;
    OK(consent_all(c, o->ctx, &list));
    assert_int_equal(consent_for_sharing(&list, "AL", node_now(o->node), &scope), CONSENT_VALID);
    assert_int_equal(scope, COMPARTMENT_BIT(COMPARTMENT_IDENTITY));
    assert_int_equal(answer(o, c, "ME"), CONSENT_REFUSED);
}

static void of_two_answers_at_the_same_time_the_no_counts(void **state)
{
    struct office *o = *state;
    for (int i = 0; i < 4; i++) {
        struct casefile *c = office_case(o, "");
        (void)office_consent(o, c, consent_of(CONSENT_SHARE, i % 2 == 0, "AL"));
        (void)office_consent(o, c, consent_of(CONSENT_SHARE, i % 2 == 1, "AL"));
        assert_int_equal(answer(o, c, "AL"), CONSENT_REFUSED);
    }
}

static void refusing_return_says_nothing_about_sharing(void **state)
{
    struct office *o = *state;
    struct casefile *c = office_case(o, "");
    (void)office_consent(o, c, consent_of(CONSENT_SHARE, true, "AL"));
    wait_a_day(o);
    (void)office_consent(o, c, consent_of(CONSENT_RETURN, false, NULL));
    assert_int_equal(answer(o, c, "AL"), CONSENT_VALID);
    struct consent_list list;
    OK(consent_all(c, o->ctx, &list));
    assert_false(consent_current(&list, CONSENT_RETURN)->yes);
}

/* ---- withdrawing ---- */

static void a_withdrawal_is_for_good(void **state)
{
    struct office *o = *state;
    struct casefile *c = office_case(o, "");
    struct id yes = office_consent(o, c, consent_of(CONSENT_SHARE, true, "AL"));
    struct casefile *stale = office_find(o, o->worker, c->code);
    size_t cancelled = 9;
    BAD(ERR_NOT_FOUND, consent_withdraw(o->node, o->worker, c, id_random(), "", &cancelled));
    BAD(ERR_DENIED, consent_withdraw(o->node, o->intake, c, yes, "", &cancelled));
    BAD(ERR_INPUT, consent_withdraw(o->node, o->worker, c, yes, "\x01", &cancelled));
    assert_int_equal(cancelled, 9);
    OK(consent_withdraw(o->node, o->worker, c, yes, "She said so", &cancelled));
    assert_int_equal(cancelled, 0);
    BAD(ERR_STATE, consent_withdraw(o->node, o->worker, c, yes, "", &cancelled));
    BAD(ERR_CONFLICT, consent_withdraw(o->node, o->worker, stale, yes, "", &cancelled));
    struct consent_list list;
    OK(consent_all(office_find(o, o->worker, c->code), o->ctx, &list));
    assert_int_equal(list.at[0].withdrawn_at, T0);
    assert_string_equal(list.at[0].withdrawn_how, "She said so");
    assert_int_equal(audited(o, "consent.withdraw"), 1);
    struct id no = office_consent(o, c, consent_of(CONSENT_SHARE, false, NULL));
    BAD(ERR_STATE, consent_withdraw(o->node, o->worker, c, no, "", &cancelled)); /* a no has nothing to withdraw */
}

/* A message that waits, as exchange would have put it there. */
struct waiting {
    struct office *o;
    struct casefile *c;
    const char *class_, *purpose, *delivery;
    struct id id;
    struct record_batch sent;
};

static err put_waiting(struct tx *tx, void *arg)
{
    struct waiting *w = arg;
    const struct db_conversation conversation = {.handle = w->id.text,
                                                 .case_id = w->c->id,
                                                 .partner_id = "partner",
                                                 .local_organisation = w->o->agency,
                                                 .remote_organisation = "them",
                                                 .direction = "out",
                                                 .state = "open",
                                                 .created_at = T0,
                                                 .updated_at = T0};
    const struct db_message message = {.id = w->id,
                                       .handle = w->id.text,
                                       .direction = "out",
                                       .class_ = w->class_,
                                       .state = "submitted",
                                       .sender_organisation = w->o->agency.text,
                                       .recipient_organisation = "them",
                                       .created_at = T0,
                                       .author_id = w->o->worker_id};
    const struct db_delivery delivery = {.message_id = w->id,
                                         .partner_id = "partner",
                                         .next_at = T0,
                                         .mic = "",
                                         .body = bytes_of("sealed", 6)};
    const struct db_partner partner = {.id = "partner", .name = "Theirs", .country = "AL", .sequence = 1,
                                       .expires_at = T0 + MSEC_DAY, .card = bytes_of("card", 4), .fingerprint = "",
                                       .state = "pinned", .pinned_at = T0, .endpoint = ""};
    struct db_partner there;
    if (db_partner_by_id(tx, db_scratch(tx), "partner", &there).kind == ERR_NOT_FOUND) TRY(db_partner_put(tx, &partner));
    TRY(db_conversation_insert(tx, &conversation));
    TRY(db_message_insert(tx, &message));
    TRY(record_batch_insert(tx, &w->sent));
    return db_delivery_insert(tx, &delivery);
}

static struct id message_waits(struct office *o, struct casefile *c, const char *class_, const char *purpose)
{
    struct waiting *w = mem_new(o->ctx, struct waiting);
    *w = (struct waiting){.o = o, .c = c, .class_ = class_, .purpose = purpose, .id = id_new(T0)};
    JSON_SCOPE(body) = json_pack("{s:s, s:s}", "class", class_, "purpose", purpose);
    OK(record_seal(o->node, o->worker, c->vault, o->ctx, "sent", w->id.text, COMPARTMENT_IDENTITY, 1, body, &w->sent));
    OK(db_run(o->node->records, put_waiting, w));
    return w->id;
}

static void assert_state(struct office *o, struct id message, const char *state)
{
    char sql[200];
    (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM message WHERE id = '%s' AND state = '%s'", message.text, state);
    if (RECORDS(o, sql) != 1) fail_msg("the message is not %s", state);
}

static void withdrawing_cancels_what_waits(void **state)
{
    struct office *o = *state;
    struct casefile *c = office_case(o, ""), *other = office_case(o, "");
    struct id yes = office_consent(o, c, consent_of(CONSENT_SHARE, true, "AL"));
    struct id referral = message_waits(o, c, "referral", "return"), alarm = message_waits(o, c, "alarm", "return"),
              followup = message_waits(o, c, "followup", ""), question = message_waits(o, c, "question", ""),
              receipt = message_waits(o, c, "receipt", ""), going = message_waits(o, c, "referral", "return"),
              elses = message_waits(o, other, "referral", "return");
    char sql[200];
    (void)snprintf(sql, sizeof sql, "UPDATE delivery SET state = 'sending' WHERE message_id = '%s'", going.text);
    office_sql(o, "opentrm.db", sql);
    size_t cancelled = 0;
    OK(consent_withdraw(o->node, o->worker, office_find(o, o->worker, c->code), yes, "", &cancelled));
    assert_int_equal(cancelled, 4);
    assert_state(o, referral, "cancelled");
    assert_state(o, alarm, "cancelled");
    assert_state(o, followup, "cancelled");
    assert_state(o, question, "cancelled");
    assert_state(o, receipt, "submitted");
    assert_state(o, going, "submitted"); /* on the line this moment: the partner is told by a withdrawal */
    assert_state(o, elses, "submitted");
    assert_int_equal(RECORDS(o, "SELECT count(*) FROM delivery WHERE state = 'cancelled'"), 4);
    assert_int_equal(audited(o, "message.cancel"), 4);
}

static void withdrawing_return_cancels_only_return(void **state)
{
    struct office *o = *state;
    struct casefile *c = office_case(o, "");
    (void)office_consent(o, c, consent_of(CONSENT_SHARE, true, "AL"));
    struct id yes = office_consent(o, c, consent_of(CONSENT_RETURN, true, NULL));
    struct id return_ = message_waits(o, c, "referral", "return"),
              longer = message_waits(o, c, "referral", "longer_term");
    size_t cancelled = 0;
    OK(consent_withdraw(o->node, o->worker, office_find(o, o->worker, c->code), yes, "", &cancelled));
    assert_int_equal(cancelled, 1);
    assert_state(o, return_, "cancelled");
    assert_state(o, longer, "submitted");
}

/* ---- on the form ---- */

static const char *on_form(struct office *o, const struct casefile *c, const char *field)
{
    struct consent_list list;
    json_t *filled = NULL;
    OK(consent_all(c, o->ctx, &list));
    OK(form_fill_consent(o->ctx, o->form, &list, node_now(o->node),
                         json_text_of(o->ctx, "{\"consent_share_comments\": \"typed\", \"sex\": \"female\"}"), &filled));
    assert_string_equal(json_text_or(filled, "sex", ""), "female");
    return json_text_or(filled, field, "");
}

static void the_form_shows_what_the_records_say(void **state)
{
    struct office *o = *state;
    struct casefile *c = office_case(o, "");
    assert_string_equal(on_form(o, c, "consent_share"), "not_asked");
    assert_string_equal(on_form(o, c, "consent_return"), "not_asked");
    assert_string_equal(on_form(o, c, "consent_share_comments"), ""); /* what was typed there does not count */
    struct consent yes = consent_of(CONSENT_SHARE, true, "AL");
    yes.comments = "Only the shelter";
    yes.until = "2026-09-25";
    (void)office_consent(o, c, yes);
    struct id back = office_consent(o, c, consent_of(CONSENT_RETURN, true, NULL));
    assert_string_equal(on_form(o, c, "consent_share"), "yes");
    assert_string_equal(on_form(o, c, "consent_share_comments"), "Only the shelter");
    assert_string_equal(on_form(o, c, "consent_return"), "yes");
    size_t cancelled;
    OK(consent_withdraw(o->node, o->worker, c, back, "", &cancelled));
    assert_string_equal(on_form(o, c, "consent_return"), "no");
    clock_set(o->clock, date_start((struct date){2026, 9, 26}));
    assert_string_equal(on_form(o, c, "consent_share"), "no"); /* it has ended */
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_consent_says_who_explained_what_and_how),
        TEST(a_consent_is_read_as_it_was_given),
        TEST(nothing_goes_without_a_valid_consent),
        TEST(the_latest_answer_counts),
        TEST(of_two_answers_at_the_same_time_the_no_counts),
        TEST(refusing_return_says_nothing_about_sharing),
        TEST(a_withdrawal_is_for_good),
        TEST(withdrawing_cancels_what_waits),
        TEST(withdrawing_return_cancels_only_return),
        TEST(the_form_shows_what_the_records_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
