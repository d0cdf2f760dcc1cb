/* audit.c - lines are written here, in the transaction of the act. */
#include "audit/audit.h"

#include <string.h>

#include "audit/line.h"
#include "audit/reading.h"
#include "db/audit_log.h"

struct audit {
    struct id chains[DB_LANES]; /* one for each writing connection: none waits for another's line */
    struct readings *readings;
};

err audit_open(mem *ctx, msec now, struct audit **out)
{
    struct audit *audit = mem_new(ctx, struct audit);
    ENSURE_MEM(audit);
    for (size_t i = 0; i < DB_LANES; i++) audit->chains[i] = id_new(now);
    TRY(readings_open(audit, &audit->readings));
    *out = audit;
    return ERR_OK;
}

/* A chain begins with the hash of the newest checkpoint: so it is known to be younger. */
static err line_first(struct tx *tx, struct audit_line *line)
{
    struct db_audit_checkpoint last = {.text = NULL};
    err e = db_audit_checkpoint_last(tx, db_scratch(tx), &last);
    if (err_failed(e) && e.kind != ERR_NOT_FOUND) return e;
    line->number = 1;
    memcpy(line->before, AUDIT_NO_HASH, AUDIT_HASH_ROOM);
    if (last.text != NULL) text_hash(last.text, line->before);
    return ERR_OK;
}

static err line_next(struct tx *tx, struct audit_line *line)
{
    struct db_audit_line tail;
    err e = db_audit_tail(tx, db_scratch(tx), line->chain, &tail);
    if (e.kind == ERR_NOT_FOUND) return line_first(tx, line);
    if (err_failed(e)) return e;
    line->number = tail.number + 1;
    text_hash(tail.line, line->before);
    return ERR_OK;
}

err audit_append(struct tx *tx, const struct audit *audit, const struct audit_event *event)
{
    ENSURE(db_which(tx) == DB_RECORDS, ERR_BUG, "the audit log stands with the records");
    const char *opening = NULL;
    TRY(opening_write(db_scratch(tx), event, &opening));
    struct audit_line line;
    memcpy(line.chain, audit->chains[db_lane(tx)].text, sizeof line.chain);
    TRY(line_next(tx, &line));
    text_hash(opening, line.commitment);
    char text[AUDIT_LINE_ROOM];
    line_write(&line, text);
    struct db_audit_line row = {line.chain, line.number, text};
    TRY(db_audit_line_insert(tx, &row));
    struct db_audit_event of_row = {id_new(event->at), line.chain,     line.number,
                                    event->at,         event->case_id, opening};
    return db_audit_event_insert(tx, &of_row);
}

bool audit_read_needed(struct audit *audit, struct bytes session, struct id case_id, msec now)
{
    return !readings_fresh(audit->readings, session, case_id, now, AUDIT_READ_AGAIN);
}

void audit_read_written(struct audit *audit, struct bytes session, struct id case_id, msec now)
{
    readings_add(audit->readings, session, case_id, now);
}

/* ---- reading it ---- */

static err entry_of(mem *ctx, const struct db_audit_event *event, struct audit_entry *out)
{
    err e = opening_read(ctx, event->opening, out);
    if (e.kind == ERR_INPUT) FAIL(ERR_STORE, "the audit log is damaged: verify it");
    if (err_failed(e)) return e;
    out->chain = event->chain;
    out->number = event->number;
    out->id = event->id;
    return ERR_OK;
}

static err entries_of(mem *ctx, const db_audit_events *events, audit_entries *out)
{
    struct audit_entry *at = mem_array(ctx, struct audit_entry, events->n + 1);
    ENSURE_MEM(at);
    for (size_t i = 0; i < events->n; i++) TRY(entry_of(ctx, &events->at[i], &at[i]));
    out->at = at;
    out->n = events->n;
    out->more = events->more;
    return ERR_OK;
}

err audit_of_case(struct tx *tx, mem *ctx, struct id case_id, struct db_page page,
                  audit_entries *out)
{
    db_audit_events events;
    TRY(db_audit_events_of_case(tx, ctx, case_id, page, &events));
    return entries_of(ctx, &events, out);
}

err audit_all(struct tx *tx, mem *ctx, struct db_page page, audit_entries *out)
{
    db_audit_events events;
    TRY(db_audit_events_all(tx, ctx, page, &events));
    return entries_of(ctx, &events, out);
}

err audit_erase_case(struct tx *tx, struct id case_id, int64_t *erased)
{
    return db_audit_events_erase(tx, case_id, erased);
}
