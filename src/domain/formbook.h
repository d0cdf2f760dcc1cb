/* formbook.h - the forms of a node, loaded once at start.
 *
 * One folder a form under data/forms/ (DIR/data/forms/ overlays the built-in ones). A form that is wrong is left
 * out and named, so that one typing error does not keep a shelter from working.
 */
#ifndef OPENTRM_DOMAIN_FORMBOOK_H
#define OPENTRM_DOMAIN_FORMBOOK_H

#include "form/definition.h"

struct formbook {
    const struct form **at; /* by id */
    size_t n;
    const char *problems; /* text for the log and `opentrm doctor`; NULL if all loaded */
};

#define FORMBOOK_MAX 200

/* formbook_open: `folder` is the node's data folder, may be NULL. Owned by ctx. */
err formbook_open(mem *ctx, const char *folder, const struct formbook **out);
/* formbook_find: by id. ERR_NOT_FOUND. */
err formbook_find(const struct formbook *book, const char *id, const struct form **out);

#endif
