/* paint.h - arranged sheets as the bytes of a tagged PDF. Private to print/; called by
 * document_pdf. */
#ifndef OPENTRM_PRINT_PAINT_H
#define OPENTRM_PRINT_PAINT_H

#include "print/arrange.h"

/* paint: owned by ctx. ERR_LIMIT over DOCUMENT_BYTES_MAX. */
err paint(mem *ctx, const struct document_head *head, const struct setting *setting,
          const struct sheets *sheets, struct bytes *out);

/* pdf_set_language: writes the document's language and "show the title" into the PDF's catalog, for
 * which cairo has no call. ERR_BUG if the file is not built as cairo builds it. */
err pdf_set_language(mem *ctx, struct bytes pdf, const char *language, struct bytes *out);

#endif
