/* test_domain_team.c - teams: who is let in, who is kept out, what a thief who can write to the
 * store gets. */
#include "people.h"

#include "base/encode.h"
#include "crypto/certificate.h"
#include "db/team.h"
#include "db/wrap.h"
#include "domain/keys.h"
#include "domain/statement.h"

/* A team with one member, and a second user who has been added but not confirmed. */
struct pair {
    char first[24], second[24];
    struct id first_id, second_id, team, membership;
};

static struct pair pair_new(struct people *p, const char *name)
{
    struct pair pair;
    (void)snprintf(pair.first, sizeof pair.first, "%s.a", name);
    (void)snprintf(pair.second, sizeof pair.second, "%s.b", name);
    pair.first_id = people_worker(p, pair.first);
    pair.second_id = people_worker(p, pair.second);
    pair.team = people_team(p, name, COMPARTMENT_ALL, true, &pair.first_id, 1);
    OK(team_member_add(p->node, p->admin, pair.team, pair.second_id, &pair.membership));
    return pair;
}

static int64_t wraps_of(struct people *p, struct id user)
{
    char sql[160];
    (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM team_wrap WHERE user_id = '%s'",
                   user.text);
    return people_count(p, "keys.db", sql);
}

#define sqlf(p, file, ...)                                                                         \
    assert_true(people_sql((p), (file), talloc_asprintf((p), __VA_ARGS__)) > 0)

static void a_member_is_let_in_by_a_member(void **state)
{
    struct people *p = *state;
    struct pair pair = pair_new(p, "ada");
    struct actor *second = people_actor(p, pair.second, NULL),
                 *first = people_actor(p, pair.first, NULL);
    assert_int_equal(second->n_teams, 0);
    assert_int_equal(first->n_teams, 1);
    assert_int_equal(wraps_of(p, pair.second_id), 0);
    BAD(ERR_DENIED, team_member_confirm(p->node, second, pair.membership)); /* oneself */
    BAD(ERR_DENIED, team_member_confirm(p->node, p->admin, pair.membership));
    BAD(ERR_NOT_FOUND, team_member_confirm(p->node, first, id_random()));
    OK(team_member_confirm(p->node, first, pair.membership));
    BAD(ERR_STATE, team_member_confirm(p->node, first, pair.membership));
    BAD(ERR_CONFLICT,
        team_member_add(p->node, p->admin, pair.team, pair.second_id, &pair.membership));
    second = people_actor(p, pair.second, NULL);
    assert_int_equal(second->n_teams, 1);
    assert_true(id_same(second->teams[0].id, pair.team));
    assert_true(second->teams[0].may_send);
    assert_int_equal(second->teams[0].compartments, COMPARTMENT_ALL);
    struct team_key *a, *b;
    OK(keys_team(first->keys, pair.team, 1, &a));
    OK(keys_team(second->keys, pair.team, 1, &b));
    assert_true(secret_equal(secret_bytes(a->key), secret_bytes(b->key)));
    struct team_member_list members;
    OK(team_members(p->node, second, pair.team, p, &members));
    assert_int_equal(members.n, 2);
    struct id stranger = people_worker(p, "ada.c");
    (void)stranger;
    BAD(ERR_DENIED, team_members(p->node, people_actor(p, "ada.c", NULL), pair.team, p, &members));
}

static void a_running_session_gets_a_new_teams_key(void **state)
{
    struct people *p = *state;
    struct pair pair = pair_new(p, "bea");
    char cookie[SESSION_COOKIE_ROOM];
    struct actor *second = people_actor(p, pair.second, cookie);
    assert_int_equal(second->n_teams, 0);
    OK(team_member_confirm(p->node, people_actor(p, pair.first, NULL), pair.membership));
    uint64_t before = db_writes(p->node->keys).transactions;
    OK(session_open(p->node, cookie, p, &second));
    assert_int_equal(second->n_teams, 1);
    assert_int_equal(db_writes(p->node->keys).transactions, before + 1); /* packed again, once */
    OK(session_open(p->node, cookie, p, &second));
    assert_int_equal(second->n_teams, 1);
    assert_int_equal(db_writes(p->node->keys).transactions, before + 1);
}

