/* setting.h - the node's settings: names and values (records). Nothing about a person.
 *
 * In the clear: key, value: the node's own name, country, addresses, limits.
 */
#ifndef OPENTRM_DB_SETTING_H
#define OPENTRM_DB_SETTING_H

#include "base/id.h"
#include "db/query.h"

/* db_setting_get: ERR_NOT_FOUND if it was never set. */
err db_setting_get(struct tx *tx, mem *ctx, const char *key, const char **value);
/* db_setting_put: sets or replaces. NULL removes it. */
err db_setting_put(struct tx *tx, const char *key, const char *value);

#endif
