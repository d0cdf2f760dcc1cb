/* case_file.c - cases and the teams that work on them. */
#include "db/case_file.h"

#include <stdlib.h>
#include <string.h>

#include "db/row.h"

#define COLUMNS                                                                                    \
    "id, code, organisation_id, team_id, origin, state, created_at, updated_at, created_by"
#define OUT "ttttttiiT"

static const struct db_field FIELDS[] = {
    DB_FIELD(ID, struct db_case, id),
    DB_FIELD(TEXT, struct db_case, code),
    DB_FIELD(ID, struct db_case, organisation_id),
    DB_FIELD(ID, struct db_case, team_id),
    DB_FIELD(TEXT, struct db_case, origin),
    DB_FIELD(TEXT, struct db_case, state),
    DB_FIELD(INT, struct db_case, created_at),
    DB_FIELD(INT, struct db_case, updated_at),
    DB_FIELD(ID, struct db_case, created_by),
};
#define SHAPE DB_SHAPE(struct db_case, FIELDS)

static const struct db_query INSERT = {
    "case_insert",
    "INSERT INTO case_file (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    " ON CONFLICT DO NOTHING",
    OUT,
    "",
};
static const struct db_query BY_CODE = {
    "case_by_code",
    "SELECT " COLUMNS " FROM case_file WHERE code = $1",
    "t",
    OUT,
};
static const struct db_query BY_ID = {
    "case_by_id",
    "SELECT " COLUMNS " FROM case_file WHERE id = $1",
    "t",
    OUT,
};
static const struct db_query TOUCH = {
    "case_touch",
    "UPDATE case_file SET updated_at = $2 WHERE id = $1 AND updated_at < $2",
    "ti",
    "",
};
static const struct db_query TOUCH_TEAMS = {
    "case_touch_teams",
    "UPDATE case_team SET updated_at = $2 WHERE case_id = $1 AND updated_at < $2",
    "ti",
    "",
};
static const struct db_query STATE = {
    "case_state",
    "UPDATE case_file SET state = $2 WHERE id = $1",
    "tt",
    "",
};
static const struct db_query STATE_TEAMS = {
    "case_state_teams",
    "UPDATE case_team SET state = $2 WHERE case_id = $1",
    "tt",
    "",
};

err db_case_insert(struct tx *tx, const struct db_case *row, const char *compartments)
{
    TRY(row_insert(tx, &INSERT, SHAPE, row));
    struct db_case_team owner = {row->id, row->team_id, compartments, row->created_at, 0};
    return db_case_team_put(tx, &owner);
}

err db_case_by_code(struct tx *tx, mem *ctx, const char *code, struct db_case *out)
{
    struct db_value values[] = {db_text(code)};
    return row_one(tx, ctx, &BY_CODE, values, 1, SHAPE, out);
}

err db_case_by_id(struct tx *tx, mem *ctx, struct id id, struct db_case *out)
{
    struct db_value values[] = {value_id(&id)};
    return row_one(tx, ctx, &BY_ID, values, 1, SHAPE, out);
}

err db_case_touch(struct tx *tx, struct id id, msec at)
{
    struct db_value values[] = {value_id(&id), db_int(at)};
    TRY(db_exec(tx, &TOUCH, values, 2, NULL));
    return db_exec(tx, &TOUCH_TEAMS, values, 2, NULL);
}

err db_case_state(struct tx *tx, struct id id, const char *state, msec at)
{
    struct db_value values[] = {value_id(&id), db_text(state)};
    TRY(row_change(tx, &STATE, values, 2, ERR_NOT_FOUND, "there is no such case"));
    TRY(db_exec(tx, &STATE_TEAMS, values, 2, NULL));
    return db_case_touch(tx, id, at);
}

/* ---- lists ---- */

#define LIST_COLUMNS                                                                               \
    "c.id, c.code, c.organisation_id, c.team_id, c.origin, c.state, c.created_at, c.updated_at,"   \
    " c.created_by"

