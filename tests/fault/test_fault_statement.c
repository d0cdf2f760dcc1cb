/* The Nth call of the engine fails: a statement, a begin, a commit, a savepoint; as a failing store, as
 * a busy one, and so that the whole transaction is gone. After each, every transaction is there whole
 * or not at all, as its caller was told, and those that shared a commit with it are not harmed.
 *
 * Knows no engine: the wrapped one is the store's own, of whatever kind.
 */
#include "act.h"

#include <pthread.h>
#include <sched.h>

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
} faulty = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool fails(enum call call)
{
    (void)pthread_mutex_lock(&faulty.lock);
    bool yes = (faulty.calls & (unsigned)call) != 0 && ++faulty.count == faulty.fail_at;
    faulty.failed += yes;
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

struct world {
    struct store store;
    struct db_settings settings;
    /* One of the two, on the wrapped engine. */
    struct db_writer *writer;
    struct db_lanes *lanes;
};

static err world_run(struct world *world, db_fn *fn, void *arg)
{
    return world->lanes != NULL ? lanes_run(world->lanes, fn, arg) : writer_run(world->writer, fn, arg);
}

static void world_open(struct world *world)
{
    *world = (struct world){0};
    store_open(&world->store, DB_RECORDS);
    struct db_settings settings = store_settings(&world->store, DB_RECORDS);
    settings.writers = 8;
    settings.queue = 64;
    settings.group = 64;
    settings.wait = 10 * MSEC_SECOND;
    settings.limit = 10 * MSEC_SECOND;
    struct db_conn *conn = NULL;
    faulty.real = engine_server() == NULL ? &db_engine_sqlite : &db_engine_postgres;
    faulty.wrapped = *faulty.real;
    faulty.wrapped.begin = faulty_begin;
    faulty.wrapped.commit = faulty_commit;
    faulty.wrapped.mark = faulty_mark;
    faulty.wrapped.mark_keep = faulty_keep;
    faulty.wrapped.mark_undo = faulty_undo;
    faulty.wrapped.run = faulty_run;
    world->settings = settings;
    if (!faulty.real->one_writer) {
        OK(lanes_start(world->store.ctx, &faulty.wrapped, &world->settings, &world->lanes));
        return;
    }
    OK(faulty.real->open(&settings, true, &conn));
    OK(writer_start(world->store.ctx, &faulty.wrapped, conn, &settings, &world->writer));
}

static void world_close(struct world *world)
{
    if (world->lanes != NULL) lanes_stop(world->lanes);
    if (world->writer != NULL) writer_stop(world->writer);
    store_close(&world->store);
}

/* Holds the writer until the others wait, so that they share its commit. */
struct gate {
    struct world *world;
    struct act act;
    _Atomic unsigned await;
    _Atomic bool inside;
};

static err hold(struct tx *tx, void *arg)
{
    struct gate *gate = arg;
    gate->inside = true;
    while (gate->await > 0 && gate->world->writer != NULL && writer_writes(gate->world->writer).waiting < gate->await) (void)sched_yield();
    gate->await = 0;
    return act_write(tx, &gate->act);
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

/* A first one, WRITERS that wait behind it (one of which fails by itself), then one more. Returns whether
 * something was made to fail. */
static bool round_with(long at)
{
    struct world world;
    struct caller all[WRITERS + 1];
    size_t good = 0;
    faulty.calls = 0;
    world_open(&world);
    struct gate gate = {&world, {.writer = 100, .size = 10}, WRITERS, false};
    all[WRITERS] = (struct caller){.world = &world, .fn = hold, .arg = &gate, .act = gate.act};
    faulty.count = faulty.failed = 0;
    faulty.fail_at = at;
    faulty.calls = CALL_ALL;
    assert_int_equal(pthread_create(&all[WRITERS].thread, NULL, call, &all[WRITERS]), 0);
    /* If its own begin is what fails, it is never inside. */
    while (!gate.inside && at > 2) (void)sched_yield();
    for (int i = 0; i < WRITERS; i++) {
        all[i] = (struct caller){.world = &world, .fn = i == 3 ? denied : act_write, .act = {.writer = i, .size = 10}};
        all[i].arg = &all[i].act;
        assert_int_equal(pthread_create(&all[i].thread, NULL, call, &all[i]), 0);
    }
    for (int i = 0; i <= WRITERS; i++) assert_int_equal(pthread_join(all[i].thread, NULL), 0);
    bool failed = faulty.failed > 0;
    faulty.calls = 0;
    for (int i = 0; i <= WRITERS; i++) {
        check(&world, &all[i], i == 3);
        good += !err_failed(all[i].result);
    }
    /* What failed was one call. A group that is lost is run again singly. */
    if (good < WRITERS - 1) fail_msg("call %ld: only %zu of %d were done", at, good, WRITERS);
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
