/* test_domain_referral.c - the plan: what stops a message, what goes, what stays and why; the directory; the inbox;
 * the timeline. */
#include "office.h"

#include <unistd.h>

#include "db/contact.h"
#include "db/conversation.h"
#include "db/evidence.h"
#include "db/message.h"
#include "db/partner.h"
#include "db/received.h"
#include "domain/conversation.h"
#include "domain/policy.h"
#include "domain/referral.h"
#include "form/show.h"

static const char THEIRS[] = "0196a001-0000-7000-8000-000000000001"; /* an organisation of the partner */

static err put_partner(struct tx *tx, void *arg)
{
    (void)arg;
    const struct db_partner partner = {.id = "partner", .name = "Their node", .country = "AL", .sequence = 1,
                                       .expires_at = T0 + 30 * MSEC_DAY, .card = bytes_of("card", 4),
                                       .fingerprint = "", .state = "pinned", .pinned_at = T0, .endpoint = ""};
    const struct db_contact contact = {.id = id_new(T0), .country = "AL", .body = "Qendra", .city = "",
                                       .procedures = "return", .roles = "", .channels = "{}", .languages = "sq",
                                       .source = "node card", .organisation_id = THEIRS, .partner_id = "partner"};
    TRY(db_partner_put(tx, &partner));
    return db_contact_insert(tx, &contact);
}

static int begin(void **state)
{
    struct office *o = mem_new(NULL, struct office);
    struct clock *clock = NULL;
    OK(clock_fixed(o, T0, &clock));
    office_open(o, &ITALY, clock);
    OK(db_run(o->node->records, put_partner, o));
    *state = o;
    return 0;
}

static int end(void **state)
{
    office_close(*state);
    talloc_free(*state);
    return 0;
}

static struct referral_request request_of(const char *procedure)
{
    return (struct referral_request){.form_id = FORM_ID,
                                     .recipient = {.country = "AL", .body = "Qendra", .roles = "",
                                                   .organisation_id = THEIRS, .partner_id = "partner"},
                                     .procedure = procedure,
                                     .danger_reason = "",
                                     .party = PARTY_EXPLOITATION,
                                     .language = "en"};
}

static struct referral_plan plan_of(struct office *o, struct actor *actor, struct casefile *c,
                                    struct referral_request request)
{
    struct referral_plan plan = {0};
    OK(referral_plan(o->node, actor, c, &request, o->ctx, &plan));
    return plan;
}

/* Exactly these stops, by their bits. */
static void assert_stops(const struct referral_plan *plan, unsigned expected)
{
    unsigned stops = 0;
    for (unsigned i = 0; i < STOP_COUNT; i++) {
        stops |= plan->stops[i] ? 1u << i : 0;
        assert_true(strlen(referral_stop_text((enum referral_stop)i)) > 20);
    }
    if (stops != expected) {
        for (unsigned i = 0; i < STOP_COUNT; i++)
            if (plan->stops[i]) print_message("  stops: %s\n", referral_stop_text((enum referral_stop)i));
        fail_msg("stops %x, expected %x", stops, expected);
    }
    assert_true(plan->stopped == (expected != 0));
}
#define STOPS(o, c, procedure, expected)                                                                          \
    do {                                                                                                          \
        struct referral_plan stops_plan = plan_of((o), (o)->worker, (c), request_of(procedure));                  \
        assert_stops(&stops_plan, (expected));                                                                    \
    } while (0)
#define BIT(stop) (1u << (stop))

/* An adult with answers in four compartments, who agreed to everything. */
static struct casefile *adult(struct office *o)
{
    struct casefile *c = office_case(o, "Blue door");
    office_answer(o, c, "s1_1", "{\"person_name\": \"Zamira Lisaku\", \"birth_date\": \"1999-04-17\", \"age_group\": \"over_18\"}");
    office_answer(o, c, "s3_2", "{\"medication\": \"Iron\"}");
    office_answer(o, c, "s3_3", "{\"unsafe_location\": \"The village\"}");
    office_answer(o, c, "s2_2", "{\"legal_representative\": \"yes\"}");
    (void)office_consent(o, c, consent_of(CONSENT_SHARE, true, "AL"));
    (void)office_consent(o, c, consent_of(CONSENT_RETURN, true, NULL));
    return c;
}

static const struct referral_item *item_of(const struct referral_plan *plan, const char *label)
{
    for (size_t i = 0; i < plan->n; i++)
        if (text_same(plan->items[i].label, label)) return &plan->items[i];
    fail_msg("the plan says nothing of %s", label);
    return NULL;
}

/* ---- what stops the message ---- */

