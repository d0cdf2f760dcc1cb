/* test_domain_vault.c - the keys of cases: who opens what, what was moved or swapped, what lies on
 * the disk. */
#include "crew.h"

#include "db/wrap.h"
#include "domain/case.h"
#include "domain/facts.h"
#include "form/party.h"

#define CANARY "Zamira Kanarinë-Testova"

static void a_team_opens_its_case_and_no_other_does(void **state)
{
    struct people *p = *state;
    struct crew *c = crew_new(p);
    struct vault *vault, *none = NULL;
    struct id id = case_new(p, c->worker, c->team, &vault);
    assert_int_equal(vault_held(vault), COMPARTMENT_ALL);
    struct db_record row = record_of(p, vault, "form", "annex-i", COMPARTMENT_HEALTH, 1, CANARY);
    opens(p, vault, &row, CANARY);
    opens(p, vault_of(p, c->worker, id), &row, CANARY);
    opens(p, vault_of(p, c->colleague, id), &row, CANARY);
    BAD(ERR_NOT_FOUND, vault_open(p->node, c->stranger, VAULT_CASE, id, p, &none));
    BAD(ERR_NOT_FOUND, vault_open(p->node, p->admin, VAULT_CASE, id, p, &none));
    BAD(ERR_NOT_FOUND, vault_open(p->node, c->worker, VAULT_CASE, id_random(), p, &none));
    BAD(ERR_NOT_FOUND, vault_open(p->node, c->worker, VAULT_MESSAGE, id, p, &none));
    struct actor *system;
    OK(actor_system(p, p->node, &system));
    BAD(ERR_NOT_FOUND, vault_open(p->node, system, VAULT_CASE, id, p, &none));
    BAD(ERR_DENIED, vault_create(p->node, system, VAULT_CASE, id_random(),
                                 &(struct vault_share){c->team, COMPARTMENT_ALL}, 1, p, &none));
    assert_null(none);
}

static void a_record_opens_only_where_it_was_put(void **state)
{
    struct people *p = *state;
    struct crew *c = crew_new(p);
    struct vault *vault, *second;
    (void)case_new(p, c->worker, c->team, &vault);
    (void)case_new(p, c->worker, c->team, &second);
    struct db_record row = record_of(p, vault, "form", "annex-i", COMPARTMENT_HEALTH, 3, "plain"),
                     bad;
    struct bytes plain = {0};
    opens(p, vault, &row, "plain");
    BAD(ERR_CRYPTO, vault_open_record(second, &row, p, &plain));
    bad = row, bad.kind = "note";
    BAD(ERR_CRYPTO, vault_open_record(vault, &bad, p, &plain));
    bad = row, bad.name = "annex-ii";
    BAD(ERR_CRYPTO, vault_open_record(vault, &bad, p, &plain));
    bad = row, bad.compartment = "identity";
    BAD(ERR_CRYPTO, vault_open_record(vault, &bad, p, &plain));
    bad = row, bad.revision = 2;
    BAD(ERR_CRYPTO, vault_open_record(vault, &bad, p, &plain));
    bad = row, bad.generation = 2;
    BAD(ERR_DENIED, vault_open_record(vault, &bad, p, &plain));
    bad = row, bad.compartment = "everything";
    BAD(ERR_STORE, vault_open_record(vault, &bad, p, &plain));
    struct db_record other = record_of(p, vault, "form", "annex-i", COMPARTMENT_SAFETY, 3, "other");
    bad = row, bad.body = other.body;
    BAD(ERR_CRYPTO, vault_open_record(vault, &bad, p, &plain));
    for (size_t i = 0; i < row.body.n; i++) {
        struct bytes copy;
        OK(bytes_copy(p, row.body, &copy));
        ((uint8_t *)(uintptr_t)copy.p)[i] ^= 1;
        bad = row, bad.body = copy;
        BAD(ERR_CRYPTO, vault_open_record(vault, &bad, p, &plain));
    }
    assert_null(plain.p);
}

