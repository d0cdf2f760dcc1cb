/* The store's two functions and its statements; not what is kept in it. */
#include "store_setting.h"

#include <pthread.h>
#include <sys/stat.h>

#include "db/setting.h"

static const struct db_query PUT_QUIET = {
    "put_quiet", "INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT DO NOTHING", "tt",
    ""};
static const struct db_query GET = {"get", "SELECT value FROM setting WHERE key = $1", "t", "t"};
static const struct db_query ALL = {"all", "SELECT key, value FROM setting ORDER BY key", "", "tt"};
static const struct db_query SWAPPED = {
    "swapped", "SELECT key FROM setting WHERE value = $2 AND key = $1", "tt", "t"};

static void written_and_read(void **state)
{
    struct store *s = *state;
    OK(db_run(s->db, put, (void *)"a"));
    assert_int_equal(rows(s->db), 1);
    assert_int_equal(db_writes(s->db).transactions, 1);
    assert_int_equal(db_writes(s->db).commits, 1);
}

static void there_after_reopening(void **state)
{
    struct store *s = *state;
    OK(db_run(s->db, put, (void *)"a"));
    db_close(s->db);
    struct db_settings settings = store_settings(s, DB_RECORDS);
    OK(db_open(s->ctx, &settings, &s->db));
    assert_int_equal(rows(s->db), 1);
    OK(db_check(s->db));
}

static err put_and_fail(struct tx *tx, void *arg)
{
    TRY(put(tx, arg));
    FAIL(ERR_DENIED, "no");
}

static void failure_takes_it_back(void **state)
{
    struct store *s = *state;
    BAD(ERR_DENIED, db_run(s->db, put_and_fail, (void *)"a"));
    assert_int_equal(rows(s->db), 0);
    assert_int_equal(db_writes(s->db).commits, 0);
    OK(db_run(s->db, put, (void *)"a"));
}

static void same_key_conflicts(void **state)
{
    struct store *s = *state;
    OK(db_run(s->db, put, (void *)"a"));
    BAD(ERR_CONFLICT, db_run(s->db, put, (void *)"a"));
}

/* fn looks away from a failure and goes on: nothing of it may stay. */
static err put_twice_quietly(struct tx *tx, void *arg)
{
    TRY(put(tx, arg));
    err_ignore(put(tx, arg));
    err e = put(tx, (void *)"other");
    assert_int_equal(e.kind, ERR_CONFLICT); /* nothing runs after a failure */
    return ERR_OK;
}

static void failed_statement_sticks(void **state)
{
    struct store *s = *state;
    BAD(ERR_CONFLICT, db_run(s->db, put_twice_quietly, (void *)"a"));
    assert_int_equal(rows(s->db), 0);
}

static err put_quiet(struct tx *tx, void *arg)
{
    struct db_value values[] = {db_text(arg), db_text("v")};
    int64_t changed = -1;
    TRY(db_exec(tx, &PUT_QUIET, values, 2, &changed));
    assert_int_equal(changed, 1);
    TRY(db_exec(tx, &PUT_QUIET, values, 2, &changed));
    assert_int_equal(changed, 0);
    return ERR_OK;
}

static void changed_counts(void **state)
{
    struct store *s = *state;
    OK(db_run(s->db, put_quiet, (void *)"a"));
}

static void reading_cannot_write(void **state)
{
    struct store *s = *state;
    BAD(ERR_BUG, db_read(s->db, put, (void *)"a"));
    assert_int_equal(rows(s->db), 0);
}

static err run_inside(struct tx *tx, void *arg)
{
    (void)tx;
    struct db *db = arg;
    BAD(ERR_BUG, db_run(db, put, (void *)"a"));
    BAD(ERR_BUG, db_read(db, put, (void *)"a"));
    return ERR_OK;
}

static void not_inside_itself(void **state)
{
    struct store *s = *state;
    OK(db_run(s->db, run_inside, s->db));
}

/* A snapshot stays what it was while others write. */
struct watch {
    struct db *db;
    int64_t before, after;
};

static void *write_b(void *arg)
{
    OK(db_run(arg, put, (void *)"b"));
    return NULL;
}

static err look_twice(struct tx *tx, void *arg)
{
    struct watch *w = arg;
    TRY(count(tx, &w->before));
    pthread_t other;
    assert_int_equal(pthread_create(&other, NULL, write_b, w->db), 0);
    assert_int_equal(pthread_join(other, NULL), 0);
    return count(tx, &w->after);
}

static void snapshot_stands_still(void **state)
{
    struct store *s = *state;
    struct watch w = {.db = s->db};
    OK(db_run(s->db, put, (void *)"a"));
    OK(db_read(s->db, look_twice, &w));
    assert_int_equal(w.before, 1);
    assert_int_equal(w.after, 1);
    assert_int_equal(rows(s->db), 2);
}

/* ---- statements ---- */

struct expected {
    const struct db_query *query;
    struct db_value values[3];
    size_t n;
    enum err_kind kind;
};

