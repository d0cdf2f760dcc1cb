/* contact.h - the directory of institutions by country and procedure (records). Public information.
 *
 * Rows of the node's own CSV have partner_id NULL; rows that came on a partner's card name it and
 * the organisation.
 */
#ifndef OPENTRM_DB_CONTACT_H
#define OPENTRM_DB_CONTACT_H

#include "db/page.h"
#include "db/query.h"

struct db_contact {
    struct id id;
    const char *country;
    const char *body; /* name of the institution */
    const char *city;
    const char *procedures; /* codes, a space between */
    const char *roles;      /* words */
    const char *channels;   /* JSON: {"telephone": ..., "email": ..., "address": ...} */
    const char *languages;
    const char *source;
    const char *verified_at;     /* "2012-08" or a day; NULL = never */
    bool confidential;           /* not on the public pages */
    const char *organisation_id; /* NULL: cannot be reached through a node */
    const char *partner_id;
};
typedef DB_LIST(db_contact) db_contacts;

#define DB_CONTACTS_MOST 500

err db_contact_insert(struct tx *tx, const struct db_contact *row);
err db_contact_by_id(struct tx *tx, mem *ctx, struct id id, struct db_contact *out);
/* db_contact_search: NULL = any. Reachable ones first, then by name. */
err db_contact_search(struct tx *tx, mem *ctx, const char *country, const char *procedure,
                      size_t limit, db_contacts *out);
/* db_contact_clear: removes all of a partner (NULL: the node's own), before new ones are put in. */
err db_contact_clear(struct tx *tx, const char *partner_id);
/* db_contact_countries: codes that have an entry, sorted; at most 300. */
struct db_country {
    const char *code;
};
typedef DB_LIST(db_country) db_countries;
err db_contact_countries(struct tx *tx, mem *ctx, db_countries *out);

#endif
