/* What people and partners do, while memory runs out: done with all that belongs to it, the audit line
 * too, or not done at all; and whoever may not, may not then either.
 */
#include "../unit/border.h"

#include "domain/attempts.h"
#include "hunger.h"
#include "world.h"

/* One border for all: what failed has left nothing, so the next try begins alike. */
static struct {
    struct border *b;
    struct casefile *c;      /* in Italy, may be sent */
    struct casefile *silent; /* in Italy, the person has agreed to nothing */
    char cookie[SESSION_COOKIE_ROOM];
    int tries;
    /* of the act that is running */
    struct office *at;
    struct rows records, keys;
    int64_t grown[WORLD_TABLES];
    bool learnt, failed_before;
    const char *ignored; /* a table that may differ */
    const char *was, *wanted;
    struct bytes post;
    const char *mic;
    struct incoming in;
    struct id message;
} w;

static void begin_at(struct office *o)
{
    w.at = o;
    w.records = rows_of(o, "opentrm.db");
    w.keys = rows_of(o, "keys.db");
}

/* Each try two minutes after the last: what is noted once a minute is noted. */
static void later(void)
{
    clock_set(w.b->clock, clock_now(w.b->clock) + 2 * MSEC_MINUTE);
    w.tries++;
}

static void *begin_italy(void)
{
    later();
    begin_at(&w.b->it);
    return &w;
}

static void differs(const char *what, const char *table)
{
    hunger_say(what);
    fail_msg("%s: %s", what, table);
}

static bool is_audit(const char *table) { return text_starts(table, "audit_"); }

/* As before, or grown by what the act writes. That somebody looked is noted before anything is shown, once
 * a minute: it may stand there although the rest failed; then it may be written again or not. */
static void look_rows(void *world, err result)
{
    (void)world;
    struct rows now = rows_of(w.at, "opentrm.db"), keys = rows_of(w.at, "keys.db");
    if (!w.learnt && !err_failed(result))
        for (size_t i = 0; i < now.tables; i++) w.grown[i] = now.n[i] - w.records.n[i];
    w.learnt = w.learnt || !err_failed(result);
    if (!err_failed(result))
        for (size_t i = 0; i < now.tables; i++) w.records.n[i] += w.grown[i];
    for (size_t i = 0; i < now.tables; i++)
        if (is_audit(now.name[i]) && now.n[i] == w.records.n[i] + 1 && (err_failed(result) || w.failed_before))
            now.n[i] = w.records.n[i];
    w.failed_before = err_failed(result);
    const char *table = rows_differ(&w.records, &now, w.ignored);
    if (table != NULL) differs(err_failed(result) ? "it failed and wrote" : "it wrote another thing", table);
    table = rows_fewer(&w.keys, &keys);
    if (table != NULL) differs("keys are gone", table);
    w.records = now;
    w.keys = keys;
}

static void end(void *world) { (void)world; }

static void run_at(const char *name, void *(*begin)(void), err (*act)(void *, mem *), void (*look)(void *, err), int sample,
                   const char *ignored)
{
    w.learnt = false;
    w.ignored = ignored;
    w.was = w.wanted = NULL;
    hunger_run(&(struct hunger){.name = name, .begin = begin, .act = act, .look = look, .end = end, .sample = sample});
}

/* What must be refused: refused is right, done is not. */
static err refused_with(enum err_kind kind, err e)
{
    if (e.kind == kind) return ERR_OK;
    ENSURE(err_failed(e), ERR_BUG, "it was allowed");
    return e;
}

/* ---- cases ---- */

static err open_case(void *world, mem *ctx)
{
    (void)world;
    struct casefile *c;
    return case_open(w.b->it.node, w.b->it.worker, w.b->it.casework, "Green gate", ctx, &c);
}

static void *begin_saving(void)
{
    w.wanted = talloc_asprintf(w.b, "{\"birth_date\": \"1999-04-17\", \"person_name\": \"Zamira %d\"}", w.tries);
    struct casefile *c = office_find(&w.b->it, w.b->it.worker, w.c->code);
    w.was = answers_text(&w.b->it, c);
    return begin_italy();
}

static err save_section(void *world, mem *ctx)
{
    (void)world;
    struct office *o = &w.b->it;
    struct casefile *c;
    json_t *answers;
    TRY(json_read(bytes_text(w.wanted), 4096, &answers));
    TRY(json_keep(ctx, answers));
    TRY(case_find(o->node, o->worker, w.c->code, ctx, &c));
    return case_save_section(o->node, o->worker, c, o->form, "s1_1", answers, case_revision(c, FORM_ID));
}

