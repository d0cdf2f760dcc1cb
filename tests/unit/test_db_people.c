/* Who works here: settings, agencies, people, roles, teams, memberships, statements, failed
 * sign-ins. */
#include "store_rows.h"

#include "db/setting.h"
#include "db/signin.h"
#include "db/statement.h"

static err settings(struct tx *tx, void *arg)
{
    (void)arg;
    mem *ctx = db_scratch(tx);
    const char *value = "untouched";
    WANT(ERR_NOT_FOUND, db_setting_get(tx, ctx, "node", &value));
    CHECK(text_same(value, "untouched"));
    TRY(db_setting_put(tx, "node", "it.localhost"));
    TRY(db_setting_put(tx, "node", "it2.localhost"));
    TRY(db_setting_get(tx, ctx, "node", &value));
    CHECK(text_same(value, "it2.localhost"));
    TRY(db_setting_put(tx, "node", NULL));
    WANT(ERR_NOT_FOUND, db_setting_get(tx, ctx, "node", &value));
    return ERR_OK;
}

static err organisations(struct tx *tx, void *arg)
{
    (void)arg;
    mem *ctx = db_scratch(tx);
    struct db_organisation row = organisation_row(1), out = {0};
    WANT(ERR_CONFLICT, db_organisation_insert(tx, &row));
    TRY(db_organisation_by_id(tx, ctx, row.id, &out));
    CHECK(id_same(out.id, row.id) && text_same(out.name, row.name) && text_same(out.country, "IT"));
    CHECK(text_same(out.procedures, row.procedures) && text_same(out.languages, "it en"));
    CHECK(!out.child_authority && out.focal_point && out.active && out.created_at == T0);
    row.name = "A changed name";
    row.child_authority = true;
    row.active = false;
    TRY(db_organisation_update(tx, &row));
    TRY(db_organisation_by_id(tx, ctx, row.id, &out));
    CHECK(text_same(out.name, row.name) && out.child_authority && !out.active);
    row.id = id_of(9, 9);
    WANT(ERR_NOT_FOUND, db_organisation_update(tx, &row));
    WANT(ERR_NOT_FOUND, db_organisation_by_id(tx, ctx, row.id, &out));
    db_organisations all;
    TRY(db_organisation_list(tx, ctx, &all));
    CHECK(all.n == 2 && text_same(all.at[0].name, "A changed name"));
    CHECK(text_same(all.at[1].name, "Porto Sicuro"));
    return ERR_OK;
}

static err users(struct tx *tx, void *arg)
{
    (void)arg;
    mem *ctx = db_scratch(tx);
    struct db_user taken = user_row(3, "giulia"), out = {0};
    WANT(ERR_CONFLICT, db_user_insert(tx, &taken));
    TRY(db_user_by_login(tx, ctx, "giulia", &out));
    CHECK(id_same(out.id, id_of(ROW_USER, 1)) && text_same(out.display_name, "Giulia B."));
    CHECK(bytes_equal(out.box_public, raw_bytes("box")) &&
          bytes_equal(out.sign_public, raw_bytes("sign")));
    CHECK(id_same(out.organisation_id, id_of(ROW_ORGANISATION, 1)) && out.active && !out.is_admin);
    WANT(ERR_NOT_FOUND, db_user_by_login(tx, ctx, "Giulia", &out));
    out.organisation_id = (struct id){""};
    out.is_admin = true;
    out.active = false;
    out.login = "giulia.b";
    out.sign_public = raw_bytes("new");
    TRY(db_user_update(tx, &out));
    struct db_user again = {0};
    TRY(db_user_by_id(tx, ctx, out.id, &again));
    CHECK(text_same(again.login, "giulia.b") && again.is_admin && !again.active);
    CHECK(!id_is_set(again.organisation_id) && bytes_equal(again.sign_public, raw_bytes("new")));
    CHECK(bytes_equal(again.box_public, raw_bytes("box")));
    again.id = id_of(9, 9);
    WANT(ERR_NOT_FOUND, db_user_update(tx, &again));
    bool any = false;
    TRY(db_user_any(tx, &any));
    CHECK(any);
    return ERR_OK;
}

static err user_pages(struct tx *tx, void *arg)
{
    (void)arg;
    mem *ctx = db_scratch(tx);
    for (unsigned i = 0; i < 5; i++) {
        char login[8];
        (void)snprintf(login, sizeof login, "u%u", i);
        struct db_user row = user_row(10 + i, login);
        TRY(db_user_insert(tx, &row));
    }
    db_users page;
    TRY(db_user_list(tx, ctx, NULL, 3, &page));
    CHECK(page.n == 3 && page.more && text_same(page.at[0].login, "giulia"));
    TRY(db_user_list(tx, ctx, page.at[2].login, 3, &page));
    CHECK(page.n == 3 && page.more && text_same(page.at[0].login, "u1"));
    TRY(db_user_list(tx, ctx, page.at[2].login, 3, &page));
    CHECK(page.n == 1 && !page.more);
    WANT(ERR_BUG, db_user_list(tx, ctx, NULL, 0, &page));
    WANT(ERR_BUG, db_user_list(tx, ctx, NULL, DB_PAGE_MOST + 1, &page));
    return ERR_OK;
}