static void an_adult_who_agreed_can_be_sent(void **state)
{
    struct office *o = *state;
    struct casefile *c = adult(o);
    struct referral_plan plan = plan_of(o, o->worker, c, request_of("return"));
    assert_stops(&plan, 0);
    assert_false(plan.child);
    assert_false(plan.danger);
    assert_int_equal(plan.compartments, COMPARTMENT_ALL & ~COMPARTMENT_BIT(COMPARTMENT_CIRCUMSTANCES));
    assert_string_equal(item_of(&plan, "Prescription medication(s)")->value, "Iron");
    assert_int_equal(item_of(&plan, "Prescription medication(s)")->stays, STAYS_NOT);
    assert_string_equal(json_text_or(plan.answers[COMPARTMENT_HEALTH], "medication", ""), "Iron");
    assert_string_equal(json_text_or(plan.answers[COMPARTMENT_IDENTITY], "consent_share", ""), "yes");
    assert_string_equal(json_text_or(plan.consent, "what", ""), "share");
    assert_int_equal(plan.goes + plan.stays, plan.n);
    assert_true(plan.missing > 0); /* the date of the form, for one: shown, stops nothing */
}

static void consent_stops_each_with_its_sentence(void **state)
{
    struct office *o = *state;
    struct casefile *c = office_case(o, "");
    office_answer(o, c, "s1_1", "{\"person_name\": \"Zamira\", \"birth_date\": \"1999-04-17\"}");
    STOPS(o, c, "longer_term", BIT(STOP_NO_CONSENT) | BIT(STOP_NOTHING_GOES));
    (void)office_consent(o, c, consent_of(CONSENT_SHARE, true, "ME"));
    STOPS(o, c, "longer_term", BIT(STOP_CONSENT_ELSEWHERE) | BIT(STOP_NOTHING_GOES));
    clock_set(o->clock, T0 + 1);
    struct consent until = consent_of(CONSENT_SHARE, true, "AL");
    until.until = "2026-09-22";
    struct id id = office_consent(o, c, until);
    STOPS(o, c, "longer_term", 0);
    clock_set(o->clock, T0 + 3 * MSEC_DAY);
    STOPS(o, c, "longer_term", BIT(STOP_CONSENT_EXPIRED) | BIT(STOP_NOTHING_GOES));
    size_t cancelled;
    OK(consent_withdraw(o->node, o->worker, c, id, "", &cancelled));
    STOPS(o, c, "longer_term", BIT(STOP_CONSENT_WITHDRAWN) | BIT(STOP_NOTHING_GOES));
    (void)office_consent(o, c, consent_of(CONSENT_SHARE, false, NULL));
    STOPS(o, c, "longer_term", BIT(STOP_CONSENT_REFUSED) | BIT(STOP_NOTHING_GOES));
}

static void refusing_return_stops_only_return(void **state)
{
    struct office *o = *state;
    struct casefile *c = office_case(o, "");
    office_answer(o, c, "s1_1", "{\"person_name\": \"Zamira\", \"birth_date\": \"1999-04-17\"}");
    (void)office_consent(o, c, consent_of(CONSENT_SHARE, true, "AL"));
    STOPS(o, c, "return", BIT(STOP_RETURN_NOT_ASKED));
    STOPS(o, c, "longer_term", 0);
    struct id id = office_consent(o, c, consent_of(CONSENT_RETURN, true, NULL));
    STOPS(o, c, "return", 0);
    size_t cancelled;
    OK(consent_withdraw(o->node, o->worker, c, id, "", &cancelled));
    STOPS(o, c, "return", BIT(STOP_RETURN_REFUSED));
    clock_set(o->clock, T0 + 1);
    struct consent ended = consent_of(CONSENT_RETURN, true, NULL);
    ended.until = "2026-09-21";
    (void)office_consent(o, c, ended);
    STOPS(o, c, "return", 0);
    clock_set(o->clock, T0 + 2 * MSEC_DAY);
    STOPS(o, c, "return", BIT(STOP_RETURN_NOT_ASKED)); /* the yes has ended: ask again */
    (void)office_consent(o, c, consent_of(CONSENT_RETURN, false, NULL));
    STOPS(o, c, "return", BIT(STOP_RETURN_REFUSED));
    STOPS(o, c, "longer_term", 0);
}