static void who_may_not_be_a_member(void **state)
{
    struct people *p = *state;
    struct id worker = people_worker(p, "cleo"), other, invited, membership;
    other = people_new(p, "cleo.other", p->elsewhere, role_bit(ROLE_CASE_WORKER));
    char code[RECOVERY_TEXT_ROOM];
    const struct user_wish wish = {.login = "cleo.invited",
                                   .display_name = "x",
                                   .language = "en",
                                   .organisation_id = p->organisation,
                                   .roles = role_bit(ROLE_CASE_WORKER)};
    OK(user_invite(p->node, p->admin, &wish, &invited, code));
    struct id team = people_team(p, "Cleo", COMPARTMENT_ALL, true, &worker, 1);
    BAD(ERR_INPUT, team_member_add(p->node, p->admin, team, other, &membership));
    BAD(ERR_STATE, team_member_add(p->node, p->admin, team, invited, &membership));
    BAD(ERR_INPUT, team_member_add(p->node, p->admin, team, p->admin->user_id, &membership));
    BAD(ERR_INPUT, team_member_add(p->node, p->admin, team, id_random(), &membership));
    BAD(ERR_NOT_FOUND, team_member_add(p->node, p->admin, id_random(), worker, &membership));
    BAD(ERR_CONFLICT, team_member_add(p->node, p->admin, team, worker, &membership));
    struct actor *actor = people_actor(p, "cleo", NULL);
    BAD(ERR_DENIED, team_member_add(p->node, actor, team, worker, &membership));
    struct team_wish bad = {.organisation_id = p->organisation,
                            .name = "T",
                            .compartments = COMPARTMENT_ALL,
                            .members = &worker,
                            .n_members = 0};
    BAD(ERR_INPUT, team_create(p->node, p->admin, &bad, &membership));
    struct id twice[] = {worker, worker};
    bad.members = twice;
    bad.n_members = 2;
    BAD(ERR_INPUT, team_create(p->node, p->admin, &bad, &membership));
    bad.n_members = 1;
    bad.name = "";
    BAD(ERR_INPUT, team_create(p->node, p->admin, &bad, &membership));
    bad.name = "T";
    BAD(ERR_DENIED, team_create(p->node, actor, &bad, &membership));
    OK(user_close(p->node, p->admin, invited));
    bad.members = &invited;
    BAD(ERR_INPUT, team_create(p->node, p->admin, &bad, &membership));
}

/* What a thief with write access to the store may try; each must end in ERR_CRYPTO with nothing
 * sealed. */
