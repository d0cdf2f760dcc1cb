/* form_pdf.h - a form as PDF: empty, for pen and paper; or filled, with the answers that are given.
 *
 * Called by exchange (each part of a message carries its answers as PDF) and by web and cli (print
 * a case's form; a blank one for a place without a computer).
 */
#ifndef OPENTRM_PRINT_FORM_PDF_H
#define OPENTRM_PRINT_FORM_PDF_H

#include "base/json.h"
#include "form/label.h"
#include "print/document.h"

/* A line of the first page: "From", "Prefecture of Examplia". */
struct form_pdf_fact {
    const char *label;
    const char *value;
};

struct form_pdf {
    const struct form *form;
    const struct form_reading *reading; /* the languages of the labels */
    const char *language;               /* BCP 47: of the document, and so of what was typed */
    const struct catalog *catalog; /* for the few words that are not the form's; NULL: English */
    const struct locale *locale;   /* for dates; NULL: as in ISO 8601 */
    const char *subtitle;          /* under the title: "Health"; or NULL */
    const char *handling;          /* "confidential" or NULL; printed in the reader's language */
    const char *case_code;         /* or NULL */
    const char *reader;            /* or NULL */
    msec created;
    const struct form_pdf_fact *facts;
    size_t n_facts;
    /* Of an empty form: only what these roles fill and what stands in these compartments. */
    unsigned parties;
    compartment_set compartments;
};

/* form_pdf_filled: the answers that are there, under their headings; nothing that was not answered.
 * Owned by ctx. */
err form_pdf_filled(mem *ctx, const struct form_pdf *what, const json_t *answers,
                    struct bytes *out);
/* form_pdf_empty: every question with boxes and lines. Owned by ctx. */
err form_pdf_empty(mem *ctx, const struct form_pdf *what, struct bytes *out);

#endif
