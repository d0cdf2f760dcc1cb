/* verify.c - looks the audit log over, in pieces of constant size. */
#include "audit/verify.h"

#include <string.h>

#include "audit/line.h"
#include "base/json.h"
#include "base/text.h"
#include "db/audit_log.h"

enum { LINES_AT_ONCE = 1000, CHECKPOINTS_AT_ONCE = 20 };

const char *audit_fault_text(enum audit_fault fault)
{
    static const char *const TEXTS[AUDIT_FAULT_COUNT] = {
        [AUDIT_LINE_MALFORMED] = "this is not a line of this place",
        [AUDIT_LINE_MISSING] = "lines are missing from here on",
        [AUDIT_LINE_BROKEN] =
            "does not fit the line before: one of the two was edited, put in or moved",
        [AUDIT_LINE_REWRITTEN] = "a signed checkpoint names another line in this place",
        [AUDIT_TAIL_CUT] = "a signed checkpoint names this line, and it is not there",
        [AUDIT_EVENT_DIFFERENT] = "the event is not the one that was written",
        [AUDIT_EVENT_STRAY] = "an event that no line stands for",
        [AUDIT_CHECKPOINT_BROKEN] = "this checkpoint does not follow the one before",
        [AUDIT_CHECKPOINT_SIGNATURE] = "this checkpoint was not signed by this node",
        [AUDIT_CHECKPOINT_LOST] = "the checkpoint that was given is not here",
    };
    return (unsigned)fault < AUDIT_FAULT_COUNT ? TEXTS[fault] : "?";
}

struct verifying {
    struct db *records;
    struct audit_verifier verifier;
    const char *known;
    bool known_seen;
    struct audit_report report;
    json_t *sealed;      /* chain -> the last line that a checkpoint names */
    json_t *checkpoints; /* hash -> true */
    /* where it stands */
    char chain[ID_TEXT_ROOM];
    int64_t number;
    char hash[AUDIT_HASH_ROOM]; /* of the line, or checkpoint, before */
    bool more;
};

static void fault_add(struct verifying *v, enum audit_fault fault, const char *chain,
                      int64_t number)
{
    struct audit_report *r = &v->report;
    r->faults++;
    if (r->n == AUDIT_FINDINGS_MOST) return;
    struct audit_finding *f = &r->findings[r->n++];
    f->fault = fault;
    f->number = number;
    size_t n = strnlen(chain, sizeof f->chain - 1);
    memcpy(f->chain, chain, n);
    f->chain[n] = '\0';
}

/* ---- checkpoints, and the lines that they name ---- */

static err head_verify(struct verifying *v, struct tx *tx, mem *ctx,
                       const struct checkpoint_head *head)
{
    struct db_audit_line line;
    err e = db_audit_line_get(tx, ctx, head->chain.text, head->number, &line);
    if (e.kind == ERR_NOT_FOUND) {
        fault_add(v, AUDIT_TAIL_CUT, head->chain.text, head->number);
    } else {
        if (err_failed(e)) return e;
        char hash[AUDIT_HASH_ROOM];
        text_hash(line.line, hash);
        if (!text_same(hash, head->hash))
            fault_add(v, AUDIT_LINE_REWRITTEN, head->chain.text, head->number);
    }
    return json_put(v->sealed, head->chain.text, json_integer(head->number));
}

static err signature_verify(struct verifying *v, const struct db_audit_checkpoint *row)
{
    err e = v->verifier.verify(v->verifier.arg, bytes_text(row->text), row->signature);
    if (e.kind != ERR_CRYPTO) return e;
    fault_add(v, AUDIT_CHECKPOINT_SIGNATURE, "", row->number);
    return ERR_OK;
}

static err checkpoint_verify(struct verifying *v, struct tx *tx, mem *ctx,
                             const struct db_audit_checkpoint *row)
{
    struct checkpoint c = {0};
    err e = checkpoint_read(ctx, row->text, &c);
    if (e.kind == ERR_MEMORY) return e;
    bool follows = !err_failed(e) && c.number == row->number && row->number == v->number + 1 &&
                   text_same(c.before, v->hash);
    if (!follows) fault_add(v, AUDIT_CHECKPOINT_BROKEN, "", row->number);
    TRY(signature_verify(v, row));
    for (size_t i = 0; i < c.n; i++) TRY(head_verify(v, tx, ctx, &c.heads[i]));
    v->number = row->number;
    text_hash(row->text, v->hash);
    if (v->known != NULL && text_same(v->known, v->hash)) v->known_seen = true;
    v->report.checkpoints++;
    return json_put(v->checkpoints, v->hash, json_true());
}

static err checkpoints_piece(struct tx *tx, void *arg)
{
    struct verifying *v = arg;
    db_audit_checkpoints list;
    TRY(db_audit_checkpoint_walk(tx, db_scratch(tx), v->number, CHECKPOINTS_AT_ONCE, &list));
    for (size_t i = 0; i < list.n; i++) TRY(checkpoint_verify(v, tx, db_scratch(tx), &list.at[i]));
    v->more = list.more;
    return ERR_OK;
}

