/* test_exchange_crossing.c - the main job between two nodes: there, decided, answered, and back. */
#include "border.h"

#include "base/log.h"

/* Sent, carried, settled at Albania: a referral waits in the inbox. */
static struct casefile *referral_of(struct border *b, struct casefile *c, struct id *message)
{
    tick(b);
    *message = send_referral(&b->it, c, "AL");
    assert_string_equal(message_state(&b->it, *message), "submitted");
    tick(b);
    assert_int_equal(carry(&b->it, &b->al), 1);
    assert_string_equal(message_state(&b->it, *message), "relayed");
    tick(b);
    settle(&b->al, b->al.intake, 1, 0);
    return c;
}

static struct casefile *referral_there(struct border *b, struct id *message)
{
    return referral_of(b, small_case(b), message);
}

/* What waits goes both ways and is settled, each time a second later. */
static void exchange(struct border *b)
{
    for (int i = 0; i < 4; i++) {
        size_t settled, problems;
        tick(b);
        size_t n = carry(&b->al, &b->it);
        OK(incoming_settle(b->it.node, b->it.worker, &settled, &problems));
        assert_int_equal(problems, 0);
        tick(b);
        n += carry(&b->it, &b->al);
        OK(incoming_settle(b->al.node, b->al.intake, &settled, &problems));
        assert_int_equal(problems, 0);
        if (n == 0) return;
    }
}

static struct casefile *accepted_of(struct border *b, struct casefile *c, struct casefile **ours, struct id *message)
{
    *ours = referral_of(b, c, message);
    struct incoming in = open_only(&b->al, b->al.intake);
    struct casefile *theirs = NULL;
    tick(b);
    OK(incoming_accept(b->al.node, b->al.intake, &in, b->al.casework, b->al.worker_id, b->al.ctx, &theirs));
    exchange(b);
    *ours = office_find(&b->it, b->it.worker, (*ours)->code);
    return office_find(&b->al, b->al.worker, theirs->code);
}

static struct casefile *accepted_there(struct border *b, struct casefile **ours, struct id *message)
{
    return accepted_of(b, small_case(b), ours, message);
}

static const char *handle_of(struct office *o, const struct casefile *c)
{
    struct conversation_list list;
    OK(conversation_list(o->node, o->worker, c, o->ctx, &list));
    assert_int_equal(list.n, 1);
    return list.at[0].handle;
}

static struct id send_followup(struct border *b, struct casefile *theirs);

/* ---- there ---- */

static void a_referral_crosses_with_evidence_at_each_step(void **state)
{
    struct border *b = *state;
    struct id message;
    struct casefile *ours = referral_of(b, adult_case(b), &message);
    assert_int_equal(carry(&b->al, &b->it), 1); /* the receipt "delivered" */
    settle(&b->it, b->it.worker, 1, 0);
    assert_string_equal(message_state(&b->it, message), "delivered");

    struct inbox_line line = inbox_only(&b->al, b->al.intake);
    assert_string_equal(line.class_, "referral");
    assert_string_equal(line.state, "delivered");
    assert_string_equal(line.from, "Associazione Ponte di Carta");
    assert_int_equal(line.due_at, T0 + 7 * MSEC_DAY);

    tick(b);
    struct incoming in = open_only(&b->al, b->al.intake);
    assert_string_equal(in.state, "opened");
    assert_string_equal(in.sender_name, "Associazione Ponte di Carta");
    assert_string_equal(in.sender_country, "IT");
    assert_string_equal(in.purpose, "return");
    assert_string_equal(in.language, "it");
    assert_int_equal(in.there, COMPARTMENT_ALL);
    assert_int_equal(in.opened, COMPARTMENT_ALL);
    assert_ptr_equal(in.form, b->al.form); /* the same form: shown with Albanian labels */
    assert_string_equal(json_text_or(in.answers, "person_name", ""), "Zamira Lisaku");
    assert_string_equal(json_text_or(in.answers, "consent_share", ""), "yes");
    assert_string_equal(json_text_or(in.consent, "explained_by", ""), "Giulia Serravento");
    assert_string_equal(json_text_or(in.body, "child", ""), "no");
    assert_non_null(strstr(json_text_or(in.body, "countries", ""), "AL:origin"));

    tick(b);
    assert_int_equal(carry(&b->al, &b->it), 1);
    settle(&b->it, b->it.worker, 1, 0);
    assert_string_equal(message_state(&b->it, message), "opened");
    struct incoming again = open_only(&b->al, b->al.intake); /* a second look is no second receipt */
    assert_string_equal(again.state, "opened");
    assert_int_equal(carry(&b->al, &b->it), 0);

    tick(b);
    struct casefile *theirs = NULL;
    OK(incoming_accept(b->al.node, b->al.intake, &in, b->al.casework, b->al.worker_id, b->al.ctx, &theirs));
    assert_memory_equal(theirs->code, "AL-26-", 6);
    assert_string_equal(theirs->origin, "received");
    tick(b);
    assert_int_equal(carry(&b->al, &b->it), 1);
    settle(&b->it, b->it.worker, 1, 0);
    assert_string_equal(message_state(&b->it, message), "accepted");

    ours = office_find(&b->it, b->it.worker, ours->code);
    assert_string_equal(steps_of(&b->it, b->it.worker, ours, "referral"), "submitted relayed delivered opened accepted");
    assert_string_equal(steps_of(&b->it, b->it.worker, ours, "decision"), "");
    struct timeline t;
    OK(conversation_timeline(b->it.node, b->it.worker, ours, b->it.ctx, &t));
    const struct timeline_step *last = &t.at[t.n - 1];
    assert_string_equal(last->person, "worker"); /* the case manager there, by name */
    assert_string_equal(last->by, "Qendra Hap pas Hapi");
    for (size_t i = 0; i < t.n; i++) assert_true(*t.at[i].evidence_id != '\0');
    struct inbox inbox;
    OK(inbox_list(b->it.node, b->it.worker, b->it.ctx, &inbox));
    assert_int_equal(inbox.n, 0);
    OK(inbox_list(b->al.node, b->al.intake, b->al.ctx, &inbox));
    assert_int_equal(inbox.n, 0);
}