static void look_saved(void *world, err result)
{
    /* Looking is noted too; it is done in another minute, after the rows were counted. */
    char *name = talloc_asprintf(w.b, "Zamira %d\"", w.tries - 1);
    if (!err_failed(result)) look_rows(world, result);
    later();
    struct casefile *c = office_find(&w.b->it, w.b->it.worker, w.c->code);
    const char *now = answers_text(&w.b->it, c);
    w.tries--;
    if (err_failed(result) && !text_same(now, w.was)) differs("it failed and the answers changed", now);
    if (!err_failed(result) && strstr(now, name) == NULL) differs("it was not saved", now);
    if (strstr(now, "Ferro") == NULL) differs("another answer is gone", now);
    later();
    w.tries--;
    begin_at(&w.b->it);
}

static err read_case(void *world, mem *ctx)
{
    (void)world;
    struct office *o = &w.b->it;
    struct casefile *c;
    json_t *answers;
    struct bytes text;
    TRY(case_find(o->node, o->worker, w.silent->code, ctx, &c));
    TRY(case_answers(c, o->form, &answers));
    TRY(json_write(ctx, answers, &text));
    ENSURE(bytes_equal(text, bytes_text("{\"medication\":\"Ferro\",\"person_name\":\"Besa\"}")), ERR_BUG, "other answers");
    return ERR_OK;
}

static err read_foreign_case(void *world, mem *ctx)
{
    (void)world;
    struct casefile *c;
    return refused_with(ERR_NOT_FOUND, case_find(w.b->it.node, w.b->it.stranger, w.c->code, ctx, &c));
}

/* ---- signing in ---- */

static err sign_in_with(const char *password, mem *ctx)
{
    struct session_start start;
    struct actor *actor;
    char address[32];
    (void)snprintf(address, sizeof address, "198.51.%d.%d", w.tries / 200, w.tries % 200);
    const struct session_wish wish = {.login = "worker", .password = bytes_text(password), .address = address};
    TRY(session_sign_in(w.b->it.node, &wish, &start));
    return session_open(w.b->it.node, start.cookie, ctx, &actor);
}

static err sign_in(void *world, mem *ctx)
{
    (void)world;
    return sign_in_with(PASSWORD, ctx);
}

/* Only the first failure from an address is a line of its own: each comes from another one, and nobody is
 * remembered. */
static void *begin_guessing(void)
{
    OK(attempts_flush(w.b->it.node, true));
    return begin_italy();
}

static err sign_in_wrongly(void *world, mem *ctx)
{
    (void)world;
    w.tries++;
    return refused_with(ERR_DENIED, sign_in_with("four other words", ctx));
}

/* Signing in: it may have begun the session and not be able to open it. */
static void look_signed(void *world, err result)
{
    if (err_failed(result)) {
        struct rows now = rows_of(w.at, "opentrm.db");
        const char *table = rows_differ(&w.records, &now, "signin");
        bool noted = table != NULL && is_audit(table);
        if (table != NULL && !noted) differs("it failed and wrote", table);
        begin_at(w.at);
        return;
    }
    look_rows(world, result);
}

/* Hours go by in these tests: a session ends before. */
static void *begin_resuming(void)
{
    struct session_start start;
    const struct session_wish wish = {.login = "worker", .password = bytes_text(PASSWORD), .address = "192.0.2.201"};
    OK(session_sign_in(w.b->it.node, &wish, &start));
    memcpy(w.cookie, start.cookie, sizeof w.cookie);
    return begin_italy();
}

static err resume(void *world, mem *ctx)
{
    (void)world;
    struct actor *actor;
    TRY(session_open(w.b->it.node, w.cookie, ctx, &actor));
    ENSURE(actor->n_teams == 1 && id_same(actor->user_id, w.b->it.worker_id), ERR_BUG, "another actor");
    return ERR_OK;
}

/* ---- sending ---- */

