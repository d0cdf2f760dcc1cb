/* audit_log.c - the rows of the audit log. */
#include "db/audit_log.h"

#include "db/row.h"

/* ---- lines ---- */

static const struct db_field LINE_FIELDS[] = {
    DB_FIELD(TEXT, struct db_audit_line, chain),
    DB_FIELD(INT, struct db_audit_line, number),
    DB_FIELD(TEXT, struct db_audit_line, line),
};
#define LINE_SHAPE DB_SHAPE(struct db_audit_line, LINE_FIELDS)
#define LINE_OUT "tit"

static const struct db_query CHAIN_INSERT = {
    "audit_chain_insert",
    "INSERT INTO audit_chain (chain, sealed) VALUES ($1, 0) ON CONFLICT DO NOTHING",
    "t",
    "",
};
static const struct db_query LINE_INSERT = {
    "audit_line_insert",
    "INSERT INTO audit_line (chain, number, line) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    LINE_OUT,
    "",
};
static const struct db_query TAIL = {
    "audit_tail",
    "SELECT chain, number, line FROM audit_line WHERE chain = $1 ORDER BY number DESC LIMIT 1",
    "t",
    LINE_OUT,
};
static const struct db_query LINE_GET = {
    "audit_line_get",
    "SELECT chain, number, line FROM audit_line WHERE chain = $1 AND number = $2",
    "ti",
    LINE_OUT,
};
static const struct db_query HEADS = {
    "audit_heads",
    "SELECT h.chain, h.number, h.line FROM (SELECT c.chain, c.sealed,"
    "  (SELECT max(m.number) FROM audit_line AS m WHERE m.chain = c.chain) AS number,"
    "  (SELECT m.line FROM audit_line AS m WHERE m.chain = c.chain"
    "   ORDER BY m.number DESC LIMIT 1) AS line FROM audit_chain AS c) AS h"
    " WHERE h.number > h.sealed ORDER BY h.chain LIMIT $1",
    "i",
    LINE_OUT,
};
static const struct db_query SEAL = {
    "audit_seal",
    "UPDATE audit_chain SET sealed = $2 WHERE chain = $1",
    "ti",
    "",
};

err db_audit_tail(struct tx *tx, mem *ctx, const char *chain, struct db_audit_line *out)
{
    struct db_value values[] = {db_text(chain)};
    return row_one(tx, ctx, &TAIL, values, 1, LINE_SHAPE, out);
}

err db_audit_line_get(struct tx *tx, mem *ctx, const char *chain, int64_t number,
                      struct db_audit_line *out)
{
    struct db_value values[] = {db_text(chain), db_int(number)};
    return row_one(tx, ctx, &LINE_GET, values, 2, LINE_SHAPE, out);
}

err db_audit_line_insert(struct tx *tx, const struct db_audit_line *row)
{
    struct db_value values[] = {db_text(row->chain)};
    if (row->number == 1) TRY(db_exec(tx, &CHAIN_INSERT, values, 1, NULL));
    return row_insert(tx, &LINE_INSERT, LINE_SHAPE, row);
}

err db_audit_heads(struct tx *tx, mem *ctx, size_t limit, db_audit_lines *out)
{
    struct db_value values[] = {db_int((int64_t)limit + 1)};
    return ROW_LIST(tx, ctx, &HEADS, values, 1, LINE_SHAPE, limit, false, out);
}

err db_audit_seal(struct tx *tx, const char *chain, int64_t number)
{
    struct db_value values[] = {db_text(chain), db_int(number)};
    return row_change(tx, &SEAL, values, 2, ERR_NOT_FOUND, "there is no such chain");
}

/* ---- events ---- */

#define EVENT_COLUMNS "id, chain, number, at, case_id, opening"
#define EVENT_OUT "ttiiTt"

static const struct db_field EVENT_FIELDS[] = {
    DB_FIELD(ID, struct db_audit_event, id),      DB_FIELD(TEXT, struct db_audit_event, chain),
    DB_FIELD(INT, struct db_audit_event, number), DB_FIELD(INT, struct db_audit_event, at),
    DB_FIELD(ID, struct db_audit_event, case_id), DB_FIELD(TEXT, struct db_audit_event, opening),
};
#define EVENT_SHAPE DB_SHAPE(struct db_audit_event, EVENT_FIELDS)

static const struct db_query EVENT_INSERT = {
    "audit_event_insert",
    "INSERT INTO audit_event (" EVENT_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6)"
    " ON CONFLICT DO NOTHING",
    EVENT_OUT,
    "",
};
static const struct db_query EVENTS_OF_CASE = {
    "audit_events_of_case",
    "SELECT " EVENT_COLUMNS " FROM audit_event WHERE case_id = $1 AND (at, id) < ($2, $3)"
    " ORDER BY at DESC, id DESC LIMIT $4",
    "titi",
    EVENT_OUT,
};
static const struct db_query EVENTS_ALL = {
    "audit_events_all",
    "SELECT " EVENT_COLUMNS " FROM audit_event WHERE (at, id) < ($1, $2)"
    " ORDER BY at DESC, id DESC LIMIT $3",
    "iti",
    EVENT_OUT,
};
static const struct db_query EVENTS_ERASE = {
    "audit_events_erase",
    "DELETE FROM audit_event WHERE case_id = $1",
    "t",
    "",
};

err db_audit_event_insert(struct tx *tx, const struct db_audit_event *row)
{
    return row_insert(tx, &EVENT_INSERT, EVENT_SHAPE, row);
}

err db_audit_events_of_case(struct tx *tx, mem *ctx, struct id case_id, struct db_page page,
                            db_audit_events *out)
{
    TRY(page_check(page));
    struct db_value values[] = {value_id(&case_id), page_at(page), page_id(&page),
                                db_int((int64_t)page.limit + 1)};
    return ROW_LIST(tx, ctx, &EVENTS_OF_CASE, values, 4, EVENT_SHAPE, page.limit, false, out);
}

