/* wrap.h - wrapped keys: a team's to its members, a case's and a message's to teams and users
 * (keys).
 *
 * In the clear: which key is wrapped to whom, by generation; that is what finding, revoking and
 * erasing need. Blobs are AEAD or sealed boxes. Destroying all wraps of a case is how it is erased.
 */
#ifndef OPENTRM_DB_WRAP_H
#define OPENTRM_DB_WRAP_H

#include "db/page.h"
#include "db/query.h"

struct db_team_wrap {
    struct id team_id;
    int64_t generation;
    struct id user_id;
    struct bytes blob; /* sealed box to the user */
};
typedef DB_LIST(db_team_wrap) db_team_wraps;

err db_team_wrap_insert(struct tx *tx, const struct db_team_wrap *row);
/* db_team_wraps_of_user: every generation of every team, at most 1000. */
err db_team_wraps_of_user(struct tx *tx, mem *ctx, struct id user_id, db_team_wraps *out);
/* db_team_wrap_last: the highest generation that anybody has a wrap of, between `from` and `to`;
 * `from` if there is none. */
err db_team_wrap_last(struct tx *tx, struct id team_id, int64_t from, int64_t to, int64_t *out);
/* db_team_wrap_remove: all generations: the membership ended. */
err db_team_wrap_remove(struct tx *tx, struct id team_id, struct id user_id);

/* A key wrapped to a holder. `subject` is a case or a message: two tables of one shape. */
struct db_wrap {
    struct id subject_id;
    const char *compartment;
    int64_t generation;      /* of the wrapped key */
    const char *holder_kind; /* team | user */
    struct id holder_id;
    int64_t holder_generation; /* of the team key; 0 for a user */
    const char *how;           /* symmetric | sealed */
    struct bytes blob;
};
typedef DB_LIST(db_wrap) db_wraps;

#define DB_HOLDERS_MOST 16
#define DB_WRAPS_MOST 5000 /* of one case */

err db_case_wrap_insert(struct tx *tx, const struct db_wrap *row);
/* db_case_wrap_replace: a sealed wrap by a symmetric one, or to a newer generation of the holder.
 * ERR_NOT_FOUND. */
err db_case_wrap_replace(struct tx *tx, const struct db_wrap *row);
/* db_case_wraps_for: of one case, for any of 1 to DB_HOLDERS_MOST holders (the user and their
 * teams), newest generation first in each compartment. One statement. */
err db_case_wraps_for(struct tx *tx, mem *ctx, struct id case_id, const struct id *holders,
                      size_t n, db_wraps *out);
/* db_case_wraps: all of a case: who holds what. */
err db_case_wraps(struct tx *tx, mem *ctx, struct id case_id, db_wraps *out);
/* db_case_wraps_for_list: for a page of cases (at most DB_PAGE_MOST) at once, one compartment,
 * newest generation only: what a list needs to show labels. In the order of `cases`; a case without
 * a wrap is left out. */
err db_case_wraps_for_list(struct tx *tx, mem *ctx, const struct id *cases, size_t n_cases,
                           const struct id *holders, size_t n_holders, const char *compartment,
                           db_wraps *out);
struct db_case_id {
    struct id id;
};
typedef DB_LIST(db_case_id) db_case_ids;
/* db_case_wrap_cases: which cases a holder has any wrap of, by id after `after` (unset = from the
 * start). */
err db_case_wrap_cases(struct tx *tx, mem *ctx, struct id holder_id, struct id after, size_t limit,
                       db_case_ids *out);
/* db_case_wrap_remove: a holder's wraps of a case in a compartment (NULL: all compartments), every
 * generation. */
err db_case_wrap_remove(struct tx *tx, struct id case_id, struct id holder_id,
                        const char *compartment);
/* db_case_wrap_erase: all wraps of a case. `gone` gets how many. db_scrub afterwards. */
err db_case_wrap_erase(struct tx *tx, struct id case_id, int64_t *gone);

err db_message_wrap_insert(struct tx *tx, const struct db_wrap *row);
err db_message_wraps_for(struct tx *tx, mem *ctx, struct id message_id, const struct id *holders,
                         size_t n, db_wraps *out);
err db_message_wrap_erase(struct tx *tx, struct id message_id, int64_t *gone);

#endif