static void only_who_has_a_pinned_node_can_be_sent_to(void **state)
{
    struct office *o = *state;
    struct casefile *c = adult(o);
    struct referral_request request = request_of("return");
    request.recipient.partner_id = NULL;
    struct referral_plan plan = plan_of(o, o->worker, c, request);
    assert_stops(&plan, BIT(STOP_UNREACHABLE));
    request = request_of("return");
    request.recipient.partner_id = "nobody";
    plan = plan_of(o, o->worker, c, request);
    assert_stops(&plan, BIT(STOP_UNREACHABLE));
    clock_set(o->clock, T0 + 30 * MSEC_DAY);
    STOPS(o, c, "return", BIT(STOP_UNREACHABLE)); /* the card has ended */
    clock_set(o->clock, T0);
    office_sql(o, "opentrm.db", "UPDATE partner SET state = 'revoked'");
    STOPS(o, c, "return", BIT(STOP_UNREACHABLE));
}

static void save_facts(struct office *o, struct casefile *c, enum child_status child, const char *guardian)
{
    struct facts facts = *c->facts;
    facts.child = child;
    facts.guardian_name = guardian;
    OK(facts_save(o->node, o->worker, c, &facts));
}

static void a_child_goes_with_a_guardian_to_the_child_authority(void **state)
{
    struct office *o = *state;
    struct casefile *c = office_case(o, "");
    office_answer(o, c, "s1_1", "{\"person_name\": \"Ilir\", \"birth_date\": \"2011-04-17\"}");
    (void)office_consent(o, c, consent_of(CONSENT_SHARE, true, "AL"));
    save_facts(o, c, CHILD_NO, ""); /* what was said does not outweigh the date */
    STOPS(o, c, "longer_term", BIT(STOP_NO_GUARDIAN) | BIT(STOP_NOT_CHILD_AUTHORITY));
    save_facts(o, c, CHILD_NO, "Laura Montefosco");
    STOPS(o, c, "longer_term", BIT(STOP_NOT_CHILD_AUTHORITY));
    struct referral_request request = request_of("longer_term");
    request.recipient.roles = "focal_point child_authority";
    struct referral_plan plan = plan_of(o, o->worker, c, request);
    assert_stops(&plan, 0);
    assert_true(plan.child);
    request.recipient.roles = "child_authority_of_something_else";
    plan = plan_of(o, o->worker, c, request);
    assert_stops(&plan, BIT(STOP_NOT_CHILD_AUTHORITY));
    request.danger_reason = "The trafficker waits at the shelter";
    save_facts(o, c, CHILD_NO, "");
    plan = plan_of(o, o->worker, c, request); /* immediate danger is the only exception */
    assert_stops(&plan, 0);
    assert_true(plan.child && plan.danger);
    request.danger_reason = "";
    request.reply = true; /* the other side began, under the same rule */
    plan = plan_of(o, o->worker, c, request);
    assert_stops(&plan, 0);
}

static void danger_is_no_consent(void **state)
{
    struct office *o = *state;
    struct casefile *c = adult(o);
    clock_set(o->clock, T0 + 1);
    (void)office_consent(o, c, consent_of(CONSENT_SHARE, false, NULL));
    struct referral_request request = request_of("return");
    request.danger_reason = "Somebody is coming";
    struct referral_plan plan = plan_of(o, o->worker, c, request);
    assert_stops(&plan, BIT(STOP_CONSENT_REFUSED) | BIT(STOP_NOTHING_GOES));
}

static void who_may_be_a_child_is_one(void **state)
{
    struct office *o = *state;
    struct casefile *c = office_case(o, "");
    office_answer(o, c, "s1_1", "{\"person_name\": \"Ilir\"}");
    (void)office_consent(o, c, consent_of(CONSENT_SHARE, true, "AL"));
    unsigned both = BIT(STOP_NO_GUARDIAN) | BIT(STOP_NOT_CHILD_AUTHORITY);
    STOPS(o, c, "longer_term", both); /* nothing is known */
    office_answer(o, c, "s1_1", "{\"person_name\": \"Ilir\", \"age_group\": \"unknown\"}");
    STOPS(o, c, "longer_term", both);
    office_answer(o, c, "s1_1", "{\"person_name\": \"Ilir\", \"age_group\": \"over_18\"}");
    STOPS(o, c, "longer_term", 0);
    save_facts(o, c, CHILD_MAYBE, "");
    STOPS(o, c, "longer_term", both);
    office_answer(o, c, "s1_1", "{\"person_name\": \"Ilir\", \"age_group\": \"under_18\"}");
    save_facts(o, c, CHILD_NO, "");
    STOPS(o, c, "longer_term", both);
}

