/* label.h - the text of a form in the reader's language, and which language it turned out to be.
 *
 * A request makes one `form_reading` and uses it for every label.
 */
#ifndef OPENTRM_FORM_LABEL_H
#define OPENTRM_FORM_LABEL_H

#include "form/definition.h"

/* In which order to try the form's languages. */
struct form_reading {
    size_t order[FORM_LANGUAGES_MAX];
    size_t n;
    size_t wanted; /* how many of them the reader asked for, from the front */
};

struct form_shown {
    const char *text;     /* "" if there is none in any language */
    const char *language; /* its code, for lang= */
    bool wanted;          /* in a language that the reader asked for, or no text at all */
};

/* form_reading_of: `languages` is one code or several by preference, parted by commas: "sq",
 * "sq-AL,it". Then comes the form's default language, then English, then the rest as they stand.
 * NULL or unknown codes are passed over. */
struct form_reading form_reading_of(const struct form *form, const char *languages);

/* form_text: picks. Never fails. */
struct form_shown form_text(const struct form *form, const struct form_reading *reading,
                            struct form_text text);
/* form_label: of an item; its name if it has no label in any language. */
struct form_shown form_label(const struct form *form, const struct form_reading *reading,
                             const struct form_item *item);
/* form_choice_label: of an answer to a select item; the name itself if the list lost it. */
struct form_shown form_choice_label(const struct form *form, const struct form_reading *reading,
                                    const struct form_item *item, const char *name);

#endif
