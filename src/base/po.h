/* po.h - reads gettext's .po files (GNU gettext manual, "The Format of PO Files").
 *
 * Our own reader, since GNU's library takes only file names and its licence (GPL) is narrower than
 * ours. UTF-8 only. Fuzzy, untranslated and obsolete entries are left out. Called by messages.c; fuzzed.
 */
#ifndef OPENTRM_BASE_PO_H
#define OPENTRM_BASE_PO_H

#include "base/messages.h"
#include "base/plural.h"

#define PO_ENTRIES_MAX 50000

struct po_entry {
    const char *context;  /* or NULL */
    const char *id;
    const char *plural;   /* or NULL */
    const char *texts[PLURAL_FORMS_MAX];
    size_t texts_n;
    size_t line;          /* of its msgid */
};

struct po {
    const char *header; /* the text of msgid "", or "" */
    struct po_entry *entries;
    size_t n;
};

/* po_read: owned by ctx. ERR_INPUT with `problem` filled in (may be NULL), ERR_LIMIT. */
err po_read(mem *ctx, struct bytes in, struct po *out, struct messages_problem *problem);
/* po_header: the value of "Plural-Forms" and so on, without its line end; NULL when there is none. */
err po_header(mem *ctx, const struct po *po, const char *name, const char **out);

#endif