static void a_wrong_answer_stops_only_if_it_would_go(void **state)
{
    struct office *o = *state;
    struct casefile *c = adult(o);
    /* the end lies before the beginning */
    office_answer(o, c, "s1_2", "{\"exploitation_began\": \"2025-03-01\", \"exploitation_ended\": \"2024-03-01\"}");
    STOPS(o, c, "return", BIT(STOP_HAS_ERRORS));
    clock_set(o->clock, T0 + 1);
    struct consent narrow = consent_of(CONSENT_SHARE, true, "AL");
    narrow.compartments = COMPARTMENT_BIT(COMPARTMENT_IDENTITY);
    (void)office_consent(o, c, narrow);
    STOPS(o, c, "return", 0); /* the circumstances stay here */
}

/* ---- what stays ---- */

static void a_part_without_consent_stays(void **state)
{
    struct office *o = *state;
    struct casefile *c = adult(o);
    clock_set(o->clock, T0 + 1);
    struct consent narrow = consent_of(CONSENT_SHARE, true, "AL");
    narrow.compartments = COMPARTMENT_BIT(COMPARTMENT_IDENTITY) | COMPARTMENT_BIT(COMPARTMENT_SAFETY);
    (void)office_consent(o, c, narrow);
    struct referral_plan plan = plan_of(o, o->worker, c, request_of("return"));
    assert_stops(&plan, 0);
    assert_int_equal(item_of(&plan, "Prescription medication(s)")->stays, STAYS_CONSENT);
    assert_int_equal(item_of(&plan, "Location that may not be safe")->stays, STAYS_NOT);
    assert_null(plan.answers[COMPARTMENT_HEALTH]);
    assert_null(plan.answers[COMPARTMENT_JUSTICE]);
    assert_int_equal(plan.compartments, narrow.compartments);
    assert_true(strlen(referral_stay_text(STAYS_CONSENT)) > 10);
}

static void what_was_not_understood_stays(void **state)
{
    struct office *o = *state;
    struct casefile *c = adult(o);
    office_answer(o, c, "heading_exploitation", "{\"form_date\": {\"raw\": \"last spring\"}}");
    struct referral_plan plan = plan_of(o, o->worker, c, request_of("return"));
    assert_stops(&plan, 0);
    const struct referral_item *date = item_of(&plan, "Date");
    assert_int_equal(date->stays, STAYS_RAW);
    assert_string_equal(date->value, "last spring");
    assert_null(json_object_get(plan.answers[COMPARTMENT_IDENTITY], "form_date"));
}

static void the_other_countrys_part_stays(void **state)
{
    struct office *o = *state;
    struct casefile *c = adult(o);
    struct facts facts = *c->facts;
    facts.countries[0].roles = PARTY_EXPLOITATION | PARTY_ORIGIN; /* a case of both, to have both parts */
    OK(facts_save(o->node, o->worker, c, &facts));
    office_answer(o, c, "heading_origin", "{\"origin_institution\": \"Qendra\"}");
    struct referral_plan plan = plan_of(o, o->worker, c, request_of("return"));
    assert_stops(&plan, 0);
    for (size_t i = 0; i < plan.n; i++)
        if (text_same(plan.items[i].value, "Qendra")) assert_int_equal(plan.items[i].stays, STAYS_PARTY);
    assert_null(json_object_get(plan.answers[COMPARTMENT_IDENTITY], "origin_institution"));
    struct referral_request back = request_of("");
    back.party = PARTY_ORIGIN | PARTY_THIRD;
    back.reply = true;
    plan = plan_of(o, o->worker, c, back);
    assert_stops(&plan, 0);
    assert_string_equal(json_text_or(plan.answers[COMPARTMENT_IDENTITY], "origin_institution", ""), "Qendra");
    assert_null(json_object_get(plan.answers[COMPARTMENT_IDENTITY], "person_name"));
    assert_int_equal(item_of(&plan, "Name of the trafficked person")->stays, STAYS_PARTY);
}

static void what_the_sender_can_not_read_stays_and_is_said(void **state)
{
    struct office *o = *state;
    struct casefile *c = adult(o);
    const struct vault_share share = {
        o->legal, COMPARTMENT_BIT(COMPARTMENT_IDENTITY) | COMPARTMENT_BIT(COMPARTMENT_JUSTICE)};
    OK(vault_grant(o->node, o->worker, c->vault, share));
    struct casefile *theirs = office_find(o, o->jurist, c->code);
    struct referral_plan plan = plan_of(o, o->jurist, theirs, request_of("return"));
    assert_stops(&plan, 0);
    compartment_set said = 0;
    for (size_t i = 0; i < plan.n; i++)
        if (plan.items[i].stays == STAYS_WITHHELD) said |= COMPARTMENT_BIT(plan.items[i].compartment);
    assert_int_equal(said, COMPARTMENT_BIT(COMPARTMENT_HEALTH) | COMPARTMENT_BIT(COMPARTMENT_SAFETY));
    assert_null(plan.answers[COMPARTMENT_HEALTH]);
}

