/* export.h - the audit log as files that sha256sum and openssl verify: docs/audit.md.
 *
 * In `folder` (which must exist): chain-ID.lines and chain-ID.events for each chain, line by line
 * beside each other ("-" where an event was erased); checkpoint-N.txt and checkpoint-N.sig. The
 * caller adds the node's certificate. Called by `opentrm audit export`.
 */
#ifndef OPENTRM_AUDIT_EXPORT_H
#define OPENTRM_AUDIT_EXPORT_H

#include "db/db.h"

/* audit_export: ERR_IO if a file cannot be written. */
err audit_export(struct db *records, const char *folder);

#endif
