/* team_due.c - the queue of rotations. */
#include "domain/team_due.h"

#include <string.h>

#include "base/text.h"
#include "db/setting.h"

enum { DUE_MOST = 8192 };

static err key_of(mem *ctx, struct id team_id, const char **out)
{
    *out = talloc_asprintf(ctx, "team.due/%s", team_id.text);
    ENSURE_MEM(*out);
    return ERR_OK;
}

err team_due_read(struct tx *tx, mem *ctx, struct id team_id, const char **out)
{
    const char *key, *value = NULL;
    TRY(key_of(ctx, team_id, &key));
    err e = db_setting_get(tx, ctx, key, &value);
    if (e.kind != ERR_NOT_FOUND) TRY(e);
    *out = value;
    return ERR_OK;
}

err team_due_add(struct tx *tx, struct id team_id, struct id user_id)
{
    MEM_SCOPE(scope, NULL);
    const char *key, *before;
    TRY(key_of(scope, team_id, &key));
    TRY(team_due_read(tx, scope, team_id, &before));
    if (before == NULL) return db_setting_put(tx, key, user_id.text);
    if (strstr(before, user_id.text) != NULL || strlen(before) > DUE_MOST) return ERR_OK;
    const char *now = talloc_asprintf(scope, "%s %s", before, user_id.text);
    ENSURE_MEM(now);
    return db_setting_put(tx, key, now);
}

err team_due_clear(struct tx *tx, struct id team_id, const char *seen)
{
    MEM_SCOPE(scope, NULL);
    const char *key, *now;
    TRY(key_of(scope, team_id, &key));
    TRY(team_due_read(tx, scope, team_id, &now));
    return text_same(now, seen) ? db_setting_put(tx, key, NULL) : ERR_OK;
}