static void wraps_that_were_moved_do_not_open(void **state)
{
    struct people *p = *state;
    struct crew *c = crew_new(p);
    struct vault *vault, *none = NULL;
    struct id one = case_new(p, c->worker, c->team, &vault),
              two = case_new(p, c->stranger, c->other, &vault);
    /* The thief gives the stranger's team the other case's wraps: as they are, and as the
     * stranger's own. */
    const char *sql =
        talloc_asprintf(p,
                        "UPDATE case_wrap SET blob = (SELECT blob FROM case_wrap w WHERE w.case_id "
                        "= '%s' AND w.compartment = case_wrap.compartment)"
                        " WHERE case_id = '%s'",
                        one.text, two.text);
    assert_int_equal(people_sql(p, "keys.db", sql), COMPARTMENTS);
    BAD(ERR_CRYPTO, vault_open(p->node, c->stranger, VAULT_CASE, two, p, &none));
    sql = talloc_asprintf(p, "UPDATE case_wrap SET holder_id = '%s' WHERE case_id = '%s'",
                          c->other.text, one.text);
    assert_int_equal(people_sql(p, "keys.db", sql), COMPARTMENTS);
    BAD(ERR_CRYPTO, vault_open(p->node, c->stranger, VAULT_CASE, one, p, &none));
    assert_null(none);
}

/* Between cases of one team, between parts of one case, between generations: the key is the right
 * one, the place not. */
static void wraps_are_bound_to_their_place(void **state)
{
    struct people *p = *state;
    struct crew *c = crew_new(p);
    struct vault *vault, *none = NULL;
    struct id one = case_new(p, c->worker, c->team, &vault),
              two = case_new(p, c->worker, c->team, &vault),
              three = case_new(p, c->worker, c->team, &vault);
    const char *sql = talloc_asprintf(
        p,
        "UPDATE case_wrap SET blob = (SELECT blob FROM case_wrap w WHERE w.case_id = '%s' AND "
        "w.compartment = case_wrap.compartment) WHERE case_id = '%s'",
        one.text, two.text);
    assert_int_equal(people_sql(p, "keys.db", sql), COMPARTMENTS);
    BAD(ERR_CRYPTO, vault_open(p->node, c->worker, VAULT_CASE, two, p, &none));
    sql = talloc_asprintf(
        p,
        "UPDATE case_wrap SET blob = (SELECT blob FROM case_wrap w WHERE w.case_id = "
        "case_wrap.case_id AND w.compartment = 'health') WHERE case_id = '%s'",
        one.text);
    assert_int_equal(people_sql(p, "keys.db", sql), COMPARTMENTS);
    BAD(ERR_CRYPTO, vault_open(p->node, c->worker, VAULT_CASE, one, p, &none));
    sql =
        talloc_asprintf(p, "UPDATE case_wrap SET generation = 2 WHERE case_id = '%s'", three.text);
    assert_int_equal(people_sql(p, "keys.db", sql), COMPARTMENTS);
    BAD(ERR_CRYPTO, vault_open(p->node, c->worker, VAULT_CASE, three, p, &none));
    assert_null(none);
}

static void what_a_team_does_not_hold_is_withheld(void **state)
{
    struct people *p = *state;
    struct crew *c = crew_new(p);
    struct vault *vault, *doctors;
    struct bytes plain = {0};
    int64_t generation = 0;
    struct id id = case_new(p, c->worker, c->team, &vault);
    struct db_record health =
        record_of(p, vault, "form", "annex-i", COMPARTMENT_HEALTH, 1, "health");
    struct db_record justice =
        record_of(p, vault, "form", "annex-i", COMPARTMENT_JUSTICE, 1, "justice");
    BAD(ERR_DENIED,
        vault_grant(p->node, p->admin, vault,
                    (struct vault_share){c->health, COMPARTMENT_BIT(COMPARTMENT_HEALTH)}));
    OK(vault_grant(p->node, c->worker, vault,
                   (struct vault_share){c->health, COMPARTMENT_BIT(COMPARTMENT_HEALTH)}));
    BAD(ERR_CONFLICT,
        vault_grant(p->node, c->worker, vault,
                    (struct vault_share){c->health, COMPARTMENT_BIT(COMPARTMENT_HEALTH)}));
    doctors = vault_of(p, c->doctor, id);
    assert_int_equal(vault_held(doctors), COMPARTMENT_BIT(COMPARTMENT_HEALTH));
    assert_true(vault_holds(doctors, COMPARTMENT_HEALTH));
    assert_false(vault_holds(doctors, COMPARTMENT_JUSTICE));
    opens(p, doctors, &health, "health");
    BAD(ERR_DENIED, vault_open_record(doctors, &justice, p, &plain));
    BAD(ERR_DENIED,
        vault_seal(doctors, &(struct vault_label){"form", "annex-i", COMPARTMENT_JUSTICE, 2},
                   bytes_text("x"), p, &plain, &generation));
    /* Nobody gives what they don't hold. */
    BAD(ERR_DENIED,
        vault_grant(p->node, c->doctor, doctors, (struct vault_share){c->other, COMPARTMENT_ALL}));
    struct vault_holder_list holders;
    OK(vault_holders(p->node, vault, p, &holders));
    assert_int_equal(holders.n, 2);
    for (size_t i = 0; i < holders.n; i++)
        assert_int_equal(holders.at[i].compartments, id_same(holders.at[i].team_id, c->team)
                                                         ? COMPARTMENT_ALL
                                                         : COMPARTMENT_BIT(COMPARTMENT_HEALTH));
}