static err roles(struct tx *tx, void *arg)
{
    (void)arg;
    struct db_role row = {id_of(ROW_USER, 1), id_of(ROW_ORGANISATION, 1), "case_worker"};
    TRY(db_role_add(tx, &row));
    WANT(ERR_CONFLICT, db_role_add(tx, &row));
    row.role = "intake_officer";
    TRY(db_role_add(tx, &row));
    db_roles list;
    TRY(db_role_list(tx, db_scratch(tx), row.user_id, &list));
    CHECK(list.n == 2 && text_same(list.at[0].role, "case_worker"));
    CHECK(id_same(list.at[0].organisation_id, row.organisation_id));
    TRY(db_role_remove(tx, &row));
    WANT(ERR_NOT_FOUND, db_role_remove(tx, &row));
    TRY(db_role_list(tx, db_scratch(tx), row.user_id, &list));
    CHECK(list.n == 1);
    TRY(db_role_list(tx, db_scratch(tx), id_of(ROW_USER, 2), &list));
    CHECK(list.n == 0);
    return ERR_OK;
}

static err teams(struct tx *tx, void *arg)
{
    (void)arg;
    mem *ctx = db_scratch(tx);
    struct id one = id_of(ROW_TEAM, 1);
    struct db_team out = {0};
    WANT(ERR_CONFLICT, db_team_rotate(tx, one, 1, raw_bytes("x")));
    TRY(db_team_rotate(tx, one, 2, raw_bytes("second")));
    WANT(ERR_CONFLICT, db_team_rotate(tx, one, 2, raw_bytes("third")));
    TRY(db_team_by_id(tx, ctx, one, &out));
    CHECK(out.generation == 2 && bytes_equal(out.box_public, raw_bytes("second")));
    db_teams list;
    TRY(db_team_list(tx, ctx, &list));
    CHECK(list.n == 3);
    TRY(db_team_of_organisation(tx, ctx, id_of(ROW_ORGANISATION, 1), &list));
    CHECK(list.n == 3);
    TRY(db_team_of_organisation(tx, ctx, id_of(ROW_ORGANISATION, 2), &list));
    CHECK(list.n == 0);
    return ERR_OK;
}

static struct db_membership membership_row(unsigned n, unsigned team, unsigned user)
{
    return (struct db_membership){.id = id_of(ROW_OTHER, n),
                                  .team_id = id_of(ROW_TEAM, team),
                                  .user_id = id_of(ROW_USER, user),
                                  .state = "pending",
                                  .may = "send identity",
                                  .statement = raw_bytes("statement"),
                                  .signature = raw_bytes("signature"),
                                  .signer_id = id_of(ROW_USER, 2),
                                  .created_at = T0};
}

static err memberships(struct tx *tx, void *arg)
{
    (void)arg;
    mem *ctx = db_scratch(tx);
    struct db_membership first = membership_row(1, 1, 1), twice = membership_row(2, 1, 1),
                         other = membership_row(3, 2, 1), out = {0};
    TRY(db_membership_insert(tx, &first));
    WANT(ERR_CONFLICT, db_membership_insert(tx, &twice));
    TRY(db_membership_insert(tx, &other));
    TRY(db_membership_activate(tx, first.id));
    WANT(ERR_CONFLICT, db_membership_activate(tx, first.id));
    db_memberships list;
    TRY(db_membership_of_user(tx, ctx, first.user_id, &list));
    CHECK(list.n == 2 && text_same(list.at[0].state, "active") &&
          text_same(list.at[0].may, first.may));
    CHECK(bytes_equal(list.at[0].statement, first.statement) && list.at[0].ended_at == 0);
    TRY(db_membership_of_team(tx, ctx, id_of(ROW_TEAM, 1), &list));
    CHECK(list.n == 1);
    TRY(db_membership_end(tx, first.id, T0 + 5));
    WANT(ERR_CONFLICT, db_membership_end(tx, first.id, T0 + 6));
    WANT(ERR_CONFLICT, db_membership_activate(tx, first.id));
    TRY(db_membership_by_id(tx, ctx, first.id, &out));
    CHECK(out.ended_at == T0 + 5 && text_same(out.state, "ended"));
    TRY(db_membership_of_user(tx, ctx, first.user_id, &list));
    CHECK(list.n == 1 && id_same(list.at[0].id, other.id));
    TRY(db_membership_insert(tx, &twice)); /* she comes back */
    return ERR_OK;
}

