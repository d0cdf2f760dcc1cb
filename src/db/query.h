/* query.h - named statements with typed parameters and typed results.
 *
 * A statement is a constant: its SQL, what goes in, what comes out, side by side. It is prepared
 * once a connection, found again by its address, and its arity is compared with the SQL at that
 * time. Used by the entity files of this folder only; SQL text stands nowhere else.
 *
 * Parameters are written $1, $2, ...: PostgreSQL's form, which SQLite binds by name. One text for
 * both engines (ON CONFLICT, RETURNING); only DDL and the claiming of jobs have one for each.
 */
#ifndef OPENTRM_DB_QUERY_H
#define OPENTRM_DB_QUERY_H

#include "base/bytes.h"
#include "db/db.h"

/* One letter for each parameter ($1 first) and each result column: t text, i 64-bit integer, b
 * bytes. A capital letter (T, I, B) may be NULL. Anything else is ERR_BUG. */
struct db_query {
    const char *name; /* "case_by_code": for errors' sake and the report of statements */
    const char *sql;
    const char *in;
    const char *out;
};

#define DB_PARAMETERS_MOST 32
#define DB_COLUMNS_MOST 32
#define DB_TEXT_MOST (1024 * 1024)       /* bytes in one text */
#define DB_BYTES_MOST (64 * 1024 * 1024) /* bytes in one value */

enum db_type { DB_NULL, DB_TEXT, DB_INT, DB_BYTES };

/* A value going in or coming out. What comes out lives until the row function returns. */
struct db_value {
    enum db_type type;
    int64_t number;
    struct bytes bytes; /* of text too; text that comes out has a NUL behind it */
};

struct db_value db_text(const char *s); /* NULL gives NULL */
struct db_value db_int(int64_t i);
struct db_value db_bytes(struct bytes b); /* b.p NULL gives NULL */
struct db_value db_null(void);

/* db_row_fn: called for each row with its columns (as many as q->out has letters). A failure ends
 * it and is returned. Copies what it wants to keep into ctx. */
typedef err db_row_fn(mem *ctx, const struct db_value *columns, void *arg);

/* db_exec: a statement without results. `changed` (may be NULL) gets how many rows it touched. */
err db_exec(struct tx *tx, const struct db_query *q, const struct db_value *values, size_t n,
            int64_t *changed);
/* db_one: the first row. ERR_NOT_FOUND if there is none. */
err db_one(struct tx *tx, mem *ctx, const struct db_query *q, const struct db_value *values,
           size_t n, db_row_fn *fn, void *arg);
/* db_each: every row. ERR_LIMIT if there are more than `max` (fn has seen max of them). */
err db_each(struct tx *tx, mem *ctx, const struct db_query *q, const struct db_value *values,
            size_t n, size_t max, db_row_fn *fn, void *arg);

/* Failures of a statement, besides those of `fn`:
 *   ERR_CONFLICT  a row with that key is there already, or what it refers to is not, or a trigger
 * refused ERR_BUG       wrong number or type of values, SQL that does not fit, NOT NULL or CHECK
 * refused, writing in a read snapshot ERR_STORE     "the disk is full", "the store is damaged",
 * "the disk failed", ... ERR_BUSY      locked by another process, or over the time limit ERR_LIMIT
 * a value that is too large */

#endif