static void a_box_is_replaced_when_a_member_first_opens_it(void **state)
{
    struct people *p = *state;
    struct crew *c = crew_new(p);
    struct vault *vault;
    /* The stranger makes a case for a team that they do not belong to, and can write it for this
     * request. */
    struct id id = case_new(p, c->stranger, c->team, &vault);
    struct db_record row =
        record_of(p, vault, "received", "m", COMPARTMENT_IDENTITY, 1, "from outside");
    const char *sealed = talloc_asprintf(
        p, "SELECT count(*) FROM case_wrap WHERE case_id = '%s' AND how = 'sealed'", id.text);
    assert_int_equal(people_count(p, "keys.db", sealed), COMPARTMENTS);
    struct vault *none = NULL;
    BAD(ERR_NOT_FOUND, vault_open(p->node, c->stranger, VAULT_CASE, id, p, &none));
    opens(p, vault_of(p, c->worker, id), &row, "from outside");
    assert_int_equal(people_count(p, "keys.db", sealed), 0);
    opens(p, vault_of(p, c->colleague, id), &row, "from outside");
    /* Nothing is sealed to a team key that nobody signed. */
    const char *sql = talloc_asprintf(p,
                                      "UPDATE team SET box_public = (SELECT box_public FROM "
                                      "user_account WHERE login = 'doctor') WHERE id = '%s'",
                                      c->health.text);
    const char *keep = talloc_asprintf(
        p, "CREATE TABLE keep AS SELECT box_public FROM team WHERE id = '%s'", c->health.text);
    (void)people_sql(p, "opentrm.db", keep);
    assert_int_equal(people_sql(p, "opentrm.db", sql), 1);
    BAD(ERR_CRYPTO,
        vault_create(p->node, c->worker, VAULT_CASE, id_random(),
                     (struct vault_share[]){{c->team, COMPARTMENT_ALL},
                                            {c->health, COMPARTMENT_BIT(COMPARTMENT_HEALTH)}},
                     2, p, &none));
    sql = talloc_asprintf(
        p, "UPDATE team SET box_public = (SELECT box_public FROM keep) WHERE id = '%s'",
        c->health.text);
    assert_int_equal(people_sql(p, "opentrm.db", sql), 1);
    (void)people_sql(p, "opentrm.db", "DROP TABLE keep");
}

static void a_case_without_readers_for_a_part_is_refused(void **state)
{
    struct people *p = *state;
    struct crew *c = crew_new(p);
    struct vault *none = NULL;
    const struct vault_share health = {c->health, COMPARTMENT_BIT(COMPARTMENT_HEALTH)},
                             nothing = {c->team, 0}, nowhere = {id_random(), COMPARTMENT_ALL};
    BAD(ERR_INPUT, vault_create(p->node, c->worker, VAULT_CASE, id_random(), &health, 1, p, &none));
    BAD(ERR_INPUT,
        vault_create(p->node, c->worker, VAULT_CASE, id_random(), &nothing, 1, p, &none));
    BAD(ERR_NOT_FOUND,
        vault_create(p->node, c->worker, VAULT_CASE, id_random(), &nowhere, 1, p, &none));
    BAD(ERR_BUG, vault_create(p->node, c->worker, VAULT_CASE, id_random(), &nowhere, 0, p, &none));
    /* A message has only the parts that came. */
    struct id message = id_random();
    OK(vault_create(p->node, c->worker, VAULT_MESSAGE, message, &health, 1, p, &none));
    assert_int_equal(vault_held(none), COMPARTMENT_BIT(COMPARTMENT_HEALTH));
    struct vault *doctors;
    OK(vault_open(p->node, c->doctor, VAULT_MESSAGE, message, p, &doctors));
    struct bytes sealed, plain;
    int64_t generation;
    const struct vault_label label = {"received", "part", COMPARTMENT_HEALTH, 1};
    OK(vault_seal(none, &label, bytes_text("x"), p, &sealed, &generation));
    OK(vault_open_sealed(doctors, &label, generation, sealed, p, &plain));
    OK(vault_destroy(p->node, VAULT_MESSAGE, message));
    BAD(ERR_NOT_FOUND, vault_open(p->node, c->doctor, VAULT_MESSAGE, message, p, &doctors));
}

