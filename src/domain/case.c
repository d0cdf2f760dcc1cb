/* case.c - opening, finding and listing cases. */
#include "domain/case.h"

#include <string.h>

#include "audit/audit.h"
#include "base/text.h"
#include "db/case_file.h"
#include "domain/case_content.h"
#include "domain/facts.h"
#include "domain/record_write.h"
#include "domain/vault_keys.h"

#define CODE_LENGTHS (CASE_CODE_RANDOM_MOST - CASE_CODE_RANDOM_LEAST + 1)

/* A new case's row and first record. Codes are candidates of growing length; the first free one is taken. */
struct case_making {
    struct node *node;
    struct casefile *c;
    struct db_case row;
    char codes[CODE_LENGTHS][CASE_CODE_ROOM];
    const char *compartments;
    struct vault_wraps *wraps;
    struct record_batch batch;
    struct audit_event event;
};

static err free_code(struct tx *tx, struct case_making *o)
{
    for (size_t i = 0; i < CODE_LENGTHS; i++) {
        struct db_case other;
        err e = db_case_by_code(tx, db_scratch(tx), o->codes[i], &other);
        if (e.kind == ERR_NOT_FOUND) {
            o->row.code = o->codes[i];
            return ERR_OK;
        }
        TRY(e);
    }
    FAIL(ERR_BUSY, "no free case code was found: try again");
}

err case_insert(struct tx *tx, struct case_making *o)
{
    TRY(free_code(tx, o));
    TRY(db_case_insert(tx, &o->row, o->compartments));
    TRY(record_batch_insert(tx, &o->batch));
    return audit_append(tx, o->node->audit, &o->event);
}

err case_keys_insert(struct tx *tx, struct case_making *making) { return vault_wraps_insert(tx, making->wraps); }

static err insert_keys(struct tx *tx, void *arg) { return case_keys_insert(tx, arg); }

err case_prepare(struct node *node, struct actor *actor, const struct case_wish *wish, mem *ctx,
                 struct case_making **out)
{
    struct case_making *o;
    TRY(case_draft(node, actor, wish, ctx, &o));
    TRY(db_run(node->keys, insert_keys, o));
    *out = o;
    return ERR_OK;
}

err case_draft(struct node *node, struct actor *actor, const struct case_wish *wish, mem *ctx, struct case_making **out)
{
    msec now = node_now(node);
    struct case_making *o = mem_new(ctx, struct case_making);
    ENSURE_MEM(o);
    struct id id = id_new(now);
    for (int i = 0; i < CODE_LENGTHS; i++)
        TRY(case_code_new(node->settings.country, now, CASE_CODE_RANDOM_LEAST + i, o->codes[i]));
    JSON_SCOPE(facts) = NULL;
    TRY(facts_check(wish->facts));
    TRY(facts_json(wish->facts, &facts));
    struct vault *vault;
    const struct vault_draft_wish draft = {.kind = VAULT_CASE,
                                           .subject = id,
                                           .shares = &(struct vault_share){wish->team, COMPARTMENT_ALL},
                                           .n = 1,
                                           .targets = wish->target};
    TRY(vault_draft(node, actor, &draft, ctx, &vault, &o->wraps));
    TRY(record_seal(node, actor, vault, ctx, "facts", "", COMPARTMENT_IDENTITY, 1, facts, &o->batch));
    o->node = node;
    o->compartments = "identity circumstances health safety justice";
    o->row = (struct db_case){.id = id,
                              .code = "",
                              .organisation_id = wish->organisation,
                              .team_id = wish->team,
                              .origin = wish->origin,
                              .state = wish->state == NULL ? "open" : wish->state,
                              .created_at = now,
                              .updated_at = now,
                              .created_by = actor->user_id};
    o->event = (struct audit_event){
        .at = now, .actor_id = actor->user_id, .action = AUDIT_CASE_OPEN, .case_id = id};
    const db_records rows = {.at = o->batch.at, .n = o->batch.n};
    TRY(casefile_of(ctx, &o->row, vault, &rows, &o->c));
    *out = o;
    return ERR_OK;
}

struct casefile *case_preparing(struct case_making *making) { return making->c; }

