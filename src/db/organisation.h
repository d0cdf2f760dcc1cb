/* organisation.h - the agencies of this node (records).
 *
 * In the clear, all of it: who the agencies are is published on the node card. Lists are words with
 * a space between ("return proceedings").
 */
#ifndef OPENTRM_DB_ORGANISATION_H
#define OPENTRM_DB_ORGANISATION_H

#include "db/page.h"
#include "db/query.h"

struct db_organisation {
    struct id id;
    const char *name;
    const char *country;    /* ISO 3166 alpha-2 */
    const char *procedures; /* codes */
    const char *languages;  /* codes */
    bool child_authority;
    bool focal_point;
    bool active;
    msec created_at;
};
typedef DB_LIST(db_organisation) db_organisations;

err db_organisation_insert(struct tx *tx, const struct db_organisation *row);
/* db_organisation_update: everything but id and created_at. ERR_NOT_FOUND. */
err db_organisation_update(struct tx *tx, const struct db_organisation *row);
err db_organisation_by_id(struct tx *tx, mem *ctx, struct id id, struct db_organisation *out);
/* db_organisation_list: all of them, by name; at most 500. */
err db_organisation_list(struct tx *tx, mem *ctx, db_organisations *out);

#endif