static void nothing_is_sealed_to_what_was_forged(void **state)
{
    struct people *p = *state;
    struct pair pair = pair_new(p, "dina");
    struct id thief = people_worker(p, "dina.thief");
    struct actor *first = people_actor(p, pair.first, NULL);
    const char *membership = pair.membership.text;

    /* Another signature; another statement: the role changed. */
    sqlf(p, "opentrm.db", "UPDATE membership SET signature = randomblob(64) WHERE id = '%s'",
         membership);
    BAD(ERR_CRYPTO, team_member_confirm(p->node, first, pair.membership));
    sqlf(p, "opentrm.db", "DELETE FROM membership WHERE id = '%s'", membership);
    OK(team_member_add(p->node, p->admin, pair.team, pair.second_id, &pair.membership));
    membership = pair.membership.text;
    sqlf(p, "opentrm.db", "UPDATE membership SET statement = %s WHERE id = '%s'",
         engine_replaced(p, "statement", "case_worker", "intake_officer"), membership);
    BAD(ERR_CRYPTO, team_member_confirm(p->node, first, pair.membership));
    sqlf(p, "opentrm.db", "DELETE FROM membership WHERE id = '%s'", membership);
    OK(team_member_add(p->node, p->admin, pair.team, pair.second_id, &pair.membership));
    membership = pair.membership.text;

    /* The user's keys replaced by the thief's. */
    sqlf(p, "opentrm.db",
         "UPDATE user_account SET box_public = (SELECT box_public FROM user_account WHERE id = "
         "'%s') WHERE id = '%s'",
         thief.text, pair.second_id.text);
    BAD(ERR_CRYPTO, team_member_confirm(p->node, first, pair.membership));

    /* The row given to the thief, with the statement of another. */
    sqlf(p, "opentrm.db", "UPDATE membership SET user_id = '%s' WHERE id = '%s'", thief.text,
         membership);
    BAD(ERR_CRYPTO, team_member_confirm(p->node, first, pair.membership));

    /* A statement about another team: the thief is a member there. */
    struct id own = people_team(p, "Thief's", COMPARTMENT_ALL, false, &thief, 1);
    sqlf(p, "opentrm.db",
         "UPDATE membership SET statement = (SELECT statement FROM membership WHERE team_id = "
         "'%s'), signature = (SELECT "
         "signature FROM membership WHERE team_id = '%s') WHERE id = '%s'",
         own.text, own.text, membership);
    BAD(ERR_CRYPTO, team_member_confirm(p->node, first, pair.membership));

    /* A statement that the thief signed, as themself and as the administrator. */
    struct actor *forger = people_actor(p, "dina.thief", NULL);
    const struct sign_pair *sign;
    const struct box_pair *box;
    OK(keys_sign(forger->keys, &sign));
    OK(keys_box(forger->keys, &box));
    const struct statement statement = {.type = STATEMENT_MEMBERSHIP,
                                        .user_id = thief,
                                        .sign = sign->public_key,
                                        .box = box->public_key,
                                        .roles = role_bit(ROLE_CASE_WORKER),
                                        .team_id = pair.team,
                                        .compartments = COMPARTMENT_ALL,
                                        .may_send = true,
                                        .since = T0};
    struct db_statement row;
    const char *hex[2];
    OK(statement_sign(p, p->node, sign, thief, &statement, &row));
    hex[0] = engine_bytes(p, row.statement);
    hex[1] = engine_bytes(p, row.signature);
    const char *sql = talloc_asprintf(p,
                                      "UPDATE membership SET statement = %s, signature = %s, "
                                      "signer_id = '%s' WHERE id = '%s'",
                                      hex[0], hex[1], thief.text, membership);
    assert_int_equal(people_sql(p, "opentrm.db", sql), 1);
    BAD(ERR_CRYPTO, team_member_confirm(p->node, first, pair.membership));
    sqlf(p, "opentrm.db", "UPDATE membership SET signer_id = '%s' WHERE id = '%s'",
         p->admin->user_id.text, membership);
    BAD(ERR_CRYPTO, team_member_confirm(p->node, first, pair.membership));

    /* The thief appoints themself, and makes themself the root of the store: the member's own keys
     * remember another. */
    const struct statement appointment = {.type = STATEMENT_APPOINTMENT,
                                          .user_id = thief,
                                          .sign = sign->public_key,
                                          .roles = role_bit(ROLE_ADMINISTRATOR),
                                          .since = T0};
    OK(statement_sign(p, p->node, sign, thief, &appointment, &row));
    hex[0] = engine_bytes(p, row.statement);
    hex[1] = engine_bytes(p, row.signature);
    sql = talloc_asprintf(
        p, "INSERT INTO statement VALUES ('appointment', '%s', 1, %s, %s, '%s', 1)",
        thief.text, hex[0], hex[1], thief.text);
    assert_int_equal(people_sql(p, "opentrm.db", sql), 1);
    sqlf(p, "opentrm.db", "UPDATE membership SET signer_id = '%s' WHERE id = '%s'", thief.text,
         membership);
    sqlf(p, "opentrm.db", "UPDATE user_account SET is_admin = 1 WHERE id = '%s'", thief.text);
    BAD(ERR_CRYPTO, team_member_confirm(p->node, first, pair.membership));
    assert_int_equal(wraps_of(p, thief), 1); /* of their own team */
    assert_int_equal(wraps_of(p, pair.second_id), 0);
    sqlf(p, "opentrm.db", "DELETE FROM statement WHERE subject_id = '%s'", thief.text);
    sqlf(p, "opentrm.db", "UPDATE user_account SET is_admin = 0 WHERE id = '%s'", thief.text);
}

