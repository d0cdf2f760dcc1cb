/* act.h - what the fault tests write: transactions of two rows, which must be there both or not at
 * all. */
#ifndef OPENTRM_TESTS_ACT_H
#define OPENTRM_TESTS_ACT_H

#include "../unit/store.h"

#include "db/setting.h"

struct act {
    int writer;
    int n;
    size_t size; /* of the values */
};

static inline void act_key(const struct act *act, char which, char out[static 64])
{
    (void)snprintf(out, 64, "%d-%d-%c", act->writer, act->n, which);
}

static inline err act_put(struct tx *tx, const struct act *act, char which)
{
    char key[64];
    char *value = talloc_zero_size(db_scratch(tx), act->size + 1);
    ENSURE_MEM(value);
    memset(value, which, act->size);
    act_key(act, which, key);
    return db_setting_put(tx, key, value);
}

static inline err act_write(struct tx *tx, void *arg)
{
    TRY(act_put(tx, arg, 'a'));
    return act_put(tx, arg, 'b');
}

struct act_seen {
    struct act act;
    int rows; /* of its two */
};

static inline err act_look(struct tx *tx, void *arg)
{
    struct act_seen *seen = arg;
    seen->rows = 0;
    for (const char *which = "ab"; *which != '\0'; which++) {
        char key[64];
        const char *value = NULL;
        act_key(&seen->act, *which, key);
        err e = db_setting_get(tx, db_scratch(tx), key, &value);
        if (e.kind == ERR_NOT_FOUND) continue;
        if (err_failed(e)) return e;
        bool whole = strlen(value) == seen->act.size &&
                     strspn(value, (char[]){*which, '\0'}) == seen->act.size;
        ENSURE(whole, ERR_STORE, "a value that is not what was written");
        seen->rows++;
    }
    return ERR_OK;
}

/* act_there: is it in the store? Half of it, or another value, fails the test. */
static inline bool act_there(struct db *db, struct act act)
{
    struct act_seen seen = {.act = act};
    OK(db_read(db, act_look, &seen));
    if (seen.rows == 1) fail_msg("half a transaction: writer %d, number %d", act.writer, act.n);
    return seen.rows == 2;
}

#endif
