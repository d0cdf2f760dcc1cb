/* migrate.c - numbered migrations. */
#include "db/migrate.h"

#include "db/dialect.h"

static const struct db_query VERSION = {
    "migration_version",
    "SELECT coalesce(max(number), 0), count(*), coalesce(max(store), '') FROM migration",
    "",
    "iit",
};
static const struct db_query DONE = {
    "migration_done",
    "INSERT INTO migration (number, store, name) VALUES ($1, $2, $3)",
    "itt",
    "",
};
/* The first statement ever run in a store; the same for every engine. `store` guards against a
 * keys.db opened as opentrm.db. */
static const char TABLE[] = "CREATE TABLE IF NOT EXISTS migration ("
                            "number INTEGER PRIMARY KEY, store TEXT NOT NULL, name TEXT NOT NULL)";

static const char *store_name(enum db_store store)
{
    return store == DB_RECORDS ? "records" : "keys";
}

struct version {
    enum db_store store;
    struct db_migrations steps;
    int64_t number;
    const struct db_engine *engine;
    struct db_conn *conn;
    bool create;
};

static err on_version(mem *ctx, const struct db_value *columns, void *arg)
{
    (void)ctx;
    struct version *v = arg;
    int64_t number = columns[0].number, rows = columns[1].number;
    ENSURE(number == 0 || bytes_equal(columns[2].bytes, bytes_text(store_name(v->store))),
           ERR_STATE, "this is another kind of store");
    ENSURE(number >= 0 && number == rows, ERR_STORE, "the store is damaged");
    ENSURE((uint64_t)number <= v->steps.n, ERR_STATE, "the store is newer than this program");
    v->number = number;
    return ERR_OK;
}

static err version_read(struct tx *tx, void *arg)
{
    const struct version *v = arg;
    err e = db_one(tx, db_scratch(tx), &VERSION, NULL, 0, on_version, arg);
    if (e.kind != ERR_BUG) return e; /* else: no such table, or another program's */
    if (v->engine->one_writer || v->create)
        FAIL(ERR_STORE, "this is not a store of this program");
    FAIL(ERR_NOT_FOUND, "there is no store there");
}

/* One step, unless another process was faster. */
static err step_do(struct tx *tx, void *arg)
{
    struct version *v = arg;
    TRY(version_read(tx, v));
    if ((uint64_t)v->number == v->steps.n) return ERR_OK;
    const struct db_migration *m = &v->steps.at[v->number];
    ENSURE(m->number == v->number + 1, ERR_BUG, "a gap in the numbers of the migrations");
    const char *sql;
    TRY(dialect_of(db_scratch(tx), v->engine->kind, m->sql, &sql));
    TRY(v->engine->script(v->conn, sql));
    if (m->also[v->engine->kind] != NULL) TRY(v->engine->script(v->conn, m->also[v->engine->kind]));
    struct db_value values[] = {db_int(m->number), db_text(store_name(v->store)), db_text(m->name)};
    TRY(db_exec(tx, &DONE, values, COUNT_OF(values), NULL));
    v->number = m->number;
    return ERR_OK;
}

static err in_transaction(struct version *v, db_fn *fn)
{
    return tx_whole(v->engine, v->conn, v->store, 0, fn, v);
}

static err table_make(struct tx *tx, void *arg)
{
    (void)tx;
    const struct version *v = arg;
    return v->engine->script(v->conn, TABLE);
}

/* The version of a store that must have one. */
static err version_find(struct version *v)
{
    TRY(in_transaction(v, version_read));
    ENSURE(v->number > 0, ERR_STORE, "this is not a store of this program");
    return ERR_OK;
}

err migrate(const struct db_engine *engine, struct db_conn *conn, enum db_store store,
            struct db_migrations steps, bool create)
{
    struct version v = {
        .store = store, .steps = steps, .engine = engine, .conn = conn, .create = create};
    if (create)
        TRY(in_transaction(&v, table_make));
    else
        TRY(version_find(&v));
    do TRY(in_transaction(&v, step_do));
    while ((uint64_t)v.number < steps.n);
    return ERR_OK;
}

err migrate_find(const struct db_engine *engine, struct db_conn *conn, enum db_store store,
                 struct db_migrations steps)
{
    struct version v = {.store = store, .steps = steps, .engine = engine, .conn = conn};
    return version_find(&v);
}

err migrate_check(const struct db_engine *engine, struct db_conn *conn, enum db_store store,
                  struct db_migrations steps)
{
    struct version v = {.store = store, .steps = steps, .engine = engine, .conn = conn};
    TRY(version_find(&v));
    ENSURE((uint64_t)v.number == steps.n, ERR_STATE,
           "the store is older than this program: start the node once");
    return ERR_OK;
}
