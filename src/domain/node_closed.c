/* node_closed.c - the mark that says: nobody serves these stores. */
#include "domain/node_closed.h"

#include "db/setting.h"

static const char NAME[] = "node.closed_by_move";

err node_closed_read(struct tx *tx, struct id *move)
{
    const char *value;
    err e = db_setting_get(tx, db_scratch(tx), NAME, &value);
    if (e.kind == ERR_NOT_FOUND) {
        *move = (struct id){""};
        return ERR_OK;
    }
    TRY(e);
    return id_parse(value, move);
}

err node_closed_put(struct tx *tx, struct id move) { return db_setting_put(tx, NAME, move.text); }

err node_closed_take(struct tx *tx) { return db_setting_put(tx, NAME, NULL); }

err node_closed_in(struct tx *tx)
{
    struct id move;
    TRY(node_closed_read(tx, &move));
    ENSURE(!id_is_set(move), ERR_STATE,
           "these stores are closed: the node is moving to others, or has moved. `opentrm move` again finishes it, "
           "`opentrm move --cancel` takes it back");
    return ERR_OK;
}

static err check(struct tx *tx, void *arg)
{
    (void)arg;
    return node_closed_in(tx);
}

err node_closed_check(struct db *records) { return db_read(records, check, NULL); }