static err plan_without_consent(void *world, mem *ctx)
{
    (void)world;
    struct office *o = &w.b->it;
    struct casefile *c;
    struct contact_list list;
    struct referral_plan plan;
    TRY(case_find(o->node, o->worker, w.silent->code, ctx, &c));
    TRY(contact_search(o->node, ctx, "AL", "return", &list));
    ENSURE(list.n > 0, ERR_BUG, "no contact");
    const struct referral_request request = {.form_id = FORM_ID, .recipient = list.at[0], .procedure = "return",
                                             .danger_reason = "", .party = PARTY_EXPLOITATION, .language = "it"};
    TRY(referral_plan(o->node, o->worker, c, &request, ctx, &plan));
    unsigned stops = 0;
    for (unsigned i = 0; i < STOP_COUNT; i++) stops += plan.stops[i];
    ENSURE(stops > 0, ERR_BUG, "nothing stops what nobody agreed to");
    return ERR_OK;
}

static err send(void *world, mem *ctx)
{
    (void)world;
    struct office *o = &w.b->it;
    struct casefile *c;
    struct contact_list list;
    struct referral_plan plan;
    TRY(case_find(o->node, o->worker, w.c->code, ctx, &c));
    TRY(contact_search(o->node, ctx, "AL", "return", &list));
    ENSURE(list.n > 0 && list.at[0].partner_id != NULL, ERR_BUG, "no contact");
    const struct referral_request request = {.form_id = FORM_ID, .recipient = list.at[0], .procedure = "return",
                                             .danger_reason = "", .party = PARTY_EXPLOITATION, .language = "it"};
    TRY(referral_plan(o->node, o->worker, c, &request, ctx, &plan));
    for (unsigned i = 0; i < STOP_COUNT; i++) ENSURE(!plan.stops[i], ERR_BUG, "it is stopped");
    if (w.wanted == NULL) w.wanted = mem_text(w.b, plan.digest);
    ENSURE(text_same(w.wanted, plan.digest), ERR_BUG, "the plan is another");
    return outgoing_referral(o->node, o->worker, c, &list.at[0], &plan, plan.digest, "return", T0 + 900 * MSEC_DAY, "", "it",
                             &w.message);
}

/* ---- receiving ---- */

static void *begin_receiving(void)
{
    later();
    (void)send_referral(&w.b->it, office_find(&w.b->it, w.b->it.worker, w.c->code), "AL");
    struct carrying c = {.from = &w.b->it, .ctx = w.b, .receipt = bytes_text("a receipt")};
    OK(db_run(w.b->it.node->records, carry_claim, &c));
    assert_int_equal(c.claimed.n, 1);
    OK(db_run(w.b->it.node->records, carry_done, &c));
    w.post = c.claimed.at[0].body;
    w.mic = c.claimed.at[0].mic;
    begin_at(&w.b->al);
    return &w;
}

static err receive(void *world, mem *ctx)
{
    (void)world;
    struct as2_post post, answer;
    struct mdn mdn;
    int status;
    TRY(queue_post_read(ctx, w.post, &post));
    TRY(receive_post(w.b->al.node, ctx, &post, &status, &answer));
    starve_end(); /* the partner has memory */
    OK(status == 200 ? ERR_OK : ERR_MAKE(ERR_BUG, "not 200"));
    const struct mdn_expected expected = {.from = w.b->al.node->settings.id,
                                          .to = w.b->it.node->settings.id,
                                          .original = mime_find(post.headers, "Message-ID"),
                                          .mic = w.mic};
    OK(mdn_verify(ctx, &answer, w.b->al.node->certificate, &expected, node_now(w.b->it.node), &mdn));
    if (mdn.outcome == MDN_PROCESSED) return ERR_OK;
    ENSURE(mdn.outcome == MDN_UNEXPECTED, ERR_BUG, "the partner was told that something is wrong with it");
    FAIL(ERR_MEMORY, "the partner was told to try again");
}

/* A refusal for want of memory may be noted. */
static void look_received(void *world, err result)
{
    if (err_failed(result)) {
        struct rows now = rows_of(w.at, "opentrm.db");
        for (size_t i = 0; i < now.tables; i++)
            if (is_audit(now.name[i])) w.records.n[i] = now.n[i];
    }
    look_rows(world, result);
}

/* What the tests before have delivered is settled first. */
static void *begin_settling(void)
{
    size_t settled, problems;
    OK(incoming_settle(w.b->al.node, w.b->al.intake, &settled, &problems));
    (void)begin_receiving();
    MEM_SCOPE(scope, NULL);
    struct as2_post answer;
    carry_post(&w.b->al, scope, w.post, &answer);
    begin_at(&w.b->al);
    return &w;
}

