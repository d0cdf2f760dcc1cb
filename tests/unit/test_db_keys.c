/* keys.db: what passwords open, sessions, wraps of teams, cases, messages and organisations. */
#include "store.h"

#include "base/text.h"
#include "db/organisation_key.h"
#include "db/session.h"
#include "db/user_key.h"
#include "db/wrap.h"

static struct bytes raw(const char *text) { return bytes_text(text); }

static err user_keys(struct tx *tx, void *arg)
{
    (void)arg;
    mem *ctx = db_scratch(tx);
    struct db_user_key row = {.user_id = id_of(1, 1),
                              .password_salt = raw("salt"),
                              .password_ops = 3,
                              .password_mem = 268435456,
                              .verifier = raw("verifier"),
                              .blob = raw("blob"),
                              .recovery_salt = raw("rsalt"),
                              .recovery_verifier = raw("rverifier"),
                              .recovery_blob = raw("rblob"),
                              .changed_at = T0},
                       out = {0};
    WANT(ERR_NOT_FOUND, db_user_key_get(tx, ctx, row.user_id, &out));
    TRY(db_user_key_put(tx, &row));
    row.blob = raw("changed");
    row.changed_at = T0 + 1;
    TRY(db_user_key_put(tx, &row));
    TRY(db_user_key_get(tx, ctx, row.user_id, &out));
    CHECK(bytes_equal(out.blob, raw("changed")) && out.changed_at == T0 + 1);
    CHECK(out.password_ops == 3 && out.password_mem == 268435456);
    CHECK(bytes_equal(out.password_salt, raw("salt")) &&
          bytes_equal(out.verifier, raw("verifier")));
    CHECK(bytes_equal(out.recovery_salt, raw("rsalt")) &&
          bytes_equal(out.recovery_blob, raw("rblob")));
    CHECK(bytes_equal(out.recovery_verifier, raw("rverifier")));
    return ERR_OK;
}

static err session_put(struct tx *tx, const char *hash, unsigned user, msec expires)
{
    struct db_session row = {.id_hash = raw(hash),
                             .user_id = id_of(1, user),
                             .created_at = T0,
                             .seen_at = T0,
                             .expires_at = expires,
                             .blob = raw("keys")};
    return db_session_insert(tx, &row);
}

static err sessions(struct tx *tx, void *arg)
{
    (void)arg;
    mem *ctx = db_scratch(tx);
    struct db_session out = {0};
    db_sessions list;
    TRY(session_put(tx, "s1", 1, T0 + 100));
    WANT(ERR_CONFLICT, session_put(tx, "s1", 2, T0 + 100));
    TRY(session_put(tx, "s2", 1, T0 + 200));
    TRY(session_put(tx, "s3", 1, T0 + 300));
    TRY(session_put(tx, "s4", 2, T0 + 400));
    TRY(db_session_get(tx, ctx, raw("s1"), &out));
    CHECK(id_same(out.user_id, id_of(1, 1)) && out.expires_at == T0 + 100 &&
          out.agent_hash.p == NULL);
    TRY(db_session_seen(tx, raw("s1"), T0 + 5, T0 + 105));
    TRY(db_session_blob(tx, raw("s1"), raw("more keys")));
    TRY(db_session_get(tx, ctx, raw("s1"), &out));
    CHECK(out.seen_at == T0 + 5 && out.expires_at == T0 + 105);
    CHECK(bytes_equal(out.blob, raw("more keys")) && out.created_at == T0);
    WANT(ERR_NOT_FOUND, db_session_seen(tx, raw("s9"), T0, T0));
    WANT(ERR_NOT_FOUND, db_session_blob(tx, raw("s9"), raw("x")));
    WANT(ERR_NOT_FOUND, db_session_get(tx, ctx, raw("s9"), &out));
    int64_t ended = 0;
    TRY(db_session_expire(tx, T0 + 104, &ended));
    CHECK(ended == 0);
    TRY(db_session_expire(tx, T0 + 105, &ended));
    CHECK(ended == 1);
    TRY(db_session_end_user(tx, id_of(1, 1), raw("s3")));
    TRY(db_session_of_user(tx, ctx, id_of(1, 1), &list));
    CHECK(list.n == 1 && bytes_equal(list.at[0].id_hash, raw("s3")));
    TRY(db_session_end_user(tx, id_of(1, 1), bytes_of(NULL, 0)));
    TRY(db_session_of_user(tx, ctx, id_of(1, 1), &list));
    CHECK(list.n == 0);
    TRY(db_session_end(tx, raw("s4")));
    TRY(db_session_end(tx, raw("s4")));
    WANT(ERR_NOT_FOUND, db_session_get(tx, ctx, raw("s4"), &out));
    return ERR_OK;
}

