/* Group commit: transactions that wait share a commit; one that fails leaves the others whole; a
 * commit that fails is done again one by one. */
#include "gate.h"
#include "shim.h"

enum { WRITERS = 24 };

struct caller {
    struct db *db;
    db_fn *fn;
    void *arg;
    struct act act;
    err result;
    pthread_t thread;
};

static void *call(void *arg)
{
    struct caller *c = arg;
    c->result = db_run(c->db, c->fn, c->arg);
    if (c->fn == gate_hold) gate_ended(c->arg);
    return NULL;
}

static err fail_after_writing(struct tx *tx, void *arg)
{
    TRY(act_write(tx, arg));
    FAIL(ERR_DENIED, "as asked");
}

static int setup(void **state)
{
    struct store *s = malloc(sizeof *s);
    store_folder(s);
    shim_set((struct shim_plan){0});
    struct db_settings settings = store_settings(s, DB_RECORDS);
    settings.vfs = "shim";
    settings.create = true;
    OK(db_open(s->ctx, &settings, &s->db));
    struct act first = {.writer = 99, .size = 10};
    OK(db_run(s->db, act_write, &first)); /* the log has its header */
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    shim_set((struct shim_plan){0});
    store_close(*state);
    free(*state);
    return 0;
}

/* All of them at once, behind the gate. `special` (may be NULL) is what number 7 does. */
static void run_together(struct store *s, struct caller callers[static WRITERS], db_fn *special,
                         size_t special_size)
{
    struct gate gate;
    gate_begin(&gate, (struct act){.writer = 100, .size = 10});
    struct caller holder = {.db = s->db, .fn = gate_hold, .arg = &gate};
    assert_int_equal(pthread_create(&holder.thread, NULL, call, &holder), 0);
    assert_true(gate_await_inside(&gate));
    for (int i = 0; i < WRITERS; i++) {
        bool odd = i == 7 && special != NULL;
        callers[i] = (struct caller){.db = s->db,
                                     .fn = odd ? special : act_write,
                                     .act = {.writer = i, .size = odd ? special_size : 10}};
        callers[i].arg = &callers[i].act;
        assert_int_equal(pthread_create(&callers[i].thread, NULL, call, &callers[i]), 0);
    }
    GATE_AWAIT_WAITING(db_writes(s->db), WRITERS);
    gate_open(&gate);
    for (int i = 0; i < WRITERS; i++) assert_int_equal(pthread_join(callers[i].thread, NULL), 0);
    assert_int_equal(pthread_join(holder.thread, NULL), 0);
    OK(holder.result);
    assert_true(act_there(s->db, gate.act));
    gate_end(&gate);
}

static void waiting_ones_share_a_commit(void **state)
{
    struct store *s = *state;
    struct caller callers[WRITERS];
    struct db_writes before = db_writes(s->db);
    shim_set((struct shim_plan){.kinds = SHIM_SYNC});
    run_together(s, callers, NULL, 0);
    assert_int_equal(shim_count(), 1); /* one fsync for all of them */
    struct db_writes after = db_writes(s->db);
    assert_int_equal(after.commits - before.commits, 1);
    assert_int_equal(after.transactions - before.transactions, WRITERS + 1);
    for (int i = 0; i < WRITERS; i++) {
        OK(callers[i].result);
        assert_true(act_there(s->db, callers[i].act));
    }
}

static void groups_have_a_limit(void **state)
{
    struct store *s = *state;
    struct caller callers[WRITERS];
    db_close(s->db);
    struct db_settings settings = store_settings(s, DB_RECORDS);
    settings.vfs = "shim";
    settings.group = 5;
    OK(db_open(s->ctx, &settings, &s->db));
    run_together(s, callers, NULL, 0);
    assert_int_equal(db_writes(s->db).commits, (WRITERS + 1) / 5);
}