static void a_closed_administrators_signature_is_not_enough(void **state)
{
    struct people *p = *state;
    struct id admin = people_new(p, "emma.admin", (struct id){""}, role_bit(ROLE_ADMINISTRATOR));
    OK(user_appoint(p->node, p->admin, admin));
    struct actor *second_admin = people_actor(p, "emma.admin", NULL);
    struct id a = people_worker(p, "emma.a"), b = people_worker(p, "emma.b"), membership;
    struct id team = people_team(p, "Emma", COMPARTMENT_ALL, true, &a, 1);
    OK(team_member_add(p->node, second_admin, team, b, &membership));
    OK(user_close(p->node, p->admin, admin));
    BAD(ERR_CRYPTO, team_member_confirm(p->node, people_actor(p, "emma.a", NULL), membership));
    OK(team_member_end(p->node, p->admin, membership));
    OK(team_member_add(p->node, p->admin, team, b, &membership));
    OK(team_member_confirm(p->node, people_actor(p, "emma.a", NULL), membership));
}

static void who_leaves_is_out_at_once_and_the_key_changes(void **state)
{
    struct people *p = *state;
    struct pair pair = pair_new(p, "flora");
    struct actor *first = people_actor(p, pair.first, NULL), *second, *gone = NULL;
    char cookie[SESSION_COOKIE_ROOM], first_cookie[SESSION_COOKIE_ROOM];
    struct team team;
    OK(team_member_confirm(p->node, first, pair.membership));
    second = people_actor(p, pair.second, cookie);
    assert_int_equal(second->n_teams, 1);
    (void)people_actor(p, pair.first, first_cookie);
    OK(team_member_end(p->node, p->admin, pair.membership));
    BAD(ERR_DENIED, session_open(p->node, cookie, p, &gone));
    assert_int_equal(wraps_of(p, pair.second_id), 0);
    second = people_actor(p, pair.second, NULL);
    assert_int_equal(second->n_teams, 0);
    OK(team_get(p->node, pair.team, p, &team));
    assert_true(team.rotation_due);
    assert_int_equal(team.generation, 1);
    /* A running session keeps working meanwhile; the next sign-in of a member rotates. */
    OK(session_open(p->node, first_cookie, p, &first));
    assert_int_equal(first->n_teams, 1);
    first = people_actor(p, pair.first, NULL);
    OK(team_get(p->node, pair.team, p, &team));
    assert_false(team.rotation_due);
    assert_int_equal(team.generation, 2);
    assert_int_equal(first->teams[0].generation, 2);
    struct team_key *one, *two;
    OK(keys_team(first->keys, pair.team, 1, &one));
    OK(keys_team(first->keys, pair.team, 2, &two));
    assert_false(secret_equal(secret_bytes(one->key), secret_bytes(two->key)));
    OK(session_open(p->node, first_cookie, p, &first)); /* the older session learns the new key */
    assert_int_equal(first->teams[0].generation, 2);
    assert_int_equal(wraps_of(p, pair.second_id), 0);
    /* Ending it again does no harm; coming back takes a new statement, and gives every generation.
     */
    OK(team_member_end(p->node, p->admin, pair.membership));
    OK(team_member_add(p->node, p->admin, pair.team, pair.second_id, &pair.membership));
    OK(team_member_confirm(p->node, first, pair.membership));
    assert_int_equal(wraps_of(p, pair.second_id), 2);
}

/* Whatever keys a session still carries: what counts is what the tables say now. */
static void each_request_looks_at_account_and_membership(void **state)
{
    struct people *p = *state;
    struct pair pair = pair_new(p, "greta");
    char cookie[SESSION_COOKIE_ROOM];
    struct actor *actor = people_actor(p, pair.first, cookie), *gone = NULL;
    assert_int_equal(actor->n_teams, 1);
    sqlf(p, "opentrm.db", "UPDATE membership SET state = 'pending' WHERE user_id = '%s'",
         pair.first_id.text);
    OK(session_open(p->node, cookie, p, &actor));
    assert_int_equal(actor->n_teams, 0);
    sqlf(p, "opentrm.db", "UPDATE user_account SET active = 0 WHERE id = '%s'", pair.first_id.text);
    BAD(ERR_DENIED, session_open(p->node, cookie, p, &gone));
}