static void the_case_there_has_what_was_sent(void **state)
{
    struct border *b = *state;
    struct casefile *ours;
    struct id message;
    struct casefile *theirs = accepted_of(b, adult_case(b), &ours, &message);
    assert_int_equal(case_party(b->al.node, theirs), PARTY_ORIGIN);
    assert_int_equal(theirs->facts->n_countries, 5);
    assert_int_equal(theirs->facts->child, CHILD_NO);
    assert_string_equal(theirs->facts->label, ""); /* the sender's own word stays there */
    json_t *here = NULL, *there = NULL;
    OK(case_answers(ours, b->it.form, &here));
    OK(case_answers(theirs, b->al.form, &there));
    const char *name;
    json_t *value;
    json_object_foreach(here, name, value) {
        if (!json_equal(value, json_object_get(there, name))) fail_msg("%s is another there", name);
    }
    struct consent_list consents;
    OK(consent_all(theirs, b->al.ctx, &consents));
    assert_int_equal(consents.n, 1);
    assert_string_equal(consents.at[0].received_from, "Associazione Ponte di Carta");
    compartment_set scope;
    assert_int_equal(consent_for_sharing(&consents, "IT", node_now(b->al.node), &scope), CONSENT_VALID); /* the way back */
    struct case_records received;
    OK(case_records(theirs, "received", &received));
    assert_int_equal(received.n, COMPARTMENTS);
    assert_string_equal(steps_of(&b->al, b->al.worker, theirs, "referral"), "received");
    assert_string_equal(steps_of(&b->al, b->al.worker, theirs, "decision"), "submitted relayed");
    /* each act has its line, none of them a person */
    static const char *const ACTS[] = {"message.receive", "message.settle", "message.open", "message.accept",
                                       "message.file", "message.submit", "case.open"};
    for (size_t i = 0; i < COUNT_OF(ACTS); i++)
        if (audited(&b->al, ACTS[i]) < 1) fail_msg("no line of %s", ACTS[i]);
}

static void a_colleague_in_the_case_manages_it(void **state)
{
    struct border *b = *state;
    struct casefile *ours, *found = NULL;
    struct id message;
    struct casefile *theirs = accepted_there(b, &ours, &message);
    OK(case_find(b->al.node, b->al.worker, theirs->code, b->al.ctx, &found));
    BAD(ERR_NOT_FOUND, case_find(b->al.node, b->al.jurist, theirs->code, b->al.ctx, &found));
    BAD(ERR_NOT_FOUND, case_find(b->al.node, b->al.stranger, theirs->code, b->al.ctx, &found));
    struct case_list mine;
    OK(case_mine(b->al.node, b->al.worker, NULL, b->al.ctx, &mine));
    assert_int_equal(mine.n, 1);
}

static void another_organisation_sees_nothing(void **state)
{
    struct border *b = *state;
    struct id message;
    (void)referral_there(b, &message);
    const struct inbox_line line = inbox_only(&b->al, b->al.intake);
    struct incoming in;
    struct inbox inbox;
    OK(inbox_list(b->al.node, b->al.stranger, b->al.ctx, &inbox));
    assert_int_equal(inbox.n, 0);
    settle(&b->al, b->al.stranger, 0, 0);
    BAD(ERR_NOT_FOUND, incoming_open(b->al.node, b->al.stranger, line.received_id.text, "en", b->al.ctx, &in));
    BAD(ERR_NOT_FOUND, incoming_open(b->al.node, b->al.intake, id_random().text, "en", b->al.ctx, &in));
    BAD(ERR_INPUT, incoming_open(b->al.node, b->al.intake, "no-id", "en", b->al.ctx, &in));
    BAD(ERR_DENIED, incoming_open(b->al.node, b->al.admin, line.received_id.text, "en", b->al.ctx, &in));
}

