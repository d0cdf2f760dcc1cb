/* sheet.h - one CSV file as rows of cells, as a spreadsheet program saved it.
 *
 * UTF-8 with or without a byte order mark; lines end with LF, CRLF or CR; commas, or semicolons as a
 * spreadsheet program writes them under an Italian or Albanian locale. Cells are trimmed. Called by
 * load_csv.c only.
 */
#ifndef OPENTRM_FORM_SHEET_H
#define OPENTRM_FORM_SHEET_H

#include "base/bytes.h"
#include "form/problem.h"

struct sheet_row {
    int number;         /* as in the spreadsheet: the header is row 1 */
    const char **cells; /* n_columns of them, "" when empty */
};

struct sheet {
    const char *file;
    const char **headers; /* "" for a column without a heading */
    size_t n_columns;
    struct sheet_row *rows; /* rows without any text are left out */
    size_t n_rows;
};

/* sheet_read: ERR_INPUT when the file can't be taken apart at all (said in problems). An empty file is
 * a sheet without columns. */
err sheet_read(mem *ctx, const char *file, struct bytes in, struct form_problems *problems,
               struct sheet *out);

#endif
