/* Opening a store: new, old, newer, foreign, damaged, locked. */
#include "store_setting.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

static void raw(const char *path, const char *sql) { (void)engine_do(path, sql); }

static void nothing_was_made(const char *path)
{
    if (engine_server() == NULL)
        assert_false(file_exists(path));
    else
        assert_int_equal(engine_do(path, "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()").number, 0);
}

static void opening(void **state)
{
    (void)state;
    struct store s;
    store_folder(&s);
    struct db_settings settings = store_settings(&s, DB_RECORDS);
    BAD(ERR_NOT_FOUND, db_open(s.ctx, &settings, &s.db));
    settings.read_only = true;
    BAD(ERR_NOT_FOUND, db_open(s.ctx, &settings, &s.db));
    settings.read_only = false;
    nothing_was_made(s.path);
    settings.create = true;
    OK(db_open(s.ctx, &settings, &s.db));
    db_close(s.db);
    settings.store = DB_KEYS; /* the other kind */
    BAD(ERR_STATE, db_open(s.ctx, &settings, &s.db));
    store_close(&s);
}

static void a_path_is_a_file(void **state)
{
    (void)state;
    ONLY_SQLITE;
    struct store s;
    store_folder(&s);
    struct db_settings settings = store_settings(&s, DB_RECORDS);
    settings.create = true;
    OK(db_open(s.ctx, &settings, &s.db));
    struct stat st;
    assert_int_equal(stat(s.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    db_close(s.db);
    settings.path = "file:x?mode=memory";
    BAD(ERR_INPUT, db_open(s.ctx, &settings, &s.db));
    settings.path = ":memory:";
    BAD(ERR_INPUT, db_open(s.ctx, &settings, &s.db));
    settings.path = "";
    BAD(ERR_INPUT, db_open(s.ctx, &settings, &s.db));
    settings.path = "/nonexistent/folder/store.db";
    BAD(ERR_STORE, db_open(s.ctx, &settings, &s.db));
    store_close(&s);
}

static void only_its_owner_may_read(void **state)
{
    ONLY_SQLITE;
    struct store *s = *state;
    static const char *const NAMES[] = {"store.db", "store.db-wal", "store.db-shm"};
    OK(db_run(s->db, put, (void *)"a"));
    for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
        const char *path = NULL;
        OK(file_join(s->ctx, s->folder, NAMES[i], &path));
        struct stat st;
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
}

static void what_is_no_store_is_refused(void **state)
{
    (void)state;
    ONLY_SQLITE;
    static const char TEXT[] =
        "This is a text of more than a hundred bytes. It is not a database, and "
        "nothing that opens it as one may touch it or make it into one.";
    struct store s;
    store_folder(&s);
    struct db_settings settings = store_settings(&s, DB_RECORDS);
    OK(file_write(s.path, bytes_of("", 0), 0600)); /* lost, say by a file system's repair */
    BAD(ERR_STORE, db_open(s.ctx, &settings, &s.db));
    OK(file_write(s.path, bytes_text(TEXT), 0600));
    BAD(ERR_STORE, db_open(s.ctx, &settings, &s.db));
    settings.create = true;
    BAD(ERR_STORE, db_open(s.ctx, &settings, &s.db));
    settings.create = false;
    settings.read_only = true;
    BAD(ERR_STORE, db_open(s.ctx, &settings, &s.db));
    struct bytes content;
    OK(file_read(s.ctx, s.path, 1000, &content));
    assert_true(bytes_equal(content, bytes_text(TEXT)));
    store_close(&s);
}

/* Somebody else's tables stay as they are. */
static void what_is_not_ours_is_refused(void **state)
{
    (void)state;
    struct store s;
    store_folder(&s);
    struct db_settings settings = store_settings(&s, DB_RECORDS);
    raw(s.path, "CREATE TABLE migration (version TEXT)");
    enum err_kind kind = engine_server() == NULL ? ERR_STORE : ERR_NOT_FOUND; /* a file, a database with something */
    BAD(kind, db_open(s.ctx, &settings, &s.db));
    settings.read_only = true;
    BAD(kind, db_open(s.ctx, &settings, &s.db));
    settings.read_only = false;
    settings.create = true;
    BAD(ERR_STORE, db_open(s.ctx, &settings, &s.db));
    raw(s.path, "INSERT INTO migration VALUES ('theirs')");
    store_close(&s);
}

static void a_gap_in_the_migrations_is_damage(void **state)
{
    struct store *s = *state;
    db_close(s->db);
    raw(s->path, "DELETE FROM migration WHERE number = 2");
    struct db_settings settings = store_settings(s, DB_RECORDS);
    BAD(ERR_STORE, db_open(s->ctx, &settings, &s->db));
    settings.read_only = true;
    BAD(ERR_STORE, db_open(s->ctx, &settings, &s->db));
}

static void newer_store_is_refused(void **state)
{
    struct store *s = *state;
    db_close(s->db);
    raw(s->path, "INSERT INTO migration SELECT max(number) + 1, 'records', 'tomorrow' FROM migration");
    struct db_settings settings = store_settings(s, DB_RECORDS);
    BAD(ERR_STATE, db_open(s->ctx, &settings, &s->db));
    settings.read_only = true;
    BAD(ERR_STATE, db_open(s->ctx, &settings, &s->db));
    raw(s->path, "DELETE FROM migration WHERE name = 'tomorrow'");
    OK(db_open(s->ctx, &settings, &s->db));
}

static void older_store_is_brought_up(void **state)
{
    struct store *s = *state;
    db_close(s->db);
    raw(s->path, "DROP TABLE audit_chain; DROP TABLE audit_line; DROP TABLE audit_event;"
                 "DROP TABLE audit_checkpoint; DROP TABLE erasure; DELETE FROM migration WHERE number >= 4");
    if (engine_server() != NULL) raw(s->path, "DROP FUNCTION append_only"); /* of the tables' triggers */
    struct db_settings settings = store_settings(s, DB_RECORDS);
    settings.read_only = true;
    BAD(ERR_STATE, db_open(s->ctx, &settings, &s->db));
    settings.read_only = false;
    OK(db_open(s->ctx, &settings, &s->db));
    db_close(s->db);
    raw(s->path, "SELECT chain FROM audit_line");
    settings.read_only = true;
    OK(db_open(s->ctx, &settings, &s->db));
}

/* A step that fails half-way leaves the version before. */
static void broken_step_is_taken_back(void **state)
{
    struct store *s = *state;
    db_close(s->db);
    raw(s->path,
        "DROP TABLE audit_line; DROP TABLE audit_event; DELETE FROM migration WHERE number >= 4");
    struct db_settings settings = store_settings(s, DB_RECORDS);
    BAD(ERR_BUG, db_open(s->ctx, &settings, &s->db)); /* audit_chain is there already */
    raw(s->path, "CREATE TABLE audit_line (x TEXT); DROP TABLE audit_line");
    raw(s->path, "CREATE TABLE audit_event (x TEXT)");
}

static void read_only_store(void **state)
{
    struct store *s = *state;
    OK(db_run(s->db, put, (void *)"a"));
    struct db_settings settings = store_settings(s, DB_RECORDS);
    settings.read_only = true;
    struct db *second = NULL; /* while the first is in use */
    OK(db_open(s->ctx, &settings, &second));
    assert_int_equal(rows(second), 1);
    BAD(ERR_STATE, db_run(second, put, (void *)"b"));
    BAD(ERR_STATE, db_scrub(second));
    OK(db_check(second));
    db_close(second);
    assert_int_equal(rows(s->db), 1);
}

static void damage_is_told(void **state)
{
    ONLY_SQLITE;
    struct store *s = *state;
    OK(db_run(s->db, put_many, &(int){500}));
    db_close(s->db);
    struct stat st;
    assert_int_equal(stat(s->path, &st), 0);
    int fd = open(s->path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    char noise[4096];
    memset(noise, 0xA5, sizeof noise);
    for (off_t at = 4096; at < st.st_size; at += 4096)
        assert_int_equal(pwrite(fd, noise, sizeof noise, at), (ssize_t)sizeof noise);
    assert_int_equal(close(fd), 0);
    struct db_settings settings = store_settings(s, DB_RECORDS);
    BAD(ERR_STORE, db_open(s->ctx, &settings, &s->db));
}

static void damaged_page_is_told(void **state)
{
    ONLY_SQLITE;
    struct store *s = *state;
    OK(db_run(s->db, put_many, &(int){500}));
    db_close(s->db);
    struct bytes file;
    OK(file_read(s->ctx, s->path, 1 << 26, &file));
    size_t at = bytes_find(file, bytes_text("k499"), 0);
    assert_true(at != SIZE_MAX);
    int fd = open(s->path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    char noise[64];
    memset(noise, 0xA5, sizeof noise);
    assert_int_equal(pwrite(fd, noise, sizeof noise, (off_t)(at / 4096 * 4096)),
                     (ssize_t)sizeof noise);
    assert_int_equal(close(fd), 0);
    struct db_settings settings = store_settings(s, DB_RECORDS);
    OK(db_open(s->ctx, &settings, &s->db));
    BAD(ERR_STORE, db_check(s->db));
    BAD(ERR_STORE, db_read(s->db, count, &(int64_t){0}));
}

/* Another process that holds the store for writing. */
static void locked_by_another(void **state)
{
    struct store *s = *state;
    struct db_settings settings = store_settings(s, DB_RECORDS);
    settings.wait = 10;
    store_reopen(s, settings);
    if (engine_server() != NULL) {
        PGconn *other;
        PQclear(engine_ask(s->path, "BEGIN", &other));
        PQclear(PQexec(other, "LOCK TABLE setting IN EXCLUSIVE MODE"));
        assert_int_equal(PQtransactionStatus(other), PQTRANS_INTRANS);
        BAD(ERR_BUSY, db_run(s->db, put, (void *)"a"));
        PQfinish(other);
        store_reopen(s, store_settings(s, DB_RECORDS));
    } else {
        sqlite3 *other = NULL;
        assert_int_equal(sqlite3_open(s->path, &other), SQLITE_OK);
        assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
        BAD(ERR_BUSY, db_run(s->db, put, (void *)"a"));
        assert_int_equal(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_close(other), SQLITE_OK);
    }
    OK(db_run(s->db, put, (void *)"a"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opening),
        cmocka_unit_test(a_path_is_a_file),
        cmocka_unit_test(what_is_not_ours_is_refused),
        T(a_gap_in_the_migrations_is_damage),
        T(only_its_owner_may_read),
        cmocka_unit_test(what_is_no_store_is_refused),
        T(newer_store_is_refused),
        T(older_store_is_brought_up),
        T(broken_step_is_taken_back),
        T(read_only_store),
        T(damage_is_told),
        T(damaged_page_is_told),
        T(locked_by_another),
    };
    return cmocka_run_group_tests_name("db_open", tests, NULL, NULL);
}
