/* world.h - what the tests that starve an act have in common: how many rows each table has, and two
 * counts that must be the same or grow by what the act writes.
 *
 * keys.db may hold more after a failure: wraps are added before records (design §5), and one that no
 * record uses opens nothing. It may never hold less.
 */
#ifndef OPENTRM_TESTS_WORLD_H
#define OPENTRM_TESTS_WORLD_H

#define WORLD_TABLES 40

struct rows {
    char name[WORLD_TABLES][48];
    int64_t n[WORLD_TABLES];
    size_t tables;
};

static inline sqlite3 *world_store(const struct office *o, const char *file)
{
    char path[128];
    sqlite3 *db = NULL;
    (void)snprintf(path, sizeof path, "%s/%s", o->folder, file);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    (void)sqlite3_busy_timeout(db, 5000);
    return db;
}

static inline struct rows rows_of(const struct office *o, const char *file)
{
    struct rows r = {.tables = 0};
    sqlite3_stmt *names = NULL, *count = NULL;
    sqlite3 *db = world_store(o, file);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1", -1, &names, NULL),
                     SQLITE_OK);
    while (sqlite3_step(names) == SQLITE_ROW) {
        char sql[128];
        assert_true(r.tables < WORLD_TABLES);
        (void)snprintf(r.name[r.tables], sizeof r.name[0], "%s", (const char *)sqlite3_column_text(names, 0));
        (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM \"%s\"", r.name[r.tables]);
        assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &count, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_step(count), SQLITE_ROW);
        r.n[r.tables++] = sqlite3_column_int64(count, 0);
        (void)sqlite3_finalize(count);
    }
    (void)sqlite3_finalize(names);
    (void)sqlite3_close(db);
    return r;
}

/* The first table that differs, or NULL. `ignored` may be NULL. */
static inline const char *rows_differ(const struct rows *a, const struct rows *b, const char *ignored)
{
    for (size_t i = 0; i < a->tables; i++)
        if (a->n[i] != b->n[i] && (ignored == NULL || strcmp(a->name[i], ignored) != 0)) return a->name[i];
    return NULL;
}

static inline const char *rows_fewer(const struct rows *before, const struct rows *after)
{
    for (size_t i = 0; i < before->tables; i++)
        if (after->n[i] < before->n[i]) return before->name[i];
    return NULL;
}

#endif
