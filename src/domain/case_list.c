/* case_list.c - "my cases": one page, with the labels that the actor can read. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "db/case_file.h"
#include "db/record.h"
#include "domain/case.h"
#include "domain/facts.h"
#include "domain/record_write.h"
#include "domain/vault.h"

struct listing {
    mem *ctx;
    const struct actor *actor;
    struct db_page page;
    db_cases cases;
    struct db_record *facts; /* by case; body empty where there is none */
};

static err read_page(struct tx *tx, void *arg)
{
    struct listing *l = arg;
    const struct db_case_filter filter = {actor_team_ids(l->actor), l->actor->n_teams, NULL};
    TRY(db_case_list(tx, l->ctx, filter, l->page, &l->cases));
    l->facts = mem_array(l->ctx, struct db_record, l->cases.n + 1);
    ENSURE_MEM(l->facts);
    for (size_t i = 0; i < l->cases.n; i++) {
        err e = db_record_one(tx, l->ctx, l->cases.at[i].id, "facts", "", "identity", &l->facts[i]);
        if (e.kind != ERR_NOT_FOUND) TRY(e);
    }
    return ERR_OK;
}

/* "time.id": where a page begins. */
static err page_from(const char *from, struct db_page *out)
{
    *out = db_page_first(CASE_PAGE);
    if (text_empty(from)) return ERR_OK;
    char *end;
    long long at = strtoll(from, &end, 10);
    struct id id;
    ENSURE(end != from && *end == '.', ERR_INPUT, "there is no such page");
    TRY(id_parse(end + 1, &id));
    *out = db_page_after(at, id, CASE_PAGE);
    return ERR_OK;
}

/* The label alone: fifty of them are on a page. */
static err label_of(mem *ctx, struct vault *vault, const struct db_record *row, const char **out)
{
    struct bytes plain;
    TRY(vault_open_record(vault, row, ctx, &plain));
    JSON_SCOPE(label) = NULL;
    TRY(json_read_member(plain, FACTS_LABEL, &label));
    const char *text = json_is_string(label) ? mem_text(ctx, json_string_value(label)) : "";
    ENSURE_MEM(text);
    *out = text;
    return ERR_OK;
}

static err line_of(const struct listing *l, size_t i, struct vault *vault, struct case_line *line)
{
    const struct db_case *row = &l->cases.at[i];
    ENSURE(strlen(row->code) < sizeof line->code, ERR_STORE, "the store holds an impossible case code");
    *line = (struct case_line){.id = row->id,
                               .state = row->state,
                               .origin = row->origin,
                               .created_at = row->created_at,
                               .updated_at = row->updated_at};
    memcpy(line->code, row->code, strlen(row->code) + 1);
    const struct actor_team *team = actor_team_of(l->actor, row->team_id);
    line->team_name = team == NULL ? "" : team->name;
    if (vault == NULL || l->facts[i].body.n == 0) return ERR_OK;
    err e = label_of(l->ctx, vault, &l->facts[i], &line->name);
    return e.kind == ERR_CRYPTO ? ERR_OK : e; /* the list stays; who opens the case is told that it was changed */
}

err case_mine(struct node *node, struct actor *actor, const char *from, mem *ctx, struct case_list *out)
{
    TRY(actor_need(actor, CAPABILITY_CASE_READ));
    *out = (struct case_list){0};
    if (actor->n_teams == 0) return ERR_OK;
    struct listing l = {.ctx = ctx, .actor = actor};
    TRY(page_from(from, &l.page));
    TRY(db_read(node->records, read_page, &l));
    if (l.cases.n == 0) return ERR_OK;
    struct id *ids = mem_array(ctx, struct id, l.cases.n);
    struct vault **vaults = mem_array(ctx, struct vault *, l.cases.n);
    struct case_line *lines = mem_array(ctx, struct case_line, l.cases.n);
    ENSURE_MEM(ids);
    ENSURE_MEM(vaults);
    ENSURE_MEM(lines);
    for (size_t i = 0; i < l.cases.n; i++) ids[i] = l.cases.at[i].id;
    TRY(vault_open_list(node, actor, ids, l.cases.n, COMPARTMENT_IDENTITY, ctx, vaults));
    for (size_t i = 0; i < l.cases.n; i++) TRY(line_of(&l, i, vaults[i], &lines[i]));
    const struct db_case *last = &l.cases.at[l.cases.n - 1];
    *out = (struct case_list){.at = lines, .n = l.cases.n, .more = l.cases.more};
    if (l.cases.more) {
        out->next = talloc_asprintf(ctx, "%" PRId64 ".%s", last->updated_at, last->id.text);
        ENSURE_MEM(out->next);
    }
    return ERR_OK;
}