static err team_wraps(struct tx *tx, void *arg)
{
    (void)arg;
    mem *ctx = db_scratch(tx);
    struct db_team_wrap row = {id_of(3, 1), 1, id_of(1, 1), raw("sealed")};
    db_team_wraps list;
    TRY(db_team_wrap_insert(tx, &row));
    WANT(ERR_CONFLICT, db_team_wrap_insert(tx, &row));
    row.generation = 2;
    TRY(db_team_wrap_insert(tx, &row));
    row.user_id = id_of(1, 2);
    TRY(db_team_wrap_insert(tx, &row));
    TRY(db_team_wraps_of_user(tx, ctx, id_of(1, 1), &list));
    CHECK(list.n == 2 && list.at[0].generation == 2 && bytes_equal(list.at[0].blob, raw("sealed")));
    TRY(db_team_wrap_remove(tx, id_of(3, 1), id_of(1, 1)));
    TRY(db_team_wraps_of_user(tx, ctx, id_of(1, 1), &list));
    CHECK(list.n == 0);
    TRY(db_team_wraps_of_user(tx, ctx, id_of(1, 2), &list));
    CHECK(list.n == 1);
    return ERR_OK;
}

static struct db_wrap wrap_row(unsigned subject, const char *compartment, int64_t generation,
                               unsigned holder)
{
    return (struct db_wrap){.subject_id = id_of(2, subject),
                            .compartment = compartment,
                            .generation = generation,
                            .holder_kind = "team",
                            .holder_id = id_of(3, holder),
                            .holder_generation = 1,
                            .how = "symmetric",
                            .blob = raw("wrapped")};
}

static err wrap_put(struct tx *tx, unsigned subject, const char *compartment, int64_t generation,
                    unsigned holder)
{
    struct db_wrap row = wrap_row(subject, compartment, generation, holder);
    return db_case_wrap_insert(tx, &row);
}

