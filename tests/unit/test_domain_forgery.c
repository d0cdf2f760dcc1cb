/* test_domain_forgery.c - keys that a thief with write access to the stores puts there for others
 * to use. */
#include "crew.h"

#include "base/encode.h"
#include "db/team.h"
#include "db/wrap.h"
#include "domain/keys.h"
#include "domain/statement.h"
#include "domain/wrapping.h"

static err put_case_wrap(struct tx *tx, void *arg) { return db_case_wrap_insert(tx, arg); }

struct team_reading {
    mem *ctx;
    struct id id;
    struct db_team team;
};
static err read_team_row(struct tx *tx, void *arg)
{
    struct team_reading *r = arg;
    return db_team_by_id(tx, r->ctx, r->id, &r->team);
}

/* A box that anybody can make who reads the store: the team's public key is in the clear. */
static struct wrap_target target_of(struct people *p, struct id team)
{
    struct team_reading r = {.ctx = p, .id = team};
    struct wrap_target target = {.team_id = team};
    OK(db_read(p->node->records, read_team_row, &r));
    target.generation = r.team.generation;
    memcpy(target.box.p, r.team.box_public.p, BOX_PUBLIC_SIZE);
    return target;
}

static void key_ad_of(struct ad *ad, struct id case_id, const char *compartment, int64_t generation)
{
    ad_start(ad, "opentrm case key");
    ad_text(ad, case_id.text);
    ad_text(ad, compartment);
    ad_number(ad, generation);
}

/* As a signed box by `by`, who says to be `name`. */
static struct bytes box_by(struct people *p, struct actor *by, struct id name, struct id team,
                           struct id case_id, int64_t generation)
{
    struct wrap_target target = target_of(p, team);
    struct ad ad;
    struct secret key;
    struct bytes blob = {0};
    struct id own = by->keys->user_id;
    key_ad_of(&ad, case_id, "identity", generation);
    OK(secret_random(by->arena, KEY_SIZE, &key));
    by->keys->user_id = name;
    OK(wrap_make(p, by->keys, &target, &ad, key, &blob));
    by->keys->user_id = own;
    return blob;
}

static void put_box(struct people *p, struct id team, struct id case_id, struct bytes blob)
{
    struct db_wrap row = {.subject_id = case_id,
                          .compartment = "identity",
                          .generation = 2,
                          .holder_kind = "team",
                          .holder_id = team,
                          .holder_generation = target_of(p, team).generation,
                          .how = "sealed",
                          .blob = blob};
    OK(db_run(p->node->keys, put_case_wrap, &row));
}

static void take_box(struct people *p, struct id case_id)
{
    assert_int_equal(
        people_sql(
            p, "keys.db",
            talloc_asprintf(
                p,
                "DELETE FROM case_wrap WHERE case_id = '%s' AND generation = 2 AND how = 'sealed'",
                case_id.text)),
        1);
}

static void a_forged_box_is_refused(struct people *p, struct crew *c, struct id case_id,
                                    struct bytes blob)
{
    struct vault *none = NULL;
    /* A page of cases is opened in another way than one case, and must refuse it as well. */
    struct vault *list[1];
    put_box(p, c->team, case_id, blob);
    struct actor *actor = people_actor(p, "worker", NULL); /* remembers no signer yet */
    BAD(ERR_CRYPTO, vault_open(p->node, actor, VAULT_CASE, case_id, p, &none));
    OK(vault_open_list(p->node, actor, &case_id, 1, COMPARTMENT_IDENTITY, p, list));
    assert_null(list[0]); /* the list stays, without a key for that case */
    assert_null(none);
    take_box(p, case_id); /* nobody put it under the team's key */
}

