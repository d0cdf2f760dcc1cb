/* message_view.h - what a message says, out of the records of its case; and the parts of it that
 * the partial `message` prints.
 */
#ifndef OPENTRM_WEB_MESSAGE_VIEW_H
#define OPENTRM_WEB_MESSAGE_VIEW_H

#include "domain/case.h"
#include "web/page.h"

struct case_message {
    const char *words;       /* of a question, an answer, a decision; "" if none */
    const char *language;    /* of what was typed; NULL if not said */
    const struct form *form; /* NULL: none, or one that this node no longer has */
    json_t *answers;
    const json_t *consent; /* NULL if none */
};

/* case_message_read: over the compartments that the actor holds. */
err case_message_read(struct page *p, const struct casefile *c, bool outgoing,
                      const char *message_id, struct case_message *out);

/* put_message_consent: the consent that a message carries (as consent_json wrote it); NULL: none.
 * One that can't be read is left out. */
void put_message_consent(struct page *p, const json_t *consent);
/* put_words_language: "words_lang" and "words_language", where it is not the reader's. */
void put_words_language(struct page *p, const char *language);

#endif