static void a_rotation_that_was_cut_off_is_finished(void **state)
{
    struct people *p = *state;
    struct pair pair = pair_new(p, "gerda");
    struct actor *first = people_actor(p, pair.first, NULL);
    OK(team_member_confirm(p->node, first, pair.membership));
    OK(team_rotate(p->node, first, pair.team));
    struct team_key *before, *after, *old, *seconds;
    OK(keys_team(first->keys, pair.team, 2, &before));
    /* As if the node had died after the wraps were written: the team's row never changed. */
    sqlf(p, "opentrm.db", "DELETE FROM statement WHERE kind = 'team_key' AND subject_id = '%s'",
         pair.team.text);
    struct box_pair box;
    const char *hex;
    OK(keys_team(first->keys, pair.team, 1, &old));
    OK(team_box_pair(first->arena, old->key, &box));
    hex = engine_bytes(p, bytes_of(box.public_key.p, BOX_PUBLIC_SIZE));
    sqlf(p, "opentrm.db", "UPDATE team SET generation = 1, box_public = %s WHERE id = '%s'", hex,
         pair.team.text);
    /* A key of which nobody knows who made it is not taken over: there is a fresh one. */
    struct actor *again = people_actor(p, pair.second, NULL);
    assert_false(keys_team_holds(again->keys, pair.team, 2));
    OK(team_rotate(p->node, again, pair.team));
    OK(keys_team(again->keys, pair.team, 3, &after));
    assert_false(secret_equal(secret_bytes(before->key), secret_bytes(after->key)));
    struct team team;
    OK(team_get(p->node, pair.team, p, &team));
    assert_int_equal(team.generation, 3);
    assert_int_equal(again->teams[0].generation, 3);
    first = people_actor(p, pair.first, NULL);
    assert_int_equal(first->n_teams, 1);
    OK(keys_team(first->keys, pair.team, 3, &seconds));
    assert_true(secret_equal(secret_bytes(seconds->key), secret_bytes(after->key)));
    assert_true(keys_team_holds(first->keys, pair.team, 1));
    assert_false(keys_team_holds(first->keys, pair.team, 2));
    OK(team_rotate(p->node, first, pair.team));
    assert_int_equal(first->teams[0].generation, 4);
}

static err put_team_wrap(struct tx *tx, void *arg) { return db_team_wrap_insert(tx, arg); }

/* A thief who can write to the store leaves boxes for the generations to come: only the member's
 * public key is needed for that. */
static void a_next_key_that_a_thief_left_is_not_adopted(void **state)
{
    static const int64_t LEFT[] = {2, 3, 5000, INT64_MAX};
    struct people *p = *state;
    struct id user = people_worker(p, "hanna");
    struct id team = people_team(p, "Hanna", COMPARTMENT_ALL, true, &user, 1);
    struct actor *actor = people_actor(p, "hanna", NULL);
    const struct box_pair *box;
    struct secret forged;
    OK(keys_box(actor->keys, &box));
    OK(secret_random(actor->arena, KEY_SIZE, &forged));
    for (size_t i = 0; i < COUNT_OF(LEFT); i++) {
        struct db_team_wrap wrap = {.team_id = team, .generation = LEFT[i], .user_id = user};
        OK(team_key_seal(p, forged, team, LEFT[i], user, &box->public_key, &wrap.blob));
        OK(db_run(p->node->keys, put_team_wrap, &wrap));
    }
    for (int i = 0; i < 2; i++) {
        actor = people_actor(p, "hanna", NULL);
        assert_int_equal(actor->n_teams, 1);
        OK(team_rotate(p->node, actor, team));
    }
    assert_int_equal(actor->teams[0].generation, 5);
    actor = people_actor(p, "hanna", NULL);
    assert_int_equal(actor->n_teams, 1);
    assert_int_equal(actor->keys->teams.n, 3); /* 1, 4, 5 */
    for (size_t i = 0; i < actor->keys->teams.n; i++)
        assert_false(
            secret_equal(secret_bytes(actor->keys->teams.at[i].key), secret_bytes(forged)));
    struct box_pair pair;
    const char *hex;
    OK(team_box_pair(actor->arena, forged, &pair));
    hex = engine_bytes(p, bytes_of(pair.public_key.p, BOX_PUBLIC_SIZE));
    assert_int_equal(
        people_count(p, "opentrm.db",
                     talloc_asprintf(p, "SELECT count(*) FROM team WHERE box_public = %s", hex)),
        0);
}