static err on_any(mem *ctx, const struct db_value *columns, void *arg)
{
    (void)ctx, (void)columns, (void)arg;
    return ERR_OK;
}

static err try_one(struct tx *tx, void *arg)
{
    const struct expected *x = arg;
    return db_one(tx, NULL, x->query, x->values, x->n, on_any, NULL);
}

static void bugs_are_found(void **state)
{
    static const struct db_query FEW = {"few", "SELECT value FROM setting WHERE key = $1", "tt",
                                        "t"};
    static const struct db_query WIDE = {"wide", "SELECT value FROM setting", "", "tt"};
    static const struct db_query TWO = {"two", "SELECT 1; SELECT 2", "", "i"};
    static const struct db_query NONSENSE = {"nonsense", "SELECT FROM WHERE", "", "i"};
    static const struct db_query QUOTED = {"quoted", "SELECT \"nonsense\" FROM setting", "", "t"};
    static const struct db_query OTHER_NAME = {"other", "SELECT value FROM setting WHERE key = $2",
                                               "t", "t"};
    static const struct db_query NUMBER = {"number", "SELECT 1", "", "t"};
    static const struct db_query REAL = {"real", "SELECT 1.5", "", "i"};
    static const struct db_query NOTHING = {"nothing", "SELECT NULL", "", "t"};
    static const struct db_query FUNCTION = {"f", "SELECT load_extension('x')", "", "T"};
    struct expected cases[] = {
        {&GET, {db_text("a"), db_text("b")}, 2, ERR_BUG}, /* arity */
        {&GET, {db_int(1)}, 1, ERR_BUG},                  /* type */
        {&GET, {db_null()}, 1, ERR_BUG},                  /* t is never NULL */
        {&GET, {db_text(NULL)}, 1, ERR_BUG},
        {&GET, {db_bytes(bytes_of("a", 1))}, 1, ERR_BUG},
        {&GET, {db_text("a")}, 1, ERR_NOT_FOUND},
        {&FEW, {db_text("a"), db_text("b")}, 2, ERR_BUG},
        {&WIDE, {{0}}, 0, ERR_BUG},
        {&TWO, {{0}}, 0, ERR_BUG},
        {&NONSENSE, {{0}}, 0, ERR_BUG},
        {&QUOTED, {{0}}, 0, ERR_BUG},
        {&OTHER_NAME, {db_text("a")}, 1, ERR_BUG},
        {&NUMBER, {{0}}, 0, ERR_BUG},
        {&REAL, {{0}}, 0, ERR_BUG},
        {&NOTHING, {{0}}, 0, ERR_BUG},
        {&FUNCTION, {{0}}, 0, ERR_BUG},
    };
    struct store *s = *state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        BAD(cases[i].kind, db_read(s->db, try_one, &cases[i]));
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        BAD(cases[i].kind, db_run(s->db, try_one, &cases[i]));
}

static err parameters_by_name(struct tx *tx, void *arg)
{
    (void)arg;
    TRY(put(tx, (void *)"k"));
    struct db_value values[] = {db_text("k"), db_text("v")};
    return db_one(tx, NULL, &SWAPPED, values, 2, on_any, NULL);
}

static void parameters_bind_by_name(void **state)
{
    struct store *s = *state;
    OK(db_run(s->db, parameters_by_name, NULL));
}

static err on_text(mem *ctx, const struct db_value *columns, void *arg)
{
    assert_int_equal(columns[0].bytes.p[columns[0].bytes.n], '\0');
    return bytes_copy(ctx, columns[0].bytes, arg);
}

struct echo {
    mem *ctx;
    struct bytes in, out;
};

static err echo_text(struct tx *tx, void *arg)
{
    struct echo *echo = arg;
    struct db_value in[] = {db_text("k"), {.type = DB_TEXT, .bytes = echo->in}};
    TRY(db_exec(tx, &PUT, in, 2, NULL));
    return db_one(tx, echo->ctx, &GET, in, 1, on_text, &echo->out);
}

static void text_comes_back(void **state)
{
    struct store *s = *state;
    struct echo echo = {.ctx = s->ctx, .in = bytes_text("Dëshmia e \xF0\x9F\x94\x91 e parë")};
    OK(db_run(s->db, echo_text, &echo));
    assert_true(bytes_equal(echo.in, echo.out));
}

static void too_large_is_refused(void **state)
{
    struct store *s = *state;
    char *large = talloc_zero_array(s->ctx, char, DB_TEXT_MOST + 1);
    assert_non_null(large);
    memset(large, 'x', DB_TEXT_MOST + 1);
    struct echo echo = {.ctx = s->ctx, .in = bytes_of(large, DB_TEXT_MOST + 1)};
    BAD(ERR_LIMIT, db_run(s->db, echo_text, &echo));
    echo.in.n--;
    OK(db_run(s->db, echo_text, &echo));
}

static err on_counted(mem *ctx, const struct db_value *columns, void *arg)
{
    (void)ctx, (void)columns;
    ++*(int *)arg;
    return ERR_OK;
}