struct casefile *case_made(struct case_making *making)
{
    memcpy(making->c->code, making->row.code, strlen(making->row.code) + 1);
    return making->c;
}

static err insert(struct tx *tx, void *arg)
{
    struct case_making *o = arg;
    return case_insert(tx, o);
}

err case_open(struct node *node, struct actor *actor, struct id team_id, const char *label, mem *ctx,
              struct casefile **out)
{
    TRY(actor_need(actor, CAPABILITY_CASE_OPEN));
    const struct actor_team *team = actor_team_of(actor, team_id);
    ENSURE(team != NULL, ERR_DENIED, "you are not a member of this team");
    /* The usual case: whoever opens it is in the country of exploitation. The facts page asks. */
    struct facts facts = {.label = label == NULL ? "" : label,
                          .guardian_name = "",
                          .guardian_contact = "",
                          .n_countries = 1,
                          .countries = {{.roles = PARTY_EXPLOITATION}}};
    memcpy(facts.countries[0].code, node->settings.country, 3);
    const struct case_wish wish = {
        .team = team->id, .organisation = team->organisation_id, .origin = "own", .facts = &facts};
    struct case_making *making;
    TRY(case_prepare(node, actor, &wish, ctx, &making));
    TRY(db_run(node->records, insert, making));
    *out = case_made(making);
    return ERR_OK;
}

struct finding {
    mem *ctx;
    const char *code; /* or NULL: by id */
    struct id id;
    struct db_case row;
    db_records rows;
};

static err find_case(struct tx *tx, void *arg)
{
    struct finding *f = arg;
    TRY(f->code != NULL ? db_case_by_code(tx, f->ctx, f->code, &f->row)
                        : db_case_by_id(tx, f->ctx, f->id, &f->row));
    return db_record_current(tx, f->ctx, f->row.id, &f->rows);
}

struct reading {
    struct node *node;
    struct audit_event event;
};

static err note_reading(struct tx *tx, void *arg)
{
    const struct reading *r = arg;
    return audit_append(tx, r->node->audit, &r->event);
}

/* Reading is audited before anything is shown, once a minute for the same session and case. */
static err audit_reading(struct node *node, const struct actor *actor, struct id case_id)
{
    msec now = node_now(node);
    if (!audit_read_needed(node->audit, actor->session, case_id, now)) return ERR_OK;
    struct reading r = {node,
                        {.at = now, .actor_id = actor->user_id, .action = AUDIT_CASE_READ, .case_id = case_id}};
    TRY(db_run(node->records, note_reading, &r));
    audit_read_written(node->audit, actor->session, case_id, now);
    return ERR_OK;
}

static err find(struct node *node, struct actor *actor, struct finding *f, struct casefile **out)
{
    TRY(actor_need(actor, CAPABILITY_CASE_READ));
    TRY(db_read(node->records, find_case, f));
    struct vault *vault;
    TRY(vault_open(node, actor, VAULT_CASE, f->row.id, f->ctx, &vault));
    TRY(audit_reading(node, actor, f->row.id));
    return casefile_of(f->ctx, &f->row, vault, &f->rows, out);
}

err case_find(struct node *node, struct actor *actor, const char *code, mem *ctx, struct casefile **out)
{
    char normal[CASE_CODE_ROOM];
    TRY(case_code_normal(code, normal));
    struct finding f = {.ctx = ctx, .code = normal};
    err e = find(node, actor, &f, out);
    if (e.kind == ERR_NOT_FOUND) FAIL(ERR_NOT_FOUND, "there is no case with this code that you can read");
    return e;
}

err case_find_id(struct node *node, struct actor *actor, struct id id, mem *ctx, struct casefile **out)
{
    struct finding f = {.ctx = ctx, .id = id};
    return find(node, actor, &f, out);
}

unsigned case_party(const struct node *node, const struct casefile *c)
{
    for (size_t i = 0; i < c->facts->n_countries; i++)
        if (text_same(c->facts->countries[i].code, node->settings.country)) return c->facts->countries[i].roles;
    return 0;
}

struct form_eval case_eval(const struct node *node, const struct casefile *c)
{
    return (struct form_eval){.now = node_now(node), .parties = case_party(node, c), .compartments = c->held};
}
