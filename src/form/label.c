/* label.c - picking the language of a text. */
#include "form/label.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

static void order_add(struct form_reading *r, size_t language)
{
    if (language == SIZE_MAX) return;
    for (size_t i = 0; i < r->n; i++)
        if (r->order[i] == language) return;
    if (r->n < FORM_LANGUAGES_MAX) r->order[r->n++] = language;
}

static size_t language_find(const struct form *form, const char *code, size_t n)
{
    for (size_t i = 0; i < form->n_languages; i++) {
        const char *have = form->languages[i].code;
        if (strlen(have) == n && strncasecmp(have, code, n) == 0) return i;
    }
    return SIZE_MAX;
}

struct form_reading form_reading_of(const struct form *form, const char *languages)
{
    struct form_reading r = {.n = 0};
    for (const char *s = languages; s != NULL && *s != '\0';) {
        size_t n = strcspn(s, ", ");
        order_add(&r, language_find(form, s, n));
        /* "sq-AL" is also content with "sq" */
        const char *dash = memchr(s, '-', n);
        if (dash != NULL) order_add(&r, language_find(form, s, (size_t)(dash - s)));
        s += n;
        s += strspn(s, ", ");
    }
    r.wanted = r.n;
    if (form->n_languages > 0) order_add(&r, form->default_language);
    order_add(&r, language_find(form, "en", 2));
    for (size_t i = 0; i < form->n_languages; i++) order_add(&r, i);
    return r;
}

struct form_shown form_text(const struct form *form, const struct form_reading *reading,
                            struct form_text text)
{
    if (text.in == NULL) return (struct form_shown){"", "", true};
    for (size_t i = 0; i < reading->n; i++) {
        size_t language = reading->order[i];
        if (text.in[language] == NULL) continue;
        return (struct form_shown){text.in[language], form->languages[language].code,
                                   i < reading->wanted};
    }
    return (struct form_shown){"", "", true};
}

struct form_shown form_label(const struct form *form, const struct form_reading *reading,
                             const struct form_item *item)
{
    struct form_shown shown = form_text(form, reading, item->label);
    if (text_empty(shown.text)) shown.text = item->name;
    return shown;
}

struct form_shown form_choice_label(const struct form *form, const struct form_reading *reading,
                                    const struct form_item *item, const char *name)
{
    struct form_shown shown = {name, "", true};
    if (item->choices == NULL) return shown;
    const struct form_choice *choice = form_choice_find(item->choices, name);
    if (choice == NULL) return shown;
    shown = form_text(form, reading, choice->label);
    if (text_empty(shown.text)) shown.text = name;
    return shown;
}
