/* Cases: their list, their teams, their records with revisions. */
#include "store_rows.h"

static err open_and_find(struct tx *tx, void *arg)
{
    (void)arg;
    mem *ctx = db_scratch(tx);
    struct db_case row = case_row(1, 1, "IT-26-AAAA"), taken = case_row(2, 1, "IT-26-AAAA"),
                   out = {0};
    TRY(db_case_insert(tx, &row, "identity health"));
    WANT(ERR_CONFLICT, db_case_insert(tx, &taken, "identity")); /* the code; another is drawn */
    taken.code = "IT-26-BBBB";
    taken.created_by = (struct id){""};
    TRY(db_case_insert(tx, &taken, "identity"));
    TRY(db_case_by_code(tx, ctx, "IT-26-AAAA", &out));
    CHECK(id_same(out.id, row.id) && text_same(out.state, "open") && text_same(out.origin, "own"));
    CHECK(id_same(out.team_id, row.team_id) && out.created_at == T0 + 1 &&
          out.updated_at == T0 + 1);
    CHECK(id_same(out.created_by, id_of(ROW_USER, 1)));
    TRY(db_case_by_id(tx, ctx, taken.id, &out));
    CHECK(!id_is_set(out.created_by));
    WANT(ERR_NOT_FOUND, db_case_by_code(tx, ctx, "IT-26-ZZZZ", &out));
    WANT(ERR_NOT_FOUND, db_case_state(tx, id_of(9, 9), "closed", T0));
    db_case_teams teams;
    TRY(db_case_team_list(tx, ctx, row.id, &teams));
    CHECK(teams.n == 1 && id_same(teams.at[0].team_id, row.team_id) && teams.at[0].until == 0);
    CHECK(text_same(teams.at[0].compartments, "identity health"));
    return ERR_OK;
}

static void found(void **state)
{
    struct store *s = *state;
    OK(db_run(s->db, open_and_find, NULL));
}

/* 30 cases: number n of team n % 3 + 1; every tenth also worked on by team 1. */
static err cases_put(struct tx *tx, void *arg)
{
    (void)arg;
    for (unsigned n = 0; n < 30; n++) {
        char code[16];
        (void)snprintf(code, sizeof code, "IT-26-%04u", n);
        struct db_case row = case_row(n, n % 3 + 1, code);
        TRY(db_case_insert(tx, &row, "identity"));
        struct db_case_team also = {row.id, id_of(ROW_TEAM, 1), "justice", T0, 0};
        if (n % 10 == 0 && n % 3 != 0) TRY(db_case_team_put(tx, &also));
    }
    return ERR_OK;
}

struct listing {
    const struct id *teams;
    size_t n;
    const char *state;
    size_t limit;
    size_t cases, pages; /* out */
    bool in_order, each_once;
};

/* Walks all pages. */
static err list_all(struct tx *tx, void *arg)
{
    struct listing *l = arg;
    struct db_page page = db_page_first(l->limit);
    bool seen[64] = {false};
    msec last = INT64_MAX;
    db_cases list;
    l->cases = l->pages = 0;
    l->in_order = l->each_once = true;
    do {
        TRY(db_case_list(tx, db_scratch(tx), (struct db_case_filter){l->teams, l->n, l->state},
                         page, &list));
        CHECK(list.n <= l->limit && (list.n == l->limit || !list.more));
        l->pages++;
        for (size_t i = 0; i < list.n; i++) {
            const struct db_case *c = &list.at[i];
            size_t number = (size_t)(c->created_at - T0);
            l->in_order = l->in_order && c->updated_at <= last;
            l->each_once = l->each_once && !seen[number];
            seen[number] = true;
            last = c->updated_at;
            page = db_page_after(c->updated_at, c->id, l->limit);
        }
        l->cases += list.n;
    } while (list.more);
    return ERR_OK;
}

static struct listing listed(struct store *s, const struct id *teams, size_t n, const char *state,
                             size_t limit)
{
    struct listing l = {.teams = teams, .n = n, .state = state, .limit = limit};
    OK(db_read(s->db, list_all, &l));
    assert_true(l.in_order);
    assert_true(l.each_once);
    return l;
}

static err change_some(struct tx *tx, void *arg)
{
    (void)arg;
    TRY(db_case_touch(tx, id_of(ROW_CASE, 3), T0 + 1000));
    TRY(db_case_touch(tx, id_of(ROW_CASE, 3), T0 + 500)); /* times never go back */
    TRY(db_case_state(tx, id_of(ROW_CASE, 6), "closed", T0 + 900));
    return db_case_state(tx, id_of(ROW_CASE, 10), "closed", T0 + 901);
}

