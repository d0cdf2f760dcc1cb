/* store_setting.h - a store of records and the least that can be done with it: one table, keys and
 * values. */
#ifndef OPENTRM_TESTS_STORE_SETTING_H
#define OPENTRM_TESTS_STORE_SETTING_H

#include "store.h"

static const struct db_query PUT = {"put", "INSERT INTO setting (key, value) VALUES ($1, $2)", "tt",
                                    ""};
static const struct db_query COUNT = {"count", "SELECT count(*) FROM setting", "", "i"};
static inline int setup(void **state)
{
    struct store *s = malloc(sizeof *s);
    store_open(s, DB_RECORDS);
    *state = s;
    return 0;
}

static inline int teardown(void **state)
{
    store_close(*state);
    free(*state);
    return 0;
}

static inline err on_int(mem *ctx, const struct db_value *columns, void *arg)
{
    (void)ctx;
    *(int64_t *)arg = columns[0].number;
    return ERR_OK;
}

static inline err count(struct tx *tx, void *arg)
{
    return db_one(tx, NULL, &COUNT, NULL, 0, on_int, arg);
}

static inline int64_t rows(struct db *db)
{
    int64_t n = -1;
    OK(db_read(db, count, &n));
    return n;
}

static inline err put(struct tx *tx, void *arg)
{
    struct db_value values[] = {db_text(arg), db_text("v")};
    return db_exec(tx, &PUT, values, 2, NULL);
}

static inline err put_many(struct tx *tx, void *arg)
{
    for (int i = 0; i < *(int *)arg; i++) {
        char key[16];
        (void)snprintf(key, sizeof key, "k%03d", i);
        TRY(put(tx, key));
    }
    return ERR_OK;
}

static inline void store_reopen(struct store *s, struct db_settings settings)
{
    db_close(s->db);
    OK(db_open(s->ctx, &settings, &s->db));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
