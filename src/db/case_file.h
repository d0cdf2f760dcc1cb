/* case_file.h - cases, and the teams that work on them (records).
 *
 * In the clear: code (random, design §5), who works on it, state, times: what routing, lists and
 * reminders need without a key. The person is in `record`, as ciphertext.
 *
 * case_team holds a copy of the case's state and updated_at, so that "my cases, latest first" is a
 * walk along one index however many cases there are; both are written by the functions below and
 * nowhere else. The owner team has a row there too.
 */
#ifndef OPENTRM_DB_CASE_FILE_H
#define OPENTRM_DB_CASE_FILE_H

#include "db/page.h"
#include "db/query.h"

struct db_case {
    struct id id;
    const char *code; /* unique */
    struct id organisation_id;
    struct id team_id;  /* owner */
    const char *origin; /* own | received */
    const char *state;  /* open | closed */
    msec created_at;
    msec updated_at;
    struct id created_by; /* unset for a case made by the node itself */
};
typedef DB_LIST(db_case) db_cases;

/* db_case_insert: and the owner team's case_team row, from created_at on. ERR_CONFLICT if the code
 * is taken: draw another. */
err db_case_insert(struct tx *tx, const struct db_case *row, const char *compartments);
err db_case_by_code(struct tx *tx, mem *ctx, const char *code, struct db_case *out);
err db_case_by_id(struct tx *tx, mem *ctx, struct id id, struct db_case *out);
/* db_case_touch: something changed at `at`; times never go back. */
err db_case_touch(struct tx *tx, struct id id, msec at);
/* db_case_state: ERR_NOT_FOUND. */
err db_case_state(struct tx *tx, struct id id, const char *state, msec at);

#define DB_CASE_TEAMS_MOST 16

struct db_case_filter {
    const struct id *teams; /* 1 to DB_CASE_TEAMS_MOST */
    size_t n;
    const char *state; /* NULL = any */
};
/* db_case_list: cases that any of the teams works on now, latest change first, each once. */
err db_case_list(struct tx *tx, mem *ctx, struct db_case_filter filter, struct db_page page,
                 db_cases *out);
/* db_case_count: as db_case_list, counted up to `most` (at most 10000). */
err db_case_count(struct tx *tx, struct db_case_filter filter, size_t most, size_t *out);
/* db_case_total: cases of the node, whoever works on them: reads an index from end to end. */
err db_case_total(struct tx *tx, int64_t *out);

struct db_case_team {
    struct id case_id;
    struct id team_id;
    const char *compartments; /* names with a space between: what the team was given */
    msec since;
    msec until; /* 0 = still */
};
typedef DB_LIST(db_case_team) db_case_teams;

/* db_case_team_put: a team joins, or comes back, or gets other compartments. */
err db_case_team_put(struct tx *tx, const struct db_case_team *row);
/* db_case_team_end: ERR_NOT_FOUND if it does not work on it. */
err db_case_team_end(struct tx *tx, struct id case_id, struct id team_id, msec at);
/* db_case_team_list: all that ever worked on it, at most 500. */
err db_case_team_list(struct tx *tx, mem *ctx, struct id case_id, db_case_teams *out);

#endif