static err leave_and_return(struct tx *tx, void *arg)
{
    (void)arg;
    struct id ten = id_of(ROW_CASE, 10), one = id_of(ROW_TEAM, 1);
    TRY(db_case_team_end(tx, ten, one, T0 + 2000));
    WANT(ERR_NOT_FOUND, db_case_team_end(tx, ten, one, T0 + 2001));
    WANT(ERR_NOT_FOUND, db_case_team_end(tx, ten, id_of(9, 9), T0 + 2001));
    struct db_case_team nowhere = {id_of(9, 9), one, "identity", T0, 0};
    WANT(ERR_NOT_FOUND, db_case_team_put(tx, &nowhere));
    db_case_teams teams;
    TRY(db_case_team_list(tx, db_scratch(tx), ten, &teams));
    CHECK(teams.n == 2);
    CHECK(teams.at[0].until == T0 + 2000 || teams.at[1].until == T0 + 2000);
    return ERR_OK;
}

static err come_back(struct tx *tx, void *arg)
{
    (void)arg;
    struct db_case_team again = {id_of(ROW_CASE, 10), id_of(ROW_TEAM, 1), "health", T0 + 3000, 0};
    return db_case_team_put(tx, &again);
}

static void listed_by_pages(void **state)
{
    struct store *s = *state;
    const struct id teams[] = {id_of(ROW_TEAM, 1), id_of(ROW_TEAM, 2), id_of(ROW_TEAM, 3)};
    OK(db_run(s->db, cases_put, NULL));
    for (size_t limit = 1; limit <= 31; limit += 5) {
        assert_int_equal(listed(s, teams, 1, NULL, limit).cases, 12);
        assert_int_equal(listed(s, teams + 1, 1, NULL, limit).cases, 10);
        assert_int_equal(listed(s, teams, 3, NULL, limit).cases, 30);
        assert_int_equal(listed(s, teams, 2, NULL, limit).cases, 21);
        assert_int_equal(listed(s, teams, 3, "open", limit).cases, 30);
    }
    assert_int_equal(listed(s, teams, 3, NULL, 10).pages, 3);
    assert_int_equal(listed(s, teams, 3, NULL, 30).pages, 1);

    OK(db_run(s->db, change_some, NULL));
    assert_int_equal(listed(s, teams, 3, "open", 7).cases, 28);
    assert_int_equal(listed(s, teams, 3, "closed", 7).cases, 2);
    assert_int_equal(listed(s, teams, 1, "closed", 7).cases, 2); /* 10 is team 2's and team 1's */
    OK(db_run(s->db, leave_and_return, NULL));
    assert_int_equal(listed(s, teams, 1, NULL, 7).cases, 11);
    assert_int_equal(listed(s, teams, 1, "closed", 7).cases, 1);
    OK(db_run(s->db, come_back, NULL));
    assert_int_equal(listed(s, teams, 1, "closed", 7).cases, 2);
}

static err first_of_list(struct tx *tx, void *arg)
{
    struct id team = id_of(ROW_TEAM, 1);
    db_cases list;
    TRY(db_case_list(tx, db_scratch(tx), (struct db_case_filter){&team, 1, NULL}, db_page_first(1),
                     &list));
    CHECK(list.n == 1 && list.more);
    *(struct db_case *)arg = list.at[0];
    return ERR_OK;
}

static void latest_change_comes_first(void **state)
{
    struct store *s = *state;
    struct db_case first;
    OK(db_run(s->db, cases_put, NULL));
    OK(db_run(s->db, change_some, NULL));
    OK(db_read(s->db, first_of_list, &first));
    assert_int_equal(first.created_at, T0 + 3);
    assert_int_equal(first.updated_at, T0 + 1000);
}

static err counting(struct tx *tx, void *arg)
{
    (void)arg;
    const struct id teams[] = {id_of(ROW_TEAM, 1), id_of(ROW_TEAM, 2), id_of(ROW_TEAM, 3)};
    size_t n = 0;
    TRY(db_case_count(tx, (struct db_case_filter){teams, 3, NULL}, 10000, &n));
    CHECK(n == 30);
    TRY(db_case_count(tx, (struct db_case_filter){teams, 1, NULL}, 10000, &n));
    CHECK(n == 12);
    TRY(db_case_count(tx, (struct db_case_filter){teams, 3, NULL}, 20, &n));
    CHECK(n == 20);
    TRY(db_case_count(tx, (struct db_case_filter){teams, 3, "closed"}, 20, &n));
    CHECK(n == 2);
    WANT(ERR_BUG, db_case_count(tx, (struct db_case_filter){teams, 0, NULL}, 20, &n));
    WANT(ERR_BUG, db_case_count(tx, (struct db_case_filter){teams, 3, NULL}, 10001, &n));
    db_cases list;
    WANT(ERR_BUG, db_case_list(tx, db_scratch(tx), (struct db_case_filter){teams, 17, NULL},
                               db_page_first(1), &list));
    WANT(ERR_BUG, db_case_list(tx, db_scratch(tx), (struct db_case_filter){teams, 1, NULL},
                               db_page_first(DB_PAGE_MOST + 1), &list));
    return ERR_OK;
}