/* ---- deciding ---- */

static void a_declined_message_is_erased(void **state)
{
    struct border *b = *state;
    struct id message;
    struct casefile *ours = referral_there(b, &message);
    struct incoming in = open_only(&b->al, b->al.intake), again;
    BAD(ERR_INPUT, incoming_decline(b->al.node, b->al.intake, &in, "  \n"));
    BAD(ERR_INPUT, incoming_decline(b->al.node, b->al.intake, &in, "bell\x07"));
    BAD(ERR_DENIED, incoming_decline(b->al.node, b->al.worker, &in, "No place"));
    tick(b);
    OK(incoming_decline(b->al.node, b->al.intake, &in, " No place until October "));
    assert_int_equal(RECORDS(&b->al, "SELECT length(body) FROM received JOIN received_body USING (id) WHERE class = 'referral'"), 0);
    assert_int_equal(RECORDS(&b->al, "SELECT count(*) FROM case_file"), 0);
    BAD(ERR_STATE, incoming_decline(b->al.node, b->al.intake, &in, "again"));
    BAD(ERR_STATE, incoming_open(b->al.node, b->al.intake, in.received_id.text, "sq", b->al.ctx, &again));
    exchange(b);
    assert_string_equal(message_state(&b->it, message), "declined");
    ours = office_find(&b->it, b->it.worker, ours->code);
    struct timeline t;
    OK(conversation_timeline(b->it.node, b->it.worker, ours, b->it.ctx, &t));
    assert_string_equal(t.at[t.n - 1].state, "declined");
    assert_string_equal(t.at[t.n - 1].words, "No place until October");
    assert_int_equal(audited(&b->al, "message.decline"), 1);
    /* Its words get lost on the disk: the step stays, without them, and it is said; the rest is there. */
    size_t steps = t.n;
    assert_false(t.damaged);
    office_sql(&b->it, "opentrm.db", "UPDATE record SET body = randomblob(200) WHERE kind = 'received'");
    ours = office_find(&b->it, b->it.worker, ours->code);
    OK(conversation_timeline(b->it.node, b->it.worker, ours, b->it.ctx, &t));
    assert_true(t.damaged);
    assert_int_equal(t.n, steps);
    assert_string_equal(t.at[t.n - 1].state, "declined");
    assert_string_equal(t.at[t.n - 1].words, "");
}

static void only_who_may_decides_and_only_once(void **state)
{
    struct border *b = *state;
    struct id message;
    (void)referral_there(b, &message);
    struct incoming in = open_only(&b->al, b->al.intake), colleagues = open_only(&b->al, b->al.intake);
    struct casefile *c = NULL;
    mem *ctx = b->al.ctx;
    BAD(ERR_DENIED, incoming_accept(b->al.node, b->al.worker, &in, b->al.casework, b->al.worker_id, ctx, &c));
    BAD(ERR_INPUT, incoming_accept(b->al.node, b->al.intake, &in, b->al.casework, b->al.jurist_id, ctx, &c)); /* no member */
    BAD(ERR_INPUT, incoming_accept(b->al.node, b->al.intake, &in, b->al.other_team, b->al.stranger_id, ctx, &c));
    BAD(ERR_NOT_FOUND, incoming_accept(b->al.node, b->al.intake, &in, id_random(), b->al.worker_id, ctx, &c));
    assert_int_equal(RECORDS(&b->al, "SELECT count(*) FROM case_file"), 0);
    OK(incoming_accept(b->al.node, b->al.intake, &in, b->al.casework, b->al.worker_id, ctx, &c));
    BAD(ERR_STATE, incoming_accept(b->al.node, b->al.intake, &in, b->al.casework, b->al.worker_id, ctx, &c));
    /* another who had it on the screen */
    BAD(ERR_CONFLICT, incoming_accept(b->al.node, b->al.intake, &colleagues, b->al.casework, b->al.worker_id, ctx, &c));
    BAD(ERR_CONFLICT, incoming_decline(b->al.node, b->al.intake, &colleagues, "No place"));
    assert_int_equal(RECORDS(&b->al, "SELECT count(*) FROM case_file"), 1);
    assert_int_equal(RECORDS(&b->al, "SELECT count(*) FROM message WHERE class = 'decision'"), 1);
    assert_int_equal(audited(&b->al, "message.accept"), 1);
}

/* What an acceptance writes, counted. */
static int64_t rows_there(struct office *o)
{
    return RECORDS(o, "SELECT (SELECT count(*) FROM case_file) + (SELECT count(*) FROM record)"
                      " + (SELECT count(*) FROM message) + (SELECT count(*) FROM delivery)"
                      " + (SELECT count(*) FROM evidence) + (SELECT count(*) FROM audit_event)"
                      " + (SELECT count(*) FROM conversation WHERE case_id IS NOT NULL)");
}

