/* answer_rows.h - the answers of a form as one reads them, on a page and as PDF. */
#ifndef OPENTRM_WEB_ANSWER_ROWS_H
#define OPENTRM_WEB_ANSWER_ROWS_H

#include "form/view.h"
#include "web/page.h"

/* answer_text: an answer as the reader writes it: dates in words. `text` as the form engine shows
 * it; `raw`: it was not understood, and stays as typed. Never NULL; owned by the request. */
const char *answer_text(struct page *p, const struct form_item *item, bool raw, const char *text);

/* put_answers: "has_answers", "form_title" and "sections" for the partial `message`. Labels and
 * choices in the reader's language; what was typed as it was typed, marked as `language` (BCP 47;
 * NULL or the reader's own: not marked). */
err put_answers(struct page *p, const struct form *form, const json_t *answers,
                const char *language);
/* answers_print: the same as PDF, to be saved. */
err answers_print(struct page *p, const struct form *form, const json_t *answers,
                  const char *case_code);

#endif
