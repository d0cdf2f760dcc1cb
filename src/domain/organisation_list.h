/* organisation_list.h - the agencies of this node, to choose from and to show. All of it is public.
 *
 * Called by web.
 */
#ifndef OPENTRM_DOMAIN_ORGANISATION_LIST_H
#define OPENTRM_DOMAIN_ORGANISATION_LIST_H

#include "domain/node.h"

struct organisation {
    struct id id;
    const char *name;
    const char *procedures; /* codes, a space between */
    const char *languages;  /* codes, a space between */
    bool child_authority;
    bool focal_point;
    bool has_keys; /* partners can seal to it */
};

struct organisation_list {
    struct organisation *at; /* by name */
    size_t n;
};

/* organisation_all: the active ones. Owned by ctx. */
err organisation_all(struct node *node, mem *ctx, struct organisation_list *out);
/* organisation_name: "" for an unset id. ERR_NOT_FOUND. Owned by ctx. */
err organisation_name(struct node *node, struct id id, mem *ctx, const char **out);

#endif
