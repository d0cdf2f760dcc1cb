/* The Nth call of the engine fails: a statement, a begin, a commit, a savepoint; as a failing store, as
 * a busy one, and so that the whole transaction is gone. After each, every transaction is there whole
 * or not at all, as its caller was told, and those that shared a commit with it are not harmed.
 *
 * Knows no engine: the wrapped one is the store's own. Where there is one writer (SQLite), transactions
 * share a commit; where each has a connection of its own (PostgreSQL), they come one after the other, so
 * that the Nth call is the same one each time.
 */
#include "gate.h"

#include "db/engine.h"
#include "db/lanes.h"
#include "db/writer.h"

enum { WRITERS = 6, N_MOST = 400 };

enum call { CALL_BEGIN = 1, CALL_COMMIT = 2, CALL_MARK = 4, CALL_KEEP = 8, CALL_UNDO = 16, CALL_RUN = 32, CALL_ALL = 63 };

/* The engine table has no place for state but here. The lock: readers have threads of their own. */
static struct {
    pthread_mutex_t lock;
    const struct db_engine *real;
    struct db_engine wrapped;
    unsigned calls;
    long fail_at, count, failed;
    enum err_kind kind;
    bool lost; /* the transaction goes with it */
    bool after; /* it is done, and then said to have failed */
    bool again; /* the engine says that it was nobody's fault */
    bool blamed; /* the last failure was one of ours */
} faulty = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool fails(enum call call)
{
    (void)pthread_mutex_lock(&faulty.lock);
    bool yes = (faulty.calls & (unsigned)call) != 0 && ++faulty.count == faulty.fail_at;
    faulty.failed += yes;
    faulty.blamed = yes;
    (void)pthread_mutex_unlock(&faulty.lock);
    return yes;
}

static err failure(struct db_conn *conn)
{
    if (faulty.lost) faulty.real->rollback(conn);
    FAIL(faulty.kind, "as asked");
}

static err faulty_begin(struct db_conn *conn)
{
    if (fails(CALL_BEGIN)) FAIL(faulty.kind, "as asked");
    return faulty.real->begin(conn);
}

/* When it fails the transaction is gone, as the table asks. */
static err faulty_commit(struct db_conn *conn)
{
    if (!fails(CALL_COMMIT)) return faulty.real->commit(conn);
    faulty.real->rollback(conn);
    FAIL(faulty.kind, "as asked");
}

static err faulty_mark(struct db_conn *conn)
{
    return fails(CALL_MARK) ? failure(conn) : faulty.real->mark(conn);
}

static err faulty_keep(struct db_conn *conn)
{
    return fails(CALL_KEEP) ? failure(conn) : faulty.real->mark_keep(conn);
}

static err faulty_undo(struct db_conn *conn)
{
    return fails(CALL_UNDO) ? failure(conn) : faulty.real->mark_undo(conn);
}

static err faulty_run(struct db_conn *conn, const struct db_query *q, const struct db_value *values, size_t max, mem *ctx,
                      db_row_fn *fn, void *arg, size_t *rows, int64_t *changed, err *of_fn)
{
    if (!fails(CALL_RUN)) return faulty.real->run(conn, q, values, max, ctx, fn, arg, rows, changed, of_fn);
    if (faulty.after) TRY(faulty.real->run(conn, q, values, max, ctx, fn, arg, rows, changed, of_fn));
    return failure(conn);
}

static bool faulty_again(const struct db_conn *conn)
{
    (void)pthread_mutex_lock(&faulty.lock);
    bool ours = faulty.blamed;
    (void)pthread_mutex_unlock(&faulty.lock);
    return ours ? faulty.again : faulty.real->again(conn);
}

struct world {
    struct store store;
    struct db_settings settings;
    /* on the wrapped engine, one of them: */
    struct db_writer *writer;
    struct db_lanes *lanes;
};

static err world_run(struct world *world, db_fn *fn, void *arg)
{
    return world->lanes != NULL ? lanes_run(world->lanes, fn, arg) : writer_run(world->writer, fn, arg);
}

static void world_open(struct world *world)
{
    *world = (struct world){.writer = NULL};
    store_open(&world->store, DB_RECORDS);
    world->settings = store_settings(&world->store, DB_RECORDS);
    struct db_settings *settings = &world->settings;
    settings->queue = 64;
    settings->group = 64;
    settings->writers = 1;
    settings->wait = 60 * MSEC_SECOND;
    settings->limit = 60 * MSEC_SECOND;
    faulty.real = engine_server() == NULL ? &db_engine_sqlite : &db_engine_postgres;
    faulty.wrapped = *faulty.real;
    faulty.wrapped.begin = faulty_begin;
    faulty.wrapped.commit = faulty_commit;
    faulty.wrapped.mark = faulty_mark;
    faulty.wrapped.mark_keep = faulty_keep;
    faulty.wrapped.mark_undo = faulty_undo;
    faulty.wrapped.run = faulty_run;
    faulty.wrapped.again = faulty_again;
    if (!faulty.real->one_writer) {
        OK(lanes_start(world->store.ctx, &faulty.wrapped, settings, &world->lanes));
        return;
    }
    struct db_conn *conn = NULL;
    OK(faulty.real->open(settings, true, &conn));
    OK(writer_start(world->store.ctx, &faulty.wrapped, conn, settings, &world->writer));
}

