/* The process ends in the middle: killed (kill -9), or because the power went off, so that what was
 * not synced is lost in part. Whatever db_run had returned ERR_OK for is there; everything else is
 * there whole or not at all.
 *
 * By default every few of the moments; with FAULT set (make fault) all of them.
 */
#include "act.h"
#include "shim.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

enum { WRITERS = 6, KILLS = 12, POWER_OFFS = 40, FEW = 4, ACKS_MOST = 4096 };

/* One process, from its start to its end. */
struct life {
    int first;    /* number of its first writer: no two lives in one store write the same rows */
    size_t size;  /* of values */
    size_t after; /* killed after so many acknowledgements; 0 = never */
    size_t acked; /* out */
};

struct child {
    int writer;
    struct db *db;
    int acks; /* pipe */
    size_t size;
};

/* Goes on until the end; says each transaction that was written. */
static void *write_on(void *arg)
{
    const struct child *c = arg;
    struct act act = {.writer = c->writer, .size = c->size};
    for (; act.n < 100000; act.n++) {
        if (err_failed(db_run(c->db, act_write, &act))) _exit(3);
        if (write(c->acks, &act, sizeof act) != (ssize_t)sizeof act) _exit(4);
    }
    return NULL;
}

static void child_main(const char *path, struct shim_plan plan, const struct life *life, int acks)
{
    mem *ctx = talloc_new(NULL);
    struct db_settings settings = {
        .kind = DB_SQLITE, .store = DB_RECORDS, .path = path, .vfs = "shim"};
    struct child children[WRITERS];
    pthread_t threads[WRITERS];
    shim_set(plan);
    for (int i = 0; i < WRITERS; i++)
        children[i] = (struct child){life->first + i, NULL, acks, life->size};
    struct db *db = NULL;
    if (err_failed(db_open(ctx, &settings, &db))) _exit(5);
    for (int i = 0; i < WRITERS; i++) {
        children[i].db = db;
        if (pthread_create(&threads[i], NULL, write_on, &children[i]) != 0) _exit(6);
    }
    for (int i = 0; i < WRITERS; i++) (void)pthread_join(threads[i], NULL);
    _exit(0);
}

/* Reads acknowledgements; kills the child after `kill_after` of them (0 = never). Returns how many
 * came. */
static size_t acks_read(int fd, pid_t child, size_t kill_after, struct act *acks)
{
    size_t n = 0;
    struct act act;
    while (read(fd, &act, sizeof act) == (ssize_t)sizeof act) {
        assert_true(n < ACKS_MOST);
        acks[n++] = act;
        if (n == kill_after) assert_int_equal(kill(child, SIGKILL), 0);
    }
    return n;
}

/* Everything that was acknowledged is there; of each writer at most the next one may be there as
 * well. */
static void store_look(struct store *s, const struct act *acks, const struct life *life)
{
    int next[WRITERS] = {0};
    struct db_settings settings = store_settings(s, DB_RECORDS);
    /* First by somebody who only reads, as `audit verify` does on a node that does not run. */
    settings.read_only = true;
    OK(db_open(s->ctx, &settings, &s->db));
    for (size_t i = 0; i < life->acked; i++) assert_true(act_there(s->db, acks[i]));
    db_close(s->db);
    settings.read_only = false;
    OK(db_open(s->ctx, &settings, &s->db));
    OK(db_check(s->db));
    for (size_t i = 0; i < life->acked; i++) {
        if (!act_there(s->db, acks[i])) fail_msg("an acknowledged transaction is lost");
        int *after = &next[acks[i].writer - life->first];
        if (acks[i].n >= *after) *after = acks[i].n + 1;
    }
    for (int w = 0; w < WRITERS; w++) {
        (void)act_there(s->db,
                        (struct act){life->first + w, next[w], life->size}); /* both rows or none */
        assert_false(act_there(s->db, (struct act){life->first + w, next[w] + 1, life->size}));
    }
    struct act more = {.writer = life->first + WRITERS, .size = 300};
    OK(db_run(s->db, act_write, &more));
    assert_true(act_there(s->db, more));
    db_close(s->db);
    s->db = NULL;
}

/* Returns its exit code, or minus its signal. */
static int life_run(struct store *s, struct shim_plan plan, struct life *life)
{
    static struct act acks[ACKS_MOST];
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)close(ends[0]);
        child_main(s->path, plan, life, ends[1]);
    }
    (void)close(ends[1]);
    life->acked = acks_read(ends[0], child, life->after, acks);
    (void)close(ends[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    store_look(s, acks, life);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void store_new(struct store *s)
{
    store_open(s, DB_RECORDS);
    db_close(s->db);
    s->db = NULL;
}

static void killed_at_any_moment(void **state)
{
    (void)state;
    for (size_t i = 0; i < KILLS; i++) {
        struct store s;
        struct life life = {.size = i % 2 == 0 ? 300 : 30000, .after = 1 + i * i * 3 % 200};
        store_new(&s);
        assert_int_equal(life_run(&s, (struct shim_plan){0}, &life), -SIGKILL);
        assert_true(life.acked >= life.after);
        store_close(&s);
    }
}

/* The same store again and again: each process finds what the one before left. */
static void killed_again_and_again(void **state)
{
    (void)state;
    struct store s;
    store_new(&s);
    for (int i = 0; i < 6; i++) {
        struct life life = {
            .first = i * 2 * WRITERS, .size = 20000, .after = 5 + (size_t)i * 13 % 40};
        assert_int_equal(life_run(&s, (struct shim_plan){0}, &life), -SIGKILL);
    }
    store_close(&s);
}

static int few(void) { return getenv("FAULT") == NULL ? FEW : 1; }

static void power_off_in(unsigned kinds, long first, long step, size_t size)
{
    size_t all = 0;
    int tried = 0;
    for (long i = 0; i < POWER_OFFS; i += few(), tried++) {
        struct store s;
        struct life life = {.size = size};
        store_new(&s);
        struct shim_plan plan = {
            .kinds = kinds, .power_off_at = first + i * step, .seed = (uint64_t)i * 7919 + 1};
        assert_int_equal(life_run(&s, plan, &life), SHIM_POWER_OFF);
        all += life.acked;
        store_close(&s);
    }
    print_message("  %zu acknowledged before %d power cuts\n", all, tried);
    assert_true(all > 0);
}

static void power_off_at_a_write(void **state)
{
    (void)state;
    power_off_in(SHIM_WRITE, 1, 7, 1000);
}

static void power_off_at_a_sync(void **state)
{
    (void)state;
    power_off_in(SHIM_SYNC, 1, 1, 1000);
}

/* Large values, so that the log is copied into the file now and then: also in the middle of that.
 */
static void power_off_while_the_log_is_copied(void **state)
{
    (void)state;
    power_off_in(SHIM_WRITE, 1000, 97, 100000);
}

int main(void)
{
    if (engine_server() != NULL) return 77; /* skipped: a disk that is SQLite's */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_at_any_moment),
        cmocka_unit_test(killed_again_and_again),
        cmocka_unit_test(power_off_at_a_write),
        cmocka_unit_test(power_off_at_a_sync),
        cmocka_unit_test(power_off_while_the_log_is_copied),
    };
    shim_register();
    return cmocka_run_group_tests_name("fault_crash", tests, NULL, NULL);
}
