/* node_audit.c - the node's own lines, signed checkpoints. */
#include "domain/node_audit.h"

#include "crypto/certificate.h"

struct noting {
    struct node *node;
    struct audit_event event;
};

static err write_line(struct tx *tx, void *arg)
{
    const struct noting *n = arg;
    return audit_append(tx, n->node->audit, &n->event);
}

err node_audit_note(struct node *node, enum audit_action action)
{
    struct noting n = {node, {.at = node_now(node), .action = action}};
    return db_run(node->records, write_line, &n);
}

static err sign(void *arg, mem *ctx, struct bytes text, struct bytes *signature)
{
    const struct node *node = arg;
    return private_key_sign(ctx, node->key, text, signature);
}

static err verify(void *arg, struct bytes text, struct bytes signature)
{
    const struct node *node = arg;
    return certificate_verify(node->certificate, text, signature);
}

struct audit_signer node_signer(const struct node *node)
{
    return (struct audit_signer){sign, (void *)(uintptr_t)node};
}

struct audit_verifier node_verifier(const struct node *node)
{
    return (struct audit_verifier){verify, (void *)(uintptr_t)node};
}

err node_audit_checkpoint(struct node *node)
{
    MEM_SCOPE(scope, NULL);
    struct audit_checkpoint out;
    err e = audit_checkpoint_write(node->records, node_signer(node), node->settings.id, node_now(node), scope, &out);
    /* Nothing new, or another process was faster. */
    if (e.kind == ERR_NOT_FOUND || e.kind == ERR_CONFLICT) return ERR_OK;
    return e;
}