/* The administrator's boxes are signed as well: without the signature they don't open. */
static void an_organisations_key_that_nobody_signed_is_refused(void **state)
{
    struct people *p = *state;
    struct id organisation;
    const struct organisation_wish wish = {
        .name = "Signing agency", .procedures = "", .languages = ""};
    OK(organisation_create(p->node, p->admin, &wish, &organisation));
    struct id user = people_new(p, "ida", organisation, role_bit(ROLE_CASE_WORKER)), team;
    const struct team_wish team_wish = {organisation, "Ida", COMPARTMENT_ALL, true, &user, 1};
    OK(team_create(p->node, p->admin, &team_wish, &team));
    OK(organisation_keys_make(p->node, p->admin, organisation));
    struct actor *actor = people_actor(p, "ida", NULL);
    struct organisation_key key;
    (void)people_sql(p, "keys.db",
                     talloc_asprintf(p,
                                     "CREATE TABLE keep AS SELECT * FROM organisation_wrap WHERE "
                                     "organisation_id = '%s'",
                                     organisation.text));
    const char *second = engine_bytes(p, bytes_of("\2", 1));
    sqlf(p, "keys.db", "UPDATE organisation_wrap SET blob = %s WHERE organisation_id = '%s'",
         engine_joined(p, talloc_asprintf(p, "%s || substr(blob, 102)", second)), organisation.text);
    BAD(ERR_CRYPTO, organisation_signing_key(p->node, actor, organisation, p, &key));
    sqlf(p, "keys.db",
         "UPDATE organisation_wrap SET blob = (SELECT %s FROM "
         "keep WHERE purpose = organisation_wrap.purpose) WHERE organisation_id = '%s'",
         engine_joined(p, "substr(blob, 1, 37) || zeroblob(64) || substr(blob, 102)"), organisation.text);
    BAD(ERR_CRYPTO, organisation_signing_key(p->node, actor, organisation, p, &key));
    sqlf(p, "keys.db",
         "UPDATE organisation_wrap SET blob = (SELECT blob FROM keep WHERE purpose = "
         "organisation_wrap.purpose) WHERE "
         "organisation_id = '%s'",
         organisation.text);
    OK(organisation_signing_key(p->node, actor, organisation, p, &key));
    (void)people_sql(p, "keys.db", "DROP TABLE keep");
}

