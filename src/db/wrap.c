/* wrap.c - wrapped keys of teams, cases and messages. */
#include "db/wrap.h"

#include "db/row.h"

/* ---- team keys ---- */

static const struct db_field TEAM_FIELDS[] = {
    DB_FIELD(ID, struct db_team_wrap, team_id),
    DB_FIELD(INT, struct db_team_wrap, generation),
    DB_FIELD(ID, struct db_team_wrap, user_id),
    DB_FIELD(BYTES, struct db_team_wrap, blob),
};
#define TEAM_SHAPE DB_SHAPE(struct db_team_wrap, TEAM_FIELDS)

static const struct db_query TEAM_INSERT = {
    "team_wrap_insert",
    "INSERT INTO team_wrap (team_id, generation, user_id, blob) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT DO NOTHING",
    "titb",
    "",
};
static const struct db_query TEAM_OF_USER = {
    "team_wraps_of_user",
    "SELECT team_id, generation, user_id, blob FROM team_wrap WHERE user_id = $1"
    " ORDER BY team_id, generation DESC",
    "t",
    "titb",
};
static const struct db_query TEAM_LAST = {
    "team_wrap_last",
    "SELECT max(generation) FROM team_wrap WHERE team_id = $1 AND generation BETWEEN $2 AND $3",
    "tii",
    "i",
};
static const struct db_query TEAM_REMOVE = {
    "team_wrap_remove",
    "DELETE FROM team_wrap WHERE team_id = $1 AND user_id = $2",
    "tt",
    "",
};

err db_team_wrap_insert(struct tx *tx, const struct db_team_wrap *row)
{
    return row_insert(tx, &TEAM_INSERT, TEAM_SHAPE, row);
}

err db_team_wraps_of_user(struct tx *tx, mem *ctx, struct id user_id, db_team_wraps *out)
{
    struct db_value values[] = {value_id(&user_id)};
    return ROW_LIST(tx, ctx, &TEAM_OF_USER, values, 1, TEAM_SHAPE, 1000, true, out);
}

err db_team_wrap_last(struct tx *tx, struct id team_id, int64_t from, int64_t to, int64_t *out)
{
    struct db_value values[] = {value_id(&team_id), db_int(from), db_int(to)};
    return row_number(tx, &TEAM_LAST, values, COUNT_OF(values), from, out);
}

err db_team_wrap_remove(struct tx *tx, struct id team_id, struct id user_id)
{
    struct db_value values[] = {value_id(&team_id), value_id(&user_id)};
    return db_exec(tx, &TEAM_REMOVE, values, 2, NULL);
}

/* ---- keys of cases and of messages: the same columns but for the name of the first ---- */

static const struct db_field FIELDS[] = {
    DB_FIELD(ID, struct db_wrap, subject_id),  DB_FIELD(TEXT, struct db_wrap, compartment),
    DB_FIELD(INT, struct db_wrap, generation), DB_FIELD(TEXT, struct db_wrap, holder_kind),
    DB_FIELD(ID, struct db_wrap, holder_id),   DB_FIELD(INT, struct db_wrap, holder_generation),
    DB_FIELD(TEXT, struct db_wrap, how),       DB_FIELD(BYTES, struct db_wrap, blob),
};
#define SHAPE DB_SHAPE(struct db_wrap, FIELDS)
#define OUT "ttittitb"
#define COLUMNS(subject)                                                                           \
    subject ", compartment, generation, holder_kind, holder_id, holder_generation, how, blob"
#define INSERT_INTO(table, subject)                                                                \
    "INSERT INTO " table " (" COLUMNS(subject) ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"         \
                                               " ON CONFLICT DO NOTHING"
/* Not IN: SQLite builds a table for it at each run. */
#define ANY_HOLDER \
    "(" \
    "holder_id = $2 OR holder_id = $3 OR holder_id = $4 OR holder_id = $5 " \
    "OR holder_id = $6 OR holder_id = $7 OR holder_id = $8 OR holder_id = " \
    "$9 OR holder_id = $10 OR holder_id = $11 OR holder_id = $12 OR " \
    "holder_id = $13 OR holder_id = $14 OR holder_id = $15 OR holder_id = " \
    "$16 OR holder_id = $17" \
    ")"