static void who_is_let_out_does_not_read_what_comes_later(void **state)
{
    struct people *p = *state;
    struct crew *c = crew_new(p);
    struct vault *vault, *none = NULL;
    struct id id = case_new(p, c->worker, c->team, &vault);
    const struct vault_share share = {c->other, COMPARTMENT_BIT(COMPARTMENT_HEALTH) |
                                                    COMPARTMENT_BIT(COMPARTMENT_IDENTITY)};
    OK(vault_grant(p->node, c->worker, vault, share));
    struct db_record before = record_of(p, vault, "form", "f", COMPARTMENT_HEALTH, 1, "before");
    struct vault *theirs = vault_of(p, c->stranger, id); /* kept by a thief */
    opens(p, theirs, &before, "before");
    OK(vault_revoke(p->node, c->worker, vault,
                    (struct vault_share){c->other, COMPARTMENT_BIT(COMPARTMENT_HEALTH)}));
    struct db_record after = record_of(p, vault, "form", "f", COMPARTMENT_HEALTH, 2, "after");
    assert_int_equal(after.generation, 2);
    struct bytes plain = {0};
    BAD(ERR_DENIED, vault_open_record(theirs, &after, p, &plain));
    theirs = vault_of(p, c->stranger, id);
    assert_int_equal(vault_held(theirs), COMPARTMENT_BIT(COMPARTMENT_IDENTITY));
    BAD(ERR_DENIED, vault_open_record(theirs, &before, p, &plain));
    struct vault *own = vault_of(p, c->colleague, id);
    opens(p, own, &before, "before");
    opens(p, own, &after, "after");
    OK(vault_revoke(p->node, c->worker, vault,
                    (struct vault_share){c->other, COMPARTMENT_BIT(COMPARTMENT_IDENTITY)}));
    BAD(ERR_NOT_FOUND, vault_open(p->node, c->stranger, VAULT_CASE, id, p, &none));
    BAD(ERR_STATE,
        vault_revoke(p->node, c->worker, vault, (struct vault_share){c->team, COMPARTMENT_ALL}));
    opens(p, vault_of(p, c->worker, id), &after, "after"); /* the refused one changed nothing */
}

static void what_is_written_after_somebody_left_has_a_new_key(void **state)
{
    struct people *p = *state;
    struct crew *c = crew_new(p);
    struct vault *vault;
    struct id leaver = people_worker(p, "leaver"), stays = people_worker(p, "stays"), membership;
    struct id team =
        people_team(p, "Leaving", COMPARTMENT_ALL, true, (struct id[]){stays, leaver}, 2);
    struct actor *actor = people_actor(p, "stays", NULL), *left = people_actor(p, "leaver", NULL);
    struct id id = case_new(p, actor, team, &vault);
    struct vault *boxed;
    struct id boxed_id =
        case_new(p, c->stranger, team, &boxed);   /* still in boxes when the leaver leaves */
    struct vault *thiefs = vault_of(p, left, id); /* what the leaver might have kept */
    OK(vault_freshen(p->node, actor, vault, COMPARTMENT_ALL));
    assert_int_equal(record_of(p, vault, "form", "f", COMPARTMENT_SAFETY, 1, "before").generation,
                     1);
    struct team_member_list members;
    OK(team_members(p->node, actor, team, p, &members));
    for (size_t i = 0; i < members.n; i++) {
        if (id_same(members.at[i].user_id, leaver)) membership = members.at[i].membership_id;
    }
    OK(team_member_end(p->node, p->admin, membership));
    actor = people_actor(p, "stays", NULL); /* rotates */
    vault = vault_of(p, actor, id);
    OK(vault_freshen(p->node, actor, vault, COMPARTMENT_BIT(COMPARTMENT_SAFETY)));
    struct db_record after = record_of(p, vault, "form", "f", COMPARTMENT_SAFETY, 2, "after");
    assert_int_equal(after.generation, 2);
    struct bytes plain = {0};
    BAD(ERR_DENIED, vault_open_record(thiefs, &after, p, &plain));
    /* Opening a box puts it under the team's key; that must not hide that the leaver could have
     * opened it. */
    (void)vault_of(p, actor, boxed_id);
    boxed = vault_of(p, actor, boxed_id);
    OK(vault_freshen(p->node, actor, boxed, COMPARTMENT_ALL));
    assert_int_equal(record_of(p, boxed, "form", "f", COMPARTMENT_SAFETY, 1, "x").generation, 2);
    /* Once; and only where it was asked for. */
    OK(vault_freshen(p->node, actor, vault, COMPARTMENT_BIT(COMPARTMENT_SAFETY)));
    assert_int_equal(record_of(p, vault, "form", "f", COMPARTMENT_SAFETY, 3, "x").generation, 2);
    assert_int_equal(record_of(p, vault, "form", "f", COMPARTMENT_HEALTH, 1, "x").generation, 1);
    opens(p, vault_of(p, actor, id), &after, "after");

    /* A team that the case is shared with counts as well, though the writer is no member of it. */
    OK(vault_grant(p->node, actor, vault,
                   (struct vault_share){c->health, COMPARTMENT_BIT(COMPARTMENT_HEALTH)}));
    OK(vault_freshen(p->node, actor, vault,
                     COMPARTMENT_ALL & ~COMPARTMENT_BIT(COMPARTMENT_HEALTH)));
    assert_int_equal(record_of(p, vault, "form", "f", COMPARTMENT_HEALTH, 1, "x").generation, 1);
    OK(vault_freshen(p->node, actor, vault,
                     COMPARTMENT_BIT(COMPARTMENT_HEALTH))); /* stale for its own team */
    assert_int_equal(record_of(p, vault, "form", "f", COMPARTMENT_HEALTH, 1, "x").generation, 2);
    OK(team_rotate(p->node, c->doctor, c->health));
    OK(vault_freshen(p->node, actor, vault, COMPARTMENT_BIT(COMPARTMENT_HEALTH)));
    struct db_record health = record_of(p, vault, "form", "f", COMPARTMENT_HEALTH, 1, "health");
    assert_int_equal(health.generation, 3);
    opens(p, vault_of(p, c->doctor, id), &health, "health");
}