static void keys_of_an_organisation_go_to_teams_that_may(void **state)
{
    struct people *p = *state;
    struct id sender = people_worker(p, "hedi"), medic = people_worker(p, "hedi.medic");
    OK(organisation_create(
        p->node, p->admin,
        &(struct organisation_wish){
            .name =
                "Agjencia për mbrojtjen e viktimave të trafikimit të qenieve njerëzore, Tiranë"},
        &p->organisation));
    struct id one = people_new(p, "ina.sender", p->organisation, role_bit(ROLE_CASE_WORKER));
    struct id two = people_new(p, "ina.medic", p->organisation, role_bit(ROLE_CASE_WORKER));
    (void)sender;
    (void)medic;
    BAD(ERR_STATE, organisation_keys_make(p->node, p->admin, p->organisation)); /* no team yet */
    struct id sending = people_team(
        p, "Senders", COMPARTMENT_ALL & ~COMPARTMENT_BIT(COMPARTMENT_HEALTH), true, &one, 1);
    (void)sending;
    BAD(ERR_STATE,
        organisation_keys_make(p->node, p->admin, p->organisation)); /* nobody for health */
    struct id health =
        people_team(p, "Health", COMPARTMENT_BIT(COMPARTMENT_HEALTH), false, &two, 1);
    struct actor *a = people_actor(p, "ina.sender", NULL), *b = people_actor(p, "ina.medic", NULL);
    struct organisation_key key;
    struct organisation_key_list list;
    BAD(ERR_NOT_FOUND, organisation_signing_key(p->node, a, p->organisation, p, &key));
    BAD(ERR_DENIED, organisation_keys_make(p->node, a, p->organisation));
    OK(organisation_keys_make(p->node, p->admin, p->organisation));
    assert_int_equal(people_count(p, "keys.db", "SELECT count(*) FROM organisation_key"), 6);
    OK(organisation_keys_make(p->node, p->admin, p->organisation)); /* nothing more to do */
    assert_int_equal(people_count(p, "keys.db", "SELECT count(*) FROM organisation_key"), 6);

    const struct certificate *certificate;
    OK(organisation_signing_key(p->node, a, p->organisation, p, &key));
    OK(organisation_certificate_signing(p->node, p->organisation, p, &certificate));
    assert_true(certificate_same(certificate, key.certificate));
    assert_true(certificate_fits(certificate, key.key));
    OK(certificate_check(certificate, CERTIFICATE_SIGNING, T0));
    BAD(ERR_DENIED, organisation_signing_key(p->node, b, p->organisation, p, &key));
    BAD(ERR_DENIED, organisation_signing_key(p->node, p->admin, p->organisation, p, &key));
    OK(organisation_decryption_keys(p->node, a, p->organisation, COMPARTMENT_IDENTITY, p, &list));
    assert_int_equal(list.n, 1);
    BAD(ERR_DENIED,
        organisation_decryption_keys(p->node, a, p->organisation, COMPARTMENT_HEALTH, p, &list));
    OK(organisation_decryption_keys(p->node, b, p->organisation, COMPARTMENT_HEALTH, p, &list));
    OK(organisation_certificate_for(p->node, p->organisation, COMPARTMENT_HEALTH, p, &certificate));
    assert_true(certificate_same(certificate, list.at[0].certificate));
    BAD(ERR_DENIED,
        organisation_decryption_keys(p->node, b, p->organisation, COMPARTMENT_IDENTITY, p, &list));
    struct actor *stranger = people_actor(p, "hedi", NULL);
    BAD(ERR_DENIED, organisation_signing_key(p->node, stranger, p->organisation, p, &key));

    /* The administrator's boxes became wraps under the team's key when they were first opened. */
    const char *first = engine_bytes(p, bytes_of("\1", 1));
    assert_int_equal(
        people_count(p, "keys.db",
                     talloc_asprintf(p, "SELECT count(*) FROM organisation_wrap WHERE substr(blob, 1, 1) = %s", first)),
        3);
    OK(organisation_signing_key(p->node, a, p->organisation, p, &key));

    /* A team that may have them too, later: the next member who signs in gives them. */
    struct id three = people_new(p, "ina.later", p->organisation, role_bit(ROLE_INTAKE_OFFICER));
    struct id later =
        people_team(p, "Intake", COMPARTMENT_BIT(COMPARTMENT_IDENTITY), true, &three, 1);
    (void)later;
    struct actor *c = people_actor(p, "ina.later", NULL);
    BAD(ERR_DENIED, organisation_signing_key(p->node, c, p->organisation, p, &key));
    (void)people_actor(p, "ina.sender", NULL);
    OK(organisation_signing_key(p->node, c, p->organisation, p, &key));
    OK(organisation_decryption_keys(p->node, c, p->organisation, COMPARTMENT_IDENTITY, p, &list));
    BAD(ERR_DENIED,
        organisation_decryption_keys(p->node, c, p->organisation, COMPARTMENT_SAFETY, p, &list));

    /* A team that only the store says is one, or whose public key was changed, gets nothing. */
    sqlf(p, "opentrm.db",
         "INSERT INTO team SELECT 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', organisation_id, "
         "'Thief', 1, zeroblob(32), 1 FROM team WHERE id = '%s'",
         health.text);
    OK(team_settle(p->node, a));
    assert_int_equal(
        people_count(p, "keys.db",
                     "SELECT count(*) FROM organisation_wrap WHERE team_id LIKE 'aaaaaaaa%'"),
        0);
    sqlf(p, "opentrm.db", "DELETE FROM team WHERE name = '%s'", "Thief");
    sqlf(p, "keys.db", "DELETE FROM organisation_wrap WHERE team_id = '%s'", later.text);
    sqlf(p, "opentrm.db",
         "UPDATE team SET box_public = (SELECT box_public FROM user_account WHERE login = '%s') "
         "WHERE id = '%s'",
         "hedi", later.text);
    OK(team_settle(p->node, a));
    assert_int_equal(
        people_count(p, "keys.db",
                     talloc_asprintf(p,
                                     "SELECT count(*) FROM organisation_wrap WHERE team_id = '%s'",
                                     later.text)),
        0);

    /* A private key that somebody exchanged in the store is not used. */
    sqlf(p, "keys.db",
         "UPDATE organisation_key SET certificate = (SELECT certificate FROM organisation_key "
         "WHERE purpose = 'health') WHERE purpose = '%s'",
         "sign");
    BAD(ERR_CRYPTO, organisation_signing_key(p->node, a, p->organisation, p, &key));
}

