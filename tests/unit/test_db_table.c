/* test_db_table.c - the catalogue names every table and column that the migrations make, in an order in which they
 * can be filled; walking and inserting whole tables. */
#include "store_rows.h"

#include <sqlite3.h>

#include "db/erasure.h"
#include "db/table.h"

static sqlite3_stmt *asked(sqlite3 *db, const char *sql, const char *value)
{
    sqlite3_stmt *query = NULL;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &query, NULL), SQLITE_OK);
    if (value != NULL) assert_int_equal(sqlite3_bind_text(query, 1, value, -1, SQLITE_STATIC), SQLITE_OK);
    return query;
}

/* Number of the column in the catalogue's list, or -1. */
static int column_of(mem *ctx, const struct db_table *table, const char *name)
{
    const char *rest = table->columns, *piece;
    for (int i = 0;; i++) {
        OK(text_split(ctx, &rest, ',', &piece));
        if (piece == NULL) return -1;
        if (strcmp(piece + (piece[0] == ' '), name) == 0) return i;
    }
}

static char letter_of(const char *type, bool may_be_null)
{
    char letter = strcmp(type, "TEXT") == 0 ? 't' : strcmp(type, "INTEGER") == 0 ? 'i' : 'b';
    return (char)(may_be_null ? letter - 'a' + 'A' : letter);
}

static void columns_compare(mem *ctx, sqlite3 *db, const struct db_table *table)
{
    sqlite3_stmt *query = asked(db, "SELECT name, type, \"notnull\", pk FROM pragma_table_info(?1)", table->name);
    size_t n = 0, keys = 0;
    while (sqlite3_step(query) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(query, 0);
        int at = column_of(ctx, table, name), pk = sqlite3_column_int(query, 3);
        if (at < 0) fail_msg("the catalogue lacks %s.%s", table->name, name);
        bool may_be_null = sqlite3_column_int(query, 2) == 0 && pk == 0;
        if (table->types[at] != letter_of((const char *)sqlite3_column_text(query, 1), may_be_null))
            fail_msg("the catalogue has another type for %s.%s", table->name, name);
        if (pk > 0) {
            assert_int_equal(at, pk - 1);
            keys++;
        }
        n++;
    }
    (void)sqlite3_finalize(query);
    assert_int_equal(n, table->n);
    assert_int_equal(strlen(table->types), n);
    /* A table without a primary key has a unique one of one column (record, delivery, ...). */
    if (keys > 0) assert_int_equal(keys, table->key);
    else assert_int_equal(table->key, 1);
}

static void key_is_unique(sqlite3 *db, const struct db_table *table)
{
    char *sql = talloc_asprintf(NULL,
        "SELECT count(*) FROM pragma_index_list(?1) l WHERE l.\"unique\" AND l.partial = 0 AND "
        "(SELECT count(*) FROM pragma_index_info(l.name)) = %zu", table->key);
    sqlite3_stmt *query = asked(db, sql, table->name);
    assert_int_equal(sqlite3_step(query), SQLITE_ROW);
    bool rowid = strcmp(table->name, "audit_checkpoint") == 0; /* its key is the row's own number */
    if (sqlite3_column_int(query, 0) == 0 && !rowid) fail_msg("%s has no unique key of %zu columns", table->name, table->key);
    (void)sqlite3_finalize(query);
    talloc_free(sql);
}

/* What a table refers to stands before it. */
static void order_check(sqlite3 *db, struct db_tables all, size_t at)
{
    sqlite3_stmt *query = asked(db, "SELECT \"table\" FROM pragma_foreign_key_list(?1)", all.at[at].name);
    while (sqlite3_step(query) == SQLITE_ROW) {
        size_t i = 0;
        while (i < at && strcmp(all.at[i].name, (const char *)sqlite3_column_text(query, 0)) != 0) i++;
        if (i == at) fail_msg("%s stands before %s", all.at[at].name, (const char *)sqlite3_column_text(query, 0));
    }
    (void)sqlite3_finalize(query);
}