static err on_third(mem *ctx, const struct db_value *columns, void *arg)
{
    TRY(on_counted(ctx, columns, arg));
    ENSURE(*(int *)arg < 3, ERR_PEER, "enough");
    return ERR_OK;
}

static err each_exactly(struct tx *tx, void *arg)
{
    return db_each(tx, NULL, &ALL, NULL, 0, 10, on_counted, arg);
}
static err each_too_many(struct tx *tx, void *arg)
{
    return db_each(tx, NULL, &ALL, NULL, 0, 9, on_counted, arg);
}
static err each_until_enough(struct tx *tx, void *arg)
{
    BAD(ERR_PEER, db_each(tx, NULL, &ALL, NULL, 0, 10, on_third, arg));
    return count(tx, &(int64_t){0}); /* a row function's failure does not end the transaction */
}

static void each_row_up_to_a_maximum(void **state)
{
    struct store *s = *state;
    OK(db_run(s->db, put_many, &(int){10}));
    int n = 0;
    OK(db_read(s->db, each_exactly, &n));
    assert_int_equal(n, 10);
    n = 0;
    BAD(ERR_LIMIT, db_read(s->db, each_too_many, &n));
    assert_int_equal(n, 9);
    n = 0;
    OK(db_read(s->db, each_until_enough, &n));
    assert_int_equal(n, 3);
}

static err on_row_again(mem *ctx, const struct db_value *columns, void *arg)
{
    (void)ctx, (void)columns;
    return db_each(arg, NULL, &ALL, NULL, 0, 10, on_any, NULL);
}

static err each_in_each(struct tx *tx, void *arg)
{
    (void)arg;
    return db_each(tx, NULL, &ALL, NULL, 0, 10, on_row_again, tx);
}

static void statement_inside_itself_is_a_bug(void **state)
{
    struct store *s = *state;
    OK(db_run(s->db, put, (void *)"a"));
    BAD(ERR_BUG, db_read(s->db, each_in_each, NULL));
    assert_int_equal(rows(s->db), 1);
}

static err slow_statement(struct tx *tx, void *arg)
{
    static const struct db_query ENDLESS = {
        "endless",
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
        "", "i"};
    TRY(put(tx, (void *)"before"));
    return db_one(tx, NULL, &ENDLESS, NULL, 0, on_int, arg);
}

static void endless_statement_is_ended(void **state)
{
    struct store *s = *state;
    struct db_settings settings = store_settings(s, DB_RECORDS);
    settings.limit = 300; /* what goes before it on a connection must come through */
    store_reopen(s, settings);
    BAD(ERR_BUSY, db_run(s->db, slow_statement, &(int64_t){0}));
    store_reopen(s, store_settings(s, DB_RECORDS));
    assert_int_equal(rows(s->db), 0);
}

static void scrubbing_empties_the_log(void **state)
{
    ONLY_SQLITE;
    struct store *s = *state;
    OK(db_run(s->db, put, (void *)"a-word-to-look-for"));
    const char *log = NULL;
    OK(file_join(s->ctx, s->folder, "store.db-wal", &log));
    struct stat st;
    assert_int_equal(stat(log, &st), 0);
    assert_true(st.st_size > 0);
    OK(db_scrub(s->db));
    assert_int_equal(stat(log, &st), 0);
    assert_int_equal(st.st_size, 0);
}

static err remove_word(struct tx *tx, void *arg) { return db_setting_put(tx, arg, NULL); }

/* PostgreSQL's pages keep what they have room for: docs/security.md says so. */
static void deleted_is_gone_from_disk(void **state)
{
    ONLY_SQLITE;
    struct store *s = *state;
    char WORD[] = "a-word-to-look-for";
    struct bytes file;
    OK(db_run(s->db, put, WORD));
    OK(db_scrub(s->db));
    OK(file_read(s->ctx, s->path, 1 << 26, &file));
    assert_true(bytes_find(file, bytes_text(WORD), 0) != SIZE_MAX);
    OK(db_run(s->db, remove_word, WORD));
    OK(db_scrub(s->db));
    OK(file_read(s->ctx, s->path, 1 << 26, &file));
    assert_true(bytes_find(file, bytes_text(WORD), 0) == SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(written_and_read),
        T(there_after_reopening),
        T(failure_takes_it_back),
        T(same_key_conflicts),
        T(failed_statement_sticks),
        T(changed_counts),
        T(reading_cannot_write),
        T(not_inside_itself),
        T(snapshot_stands_still),
        T(bugs_are_found),
        T(parameters_bind_by_name),
        T(text_comes_back),
        T(too_large_is_refused),
        T(each_row_up_to_a_maximum),
        T(statement_inside_itself_is_a_bug),
        T(endless_statement_is_ended),
        T(scrubbing_empties_the_log),
        T(deleted_is_gone_from_disk),
    };
    return cmocka_run_group_tests_name("db", tests, NULL, NULL);
}