static void counted(void **state)
{
    struct store *s = *state;
    OK(db_run(s->db, cases_put, NULL));
    OK(db_run(s->db, change_some, NULL));
    OK(db_read(s->db, counting, NULL));
}

/* ---- records ---- */

static struct db_record record_row(unsigned n, const char *kind, const char *name,
                                   const char *compartment, int64_t revision, const char *body)
{
    return (struct db_record){.id = id_of(ROW_RECORD, n),
                              .case_id = id_of(ROW_CASE, 1),
                              .kind = kind,
                              .name = name,
                              .compartment = compartment,
                              .revision = revision,
                              .generation = 1,
                              .author_id = id_of(ROW_USER, 1),
                              .created_at = T0 + n,
                              .body = raw_bytes(body)};
}

static err record_put(struct tx *tx, unsigned n, const char *kind, const char *compartment,
                      int64_t revision, const char *body)
{
    struct db_record row = record_row(n, kind, "annex-1", compartment, revision, body);
    return db_record_insert(tx, &row);
}

static err records(struct tx *tx, void *arg)
{
    (void)arg;
    mem *ctx = db_scratch(tx);
    struct db_case row = case_row(1, 1, "IT-26-AAAA"), other = case_row(2, 1, "IT-26-BBBB");
    TRY(db_case_insert(tx, &row, "identity"));
    TRY(db_case_insert(tx, &other, "identity"));
    WANT(ERR_CONFLICT, record_put(tx, 1, "form", "identity", 2, "x")); /* there is no first */
    TRY(record_put(tx, 1, "form", "identity", 1, "one"));
    WANT(ERR_CONFLICT, record_put(tx, 2, "form", "identity", 1, "also one"));
    WANT(ERR_CONFLICT, record_put(tx, 2, "form", "identity", 3, "too far"));
    TRY(record_put(tx, 2, "form", "identity", 2, "two"));
    WANT(ERR_CONFLICT, record_put(tx, 3, "form", "identity", 2, "somebody was faster"));
    TRY(record_put(tx, 3, "form", "identity", 3, "three"));
    TRY(record_put(tx, 4, "form", "health", 1, "other compartment"));
    TRY(record_put(tx, 5, "facts", "identity", 1, "other kind"));
    struct db_record elsewhere = record_row(6, "form", "annex-1", "identity", 1, "other case");
    elsewhere.case_id = other.id;
    elsewhere.author_id = (struct id){""};
    TRY(db_record_insert(tx, &elsewhere));
    WANT(ERR_BUG, record_put(tx, 7, "form", "justice", 0, "x"));

    db_records list;
    TRY(db_record_current(tx, ctx, row.id, &list));
    CHECK(list.n == 3 && !list.more);
    CHECK(text_same(list.at[0].kind, "facts"));
    CHECK(text_same(list.at[1].compartment, "health"));
    CHECK(list.at[2].revision == 3 && bytes_equal(list.at[2].body, raw_bytes("three")));
    CHECK(id_same(list.at[2].author_id, id_of(ROW_USER, 1)) && list.at[2].created_at == T0 + 3);
    TRY(db_record_current_kind(tx, ctx, row.id, "form", &list));
    CHECK(list.n == 2);
    TRY(db_record_current(tx, ctx, other.id, &list));
    CHECK(list.n == 1 && !id_is_set(list.at[0].author_id));
    TRY(db_record_current(tx, ctx, id_of(9, 9), &list));
    CHECK(list.n == 0);

    struct db_record one = {0};
    TRY(db_record_one(tx, ctx, row.id, "form", "annex-1", "identity", &one));
    CHECK(one.revision == 3);
    WANT(ERR_NOT_FOUND, db_record_one(tx, ctx, row.id, "form", "annex-2", "identity", &one));
    TRY(db_record_by_id(tx, ctx, id_of(ROW_RECORD, 2), &one));
    CHECK(one.revision == 2 && bytes_equal(one.body, raw_bytes("two")));
    TRY(db_record_history(tx, ctx, row.id, "form", "annex-1", "identity", 2, &list));
    CHECK(list.n == 2 && list.more && list.at[0].revision == 3 && list.at[1].revision == 2);
    TRY(db_record_history(tx, ctx, row.id, "form", "annex-1", "identity", 3, &list));
    CHECK(list.n == 3 && !list.more);
    return ERR_OK;
}

static void records_have_revisions(void **state)
{
    struct store *s = *state;
    OK(db_run(s->db, records, NULL));
}

#define T(name) cmocka_unit_test_setup_teardown(name, rows_setup, rows_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(found),   T(listed_by_pages),        T(latest_change_comes_first),
        T(counted), T(records_have_revisions),
    };
    return cmocka_run_group_tests_name("db_cases", tests, NULL, NULL);
}