static err statements(struct tx *tx, void *arg)
{
    (void)arg;
    mem *ctx = db_scratch(tx);
    struct db_statement row = {.kind = "team",
                               .subject_id = id_of(ROW_TEAM, 1),
                               .generation = 1,
                               .statement = raw_bytes("first"),
                               .signature = raw_bytes("signed"),
                               .signer_id = id_of(ROW_USER, 1),
                               .created_at = T0},
                        out = {0};
    TRY(db_statement_insert(tx, &row));
    WANT(ERR_CONFLICT, db_statement_insert(tx, &row));
    row.generation = 2;
    row.statement = raw_bytes("second");
    TRY(db_statement_insert(tx, &row));
    TRY(db_statement_latest(tx, ctx, "team", row.subject_id, &out));
    CHECK(out.generation == 2 && bytes_equal(out.statement, raw_bytes("second")));
    TRY(db_statement_get(tx, ctx, "team", row.subject_id, 1, &out));
    CHECK(bytes_equal(out.statement, raw_bytes("first")));
    WANT(ERR_NOT_FOUND, db_statement_get(tx, ctx, "team", row.subject_id, 3, &out));
    WANT(ERR_NOT_FOUND, db_statement_latest(tx, ctx, "team_key", row.subject_id, &out));
    return ERR_OK;
}

static err signins(struct tx *tx, void *arg)
{
    (void)arg;
    struct bytes anna = raw_bytes("hash-of-anna"), ben = raw_bytes("hash-of-ben");
    struct db_signin out = {.failures = 7};
    TRY(db_signin_get(tx, anna, &out));
    CHECK(out.failures == 0 && out.next_at == 0 && bytes_equal(out.login_hash, anna));
    struct db_signin row = {anna, 3, T0, T0 + 10};
    TRY(db_signin_put(tx, &row));
    row.failures = 4;
    TRY(db_signin_put(tx, &row));
    row.login_hash = ben;
    row.last_at = T0 + 100;
    TRY(db_signin_put(tx, &row));
    TRY(db_signin_get(tx, anna, &out));
    CHECK(out.failures == 4 && out.last_at == T0 && out.next_at == T0 + 10);
    TRY(db_signin_forget(tx, T0 + 1));
    TRY(db_signin_get(tx, anna, &out));
    CHECK(out.failures == 0);
    TRY(db_signin_get(tx, ben, &out));
    CHECK(out.failures == 4);
    TRY(db_signin_clear(tx, ben));
    TRY(db_signin_get(tx, ben, &out));
    CHECK(out.failures == 0);
    return ERR_OK;
}

/* What refers to something that is not there. */
static err role_of_nobody(struct tx *tx, void *arg)
{
    (void)arg;
    struct db_role row = {id_of(9, 9), id_of(ROW_ORGANISATION, 1), "case_worker"};
    return db_role_add(tx, &row);
}

static err membership_of_no_state(struct tx *tx, void *arg)
{
    (void)arg;
    struct db_membership row = membership_row(5, 1, 1);
    row.state = "sleeping";
    return db_membership_insert(tx, &row);
}

static err user_without_name(struct tx *tx, void *arg)
{
    (void)arg;
    struct db_user row = user_row(8, "nobody");
    row.display_name = NULL;
    return db_user_insert(tx, &row);
}

static void refused(void **state)
{
    struct store *s = *state;
    BAD(ERR_CONFLICT, db_run(s->db, role_of_nobody, NULL));
    BAD(ERR_BUG, db_run(s->db, membership_of_no_state, NULL));
    BAD(ERR_BUG, db_run(s->db, user_without_name, NULL));
}

#define IN_A_TRANSACTION(name)                                                                     \
    static void name##_kept(void **state)                                                          \
    {                                                                                              \
        struct store *s = *state;                                                                  \
        OK(db_run(s->db, name, NULL));                                                             \
    }
IN_A_TRANSACTION(settings)
IN_A_TRANSACTION(organisations)
IN_A_TRANSACTION(users)
IN_A_TRANSACTION(user_pages)
IN_A_TRANSACTION(roles)
IN_A_TRANSACTION(teams)
IN_A_TRANSACTION(memberships)
IN_A_TRANSACTION(statements)
IN_A_TRANSACTION(signins)

#define T(name) cmocka_unit_test_setup_teardown(name, rows_setup, rows_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(settings_kept),    T(organisations_kept), T(users_kept),
        T(user_pages_kept),  T(roles_kept),         T(teams_kept),
        T(memberships_kept), T(statements_kept),    T(signins_kept),
        T(refused),
    };
    return cmocka_run_group_tests_name("db_people", tests, NULL, NULL);
}