static void an_acceptance_that_fails_half_way_leaves_nothing(void **state)
{
    struct border *b = *state;
    struct id message;
    (void)referral_there(b, &message);
    struct incoming in = open_only(&b->al, b->al.intake);
    struct casefile *c = NULL;
    int64_t rows = rows_there(&b->al), wraps = KEYS(&b->al, "SELECT (SELECT count(*) FROM case_wrap)"
                                                            " + (SELECT count(*) FROM message_wrap)");
    /* late in the transaction: after case, records and filing, when the decision is to be queued */
    office_sql(&b->al, "opentrm.db", engine_refuse(b->al.ctx, "delivery", "1 = 1"));
    BAD(ERR_CONFLICT, incoming_accept(b->al.node, b->al.intake, &in, b->al.casework, b->al.worker_id, b->al.ctx, &c));
    assert_null(c);
    assert_int_equal(rows_there(&b->al), rows);
    assert_int_equal(KEYS(&b->al, "SELECT (SELECT count(*) FROM case_wrap) + (SELECT count(*) FROM message_wrap)"), wraps);
    assert_string_equal(in.state, "opened");
    office_sql(&b->al, "opentrm.db", engine_unrefuse(b->al.ctx, "delivery"));
    /* and the next attempt is as good as the first */
    OK(incoming_accept(b->al.node, b->al.intake, &in, b->al.casework, b->al.worker_id, b->al.ctx, &c));
    assert_string_equal(json_text_or(json_text_of(b->al.ctx, answers_text(&b->al, c)), "person_name", ""), "Zamira Lisaku");
    struct incoming filed;
    OK(incoming_open(b->al.node, b->al.worker, in.received_id.text, "sq", b->al.ctx, &filed));
    assert_string_equal(filed.state, "filed");
}

/* ---- what must not go ---- */

static void only_what_was_shown_is_sent(void **state)
{
    struct border *b = *state;
    struct office *o = &b->it;
    struct casefile *c = small_case(b);
    struct referral_request request = request_to(o, "AL", "return");
    struct referral_plan plan, seen;
    struct id message;
    OK(referral_plan(o->node, o->worker, c, &request, o->ctx, &seen));
    const struct contact *to = &request.recipient;
    BAD(ERR_CONFLICT, outgoing_referral(o->node, o->worker, c, to, &seen, "another", "return", 0, "", "it", &message));
    BAD(ERR_INPUT, outgoing_referral(o->node, o->worker, c, to, &seen, seen.digest, "return", T0, "", "it", &message));
    BAD(ERR_DENIED, outgoing_referral(o->node, o->intake, c, to, &seen, seen.digest, "return", 0, "", "it", &message));
    office_answer(o, c, "s3_2", "{\"medication\": \"Gold\"}"); /* after the preview */
    OK(referral_plan(o->node, o->worker, c, &request, o->ctx, &plan));
    BAD(ERR_CONFLICT, outgoing_referral(o->node, o->worker, c, to, &plan, seen.digest, "return", 0, "", "it", &message));
    tick(b);
    (void)office_consent(o, c, consent_of(CONSENT_SHARE, false, NULL));
    struct referral_plan stopped;
    OK(referral_plan(o->node, o->worker, c, &request, o->ctx, &stopped));
    BAD(ERR_STATE, outgoing_referral(o->node, o->worker, c, to, &stopped, stopped.digest, "return", 0, "", "it", &message));
    assert_int_equal(RECORDS(o, "SELECT count(*) FROM delivery"), 0);
    assert_int_equal(RECORDS(o, "SELECT count(*) FROM conversation"), 0);
}

static void a_withdrawal_at_the_same_moment_is_heard(void **state)
{
    struct border *b = *state;
    struct office *o = &b->it;
    struct casefile *c = small_case(b), *colleagues = office_find(o, o->worker, c->code);
    struct referral_request request = request_to(o, "AL", "return");
    struct referral_plan plan;
    struct consent_list list;
    struct id message;
    size_t cancelled;
    OK(referral_plan(o->node, o->worker, c, &request, o->ctx, &plan));
    OK(consent_all(colleagues, o->ctx, &list));
    OK(consent_withdraw(o->node, o->worker, colleagues, consent_current(&list, CONSENT_SHARE)->id, "", &cancelled));
    BAD(ERR_CONFLICT, outgoing_referral(o->node, o->worker, c, &request.recipient, &plan, plan.digest, "return", 0, "",
                                        "it", &message));
    assert_int_equal(carry(o, &b->al), 0);
}

