/* words_form.h - the form for a question or an answer, shared by cases and by messages that have no
 * case yet. */
#ifndef OPENTRM_WEB_WORDS_FORM_H
#define OPENTRM_WEB_WORDS_FORM_H

#include "web/page.h"

/* words_class: of the parameter "class": question or answer. ERR_NOT_FOUND for anything else. */
err words_class(const struct page *p, bool *question);
/* words_check: faults unless something of a fair length was written. */
void words_check(struct page *p, bool question);
/* words_show: `asked` is the question, NULL if none is answered; `message` goes with an answer. */
err words_show(struct page *p, bool question, const char *asked, const char *message);

#endif