/* ---- national law ---- */

/* The node gets a data folder of its own, with a policy in it. */
static void own_policy(struct office *o, const char *csv)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/data", o->folder);
    (void)unlink(path);
    static const char *const BELOW[] = {"", "/policies", "/policies/IT"};
    for (size_t i = 0; i < COUNT_OF(BELOW); i++)
        OK(file_make_folder(talloc_asprintf(o->ctx, "%s/data%s", o->folder, BELOW[i])));
    OK(file_write(talloc_asprintf(o->ctx, "%s/data/policies/IT/annex-i.csv", o->folder), bytes_text(csv), 0600));
}

static void own_policy_remove(struct office *o)
{
    static const char *const BELOW[] = {"/policies/IT/annex-i.csv", "/policies/IT", "/policies", ""};
    for (size_t i = 0; i < COUNT_OF(BELOW); i++)
        assert_int_equal(remove(talloc_asprintf(o->ctx, "%s/data%s", o->folder, BELOW[i])), 0);
}

static void national_law_withholds_with_its_basis(void **state)
{
    struct office *o = *state;
    struct casefile *c = adult(o);
    office_answer(o, c, "s1_1",
                  "{\"person_name\": \"Zamira Lisaku\", \"birth_date\": \"1999-04-17\", \"children_returned\": \"yes\","
                  " \"children\": [{\"child_name\": \"Era\"}]}");
    own_policy(o, "action,name,legal_basis\nwithhold,medication,\"Law 1/2012, art. 3\"\nwithhold,children,Law 2\n");
    struct referral_plan plan = plan_of(o, o->worker, c, request_of("return"));
    assert_stops(&plan, 0);
    const struct referral_item *item = item_of(&plan, "Prescription medication(s)");
    assert_int_equal(item->stays, STAYS_POLICY);
    assert_string_equal(item->basis, "Law 1/2012, art. 3");
    item = item_of(&plan, "Name of the child"); /* a repeat keeps what is inside */
    assert_int_equal(item->stays, STAYS_POLICY);
    assert_string_equal(item->basis, "Law 2");
    assert_null(plan.answers[COMPARTMENT_HEALTH]);
    assert_null(json_object_get(plan.answers[COMPARTMENT_IDENTITY], "children"));
    own_policy_remove(o);
}

static void a_policy_that_can_not_be_read_stops_sending(void **state)
{
    struct office *o = *state;
    struct casefile *c = adult(o);
    static const char *const WRONG[] = {
        "action,name,legal_basis\nwithhold,medicine,Law 1\n",       /* no such question */
        "action,name,legal_basis\nwithhold,medication,\n",          /* no basis */
        "action,name,legal_basis\nhide,medication,Law 1\n",         /* no such action */
        "action,name\nwithhold,medication\n",                       /* another heading */
        "action,name,legal_basis\nwithhold,medication,Law 1,more\n", /* a column too many */
        "action,name,legal_basis\nwithhold,\"medication,Law 1\n",   /* a quotation mark */
        "action,name,legal_basis\nwithhold,medication,\xff\n",
        "",
    };
    for (size_t i = 0; i < COUNT_OF(WRONG); i++) {
        struct policy policy;
        err e = policy_read(o->ctx, bytes_text(WRONG[i]), o->form, &policy);
        if (e.kind != ERR_INPUT) fail_msg("policy %zu was taken: %s", i, err_name(e.kind));
    }
    own_policy(o, WRONG[0]);
    struct referral_request request = request_of("return");
    struct referral_plan plan;
    BAD(ERR_INPUT, referral_plan(o->node, o->worker, c, &request, o->ctx, &plan));
    own_policy_remove(o);
}