static void what_waits_when_consent_is_withdrawn_does_not_leave(void **state)
{
    struct border *b = *state;
    struct office *o = &b->it;
    struct casefile *c = small_case(b);
    struct consent_list list;
    size_t cancelled = 0;
    struct id message = send_referral(o, c, "AL");
    c = office_find(o, o->worker, c->code);
    OK(consent_all(c, o->ctx, &list));
    OK(consent_withdraw(o->node, o->worker, c, consent_current(&list, CONSENT_SHARE)->id, "", &cancelled));
    assert_int_equal(cancelled, 1);
    assert_int_equal(carry(o, &b->al), 0);
    assert_string_equal(message_state(o, message), "cancelled");
    assert_string_equal(steps_of(o, o->worker, c, "referral"), "submitted cancelled");
}

/* ---- need to know ---- */

static void who_holds_no_key_of_a_part_sees_that_it_is_withheld(void **state)
{
    struct border *b = *state;
    struct id message;
    (void)referral_there(b, &message);
    struct incoming in = open_only(&b->al, b->al.jurist);
    assert_int_equal(in.there, COMPARTMENT_ALL);
    assert_int_equal(in.opened, COMPARTMENT_BIT(COMPARTMENT_IDENTITY) | COMPARTMENT_BIT(COMPARTMENT_JUSTICE));
    assert_string_equal(json_text_or(in.answers, "person_name", ""), "Zamira Lisaku");
    assert_null(json_object_get(in.answers, "medication"));
    assert_null(json_object_get(in.answers, "unsafe_location"));
}

static void what_nobody_could_open_at_acceptance_is_filed_when_somebody_can(void **state)
{
    struct border *b = *state;
    struct id message;
    (void)referral_there(b, &message);
    struct incoming in = open_only(&b->al, b->al.jurist);
    struct casefile *theirs = NULL;
    tick(b);
    OK(incoming_accept(b->al.node, b->al.jurist, &in, b->al.casework, b->al.worker_id, b->al.ctx, &theirs));
    theirs = office_find(&b->al, b->al.worker, theirs->code);
    assert_int_equal(RECORDS(&b->al, "SELECT count(*) FROM record WHERE kind = 'received'"), 2);
    assert_int_equal(RECORDS(&b->al, "SELECT count(*) FROM received WHERE unopened = 'circumstances health safety'"), 1);
    settle(&b->al, b->al.jurist, 0, 0); /* who holds no more than before changes nothing */
    assert_int_equal(RECORDS(&b->al, "SELECT count(*) FROM record WHERE kind = 'received'"), 2);
    settle(&b->al, b->al.worker, 1, 0);
    settle(&b->al, b->al.worker, 0, 0);
    theirs = office_find(&b->al, b->al.worker, theirs->code);
    json_t *there = NULL;
    OK(case_answers(theirs, b->al.form, &there));
    assert_non_null(json_object_get(there, "medication"));
    assert_non_null(json_object_get(there, "unsafe_location"));
    assert_int_equal(RECORDS(&b->al, "SELECT count(*) FROM record WHERE kind = 'received'"), COMPARTMENTS);
    assert_int_equal(RECORDS(&b->al, "SELECT count(*) FROM received WHERE unopened <> ''"), 0);
    assert_string_equal(steps_of(&b->al, b->al.worker, theirs, "referral"), "received");
}

static void who_can_not_read_whom_it_is_about_does_not_accept(void **state)
{
    struct border *b = *state;
    struct id message;
    (void)referral_there(b, &message);
    struct incoming in = open_only(&b->al, b->al.intake);
    struct casefile *c = NULL;
    in.opened &= ~COMPARTMENT_BIT(COMPARTMENT_IDENTITY);
    BAD(ERR_DENIED, incoming_accept(b->al.node, b->al.intake, &in, b->al.casework, b->al.worker_id, b->al.ctx, &c));
}

static void the_consent_goes_only_with_identity(void **state)
{
    struct border *b = *state;
    struct id message;
    (void)referral_there(b, &message);
    struct casefile *theirs = NULL;
    struct incoming in = open_only(&b->al, b->al.intake);
    OK(incoming_accept(b->al.node, b->al.intake, &in, b->al.casework, b->al.worker_id, b->al.ctx, &theirs));
    struct case_records received;
    OK(case_records(office_find(&b->al, b->al.worker, theirs->code), "received", &received));
    assert_int_equal(received.n, COMPARTMENTS);
    for (size_t i = 0; i < received.n; i++)
        assert_true((json_object_get(received.at[i].body, "consent") != NULL) ==
                    (received.at[i].compartment == COMPARTMENT_IDENTITY));
}

/* ---- at rest ---- */