/* One team's page is a walk along case_team_latest or case_team_state. */
static const struct db_query OF_TEAM = {
    "case_of_team",
    "SELECT " LIST_COLUMNS " FROM case_team AS t JOIN case_file AS c ON c.id = t.case_id"
    " WHERE t.team_id = $1 AND t.until IS NULL AND (t.updated_at, t.case_id) < ($2, $3)"
    " ORDER BY t.updated_at DESC, t.case_id DESC LIMIT $4",
    "titi",
    OUT,
};
static const struct db_query OF_TEAM_STATE = {
    "case_of_team_state",
    "SELECT " LIST_COLUMNS " FROM case_team AS t JOIN case_file AS c ON c.id = t.case_id"
    " WHERE t.team_id = $1 AND t.until IS NULL AND t.state = $5"
    " AND (t.updated_at, t.case_id) < ($2, $3)"
    " ORDER BY t.updated_at DESC, t.case_id DESC LIMIT $4",
    "titit",
    OUT,
};

static err of_team(struct tx *tx, mem *ctx, const struct id *team, const char *state,
                   struct db_page page, db_cases *out)
{
    struct db_value values[] = {value_id(team), page_at(page), page_id(&page),
                                db_int((int64_t)page.limit + 1), db_text(state)};
    if (state == NULL) return ROW_LIST(tx, ctx, &OF_TEAM, values, 4, SHAPE, page.limit, false, out);
    return ROW_LIST(tx, ctx, &OF_TEAM_STATE, values, 5, SHAPE, page.limit, false, out);
}

static int latest_first(const void *a, const void *b)
{
    const struct db_case *x = a, *y = b;
    if (x->updated_at != y->updated_at) return x->updated_at < y->updated_at ? 1 : -1;
    return strcmp(y->id.text, x->id.text);
}

/* Puts the pages of several teams into one: latest first, a case of two teams once. */
static void merge(db_cases *list, size_t limit)
{
    if (list->n == 0) return;
    qsort(list->at, list->n, sizeof *list->at, latest_first);
    size_t n = 1;
    for (size_t i = 1; i < list->n; i++)
        if (!id_same(list->at[i].id, list->at[n - 1].id)) list->at[n++] = list->at[i];
    list->more = list->more || n > limit;
    list->n = n < limit ? n : limit;
}

static err filter_check(struct db_case_filter filter)
{
    ENSURE(filter.n >= 1 && filter.n <= DB_CASE_TEAMS_MOST, ERR_BUG,
           "a list for no team or too many");
    return ERR_OK;
}

err db_case_list(struct tx *tx, mem *ctx, struct db_case_filter filter, struct db_page page,
                 db_cases *out)
{
    TRY(filter_check(filter));
    TRY(page_check(page));
    if (filter.n == 1) return of_team(tx, ctx, &filter.teams[0], filter.state, page, out);
    db_cases all = {mem_array(ctx, struct db_case, filter.n * page.limit), 0, false};
    ENSURE_MEM(all.at);
    for (size_t i = 0; i < filter.n; i++) {
        db_cases one;
        TRY(of_team(tx, all.at, &filter.teams[i], filter.state, page, &one));
        if (one.n > 0) memcpy(all.at + all.n, one.at, one.n * sizeof *one.at);
        all.n += one.n;
        all.more = all.more || one.more;
    }
    merge(&all, page.limit);
    *out = all;
    return ERR_OK;
}

#define ANY_TEAM                                                                                   \
    "team_id IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"

static const struct db_query COUNT = {
    "case_count",
    "SELECT count(*) FROM (SELECT DISTINCT case_id FROM case_team"
    " WHERE " ANY_TEAM " AND until IS NULL LIMIT $17) AS few",
    "tttttttttttttttti",
    "i",
};
static const struct db_query COUNT_STATE = {
    "case_count_state",
    "SELECT count(*) FROM (SELECT DISTINCT case_id FROM case_team"
    " WHERE " ANY_TEAM " AND until IS NULL AND state = $18 LIMIT $17) AS few",
    "ttttttttttttttttit",
    "i",
};

