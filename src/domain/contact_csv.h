/* contact_csv.h - a directory CSV (data/directory/README.md) as rows, all checked before any is used.
 *
 * Called by contact_import. Pure: no store.
 */
#ifndef OPENTRM_DOMAIN_CONTACT_CSV_H
#define OPENTRM_DOMAIN_CONTACT_CSV_H

#include "domain/contact.h"

#define CONTACT_ROWS_MAX 20000

struct contact_rows {
    struct contact *at; /* id, organisation_id, partner_id unset */
    size_t n;
};

/* contact_csv_read: on ERR_INPUT `problem` is "line N, column: sentence" (no cell of the file is in it).
 * Owned by ctx. */
err contact_csv_read(mem *ctx, struct bytes csv, struct contact_rows *out, const char **problem);

#endif
