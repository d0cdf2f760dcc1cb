/* test_db_dump.c - a store as a stream of bytes and back: nothing lost, nothing taken that is not whole. */
#include "store_rows.h"

#include "base/buf.h"
#include "db/dump.h"
#include "db/session.h"

struct tape {
    struct buf b;
    struct bytes all;
    size_t at;
    int64_t told;
};

static err tape_put(void *arg, struct bytes in)
{
    struct tape *tape = arg;
    buf_add_bytes(&tape->b, in);
    return ERR_OK;
}

static err tape_get(void *arg, uint8_t *p, size_t n)
{
    struct tape *tape = arg;
    ENSURE(tape->all.n - tape->at >= n, ERR_INPUT, "the tape ended");
    memcpy(p, tape->all.p + tape->at, n);
    tape->at += n;
    return ERR_OK;
}

static void told(void *arg, int64_t rows) { ((struct tape *)arg)->told += rows; }

struct dumping {
    struct tape tape;
    struct db_sums sums;
};

static err dump(struct tx *tx, void *arg)
{
    struct dumping *d = arg;
    return db_dump(tx, tape_put, &d->tape, (struct db_watch){told, &d->tape}, &d->sums);
}

static void dumped(struct store *s, struct dumping *d)
{
    *d = (struct dumping){0};
    buf_init(&d->tape.b, s->ctx, 200 * 1024 * 1024);
    OK(db_read(s->db, dump, d));
    OK(buf_done(&d->tape.b, &d->tape.all));
}

struct load {
    struct tape tape;
    struct db_sums sums;
    size_t seen;
};

static err load(struct tx *tx, void *arg)
{
    struct load *l = arg;
    l->tape.at = 0;
    const struct db_load_wish wish = {.tx = tx, .store = DB_RECORDS, .get = tape_get, .arg = &l->tape};
    return db_load(&wish, &l->sums);
}

static err looked_over(struct bytes all, struct db_sums *sums)
{
    struct tape tape = {.all = all};
    const struct db_load_wish wish = {.store = DB_RECORDS, .get = tape_get, .arg = &tape};
    return db_load(&wish, sums);
}

enum { HUGE = DB_BYTES_MOST };

/* Every kind of value at its ends. */
static err extremes_put(struct tx *tx, void *arg)
{
    struct db_case c = case_row(1, 1, "IT-26-AAAA");
    c.created_by = (struct id){""};
    TRY(db_case_insert(tx, &c, ""));
    const struct db_table *record = db_table_find(DB_RECORDS, "record"), *setting = db_table_find(DB_RECORDS, "setting");
    struct db_value texts[] = {db_text("naïve \xF0\x9F\x8C\x89 'quote' \\ \"x\"\n\t"), db_text("")};
    TRY(db_table_insert(tx, setting, texts));
    static const int64_t NUMBERS[] = {INT64_MIN, -1, 0, INT64_MAX};
    for (unsigned i = 0; i < COUNT_OF(NUMBERS); i++) {
        struct id id = id_of(ROW_RECORD, i), case_id = id_of(ROW_CASE, 1);
        struct bytes body = bytes_of(i == 0 ? (const void *)"" : arg, i == 0 ? 0 : i == 3 ? HUGE : i * 1000);
        struct db_value row[] = {db_text(id.text), db_text(case_id.text), db_text("form"), db_text("a"), db_text("identity"),
                                 db_int(i + 1), db_int(1), i % 2 ? db_null() : db_text("x"), db_int(NUMBERS[i]), db_int(0), db_bytes(body)};
        TRY(db_table_insert(tx, record, row));
    }
    return ERR_OK;
}

static err sums_read(struct tx *tx, void *arg) { return db_sum_store(tx, false, (struct db_watch){0}, arg); }

static void every_value_comes_back(void **state)
{
    struct store *s = *state, other;
    struct dumping d;
    struct db_sums sums, again;
    OK(db_run(s->db, extremes_put, talloc_zero_size(s->ctx, HUGE)));
    dumped(s, &d);
    OK(db_read(s->db, sums_read, &sums));
    assert_memory_equal(&sums, &d.sums, sizeof sums);
    OK(looked_over(d.tape.all, &again));
    assert_memory_equal(&sums, &again, sizeof sums);
    int64_t rows = 0;
    for (size_t i = 0; i < DB_TABLES_MOST; i++) rows += sums.at[i].rows;
    assert_int_equal(d.tape.told, rows);
    store_open(&other, DB_RECORDS);
    struct load l = {.tape = d.tape};
    OK(db_run(other.db, load, &l));
    OK(db_read(other.db, sums_read, &again));
    assert_memory_equal(&sums, &again, sizeof sums);
    OK(db_check(other.db));
    /* Not into one that has something. */
    BAD(ERR_CONFLICT, db_run(other.db, load, &l));
    OK(db_read(other.db, sums_read, &again));
    assert_memory_equal(&sums, &again, sizeof sums);
    store_close(&other);
}

