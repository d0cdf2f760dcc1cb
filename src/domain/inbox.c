/* inbox.c - what came and waits for a person. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/vec.h"
#include "db/case_file.h"
#include "db/conversation.h"
#include "db/received.h"
#include "domain/actor.h"
#include "domain/conversation.h"
#include "domain/node.h"
#include "db/organisation.h"
#include "domain/partner_name.h"

#define INBOX_MAX 500

/* States in which a message waits for somebody. An opened referral waits for its decision; the others are
 * filed when they are opened. */
static const char *const WAITING[] = {"new", "delivered", "opened", "unreadable"};
static const char *const CLASSES[] = {"referral", "followup", "question", "answer", "alarm", "request", "withdrawal"};

static bool known_class(const char *class_)
{
    for (size_t i = 0; i < COUNT_OF(CLASSES); i++)
        if (text_same(CLASSES[i], class_)) return true;
    return false;
}

struct reading {
    struct node *node;
    const struct actor *actor;
    mem *ctx;
    VEC(struct inbox_line) lines;
    size_t unopened;
    bool count_only;
};

static err line(struct tx *tx, struct reading *r, const struct db_received *row)
{
    struct inbox_line l = {
        .received_id = row->id,
        .message_id = row->message_id,
        .class_ = row->class_,
        .state = row->state,
        .handle = row->handle,
        .case_code = "",
        .organisation = "",
        .received_at = row->at,
        .due_at = row->due_at,
        .overdue = row->due_at != 0 && row->due_at < node_now(r->node),
    };
    struct db_conversation conversation;
    err e = db_conversation_by_handle(tx, r->ctx, row->handle, &conversation);
    if (e.kind != ERR_NOT_FOUND) TRY(e);
    const char *remote = err_failed(e) ? NULL : conversation.remote_organisation;
    TRY(partner_name(tx, r->ctx, row->partner_id, remote, &l.from, &l.country));
    struct db_organisation ours;
    TRY(db_organisation_by_id(tx, r->ctx, row->organisation_id, &ours));
    l.organisation = ours.name;
    if (!err_failed(e) && id_is_set(conversation.case_id)) {
        struct db_case c;
        TRY(db_case_by_id(tx, r->ctx, conversation.case_id, &c));
        if (actor_team_of(r->actor, c.team_id) != NULL) l.case_code = c.code; /* others do not learn it */
    }
    return vec_push(r->ctx, &r->lines, l, INBOX_MAX);
}

static err of_organisation(struct tx *tx, struct reading *r, struct id organisation, const char *state)
{
    db_receiveds rows;
    TRY(db_received_of_organisation(tx, r->ctx, organisation, state, db_page_first(DB_PAGE_MOST), &rows));
    for (size_t i = 0; i < rows.n && r->lines.n < INBOX_MAX; i++) {
        if (!known_class(rows.at[i].class_)) continue;
        if (!text_same(state, "opened")) r->unopened++;
        if (!r->count_only) TRY(line(tx, r, &rows.at[i]));
    }
    return ERR_OK;
}

static err read_inbox(struct tx *tx, void *arg)
{
    struct reading *r = arg;
    struct id organisations[ACTOR_TEAMS_MOST];
    size_t n = actor_organisations(r->actor, organisations);
    r->lines.n = 0;
    r->unopened = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < COUNT_OF(WAITING); k++) TRY(of_organisation(tx, r, organisations[i], WAITING[k]));
    return ERR_OK;
}

static int latest_first(const void *a, const void *b)
{
    const struct inbox_line *x = a, *y = b;
    if (x->received_at != y->received_at) return x->received_at > y->received_at ? -1 : 1;
    return strcmp(y->received_id.text, x->received_id.text);
}

err inbox_list(struct node *node, struct actor *actor, mem *ctx, struct inbox *out)
{
    TRY(actor_need(actor, CAPABILITY_INBOX_READ));
    struct reading r = {.node = node, .actor = actor, .ctx = ctx};
    TRY(db_read(node->records, read_inbox, &r));
    if (r.lines.n > 1) qsort(r.lines.at, r.lines.n, sizeof *r.lines.at, latest_first);
    *out = (struct inbox){r.lines.at, r.lines.n};
    return ERR_OK;
}

err inbox_count(struct node *node, struct actor *actor, size_t *out)
{
    MEM_SCOPE(scope, NULL);
    struct reading r = {.node = node, .actor = actor, .ctx = scope, .count_only = true};
    TRY(actor_need(actor, CAPABILITY_INBOX_READ));
    TRY(db_read(node->records, read_inbox, &r));
    *out = r.unopened;
    return ERR_OK;
}