static void world_close(struct world *world)
{
    if (world->lanes != NULL)
        lanes_stop(world->lanes);
    else
        writer_stop(world->writer);
    store_close(&world->store);
}

struct caller {
    struct world *world;
    db_fn *fn;
    void *arg;
    struct act act;
    err result;
    pthread_t thread;
};

static void *call(void *arg)
{
    struct caller *c = arg;
    c->result = world_run(c->world, c->fn, c->arg);
    if (c->fn == gate_hold) gate_ended(c->arg);
    return NULL;
}

static err denied(struct tx *tx, void *arg)
{
    TRY(act_write(tx, arg));
    FAIL(ERR_DENIED, "as asked");
}

static void check(struct world *world, const struct caller *c, bool never)
{
    bool there = act_there(world->store.db, c->act);
    if (never) assert_true(err_failed(c->result));
    if (!err_failed(c->result) != there)
        fail_msg("call %ld: writer %d was told \"%s\", and it is %s", faulty.fail_at, c->act.writer,
                 err_failed(c->result) ? c->result.what : "done", there ? "there" : "not there");
    bool right = !err_failed(c->result) || c->result.kind == faulty.kind || (never && c->result.kind == ERR_DENIED);
    if (!right) fail_msg("%s: %s (%s)", err_name(c->result.kind), c->result.what, c->result.where);
}

static struct caller caller_of(struct world *world, int i)
{
    return (struct caller){.world = world, .fn = i == 3 ? denied : act_write, .act = {.writer = i, .size = 10}};
}

static void fault_plan(long at)
{
    faulty.count = faulty.failed = 0;
    faulty.fail_at = at;
    faulty.calls = CALL_ALL;
}

/* A first one, and WRITERS that wait behind it to share its commit. */
static void all_together(struct world *world, struct caller all[static WRITERS + 1])
{
    struct gate gate;
    gate_begin(&gate, (struct act){.writer = WRITERS, .size = 10});
    all[WRITERS] = (struct caller){.world = world, .fn = gate_hold, .arg = &gate, .act = gate.act};
    assert_int_equal(pthread_create(&all[WRITERS].thread, NULL, call, &all[WRITERS]), 0);
    /* Where its own begin is what fails, it is never inside, and the others wait for nobody. */
    bool inside = gate_await_inside(&gate);
    for (int i = 0; i < WRITERS; i++) {
        all[i] = caller_of(world, i);
        all[i].arg = &all[i].act;
        assert_int_equal(pthread_create(&all[i].thread, NULL, call, &all[i]), 0);
    }
    if (inside) GATE_AWAIT_WAITING(writer_writes(world->writer), WRITERS);
    gate_open(&gate);
    for (int i = 0; i <= WRITERS; i++) assert_int_equal(pthread_join(all[i].thread, NULL), 0);
    gate_end(&gate);
}

static void one_by_one(struct world *world, struct caller all[static WRITERS + 1])
{
    for (int i = 0; i <= WRITERS; i++) {
        all[i] = caller_of(world, i);
        all[i].arg = &all[i].act;
        (void)call(&all[i]);
    }
}

/* WRITERS + 1 transactions (one of which fails by itself), then one more. Returns whether something was made
 * to fail. */
static bool round_with(long at)
{
    struct world world;
    struct caller all[WRITERS + 1];
    int good = 0;
    faulty.calls = 0;
    world_open(&world);
    fault_plan(at);
    if (world.lanes != NULL)
        one_by_one(&world, all);
    else
        all_together(&world, all);
    bool failed = faulty.failed > 0;
    faulty.calls = 0;
    for (int i = 0; i <= WRITERS; i++) {
        check(&world, &all[i], i == 3);
        good += !err_failed(all[i].result);
    }
    /* What failed was one call. A group that is lost is run again singly; what was nobody's fault, too. */
    int least = world.lanes != NULL && faulty.again ? WRITERS : WRITERS - 1;
    if (good < least) fail_msg("call %ld: only %d of %d were done", at, good, WRITERS);
    struct act more = {.writer = 50, .size = 10};
    OK(world_run(&world, act_write, &more));
    assert_true(act_there(world.store.db, more));
    OK(db_check(world.store.db));
    world_close(&world);
    return failed;
}

static void until_none_fails(enum err_kind kind, bool lost, bool after)
{
    long n = 1;
    faulty.kind = kind;
    faulty.again = kind == ERR_BUSY;
    faulty.lost = lost;
    faulty.after = after;
    while (n < N_MOST && round_with(n)) n++;
    print_message("  %ld calls were made to fail\n", n - 1);
    assert_true(n > 20 && n < N_MOST);
}

static void nth_call_store_fails(void **state)
{
    (void)state;
    until_none_fails(ERR_STORE, false, false);
}

static void nth_call_is_busy(void **state)
{
    (void)state;
    until_none_fails(ERR_BUSY, false, false);
}

static void nth_call_is_done_and_said_to_have_failed(void **state)
{
    (void)state;
    until_none_fails(ERR_STORE, false, true);
}

static void nth_call_takes_the_transaction_with_it(void **state)
{
    (void)state;
    until_none_fails(ERR_STORE, true, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nth_call_store_fails),
        cmocka_unit_test(nth_call_is_busy),
        cmocka_unit_test(nth_call_is_done_and_said_to_have_failed),
        cmocka_unit_test(nth_call_takes_the_transaction_with_it),
    };
    return cmocka_run_group_tests_name("fault_statement", tests, NULL, NULL);
}