/* Of our own forms none has such a question; a country's may. */
static void what_the_form_says_never_leaves(void **state)
{
    struct office *o = *state;
    static const char SURVEY[] = "type,name,label::English (en),bind::trm:party,bind::trm:compartment,bind::trm:share\n"
                                 "begin_group,one,One,exploitation,identity,ask\n"
                                 "text,goes,Goes,,,\n"
                                 "text,kept,Kept,,,never\n"
                                 "end_group,,,,,\n";
    static const char SETTINGS[] = "form_id,form_title,version\nkept-form,Kept,1\n";
    struct form_problems problems;
    form_problems_init(&problems, o->ctx);
    const struct form *form = NULL;
    const struct form_source source = {.survey = bytes_text(SURVEY), .settings = bytes_text(SETTINGS)};
    err e = form_load(o->ctx, source, &problems, &form);
    if (err_failed(e)) {
        const char *text = "";
        OK(form_problems_show(o->ctx, &problems, &text));
        fail_msg("%s", text);
    }
    const struct formbook book = {&form, 1, NULL}, *ours = o->node->forms;
    o->node->forms = &book;
    struct casefile *c = adult(o);
    OK(case_save_section(o->node, o->worker, c, form, "one", json_text_of(o->ctx, "{\"goes\": \"a\", \"kept\": \"b\"}"), 0));
    struct referral_request request = request_of("return");
    request.form_id = "kept-form";
    struct facts facts = *c->facts;
    facts.child = CHILD_NO;
    OK(facts_save(o->node, o->worker, c, &facts));
    struct referral_plan plan = plan_of(o, o->worker, c, request);
    assert_stops(&plan, 0);
    assert_int_equal(item_of(&plan, "Kept")->stays, STAYS_NEVER);
    assert_int_equal(item_of(&plan, "Goes")->stays, STAYS_NOT);
    assert_null(json_object_get(plan.answers[COMPARTMENT_IDENTITY], "kept"));
    o->node->forms = ours;
}

/* ---- what was shown is what is sent ---- */

static void the_digest_changes_with_all_that_would_go(void **state)
{
    struct office *o = *state;
    struct casefile *c = adult(o);
    struct referral_request request = request_of("return");
    const char *first = plan_of(o, o->worker, c, request).digest, *next;
    assert_int_equal(strlen(first), 64);
    assert_string_equal(plan_of(o, o->worker, office_find(o, o->worker, c->code), request).digest, first);
    request.language = "sq"; /* of the preview only */
    assert_string_equal(plan_of(o, o->worker, c, request).digest, first);
    request = request_of("longer_term");
    assert_string_not_equal(plan_of(o, o->worker, c, request).digest, first);
    request = request_of("return");
    request.danger_reason = "Now";
    assert_string_not_equal(plan_of(o, o->worker, c, request).digest, first);
    request = request_of("return");
    request.recipient.organisation_id = "0196a001-0000-7000-8000-000000000002";
    assert_string_not_equal(plan_of(o, o->worker, c, request).digest, first);
    request = request_of("return");
    office_answer(o, c, "s3_2", "{\"medication\": \"Gold\"}");
    assert_string_not_equal(next = plan_of(o, o->worker, c, request).digest, first);
    save_facts(o, c, CHILD_UNKNOWN, "A guardian");
    assert_string_not_equal(plan_of(o, o->worker, c, request).digest, next);
    next = plan_of(o, o->worker, c, request).digest;
    clock_set(o->clock, T0 + 1);
    (void)office_consent(o, c, consent_of(CONSENT_SHARE, true, "AL")); /* the same words, another consent */
    assert_string_not_equal(plan_of(o, o->worker, c, request).digest, next);
}

/* ---- the directory ---- */

static void a_directory_is_imported_whole_or_not_at_all(void **state)
{
    struct office *o = *state;
    size_t n = 0;
    const char *problem = NULL;
    struct bytes csv;
    OK(file_read(o->ctx, SOURCE_ROOT "/data/demo/directory.csv", (size_t)1 << 20, &csv));
    OK(contact_import(o->node, csv, o->ctx, &n, &problem));
    assert_null(problem);
    assert_true(n >= 8);
    struct contact_list all;
    OK(contact_search(o->node, o->ctx, NULL, NULL, &all));
    assert_int_equal(all.n, n + 1); /* and the one of the partner's card stays */
    assert_string_equal(all.at[0].partner_id, "partner"); /* reachable ones first */

    struct contact_list children;
    OK(contact_search(o->node, o->ctx, "AL", "return", &children));
    assert_true(children.n > 1 && children.n < all.n);
    for (size_t i = 0; i < children.n; i++) assert_string_equal(children.at[i].country, "AL");
    const struct contact *one = &children.at[1];
    struct contact again;
    OK(contact_get(o->node, o->ctx, one->id, &again));
    assert_string_equal(again.telephone, one->telephone);
    assert_string_equal(again.email, one->email);
    assert_string_not_equal(contact_name(&again, "it"), contact_name(&again, "sq"));

    json_t *countries = NULL;
    OK(contact_countries(o->node, o->ctx, &countries));
    assert_int_equal(json_array_size(countries), 2);

    /* one wrong line in the end, and everything is as it was */
    const char *wrong = talloc_asprintf(o->ctx, "%.*sIT,\n", (int)csv.n, (const char *)csv.p);
    BAD(ERR_INPUT, contact_import(o->node, bytes_text(wrong), o->ctx, &n, &problem));
    assert_non_null(problem);
    struct contact_list after;
    OK(contact_search(o->node, o->ctx, NULL, NULL, &after));
    assert_int_equal(after.n, all.n);
    assert_true(id_same(after.at[1].id, all.at[1].id));
    OK(contact_import(o->node, csv, o->ctx, &n, &problem)); /* again: replaced, not doubled */
    OK(contact_search(o->node, o->ctx, NULL, NULL, &after));
    assert_int_equal(after.n, all.n);
    assert_int_equal(audited(o, "directory.import"), 2);
}

