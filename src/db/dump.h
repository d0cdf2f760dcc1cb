/* dump.h - a whole store as a stream of bytes, and back; counts and hashes of tables.
 *
 * The stream, for one store, integers big-endian:
 *
 *   for each table: 'T' name columns types (each: 2 bytes length, text)
 *                   for each row, in the order of its key: 'R' and its values
 *                   'E' 8 bytes number of rows, 32 bytes SHA-256 over the values of all rows
 *   'Z'
 *
 *   a value: 'n' | 'i' 8 bytes | 't' or 'b', 4 bytes length, bytes
 *
 * The hash is the same on every engine, since rows are ordered by their bytes. Rows go by one at a
 * time: memory is bounded by one row. Called by domain (backup, move). Never encrypts: the stream is
 * for crypto/stream.h.
 */
#ifndef OPENTRM_DB_DUMP_H
#define OPENTRM_DB_DUMP_H

#include "crypto/sha256.h"
#include "db/table.h"

struct db_sum {
    int64_t rows;
    uint8_t sha256[SHA256_SIZE];
};

/* Every table's, in the catalogue's order. Of tables that are not in a dump: zeros. */
#define DB_TABLES_MOST 40
struct db_sums {
    struct db_sum at[DB_TABLES_MOST];
};

/* db_sum_same: equal counts and hashes. */
bool db_sum_same(const struct db_sum *a, const struct db_sum *b);

/* Told from time to time how many rows went by since. */
struct db_watch {
    void (*on)(void *arg, int64_t rows); /* may be NULL */
    void *arg;
};

/* Where bytes go; where exactly n bytes come from. */
typedef err db_dump_put(void *arg, struct bytes in);
typedef err db_dump_get(void *arg, uint8_t *p, size_t n);

/* db_rows: all rows of the store; `passing`: those that no backup has, too. */
err db_rows(struct tx *tx, bool passing, int64_t *out);
/* db_sum_table: counts and hashes one table. */
err db_sum_table(struct tx *tx, const struct db_table *table, struct db_watch watch,
                 struct db_sum *out);
/* db_sum_store: all tables; without `passing` as a dump has them. */
err db_sum_store(struct tx *tx, bool passing, struct db_watch watch, struct db_sums *out);

/* db_dump: the store as this transaction sees it, but for passing tables. */
err db_dump(struct tx *tx, db_dump_put *put, void *arg, struct db_watch watch, struct db_sums *out);
struct db_load_wish {
    struct tx *tx; /* where to; NULL: the dump is only looked over */
    enum db_store store;
    db_dump_get *get;
    void *arg;
    struct db_watch watch;
    /* May be NULL: sees every row. */
    err (*seen)(void *arg, const struct db_table *table, const struct db_value *columns);
    void *seen_arg;
};
/* db_load: fills an empty store. ERR_CONFLICT if it is not empty. ERR_STATE if the dump has other
 * tables than this program. ERR_INPUT if it is no dump, or its own counts or hashes do not fit. */
err db_load(const struct db_load_wish *wish, struct db_sums *out);

#endif
