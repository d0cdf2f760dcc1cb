/* words_form.c - the form for words. */
#include "web/words_form.h"

#include <string.h>

#include "base/text.h"
#include "web/put.h"

#define WORDS_MOST 4000

err words_class(const struct page *p, bool *question)
{
    const char *name = page_parameter(p, "class");
    *question = text_same(name, "question");
    ENSURE(*question || text_same(name, "answer"), ERR_NOT_FOUND, "there is no such page");
    return ERR_OK;
}

void words_check(struct page *p, bool question)
{
    const char *words = page_field(p, "words");
    if (text_empty(words))
        page_fault(p, "words", question ? MSG("Write your question") : MSG("Write your answer"));
    else if (strlen(words) > WORDS_MOST)
        page_fault(p, "words", MSG("This is too long: use at most 4000 characters"));
}

err words_show(struct page *p, bool question, const char *asked, const char *message)
{
    put_flag(p, p->data, "question", question);
    put_text(p, p->data, "asked", asked);
    put_text(p, p->data, "message", message);
    put_field(p, p->data, "words", "words", "");
    return page_show(p, "words");
}