static void a_key_that_a_thief_put_before_a_case_is_not_used(void **state)
{
    struct people *p = *state;
    struct crew *c = crew_new(p);
    struct vault *vault;
    struct id id = case_new(p, c->worker, c->team, &vault),
              other = case_new(p, c->worker, c->team, &vault);
    struct id outsider = people_worker(p, "outsider"); /* an account, a member of nothing */
    struct actor *thief = people_actor(p, "outsider", NULL);

    /* The box alone, as version 2 of the format had it; and with a signature of nothing. */
    struct bytes good = box_by(p, c->stranger, c->b, c->team, id, 2), bad;
    enum { BOX_AT = 1 + 36 + 64 };
    uint8_t *copy = talloc_memdup(p, good.p, good.n);
    copy[BOX_AT - 1] = 2;
    a_forged_box_is_refused(p, c, id, bytes_of(copy + BOX_AT - 1, good.n - BOX_AT + 1));
    copy[BOX_AT - 1] = 3;
    a_forged_box_is_refused(p, c, id, bytes_of(copy + BOX_AT - 1, good.n - BOX_AT + 1));
    a_forged_box_is_refused(p, c, id, bytes_of(good.p, BOX_AT));
    a_forged_box_is_refused(p, c, id, bytes_of(good.p, 1));

    /* Signed: by an account that nobody made a member, as itself and as a member; by somebody who
     * is not here; by an administrator, who files no case. */
    a_forged_box_is_refused(p, c, id, box_by(p, thief, outsider, c->team, id, 2));
    a_forged_box_is_refused(p, c, id, box_by(p, thief, c->b, c->team, id, 2));
    a_forged_box_is_refused(p, c, id, box_by(p, thief, c->a, c->team, id, 2));
    a_forged_box_is_refused(p, c, id, box_by(p, thief, id_random(), c->team, id, 2));
    a_forged_box_is_refused(p, c, id, box_by(p, p->admin, p->admin->user_id, c->team, id, 2));

    /* Signed by a member: for another case, another generation, another team. */
    a_forged_box_is_refused(p, c, id, box_by(p, c->stranger, c->b, c->team, other, 2));
    a_forged_box_is_refused(p, c, id, box_by(p, c->stranger, c->b, c->team, id, 3));
    a_forged_box_is_refused(p, c, id, box_by(p, c->stranger, c->b, c->health, id, 2));

    /* A membership that the thief wrote: somebody else's statement, then one they signed themself.
     */
    const struct sign_pair *sign;
    struct db_statement row;
    const struct statement statement = {.type = STATEMENT_MEMBERSHIP,
                                        .user_id = outsider,
                                        .team_id = c->other,
                                        .roles = role_bit(ROLE_CASE_WORKER),
                                        .since = T0};
    OK(keys_sign(thief->keys, &sign));
    struct statement own = statement;
    own.sign = sign->public_key;
    OK(statement_sign(p, p->node, sign, outsider, &own, &row));
    const char *hex[2];
    hex[0] = engine_bytes(p, row.statement);
    hex[1] = engine_bytes(p, row.signature);
    assert_int_equal(
        people_sql(p, "opentrm.db",
                   talloc_asprintf(
                       p,
                       "INSERT INTO membership SELECT 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', "
                       "team_id, '%s', 'ended', may, statement, signature, signer_id, 1, 2 FROM "
                       "membership WHERE user_id = '%s'",
                       outsider.text, c->b.text)),
        1);
    a_forged_box_is_refused(p, c, id, box_by(p, thief, outsider, c->team, id, 2));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            people_sql(
                p, "opentrm.db",
                talloc_asprintf(
                    p,
                    "UPDATE membership SET statement = %s, signature = %s, signer_id = '%s' "
                    "WHERE id LIKE 'aaaaaaaa%%'",
                    hex[0], hex[1], i == 0 ? outsider.text : p->admin->user_id.text)),
            1);
        a_forged_box_is_refused(p, c, id, box_by(p, thief, outsider, c->team, id, 2));
    }
    assert_int_equal(
        people_sql(p, "opentrm.db", "DELETE FROM membership WHERE id LIKE 'aaaaaaaa%'"), 1);

    /* Any byte of a good one. */
    struct actor *actor = people_actor(p, "worker", NULL);
    struct ad ad;
    struct secret key;
    int64_t generation = target_of(p, c->team).generation;
    key_ad_of(&ad, id, "identity", 2);
    OK(wrap_open(p->node, actor->arena, actor->keys, c->team, generation, WRAP_BY_MEMBERS, &ad,
                 good, &key));
    for (size_t i = 0; i < good.n; i++) {
        copy = talloc_memdup(p, good.p, good.n);
        copy[i] ^= 1;
        bad = bytes_of(copy, good.n);
        BAD(ERR_CRYPTO, wrap_open(p->node, actor->arena, actor->keys, c->team, generation,
                                  WRAP_BY_MEMBERS, &ad, bad, &key));
    }

    /* And the good one is what an office sends that is no member: it opens, and is replaced. */
    put_box(p, c->team, id, good);
    vault = vault_of(p, people_actor(p, "worker", NULL), id);
    assert_int_equal(record_of(p, vault, "form", "f", COMPARTMENT_IDENTITY, 1, "x").generation, 2);
    assert_int_equal(
        people_count(
            p, "keys.db",
            talloc_asprintf(p,
                            "SELECT count(*) FROM case_wrap WHERE case_id = '%s' AND generation = "
                            "2 AND how = 'symmetric' AND substr(blob, 1, 1) = %s",
                            id.text, engine_bytes(p, bytes_of("\1", 1)))),
        1);
}

