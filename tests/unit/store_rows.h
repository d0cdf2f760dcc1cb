/* store_rows.h - rows that other rows need: an agency, a team, a person who works there, a case, a
 * partner. */
#ifndef OPENTRM_TESTS_STORE_ROWS_H
#define OPENTRM_TESTS_STORE_ROWS_H

#include "store.h"

#include "base/text.h"
#include "db/case_file.h"
#include "db/organisation.h"
#include "db/partner.h"
#include "db/record.h"
#include "db/team.h"
#include "db/user.h"

enum { ROW_ORGANISATION = 1, ROW_USER, ROW_TEAM, ROW_CASE, ROW_RECORD, ROW_MESSAGE, ROW_OTHER };

static inline struct bytes raw_bytes(const char *text) { return bytes_text(text); }

static inline struct db_organisation organisation_row(unsigned n)
{
    return (struct db_organisation){.id = id_of(ROW_ORGANISATION, n),
                                    .name = n == 1 ? "Casa Aperta" : "Porto Sicuro",
                                    .country = "IT",
                                    .procedures = "return proceedings",
                                    .languages = "it en",
                                    .focal_point = true,
                                    .active = true,
                                    .created_at = T0};
}

static inline struct db_user user_row(unsigned n, const char *login)
{
    return (struct db_user){.id = id_of(ROW_USER, n),
                            .login = login,
                            .display_name = "Giulia B.",
                            .language = "it",
                            .organisation_id = id_of(ROW_ORGANISATION, 1),
                            .active = true,
                            .created_at = T0,
                            .box_public = raw_bytes("box"),
                            .sign_public = raw_bytes("sign")};
}

static inline struct db_team team_row(unsigned n)
{
    return (struct db_team){.id = id_of(ROW_TEAM, n),
                            .organisation_id = id_of(ROW_ORGANISATION, 1),
                            .name = "Team",
                            .generation = 1,
                            .box_public = raw_bytes("team-box"),
                            .created_at = T0};
}

static inline struct db_case case_row(unsigned n, unsigned team, const char *code)
{
    return (struct db_case){.id = id_of(ROW_CASE, n),
                            .code = code,
                            .organisation_id = id_of(ROW_ORGANISATION, 1),
                            .team_id = id_of(ROW_TEAM, team),
                            .origin = "own",
                            .state = "open",
                            .created_at = T0 + n,
                            .updated_at = T0 + n,
                            .created_by = id_of(ROW_USER, 1)};
}

static inline struct db_partner partner_row(const char *id)
{
    return (struct db_partner){.id = id,
                               .name = "Albania",
                               .country = "AL",
                               .sequence = 1,
                               .expires_at = T0 + MSEC_DAY,
                               .card = raw_bytes("card"),
                               .fingerprint = "ABCD",
                               .state = "pinned",
                               .pinned_at = T0,
                               .endpoint = "https://al.localhost/as2"};
}

/* Two agencies, two people, three teams. */
static inline err people_put(struct tx *tx, void *arg)
{
    (void)arg;
    for (unsigned i = 1; i <= 2; i++) {
        struct db_organisation organisation = organisation_row(i);
        TRY(db_organisation_insert(tx, &organisation));
    }
    struct db_user giulia = user_row(1, "giulia"), marco = user_row(2, "marco");
    TRY(db_user_insert(tx, &giulia));
    TRY(db_user_insert(tx, &marco));
    for (unsigned i = 1; i <= 3; i++) {
        struct db_team team = team_row(i);
        TRY(db_team_insert(tx, &team));
    }
    return ERR_OK;
}

static inline int rows_setup(void **state)
{
    struct store *s = malloc(sizeof *s);
    store_open(s, DB_RECORDS);
    OK(db_run(s->db, people_put, NULL));
    *state = s;
    return 0;
}

static inline int rows_teardown(void **state)
{
    store_close(*state);
    free(*state);
    return 0;
}

#endif
