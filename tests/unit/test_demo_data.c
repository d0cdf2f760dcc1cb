/* test_demo_data.c - invented cases: the same for a seed, whole, resumed, never among real ones unasked. */
#include "office.h"

#include "domain/demo_data.h"
#include "form/answers.h"

#define CASES 230 /* more than two batches */

struct try {
    struct office o;
    struct clock *clock;
    char cookie[SESSION_COOKIE_ROOM];
    int shown;
    int64_t last;
};

static void sign_in(struct try *t, const char *login)
{
    char address[32];
    struct session_start start;
    (void)snprintf(address, sizeof address, "192.0.2.%d", t->o.signed_in++);
    const struct session_wish wish = {.login = login, .password = bytes_text(PASSWORD), .address = address};
    OK(session_sign_in(t->o.node, &wish, &start));
    memcpy(t->cookie, start.cookie, sizeof t->cookie);
}

static void try_open(struct try *t)
{
    *t = (struct try){0};
    OK(clock_fixed(NULL, T0, &t->clock));
    office_open(&t->o, &ITALY, t->clock);
    sign_in(t, "worker");
}

static void try_close(struct try *t)
{
    office_close(&t->o);
    talloc_free(t->clock);
}

static void count(void *arg, int64_t made, int64_t all)
{
    struct try *t = arg;
    assert_true(made > t->last && made <= all);
    t->last = made;
    t->shown++;
}

static err make(struct try *t, int64_t cases, int64_t seed, bool among, int64_t *made)
{
    const struct demo_data_wish wish = {
        .cookie = t->cookie, .cases = cases, .seed = seed, .among_cases = among, .progress = count, .arg = t};
    t->last = 0;
    return demo_data_make(t->o.node, &wish, made);
}

