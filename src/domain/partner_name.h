/* partner_name.h - what to call an organisation of another node: its name in the directory.
 *
 * Names come with the node card and stand in the directory (db/contact.h), so that lists need no card.
 */
#ifndef OPENTRM_DOMAIN_PARTNER_NAME_H
#define OPENTRM_DOMAIN_PARTNER_NAME_H

#include "db/contact.h"
#include "db/partner.h"

/* partner_name: the organisation's name, else the node's, else "". Inside a transaction. Owned by ctx. */
err partner_name(struct tx *tx, mem *ctx, const char *partner_id, const char *organisation_id, const char **name,
                 const char **country);

#endif
