/* demo_data.c - batches of invented cases. */
#include "domain/demo_data.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "db/case_file.h"
#include "db/setting.h"
#include "domain/actor.h"
#include "domain/demo_case.h"
#include "domain/record_write.h"
#include "domain/session.h"
#include "domain/wrapping.h"

#define SETTING "demo.cases" /* "SEED MADE" */
#define SEED_FIRST 1

/* ---- how many there are ---- */

struct standing {
    bool ours;    /* there is demo data */
    int64_t seed; /* whose */
    int64_t made;
    int64_t all; /* cases of the node */
};

static err standing_read(struct tx *tx, struct standing *out)
{
    const char *text, *piece;
    err e = db_setting_get(tx, db_scratch(tx), SETTING, &text);
    if (e.kind == ERR_NOT_FOUND) return ERR_OK;
    TRY(e);
    TRY(text_split(db_scratch(tx), &text, ' ', &piece));
    TRY(text_number(piece, &out->seed));
    TRY(text_split(db_scratch(tx), &text, ' ', &piece));
    ENSURE(piece != NULL, ERR_STORE, "the store holds an impossible count of invented cases");
    TRY(text_number(piece, &out->made));
    out->ours = true;
    return ERR_OK;
}

static err read_standing(struct tx *tx, void *arg)
{
    struct standing *s = arg;
    *s = (struct standing){.seed = SEED_FIRST};
    TRY(standing_read(tx, s));
    return db_case_total(tx, &s->all);
}

/* ---- a batch ---- */

/* One case, sealed and not yet written. */
struct drafted {
    struct case_making *making;
    struct record_batch records;
    struct audit_event event; /* that the form was written to */
    bool written;
};

struct batch {
    struct node *node;
    struct actor *actor;
    struct wrap_target targets[ACTOR_TEAMS_MOST]; /* of the actor's teams */
    int64_t seed, from;
    struct drafted *at;
    size_t n;
};

static err find_targets(struct tx *tx, void *arg)
{
    struct batch *b = arg;
    for (size_t i = 0; i < b->actor->n_teams; i++)
        TRY(wrap_target_find(tx, b->node, b->actor->keys, b->actor->teams[i].id, &b->targets[i]));
    return ERR_OK;
}

static err answers_draft(struct batch *b, mem *ctx, const struct demo_case *made, struct casefile *c, struct drafted *out)
{
    for (unsigned i = 0; i < COMPARTMENTS; i++) {
        if (made->parts.at[i] == NULL) continue;
        TRY(record_seal(b->node, b->actor, c->vault, ctx, "form", made->form->id, (enum compartment)i, 1, made->parts.at[i],
                        &out->records));
        out->written = true;
    }
    out->event = (struct audit_event){.at = node_now(b->node),
                                      .actor_id = b->actor->user_id,
                                      .action = AUDIT_CASE_WRITE,
                                      .case_id = c->id,
                                      .object = made->form->id};
    return ERR_OK;
}

static err case_draft_one(struct batch *b, mem *ctx, const struct demo_book *book, int64_t number, struct drafted *out)
{
    struct demo_case made;
    TRY(demo_case_make(ctx, book, number, &made));
    size_t team = (size_t)(made.team % b->actor->n_teams);
    const struct case_wish wish = {.team = b->actor->teams[team].id,
                                   .organisation = b->actor->teams[team].organisation_id,
                                   .origin = "own",
                                   .state = made.state,
                                   .facts = &made.facts,
                                   .target = &b->targets[team]};
    TRY(case_draft(b->node, b->actor, &wish, ctx, &out->making));
    struct casefile *c = case_preparing(out->making);
    if (made.consented) {
        msec now = node_now(b->node);
        made.consent.id = id_new(now);
        made.consent.at = now;
        TRY(consent_seal(b->node, b->actor, c, &made.consent, &out->records));
    }
    return made.form == NULL ? ERR_OK : answers_draft(b, ctx, &made, c, out);
}

static err write_keys(struct tx *tx, void *arg)
{
    const struct batch *b = arg;
    for (size_t i = 0; i < b->n; i++) TRY(case_keys_insert(tx, b->at[i].making));
    return ERR_OK;
}

static err write_records(struct tx *tx, void *arg)
{
    const struct batch *b = arg;
    struct standing s = {.seed = b->seed};
    char text[64];
    TRY(standing_read(tx, &s));
    ENSURE(s.made == b->from && s.seed == b->seed, ERR_CONFLICT, "another run makes invented cases at this moment");
    for (size_t i = 0; i < b->n; i++) {
        TRY(case_insert(tx, b->at[i].making));
        TRY(record_batch_insert(tx, &b->at[i].records));
        if (b->at[i].written) TRY(audit_append(tx, b->node->audit, &b->at[i].event));
    }
    (void)snprintf(text, sizeof text, "%" PRId64 " %" PRId64, b->seed, b->from + (int64_t)b->n);
    return db_setting_put(tx, SETTING, text);
}

/* As a request: opened anew, so that access that has ended is noticed, and keys have their place. */
static err batch_make(struct node *node, const char *cookie, const struct demo_book *book, int64_t seed, int64_t from, size_t n)
{
    MEM_SCOPE(scope, NULL);
    struct batch b = {.node = node, .seed = seed, .from = from, .n = n};
    TRY(session_open(node, cookie, scope, &b.actor));
    TRY(actor_need(b.actor, CAPABILITY_CASE_OPEN));
    ENSURE(b.actor->n_teams > 0, ERR_DENIED, "invented cases need a team: this account is a member of none");
    b.at = mem_array(scope, struct drafted, n);
    ENSURE_MEM(b.at);
    TRY(db_read(node->records, find_targets, &b));
    for (size_t i = 0; i < n; i++) TRY(case_draft_one(&b, scope, book, from + (int64_t)i, &b.at[i]));
    TRY(db_run(node->keys, write_keys, &b));
    return db_run(node->records, write_records, &b);
}

err demo_data_make(struct node *node, const struct demo_data_wish *wish, int64_t *made)
{
    MEM_SCOPE(scope, NULL);
    struct standing s;
    struct demo_book *book;
    *made = 0;
    ENSURE(wish->cases > 0 && wish->cases <= DEMO_CASES_MOST, ERR_INPUT, "so many cases can't be invented");
    TRY(db_read(node->records, read_standing, &s));
    ENSURE(s.all == s.made || wish->among_cases, ERR_STATE,
           "this node has cases that were not invented: invented ones would stand among them");
    ENSURE(!s.ours || wish->seed < 0 || wish->seed == s.seed, ERR_STATE, "the invented cases of this node have another seed");
    if (!s.ours && wish->seed >= 0) s.seed = wish->seed;
    TRY(demo_book_new(scope, node, s.seed, &book));
    for (int64_t at = s.made; at < wish->cases;) {
        size_t n = wish->cases - at < DEMO_BATCH ? (size_t)(wish->cases - at) : DEMO_BATCH;
        TRY(batch_make(node, wish->cookie, book, s.seed, at, n));
        at += (int64_t)n;
        *made += (int64_t)n;
        if (wish->progress != NULL) wish->progress(wish->arg, at, wish->cases);
    }
    return ERR_OK;
}
