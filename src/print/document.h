/* document.h - a document to be printed: headings, label/value rows, tables, boxes and lines to
 * write on; and its PDF.
 *
 * A document is built straight down: an addition that fails (no memory, over a limit, text that is
 * not UTF-8) sticks, and document_pdf tells. Texts are not copied: they must live until then.
 *
 * The PDF is A4, tagged (ISO 32000-1 §14.8: Document, Sect, H1.., Table, L, P), has its language
 * and a title, embeds its fonts, and is the same bytes for the same input. It is made in memory; no
 * file is ever written. Right-to-left languages mirror the page.
 *
 * Threads: each call works for itself; the first one loads the fonts' list. Called by
 * form_pdf.h and by exchange and web for cover sheets. Must never hold personal data in the title.
 */
#ifndef OPENTRM_PRINT_DOCUMENT_H
#define OPENTRM_PRINT_DOCUMENT_H

#include "base/bytes.h"
#include "base/clock.h"
#include "base/locale.h"
#include "base/messages.h"

#define DOCUMENT_BLOCKS_MAX 20000 /* additions to one document */
#define DOCUMENT_TEXT_MAX 65536   /* bytes of one text */
#define DOCUMENT_PAGES_MAX 1000
#define DOCUMENT_BYTES_MAX ((size_t)32 << 20) /* of the PDF */
#define DOCUMENT_COLUMNS_MAX 8

/* print_start: loads the fonts' list and looks that there is one. ERR_IO if the machine has no font. */
err print_start(void);
/* print_check: the same in a process of its own, which ends: who starts knows, and this process takes the memory (some 5 MB) only once
 * it prints. Before the process has other threads. */
err print_check(void);

/* A text and its language (BCP 47); NULL: the document's. Text NULL is "". */
struct print_text {
    const char *text;
    const char *language;
};

/* What stands on every page. All but title and language may be NULL. */
struct document_head {
    const char *title;             /* neutral: "Report", never a name; also the PDF's title */
    const char *subtitle;          /* under the title, on the first page */
    const char *language;          /* BCP 47 */
    const struct catalog *catalog; /* for "Page 1 of 3"; its direction is the page's */
    const struct locale *locale;   /* for the date; NULL: as in ISO 8601, UTC */
    const char *handling;          /* "Confidential" */
    const char *case_code;
    const char *reader; /* for whom this copy was made */
    msec created;       /* the PDF's creation date, also printed */
};

struct document;

/* document_new: an empty document, owned by ctx. */
err document_new(mem *ctx, const struct document_head *head, struct document **out);

/* document_heading: level 2 (a section) to 4. Never the last thing on a page. */
void document_heading(struct document *d, unsigned level, struct print_text text);
/* document_paragraph: running text; line feeds part paragraphs. */
void document_paragraph(struct document *d, struct print_text text);
/* document_note: a paragraph that explains, set apart. */
void document_note(struct document *d, struct print_text text);
/* document_row: a label and its values, one below the other. A page break never parts them: where a
 * value is longer than a page, the label is repeated. */
void document_row(struct document *d, struct print_text label, const struct print_text *values,
                  size_t n);
/* document_table: `cells` has rows * columns texts, row by row. The head is repeated on each page.
 */
void document_table(struct document *d, const struct print_text *head, size_t columns,
                    const struct print_text *cells, size_t rows);
/* document_inset: what follows, until it is turned off, belongs to one entry of a list: it is set
 * in, with a bar at its side. */
void document_inset(struct document *d, bool on);
/* document_page: what follows starts on a new page. */
void document_page(struct document *d);

/* For pen and paper, or to show what was ticked. */
struct print_choice {
    struct print_text text;
    bool ticked;
    bool write_in; /* a line to write on follows: "other" */
};
/* document_choices: a label and boxes to tick; round ones where only one may be. */
void document_choices(struct document *d, struct print_text label, struct print_text hint, bool one,
                      const struct print_choice *choices, size_t n);

enum print_space {
    PRINT_SPACE_LINE,   /* a line beside the label */
    PRINT_SPACE_SHORT,  /* a short line: numbers */
    PRINT_SPACE_DATE,   /* boxes for day, month, year */
    PRINT_SPACE_TIME,   /* boxes for hour, minute */
    PRINT_SPACE_MOMENT, /* both */
    PRINT_SPACE_AREA    /* lines over the whole width, below the label */
};
/* document_space: a label and room to write; `lines` counts for LINE and AREA. */
void document_space(struct document *d, struct print_text label, struct print_text hint,
                    enum print_space space, unsigned lines);

/* document_pdf: the bytes, owned by ctx. ERR_LIMIT over the maxima above, ERR_INPUT for a text that
 * is not UTF-8. */
err document_pdf(mem *ctx, const struct document *d, struct bytes *out);

#endif
