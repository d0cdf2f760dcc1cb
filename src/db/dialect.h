/* dialect.h - the words of our table definitions, as an engine has them.
 *
 * Definitions are written once, in SQLite's words: types TEXT, INTEGER, BLOB; tables end with
 * STRICT or STRICT, WITHOUT ROWID. Everything else in them is the same for all engines. Used by
 * migrate.c only.
 */
#ifndef OPENTRM_DB_DIALECT_H
#define OPENTRM_DB_DIALECT_H

#include "db/db.h"

/* dialect_of: the text with the engine's words. */
err dialect_of(mem *ctx, enum db_kind kind, const char *sql, const char **out);

#endif