/* Some of the sealed bytes as they stand in the message. */
static const char *sealed_piece(struct office *o)
{
    struct carrying c = {.from = o, .ctx = o->ctx};
    OK(db_run(o->node->records, carry_claim, &c));
    assert_int_equal(c.claimed.n, 1);
    const struct bytes body = c.claimed.at[0].body;
    const char *piece = mem_textn(o->ctx, (const char *)body.p + body.n / 2, 48);
    char sql[200];
    (void)snprintf(sql, sizeof sql, "UPDATE delivery SET state = 'queued', lease_by = NULL, lease_until = NULL");
    office_sql(o, "opentrm.db", sql);
    return piece;
}

static void a_filed_message_rests_under_a_key_of_its_own(void **state)
{
    struct border *b = *state;
    struct casefile *ours = small_case(b), *theirs = NULL;
    (void)send_referral(&b->it, ours, "AL");
    const char *piece = sealed_piece(&b->it);
    assert_int_equal(carry(&b->it, &b->al), 1);
    settle(&b->al, b->al.intake, 1, 0);
    assert_true(office_grep(&b->al, piece) > 0); /* sealed to the organisation, until it is filed */
    struct incoming in = open_only(&b->al, b->al.intake), again;
    OK(incoming_accept(b->al.node, b->al.intake, &in, b->al.casework, b->al.worker_id, b->al.ctx, &theirs));
    assert_int_equal(office_grep(&b->al, piece), 0); /* now its keys alone open nothing */
    OK(incoming_open(b->al.node, b->al.worker, in.received_id.text, "sq", b->al.ctx, &again));
    assert_string_equal(json_text_or(again.answers, "person_name", ""), "Zamira Lisaku");
    BAD(ERR_NOT_FOUND, incoming_open(b->al.node, b->al.jurist, in.received_id.text, "sq", b->al.ctx, &again));
    /* who destroys its key destroys it */
    office_sql(&b->al, "keys.db", "DELETE FROM message_wrap");
    BAD(ERR_NOT_FOUND, incoming_open(b->al.node, b->al.worker, in.received_id.text, "sq", b->al.ctx, &again));
}

static void a_declined_message_is_nowhere_any_more(void **state)
{
    struct border *b = *state;
    struct casefile *ours = small_case(b);
    (void)send_referral(&b->it, ours, "AL");
    const char *piece = sealed_piece(&b->it);
    assert_int_equal(carry(&b->it, &b->al), 1);
    settle(&b->al, b->al.intake, 1, 0);
    struct incoming in = open_only(&b->al, b->al.intake);
    OK(incoming_decline(b->al.node, b->al.intake, &in, "No place"));
    assert_int_equal(office_grep(&b->al, piece), 0);
}

/* Words that were typed, in any form that a careless program might leave them in. */
static void assert_nowhere(struct border *b, const char *log, const char *word)
{
    struct bytes text;
    OK(file_read(b->it.ctx, log, (size_t)64 << 20, &text));
    if (bytes_find(text, bytes_text(word), 0) != SIZE_MAX) fail_msg("the log says %s", word);
    if (office_grep(&b->it, word) != 0) fail_msg("Italy's files hold %s", word);
    if (office_grep(&b->al, word) != 0) fail_msg("Albania's files hold %s", word);
}

static void a_name_is_on_no_disk_and_in_no_log(void **state)
{
    struct border *b = *state;
    char log[] = "/tmp/opentrm-log-XXXXXX";
    int file = mkstemp(log), standard = dup(STDERR_FILENO);
    assert_true(file >= 0 && standard >= 0);
    assert_true(dup2(file, STDERR_FILENO) >= 0);
    struct casefile *ours, *theirs;
    struct id message, id;
    theirs = accepted_of(b, adult_case(b), &ours, &message);
    office_answer(&b->al, theirs, "heading_origin", "{\"origin_contact_person\": \"Drita Kanarini\"}");
    OK(outgoing_words(b->it.node, b->it.worker, ours, handle_of(&b->it, ours), "question", NULL, "Ku ndodhet Zamira?", &id));
    (void)send_followup(b, theirs);
    exchange(b);
    (void)open_only(&b->it, b->it.worker);
    LOG(LOG_INFO, "test_end");
    assert_true(dup2(standard, STDERR_FILENO) >= 0);
    (void)close(standard);
    (void)close(file);
    static const char *const CANARIES[] = {"Zamira", "Lisaku", "Gurib", "Drita", "Kanarini", "Ku ndodhet", "Serravento",
                                           "Anemia", "Blue door"};
    for (size_t i = 0; i < COUNT_OF(CANARIES); i++) assert_nowhere(b, log, CANARIES[i]);
    struct bytes text;
    OK(file_read(b->it.ctx, log, (size_t)64 << 20, &text));
    assert_true(bytes_find(text, bytes_text("test_end"), 0) != SIZE_MAX); /* the search finds what is there */
    assert_true(office_grep(&b->it, ours->code) > 0);
    assert_int_equal(unlink(log), 0);
}

/* ---- words ---- */

