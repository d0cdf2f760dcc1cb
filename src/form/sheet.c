/* sheet.c - CSV by libcsv. */
#include "form/sheet.h"

#include <csv.h>
#include <string.h>

#include "base/text.h"
#include "base/vec.h"
#include "form/definition.h"

struct reader {
    mem *ctx;
    struct form_problems *problems;
    const char *file;
    VEC(const char *) cells; /* of the row being read */
    VEC(const char *) headers;
    VEC(struct sheet_row) rows;
    int number;  /* rows finished so far */
    bool any;    /* the row has a cell with text */
    bool over;   /* the row has more cells than there are headings; said once */
    bool header; /* the header was read */
    err failed;
};

static err cell_add(struct reader *r, const char *p, size_t n)
{
    const char *heading = r->cells.n < r->headers.n ? r->headers.at[r->cells.n] : "";
    if (r->header && r->cells.n >= r->headers.n) {
        if (n == 0 || r->over) return ERR_OK;
        r->over = true;
        return form_problem_add(r->problems, false, r->file, r->number + 1, "",
                                "this row has more cells than the first row has headings; a comma "
                                "inside a text needs the text in quotation marks");
    }
    if (n > FORM_CELL_MAX) {
        TRY(form_problem_add(r->problems, false, r->file, r->number + 1, heading,
                             "the cell holds %zu bytes; at most %d are allowed", n, FORM_CELL_MAX));
        n = 0;
    }
    if (n > 0 && err_failed(text_check(bytes_of(p, n), FORM_CELL_MAX))) {
        TRY(form_problem_add(r->problems, false, r->file, r->number + 1, heading,
                             "the cell is not clean UTF-8 text; save the file as CSV UTF-8"));
        n = 0;
    }
    const char *raw = mem_textn(r->ctx, n == 0 ? "" : p, n);
    ENSURE_MEM(raw);
    const char *cell;
    TRY(text_trim(r->ctx, raw, &cell));
    if (*cell != '\0') r->any = true;
    ENSURE(r->cells.n < FORM_COLUMNS_MAX, ERR_LIMIT, "a form file has too many columns");
    return vec_push(r->ctx, &r->cells, cell, FORM_COLUMNS_MAX);
}

static err row_end(struct reader *r)
{
    ENSURE(!r->any || r->rows.n < FORM_ROWS_MAX, ERR_LIMIT, "a form file has too many rows");
    r->number++;
    r->over = false;
    if (!r->header) {
        if (!r->any) { /* empty lines above the header */
            r->cells.n = 0;
            return ERR_OK;
        }
        r->header = true;
        r->headers.at = r->cells.at;
        r->headers.n = r->cells.n;
        r->headers.room = r->cells.room;
    } else if (r->any) {
        while (r->cells.n < r->headers.n) TRY(vec_push(r->ctx, &r->cells, "", FORM_COLUMNS_MAX));
        struct sheet_row row = {.number = r->number, .cells = r->cells.at};
        TRY(vec_push(r->ctx, &r->rows, row, FORM_ROWS_MAX));
    } else {
        r->cells.n = 0;
        return ERR_OK;
    }
    memset(&r->cells, 0, sizeof r->cells);
    r->any = false;
    return ERR_OK;
}

static void on_cell(void *p, size_t n, void *arg)
{
    struct reader *r = arg;
    if (!err_failed(r->failed)) r->failed = cell_add(r, p, n);
}

static void on_row(int c, void *arg)
{
    struct reader *r = arg;
    (void)c;
    if (!err_failed(r->failed)) r->failed = row_end(r);
}

static void csv_end(struct csv_parser *parser) { csv_free(parser); }

/* Every end of line becomes LF, so that libcsv can be told to report empty lines too (they count
 * in the spreadsheet's row numbers) without seeing each CRLF twice. */
static err lines_normal(mem *ctx, struct bytes in, struct bytes *out)
{
    uint8_t *p = talloc_size(ctx, in.n + 1);
    ENSURE_MEM(p);
    size_t n = 0;
    for (size_t i = 0; i < in.n; i++) {
        if (in.p[i] != '\r') {
            p[n++] = in.p[i];
            continue;
        }
        if (i + 1 < in.n && in.p[i + 1] == '\n') i++;
        p[n++] = '\n';
    }
    *out = bytes_of(p, n);
    return ERR_OK;
}

/* The character that parts the cells: that of comma, semicolon and tab which is most frequent in the
 * first line. */
static unsigned char delimiter_of(struct bytes in)
{
    static const unsigned char MAYBE[] = {',', ';', '\t'};
    size_t counts[COUNT_OF(MAYBE)] = {0}, best = 0;
    for (size_t i = 0; i < in.n && in.p[i] != '\n'; i++)
        for (size_t k = 0; k < COUNT_OF(MAYBE); k++)
            if (in.p[i] == MAYBE[k]) counts[k]++;
    for (size_t k = 1; k < COUNT_OF(MAYBE); k++)
        if (counts[k] > counts[best]) best = k;
    return MAYBE[best];
}

static err cells_read(struct reader *r, struct bytes in)
{
    struct csv_parser parser __attribute__((cleanup(csv_end)));
    ENSURE(csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL) == 0, ERR_MEMORY,
           "out of memory");
    csv_set_delim(&parser, delimiter_of(in));
    bool whole = csv_parse(&parser, in.p, in.n, on_cell, on_row, r) == in.n &&
                 csv_fini(&parser, on_cell, on_row, r) == 0;
    TRY(r->failed);
    if (whole) return ERR_OK;
    ENSURE(csv_error(&parser) == CSV_EPARSE, ERR_MEMORY, "out of memory");
    TRY(form_problem_add(r->problems, false, r->file, r->number + 1, "",
                         "a quotation mark is opened and not closed, or stands inside a text; inside "
                         "a text in quotation marks write it twice"));
    FAIL(ERR_INPUT, "a CSV file is malformed");
}

err sheet_read(mem *ctx, const char *file, struct bytes in, struct form_problems *problems,
               struct sheet *out)
{
    if (in.n > FORM_FILE_MAX) {
        TRY(form_problem_add(problems, false, file, 0, "", "the file is larger than %u bytes",
                             FORM_FILE_MAX));
        FAIL(ERR_LIMIT, "a form file is too large");
    }
    if (in.n >= 2 && ((in.p[0] == 0xff && in.p[1] == 0xfe) || (in.p[0] == 0xfe && in.p[1] == 0xff) ||
                      (in.p[0] == 'P' && in.p[1] == 'K'))) {
        TRY(form_problem_add(problems, false, file, 0, "",
                             "this is not a CSV file in UTF-8; save it again as \"CSV UTF-8\""));
        FAIL(ERR_INPUT, "a form file is not CSV");
    }
    if (in.n >= 3 && memcmp(in.p, "\xef\xbb\xbf", 3) == 0) in = bytes_of(in.p + 3, in.n - 3);
    TRY(lines_normal(ctx, in, &in));
    struct reader r = {.ctx = ctx, .problems = problems, .file = file, .failed = ERR_OK};
    err e = cells_read(&r, in);
    if (e.kind == ERR_LIMIT)
        TRY(form_problem_add(problems, false, file, r.number + 1, "",
                             "the file has more than %d rows or %d columns", FORM_ROWS_MAX,
                             FORM_COLUMNS_MAX));
    TRY(e);
    *out = (struct sheet){.file = file,
                          .headers = r.headers.at,
                          .n_columns = r.headers.n,
                          .rows = r.rows.at,
                          .n_rows = r.rows.n};
    return ERR_OK;
}