static err name_change(struct tx *tx, void *arg)
{
    struct db_organisation o = organisation_row(1);
    o.name = arg;
    return db_organisation_update(tx, &o);
}

static void a_hash_shows_every_change(void **state)
{
    struct store *s = *state;
    struct db_sums before, after;
    OK(db_read(s->db, sums_read, &before));
    OK(db_run(s->db, name_change, (void *)"Casa Apertb"));
    OK(db_read(s->db, sums_read, &after));
    size_t differ = 0;
    for (size_t i = 0; i < DB_TABLES_MOST; i++) differ += !db_sum_same(&before.at[i], &after.at[i]);
    assert_int_equal(differ, 1);
    OK(db_run(s->db, name_change, (void *)"Casa Aperta"));
    OK(db_read(s->db, sums_read, &after));
    assert_memory_equal(&before, &after, sizeof before);
}

/* The stream is protected by what is around it; alone it must still never be taken for what it is not. */
static void what_is_no_dump_is_refused_and_leaves_nothing(void **state)
{
    struct store *s = *state, other;
    struct dumping d;
    struct db_sums sums, empty, now;
    dumped(s, &d);
    store_open(&other, DB_RECORDS);
    OK(db_read(other.db, sums_read, &empty));
    uint8_t *copy = talloc_size(s->ctx, d.tape.all.n);
    size_t refused = 0, taken = 0;
    for (size_t i = 0; i < d.tape.all.n; i++) {
        memcpy(copy, d.tape.all.p, d.tape.all.n);
        copy[i] ^= 0x01;
        err e = looked_over(bytes_of(copy, d.tape.all.n), &sums);
        if (err_failed(e)) refused++;
        else taken++;
        struct load l = {.tape = {.all = bytes_of(copy, d.tape.all.n)}};
        if (i % 37 != 0) continue;
        assert_true(err_failed(db_run(other.db, load, &l)));
        OK(db_read(other.db, sums_read, &now));
        assert_memory_equal(&empty, &now, sizeof now);
    }
    assert_int_equal(taken, 0);
    assert_true(refused > 1000);
    for (size_t n = 0; n < d.tape.all.n; n += 7) BAD(ERR_INPUT, looked_over(bytes_of(d.tape.all.p, n), &sums));
    /* Another version of the program: other columns. */
    memcpy(copy, d.tape.all.p, d.tape.all.n);
    size_t at = bytes_find(bytes_of(copy, d.tape.all.n), bytes_text("key, value"), 0);
    copy[at] = 'q';
    BAD(ERR_STATE, looked_over(bytes_of(copy, d.tape.all.n), &sums));
    store_close(&other);
}

static err session_put(struct tx *tx, void *arg)
{
    (void)arg;
    struct db_session row = {bytes_text("hash"), id_of(ROW_USER, 1), T0, T0, T0, bytes_text("blob"), {0}};
    return db_session_insert(tx, &row);
}

static err rows_read(struct tx *tx, void *arg)
{
    int64_t *n = arg;
    TRY(db_rows(tx, true, &n[0]));
    return db_rows(tx, false, &n[1]);
}

static void sessions_are_in_no_dump(void **state)
{
    (void)state;
    struct store keys;
    struct dumping d;
    int64_t rows[2];
    store_open(&keys, DB_KEYS);
    OK(db_run(keys.db, session_put, NULL));
    OK(db_read(keys.db, rows_read, rows));
    assert_int_equal(rows[0], 1);
    assert_int_equal(rows[1], 0);
    dumped(&keys, &d);
    assert_true(bytes_find(d.tape.all, bytes_text("session"), 0) == SIZE_MAX);
    store_close(&keys);
}

#define T(name) cmocka_unit_test_setup_teardown(name, rows_setup, rows_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(every_value_comes_back),
        T(a_hash_shows_every_change),
        T(what_is_no_dump_is_refused_and_leaves_nothing),
        T(sessions_are_in_no_dump),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