static void a_question_before_the_decision_is_answered(void **state)
{
    struct border *b = *state;
    struct id message, question, answer;
    struct casefile *ours = referral_there(b, &message);
    struct incoming in = open_only(&b->al, b->al.intake);
    tick(b);
    BAD(ERR_INPUT, outgoing_words(b->al.node, b->al.intake, NULL, in.handle, "question", in.message_id, " ", &question));
    BAD(ERR_NOT_FOUND, outgoing_words(b->al.node, b->al.intake, NULL, in.handle, "question", id_random().text, "When?", &question));
    OK(outgoing_words(b->al.node, b->al.intake, NULL, in.handle, "question", in.message_id, "When does she arrive?", &question));
    exchange(b);

    ours = office_find(&b->it, b->it.worker, ours->code);
    assert_string_equal(steps_of(&b->it, b->it.worker, ours, "question"), "received");
    struct incoming asked = open_only(&b->it, b->it.worker);
    assert_string_equal(asked.class_, "question");
    assert_string_equal(asked.state, "filed");
    assert_string_equal(json_text_or(asked.body, "words", ""), "When does she arrive?");
    ours = office_find(&b->it, b->it.worker, ours->code);
    struct timeline t;
    OK(conversation_timeline(b->it.node, b->it.worker, ours, b->it.ctx, &t));
    bool said = false;
    for (size_t i = 0; i < t.n; i++) said = said || text_same(t.at[i].words, "When does she arrive?");
    assert_true(said);
    BAD(ERR_NOT_FOUND, outgoing_words(b->it.node, b->it.worker, NULL, asked.handle, "answer", NULL, "On Monday", &answer));
    struct casefile *another = office_case(&b->it, "Another");
    BAD(ERR_NOT_FOUND, outgoing_words(b->it.node, b->it.worker, another, asked.handle, "answer", NULL, "On Monday", &answer));
    OK(outgoing_words(b->it.node, b->it.worker, ours, asked.handle, "answer", asked.message_id, "On Monday.", &answer));
    exchange(b);
    assert_string_equal(message_state(&b->al, question), "answered");
    assert_string_equal(message_state(&b->it, answer), "delivered");

    /* it waits beside the referral, and belongs to the case as soon as there is one */
    struct inbox inbox;
    OK(inbox_list(b->al.node, b->al.intake, b->al.ctx, &inbox));
    assert_int_equal(inbox.n, 2);
    struct casefile *theirs = NULL;
    OK(incoming_accept(b->al.node, b->al.intake, &in, b->al.casework, b->al.worker_id, b->al.ctx, &theirs));
    struct incoming got = open_only(&b->al, b->al.intake);
    assert_string_equal(json_text_or(got.body, "words", ""), "On Monday.");
    assert_string_equal(got.state, "filed");
    theirs = office_find(&b->al, b->al.worker, theirs->code);
    OK(conversation_timeline(b->al.node, b->al.worker, theirs, b->al.ctx, &t));
    bool asked_there = false;
    said = false;
    for (size_t i = 0; i < t.n; i++) {
        said = said || text_same(t.at[i].words, "On Monday.");
        asked_there = asked_there || text_same(t.at[i].words, "When does she arrive?");
    }
    assert_true(said);
    assert_true(asked_there); /* what was asked before there was a case */
    assert_int_equal(RECORDS(&b->al, "SELECT count(*) FROM message WHERE kept IS NOT NULL"), 0);
    assert_int_equal(KEYS(&b->al, "SELECT count(*) FROM message_wrap"), 2); /* of the referral and the answer at rest */
    exchange(b);
    assert_string_equal(message_state(&b->it, answer), "opened");
}

static void words_need_a_consent_too(void **state)
{
    struct border *b = *state;
    struct casefile *ours;
    struct id message, question;
    struct casefile *theirs = accepted_there(b, &ours, &message);
    const char *handle = handle_of(&b->it, ours);
    OK(outgoing_words(b->it.node, b->it.worker, ours, handle, "question", NULL, "Is she well?", &question));
    OK(outgoing_words(b->al.node, b->al.worker, theirs, handle, "question", NULL, "Is the sister well?", &question));
    tick(b);
    (void)office_consent(&b->it, ours, consent_of(CONSENT_SHARE, false, NULL));
    BAD(ERR_STATE, outgoing_words(b->it.node, b->it.worker, ours, handle, "question", NULL, "Is she well?", &question));
}

/* ---- back ---- */

static struct id send_followup(struct border *b, struct casefile *theirs)
{
    struct referral_request request = request_to(&b->al, "IT", "");
    struct referral_plan plan;
    struct id message;
    request.party = case_party(b->al.node, theirs);
    request.reply = true;
    OK(referral_plan(b->al.node, b->al.worker, theirs, &request, b->al.ctx, &plan));
    for (unsigned i = 0; i < STOP_COUNT; i++)
        if (plan.stops[i]) fail_msg("%s", referral_stop_text((enum referral_stop)i));
    OK(outgoing_followup(b->al.node, b->al.worker, theirs, handle_of(&b->al, theirs), &plan, plan.digest, "sq", &message));
    return message;
}

