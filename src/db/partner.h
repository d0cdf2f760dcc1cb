/* partner.h - pinned nodes of other countries and agencies (records). In the clear, all of it:
 * cards are public. */
#ifndef OPENTRM_DB_PARTNER_H
#define OPENTRM_DB_PARTNER_H

#include "db/page.h"
#include "db/query.h"

struct db_partner {
    const char *id; /* node id */
    const char *name;
    const char *country;
    int64_t sequence; /* of the card; only grows */
    msec expires_at;
    struct bytes card;       /* signed bytes as they came */
    const char *fingerprint; /* as compared by voice */
    const char *state;       /* pinned | revoked */
    msec pinned_at;
    struct id pinned_by;  /* unset: from the command line */
    const char *endpoint; /* https address */
};
typedef DB_LIST(db_partner) db_partners;

/* db_partner_put: a new partner, or a newer card of a known one. ERR_CONFLICT unless the sequence
 * is greater than the stored one, or the same of one that was revoked. */
err db_partner_put(struct tx *tx, const struct db_partner *row);
err db_partner_by_id(struct tx *tx, mem *ctx, const char *id, struct db_partner *out);
err db_partner_list(struct tx *tx, mem *ctx, db_partners *out); /* by id; at most 500 */
err db_partner_revoke(struct tx *tx, const char *id);           /* ERR_NOT_FOUND */

#endif
