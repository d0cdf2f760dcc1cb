/* dump.c - a whole store as a stream of bytes, and back. */
#include "db/dump.h"

#include <string.h>

enum { WATCH_ROWS = 500, NAME_MOST = 1024 };

static const char NO_DUMP[] = "this is no copy of a store, or it was cut off",
                  OTHER[] = "this copy was made by another version of this program: restore it with "
                            "that version, then update";

bool db_sum_same(const struct db_sum *a, const struct db_sum *b)
{
    return a->rows == b->rows && memcmp(a->sha256, b->sha256, SHA256_SIZE) == 0;
}

/* ---- what both directions share ---- */

static void big_endian(uint64_t value, size_t n, uint8_t *out)
{
    for (size_t i = 0; i < n; i++) out[i] = (uint8_t)(value >> (8 * (n - 1 - i)));
}

static uint64_t number_of(const uint8_t *p, size_t n)
{
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++) value = value << 8 | p[i];
    return value;
}

/* Counts, hashes, and says from time to time how far it is. */
struct summing {
    struct sha256_stream hash;
    int64_t rows;
    int64_t told;
    struct db_watch watch;
    db_dump_put *put; /* may be NULL: then only the hash is wanted */
    void *arg;
};

static struct summing summing_begin(struct db_watch watch, db_dump_put *put, void *arg)
{
    struct summing s = {.watch = watch, .put = put, .arg = arg};
    sha256_begin(&s.hash);
    return s;
}

static void watch_tell(struct summing *s)
{
    if (s->watch.on != NULL && s->rows > s->told) s->watch.on(s->watch.arg, s->rows - s->told);
    s->told = s->rows;
}

static void row_counted(struct summing *s)
{
    s->rows++;
    if (s->rows - s->told >= WATCH_ROWS) watch_tell(s);
}

static void summing_end(struct summing *s, struct db_sum *out)
{
    watch_tell(s);
    out->rows = s->rows;
    sha256_end(&s->hash, out->sha256);
}

static err value_part(struct summing *s, struct bytes part)
{
    sha256_add(&s->hash, part);
    return s->put == NULL ? ERR_OK : s->put(s->arg, part);
}

static err value_put(struct summing *s, const struct db_value *value)
{
    uint8_t head[9];
    switch (value->type) {
    case DB_NULL: head[0] = 'n'; return value_part(s, bytes_of(head, 1));
    case DB_INT:
        head[0] = 'i';
        big_endian((uint64_t)value->number, 8, head + 1);
        return value_part(s, bytes_of(head, 9));
    case DB_TEXT:
    case DB_BYTES: break;
    }
    head[0] = value->type == DB_TEXT ? 't' : 'b';
    big_endian(value->bytes.n, 4, head + 1);
    TRY(value_part(s, bytes_of(head, 5)));
    return value_part(s, value->bytes);
}

static err row_put(struct summing *s, const struct db_table *table, const struct db_value *columns)
{
    if (s->put != NULL) TRY(s->put(s->arg, bytes_text("R")));
    for (size_t i = 0; i < table->n; i++) TRY(value_put(s, &columns[i]));
    row_counted(s);
    return ERR_OK;
}

/* ---- counting and hashing ---- */

struct row_target {
    struct summing *summing;
    const struct db_table *table;
};

static err on_row(mem *ctx, const struct db_value *columns, void *arg)
{
    (void)ctx;
    const struct row_target *target = arg;
    return row_put(target->summing, target->table, columns);
}

err db_rows(struct tx *tx, bool passing, int64_t *out)
{
    struct db_tables all = db_tables_of(db_which(tx));
    int64_t rows = 0;
    for (size_t i = 0; i < all.n; i++) {
        int64_t n = 0;
        if (all.at[i].passing && !passing) continue;
        TRY(db_table_count(tx, &all.at[i], &n));
        rows += n;
    }
    *out = rows;
    return ERR_OK;
}

err db_sum_table(struct tx *tx, const struct db_table *table, struct db_watch watch,
                 struct db_sum *out)
{
    struct summing s = summing_begin(watch, NULL, NULL);
    struct row_target target = {&s, table};
    TRY(db_table_walk(tx, table, NULL, on_row, &target));
    summing_end(&s, out);
    return ERR_OK;
}

err db_sum_store(struct tx *tx, bool passing, struct db_watch watch, struct db_sums *out)
{
    struct db_tables all = db_tables_of(db_which(tx));
    struct db_sums sums = {0};
    ENSURE(all.n <= DB_TABLES_MOST, ERR_BUG, "more tables than expected");
    for (size_t i = 0; i < all.n; i++)
        if (passing || !all.at[i].passing)
            TRY(db_sum_table(tx, &all.at[i], watch, &sums.at[i]));
    *out = sums;
    return ERR_OK;
}

/* ---- out ---- */

static err text_put(db_dump_put *put, void *arg, const char *text)
{
    uint8_t head[2];
    size_t n = strlen(text);
    ENSURE(n <= NAME_MOST, ERR_BUG, "a name that is too long");
    big_endian(n, 2, head);
    TRY(put(arg, bytes_of(head, 2)));
    return put(arg, bytes_text(text));
}

static err table_put(struct tx *tx, const struct db_table *table, db_dump_put *put, void *arg,
                     struct db_watch watch, struct db_sum *out)
{
    uint8_t rows[8];
    struct summing s = summing_begin(watch, put, arg);
    struct row_target target = {&s, table};
    struct db_sum sum;
    TRY(put(arg, bytes_text("T")));
    TRY(text_put(put, arg, table->name));
    TRY(text_put(put, arg, table->columns));
    TRY(text_put(put, arg, table->types));
    TRY(db_table_walk(tx, table, NULL, on_row, &target));
    summing_end(&s, &sum);
    big_endian((uint64_t)sum.rows, 8, rows);
    TRY(put(arg, bytes_text("E")));
    TRY(put(arg, bytes_of(rows, 8)));
    TRY(put(arg, bytes_of(sum.sha256, SHA256_SIZE)));
    *out = sum;
    return ERR_OK;
}