static int compare(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* What the cases say, sorted: ids, codes and times are left out. */
struct said {
    char *at[CASES];
    size_t n;
};

static void say(struct try *t, struct actor *actor, const struct case_line *line, struct said *out)
{
    MEM_SCOPE(scope, NULL);
    struct casefile *c = NULL;
    struct consent_list consents;
    json_t *answers = NULL, *facts = NULL;
    struct bytes text, steering;
    struct form_checked checked;
    OK(case_find(t->o.node, actor, line->code, scope, &c));
    OK(case_answers(c, t->o.form, &answers));
    OK(facts_json(c->facts, &facts));
    OK(json_keep(scope, facts));
    OK(consent_all(c, scope, &consents));
    OK(json_write(scope, answers, &text));
    OK(json_write(scope, facts, &steering));
    /* Nothing that a page would have refused. */
    const struct form_reading reading = form_reading_of(t->o.form, NULL);
    const struct form_eval eval = case_eval(t->o.node, c);
    OK(form_answers_check(scope, t->o.form, answers, &eval, &reading, &checked));
    for (size_t i = 0; i < checked.n_problems; i++)
        if (checked.problems[i].fault != ANSWER_MISSING) fail_msg("%s: %s", checked.problems[i].path, checked.problems[i].message);
    assert_true(json_equal(checked.answers, answers));
    assert_true(out->n < CASES);
    out->at[out->n++] = talloc_asprintf(t->o.ctx, "%s %s %s %s %s", line->state, (const char *)steering.p, (const char *)text.p,
                                        consents.n == 0 ? "-" : consents.at[0].purpose,
                                        consents.n == 0 ? "-" : consents.at[0].countries[0]);
}

static struct said *contents(struct try *t)
{
    struct said *said = talloc_zero(t->o.ctx, struct said);
    const char *from = NULL;
    struct case_list page;
    do {
        struct actor *actor = NULL; /* a request's keys fill their place in the end */
        OK(session_open(t->o.node, t->cookie, t->o.ctx, &actor));
        OK(case_mine(t->o.node, actor, from, t->o.ctx, &page));
        for (size_t i = 0; i < page.n; i++) say(t, actor, &page.at[i], said);
        from = page.next;
    } while (page.more);
    qsort(said->at, said->n, sizeof *said->at, compare);
    return said;
}

static size_t having(const struct said *said, const char *piece)
{
    size_t n = 0;
    for (size_t i = 0; i < said->n; i++) n += strstr(said->at[i], piece) != NULL;
    return n;
}

static bool alike(const struct said *a, const struct said *b)
{
    if (a->n != b->n) return false;
    for (size_t i = 0; i < a->n; i++)
        if (strcmp(a->at[i], b->at[i]) != 0) return false;
    return true;
}

/* One run, a run in two parts, and one of another seed. */
static void the_seed_decides(void **state)
{
    (void)state;
    struct try once, twice, other;
    int64_t made = 0;
    try_open(&once);
    try_open(&twice);
    try_open(&other);
    OK(make(&once, CASES, 7, false, &made));
    assert_int_equal(made, CASES);
    assert_int_equal(once.shown, (CASES + DEMO_BATCH - 1) / DEMO_BATCH);
    assert_int_equal(once.last, CASES);
    OK(make(&twice, 110, 7, false, &made));
    OK(make(&twice, CASES, -1, false, &made)); /* goes on with the seed it had */
    assert_int_equal(made, CASES - 110);
    OK(make(&other, CASES, 8, false, &made));
    struct said *a = contents(&once), *b = contents(&twice), *c = contents(&other);
    assert_int_equal(a->n, CASES);
    assert_true(alike(a, b));
    assert_false(alike(a, c));
    OK(make(&once, 50, 7, false, &made)); /* there are more already */
    assert_int_equal(made, 0);
    BAD(ERR_STATE, make(&once, CASES + 1, 9, false, &made));
    assert_int_equal(RECORDS(&once.o, "SELECT count(*) FROM case_file"), CASES);
    try_close(&once);
    try_close(&twice);
    try_close(&other);
}

static void cases_differ(void **state)
{
    (void)state;
    struct try t;
    int64_t made = 0;
    try_open(&t);
    (void)office_team(&t.o, t.o.agency, "Night", COMPARTMENT_ALL, true, &t.o.worker_id, 1);
    sign_in(&t, "worker");
    OK(make(&t, CASES, 3, false, &made));
    assert_int_equal(RECORDS(&t.o, "SELECT count(DISTINCT team_id) FROM case_file"), 2);
    struct said *said = contents(&t);
    assert_in_range(having(said, "closed "), CASES / 10, CASES / 3);
    assert_in_range(having(said, "\"child\":\"yes\""), CASES / 20, CASES / 2);
    assert_in_range(having(said, "under_18"), 5, CASES / 2);
    assert_in_range(having(said, "\"roles\":\"transit\""), CASES / 4, CASES / 2);
    size_t different = 1;
    for (size_t i = 1; i < said->n; i++) different += strcmp(said->at[i - 1], said->at[i]) != 0;
    assert_true(different > CASES * 9 / 10);
    /* As every case: keys of five parts, a line that it was opened, all readable afterwards. */
    assert_int_equal(KEYS(&t.o, "SELECT count(*) FROM case_wrap"), CASES * 5);
    assert_int_equal(audited(&t.o, "case.open"), CASES);
    assert_int_equal(office_grep(&t.o, "guardian_name"), 0);
    try_close(&t);
}

/* A batch that can't be written leaves nothing; the next run goes on. */
static void cut_in_between(void **state)
{
    (void)state;
    struct try t, whole;
    int64_t made = 0;
    try_open(&t);
    try_open(&whole);
    OK(make(&t, DEMO_BATCH, 7, false, &made));
    clock_set(t.clock, T0 + 1000);
    office_sql(&t.o, "opentrm.db", "CREATE UNIQUE INDEX cut ON case_file (origin) WHERE created_at > 1790000000000");
    BAD(ERR_CONFLICT, make(&t, CASES, 7, false, &made));
    assert_int_equal(made, 0);
    assert_int_equal(RECORDS(&t.o, "SELECT count(*) FROM case_file"), DEMO_BATCH);
    office_sql(&t.o, "opentrm.db", "DROP INDEX cut");
    OK(make(&t, CASES, 7, false, &made));
    assert_int_equal(made, CASES - DEMO_BATCH);
    OK(make(&whole, CASES, 7, false, &made));
    assert_true(alike(contents(&t), contents(&whole)));
    try_close(&t);
    try_close(&whole);
}

static void real_cases_stay_alone(void **state)
{
    (void)state;
    struct try t;
    int64_t made = 0;
    try_open(&t);
    (void)office_case(&t.o, "A real one");
    BAD(ERR_STATE, make(&t, 10, 1, false, &made));
    assert_int_equal(made, 0);
    assert_int_equal(RECORDS(&t.o, "SELECT count(*) FROM case_file"), 1);
    OK(make(&t, 10, 1, true, &made));
    assert_int_equal(RECORDS(&t.o, "SELECT count(*) FROM case_file"), 11);
    BAD(ERR_STATE, make(&t, 20, 1, false, &made)); /* still asked for each time */
    try_close(&t);
}

static void who_may(void **state)
{
    (void)state;
    struct try t;
    int64_t made = 0;
    try_open(&t);
    sign_in(&t, "root"); /* an administrator holds no keys of teams */
    BAD(ERR_DENIED, make(&t, 10, 1, false, &made));
    memcpy(t.cookie, "none", 5);
    BAD(ERR_DENIED, make(&t, 10, 1, false, &made));
    sign_in(&t, "worker");
    BAD(ERR_INPUT, make(&t, 0, 1, false, &made));
    assert_int_equal(RECORDS(&t.o, "SELECT count(*) FROM case_file"), 0);
    try_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_seed_decides), cmocka_unit_test(cases_differ),
                                       cmocka_unit_test(cut_in_between), cmocka_unit_test(real_cases_stay_alone),
                                       cmocka_unit_test(who_may)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