#define FOR_HOLDERS_IN "ttttttttttttttttt"
#define FOR_HOLDERS(table, subject)                                                                \
    "SELECT " COLUMNS(subject) " FROM " table " WHERE " subject " = $1 AND " ANY_HOLDER            \
                               " ORDER BY compartment DESC, generation DESC, holder_id DESC"

static const struct db_query CASE_INSERT = {
    "case_wrap_insert",
    INSERT_INTO("case_wrap", "case_id"),
    OUT,
    "",
};
static const struct db_query CASE_REPLACE = {
    "case_wrap_replace",
    "UPDATE case_wrap SET holder_kind = $4, holder_generation = $6, how = $7, blob = $8"
    " WHERE case_id = $1 AND compartment = $2 AND generation = $3 AND holder_id = $5",
    OUT,
    "",
};
static const struct db_query CASE_FOR = {
    "case_wraps_for",
    FOR_HOLDERS("case_wrap", "case_id"),
    FOR_HOLDERS_IN,
    OUT,
};
static const struct db_query CASE_ALL = {
    "case_wraps",
    "SELECT " COLUMNS("case_id") " FROM case_wrap WHERE case_id = $1"
                                 " ORDER BY compartment, generation DESC, holder_id",
    "t",
    OUT,
};
static const struct db_query CASE_FOR_LIST = {
    "case_wraps_for_list",
    "SELECT " COLUMNS(
        "case_id") " FROM case_wrap WHERE case_id = $1 AND " ANY_HOLDER
                   " AND compartment = $18 ORDER BY generation DESC, holder_id DESC LIMIT 1",
    FOR_HOLDERS_IN "t",
    OUT,
};
static const struct db_query CASES = {
    "case_wrap_cases",
    "SELECT DISTINCT case_id FROM case_wrap WHERE holder_id = $1 AND case_id > $2"
    " ORDER BY case_id LIMIT $3",
    "tti",
    "t",
};
static const struct db_query CASE_REMOVE = {
    "case_wrap_remove",
    "DELETE FROM case_wrap WHERE case_id = $1 AND holder_id = $2",
    "tt",
    "",
};
static const struct db_query CASE_REMOVE_COMPARTMENT = {
    "case_wrap_remove_compartment",
    "DELETE FROM case_wrap WHERE case_id = $1 AND holder_id = $2 AND compartment = $3",
    "ttt",
    "",
};
static const struct db_query CASE_ERASE = {
    "case_wrap_erase",
    "DELETE FROM case_wrap WHERE case_id = $1",
    "t",
    "",
};
static const struct db_query MESSAGE_INSERT = {
    "message_wrap_insert",
    INSERT_INTO("message_wrap", "message_id"),
    OUT,
    "",
};
static const struct db_query MESSAGE_FOR = {
    "message_wraps_for",
    FOR_HOLDERS("message_wrap", "message_id"),
    FOR_HOLDERS_IN,
    OUT,
};
static const struct db_query MESSAGE_ERASE = {
    "message_wrap_erase",
    "DELETE FROM message_wrap WHERE message_id = $1",
    "t",
    "",
};

/* Unused places repeat the first holder. */
static err holder_values(const struct id *holders, size_t n, struct db_value *out)
{
    ENSURE(n >= 1, ERR_BUG, "wraps for nobody");
    ENSURE(n <= DB_HOLDERS_MOST, ERR_LIMIT, "a member of too many teams");
    for (size_t i = 0; i < DB_HOLDERS_MOST; i++) out[i] = value_id(&holders[i < n ? i : 0]);
    return ERR_OK;
}

static err wraps_for(struct tx *tx, mem *ctx, const struct db_query *q, const struct id *subject,
                     const struct id *holders, size_t n, db_wraps *out)
{
    struct db_value values[1 + DB_HOLDERS_MOST] = {value_id(subject)};
    TRY(holder_values(holders, n, values + 1));
    return ROW_LIST(tx, ctx, q, values, COUNT_OF(values), SHAPE, DB_WRAPS_MOST, true, out);
}

