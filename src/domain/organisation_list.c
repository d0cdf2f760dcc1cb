/* organisation_list.c - reads the agencies. */
#include "domain/organisation_list.h"

#include "db/organisation.h"
#include "domain/organisation.h"

struct listing {
    mem *ctx;
    struct id id;
    db_organisations rows;
    struct db_organisation row;
};

static err read_all(struct tx *tx, void *arg)
{
    struct listing *l = arg;
    return db_organisation_list(tx, l->ctx, &l->rows);
}

static err read_one(struct tx *tx, void *arg)
{
    struct listing *l = arg;
    return db_organisation_by_id(tx, l->ctx, l->id, &l->row);
}

static err has_keys(struct node *node, mem *ctx, struct id id, bool *out)
{
    MEM_SCOPE(scope, ctx);
    const struct certificate *certificate;
    err e = organisation_certificate_signing(node, id, scope, &certificate);
    if (e.kind != ERR_NOT_FOUND) TRY(e);
    *out = !err_failed(e);
    return ERR_OK;
}

err organisation_all(struct node *node, mem *ctx, struct organisation_list *out)
{
    struct listing l = {.ctx = ctx};
    TRY(db_read(node->records, read_all, &l));
    struct organisation_list list = {mem_array(ctx, struct organisation, l.rows.n + 1), 0};
    ENSURE_MEM(list.at);
    for (size_t i = 0; i < l.rows.n; i++) {
        const struct db_organisation *row = &l.rows.at[i];
        if (!row->active) continue;
        struct organisation *o = &list.at[list.n++];
        *o = (struct organisation){row->id, row->name, row->procedures, row->languages, row->child_authority,
                                   row->focal_point, false};
        TRY(has_keys(node, ctx, row->id, &o->has_keys));
    }
    *out = list;
    return ERR_OK;
}

err organisation_name(struct node *node, struct id id, mem *ctx, const char **out)
{
    struct listing l = {.ctx = ctx, .id = id};
    l.row.name = "";
    if (id_is_set(id)) TRY(db_read(node->records, read_one, &l));
    *out = l.row.name;
    return ERR_OK;
}
