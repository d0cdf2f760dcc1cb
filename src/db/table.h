/* table.h - the catalogue: every table of each store, its columns and its key, so that whole stores
 * are copied by one mechanism (move, backup, restore).
 *
 * Tables stand in the order in which they can be filled: what is referred to comes first. A test
 * compares the catalogue with what the migrations really made: a table or column that is forgotten
 * here would be missing in every backup. Table `migration` is not in it: it belongs to the store,
 * not to what is in it.
 *
 * Called by domain (stores_copy, backup). Never decides what may be read.
 */
#ifndef OPENTRM_DB_TABLE_H
#define OPENTRM_DB_TABLE_H

#include "db/query.h"

#define DB_KEY_MOST 4

struct db_table {
    const char *name;
    const char *columns; /* "case_id, team_id, ...": the key's first */
    const char *types;   /* a letter for each, as in db_query */
    size_t n;            /* columns */
    size_t key;          /* the first so many are the primary key, in which rows are ordered */
    bool passing;        /* worth nothing tomorrow (sessions): moved, but in no backup */
    /* All constants, since a prepared statement is found by its query's address. */
    struct db_query count, first, next, last, insert;
    struct db_query first_sizes, next_sizes; /* bytes of the large columns of the rows to come; sql
                                                NULL where there is none */
};

struct db_tables {
    const struct db_table *at;
    size_t n;
};

/* db_tables_of: the tables of a store, referred ones first. */
struct db_tables db_tables_of(enum db_store store);
/* db_table_find: by name; NULL if there is none. */
const struct db_table *db_table_find(enum db_store store, const char *name);

/* db_table_count: how many rows. */
err db_table_count(struct tx *tx, const struct db_table *table, int64_t *out);

/* A place in a table: after the row with that key. The values live in its context. */
struct db_place {
    bool set; /* false: before the first row */
    struct db_value key[DB_KEY_MOST];
};
/* db_table_last: the place of the last row; not set if the table is empty. */
err db_table_last(struct tx *tx, mem *ctx, const struct db_table *table, struct db_place *out);

/* db_table_walk: every row after `place` in the order of the key, on and on, in bounded memory
 * however large the rows are. `fn` gets ctx and the columns in the catalogue's order. Inside one
 * transaction it sees one snapshot. */
err db_table_walk(struct tx *tx, const struct db_table *table, const struct db_place *place,
                  db_row_fn *fn, void *arg);

/* db_table_insert: one row, its columns in the catalogue's order. ERR_CONFLICT if the key is
 * there. */
err db_table_insert(struct tx *tx, const struct db_table *table, const struct db_value *columns);

#endif
