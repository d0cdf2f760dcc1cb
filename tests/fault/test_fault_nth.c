/* The Nth write, fsync, truncation, read or allocation fails, N = 1, 2, ..., until none is left to
 * fail. After each, the store is as before or as after every transaction, and what was said to be
 * written is there.
 *
 * Idea from SQLite's own tests (test/tester.tcl).
 */
#include "act.h"
#include "shim.h"

#include <fcntl.h>
#include <sys/stat.h>

enum { ACTS = 9, N_MOST = 4000 };

/* Small ones, and some that are larger than the page cache's spare room.
 */
static struct act act_of(int n)
{
    return (struct act){.writer = 1, .n = n, .size = n % 4 == 3 ? 24000 : 300};
}

struct made {
    bool said[ACTS];  /* db_run returned ERR_OK */
    bool there[ACTS]; /* as read right afterwards, while the same process went on */
    bool read[ACTS];  /* `there` is known */
};

/* The template: an empty store, so that each N begins alike without migrating again. */
static struct bytes template_bytes;
static mem *template_ctx;

static int template_make(void **state)
{
    (void)state;
    struct store s;
    store_open(&s, DB_RECORDS);
    OK(db_scrub(s.db));
    db_close(s.db);
    template_ctx = talloc_new(NULL);
    OK(file_read(template_ctx, s.path, 1 << 26, &template_bytes));
    store_close(&s);
    return 0;
}

static int template_end(void **state)
{
    (void)state;
    talloc_free(template_ctx);
    return 0;
}

/* Writes ACTS transactions on a store whose disk may fail. */
static void act_all(struct store *s, struct made *made)
{
    struct db_settings settings = store_settings(s, DB_RECORDS);
    settings.vfs = "shim";
    settings.readers = 1;
    err e = db_open(s->ctx, &settings, &s->db);
    if (err_failed(e)) {
        assert_true(e.kind == ERR_STORE || e.kind == ERR_MEMORY || e.kind == ERR_BUSY);
        s->db = NULL;
        return;
    }
    for (int i = 0; i < ACTS; i++) {
        struct act act = act_of(i);
        e = db_run(s->db, act_write, &act);
        made->said[i] = !err_failed(e);
        if (err_failed(e) && e.kind != ERR_STORE && e.kind != ERR_MEMORY)
            fail_msg("%s: %s (%s)", err_name(e.kind), e.what, e.where);
        struct act_seen seen = {.act = act};
        made->read[i] = !err_failed(db_read(s->db, act_look, &seen));
        if (made->read[i]) assert_int_not_equal(seen.rows, 1);
        made->there[i] = seen.rows == 2;
        if (i == ACTS / 2) err_ignore(db_scrub(s->db)); /* may fail as everything may */
    }
    db_close(s->db);
    s->db = NULL;
}

/* Opens it as after a restart, on a sound disk. */
static void look_at_all(struct store *s, const struct made *made)
{
    struct db_settings settings = store_settings(s, DB_RECORDS);
    OK(db_open(s->ctx, &settings, &s->db));
    OK(db_check(s->db));
    for (int i = 0; i < ACTS; i++) {
        bool there = act_there(s->db, act_of(i));
        if (made->said[i] && !there) fail_msg("transaction %d was said to be written", i);
        /* Within the process that got the failure nothing of it may be seen. */
        if (made->read[i]) assert_int_equal(made->there[i], made->said[i]);
    }
    struct act more = {.writer = 2, .size = 300};
    OK(db_run(s->db, act_write, &more));
    assert_true(act_there(s->db, more));
}

/* Returns whether anything was made to fail. */
static bool round_with(struct shim_plan plan, long memory_at)
{
    struct store s;
    struct made made = {0};
    store_folder(&s);
    OK(file_write(s.path, template_bytes, 0600));
    shim_set(plan);
    shim_memory_set(memory_at);
    act_all(&s, &made);
    bool failed = shim_failed() > 0 || shim_memory_failed() > 0;
    shim_set((struct shim_plan){0});
    shim_memory_set(0);
    look_at_all(&s, &made);
    if (!failed)
        for (int i = 0; i < ACTS; i++) assert_true(made.said[i]);
    store_close(&s);
    return failed;
}