/* ---- timeline and inbox: rows as exchange writes them ---- */

struct rows {
    struct office *o;
    struct id case_id; /* unset: none yet */
    struct id agency;
    const char *handle;
    struct id ours;
};

static err put_message(struct tx *tx, const struct rows *r, struct id id, const char *direction, const char *class_,
                       const char *state, msec at)
{
    const struct db_message row = {.id = id, .handle = r->handle, .direction = direction, .class_ = class_,
                                   .state = state, .sender_organisation = "", .recipient_organisation = "",
                                   .created_at = at};
    return db_message_insert(tx, &row);
}

static err put_evidence(struct tx *tx, struct id message, const char *kind, msec at)
{
    const struct db_evidence row = {.id = id_new(at), .message_id = message, .kind = kind, .at = at,
                                    .body = bytes_of("signed", 6)};
    return db_evidence_insert(tx, &row);
}

static err put_conversation(struct tx *tx, const struct rows *r)
{
    const struct db_conversation row = {.handle = r->handle, .case_id = r->case_id, .partner_id = "partner",
                                        .local_organisation = r->agency, .remote_organisation = THEIRS,
                                        .direction = "out", .state = "open", .created_at = T0, .updated_at = T0};
    return db_conversation_insert(tx, &row);
}

static err put_timeline(struct tx *tx, void *arg)
{
    struct rows *r = arg;
    r->ours = id_new(T0);
    TRY(put_conversation(tx, r));
    TRY(put_message(tx, r, r->ours, "out", "referral", "accepted", T0));
    TRY(put_evidence(tx, r->ours, "accepted", T0 + 50));
    TRY(put_evidence(tx, r->ours, "submitted", T0));
    TRY(put_evidence(tx, r->ours, "relayed", T0 + 10));
    TRY(put_evidence(tx, r->ours, "delivered", T0 + 20));
    TRY(put_evidence(tx, r->ours, "opened", T0 + 30));
    TRY(put_message(tx, r, id_new(T0), "in", "receipt", "received", T0 + 20));
    TRY(put_message(tx, r, id_new(T0), "in", "decision", "filed", T0 + 49));
    TRY(put_message(tx, r, id_new(T0), "in", "question", "filed", T0 + 40));
    return put_message(tx, r, id_new(T0), "out", "answer", "cancelled", T0 + 60);
}

static void the_timeline_is_in_order_and_names_who(void **state)
{
    struct office *o = *state;
    struct casefile *c = office_case(o, "");
    struct rows r = {.o = o, .case_id = c->id, .agency = o->agency, .handle = "h"};
    OK(db_run(o->node->records, put_timeline, &r));
    struct timeline t;
    OK(conversation_timeline(o->node, o->worker, c, o->ctx, &t));
    static const char *const STATES[] = {"submitted", "relayed", "delivered", "opened", "received", "accepted", "cancelled"};
    assert_int_equal(t.n, COUNT_OF(STATES));
    for (size_t i = 0; i < t.n; i++) {
        assert_string_equal(t.at[i].state, STATES[i]);
        bool by_us = i == 0 || i == 6;
        assert_string_equal(t.at[i].by, by_us ? "" : "Qendra");
        assert_true(t.at[i].outgoing == (i != 4));
        assert_true((*t.at[i].evidence_id != '\0') == (i != 4 && i != 6));
    }
    assert_string_equal(t.at[4].class_, "question");
    assert_string_equal(t.at[5].message_id, r.ours.text);
}

struct arrivals {
    struct rows rows;
    const char *state;
    const char *class_;
    msec at, due;
    int number;
};