static err case_wraps(struct tx *tx, void *arg)
{
    (void)arg;
    mem *ctx = db_scratch(tx);
    db_wraps list;
    const struct id holders[] = {id_of(1, 1), id_of(3, 1), id_of(3, 2)};
    TRY(wrap_put(tx, 1, "identity", 1, 1));
    WANT(ERR_CONFLICT, wrap_put(tx, 1, "identity", 1, 1));
    TRY(wrap_put(tx, 1, "identity", 2, 1));
    TRY(wrap_put(tx, 1, "health", 1, 1));
    TRY(wrap_put(tx, 1, "health", 1, 2));
    TRY(wrap_put(tx, 1, "justice", 1, 3));
    TRY(wrap_put(tx, 2, "identity", 1, 2));
    TRY(wrap_put(tx, 3, "identity", 1, 3));
    struct db_wrap personal = wrap_row(1, "safety", 1, 1);
    personal.holder_kind = "user";
    personal.holder_id = id_of(1, 1);
    personal.how = "sealed";
    TRY(db_case_wrap_insert(tx, &personal));

    TRY(db_case_wraps_for(tx, ctx, id_of(2, 1), holders, 3, &list));
    CHECK(list.n == 5);
    CHECK(text_same(list.at[4].compartment, "health") &&
          text_same(list.at[2].compartment, "identity"));
    CHECK(list.at[1].generation == 2 && list.at[2].generation == 1);
    CHECK(text_same(list.at[0].holder_kind, "user") && text_same(list.at[0].how, "sealed"));
    TRY(db_case_wraps_for(tx, ctx, id_of(2, 1), holders, 1, &list));
    CHECK(list.n == 1);
    WANT(ERR_BUG, db_case_wraps_for(tx, ctx, id_of(2, 1), holders, 0, &list));
    WANT(ERR_LIMIT, db_case_wraps_for(tx, ctx, id_of(2, 1), holders, DB_HOLDERS_MOST + 1, &list));
    TRY(db_case_wraps(tx, ctx, id_of(2, 1), &list));
    CHECK(list.n == 6);

    struct db_wrap better = personal;
    better.how = "symmetric";
    better.holder_generation = 4;
    better.blob = raw("better");
    TRY(db_case_wrap_replace(tx, &better));
    better.generation = 9;
    WANT(ERR_NOT_FOUND, db_case_wrap_replace(tx, &better));
    TRY(db_case_wraps_for(tx, ctx, id_of(2, 1), holders, 1, &list));
    CHECK(list.n == 1 && bytes_equal(list.at[0].blob, raw("better")) &&
          list.at[0].holder_generation == 4);

    const struct id cases[] = {id_of(2, 2), id_of(2, 3), id_of(2, 1)};
    TRY(db_case_wraps_for_list(tx, ctx, cases, 3, holders, 3, "identity", &list));
    CHECK(list.n == 2 && id_same(list.at[0].subject_id, cases[0]));
    CHECK(id_same(list.at[1].subject_id, cases[2]) && list.at[1].generation == 2);

    db_case_ids ids;
    TRY(db_case_wrap_cases(tx, ctx, id_of(3, 2), (struct id){""}, 1, &ids));
    CHECK(ids.n == 1 && ids.more && id_same(ids.at[0].id, id_of(2, 1)));
    TRY(db_case_wrap_cases(tx, ctx, id_of(3, 2), ids.at[0].id, 1, &ids));
    CHECK(ids.n == 1 && !ids.more && id_same(ids.at[0].id, id_of(2, 2)));

    TRY(db_case_wrap_remove(tx, id_of(2, 1), id_of(3, 1), "identity"));
    TRY(db_case_wraps(tx, ctx, id_of(2, 1), &list));
    CHECK(list.n == 4);
    TRY(db_case_wrap_remove(tx, id_of(2, 1), id_of(3, 1), NULL));
    TRY(db_case_wraps(tx, ctx, id_of(2, 1), &list));
    CHECK(list.n == 3);
    int64_t gone = 0;
    TRY(db_case_wrap_erase(tx, id_of(2, 1), &gone));
    CHECK(gone == 3);
    TRY(db_case_wraps(tx, ctx, id_of(2, 1), &list));
    CHECK(list.n == 0);
    TRY(db_case_wraps(tx, ctx, id_of(2, 2), &list));
    CHECK(list.n == 1);
    return ERR_OK;
}

static err message_wraps(struct tx *tx, void *arg)
{
    (void)arg;
    mem *ctx = db_scratch(tx);
    db_wraps list;
    int64_t gone = 0;
    const struct id holder = id_of(3, 1);
    struct db_wrap row = wrap_row(1, "identity", 1, 1);
    TRY(db_message_wrap_insert(tx, &row));
    WANT(ERR_CONFLICT, db_message_wrap_insert(tx, &row));
    TRY(db_message_wraps_for(tx, ctx, row.subject_id, &holder, 1, &list));
    CHECK(list.n == 1 && bytes_equal(list.at[0].blob, row.blob));
    TRY(db_case_wraps(tx, ctx, row.subject_id, &list));
    CHECK(list.n == 0); /* a table of its own */
    TRY(db_message_wrap_erase(tx, row.subject_id, &gone));
    CHECK(gone == 1);
    return ERR_OK;
}