static void statements_are_canonical(void **state)
{
    struct people *p = *state;
    const struct sign_pair *sign;
    OK(keys_sign(p->admin->keys, &sign));
    const struct statement statement = {.type = STATEMENT_APPOINTMENT,
                                        .user_id = p->admin->user_id,
                                        .sign = sign->public_key,
                                        .roles = role_bit(ROLE_ADMINISTRATOR),
                                        .since = T0};
    struct db_statement row;
    struct statement back;
    OK(statement_sign(p, p->node, sign, p->admin->user_id, &statement, &row));
    OK(statement_verify(p->node, &sign->public_key, STATEMENT_APPOINTMENT, row.statement,
                        row.signature, &back));
    assert_int_equal(back.roles, statement.roles);
    BAD(ERR_CRYPTO, statement_verify(p->node, &sign->public_key, STATEMENT_MEMBERSHIP,
                                     row.statement, row.signature, &back));
    /* Signed by the right key, but written in another way. */
    const char *other[] = {
        " {}",
        "{}",
        "[]",
        "not json",
        talloc_asprintf(p, "%s ", (const char *)row.statement.p),
        talloc_asprintf(p, "{\"extra\":1,%s", (const char *)row.statement.p + 1),
    };
    for (size_t i = 0; i < COUNT_OF(other); i++) {
        struct signature signature;
        OK(sign_message(sign, "opentrm statement", bytes_text(other[i]), &signature));
        BAD(ERR_CRYPTO,
            statement_verify(p->node, &sign->public_key, STATEMENT_APPOINTMENT,
                             bytes_text(other[i]), bytes_of(signature.p, SIGNATURE_SIZE), &back));
    }
    /* Of another node. */
    struct node elsewhere = {.settings = {.id = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"}};
    BAD(ERR_CRYPTO, statement_verify(&elsewhere, &sign->public_key, STATEMENT_APPOINTMENT,
                                     row.statement, row.signature, &back));
    compartment_set set;
    bool may_send;
    const char *words;
    OK(may_words(p, COMPARTMENT_BIT(COMPARTMENT_HEALTH), true, &words));
    assert_string_equal(words, "send health");
    OK(may_read("", &set, &may_send));
    assert_true(set == 0 && !may_send);
    BAD(ERR_INPUT, may_read("send everything", &set, &may_send));
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_member_is_let_in_by_a_member),
        T(a_running_session_gets_a_new_teams_key),
        T(who_may_not_be_a_member),
        T(nothing_is_sealed_to_what_was_forged),
        T(a_closed_administrators_signature_is_not_enough),
        T(who_leaves_is_out_at_once_and_the_key_changes),
        T(each_request_looks_at_account_and_membership),
        T(a_rotation_that_was_cut_off_is_finished),
        T(a_next_key_that_a_thief_left_is_not_adopted),
        T(keys_of_an_organisation_go_to_teams_that_may),
        T(an_organisations_key_that_nobody_signed_is_refused),
        T(statements_are_canonical),
    };
    return cmocka_run_group_tests(tests, people_begin, people_end);
}