err db_dump(struct tx *tx, db_dump_put *put, void *arg, struct db_watch watch, struct db_sums *out)
{
    struct db_tables all = db_tables_of(db_which(tx));
    struct db_sums sums = {0};
    ENSURE(all.n <= DB_TABLES_MOST, ERR_BUG, "more tables than expected");
    for (size_t i = 0; i < all.n; i++)
        if (!all.at[i].passing) TRY(table_put(tx, &all.at[i], put, arg, watch, &sums.at[i]));
    TRY(put(arg, bytes_text("Z")));
    *out = sums;
    return ERR_OK;
}

/* ---- in ---- */

static err number_get(const struct db_load_wish *l, size_t n, uint64_t *out)
{
    uint8_t p[8];
    TRY(l->get(l->arg, p, n));
    *out = number_of(p, n);
    return ERR_OK;
}

static err text_expect(const struct db_load_wish *l, const char *text)
{
    uint64_t n;
    char found[NAME_MOST];
    TRY(number_get(l, 2, &n));
    ENSURE(n <= NAME_MOST, ERR_INPUT, NO_DUMP);
    TRY(l->get(l->arg, (uint8_t *)found, (size_t)n));
    ENSURE(n == strlen(text) && memcmp(found, text, (size_t)n) == 0, ERR_STATE, OTHER);
    return ERR_OK;
}

/* A letter of the catalogue, and what stands in the stream. */
static bool letter_fits(char letter, uint8_t type)
{
    bool capital = letter >= 'A' && letter <= 'Z';
    return type == 'n' ? capital : type == (uint8_t)(capital ? letter - 'A' + 'a' : letter);
}

static err value_get(const struct db_load_wish *l, mem *ctx, char letter, struct db_value *out)
{
    uint64_t n;
    TRY(number_get(l, 1, &n));
    uint8_t type = (uint8_t)n;
    ENSURE(letter_fits(letter, type), ERR_INPUT, NO_DUMP);
    *out = db_null();
    if (type == 'n') return ERR_OK;
    TRY(number_get(l, type == 'i' ? 8 : 4, &n));
    *out = db_int((int64_t)n);
    if (type == 'i') return ERR_OK;
    ENSURE(n <= (type == 't' ? DB_TEXT_MOST : DB_BYTES_MOST), ERR_INPUT, NO_DUMP);
    uint8_t *p = talloc_size(ctx, (size_t)n + 1);
    ENSURE_MEM(p);
    TRY(l->get(l->arg, p, (size_t)n));
    p[n] = 0;
    *out = (struct db_value){type == 't' ? DB_TEXT : DB_BYTES, 0, bytes_of(p, (size_t)n)};
    return ERR_OK;
}

static err row_get(const struct db_load_wish *l, const struct db_table *table, struct summing *s)
{
    MEM_SCOPE(scope, NULL);
    ENSURE_MEM(scope);
    struct db_value columns[DB_COLUMNS_MOST];
    for (size_t i = 0; i < table->n; i++) {
        TRY(value_get(l, scope, table->types[i], &columns[i]));
        TRY(value_put(s, &columns[i]));
    }
    if (l->seen != NULL) TRY(l->seen(l->seen_arg, table, columns));
    if (l->tx != NULL) TRY(db_table_insert(l->tx, table, columns));
    row_counted(s);
    return ERR_OK;
}

static err table_get(const struct db_load_wish *l, const struct db_table *table,
                     struct db_sum *out)
{
    uint64_t mark, rows;
    struct db_sum sum, said;
    struct summing s = summing_begin(l->watch, NULL, NULL);
    TRY(number_get(l, 1, &mark));
    ENSURE(mark == 'T' || mark == 'Z', ERR_INPUT, NO_DUMP);
    ENSURE(mark == 'T', ERR_STATE, OTHER);
    TRY(text_expect(l, table->name));
    TRY(text_expect(l, table->columns));
    TRY(text_expect(l, table->types));
    for (;;) {
        TRY(number_get(l, 1, &mark));
        if (mark != 'R') break;
        TRY(row_get(l, table, &s));
    }
    ENSURE(mark == 'E', ERR_INPUT, NO_DUMP);
    TRY(number_get(l, 8, &rows));
    TRY(l->get(l->arg, said.sha256, SHA256_SIZE));
    said.rows = (int64_t)rows;
    summing_end(&s, &sum);
    ENSURE(db_sum_same(&sum, &said), ERR_INPUT, "this copy's counts and hashes do not fit its rows");
    *out = sum;
    return ERR_OK;
}

err db_load(const struct db_load_wish *wish, struct db_sums *out)
{
    struct db_tables all = db_tables_of(wish->store);
    struct db_sums sums = {0};
    uint64_t mark;
    ENSURE(all.n <= DB_TABLES_MOST, ERR_BUG, "more tables than expected");
    if (wish->tx != NULL) {
        int64_t rows;
        TRY(db_rows(wish->tx, true, &rows));
        ENSURE(rows == 0, ERR_CONFLICT, "there is something in that store already");
    }
    for (size_t i = 0; i < all.n; i++)
        if (!all.at[i].passing) TRY(table_get(wish, &all.at[i], &sums.at[i]));
    TRY(number_get(wish, 1, &mark));
    ENSURE(mark == 'T' || mark == 'Z', ERR_INPUT, NO_DUMP);
    ENSURE(mark == 'Z', ERR_STATE, OTHER);
    *out = sums;
    return ERR_OK;
}