/* PostgreSQL's catalogue: the same columns, in whatever order, with the same meaning. commit_mark is the engine's own. */
static void compare_postgres(enum db_store which)
{
    struct store s;
    PGconn *conn;
    store_open(&s, which);
    PGresult *rows = engine_ask(s.path,
        "SELECT table_name, column_name, data_type, is_nullable, coalesce(collation_name, '') FROM information_schema.columns "
        "WHERE table_schema = current_schema() AND table_name NOT IN ('migration', 'commit_mark')", &conn);
    assert_int_equal(PQresultStatus(rows), PGRES_TUPLES_OK);
    struct db_tables all = db_tables_of(which);
    size_t columns = 0;
    for (size_t i = 0; i < all.n; i++) columns += all.at[i].n;
    assert_int_equal(PQntuples(rows), columns);
    for (int i = 0; i < PQntuples(rows); i++) {
        const char *name = PQgetvalue(rows, i, 0), *column = PQgetvalue(rows, i, 1), *type = PQgetvalue(rows, i, 2);
        const struct db_table *table = db_table_find(which, name);
        if (table == NULL) fail_msg("the catalogue lacks the table %s", name);
        int at = column_of(s.ctx, table, column);
        if (at < 0) fail_msg("the catalogue lacks %s.%s", name, column);
        char letter = strcmp(type, "text") == 0 ? 't' : strcmp(type, "bigint") == 0 ? 'i' : strcmp(type, "bytea") == 0 ? 'b' : '?';
        if (strcmp(PQgetvalue(rows, i, 3), "YES") == 0) letter = (char)(letter - 'a' + 'A');
        if (table->types[at] != letter) fail_msg("the catalogue has another type for %s.%s", name, column);
        /* Keys are compared by their bytes: else a walk would be in another order than on SQLite. */
        if (letter == 't' && (size_t)at < table->key) assert_string_equal(PQgetvalue(rows, i, 4), "C");
    }
    PQclear(rows);
    PQfinish(conn);
    store_close(&s);
}

static void compare(enum db_store which)
{
    if (engine_server() != NULL) {
        compare_postgres(which);
        return;
    }
    struct store s;
    sqlite3 *db = NULL;
    store_open(&s, which);
    assert_int_equal(sqlite3_open(s.path, &db), SQLITE_OK);
    struct db_tables all = db_tables_of(which);
    sqlite3_stmt *query = asked(db, "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'migration' AND name NOT LIKE 'sqlite_%'", NULL);
    size_t n = 0;
    while (sqlite3_step(query) == SQLITE_ROW) {
        const struct db_table *table = db_table_find(which, (const char *)sqlite3_column_text(query, 0));
        if (table == NULL) fail_msg("the catalogue lacks the table %s", (const char *)sqlite3_column_text(query, 0));
        n++;
    }
    (void)sqlite3_finalize(query);
    assert_int_equal(n, all.n);
    for (size_t i = 0; i < all.n; i++) {
        columns_compare(s.ctx, db, &all.at[i]);
        key_is_unique(db, &all.at[i]);
        order_check(db, all, i);
    }
    (void)sqlite3_close(db);
    store_close(&s);
}

static void the_catalogue_is_what_the_migrations_made(void **state)
{
    (void)state;
    compare(DB_RECORDS);
    compare(DB_KEYS);
}

/* ---- every statement of every table runs ---- */

static err ignored(mem *ctx, const struct db_value *columns, void *arg)
{
    (void)ctx, (void)columns;
    *(size_t *)arg += 1;
    return ERR_OK;
}

static err every_table_empty(struct tx *tx, void *arg)
{
    (void)arg;
    MEM_SCOPE(scope, NULL);
    struct db_tables all = db_tables_of(db_which(tx));
    for (size_t i = 0; i < all.n; i++) {
        int64_t count = -1;
        size_t seen = 0;
        struct db_place place = {.set = true};
        TRY(db_table_count(tx, &all.at[i], &count));
        CHECK(count == 0);
        TRY(db_table_last(tx, scope, &all.at[i], &place));
        CHECK(!place.set);
        TRY(db_table_walk(tx, &all.at[i], NULL, ignored, &seen));
        for (size_t k = 0; k < all.at[i].key; k++) {
            char letter = all.at[i].types[k];
            place.key[k] = letter == 't' ? db_text("x") : letter == 'i' ? db_int(1) : db_bytes(bytes_text("x"));
        }
        place.set = true;
        TRY(db_table_walk(tx, &all.at[i], &place, ignored, &seen));
        CHECK(seen == 0);
    }
    return ERR_OK;
}

static void every_statement_runs(void **state)
{
    (void)state;
    static const enum db_store STORES[] = {DB_RECORDS, DB_KEYS};
    for (size_t i = 0; i < COUNT_OF(STORES); i++) {
        struct store s;
        store_open(&s, STORES[i]);
        OK(db_read(s.db, every_table_empty, NULL));
        store_close(&s);
    }
}

/* ---- walking ---- */

enum { MANY = 1000 };

static err many_put(struct tx *tx, void *arg)
{
    const struct db_table *table = db_table_find(DB_RECORDS, "audit_line");
    for (int64_t i = MANY; i >= 1; i--) {
        struct db_value row[] = {db_text(i % 2 ? "a" : "b"), db_int(i), db_text("line")};
        TRY(db_table_insert(tx, table, row));
    }
    (void)arg;
    return ERR_OK;
}

struct seen {
    size_t n;
    char chain;
    int64_t number;
};

static err in_order(mem *ctx, const struct db_value *columns, void *arg)
{
    (void)ctx;
    struct seen *seen = arg;
    char chain = (char)columns[0].bytes.p[0];
    CHECK(chain > seen->chain || (chain == seen->chain && columns[1].number > seen->number));
    seen->chain = chain;
    seen->number = columns[1].number;
    seen->n++;
    return ERR_OK;
}