err db_audit_events_all(struct tx *tx, mem *ctx, struct db_page page, db_audit_events *out)
{
    TRY(page_check(page));
    struct db_value values[] = {page_at(page), page_id(&page), db_int((int64_t)page.limit + 1)};
    return ROW_LIST(tx, ctx, &EVENTS_ALL, values, 3, EVENT_SHAPE, page.limit, false, out);
}

err db_audit_events_erase(struct tx *tx, struct id case_id, int64_t *erased)
{
    struct db_value values[] = {value_id(&case_id)};
    return db_exec(tx, &EVENTS_ERASE, values, 1, erased);
}

/* ---- verifying ---- */

static const struct db_field PAIR_FIELDS[] = {
    DB_FIELD(TEXT, struct db_audit_pair, chain), DB_FIELD(INT, struct db_audit_pair, number),
    DB_FIELD(TEXT, struct db_audit_pair, line),  DB_FIELD(TEXT, struct db_audit_pair, opening),
    DB_FIELD(TIME, struct db_audit_pair, at),    DB_FIELD(ID, struct db_audit_pair, case_id),
};
#define PAIR_SHAPE DB_SHAPE(struct db_audit_pair, PAIR_FIELDS)
/* The first two fields only. */
#define STRAY_SHAPE ((struct db_shape){PAIR_FIELDS, 2, sizeof(struct db_audit_pair)})

static const struct db_query WALK = {
    "audit_walk",
    "SELECT l.chain, l.number, l.line, e.opening, e.at, e.case_id FROM audit_line AS l"
    " LEFT JOIN audit_event AS e ON e.chain = l.chain AND e.number = l.number"
    " WHERE (l.chain, l.number) > ($1, $2) ORDER BY l.chain, l.number LIMIT $3",
    "tii",
    "titTIT",
};
static const struct db_query STRAYS = {
    "audit_strays",
    "SELECT e.chain, e.number FROM audit_event AS e LEFT JOIN audit_line AS l"
    " ON l.chain = e.chain AND l.number = e.number WHERE l.chain IS NULL"
    " ORDER BY e.chain, e.number LIMIT $1",
    "i",
    "ti",
};

err db_audit_walk(struct tx *tx, mem *ctx, const char *chain, int64_t number, size_t limit,
                  db_audit_pairs *out)
{
    struct db_value values[] = {db_text(chain), db_int(number), db_int((int64_t)limit + 1)};
    return ROW_LIST(tx, ctx, &WALK, values, 3, PAIR_SHAPE, limit, false, out);
}

err db_audit_strays(struct tx *tx, mem *ctx, size_t limit, db_audit_pairs *out)
{
    struct db_value values[] = {db_int((int64_t)limit + 1)};
    return ROW_LIST(tx, ctx, &STRAYS, values, 1, STRAY_SHAPE, limit, false, out);
}

/* ---- checkpoints ---- */

static const struct db_field CHECKPOINT_FIELDS[] = {
    DB_FIELD(INT, struct db_audit_checkpoint, number),
    DB_FIELD(TEXT, struct db_audit_checkpoint, text),
    DB_FIELD(BYTES, struct db_audit_checkpoint, signature),
};
#define CHECKPOINT_SHAPE DB_SHAPE(struct db_audit_checkpoint, CHECKPOINT_FIELDS)
#define CHECKPOINT_OUT "itb"

static const struct db_query CHECKPOINT_INSERT = {
    "audit_checkpoint_insert",
    "INSERT INTO audit_checkpoint (number, text, signature) VALUES ($1, $2, $3)"
    " ON CONFLICT DO NOTHING",
    CHECKPOINT_OUT,
    "",
};
static const struct db_query CHECKPOINT_LAST = {
    "audit_checkpoint_last",
    "SELECT number, text, signature FROM audit_checkpoint ORDER BY number DESC LIMIT 1",
    "",
    CHECKPOINT_OUT,
};
static const struct db_query CHECKPOINT_GET = {
    "audit_checkpoint_get",
    "SELECT number, text, signature FROM audit_checkpoint WHERE number = $1",
    "i",
    CHECKPOINT_OUT,
};
static const struct db_query CHECKPOINT_WALK = {
    "audit_checkpoint_walk",
    "SELECT number, text, signature FROM audit_checkpoint WHERE number > $1"
    " ORDER BY number LIMIT $2",
    "ii",
    CHECKPOINT_OUT,
};

err db_audit_checkpoint_insert(struct tx *tx, const struct db_audit_checkpoint *row)
{
    return row_insert(tx, &CHECKPOINT_INSERT, CHECKPOINT_SHAPE, row);
}

err db_audit_checkpoint_last(struct tx *tx, mem *ctx, struct db_audit_checkpoint *out)
{
    return row_one(tx, ctx, &CHECKPOINT_LAST, NULL, 0, CHECKPOINT_SHAPE, out);
}

err db_audit_checkpoint_get(struct tx *tx, mem *ctx, int64_t number,
                            struct db_audit_checkpoint *out)
{
    struct db_value values[] = {db_int(number)};
    return row_one(tx, ctx, &CHECKPOINT_GET, values, 1, CHECKPOINT_SHAPE, out);
}

err db_audit_checkpoint_walk(struct tx *tx, mem *ctx, int64_t number, size_t limit,
                             db_audit_checkpoints *out)
{
    struct db_value values[] = {db_int(number), db_int((int64_t)limit + 1)};
    return ROW_LIST(tx, ctx, &CHECKPOINT_WALK, values, 2, CHECKPOINT_SHAPE, limit, false, out);
}