static void the_followup_comes_back_into_the_senders_case(void **state)
{
    struct border *b = *state;
    struct casefile *ours;
    struct id message;
    struct casefile *theirs = accepted_of(b, adult_case(b), &ours, &message);
    json_t *part_b = demo(b->al.ctx, "followup-adult.json");
    (void)fill(&b->al, theirs, part_b);
    tick(b);
    struct id followup = send_followup(b, theirs);
    exchange(b);
    assert_string_equal(message_state(&b->al, followup), "delivered");
    struct incoming in = open_only(&b->it, b->it.worker);
    assert_string_equal(in.class_, "followup");
    assert_string_equal(in.state, "filed");
    exchange(b);
    assert_string_equal(message_state(&b->al, followup), "opened");

    ours = office_find(&b->it, b->it.worker, ours->code);
    json_t *here = NULL;
    OK(case_answers(ours, b->it.form, &here));
    assert_string_equal(json_text_or(here, "origin_institution", ""), "Qendra Hap pas Hapi");
    assert_string_equal(json_text_or(here, "person_name", ""), "Zamira Lisaku");
    const char *name;
    json_t *value;
    size_t came = 0;
    json_object_foreach(part_b, name, value) {
        const struct form_item *item = form_item_find(b->it.form, NULL, name);
        if (item->parties == PARTY_ANY) continue; /* ours where we had an answer */
        if (!json_equal(value, json_object_get(here, name))) fail_msg("%s is another here", name);
        came++;
    }
    assert_true(came > 30);
    assert_string_equal(steps_of(&b->it, b->it.worker, ours, "followup"), "received");
    theirs = office_find(&b->al, b->al.worker, theirs->code);
    assert_string_equal(steps_of(&b->al, b->al.worker, theirs, "followup"), "submitted relayed delivered opened");
}

static void the_other_side_does_not_write_into_our_part(void **state)
{
    struct border *b = *state;
    struct casefile *ours;
    struct id message;
    struct casefile *theirs = accepted_there(b, &ours, &message);
    office_answer(&b->it, ours, "s3_2", "{\"medication\": \"Gold, since Monday\"}");
    /* what a node that does not keep the rule would send: part A again, with part B */
    office_answer(&b->al, theirs, "heading_origin", "{\"origin_institution\": \"Qendra\"}");
    struct referral_request request = request_to(&b->al, "IT", "");
    struct referral_plan plan;
    struct id followup;
    request.party = PARTY_ANY;
    request.reply = true;
    OK(referral_plan(b->al.node, b->al.worker, theirs, &request, b->al.ctx, &plan));
    assert_string_equal(json_text_or(plan.answers[COMPARTMENT_HEALTH], "medication", "")[0] == 'F' ? "F" : "", "F");
    OK(outgoing_followup(b->al.node, b->al.worker, theirs, handle_of(&b->al, theirs), &plan, plan.digest, "sq", &followup));
    exchange(b);
    (void)open_only(&b->it, b->it.worker);
    ours = office_find(&b->it, b->it.worker, ours->code);
    json_t *here = NULL;
    OK(case_answers(ours, b->it.form, &here));
    assert_string_equal(json_text_or(here, "medication", ""), "Gold, since Monday");
    assert_string_equal(json_text_or(here, "origin_institution", ""), "Qendra");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, border_begin, border_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_referral_crosses_with_evidence_at_each_step),
        TEST(the_case_there_has_what_was_sent),
        TEST(a_colleague_in_the_case_manages_it),
        TEST(another_organisation_sees_nothing),
        TEST(a_declined_message_is_erased),
        TEST(only_who_may_decides_and_only_once),
        TEST(an_acceptance_that_fails_half_way_leaves_nothing),
        TEST(only_what_was_shown_is_sent),
        TEST(a_withdrawal_at_the_same_moment_is_heard),
        TEST(what_waits_when_consent_is_withdrawn_does_not_leave),
        TEST(who_holds_no_key_of_a_part_sees_that_it_is_withheld),
        TEST(what_nobody_could_open_at_acceptance_is_filed_when_somebody_can),
        TEST(who_can_not_read_whom_it_is_about_does_not_accept),
        TEST(the_consent_goes_only_with_identity),
        TEST(a_filed_message_rests_under_a_key_of_its_own),
        TEST(a_declined_message_is_nowhere_any_more),
        TEST(a_name_is_on_no_disk_and_in_no_log),
        TEST(a_question_before_the_decision_is_answered),
        TEST(words_need_a_consent_too),
        TEST(the_followup_comes_back_into_the_senders_case),
        TEST(the_other_side_does_not_write_into_our_part),
    };
    return cmocka_run_group_tests(tests, border_make, border_end);
}