static err checkpoints_verify(struct verifying *v)
{
    v->number = 0;
    memcpy(v->hash, AUDIT_NO_HASH, AUDIT_HASH_ROOM);
    do TRY(db_read(v->records, checkpoints_piece, v));
    while (v->more);
    if (v->known != NULL && !v->known_seen) fault_add(v, AUDIT_CHECKPOINT_LOST, "", 0);
    return ERR_OK;
}

/* ---- lines ---- */

static void chain_end(struct verifying *v)
{
    if (v->number == 0) return;
    int64_t sealed = json_integer_value(json_object_get(v->sealed, v->chain));
    if (v->number > sealed) v->report.unsealed += v->number - sealed;
}

static void chain_begin(struct verifying *v, const char *chain)
{
    chain_end(v);
    v->report.chains++;
    size_t n = strnlen(chain, sizeof v->chain - 1);
    memcpy(v->chain, chain, n);
    v->chain[n] = '\0';
    v->number = 0;
}

/* Does it hold the hash of what stands before it? A first line holds a checkpoint's, or none. */
static bool before_fits(const struct verifying *v, const struct audit_line *line)
{
    if (line->number > 1) return text_same(line->before, v->hash);
    return text_same(line->before, AUDIT_NO_HASH) ||
           json_object_get(v->checkpoints, line->before) != NULL;
}

static err event_verify(struct verifying *v, mem *ctx, const struct db_audit_pair *pair,
                        const struct audit_line *line)
{
    if (pair->opening == NULL) {
        v->report.erased++;
        return ERR_OK;
    }
    char commitment[AUDIT_HASH_ROOM];
    struct audit_entry entry = {0};
    text_hash(pair->opening, commitment);
    err e = opening_read(ctx, pair->opening, &entry);
    if (e.kind == ERR_MEMORY) return e;
    bool fits = !err_failed(e) && text_same(commitment, line->commitment) && entry.at == pair->at &&
                id_same(entry.case_id, pair->case_id);
    if (!fits) fault_add(v, AUDIT_EVENT_DIFFERENT, pair->chain, pair->number);
    v->report.events++;
    return ERR_OK;
}

static err line_verify(struct verifying *v, mem *ctx, const struct db_audit_pair *pair)
{
    struct audit_line line = {0};
    if (!text_same(v->chain, pair->chain)) chain_begin(v, pair->chain);
    err e = line_read(pair->line, &line);
    if (e.kind == ERR_MEMORY) return e;
    bool here = !err_failed(e) && text_same(line.chain, pair->chain) && line.number == pair->number;
    bool next = pair->number == v->number + 1;
    if (!next) fault_add(v, AUDIT_LINE_MISSING, pair->chain, v->number + 1);
    if (!here)
        fault_add(v, AUDIT_LINE_MALFORMED, pair->chain, pair->number);
    else if (next && !before_fits(v, &line))
        fault_add(v, AUDIT_LINE_BROKEN, pair->chain, pair->number);
    v->number = pair->number;
    text_hash(pair->line, v->hash);
    v->report.lines++;
    return event_verify(v, ctx, pair, &line);
}

static err lines_piece(struct tx *tx, void *arg)
{
    struct verifying *v = arg;
    db_audit_pairs list;
    TRY(db_audit_walk(tx, db_scratch(tx), v->chain, v->number, LINES_AT_ONCE, &list));
    for (size_t i = 0; i < list.n; i++) TRY(line_verify(v, db_scratch(tx), &list.at[i]));
    v->more = list.more;
    return ERR_OK;
}

static err strays_find(struct tx *tx, void *arg)
{
    struct verifying *v = arg;
    db_audit_pairs list;
    TRY(db_audit_strays(tx, db_scratch(tx), AUDIT_FINDINGS_MOST, &list));
    for (size_t i = 0; i < list.n; i++)
        fault_add(v, AUDIT_EVENT_STRAY, list.at[i].chain, list.at[i].number);
    return ERR_OK;
}

static err lines_verify(struct verifying *v)
{
    v->chain[0] = '\0';
    v->number = 0;
    do TRY(db_read(v->records, lines_piece, v));
    while (v->more);
    chain_end(v);
    return db_read(v->records, strays_find, v);
}

err audit_verify(struct db *records, struct audit_verifier verifier, const char *known,
                 struct audit_report *out)
{
    JSON_SCOPE(sealed) = json_object();
    JSON_SCOPE(checkpoints) = json_object();
    ENSURE_MEM(sealed);
    ENSURE_MEM(checkpoints);
    ENSURE(known == NULL || hash_valid(known), ERR_INPUT,
           "the hash of a checkpoint is 64 characters, 0 to 9 and a to f");
    MEM_SCOPE(scratch, NULL);
    struct verifying *v = mem_new(scratch, struct verifying);
    ENSURE_MEM(v);
    v->records = records;
    v->verifier = verifier;
    v->known = known;
    v->sealed = sealed;
    v->checkpoints = checkpoints;
    TRY(checkpoints_verify(v));
    TRY(lines_verify(v));
    *out = v->report;
    return ERR_OK;
}