err db_case_wrap_insert(struct tx *tx, const struct db_wrap *row)
{
    return row_insert(tx, &CASE_INSERT, SHAPE, row);
}

err db_case_wrap_replace(struct tx *tx, const struct db_wrap *row)
{
    struct db_value values[COUNT_OF(FIELDS)];
    row_values(SHAPE, row, values);
    return row_change(tx, &CASE_REPLACE, values, COUNT_OF(values), ERR_NOT_FOUND,
                      "this key is not held any more");
}

err db_case_wraps_for(struct tx *tx, mem *ctx, struct id case_id, const struct id *holders,
                      size_t n, db_wraps *out)
{
    return wraps_for(tx, ctx, &CASE_FOR, &case_id, holders, n, out);
}

err db_case_wraps(struct tx *tx, mem *ctx, struct id case_id, db_wraps *out)
{
    struct db_value values[] = {value_id(&case_id)};
    return ROW_LIST(tx, ctx, &CASE_ALL, values, 1, SHAPE, DB_WRAPS_MOST, true, out);
}

err db_case_wraps_for_list(struct tx *tx, mem *ctx, const struct id *cases, size_t n_cases,
                           const struct id *holders, size_t n_holders, const char *compartment,
                           db_wraps *out)
{
    ENSURE(n_cases <= DB_PAGE_MOST, ERR_BUG, "a page of impossible length");
    struct db_value values[2 + DB_HOLDERS_MOST];
    TRY(holder_values(holders, n_holders, values + 1));
    values[1 + DB_HOLDERS_MOST] = db_text(compartment);
    struct db_wrap *at = mem_array(ctx, struct db_wrap, n_cases + 1);
    ENSURE_MEM(at);
    size_t n = 0;
    for (size_t i = 0; i < n_cases; i++) {
        values[0] = value_id(&cases[i]);
        err e = row_one(tx, at, &CASE_FOR_LIST, values, COUNT_OF(values), SHAPE, &at[n]);
        if (err_failed(e) && e.kind != ERR_NOT_FOUND) return e;
        n += !err_failed(e);
    }
    out->at = at;
    out->n = n;
    out->more = false;
    return ERR_OK;
}

static const struct db_field CASE_ID_FIELDS[] = {DB_FIELD(ID, struct db_case_id, id)};

err db_case_wrap_cases(struct tx *tx, mem *ctx, struct id holder_id, struct id after, size_t limit,
                       db_case_ids *out)
{
    ENSURE(limit >= 1 && limit <= DB_PAGE_MOST, ERR_BUG, "a page of impossible length");
    struct db_value values[] = {value_id(&holder_id), db_text(after.text),
                                db_int((int64_t)limit + 1)};
    return ROW_LIST(tx, ctx, &CASES, values, 3, DB_SHAPE(struct db_case_id, CASE_ID_FIELDS), limit,
                    false, out);
}

err db_case_wrap_remove(struct tx *tx, struct id case_id, struct id holder_id,
                        const char *compartment)
{
    struct db_value values[] = {value_id(&case_id), value_id(&holder_id), db_text(compartment)};
    if (compartment == NULL) return db_exec(tx, &CASE_REMOVE, values, 2, NULL);
    return db_exec(tx, &CASE_REMOVE_COMPARTMENT, values, 3, NULL);
}

err db_case_wrap_erase(struct tx *tx, struct id case_id, int64_t *gone)
{
    struct db_value values[] = {value_id(&case_id)};
    return db_exec(tx, &CASE_ERASE, values, 1, gone);
}

err db_message_wrap_insert(struct tx *tx, const struct db_wrap *row)
{
    return row_insert(tx, &MESSAGE_INSERT, SHAPE, row);
}

err db_message_wraps_for(struct tx *tx, mem *ctx, struct id message_id, const struct id *holders,
                         size_t n, db_wraps *out)
{
    return wraps_for(tx, ctx, &MESSAGE_FOR, &message_id, holders, n, out);
}

err db_message_wrap_erase(struct tx *tx, struct id message_id, int64_t *gone)
{
    struct db_value values[] = {value_id(&message_id)};
    return db_exec(tx, &MESSAGE_ERASE, values, 1, gone);
}
