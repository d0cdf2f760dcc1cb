/* messages.h - sentences in the reader's language: catalogs in gettext's .po format.
 *
 * The key of a message is the English sentence itself, so a missing translation shows English and
 * never a code. Catalogs are read once at start (DIR/data or the embedded data/locale/<lang>.po)
 * and do not change afterwards; they are shared by all threads.
 *
 * In C, mark what a person will read: MSG("Choose a country") where a constant is declared,
 * msg(catalog, "Choose a country") where it is shown. In templates: {{#t}}Choose a country{{/t}},
 * see web/template.h. `make translations` collects both into data/locale/opentrm.pot.
 *
 * A translation is data: it is escaped by the template like any other. It must keep the named
 * placeholders `{name}` of the English sentence and no others; a translation that does not is not
 * used (English is shown) and the check of `make translations` names it.
 */
#ifndef OPENTRM_BASE_MESSAGES_H
#define OPENTRM_BASE_MESSAGES_H

#include "base/bytes.h"

struct messages; /* all languages of a node */
struct catalog;  /* one language. NULL is English wherever one is asked for */

/* MSG / MSG_IN: mark a constant sentence, without and with a context. */
#define MSG(english) (english)
#define MSG_IN(context, english) (english)

#define MESSAGES_LANGUAGES_MAX 64
#define MESSAGES_PO_MAX ((size_t)8 << 20) /* bytes of one .po file */

struct messages_problem {
    size_t line;      /* of the .po file, from 1; 0 for the whole file */
    const char *what; /* literal */
};

/* messages_new: knows English only. Add the others before any thread uses it. */
err messages_new(mem *ctx, struct messages **out);
/* messages_add: one language from the bytes of its .po file. `language` as in BCP 47: "sq", "sr-Latn".
 * ERR_INPUT with `problem` filled in (may be NULL) when the file is not well formed. */
err messages_add(struct messages *m, const char *language, struct bytes po,
                 struct messages_problem *problem);

/* messages_count, messages_at: English first, the others as they were added. */
size_t messages_count(const struct messages *m);
const struct catalog *messages_at(const struct messages *m, size_t i);
/* messages_find: the catalog of exactly this language, or NULL. */
const struct catalog *messages_find(const struct messages *m, const char *language);

const char *catalog_language(const struct catalog *c);     /* "sq" */
const char *catalog_native_name(const struct catalog *c);  /* "Shqip": in its own language */
bool catalog_right_to_left(const struct catalog *c);

/* msg: the translation of `english`, or `english` itself. Lives as long as the catalog. */
const char *msg(const struct catalog *c, const char *english);
/* msg_in: the same for a sentence with a context (msgctxt), where one English word has two meanings. */
const char *msg_in(const struct catalog *c, const char *context, const char *english);
/* msg_count: the form for n things by the rule of the language. */
const char *msg_count(const struct catalog *c, const char *one, const char *many, int64_t n);

/* For the template compiler, which chooses among all forms at rendering. msg_forms: how many plural
 * forms the translation has, and which; 0 without a translation (then the English two are chosen by
 * the English rule, that of catalog NULL). context may be NULL. msg_form_index: which of them is for n. */
size_t msg_forms(const struct catalog *c, const char *context, const char *one, const char *many,
                 const char *const **forms);
size_t msg_form_index(const struct catalog *c, size_t forms, int64_t n);

struct msg_value {
    const char *name; /* of the placeholder, without braces */
    const char *text;
};

/* msg_fill: `sentence` with each {name} replaced by its text, once: values are never searched for
 * placeholders again. ERR_BUG for a placeholder that no value names. Not escaped. */
err msg_fill(mem *ctx, const char *sentence, const struct msg_value *values, size_t n,
             const char **out);
#define MSG_FILL(ctx, out, sentence, ...)                                                          \
    msg_fill((ctx), (sentence), (const struct msg_value[]){__VA_ARGS__},                           \
             sizeof((const struct msg_value[]){__VA_ARGS__}) / sizeof(struct msg_value), (out))

/* msg_same_placeholders: true if both sentences have the same set of {names}. */
bool msg_same_placeholders(const char *a, const char *b);

#endif
