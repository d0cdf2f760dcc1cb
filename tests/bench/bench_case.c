/* bench_case.c - what a case page costs below its HTML: the case found by its code, its keys opened, its records
 * decrypted, its answers merged, the reading's place in the audit log looked up; at a growing number of cases.
 *
 * The cases that are read are real and filled; the ones around them are rows of the same shape, written straight into the
 * stores. Prints microseconds of CPU and ratios; asserts nothing about time. CASES="1000 10000 100000" by default.
 * `meson test --benchmark case -v`.
 */
#include "../unit/border.h"

#include <time.h>

enum { REAL = 60, ROUNDS = 2000 };

static double cpu_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* Rows like those of the first case under other ids, until there are as many as wanted. */
static void crowd(struct office *o, const struct casefile *like, int cases)
{
    static const char NUMBERS[] = "WITH RECURSIVE n(i) AS (SELECT (SELECT count(*) FROM case_file) UNION ALL SELECT i + 1 FROM n"
                                  " WHERE i + 1 < %d) ";
    static const char id[] = "printf('00000000-0000-7000-8000-%012d', i)";
    char *numbers = talloc_asprintf(o->ctx, NUMBERS, cases);
    const char *of = like->id.text;
    office_sql(o, "opentrm.db",
               talloc_asprintf(o->ctx,
                               "BEGIN; CREATE TABLE fresh AS %s SELECT i, %s AS id FROM n;"
                               "INSERT INTO case_file SELECT f.id, 'XX-26-' || f.i, organisation_id, team_id, origin, state,"
                               " created_at - 1000 + f.i %% 999, updated_at - 1000 + f.i %% 999, created_by FROM fresh AS f, case_file WHERE case_file.id = '%s';"
                               "INSERT INTO case_team SELECT f.id, team_id, compartments, since, until, state,"
                               " updated_at - 1000 + f.i %% 999 FROM fresh AS f, case_team WHERE case_id = '%s';"
                               "INSERT INTO record SELECT printf('%%08d-0000-7000-8001-%%012d', record.rowid, f.i), f.id, kind, name, compartment, revision,"
                               " generation, author_id, created_at, latest, body FROM fresh AS f, record WHERE case_id = '%s';"
                               "DROP TABLE fresh; COMMIT;",
                               numbers, id, of, of, of));
    office_sql(o, "keys.db",
               talloc_asprintf(o->ctx,
                               "BEGIN; INSERT INTO case_wrap WITH RECURSIVE n(i) AS (SELECT (SELECT count(DISTINCT case_id) FROM case_wrap)"
                               " UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %d) SELECT %s, compartment, generation, holder_kind,"
                               " holder_id, holder_generation, how, blob FROM n, case_wrap WHERE case_id = '%s'; COMMIT;",
                               cases, id, of));
}

/* Each round is a request: an actor of its own, whose opening is not counted. */
static double page(struct office *o, const char *cookie, const char *const codes[static REAL])
{
    double spent = 0;
    for (int i = 0; i < ROUNDS; i++) {
        MEM_SCOPE(scope, NULL);
        struct actor *actor = NULL;
        struct casefile *c = NULL;
        json_t *answers = NULL;
        OK(session_open(o->node, cookie, scope, &actor));
        double start = cpu_us();
        OK(case_find(o->node, actor, codes[i % REAL], scope, &c));
        OK(case_answers(c, o->form, &answers));
        spent += cpu_us() - start;
        assert_true(json_object_size(answers) > 50);
    }
    return spent / ROUNDS;
}

static double list(struct office *o, const char *cookie)
{
    const int rounds = ROUNDS / 20;
    double spent = 0;
    for (int i = 0; i < rounds; i++) {
        MEM_SCOPE(scope, NULL);
        struct actor *actor = NULL;
        struct case_list mine;
        OK(session_open(o->node, cookie, scope, &actor));
        double start = cpu_us();
        OK(case_mine(o->node, actor, NULL, scope, &mine));
        spent += cpu_us() - start;
        assert_int_equal(mine.n, CASE_PAGE);
    }
    return spent / rounds;
}

static void costs(void **state)
{
    (void)state;
    struct border b = {0};
    const char *codes[REAL];
    struct casefile *first = NULL;
    OK(clock_fixed(NULL, T0, &b.clock));
    office_open(&b.it, &ITALY, b.clock);
    json_t *facts = demo(b.it.ctx, "facts-adult.json"), *answers = demo(b.it.ctx, "case-adult.json");
    for (int i = 0; i < REAL; i++) {
        b.it.worker = office_sign_in(&b.it, "worker"); /* a request's keys fill their place in the end */
        struct casefile *c = office_case(&b.it, "Blue door");
        facts_of_demo(&b.it, c, facts);
        (void)fill(&b.it, c, answers);
        codes[i] = c->code;
        if (i == 0) first = c;
    }
    struct session_start session;
    const struct session_wish wish = {.login = "worker", .password = bytes_text(PASSWORD), .address = "192.0.2.200"};
    OK(session_sign_in(b.it.node, &wish, &session));
    const char *sizes = getenv("CASES");
    if (sizes == NULL) sizes = "1000 10000 100000";
    double base_page = 0, base_list = 0;
    for (const char *piece = sizes; !err_failed(text_split(b.it.ctx, &sizes, ' ', &piece)) && piece != NULL;) {
        crowd(&b.it, first, atoi(piece));
        (void)page(&b.it, session.cookie, codes);
        double page_us = page(&b.it, session.cookie, codes), list_us = list(&b.it, session.cookie);
        if (base_page == 0) {
            base_page = page_us;
            base_list = list_us;
        }
        (void)printf("%8s cases: a case %.0f us CPU (%.2fx of the first), \"my cases\" %.0f us (%.2fx)\n", piece, page_us,
                     page_us / base_page, list_us, list_us / base_list);
    }
    office_close(&b.it);
    talloc_free(b.clock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(costs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
