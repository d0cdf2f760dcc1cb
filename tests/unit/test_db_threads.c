/* Many threads at one store: turns, queues, limits. */
#include "store_setting.h"

#include <pthread.h>

static err put_and_fail(struct tx *tx, void *arg)
{
    TRY(put(tx, arg));
    FAIL(ERR_DENIED, "no");
}

enum { THREADS = 16, EACH = 25 };

struct worker {
    struct db *db;
    int n;
};

static void *write_some(void *arg)
{
    const struct worker *w = arg;
    for (int i = 0; i < EACH; i++) {
        char key[32];
        (void)snprintf(key, sizeof key, "t%d-%d", w->n, i);
        if (i % 5 == 4)
            BAD(ERR_DENIED, db_run(w->db, put_and_fail, key));
        else
            OK(db_run(w->db, put, key));
        int64_t n = 0;
        OK(db_read(w->db, count, &n));
        assert_true(n >= 1);
    }
    return NULL;
}

static void many_write_at_once(void **state)
{
    struct store *s = *state;
    pthread_t threads[THREADS];
    struct worker workers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){s->db, i};
        assert_int_equal(pthread_create(&threads[i], NULL, write_some, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(rows(s->db), THREADS * EACH / 5 * 4);
    struct db_writes writes = db_writes(s->db);
    assert_int_equal(writes.transactions, THREADS * EACH / 5 * 4);
    assert_true(writes.commits <= writes.transactions);
    assert_int_equal(writes.lost_groups, 0);
    OK(db_check(s->db));
}

/* The writer stands still inside a transaction while others queue up. */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    bool inside, open;
};
#define GATE                                                                                       \
    {                                                                                              \
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, false                          \
    }

static err wait_inside(struct tx *tx, void *arg)
{
    struct gate *g = arg;
    (void)tx;
    (void)pthread_mutex_lock(&g->lock);
    g->inside = true;
    (void)pthread_cond_broadcast(&g->moved);
    while (!g->open) (void)pthread_cond_wait(&g->moved, &g->lock);
    (void)pthread_mutex_unlock(&g->lock);
    return ERR_OK;
}

static void gate_await(struct gate *g)
{
    (void)pthread_mutex_lock(&g->lock);
    while (!g->inside) (void)pthread_cond_wait(&g->moved, &g->lock);
    (void)pthread_mutex_unlock(&g->lock);
}

static void gate_open(struct gate *g)
{
    (void)pthread_mutex_lock(&g->lock);
    g->open = true;
    (void)pthread_cond_broadcast(&g->moved);
    (void)pthread_mutex_unlock(&g->lock);
}

struct caller {
    struct db *db;
    db_fn *fn;
    void *arg;
    err result;
    pthread_t thread;
};

static void *call(void *arg)
{
    struct caller *c = arg;
    /* With so short a wait it may have to come again before it gets its turn. */
    do c->result = db_run(c->db, c->fn, c->arg);
    while (c->result.kind == ERR_BUSY);
    return NULL;
}

static void caller_start(struct caller *c)
{
    assert_int_equal(pthread_create(&c->thread, NULL, call, c), 0);
}

static void no_turn_in_time_is_busy(void **state)
{
    struct store *s = *state;
    struct db_settings settings = store_settings(s, DB_RECORDS);
    settings.wait = 1;
    settings.writers = 1;
    store_reopen(s, settings);
    struct gate gate = GATE;
    struct caller slow = {.db = s->db, .fn = wait_inside, .arg = &gate};
    caller_start(&slow);
    gate_await(&gate);
    BAD(ERR_BUSY, db_run(s->db, put, (void *)"late"));
    gate_open(&gate);
    assert_int_equal(pthread_join(slow.thread, NULL), 0);
    OK(slow.result); /* it had begun: it is waited for, however long it takes */
    assert_int_equal(rows(s->db), 0);
}

static err wait_reading(struct tx *tx, void *arg)
{
    TRY(count(tx, &(int64_t){0}));
    return wait_inside(tx, arg);
}

static void *call_read(void *arg)
{
    struct caller *c = arg;
    c->result = db_read(c->db, c->fn, c->arg);
    return NULL;
}

static void no_free_reader_is_busy(void **state)
{
    struct store *s = *state;
    struct db_settings settings = store_settings(s, DB_RECORDS);
    settings.wait = 1;
    settings.readers = 1;
    store_reopen(s, settings);
    struct gate gate = GATE;
    struct caller slow = {.db = s->db, .fn = wait_reading, .arg = &gate};
    assert_int_equal(pthread_create(&slow.thread, NULL, call_read, &slow), 0);
    gate_await(&gate);
    BAD(ERR_BUSY, db_read(s->db, count, &(int64_t){0}));
    /* Readers never stop a writer. A turn within a millisecond is much to ask of a loaded machine, so it may
     * try again; a writer that is really stopped never comes through. */
    err wrote = db_run(s->db, put, (void *)"a");
    for (int tries = 0; wrote.kind == ERR_BUSY && tries < 2000; tries++) wrote = db_run(s->db, put, (void *)"a");
    OK(wrote);
    gate_open(&gate);
    assert_int_equal(pthread_join(slow.thread, NULL), 0);
    OK(slow.result);
    assert_int_equal(rows(s->db), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(many_write_at_once),
        T(no_turn_in_time_is_busy),
        T(no_free_reader_is_busy),
    };
    return cmocka_run_group_tests_name("db_threads", tests, NULL, NULL);
}
