/* contact_csv.c - reads a directory CSV with libcsv. */
#include "domain/contact_csv.h"

#include <csv.h>
#include <string.h>

#include "base/text.h"
#include "base/vec.h"
#include "domain/country.h"

#define CELL_MAX 2000
#define COLUMNS_MAX 40

/* Column, where it goes, whether a row must have it. Beside them stand "body::Shqip (sq)" (names by language) and
 * columns whose name begins with "note", which are for people and passed over. */
static const struct column {
    const char *name;
    size_t offset;
    bool required;
} COLUMNS[] = {
    {"country", offsetof(struct contact, country), true},
    {"body", offsetof(struct contact, body), true},
    {"city", offsetof(struct contact, city), false},
    {"procedures", offsetof(struct contact, procedures), true},
    {"roles", offsetof(struct contact, roles), false},
    {"telephone", offsetof(struct contact, telephone), false},
    {"fax", offsetof(struct contact, fax), false},
    {"email", offsetof(struct contact, email), false},
    {"address", offsetof(struct contact, address), false},
    {"languages", offsetof(struct contact, languages), false},
    {"hours", offsetof(struct contact, hours), false},
    {"source", offsetof(struct contact, source), true},
    {"verified", offsetof(struct contact, verified), false},
};

struct reading {
    mem *ctx;
    err failed;
    const char *column; /* where it failed, NULL = the row */
    size_t line;        /* of the row being read, from 1 */
    size_t cell;
    const struct column *layout[COLUMNS_MAX]; /* by position; NULL = none of COLUMNS */
    const char *language[COLUMNS_MAX];        /* by position: of a name, NULL = no name by language */
    size_t n_columns;
    struct contact row;
    json_t *names; /* row.names, to be written to */
    bool any; /* the row has a cell that is not empty */
    VEC(struct contact) rows;
};

static void fail(struct reading *r, err e, const char *column)
{
    if (err_failed(r->failed)) return;
    r->failed = e;
    r->column = column;
}

