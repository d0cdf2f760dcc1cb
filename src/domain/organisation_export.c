/* organisation_export.c - the audit line of a key export. */
#include "domain/organisation_export.h"

struct export {
    struct node *node;
    struct audit_event event;
};

static err write_line(struct tx *tx, void *arg)
{
    const struct export *x = arg;
    return audit_append(tx, x->node->audit, &x->event);
}

err organisation_key_exported(struct node *node, const struct actor *actor, struct id organisation_id,
                              const char *purpose)
{
    struct export x = {.node = node,
                       .event = {.at = node_now(node),
                                 .actor_id = actor->user_id,
                                 .action = AUDIT_ORGANISATION_KEY_EXPORT,
                                 .object = organisation_id.text,
                                 .detail = purpose}};
    return db_run(node->records, write_line, &x);
}