static err put_arrival(struct tx *tx, void *arg)
{
    const struct arrivals *a = arg;
    const struct db_received row = {.id = id_new(a->at), .partner_id = "partner",
                                    .message_id = talloc_asprintf(db_scratch(tx), "<%d@partner>", a->number),
                                    .mic = "", .at = a->at, .state = a->state, .class_ = a->class_,
                                    .handle = a->rows.handle, .organisation_id = a->rows.agency, .due_at = a->due,
                                    .mdn = bytes_of("", 0), .body = bytes_of("sealed", 6)};
    return db_received_insert(tx, &row);
}

static err put_just_conversation(struct tx *tx, void *arg)
{
    const struct arrivals *a = arg;
    return put_conversation(tx, &a->rows);
}

static void the_inbox_shows_what_waits_for_a_person(void **state)
{
    struct office *o = *state;
    struct casefile *c = office_case(o, "");
    struct arrivals a = {.rows = {.o = o, .agency = o->agency, .handle = "new"}};
    OK(db_run(o->node->records, put_just_conversation, &a));
    a.rows.handle = "known";
    a.rows.case_id = c->id;
    OK(db_run(o->node->records, put_just_conversation, &a));
    static const struct {
        const char *handle, *state, *class_;
        msec due;
        bool waits, unopened;
    } ROWS[] = {
        {"new", "new", "referral", T0 - 1, true, true},      {"new", "delivered", "referral", T0 + 9, true, true},
        {"new", "opened", "referral", 0, true, false},       {"known", "delivered", "question", 0, true, true},
        {"known", "filed", "followup", 0, false, false},     {"new", "erased", "referral", 0, false, false},
        {"known", "new", "receipt", 0, false, false},        {"known", "opened", "decision", 0, false, false},
        {"new", "unreadable", "referral", 0, true, true},    {"new", "frozen", "referral", 0, false, false},
        {"known", "new", "something_newer", 0, false, false},
    };
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        a.rows.handle = ROWS[i].handle;
        a.state = ROWS[i].state;
        a.class_ = ROWS[i].class_;
        a.due = ROWS[i].due;
        a.at = T0 + (msec)i;
        a.number = (int)i;
        OK(db_run(o->node->records, put_arrival, &a));
    }
    struct inbox inbox;
    size_t waits = 0, unopened = 0, count = 0;
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        waits += ROWS[i].waits;
        unopened += ROWS[i].unopened;
    }
    OK(inbox_list(o->node, o->worker, o->ctx, &inbox));
    OK(inbox_count(o->node, o->worker, &count));
    assert_int_equal(inbox.n, waits);
    assert_int_equal(count, unopened);
    for (size_t i = 0; i < inbox.n; i++) {
        const struct inbox_line *line = &inbox.at[i];
        assert_string_equal(line->from, "Qendra");
        assert_string_equal(line->country, "AL");
        assert_string_equal(line->organisation, "Associazione Ponte di Carta");
        assert_true(line->overdue == (line->due_at == T0 - 1));
        assert_string_equal(line->case_code, text_same(line->handle, "known") ? c->code : "");
        if (i > 0) assert_true(line->received_at <= inbox.at[i - 1].received_at);
    }
    /* a colleague of another team sees that something came, not of which case */
    OK(inbox_list(o->node, o->jurist, o->ctx, &inbox));
    assert_int_equal(inbox.n, waits);
    for (size_t i = 0; i < inbox.n; i++) assert_string_equal(inbox.at[i].case_code, "");
    OK(inbox_list(o->node, o->stranger, o->ctx, &inbox));
    assert_int_equal(inbox.n, 0);
    BAD(ERR_DENIED, inbox_list(o->node, o->admin, o->ctx, &inbox));
    BAD(ERR_DENIED, inbox_count(o->node, o->admin, &count));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_adult_who_agreed_can_be_sent),
        TEST(consent_stops_each_with_its_sentence),
        TEST(refusing_return_stops_only_return),
        TEST(only_who_has_a_pinned_node_can_be_sent_to),
        TEST(a_child_goes_with_a_guardian_to_the_child_authority),
        TEST(danger_is_no_consent),
        TEST(who_may_be_a_child_is_one),
        TEST(a_wrong_answer_stops_only_if_it_would_go),
        TEST(a_part_without_consent_stays),
        TEST(what_was_not_understood_stays),
        TEST(the_other_countrys_part_stays),
        TEST(what_the_sender_can_not_read_stays_and_is_said),
        TEST(national_law_withholds_with_its_basis),
        TEST(a_policy_that_can_not_be_read_stops_sending),
        TEST(what_the_form_says_never_leaves),
        TEST(the_digest_changes_with_all_that_would_go),
        TEST(a_directory_is_imported_whole_or_not_at_all),
        TEST(the_timeline_is_in_order_and_names_who),
        TEST(the_inbox_shows_what_waits_for_a_person),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
