/* test_clear_columns.c - docs/security.md lists every column of both stores, once, as clear or
 * sealed. */
#include "store.h"

#include <sqlite3.h>

#include "base/buf.h"
#include "base/text.h"

enum { CELLS = 4 };

/* "| `t` | `a`, `b` | `c` | why |": the names in backticks of a cell, each with a space behind. */
static void names_of(mem *ctx, const char *cell, size_t n, struct buf *out)
{
    (void)ctx;
    for (size_t i = 0; i < n; i++) {
        if (cell[i] != '`') continue;
        size_t end = i + 1;
        while (end < n && cell[end] != '`') end++;
        buf_add(out, cell + i + 1, end - i - 1);
        buf_add_char(out, ' ');
        i = end;
    }
}

/* One row: the table's name, and its columns in the order of the document. */
static bool row_of(mem *ctx, const char *line, size_t n, const char **table, const char **columns)
{
    const char *cells[CELLS];
    size_t sizes[CELLS], found = 0;
    if (n < 3 || line[0] != '|' || line[2] != '`') return false;
    for (size_t i = 1; i < n && found < CELLS;) {
        size_t end = i;
        while (end < n && line[end] != '|') end++;
        cells[found] = line + i;
        sizes[found++] = end - i;
        i = end + 1;
    }
    assert_int_equal(found, CELLS);
    assert_true(sizes[3] > 3); /* a reason is given */
    struct buf name, all;
    buf_init(&name, ctx, 100);
    buf_init(&all, ctx, 2000);
    names_of(ctx, cells[0], sizes[0], &name);
    names_of(ctx, cells[1], sizes[1], &all);
    names_of(ctx, cells[2], sizes[2], &all);
    OK(buf_text(&name, table));
    OK(buf_text(&all, columns));
    return true;
}

static bool has_word(const char *words, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = strstr(words, word); p != NULL; p = strstr(p + 1, word)) {
        if ((p == words || p[-1] == ' ') && p[n] == ' ') return true;
    }
    return false;
}

static size_t words(const char *s)
{
    size_t n = 0;
    for (; *s != '\0'; s++) n += *s == ' ';
    return n;
}

/* The columns that the document names for a table; NULL if it does not name it. */
static const char *documented(mem *ctx, struct bytes doc, const char *table)
{
    static const char HEAD[] = "## What lies in the clear\n";
    const char *from = strstr((const char *)doc.p, HEAD);
    assert_non_null(from);
    from += strlen(HEAD);
    const char *until = strstr(from, "\n## ");
    if (until == NULL) until = (const char *)doc.p + doc.n;
    const char *wanted = talloc_asprintf(ctx, "%s ", table);
    while (from < until) {
        const char *end = strchr(from, '\n'), *name, *columns;
        if (end == NULL) end = until;
        if (row_of(ctx, from, (size_t)(end - from), &name, &columns) && strcmp(name, wanted) == 0)
            return columns;
        from = end + 1;
    }
    return NULL;
}

/* One table of the store, its columns with a space behind each. */
static void compare_table(mem *ctx, struct bytes doc, const char *table, const char *columns)
{
    const char *listed = documented(ctx, doc, table);
    if (listed == NULL) fail_msg("docs/security.md does not list the table %s", table);
    const char *rest = columns, *column;
    for (;;) {
        OK(text_split(ctx, &rest, ' ', &column));
        if (text_empty(column)) break;
        if (!has_word(listed, column)) fail_msg("docs/security.md does not list %s.%s", table, column);
    }
    if (words(listed) != words(columns))
        fail_msg("docs/security.md lists a column of %s twice, or one that is not there: %s", table, listed);
}

static size_t compare_sqlite(struct store *s, struct bytes doc)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *query = NULL;
    size_t tables = 0;
    assert_int_equal(sqlite3_open(s->path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db,
                           "SELECT m.name, group_concat(p.name, ' ') || ' ' FROM sqlite_master m, "
                           "pragma_table_info(m.name) p WHERE m.type = 'table' GROUP BY m.name",
                           -1, &query, NULL),
        SQLITE_OK);
    for (; sqlite3_step(query) == SQLITE_ROW; tables++)
        compare_table(s->ctx, doc, (const char *)sqlite3_column_text(query, 0),
                      (const char *)sqlite3_column_text(query, 1));
    (void)sqlite3_finalize(query);
    (void)sqlite3_close(db);
    return tables;
}

static size_t compare_postgres(struct store *s, struct bytes doc)
{
    PGconn *conn;
    PGresult *result = engine_ask(s->path,
                                  "SELECT table_name, string_agg(column_name, ' ') || ' ' FROM information_schema.columns"
                                  " WHERE table_schema = current_schema() GROUP BY table_name",
                                  &conn);
    assert_int_equal(PQresultStatus(result), PGRES_TUPLES_OK);
    int tables = PQntuples(result);
    for (int i = 0; i < tables; i++)
        compare_table(s->ctx, doc, PQgetvalue(result, i, 0), PQgetvalue(result, i, 1));
    PQclear(result);
    PQfinish(conn);
    return (size_t)tables;
}

static void compare(struct bytes doc, enum db_store which)
{
    struct store s;
    store_open(&s, which);
    size_t tables = engine_server() == NULL ? compare_sqlite(&s, doc) : compare_postgres(&s, doc);
    store_close(&s);
    assert_true(tables > 5);
}

static void every_column_is_listed(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct bytes doc;
    OK(file_read(ctx, SOURCE_ROOT "/docs/security.md", 1024 * 1024, &doc));
    compare(doc, DB_RECORDS);
    compare(doc, DB_KEYS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_column_is_listed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
