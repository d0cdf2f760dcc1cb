/* test_domain_move.c - a node's rows go to other stores: whole, once, verified, and only when nobody has it open. */
#include "crew.h"

#include <sys/wait.h>

#include "db/dump.h"
#include "domain/move.h"

struct trip {
    struct people *p;
    struct db_settings from[2], to[2]; /* by enum db_store */
    struct node_stores old;
    struct move_wish wish;
    int64_t stop_after; /* rows, after which the process dies; 0: it does not */
};

static void die_there(void *arg, const char *what, int64_t done, int64_t total)
{
    const struct trip *t = arg;
    (void)total;
    if (t->stop_after > 0 && done >= t->stop_after && strncmp(what, "moving", 6) == 0) _exit(9);
}

/* To other stores of the engine that the tests run on. */
static struct trip trip(struct people *p, const char *name)
{
    struct trip t = {.p = p, .wish = {.folder = p->path}};
    static const enum db_store STORES[] = {DB_RECORDS, DB_KEYS};
    bool files = engine_server() == NULL;
    OK(node_stores_read(p, p->path, &t.old));
    t.wish.to.records = files ? talloc_asprintf(p, "sqlite:%s/%s-records.db", p->path, name) : engine_new(p);
    t.wish.to.keys = files ? talloc_asprintf(p, "sqlite:%s/%s-keys.db", p->path, name) : engine_new(p);
    for (size_t i = 0; i < 2; i++) {
        OK(node_store(p, p->path, STORES[i], &t.from[STORES[i]]));
        OK(node_stores_settings(p, p->path, &t.wish.to, STORES[i], &t.to[STORES[i]]));
    }
    return t;
}

static err go(struct trip *t, struct move_made *made)
{
    t->wish.watch = (struct copy_watch){die_there, t};
    return move_make(&t->wish, made);
}

static void node_shut(struct people *p) { node_close(p->node); }

static bool is_switched(struct trip *t)
{
    struct node_stores now;
    OK(node_stores_read(t->p, t->p->path, &now));
    return text_same(now.records, t->wish.to.records) && text_same(now.keys, t->wish.to.keys);
}

/* As if the operator had put the old file back. */
static void old_stores(struct trip *t) { OK(node_stores_write(t->p->path, &t->old)); }

static void node_again(struct people *p) { OK(node_open(p, p->path, p->clock, &p->node)); }

static err sums_read(struct tx *tx, void *arg) { return db_sum_store(tx, true, (struct db_watch){0}, arg); }

static void sums_of(struct people *p, const struct db_settings *where, struct db_sums *out)
{
    struct db *db;
    struct db_settings settings = *where;
    settings.read_only = true;
    OK(db_open(p, &settings, &db));
    OK(db_read(db, sums_read, out));
    db_close(db);
}

/* Cases with records, so that there is something to move. */
static void fill(struct people *p)
{
    struct crew *c = crew_new(p);
    struct vault *vault;
    for (int i = 0; i < 5; i++) (void)case_new(p, c->worker, c->team, &vault);
}

static void a_node_that_is_open_does_not_move(void **state)
{
    struct people *p = *state;
    fill(p);
    struct trip t = trip(p, "open");
    struct move_made made;
    BAD(ERR_BUSY, go(&t, &made));
    assert_false(is_switched(&t));
}

/* `serve --store` tells a second machine where the stores are; it takes nobody's away. */
static void a_second_machine_joins(void **state)
{
    struct people *p = *state;
    struct trip t = trip(p, "join");
    struct node_stores now, half = {.records = t.wish.to.records};
    BAD(ERR_CONFLICT, node_stores_join(p->path, &t.wish.to)); /* it has its stores */
    const char *second = talloc_asprintf(p, "%s-second", p->path);
    OK(file_make_folder(second));
    BAD(ERR_INPUT, node_stores_join(second, &half));
    OK(node_stores_join(second, &t.wish.to));
    OK(node_stores_join(second, &t.wish.to)); /* the same again */
    OK(node_stores_read(p, second, &now));
    assert_string_equal(now.records, t.wish.to.records);
    assert_string_equal(now.keys, t.wish.to.keys);
    const struct node_stores turned = {now.keys, now.records};
    BAD(ERR_CONFLICT, node_stores_join(second, &turned));
    (void)unlink(talloc_asprintf(p, "%s/stores", second));
    (void)rmdir(second);
}