static void two_who_freshen_at_once_agree(void **state)
{
    struct people *p = *state;
    struct crew *c = crew_new(p);
    struct vault *one, *two;
    struct id id = case_new(p, c->worker, c->team, &one);
    two = vault_of(p, c->colleague, id);
    OK(team_rotate(p->node, c->worker, c->team));
    c->colleague = people_actor(p, "colleague", NULL);
    two = vault_of(p, c->colleague, id);
    OK(vault_freshen(p->node, c->worker, one, COMPARTMENT_ALL));
    OK(vault_freshen(p->node, c->colleague, two, COMPARTMENT_ALL));
    struct db_record row = record_of(p, one, "form", "f", COMPARTMENT_IDENTITY, 1, "agreed");
    assert_int_equal(row.generation, 2);
    opens(p, vault_of(p, c->colleague, id), &row, "agreed");
}

static void a_list_opens_labels_in_one_go(void **state)
{
    struct people *p = *state;
    struct crew *c = crew_new(p);
    struct id ids[6];
    struct db_record rows[6];
    struct vault *vaults[6];
    for (size_t i = 0; i < COUNT_OF(ids); i++) {
        struct vault *vault;
        bool mine = i % 3 != 1;
        ids[i] = case_new(p, mine ? c->worker : c->stranger, mine ? c->team : c->other, &vault);
        rows[i] = record_of(p, vault, "facts", "", COMPARTMENT_IDENTITY, 1, "label");
    }
    OK(vault_open_list(p->node, c->worker, ids, COUNT_OF(ids), COMPARTMENT_IDENTITY, p, vaults));
    for (size_t i = 0; i < COUNT_OF(ids); i++) {
        if (i % 3 == 1) {
            assert_null(vaults[i]);
            continue;
        }
        opens(p, vaults[i], &rows[i], "label");
        assert_int_equal(vault_held(vaults[i]), COMPARTMENT_BIT(COMPARTMENT_IDENTITY));
    }
    OK(vault_open_list(p->node, p->admin, ids, COUNT_OF(ids), COMPARTMENT_IDENTITY, p, vaults));
    for (size_t i = 0; i < COUNT_OF(ids); i++) assert_null(vaults[i]);
    OK(vault_open_list(p->node, c->worker, ids, 0, COMPARTMENT_IDENTITY, p, vaults));
}