/* Who leaves takes nothing back: what they signed for others while they were here opens later. */
static void what_somebody_filed_opens_after_they_left(void **state)
{
    struct people *p = *state;
    struct crew *c = crew_new(p);
    struct vault *vault;
    struct id filer = people_worker(p, "filer"), membership = {""};
    struct id team =
        people_team(p, "Filing", COMPARTMENT_ALL, true, (struct id[]){filer, c->medic}, 2);
    struct id id = case_new(p, people_actor(p, "filer", NULL), c->team, &vault);
    struct db_record row = record_of(p, vault, "form", "f", COMPARTMENT_IDENTITY, 1, "filed");
    struct team_member_list members;
    OK(team_members(p->node, p->admin, team, p, &members));
    for (size_t i = 0; i < members.n; i++)
        if (id_same(members.at[i].user_id, filer)) membership = members.at[i].membership_id;
    OK(team_member_end(p->node, p->admin, membership));
    OK(user_close(p->node, p->admin, filer));
    opens(p, vault_of(p, c->worker, id), &row, "filed");
}

static err put_team_wrap(struct tx *tx, void *arg) { return db_team_wrap_insert(tx, arg); }

/* A box needs only the member's public key: a thief with the stores can make one. */
static void a_team_key_that_a_thief_made_opens_and_wraps_nothing(void **state)
{
    struct people *p = *state;
    struct id user = people_worker(p, "robbed"), case_id = id_new(T0);
    struct id team = people_team(p, "Robbed team", COMPARTMENT_ALL, true, &user, 1);
    struct actor *actor = people_actor(p, "robbed", NULL), *thief = people_actor(p, "robbed", NULL);
    const struct vault_share share = {team, COMPARTMENT_ALL};
    const struct box_pair *box;
    struct secret key, forged;
    struct vault *vault = NULL;
    struct db_record row;
    OK(vault_create(p->node, actor, VAULT_CASE, case_id, &share, 1, p, &vault));
    row = record_of(p, vault, "form", "f", COMPARTMENT_IDENTITY, 1, "kept");

    /* A generation that nobody signed, and a key of the case under it, as a member would write it.
     */
    struct db_team_wrap wrap = {.team_id = team, .generation = 2, .user_id = user};
    struct wrap_target target = {.team_id = team, .generation = 2, .member = true};
    struct db_wrap of_case = {.subject_id = case_id,
                              .compartment = "identity",
                              .generation = 2,
                              .holder_kind = "team",
                              .holder_id = team,
                              .holder_generation = 2,
                              .how = "symmetric"};
    struct ad ad;
    OK(secret_random(thief->arena, KEY_SIZE, &key));
    OK(secret_random(thief->arena, KEY_SIZE, &forged));
    OK(keys_box(actor->keys, &box));
    OK(team_key_seal(p, key, team, 2, user, &box->public_key, &wrap.blob));
    OK(keys_team_add(thief->keys, team, 2, key));
    key_ad_of(&ad, case_id, "identity", 2);
    OK(wrap_make(p, thief->keys, &target, &ad, forged, &of_case.blob));
    OK(db_run(p->node->keys, put_team_wrap, &wrap));
    OK(db_run(p->node->keys, put_case_wrap, &of_case));
    actor = people_actor(p, "robbed", NULL);
    assert_int_equal(actor->n_teams, 1);
    assert_false(keys_team_holds(actor->keys, team, 2));
    vault = vault_of(p, actor, case_id);
    opens(p, vault, &row, "kept");
    assert_int_equal(record_of(p, vault, "form", "f", COMPARTMENT_IDENTITY, 2, "x").generation, 1);

    /* In place of the signed one: then the team is not theirs. */
    struct db_team_wrap first = {.team_id = team, .generation = 1, .user_id = user};
    OK(team_key_seal(p, key, team, 1, user, &box->public_key, &first.blob));
    char sql[160];
    (void)snprintf(sql, sizeof sql, "DELETE FROM team_wrap WHERE team_id = '%s'", team.text);
    assert_int_equal(people_sql(p, "keys.db", sql), 2);
    OK(db_run(p->node->keys, put_team_wrap, &first));
    actor = people_actor(p, "robbed", NULL);
    assert_int_equal(actor->n_teams, 0);
    assert_false(keys_team_holds(actor->keys, team, 1));
    /* Were it in their session already: nothing is wrapped under it. */
    OK(keys_team_add(actor->keys, team, 1, key));
    BAD(ERR_CRYPTO, vault_create(p->node, actor, VAULT_CASE, id_random(), &share, 1, p, &vault));
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_key_that_a_thief_put_before_a_case_is_not_used),
        T(what_somebody_filed_opens_after_they_left),
        T(a_team_key_that_a_thief_made_opens_and_wraps_nothing),
    };
    return cmocka_run_group_tests(tests, people_begin, people_end);
}