static err settle_it(void *world, mem *ctx)
{
    (void)world, (void)ctx;
    size_t settled, problems;
    TRY(incoming_settle(w.b->al.node, w.b->al.intake, &settled, &problems));
    ENSURE(problems == 0, ERR_BUG, "the partner is told that it can't be read");
    ENSURE(settled == 1, ERR_BUG, "it was passed over");
    return ERR_OK;
}

static void *begin_deciding(void)
{
    (void)begin_settling();
    settle(&w.b->al, w.b->al.intake, 1, 0);
    struct inbox inbox;
    OK(inbox_list(w.b->al.node, w.b->al.intake, w.b->al.ctx, &inbox));
    size_t newest = 0;
    for (size_t i = 0; i < inbox.n; i++)
        if (strcmp(inbox.at[i].received_id.text, inbox.at[newest].received_id.text) > 0) newest = i;
    w.in = (struct incoming){.state = ""};
    OK(incoming_open(w.b->al.node, w.b->al.intake, inbox.at[newest].received_id.text, "sq", w.b->al.ctx, &w.in));
    begin_at(&w.b->al);
    return &w;
}

static err accept_it(void *world, mem *ctx)
{
    (void)world;
    struct casefile *c;
    return incoming_accept(w.b->al.node, w.b->al.intake, &w.in, w.b->al.casework, w.b->al.worker_id, ctx, &c);
}

static err decline_it(void *world, mem *ctx)
{
    (void)world, (void)ctx;
    return incoming_decline(w.b->al.node, w.b->al.intake, &w.in, "No place until October");
}

#define HUNGRY(act, begin, look, sample, ignored)                                                                      \
    static void test_##act(void **state)                                                                               \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        run_at(#act, begin, act, look, sample, ignored);                                                               \
    }
HUNGRY(open_case, begin_italy, look_rows, 16, NULL)
HUNGRY(save_section, begin_saving, look_saved, 12, NULL)
HUNGRY(read_case, begin_italy, look_rows, 16, "audit_line")
HUNGRY(read_foreign_case, begin_italy, look_rows, 12, NULL)
HUNGRY(sign_in, begin_italy, look_signed, 16, "signin")
HUNGRY(sign_in_wrongly, begin_guessing, look_signed, 14, "signin")
HUNGRY(resume, begin_resuming, look_rows, 12, NULL)
HUNGRY(plan_without_consent, begin_italy, look_rows, 12, NULL)
HUNGRY(send, begin_italy, look_rows, 4, NULL)
HUNGRY(receive, begin_receiving, look_received, 4, NULL)
HUNGRY(settle_it, begin_settling, look_rows, 4, NULL)
HUNGRY(accept_it, begin_deciding, look_rows, 2, NULL)
HUNGRY(decline_it, begin_deciding, look_rows, 2, NULL)

static int make(void **state)
{
    void *b = NULL;
    (void)border_make(state);
    (void)border_begin(&b);
    w.b = b;
    w.c = small_case(w.b);
    w.silent = office_case(&w.b->it, "Silent");
    office_answer(&w.b->it, w.silent, "s1_1", "{\"person_name\": \"Besa\"}");
    office_answer(&w.b->it, w.silent, "s3_2", "{\"medication\": \"Ferro\"}");
    return 0;
}

static int unmake(void **state)
{
    void *b = w.b;
    (void)border_close(&b);
    return border_end(state);
}

int main(void)
{
    if (engine_server() != NULL) return 77; /* skipped: rows counted with SQLite's own calls */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open_case),   cmocka_unit_test(test_save_section),
        cmocka_unit_test(test_read_case),   cmocka_unit_test(test_read_foreign_case),
        cmocka_unit_test(test_sign_in),     cmocka_unit_test(test_sign_in_wrongly),
        cmocka_unit_test(test_resume),      cmocka_unit_test(test_plan_without_consent),
        cmocka_unit_test(test_send),        cmocka_unit_test(test_receive),
        cmocka_unit_test(test_settle_it),   cmocka_unit_test(test_accept_it),
        cmocka_unit_test(test_decline_it),
    };
    if (!starve_start()) return 77;
    cmocka_set_test_filter(getenv("FAULT_TEST"));
    return cmocka_run_group_tests_name("fault_memory_acts", tests, make, unmake);
}