static err organisation_keys(struct tx *tx, void *arg)
{
    (void)arg;
    mem *ctx = db_scratch(tx);
    struct db_organisation_key row = {id_of(4, 1), "sign", 1, raw("der"), T0, 0}, out = {0};
    db_organisation_keys list;
    WANT(ERR_NOT_FOUND, db_organisation_key_current(tx, ctx, row.organisation_id, "sign", &out));
    TRY(db_organisation_key_insert(tx, &row));
    WANT(ERR_CONFLICT, db_organisation_key_insert(tx, &row));
    row.generation = 2;
    row.certificate = raw("der2");
    TRY(db_organisation_key_insert(tx, &row));
    row.purpose = "health";
    row.generation = 1;
    TRY(db_organisation_key_insert(tx, &row));
    TRY(db_organisation_key_current(tx, ctx, row.organisation_id, "sign", &out));
    CHECK(out.generation == 2 && bytes_equal(out.certificate, raw("der2")) && out.retired_at == 0);
    TRY(db_organisation_key_retire(tx, row.organisation_id, "sign", 2, T0 + 1));
    WANT(ERR_NOT_FOUND, db_organisation_key_retire(tx, row.organisation_id, "sign", 3, T0 + 1));
    TRY(db_organisation_key_current(tx, ctx, row.organisation_id, "sign", &out));
    CHECK(out.generation == 1);
    TRY(db_organisation_key_list(tx, ctx, row.organisation_id, &list));
    CHECK(list.n == 3 && text_same(list.at[0].purpose, "health") && list.at[1].generation == 2);
    CHECK(list.at[1].retired_at == T0 + 1);

    const struct id teams[] = {id_of(3, 1), id_of(3, 2)};
    struct db_organisation_wrap wrap = {row.organisation_id, "sign", 1, teams[0], 1,
                                        raw("private")};
    db_organisation_wraps wraps;
    TRY(db_organisation_wrap_put(tx, &wrap));
    wrap.team_generation = 2;
    wrap.blob = raw("again");
    TRY(db_organisation_wrap_put(tx, &wrap));
    TRY(db_organisation_wrap_for(tx, ctx, row.organisation_id, "sign", 1, teams, 2, &wraps));
    CHECK(wraps.n == 1 && wraps.at[0].team_generation == 2 &&
          bytes_equal(wraps.at[0].blob, raw("again")));
    wrap.team_id = teams[1];
    TRY(db_organisation_wrap_put(tx, &wrap));
    TRY(db_organisation_wrap_list(tx, ctx, row.organisation_id, &wraps));
    CHECK(wraps.n == 2);
    TRY(db_organisation_wrap_remove(tx, row.organisation_id, "sign", teams[0]));
    TRY(db_organisation_wrap_for(tx, ctx, row.organisation_id, "sign", 1, teams, 2, &wraps));
    CHECK(wraps.n == 1 && id_same(wraps.at[0].team_id, teams[1]));
    WANT(ERR_BUG,
         db_organisation_wrap_for(tx, ctx, row.organisation_id, "sign", 1, teams, 0, &wraps));
    return ERR_OK;
}

static int setup(void **state)
{
    struct store *s = malloc(sizeof *s);
    store_open(s, DB_KEYS);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    store_close(*state);
    free(*state);
    return 0;
}

#define IN_A_TRANSACTION(name)                                                                     \
    static void name##_kept(void **state)                                                          \
    {                                                                                              \
        struct store *s = *state;                                                                  \
        OK(db_run(s->db, name, NULL));                                                             \
    }
IN_A_TRANSACTION(user_keys)
IN_A_TRANSACTION(sessions)
IN_A_TRANSACTION(team_wraps)
IN_A_TRANSACTION(case_wraps)
IN_A_TRANSACTION(message_wraps)
IN_A_TRANSACTION(organisation_keys)

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(user_keys_kept),  T(sessions_kept),      T(team_wraps_kept),
        T(case_wraps_kept), T(message_wraps_kept), T(organisation_keys_kept),
    };
    return cmocka_run_group_tests_name("db_keys", tests, NULL, NULL);
}