static err walk_many(struct tx *tx, void *arg)
{
    (void)arg;
    MEM_SCOPE(scope, NULL);
    const struct db_table *table = db_table_find(DB_RECORDS, "audit_line");
    struct seen seen = {0};
    struct db_place last;
    TRY(db_table_walk(tx, table, NULL, in_order, &seen));
    CHECK(seen.n == MANY);
    struct db_place place = {.set = true, .key = {db_text("b"), db_int(500)}};
    seen = (struct seen){0};
    TRY(db_table_walk(tx, table, &place, in_order, &seen));
    CHECK(seen.n == (MANY - 500) / 2);
    TRY(db_table_last(tx, scope, table, &last));
    CHECK(last.set && last.key[0].bytes.p[0] == 'b' && last.key[1].number == MANY);
    return ERR_OK;
}

static void a_table_is_walked_in_the_order_of_its_key(void **state)
{
    struct store *s = *state;
    OK(db_run(s->db, many_put, NULL));
    OK(db_read(s->db, walk_many, NULL));
    BAD(ERR_CONFLICT, db_run(s->db, many_put, NULL)); /* never twice */
}

enum { BODY = 3 * 1024 * 1024, BODIES = 9 };

static err bodies_put(struct tx *tx, void *arg)
{
    struct db_case c = case_row(1, 1, "IT-26-AAAA");
    TRY(db_case_insert(tx, &c, "identity"));
    const struct db_table *table = db_table_find(DB_RECORDS, "record");
    for (unsigned i = 0; i < BODIES; i++) {
        struct id id = id_of(ROW_RECORD, i), case_id = id_of(ROW_CASE, 1);
        struct db_value row[] = {db_text(id.text), db_text(case_id.text), db_text("form"), db_text("a"), db_text("identity"),
                                 db_int(i + 1), db_int(1), db_null(), db_int(T0), db_int(0),
                                 db_bytes(bytes_of(arg, i == 4 ? 20 * 1024 * 1024 : i % 2 ? BODY : 0))};
        TRY(db_table_insert(tx, table, row));
    }
    return ERR_OK;
}

static err body_seen(mem *ctx, const struct db_value *columns, void *arg)
{
    (void)ctx;
    size_t *n = arg;
    size_t i = *n;
    CHECK(columns[10].bytes.n == (i == 4 ? 20 * 1024 * 1024 : i % 2 ? BODY : 0) && columns[7].type == DB_NULL);
    *n = i + 1;
    return ERR_OK;
}

static err bodies_walk(struct tx *tx, void *arg)
{
    return db_table_walk(tx, db_table_find(DB_RECORDS, "record"), NULL, body_seen, arg);
}

static void large_rows_come_a_few_at_a_time(void **state)
{
    struct store *s = *state;
    size_t n = 0;
    void *body = talloc_zero_size(s->ctx, 20 * 1024 * 1024);
    OK(db_run(s->db, bodies_put, body));
    OK(db_read(s->db, bodies_walk, &n));
    assert_int_equal(n, BODIES);
}

/* ---- erasures ---- */

static err erasures_put(struct tx *tx, void *arg)
{
    (void)arg;
    MEM_SCOPE(scope, NULL);
    struct db_erasure a = {"case", id_of(ROW_CASE, 1), T0 + 1, 0}, b = {"message", id_of(ROW_MESSAGE, 1), T0, 0};
    db_erasures list;
    TRY(db_erasure_put(tx, &a));
    TRY(db_erasure_put(tx, &b));
    a.at = T0 + 5;
    TRY(db_erasure_put(tx, &a)); /* known already: the first time stays */
    TRY(db_erasure_waiting(tx, scope, 10, &list));
    CHECK(list.n == 2 && id_same(list.at[0].subject_id, b.subject_id) && list.at[1].at == T0 + 1);
    TRY(db_erasure_done(tx, "message", b.subject_id, T0 + 9));
    WANT(ERR_NOT_FOUND, db_erasure_done(tx, "case", b.subject_id, T0 + 9));
    TRY(db_erasure_waiting(tx, scope, 10, &list));
    CHECK(list.n == 1);
    TRY(db_erasure_walk(tx, scope, NULL, 1, &list));
    CHECK(list.n == 1 && list.more && id_same(list.at[0].subject_id, a.subject_id));
    struct db_erasure after = list.at[0];
    TRY(db_erasure_walk(tx, scope, &after, 10, &list));
    CHECK(list.n == 1 && !list.more && list.at[0].done_at == T0 + 9);
    return ERR_OK;
}

static void erasures_are_listed_until_done_and_for_good(void **state)
{
    struct store *s = *state;
    OK(db_run(s->db, erasures_put, NULL));
}

#define T(name) cmocka_unit_test_setup_teardown(name, rows_setup, rows_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_catalogue_is_what_the_migrations_made),
        cmocka_unit_test(every_statement_runs),
        T(a_table_is_walked_in_the_order_of_its_key),
        T(large_rows_come_a_few_at_a_time),
        T(erasures_are_listed_until_done_and_for_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