static void until_none_fails(struct shim_plan plan)
{
    long n = 1;
    for (; n < N_MOST; n++) {
        plan.fail_at = n;
        if (!round_with(plan, 0)) break;
    }
    print_message("  %ld operations were made to fail\n", n - 1);
    assert_true(n > 10 && n < N_MOST);
}

static void nth_write(void **state)
{
    (void)state;
    until_none_fails((struct shim_plan){.kinds = SHIM_WRITE});
}

static void nth_sync(void **state)
{
    (void)state;
    until_none_fails((struct shim_plan){.kinds = SHIM_SYNC});
}

static void nth_sync_and_all_after(void **state)
{
    (void)state;
    until_none_fails((struct shim_plan){.kinds = SHIM_SYNC | SHIM_TRUNCATE, .for_good = true});
}

static void nth_write_and_all_after(void **state)
{
    (void)state;
    until_none_fails((struct shim_plan){.kinds = SHIM_WRITE | SHIM_SYNC, .for_good = true});
}

static void disk_full_from_nth_write(void **state)
{
    (void)state;
    until_none_fails((struct shim_plan){.kinds = SHIM_WRITE, .for_good = true, .full = true});
}

/* A system that finds faults on a disk makes it read-only under a running node. */
static void disk_read_only_from_nth_write(void **state)
{
    (void)state;
    until_none_fails((struct shim_plan){.kinds = SHIM_WRITE | SHIM_SYNC | SHIM_TRUNCATE, .for_good = true, .read_only = true});
}

/* While it is: everything can be read, nothing is kept, and it is said; afterwards it goes on without a restart. */
static void read_only_while_running(void **state)
{
    (void)state;
    struct store s;
    store_folder(&s);
    OK(file_write(s.path, template_bytes, 0600));
    struct db_settings settings = store_settings(&s, DB_RECORDS);
    settings.vfs = "shim";
    OK(db_open(s.ctx, &settings, &s.db));
    struct act before = {.writer = 1, .size = 300}, during = {.writer = 2, .size = 300};
    OK(db_run(s.db, act_write, &before));
    shim_set((struct shim_plan){.kinds = SHIM_WRITE | SHIM_SYNC | SHIM_TRUNCATE, .fail_at = 1, .for_good = true, .read_only = true});
    for (int i = 0; i < 3; i++) {
        err e = db_run(s.db, act_write, &during);
        assert_int_equal(e.kind, ERR_STORE);
        assert_string_equal(e.what, "the store cannot be written to");
        assert_true(act_there(s.db, before));
        assert_false(act_there(s.db, during));
    }
    shim_set((struct shim_plan){0});
    OK(db_run(s.db, act_write, &during));
    assert_true(act_there(s.db, during));
    OK(db_check(s.db));
    store_close(&s);
}

static void nth_read(void **state)
{
    (void)state;
    until_none_fails((struct shim_plan){.kinds = SHIM_READ | SHIM_SHM});
}

/* Every step of the room that is left. */
static void disk_of_every_size(void **state)
{
    (void)state;
    int64_t room = 0;
    while (round_with((struct shim_plan){.limited = true, .room = room}, 0)) room += 3000;
    assert_true(room > 60000);
}

static void nth_allocation(void **state)
{
    (void)state;
    long n = 1;
    /* Every one of the first ones, then with growing steps: there are thousands. */
    while (round_with((struct shim_plan){0}, n)) n += 1 + n / 40;
    assert_true(n > 500);
}

int main(void)
{
    if (engine_server() != NULL) return 77; /* skipped: a disk that is SQLite's */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nth_write),
        cmocka_unit_test(nth_sync),
        cmocka_unit_test(nth_sync_and_all_after),
        cmocka_unit_test(nth_write_and_all_after),
        cmocka_unit_test(disk_full_from_nth_write),
        cmocka_unit_test(disk_read_only_from_nth_write),
        cmocka_unit_test(read_only_while_running),
        cmocka_unit_test(nth_read),
        cmocka_unit_test(disk_of_every_size),
        cmocka_unit_test(nth_allocation),
    };
    shim_memory_register();
    shim_register();
    return cmocka_run_group_tests_name("fault_nth", tests, template_make, template_end);
}