static void a_full_queue_is_busy(void **state)
{
    struct store *s = *state;
    db_close(s->db);
    struct db_settings settings = store_settings(s, DB_RECORDS);
    settings.vfs = "shim";
    settings.queue = 3;
    OK(db_open(s->ctx, &settings, &s->db));
    struct gate gate;
    gate_begin(&gate, (struct act){.writer = 100, .size = 10});
    struct caller holder = {.db = s->db, .fn = gate_hold, .arg = &gate};
    struct caller callers[3];
    struct act late = {.writer = 50, .size = 10};
    assert_int_equal(pthread_create(&holder.thread, NULL, call, &holder), 0);
    assert_true(gate_await_inside(&gate));
    for (int i = 0; i < 3; i++) {
        callers[i] =
            (struct caller){.db = s->db, .fn = act_write, .act = {.writer = i, .size = 10}};
        callers[i].arg = &callers[i].act;
        assert_int_equal(pthread_create(&callers[i].thread, NULL, call, &callers[i]), 0);
    }
    GATE_AWAIT_WAITING(db_writes(s->db), 3);
    BAD(ERR_BUSY, db_run(s->db, act_write, &late));
    gate_open(&gate);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(pthread_join(callers[i].thread, NULL), 0);
        OK(callers[i].result);
    }
    assert_int_equal(pthread_join(holder.thread, NULL), 0);
    assert_false(act_there(s->db, late));
    gate_end(&gate);
}

static void one_that_fails_leaves_the_others(void **state)
{
    struct store *s = *state;
    struct caller callers[WRITERS];
    struct db_writes before = db_writes(s->db);
    run_together(s, callers, fail_after_writing, 10);
    for (int i = 0; i < WRITERS; i++) {
        if (i == 7)
            BAD(ERR_DENIED, callers[i].result);
        else
            OK(callers[i].result);
        assert_int_equal(act_there(s->db, callers[i].act), i != 7);
    }
    struct db_writes after = db_writes(s->db);
    assert_int_equal(after.commits - before.commits, 1);
    assert_int_equal(after.transactions - before.transactions, WRITERS);
    assert_int_equal(after.lost_groups, 0);
}

static void a_failed_commit_is_done_again_one_by_one(void **state)
{
    struct store *s = *state;
    struct caller callers[WRITERS];
    struct db_writes before = db_writes(s->db);
    shim_set((struct shim_plan){.kinds = SHIM_SYNC, .fail_at = 1});
    run_together(s, callers, NULL, 0);
    assert_int_equal(shim_failed(), 1);
    struct db_writes after = db_writes(s->db);
    assert_int_equal(after.lost_groups - before.lost_groups, 1);
    assert_int_equal(after.commits - before.commits, WRITERS + 1);
    for (int i = 0; i < WRITERS; i++) {
        OK(callers[i].result);
        assert_true(act_there(s->db, callers[i].act));
    }
    OK(db_check(s->db));
}

/* So much in one transaction that the disk is full before its commit: the whole group is taken
 * back. */
static err put_too_much(struct tx *tx, void *arg)
{
    struct act act = *(struct act *)arg;
    for (; act.n < 40; act.n++) TRY(act_write(tx, &act));
    return ERR_OK;
}

static void a_full_disk_hits_only_the_large_one(void **state)
{
    struct store *s = *state;
    struct caller callers[WRITERS];
    shim_set((struct shim_plan){.limited = true, .room = 4 * 1024 * 1024});
    run_together(s, callers, put_too_much, 512 * 1024);
    for (int i = 0; i < WRITERS; i++) {
        if (i == 7) {
            BAD(ERR_STORE, callers[i].result);
            assert_string_equal(callers[i].result.what, "the disk is full");
        } else {
            OK(callers[i].result);
        }
        assert_int_equal(act_there(s->db, callers[i].act), i != 7);
    }
    assert_true(db_writes(s->db).lost_groups >= 1);
    OK(db_check(s->db));
    /* Once there is room again it goes on without a restart. */
    shim_set((struct shim_plan){0});
    OK(db_run(s->db, put_too_much, &callers[7].act));
    assert_true(act_there(s->db, callers[7].act));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    if (engine_server() != NULL) return 77; /* skipped: the group commit of SQLite's writer */
    const struct CMUnitTest tests[] = {
        T(waiting_ones_share_a_commit),
        T(groups_have_a_limit),
        T(a_full_queue_is_busy),
        T(one_that_fails_leaves_the_others),
        T(a_failed_commit_is_done_again_one_by_one),
        T(a_full_disk_hits_only_the_large_one),
    };
    shim_register();
    return cmocka_run_group_tests_name("fault_group", tests, NULL, NULL);
}
