/* partner_name.c - looks an organisation of a partner up in the directory. */
#include "domain/partner_name.h"

#include "base/text.h"

err partner_name(struct tx *tx, mem *ctx, const char *partner_id, const char *organisation_id, const char **name,
                 const char **country)
{
    struct db_partner partner;
    db_contacts contacts;
    err e = db_partner_by_id(tx, ctx, partner_id, &partner);
    if (e.kind == ERR_NOT_FOUND) {
        *name = "";
        *country = "";
        return ERR_OK;
    }
    TRY(e);
    *country = partner.country;
    *name = partner.name;
    TRY(db_contact_search(tx, ctx, partner.country, NULL, 500, &contacts));
    for (size_t i = 0; i < contacts.n; i++)
        if (text_same(contacts.at[i].partner_id, partner_id) &&
            text_same(contacts.at[i].organisation_id, organisation_id))
            *name = contacts.at[i].body;
    return ERR_OK;
}