static void after_a_new_password_the_same_cases_open(void **state)
{
    struct people *p = *state;
    struct vault *vault;
    struct id id = people_worker(p, "changer"), case_id;
    struct id team = people_team(p, "Changing", COMPARTMENT_ALL, true, &id, 1);
    struct actor *actor = people_actor(p, "changer", NULL);
    case_id = case_new(p, actor, team, &vault);
    struct db_record row = record_of(p, vault, "form", "f", COMPARTMENT_IDENTITY, 1, "kept");
    OK(user_password_change(p->node, actor, bytes_text(PASSWORD),
                            bytes_text("quite another phrase")));
    struct session_start start;
    OK(people_try(p, "changer", "quite another phrase", &start));
    OK(session_open(p->node, start.cookie, p, &actor));
    opens(p, vault_of(p, actor, case_id), &row, "kept");
}

static void is_in_no_file(const char *folder, const char *const *needles, size_t n)
{
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    size_t files = 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        MEM_SCOPE(scope, NULL);
        const char *path;
        struct bytes content;
        OK(file_join(scope, folder, entry->d_name, &path));
        OK(file_read(scope, path, (size_t)64 << 20, &content));
        for (size_t i = 0; i < n; i++)
            assert_int_equal(bytes_find(content, bytes_text(needles[i]), 0), SIZE_MAX);
        files++;
    }
    (void)closedir(dir);
    for (size_t i = 0; i < n; i++) assert_int_equal(engine_node_grep(folder, needles[i]), 0);
    /* Both stores, at least one write-ahead log, key, certificate; or where the stores are, key, certificate. */
    assert_true(files >= (engine_server() == NULL ? 5 : 3));
}

/* Nothing typed about a person is in any file of the node, nor anything that would open it. */
static void a_name_is_nowhere_on_the_disk(void **state)
{
    struct people *p = *state;
    struct crew *c = crew_new(p);
    char cookie[SESSION_COOKIE_ROOM];
    struct actor *actor = people_actor(p, "worker", cookie);
    struct casefile *made, *found;
    struct case_list list;
    struct facts facts = {.label = "Zamira again",
                          .countries = {{"IT", PARTY_EXPLOITATION}, {"AL", PARTY_ORIGIN}},
                          .n_countries = 2,
                          .child = CHILD_NO,
                          .guardian_name = "Guardiana Testova",
                          .guardian_contact = ""};
    OK(case_open(p->node, actor, c->team, CANARY, p, &made));
    OK(case_find(p->node, actor, made->code, p, &found));
    OK(case_mine(p->node, actor, NULL, p, &list));
    assert_int_equal(list.n, 1);
    assert_string_equal(list.at[0].name, CANARY);
    facts.revision = found->facts == NULL ? 0 : found->facts->revision;
    OK(facts_save(p->node, actor, found, &facts));
    OK(case_mine(p->node, actor, NULL, p, &list));
    assert_string_equal(list.at[0].name, "Zamira again");
    OK(case_mine(p->node, c->stranger, NULL, p, &list));
    assert_int_equal(list.n, 0);
    BAD(ERR_NOT_FOUND, case_find(p->node, c->stranger, made->code, p, &found));
    const char *const needles[] = {CANARY,   "Zamira", "Testova",  "Guardiana",
                                   PASSWORD, cookie,   actor->csrf};
    is_in_no_file(p->path, needles, COUNT_OF(needles));
}

static void a_destroyed_case_opens_for_nobody(void **state)
{
    struct people *p = *state;
    struct crew *c = crew_new(p);
    struct vault *vault, *none = NULL;
    struct id id = case_new(p, c->worker, c->team, &vault);
    OK(vault_destroy(p->node, VAULT_CASE, id));
    BAD(ERR_NOT_FOUND, vault_open(p->node, c->worker, VAULT_CASE, id, p, &none));
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_team_opens_its_case_and_no_other_does),
        T(a_record_opens_only_where_it_was_put),
        T(wraps_that_were_moved_do_not_open),
        T(wraps_are_bound_to_their_place),
        T(what_a_team_does_not_hold_is_withheld),
        T(a_box_is_replaced_when_a_member_first_opens_it),
        T(a_case_without_readers_for_a_part_is_refused),
        T(who_is_let_out_does_not_read_what_comes_later),
        T(what_is_written_after_somebody_left_has_a_new_key),
        T(two_who_freshen_at_once_agree),
        T(a_list_opens_labels_in_one_go),
        T(after_a_new_password_the_same_cases_open),
        T(a_name_is_nowhere_on_the_disk),
        T(a_destroyed_case_opens_for_nobody),
    };
    return cmocka_run_group_tests(tests, people_begin, people_end);
}
