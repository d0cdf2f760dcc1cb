/* plural.h - the "Plural-Forms" rule of a .po file: which form of a message is for n things.
 *
 * The rule is an expression in C's notation over n (gettext manual, "Plural forms"), read by a small
 * evaluator that can do nothing but arithmetic on n. Called by messages.c only.
 */
#ifndef OPENTRM_BASE_PLURAL_H
#define OPENTRM_BASE_PLURAL_H

#include "base/bytes.h"

#define PLURAL_FORMS_MAX 6

struct plural;

/* plural_parse: "nplurals=2; plural=(n != 1);". ERR_INPUT for anything else. Owned by ctx. */
err plural_parse(mem *ctx, const char *rule, struct plural **out);
size_t plural_forms(const struct plural *rule);
/* plural_index: 0 to plural_forms - 1. A rule that says otherwise for this n gives 0. */
size_t plural_index(const struct plural *rule, int64_t n);

#endif