err db_case_count(struct tx *tx, struct db_case_filter filter, size_t most, size_t *out)
{
    TRY(filter_check(filter));
    ENSURE(most <= 10000, ERR_BUG, "counting too many");
    struct db_value values[DB_CASE_TEAMS_MOST + 2];
    for (size_t i = 0; i < DB_CASE_TEAMS_MOST; i++)
        values[i] = value_id(&filter.teams[i < filter.n ? i : 0]);
    values[DB_CASE_TEAMS_MOST] = db_int((int64_t)most);
    values[DB_CASE_TEAMS_MOST + 1] = db_text(filter.state);
    bool any = filter.state == NULL;
    int64_t n;
    TRY(row_number(tx, any ? &COUNT : &COUNT_STATE, values, DB_CASE_TEAMS_MOST + (any ? 1 : 2), 0,
                   &n));
    *out = (size_t)n;
    return ERR_OK;
}

static const struct db_query TOTAL = {"case_total", "SELECT count(*) FROM case_file", "", "i"};

err db_case_total(struct tx *tx, int64_t *out) { return row_number(tx, &TOTAL, NULL, 0, 0, out); }

/* ---- teams of a case ---- */

static const struct db_field TEAM_FIELDS[] = {
    DB_FIELD(ID, struct db_case_team, case_id),        DB_FIELD(ID, struct db_case_team, team_id),
    DB_FIELD(TEXT, struct db_case_team, compartments), DB_FIELD(INT, struct db_case_team, since),
    DB_FIELD(TIME, struct db_case_team, until),
};
#define TEAM_SHAPE DB_SHAPE(struct db_case_team, TEAM_FIELDS)

static const struct db_query TEAM_PUT = {
    "case_team_put",
    "INSERT INTO case_team (case_id, team_id, compartments, since, until, state, updated_at)"
    " SELECT c.id, $2, $3, $4, $5, c.state, c.updated_at FROM case_file AS c WHERE c.id = $1"
    " ON CONFLICT (case_id, team_id) DO UPDATE SET compartments = excluded.compartments,"
    " since = excluded.since, until = excluded.until, state = excluded.state,"
    " updated_at = excluded.updated_at",
    "tttiI",
    "",
};
static const struct db_query TEAM_END = {
    "case_team_end",
    "UPDATE case_team SET until = $3 WHERE case_id = $1 AND team_id = $2 AND until IS NULL",
    "tti",
    "",
};
static const struct db_query TEAM_LIST = {
    "case_team_list",
    "SELECT case_id, team_id, compartments, since, until FROM case_team WHERE case_id = $1"
    " ORDER BY since, team_id",
    "t",
    "tttiI",
};

err db_case_team_put(struct tx *tx, const struct db_case_team *row)
{
    struct db_value values[COUNT_OF(TEAM_FIELDS)];
    row_values(TEAM_SHAPE, row, values);
    return row_change(tx, &TEAM_PUT, values, COUNT_OF(values), ERR_NOT_FOUND,
                      "there is no such case");
}

err db_case_team_end(struct tx *tx, struct id case_id, struct id team_id, msec at)
{
    struct db_value values[] = {value_id(&case_id), value_id(&team_id), db_int(at)};
    return row_change(tx, &TEAM_END, values, 3, ERR_NOT_FOUND,
                      "the team does not work on this case");
}

err db_case_team_list(struct tx *tx, mem *ctx, struct id case_id, db_case_teams *out)
{
    struct db_value values[] = {value_id(&case_id)};
    return ROW_LIST(tx, ctx, &TEAM_LIST, values, 1, TEAM_SHAPE, 500, true, out);
}