/* "body::Shqip (sq)" or "body::sq": the code; NULL for any other column. */
static err header_language(struct reading *r, const char *name, const char **out)
{
    *out = NULL;
    if (!text_starts(name, "body::")) return ERR_OK;
    const char *code = name + strlen("body::"), *open = strrchr(code, '(');
    size_t n = strlen(code);
    if (open != NULL && text_ends(code, ")")) {
        n -= (size_t)(open + 1 - code) + 1;
        code = open + 1;
    }
    size_t primary = strspn(code, "abcdefghijklmnopqrstuvwxyz");
    ENSURE(n <= 35 && primary >= 2 && primary <= 3 && (primary == n || code[primary] == '-') &&
               strspn(code, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") >= n,
           ERR_INPUT, "the language needs its code in brackets, as in body::Shqip (sq)");
    *out = mem_textn(r->ctx, code, n);
    ENSURE_MEM(*out);
    return ERR_OK;
}

static err header_cell(struct reading *r, const char *name)
{
    ENSURE(r->cell < COLUMNS_MAX, ERR_LIMIT, "too many columns");
    const struct column *found = NULL;
    for (size_t i = 0; i < COUNT_OF(COLUMNS); i++)
        if (text_same(COLUMNS[i].name, name)) found = &COLUMNS[i];
    const char *language;
    TRY(header_language(r, name, &language));
    ENSURE(found != NULL || language != NULL || text_starts(name, "note"), ERR_INPUT,
           "there is no such column in a directory: see data/directory/README.md");
    for (size_t i = 0; i < r->cell; i++) {
        bool twice = (found != NULL && r->layout[i] == found) ||
                     (language != NULL && r->language[i] != NULL && text_same(r->language[i], language));
        ENSURE(!twice, ERR_INPUT, "this column stands there twice");
    }
    r->layout[r->cell] = found;
    r->language[r->cell] = language;
    r->n_columns = r->cell + 1;
    return ERR_OK;
}

static err name_add(struct reading *r, const char *language, const char *text)
{
    if (*text == '\0') return ERR_OK;
    if (r->names == NULL) {
        r->names = json_object();
        TRY(json_keep(r->ctx, r->names));
        r->row.names = r->names;
    }
    return json_put(r->names, language, json_string(text));
}

static void on_cell(void *data, size_t n, void *arg)
{
    struct reading *r = arg;
    if (err_failed(r->failed)) return;
    const char *text = "", *trimmed = "";
    err e = n > CELL_MAX ? ERR_MAKE(ERR_LIMIT, "the cell is longer than allowed")
                         : text_check(bytes_of(data, n), CELL_MAX);
    if (!err_failed(e)) e = bytes_string(r->ctx, bytes_of(data, n), &text);
    if (!err_failed(e)) e = text_trim(r->ctx, text, &trimmed);
    const struct column *column = NULL;
    if (!err_failed(e) && r->line == 1) {
        e = header_cell(r, trimmed);
    } else if (!err_failed(e)) {
        if (r->cell < r->n_columns) column = r->layout[r->cell];
        else if (*trimmed != '\0') e = ERR_MAKE(ERR_INPUT, "the row has more cells than the heading");
        if (!err_failed(e) && r->cell < r->n_columns && r->language[r->cell] != NULL)
            e = name_add(r, r->language[r->cell], trimmed);
        if (column != NULL) *(const char **)(void *)((char *)&r->row + column->offset) = trimmed;
        r->any = r->any || *trimmed != '\0';
    }
    if (err_failed(e)) fail(r, e, column == NULL ? NULL : column->name);
    r->cell++;
}

bool contact_procedure_known(const char *code)
{
    size_t n = strlen(code);
    for (const char *at = PROCEDURE_CODES; *at != '\0'; at += strspn(at, " ")) {
        size_t word = strcspn(at, " ");
        if (word == n && memcmp(at, code, n) == 0) return true;
        at += word;
    }
    return false;
}

const char *contact_name(const struct contact *contact, const char *language)
{
    char primary[4];
    const char *name = json_text_or(contact->names, language, "");
    size_t n = strcspn(language, "-");
    if (*name == '\0' && n < sizeof primary) {
        memcpy(primary, language, n);
        primary[n] = '\0';
        name = json_text_or(contact->names, primary, "");
    }
    return *name == '\0' ? contact->body : name;
}

static err row_check(struct reading *r, const char **column)
{
    struct contact *row = &r->row;
    for (size_t i = 0; i < COUNT_OF(COLUMNS); i++) {
        const char **cell = (const char **)(void *)((char *)row + COLUMNS[i].offset);
        if (*cell == NULL) *cell = "";
        *column = COLUMNS[i].name;
        ENSURE(!COLUMNS[i].required || **cell != '\0', ERR_INPUT, "this cell must not be empty");
    }
    *column = "country";
    ENSURE(country_known(row->country), ERR_INPUT, "there is no country with this code");
    *column = "procedures";
    const char *rest = row->procedures, *piece;
    for (;;) {
        TRY(text_split(r->ctx, &rest, ' ', &piece));
        if (piece == NULL) break;
        ENSURE(contact_procedure_known(piece), ERR_INPUT, "there is no such procedure");
    }
    *column = NULL;
    for (size_t i = 0; i < r->rows.n; i++) {
        const struct contact *other = &r->rows.at[i];
        ENSURE(!text_same(other->country, row->country) || !text_same(other->body, row->body) ||
                   !text_same(other->city, row->city) || !text_same(other->procedures, row->procedures),
               ERR_INPUT, "this body stands there already with the same procedures");
    }
    return vec_push(r->ctx, &r->rows, *row, CONTACT_ROWS_MAX);
}

static err header_check(const struct reading *r)
{
    for (size_t i = 0; i < COUNT_OF(COLUMNS); i++) {
        bool there = !COLUMNS[i].required;
        for (size_t k = 0; k < r->n_columns; k++) there = there || r->layout[k] == &COLUMNS[i];
        ENSURE(there, ERR_INPUT, "a column that a directory needs is missing: see data/directory/README.md");
    }
    return ERR_OK;
}

static void on_row(int end, void *arg)
{
    (void)end;
    struct reading *r = arg;
    const char *column = NULL;
    err e = ERR_OK;
    if (!err_failed(r->failed) && r->line == 1) e = header_check(r);
    if (!err_failed(r->failed) && r->line > 1 && r->any) e = row_check(r, &column);
    if (err_failed(e)) fail(r, e, column);
    if (err_failed(r->failed)) return;
    r->row = (struct contact){0};
    r->names = NULL;
    r->any = false;
    r->cell = 0;
    r->line++;
}

static void parser_end(struct csv_parser *p) { csv_free(p); }

err contact_csv_read(mem *ctx, struct bytes csv, struct contact_rows *out, const char **problem)
{
    static const uint8_t BOM[] = {0xef, 0xbb, 0xbf};
    if (csv.n >= 3 && memcmp(csv.p, BOM, 3) == 0) csv = bytes_of(csv.p + 3, csv.n - 3);
    struct reading r = {.ctx = ctx, .line = 1, .failed = ERR_OK};
    __attribute__((cleanup(parser_end))) struct csv_parser parser;
    ENSURE(csv_init(&parser, CSV_STRICT | CSV_APPEND_NULL) == 0, ERR_MEMORY, "out of memory");
    size_t read = csv_parse(&parser, csv.p, csv.n, on_cell, on_row, &r);
    if (!err_failed(r.failed) && (read != csv.n || csv_fini(&parser, on_cell, on_row, &r) != 0))
        r.failed = ERR_MAKE(ERR_INPUT, "a quotation mark is missing or stands in a wrong place");
    if (!err_failed(r.failed) && r.line == 1) r.failed = header_check(&r); /* an empty file */
    if (err_failed(r.failed)) {
        *problem = r.column == NULL
                       ? talloc_asprintf(ctx, "line %zu: %s", r.line, r.failed.what)
                       : talloc_asprintf(ctx, "line %zu, %s: %s", r.line, r.column, r.failed.what);
        ENSURE_MEM(*problem);
        return r.failed;
    }
    *out = (struct contact_rows){r.rows.at, r.rows.n};
    return ERR_OK;
}
