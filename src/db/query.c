/* query.c - checks values against what a statement says it takes, and runs it in a transaction.
 *
 * Once a statement has failed nothing runs in that transaction any more: the engine may have taken
 * it back already, and what came after would stand alone.
 */
#include "db/query.h"

#include <string.h>

#include "db/engine.h"

struct db_value db_text(const char *s)
{
    if (s == NULL) return db_null();
    return (struct db_value){.type = DB_TEXT, .bytes = bytes_text(s)};
}

struct db_value db_int(int64_t i) { return (struct db_value){.type = DB_INT, .number = i}; }

struct db_value db_bytes(struct bytes b)
{
    if (b.p == NULL) return db_null();
    return (struct db_value){.type = DB_BYTES, .bytes = b};
}

struct db_value db_null(void) { return (struct db_value){.type = DB_NULL}; }

mem *db_scratch(struct tx *tx) { return tx->scratch; }
enum db_store db_which(const struct tx *tx) { return tx->store; }
enum db_kind db_engine_of(const struct tx *tx) { return tx->engine->kind; }
unsigned db_lane(const struct tx *tx) { return tx->lane; }

/* Does a value fit its letter? */
static bool value_fits(char letter, const struct db_value *v)
{
    switch (v->type) {
    case DB_NULL: return letter == 'T' || letter == 'I' || letter == 'B';
    case DB_TEXT: return letter == 't' || letter == 'T';
    case DB_INT: return letter == 'i' || letter == 'I';
    case DB_BYTES: return letter == 'b' || letter == 'B';
    }
    return false;
}

static err values_check(const char *letters, const struct db_value *values, size_t n,
                        enum err_kind size)
{
    ENSURE(strlen(letters) == n, ERR_BUG, "a statement with the wrong number of values");
    for (size_t i = 0; i < n; i++) {
        ENSURE(value_fits(letters[i], &values[i]), ERR_BUG,
               "a statement with a value of the wrong type");
        size_t most = values[i].type == DB_TEXT ? DB_TEXT_MOST : DB_BYTES_MOST;
        ENSURE(values[i].type == DB_INT || values[i].bytes.n <= most, size,
               "too large for the store");
    }
    return ERR_OK;
}

/* Between the engine and the caller's row function: the columns' types are checked on their way. */
struct row_check {
    const struct db_query *query;
    db_row_fn *fn;
    void *arg;
};

static err on_row(mem *ctx, const struct db_value *columns, void *arg)
{
    const struct row_check *check = arg;
    TRY(values_check(check->query->out, columns, strlen(check->query->out), ERR_STORE));
    return check->fn(ctx, columns, check->arg);
}

static err run(struct tx *tx, const struct db_query *q, const struct db_value *values, size_t n,
               size_t max, mem *ctx, struct row_check *check, size_t *rows, int64_t *changed)
{
    if (err_failed(tx->failed)) return tx->failed;
    err of_fn = ERR_OK;
    err e = values_check(q->in, values, n, ERR_LIMIT);
    if (!err_failed(e))
        e = tx->engine->run(tx->conn, q, values, max, ctx, on_row, check, rows, changed, &of_fn);
    if (err_failed(e)) tx->failed = e;
    return err_failed(e) ? e : of_fn;
}

err db_exec(struct tx *tx, const struct db_query *q, const struct db_value *values, size_t n,
            int64_t *changed)
{
    size_t rows = 0;
    int64_t touched = 0;
    struct row_check none = {.query = q};
    ENSURE(q->out[0] == '\0', ERR_BUG, "a statement whose results nobody takes");
    TRY(run(tx, q, values, n, 0, tx->scratch, &none, &rows, &touched));
    if (changed != NULL) *changed = touched;
    return ERR_OK;
}

err db_one(struct tx *tx, mem *ctx, const struct db_query *q, const struct db_value *values,
           size_t n, db_row_fn *fn, void *arg)
{
    size_t rows = 0;
    int64_t touched = 0;
    struct row_check check = {q, fn, arg};
    TRY(run(tx, q, values, n, 1, ctx, &check, &rows, &touched));
    ENSURE(rows > 0, ERR_NOT_FOUND, "there is no such thing");
    return ERR_OK;
}

err db_each(struct tx *tx, mem *ctx, const struct db_query *q, const struct db_value *values,
            size_t n, size_t max, db_row_fn *fn, void *arg)
{
    size_t rows = 0;
    int64_t touched = 0;
    struct row_check check = {q, fn, arg};
    TRY(run(tx, q, values, n, max, ctx, &check, &rows, &touched));
    ENSURE(rows <= max, ERR_LIMIT, "more than can be listed");
    return ERR_OK;
}

err tx_run(const struct db_engine *engine, struct db_conn *conn, enum db_store store, unsigned lane,
           db_fn *fn, void *arg)
{
    MEM_SCOPE(scratch, NULL);
    ENSURE_MEM(scratch);
    struct tx tx = {engine, conn, store, lane, scratch, ERR_OK};
    err e = fn(&tx, arg);
    return err_failed(tx.failed) && !err_failed(e) ? tx.failed : e;
}
