/* row.h - rows as structs: a table of fields says which column goes into which member.
 *
 * So that an entity file is its struct, its field table, its SQL and one line a function. Used by
 * the entity files of this folder only.
 */
#ifndef OPENTRM_DB_ROW_H
#define OPENTRM_DB_ROW_H

#include "base/id.h"
#include "base/vec.h"
#include "db/page.h"
#include "db/query.h"

enum db_field_kind {
    DB_FIELD_ID,   /* struct id; unset is NULL */
    DB_FIELD_TEXT, /* const char *; NULL is NULL */
    DB_FIELD_INT,  /* int64_t */
    DB_FIELD_TIME, /* msec; 0 is NULL */
    DB_FIELD_FLAG, /* bool; 0 or 1 */
    DB_FIELD_BYTES /* struct bytes; no pointer is NULL */
};

struct db_field {
    enum db_field_kind kind;
    size_t at; /* offsetof */
};

/* DB_FIELD(id, struct db_case, team_id): in the order of the columns. The member's type is checked.
 */
#define DB_FIELD_ID_OF struct id
#define DB_FIELD_TEXT_OF const char *
#define DB_FIELD_INT_OF int64_t
#define DB_FIELD_TIME_OF msec
#define DB_FIELD_FLAG_OF bool
#define DB_FIELD_BYTES_OF struct bytes
#define DB_FIELD(KIND, type, member)                                                               \
    {                                                                                              \
        DB_FIELD_##KIND,                                                                           \
            offsetof(type, member) +                                                               \
                0 * sizeof(char[_Generic(((type *)0)->member, DB_FIELD_##KIND##_OF : 1)])          \
    }

struct db_shape {
    const struct db_field *fields;
    size_t n;
    size_t size; /* of the struct */
};
#define DB_SHAPE(type, table) ((struct db_shape){(table), COUNT_OF(table), sizeof(type)})

/* row_values: one value for each field. */
void row_values(struct db_shape shape, const void *row, struct db_value *out);
/* row_read: columns into members; text and bytes are copied into ctx. */
err row_read(mem *ctx, struct db_shape shape, const struct db_value *columns, void *row);

/* row_insert: ERR_CONFLICT if nothing was inserted. The text says ON CONFLICT DO NOTHING, so that
 * the transaction may go on. */
err row_insert(struct tx *tx, const struct db_query *q, struct db_shape shape, const void *row);
/* row_change: a statement that must touch at least one row; `kind` and `what` if it does not. */
err row_change(struct tx *tx, const struct db_query *q, const struct db_value *values, size_t n,
               enum err_kind kind, const char *what);
/* row_one: the first row into `out`, which is untouched on failure. */
err row_one(struct tx *tx, mem *ctx, const struct db_query *q, const struct db_value *values,
            size_t n, struct db_shape shape, void *out);
/* row_number: the first column of the first row, an integer. NULL gives `otherwise`. */
err row_number(struct tx *tx, const struct db_query *q, const struct db_value *values, size_t n,
               int64_t otherwise, int64_t *out);

struct row_list {
    void *at;
    size_t n;
    bool more;
};
/* row_each: up to `max` rows; `more` if there were more. Use ROW_LIST. */
err row_each(struct tx *tx, mem *ctx, const struct db_query *q, const struct db_value *values,
             size_t n, struct db_shape shape, size_t max, struct row_list *out);

/* ROW_LIST: row_each into a DB_LIST, an expression of type err. `whole`: more than max rows is
 * ERR_LIMIT. */
#define ROW_LIST(tx, ctx, q, values, n_values, shape, most, whole, list)                           \
    ({                                                                                             \
        struct row_list rl = {NULL, 0, false};                                                     \
        err rl_e = row_each((tx), (ctx), (q), (values), (n_values), (shape), (most), &rl);         \
        if (rl_e.kind == ERR_NONE && (whole) && rl.more)                                           \
            rl_e = ERR_MAKE(ERR_LIMIT, "more than can be listed");                                 \
        if (rl_e.kind == ERR_NONE) {                                                               \
            (list)->at = rl.at;                                                                    \
            (list)->n = rl.n;                                                                      \
            (list)->more = rl.more;                                                                \
        }                                                                                          \
        rl_e;                                                                                      \
    })

/* The first page begins after everything. */
static inline struct db_value page_at(struct db_page page)
{
    return db_int(id_is_set(page.id) ? page.at : INT64_MAX);
}
static inline struct db_value page_id(const struct db_page *page)
{
    return db_text(id_is_set(page->id) ? page->id.text : "~");
}
static inline err page_check(struct db_page page)
{
    ENSURE(page.limit >= 1 && page.limit <= DB_PAGE_MOST, ERR_BUG, "a page of impossible length");
    return ERR_OK;
}

/* value_id: unset gives NULL. Looks at the id, so that must live until the statement has run. */
static inline struct db_value value_id(const struct id *id)
{
    return db_text(id_is_set(*id) ? id->text : NULL);
}
static inline struct db_value value_time(msec t) { return t == 0 ? db_null() : db_int(t); }

#endif
