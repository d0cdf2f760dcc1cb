/* node_setting.h - the table of a node's settings: names, defaults, what a value may be.
 *
 * Inner header of domain: node.c reads all of them at start; user.c reads the root signer.
 */
#ifndef OPENTRM_DOMAIN_NODE_SETTING_H
#define OPENTRM_DOMAIN_NODE_SETTING_H

#include "crypto/sign.h"
#include "domain/node.h"

/* settings_check: ERR_INPUT with a sentence. `by_init`: also what only init may set. */
err setting_check(const char *name, const char *value, bool by_init);
/* settings_read: everything with its defaults. Owned by ctx. ERR_STORE if one is missing or
 * malformed. */
err settings_read(mem *ctx, struct tx *tx, struct node_settings *out);
/* root_signer_read / root_signer_put: the public key that new users pin. */
err root_signer_read(struct tx *tx, struct sign_public *out);
err root_signer_put(struct tx *tx, const struct sign_public *root);

#endif