static void rows_arrive_and_the_old_stores_close(void **state)
{
    struct people *p = *state;
    struct trip t = trip(p, "a");
    struct move_made made;
    struct db_sums before[2], after[2];
    node_shut(p);
    sums_of(p, &t.from[DB_KEYS], &before[DB_KEYS]);
    sums_of(p, &t.from[DB_RECORDS], &before[DB_RECORDS]);
    OK(go(&t, &made));
    assert_true(is_switched(&t));
    assert_false(made.resumed);
    assert_true(made.rows[DB_RECORDS] > 10 && made.rows[DB_KEYS] > 10);
    sums_of(p, &t.to[DB_RECORDS], &after[DB_RECORDS]);
    sums_of(p, &t.to[DB_KEYS], &after[DB_KEYS]);
    assert_memory_equal(&before[DB_KEYS], &after[DB_KEYS], sizeof after[0]);
    assert_memory_equal(&before[DB_RECORDS], &after[DB_RECORDS], sizeof after[0]); /* without the mark */
    node_again(p); /* with the new stores */
    node_shut(p);
    BAD(ERR_CONFLICT, go(&t, &made)); /* it is there already */
    /* With the old ones, which are still there, it does not serve. */
    struct node *node;
    old_stores(&t);
    BAD(ERR_STATE, node_open(p, p->path, p->clock, &node));
    OK(move_cancel(p->path));
    BAD(ERR_STATE, move_cancel(p->path));
    node_again(p);
}

static void stores_with_something_else_in_them_are_refused(void **state)
{
    struct people *p = *state;
    struct trip t = trip(p, "d"), back = t;
    struct move_made made;
    node_shut(p);
    OK(go(&t, &made));
    old_stores(&t);
    OK(move_cancel(p->path));
    BAD(ERR_CONFLICT, go(&back, &made)); /* filled by the earlier one */
    node_again(p);                       /* and that did not close it */
}

/* In a process of its own, which dies after so many rows. Its exit code: 9, or whether it failed. */
static int go_and_die(struct trip *t, int64_t after)
{
    struct move_made made;
    int status = 0;
    t->stop_after = after;
    pid_t child = fork();
    if (child == 0) _exit(err_failed(go(t, &made)) ? 1 : 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    t->stop_after = 0;
    return WEXITSTATUS(status);
}

/* Killed after so many rows, again and again: it goes on, and each row arrives once. */
static void a_move_that_was_killed_goes_on(void **state)
{
    struct people *p = *state;
    struct trip t = trip(p, "b");
    struct db_sums from, to;
    struct node *node;
    node_shut(p);
    int died = 0;
    for (int64_t after = 1; go_and_die(&t, after) == 9; after += after / 4 + 1) {
        died++;
        BAD(ERR_STATE, node_open(p, p->path, p->clock, &node)); /* half moved: nobody serves it */
        assert_true(died < 100);
    }
    assert_true(died > 5);
    assert_true(is_switched(&t));
    old_stores(&t);
    OK(move_cancel(p->path));
    for (size_t i = 0; i < 2; i++) {
        sums_of(p, &t.from[i], &from);
        sums_of(p, &t.to[i], &to);
        assert_memory_equal(&from, &to, sizeof from);
    }
    node_again(p);
}

static void a_copy_that_differs_is_not_switched_to(void **state)
{
    struct people *p = *state;
    struct trip t = trip(p, "c");
    struct move_made made;
    node_shut(p);
    assert_int_equal(go_and_die(&t, 20), 9);
    assert_true(engine_do(t.to[DB_RECORDS].path, "UPDATE organisation SET name = 'Other'").changed > 0);
    BAD(ERR_STORE, go(&t, &made));
    assert_string_equal(made.table, "organisation");
    assert_false(is_switched(&t));
    OK(move_cancel(p->path));
    node_again(p);
}

/* PostgreSQL to files and back to PostgreSQL: counts and hashes say the same on both. */
static void from_engine_to_engine_and_back(void **state)
{
    struct people *p = *state;
    if (engine_server() == NULL) skip();
    struct trip out = trip(p, "e");
    struct move_made made;
    struct db_sums before[2], files[2], after[2];
    node_shut(p);
    for (size_t i = 0; i < 2; i++) sums_of(p, &out.from[i], &before[i]);
    out.wish.to = (struct node_stores){0}; /* in the folder */
    OK(go(&out, &made));
    node_again(p);
    node_shut(p);
    struct trip back = trip(p, "f");
    for (size_t i = 0; i < 2; i++) sums_of(p, &back.from[i], &files[i]);
    assert_int_equal(back.from[0].kind, DB_SQLITE);
    OK(go(&back, &made));
    assert_int_equal(back.to[0].kind, DB_POSTGRES);
    for (size_t i = 0; i < 2; i++) {
        sums_of(p, &back.to[i], &after[i]);
        assert_memory_equal(&before[i], &files[i], sizeof before[i]);
        assert_memory_equal(&before[i], &after[i], sizeof before[i]);
    }
    node_again(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_node_that_is_open_does_not_move),
        cmocka_unit_test(a_second_machine_joins),
        cmocka_unit_test(rows_arrive_and_the_old_stores_close),
        cmocka_unit_test(stores_with_something_else_in_them_are_refused),
        cmocka_unit_test(a_move_that_was_killed_goes_on),
        cmocka_unit_test(a_copy_that_differs_is_not_switched_to),
        cmocka_unit_test(from_engine_to_engine_and_back),
    };
    return cmocka_run_group_tests(tests, people_begin, people_end);
}
