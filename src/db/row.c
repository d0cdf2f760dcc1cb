/* row.c - rows as structs. */
#include "db/row.h"

#include <string.h>

static struct db_value field_value(enum db_field_kind kind, const void *member)
{
    switch (kind) {
    case DB_FIELD_ID: return value_id(member);
    case DB_FIELD_TEXT: return db_text(*(const char *const *)member);
    case DB_FIELD_INT: return db_int(*(const int64_t *)member);
    case DB_FIELD_TIME: return value_time(*(const msec *)member);
    case DB_FIELD_FLAG: return db_int(*(const bool *)member);
    case DB_FIELD_BYTES: return db_bytes(*(const struct bytes *)member);
    }
    return db_null();
}

void row_values(struct db_shape shape, const void *row, struct db_value *out)
{
    for (size_t i = 0; i < shape.n; i++)
        out[i] = field_value(shape.fields[i].kind, (const char *)row + shape.fields[i].at);
}

static err id_column(const struct db_value *column, struct id *out)
{
    struct id id = {""};
    if (column->type != DB_NULL)
        ENSURE(!err_failed(id_parse((const char *)column->bytes.p, &id)), ERR_STORE,
               "the store is damaged");
    *out = id;
    return ERR_OK;
}

static err text_column(mem *ctx, const struct db_value *column, const char **out)
{
    *out = NULL;
    if (column->type == DB_NULL) return ERR_OK;
    return bytes_string(ctx, column->bytes, out);
}

static err bytes_column(mem *ctx, const struct db_value *column, struct bytes *out)
{
    *out = bytes_of(NULL, 0);
    if (column->type == DB_NULL) return ERR_OK;
    return bytes_copy(ctx, column->bytes, out);
}

static err field_read(mem *ctx, enum db_field_kind kind, const struct db_value *column,
                      void *member)
{
    switch (kind) {
    case DB_FIELD_ID: return id_column(column, member);
    case DB_FIELD_TEXT: return text_column(ctx, column, member);
    case DB_FIELD_INT: *(int64_t *)member = column->number; break;
    case DB_FIELD_TIME: *(msec *)member = column->number; break;
    case DB_FIELD_FLAG: *(bool *)member = column->number != 0; break;
    case DB_FIELD_BYTES: return bytes_column(ctx, column, member);
    }
    return ERR_OK;
}

err row_read(mem *ctx, struct db_shape shape, const struct db_value *columns, void *row)
{
    for (size_t i = 0; i < shape.n; i++)
        TRY(field_read(ctx, shape.fields[i].kind, &columns[i], (char *)row + shape.fields[i].at));
    return ERR_OK;
}

err row_insert(struct tx *tx, const struct db_query *q, struct db_shape shape, const void *row)
{
    struct db_value values[DB_PARAMETERS_MOST];
    ENSURE(shape.n <= DB_PARAMETERS_MOST, ERR_BUG, "a row of too many columns");
    row_values(shape, row, values);
    return row_change(tx, q, values, shape.n, ERR_CONFLICT, "it exists already");
}

err row_change(struct tx *tx, const struct db_query *q, const struct db_value *values, size_t n,
               enum err_kind kind, const char *what)
{
    int64_t changed;
    TRY(db_exec(tx, q, values, n, &changed));
    return changed > 0 ? ERR_OK : ERR_MAKE(kind, what);
}

struct row_target {
    struct db_shape shape;
    void *row;
};

static err on_one(mem *ctx, const struct db_value *columns, void *arg)
{
    const struct row_target *target = arg;
    return row_read(ctx, target->shape, columns, target->row);
}

err row_one(struct tx *tx, mem *ctx, const struct db_query *q, const struct db_value *values,
            size_t n, struct db_shape shape, void *out)
{
    MEM_SCOPE(scratch, NULL);
    void *row = talloc_zero_size(scratch, shape.size);
    ENSURE_MEM(row);
    struct row_target target = {shape, row};
    TRY(db_one(tx, ctx, q, values, n, on_one, &target));
    memcpy(out, row, shape.size);
    return ERR_OK;
}

static err on_number(mem *ctx, const struct db_value *columns, void *arg)
{
    (void)ctx;
    if (columns[0].type != DB_NULL) *(int64_t *)arg = columns[0].number;
    return ERR_OK;
}

err row_number(struct tx *tx, const struct db_query *q, const struct db_value *values, size_t n,
               int64_t otherwise, int64_t *out)
{
    int64_t number = otherwise;
    TRY(db_one(tx, db_scratch(tx), q, values, n, on_number, &number));
    *out = number;
    return ERR_OK;
}

struct row_growing {
    struct db_shape shape;
    size_t max;
    size_t room;
    void *at;
    size_t n;
};

/* One row more than max is let through by the caller to learn whether there are more; it is not
 * read. */
static err on_each(mem *ctx, const struct db_value *columns, void *arg)
{
    struct row_growing *list = arg;
    if (list->n == list->max) {
        list->n++;
        return ERR_OK;
    }
    TRY(vec_grow(ctx, &list->at, list->n, &list->room, list->shape.size, list->max));
    char *row = (char *)list->at + list->n * list->shape.size;
    memset(row, 0, list->shape.size);
    TRY(row_read(list->at, list->shape, columns, row));
    list->n++;
    return ERR_OK;
}

err row_each(struct tx *tx, mem *ctx, const struct db_query *q, const struct db_value *values,
             size_t n, struct db_shape shape, size_t max, struct row_list *out)
{
    struct row_growing list = {.shape = shape, .max = max};
    TRY(db_each(tx, ctx, q, values, n, max + 1, on_each, &list));
    *out = (struct row_list){list.at, list.n > max ? max : list.n, list.n > max};
    return ERR_OK;
}
