/* test_domain_session.c - nodes, accounts, signing in, sessions: who gets in, and who does not. */
#include "people.h"

#include <ctype.h>
#include <pthread.h>
#include <sched.h>

#include "db/setting.h"
#include "domain/attempts.h"
#include "domain/node_closed.h"
#include "domain/ready.h"

static void init_makes_a_node_once(void **state)
{
    struct people *p = *state;
    char recovery[RECOVERY_TEXT_ROOM], path[128];
    struct node_wish wish = people_wish();
    struct stat st;
    BAD(ERR_CONFLICT, node_init(p->path, p->clock, &wish, recovery));
    (void)snprintf(path, sizeof path, "%s/node.key", p->path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_string_equal(p->node->settings.country, "IT");
    assert_int_equal(p->node->settings.session_idle, 30 * MSEC_MINUTE);
    assert_int_equal(p->node->settings.password_cost.memory, PASSWORD_COST_TEST.memory);
}

static void a_key_file_that_others_can_read_is_refused(void **state)
{
    struct people *p = *state;
    char path[128], aside[128];
    struct node *node = NULL;
    (void)snprintf(path, sizeof path, "%s/node.key", p->path);
    assert_int_equal(chmod(path, 0640), 0);
    BAD(ERR_STATE, node_open(p, p->path, p->clock, &node));
    assert_int_equal(chmod(path, 0600), 0);
    /* Half made: no certificate yet. */
    (void)snprintf(path, sizeof path, "%s/node.crt", p->path);
    (void)snprintf(aside, sizeof aside, "%s/node.crt.aside", p->path);
    assert_int_equal(rename(path, aside), 0);
    BAD(ERR_STATE, node_open(p, p->path, p->clock, &node));
    assert_int_equal(rename(aside, path), 0);
    BAD(ERR_NOT_FOUND, node_open(p, p->folder, p->clock, &node));
    assert_null(node);
    OK(node_open(p, p->path, p->clock, &node));
    talloc_free(node);
}

static void init_refuses_what_makes_no_sense(void **state)
{
    struct people *p = *state;
    char recovery[RECOVERY_TEXT_ROOM], folder[128];
    (void)snprintf(folder, sizeof folder, "%s/never", p->folder);
    struct node_wish bad[9];
    for (size_t i = 0; i < COUNT_OF(bad); i++) bad[i] = people_wish();
    bad[0].country = "Italy";
    bad[1].address = "it.localhost:8443";
    bad[2].address = "https://it.localhost/path";
    bad[3].name = "two\nlines";
    bad[4].login = "r";
    bad[5].login = "root user";
    bad[6].password = bytes_text("short");
    bad[7].display_name = "";
    bad[8].language = "not a language!";
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        BAD(ERR_INPUT, node_init(folder, p->clock, &bad[i], recovery));
        assert_false(file_exists(folder));
    }
}

static void settings_have_a_range(void **state)
{
    struct people *p = *state;
    const char *value;
    BAD(ERR_INPUT, node_setting_put(p->node, "no.such", "1"));
    BAD(ERR_INPUT, node_setting_put(p->node, "session.idle_minutes", "1"));
    BAD(ERR_INPUT, node_setting_put(p->node, "session.idle_minutes", "ten"));
    BAD(ERR_INPUT, node_setting_put(p->node, "password.cost", "test")); /* only init may */
    BAD(ERR_INPUT, node_setting_put(p->node, "node.country", "AL"));
    OK(node_setting_put(p->node, "session.idle_minutes", "20"));
    OK(node_setting(p->node, "session.idle_minutes", p, &value));
    assert_string_equal(value, "20");
    OK(node_setting(p->node, "session.most_hours", p, &value));
    assert_string_equal(value, "12");
}

static void names_and_passwords_are_checked_alike(void **state)
{
    struct people *p = *state;
    struct session_start start = {.cookie = "untouched"};
    (void)people_worker(p, "anna");
    err wrong = people_try(p, "anna", "not the password", &start);
    err nobody = people_try(p, "nobody", PASSWORD, &start);
    assert_int_equal(wrong.kind, ERR_DENIED);
    assert_int_equal(nobody.kind, ERR_DENIED);
    assert_string_equal(wrong.what, nobody.what); /* the same sentence from the same place */
    assert_string_equal(wrong.where, nobody.where);
    BAD(ERR_DENIED, people_try(p, "anna", "", &start));
    BAD(ERR_DENIED, people_try(p, "an na'--", PASSWORD, &start));
    BAD(ERR_DENIED, people_try(p, "", PASSWORD, &start));
    char *big = talloc_zero_size(p, 100000);
    memset(big, 'a', 99999);
    BAD(ERR_DENIED, people_try(p, "anna", big, &start));
    assert_string_equal(start.cookie, "untouched");
    OK(people_try(p, " ANNA ", PASSWORD, &start));
    assert_int_equal(
        people_count(p, "opentrm.db",
                     "SELECT count(*) FROM signin WHERE failures > 0 AND login_hash LIKE '%anna%'"),
        0);
}

static void guessing_is_slowed_for_the_one_who_guesses(void **state)
{
    struct people *p = *state;
    (void)people_worker(p, "berta");
    struct session_start start, known;
    struct session_wish wish = {
        .login = "berta", .password = bytes_text("a wrong password"), .address = "198.51.100.1"};
    for (int i = 0; i < 3; i++) BAD(ERR_DENIED, session_sign_in(p->node, &wish, &start));
    BAD(ERR_LIMIT, session_sign_in(p->node, &wish, &start));
    assert_true(start.wait > 0 && start.wait <= 2 * MSEC_SECOND);
    /* The right password has to wait too; from elsewhere it does not: a stranger keeps nobody out.
     */
    wish.password = bytes_text(PASSWORD);
    BAD(ERR_LIMIT, session_sign_in(p->node, &wish, &start));
    wish.address = "198.51.100.2";
    OK(session_sign_in(p->node, &wish, &known));
    /* From the stranger's own address (one office, one router): the browser that is known gets in.
     */
    wish.address = "198.51.100.1";
    wish.device = known.device;
    OK(session_sign_in(p->node, &wish, &start));
    /* A token that was made for somebody else, or changed, is none. */
    (void)people_worker(p, "carla");
    BAD(ERR_LIMIT, session_sign_in(p->node,
                                   &(struct session_wish){.login = "berta",
                                                          .password = bytes_text(PASSWORD),
                                                          .address = "198.51.100.1",
                                                          .device = "x"},
                                   &start));
    struct session_start carla;
    OK(people_try(p, "carla", PASSWORD, &carla));
    wish.device = carla.device;
    BAD(ERR_LIMIT, session_sign_in(p->node, &wish, &start));
    /* The wait grows, has an end, and never shuts out for good. */
    wish.device = NULL;
    wish.password = bytes_text("a wrong password");
    msec now = T0, longest = 0;
    for (int i = 0; i < 30; i++) {
        clock_set(p->clock, now);
        err e = session_sign_in(p->node, &wish, &start);
        if (e.kind == ERR_LIMIT) {
            if (start.wait > longest) longest = start.wait;
            now += start.wait;
        } else {
            assert_int_equal(e.kind, ERR_DENIED);
        }
    }
    assert_int_equal(longest, 2 * MSEC_MINUTE);
    clock_set(p->clock, now + 2 * MSEC_MINUTE);
    wish.password = bytes_text(PASSWORD);
    OK(session_sign_in(p->node, &wish, &start));
    wish.password = bytes_text("a wrong password");
    BAD(ERR_DENIED, session_sign_in(p->node, &wish, &start)); /* counted from the beginning again */
    clock_set(p->clock, T0);
}

static void unknown_names_are_slowed_as_well(void **state)
{
    struct people *p = *state;
    struct session_start start;
    const struct session_wish wish = {
        .login = "who", .password = bytes_text(PASSWORD), .address = "198.51.100.9"};
    for (int i = 0; i < 3; i++) BAD(ERR_DENIED, session_sign_in(p->node, &wish, &start));
    BAD(ERR_LIMIT, session_sign_in(p->node, &wish, &start));
}

static void a_full_queue_says_busy_and_counts_nothing(void **state)
{
    struct people *p = *state;
    (void)people_worker(p, "dora");
    struct password_queue *full, *was = p->node->passwords;
    struct session_start start;
    const struct session_wish wish = {
        .login = "dora", .password = bytes_text(PASSWORD), .address = "198.51.100.3"};
    OK(password_queue_new(p, 1, 0, &full));
    OK(password_queue_enter(full));
    p->node->passwords = full;
    for (int i = 0; i < 10; i++) BAD(ERR_BUSY, session_sign_in(p->node, &wish, &start));
    p->node->passwords = was;
    OK(session_sign_in(p->node, &wish, &start));
}

static void a_session_ends_when_idle_and_in_any_case(void **state)
{
    struct people *p = *state;
    (void)people_worker(p, "edda");
    struct session_start start;
    struct actor *actor = NULL;
    const msec idle = p->node->settings.session_idle, most = p->node->settings.session_most;
    OK(people_try(p, "edda", PASSWORD, &start));
    assert_int_equal(start.expires_at, T0 + idle);
    clock_set(p->clock, T0 + idle);
    BAD(ERR_DENIED, session_open(p->node, start.cookie, p, &actor));
    /* Used all the time: until the longest. */
    clock_set(p->clock, T0);
    OK(people_try(p, "edda", PASSWORD, &start));
    for (msec t = T0; t < T0 + most; t += idle - MSEC_MINUTE) {
        clock_set(p->clock, t);
        OK(session_open(p->node, start.cookie, p, &actor));
    }
    clock_set(p->clock, T0 + most);
    BAD(ERR_DENIED, session_open(p->node, start.cookie, p, &actor));
    OK(session_expire(p->node));
    assert_int_equal(people_count(p, "keys.db",
                                  "SELECT count(*) FROM session WHERE expires_at <= 1790043200000"),
                     0);
    clock_set(p->clock, T0);
}

static void a_page_view_writes_at_most_once_a_minute(void **state)
{
    struct people *p = *state;
    (void)people_worker(p, "fina");
    struct session_start start;
    struct actor *actor;
    OK(people_try(p, "fina", PASSWORD, &start));
    uint64_t before = db_writes(p->node->keys).transactions;
    for (int i = 0; i < 50; i++) OK(session_open(p->node, start.cookie, p, &actor));
    assert_int_equal(db_writes(p->node->keys).transactions, before);
    clock_set(p->clock, T0 + MSEC_MINUTE);
    for (int i = 0; i < 50; i++) OK(session_open(p->node, start.cookie, p, &actor));
    assert_int_equal(db_writes(p->node->keys).transactions, before + 1);
    clock_set(p->clock, T0);
}

static void a_changed_cookie_opens_nothing(void **state)
{
    struct people *p = *state;
    (void)people_worker(p, "gina");
    struct session_start start;
    struct actor *actor = NULL;
    OK(people_try(p, "gina", PASSWORD, &start));
    for (size_t i = 0; i < SESSION_COOKIE_ROOM - 1; i++) {
        char bad[SESSION_COOKIE_ROOM];
        memcpy(bad, start.cookie, sizeof bad);
        bad[i] = bad[i] == 'A' ? 'Q' : 'A';
        BAD(ERR_DENIED, session_open(p->node, bad, p, &actor));
    }
    const char *none[] = {NULL, "", "x", "0123456789",
                          "!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!"};
    for (size_t i = 0; i < COUNT_OF(none); i++)
        BAD(ERR_DENIED, session_open(p->node, none[i], p, &actor));
    assert_null(actor);
    OK(session_open(p->node, start.cookie, p, &actor));
    assert_string_equal(actor->login, "gina");
    assert_true(actor_may(actor, CAPABILITY_CASE_READ));
    assert_false(actor_may(actor, CAPABILITY_USER_MANAGE));
    /* The cookie's key is nowhere in the store. */
    assert_int_equal(
        people_count(p, "keys.db", "SELECT count(*) FROM session WHERE length(id_hash) <> 32"), 0);
}

static void each_session_has_its_csrf_token(void **state)
{
    struct people *p = *state;
    (void)people_worker(p, "hana");
    struct session_start one, two;
    struct actor *a, *again, *b, *system;
    OK(people_try(p, "hana", PASSWORD, &one));
    OK(people_try(p, "hana", PASSWORD, &two));
    OK(session_open(p->node, one.cookie, p, &a));
    OK(session_open(p->node, one.cookie, p, &again));
    OK(session_open(p->node, two.cookie, p, &b));
    assert_string_equal(a->csrf, again->csrf);
    assert_string_not_equal(a->csrf, b->csrf);
    assert_int_equal(strlen(a->csrf), 43);
    OK(actor_system(p, p->node, &system));
    assert_null(system->csrf);
    assert_null(system->keys);
    assert_false(actor_may(system, CAPABILITY_CASE_READ));
    assert_true(actor_may(system, CAPABILITY_EXCHANGE_RUN));
    assert_true(actor_may(NULL, CAPABILITY_PUBLIC));
    assert_false(actor_may(NULL, CAPABILITY_ACCOUNT_OWN));
}

static void ones_own_sessions_are_listed_and_ended(void **state)
{
    struct people *p = *state;
    (void)people_worker(p, "ilse");
    (void)people_worker(p, "jana");
    struct session_start one, two, other;
    struct actor *ilse, *jana, *gone = NULL;
    struct session_list list;
    OK(people_try(p, "ilse", PASSWORD, &one));
    OK(people_try(p, "ilse", PASSWORD, &two));
    OK(people_try(p, "jana", PASSWORD, &other));
    OK(session_open(p->node, one.cookie, p, &ilse));
    OK(session_open(p->node, other.cookie, p, &jana));
    OK(session_own(p->node, ilse, p, &list));
    assert_int_equal(list.n, 2);
    assert_true(list.at[0].current != list.at[1].current);
    const char *foreign = list.at[list.at[0].current ? 1 : 0].handle;
    BAD(ERR_NOT_FOUND, session_end(p->node, jana, foreign)); /* somebody else's */
    BAD(ERR_NOT_FOUND, session_end(p->node, ilse, "00ff"));
    BAD(ERR_NOT_FOUND, session_end(p->node, ilse, "zz"));
    OK(session_end(p->node, ilse, foreign));
    BAD(ERR_DENIED, session_open(p->node, two.cookie, p, &gone));
    OK(people_try(p, "ilse", PASSWORD, &two));
    OK(session_end_all(p->node, ilse, true));
    BAD(ERR_DENIED, session_open(p->node, two.cookie, p, &gone));
    OK(session_open(p->node, one.cookie, p, &ilse));
    OK(session_sign_out(p->node, ilse));
    BAD(ERR_DENIED, session_open(p->node, one.cookie, p, &gone));
    OK(session_open(p->node, other.cookie, p, &jana));
}

static void a_new_password_ends_other_sessions(void **state)
{
    struct people *p = *state;
    (void)people_worker(p, "kora");
    struct session_start one, two;
    struct actor *actor, *gone = NULL;
    OK(people_try(p, "kora", PASSWORD, &one));
    OK(people_try(p, "kora", PASSWORD, &two));
    OK(session_open(p->node, one.cookie, p, &actor));
    BAD(ERR_DENIED, user_password_change(p->node, actor, bytes_text("wrong"),
                                         bytes_text("another long phrase")));
    BAD(ERR_INPUT, user_password_change(p->node, actor, bytes_text(PASSWORD), bytes_text("short")));
    OK(session_open(p->node, two.cookie, p, &actor));
    OK(session_open(p->node, one.cookie, p, &actor));
    OK(user_password_change(p->node, actor, bytes_text(PASSWORD),
                            bytes_text("another long phrase")));
    BAD(ERR_DENIED, session_open(p->node, two.cookie, p, &gone));
    OK(session_open(p->node, one.cookie, p, &actor));
    BAD(ERR_DENIED, people_try(p, "kora", PASSWORD, &two));
    OK(people_try(p, "kora", "another long phrase", &two));
    /* A stolen session is no way to guess the password. */
    for (int i = 0; i < 3; i++)
        BAD(ERR_DENIED, user_password_change(p->node, actor, bytes_text("wrong"),
                                             bytes_text("another long phrase")));
    BAD(ERR_LIMIT, user_password_change(p->node, actor, bytes_text("wrong"),
                                        bytes_text("another long phrase")));
}

static void a_recovery_code_sets_a_password_once(void **state)
{
    struct people *p = *state;
    char code[RECOVERY_TEXT_ROOM], first[RECOVERY_TEXT_ROOM], second[RECOVERY_TEXT_ROOM],
        other[RECOVERY_TEXT_ROOM];
    struct id id;
    msec wait = 0;
    const struct user_wish wish = {.login = "lina",
                                   .display_name = "Lina",
                                   .language = "en",
                                   .organisation_id = p->organisation,
                                   .roles = role_bit(ROLE_CASE_WORKER)};
    OK(user_invite(p->node, p->admin, &wish, &id, code));
    OK(user_activate(p->node, "lina", code, "", bytes_text(PASSWORD), first, &(msec){0}));
    struct session_start start;
    struct actor *gone = NULL;
    OK(people_try(p, "lina", PASSWORD, &start));
    const struct bytes new_password = bytes_text("a phrase after losing it");
    BAD(ERR_DENIED, user_recover(p->node, "lina", code, "a", new_password, second,
                                 &wait)); /* the invitation's */
    BAD(ERR_DENIED, user_recover(p->node, "lina", "nonsense", "a", new_password, second, &wait));
    BAD(ERR_DENIED, user_recover(p->node, "nobody", first, "a", new_password, second, &wait));
    BAD(ERR_INPUT, user_recover(p->node, "lina", first, "a", bytes_text("short"), second, &wait));
    OK(user_recover(p->node, "lina", first, "b", new_password, second, &wait));
    BAD(ERR_DENIED, session_open(p->node, start.cookie, p, &gone));
    BAD(ERR_DENIED, people_try(p, "lina", PASSWORD, &start));
    OK(people_try(p, "lina", "a phrase after losing it", &start));
    BAD(ERR_DENIED,
        user_recover(p->node, "lina", first, "c", new_password, other, &wait)); /* used up */
    /* A new code on request, for the password. */
    struct actor *actor;
    OK(session_open(p->node, start.cookie, p, &actor));
    BAD(ERR_DENIED, user_recovery_renew(p->node, actor, bytes_text(PASSWORD), other));
    OK(user_recovery_renew(p->node, actor, new_password, other));
    BAD(ERR_DENIED, user_recover(p->node, "lina", second, "d", new_password, first, &wait));
    OK(user_recover(p->node, "lina", other, "d", new_password, first, &wait));
    /* Guessing codes is slowed as well. */
    for (int i = 0; i < 3; i++)
        BAD(ERR_DENIED, user_recover(p->node, "lina", other, "e", new_password, first, &wait));
    BAD(ERR_LIMIT, user_recover(p->node, "lina", other, "e", new_password, first, &wait));
    assert_true(wait > 0);
}

static void an_account_is_activated_once_by_its_code(void **state)
{
    struct people *p = *state;
    char old[RECOVERY_TEXT_ROOM], code[RECOVERY_TEXT_ROOM], recovery[RECOVERY_TEXT_ROOM];
    struct id id;
    struct user user;
    struct session_start start;
    const struct user_wish wish = {.login = "mona",
                                   .display_name = "Mona",
                                   .language = "sq",
                                   .organisation_id = p->organisation,
                                   .roles = role_bit(ROLE_INTAKE_OFFICER)};
    OK(user_invite(p->node, p->admin, &wish, &id, old));
    BAD(ERR_CONFLICT, user_invite(p->node, p->admin, &wish, &id, code));
    OK(user_get(p->node, p->admin, id, p, &user));
    assert_int_equal(user.state, USER_INVITED);
    BAD(ERR_DENIED, people_try(p, "mona", "", &start));
    OK(user_invite_again(p->node, p->admin, id, code));
    BAD(ERR_DENIED, user_activate(p->node, "mona", old, "", bytes_text(PASSWORD), recovery, &(msec){0}));
    BAD(ERR_DENIED, user_activate(p->node, "root", code, "192.0.2.77", bytes_text(PASSWORD), recovery, &(msec){0}));
    BAD(ERR_DENIED, user_activate(p->node, "nobody", code, "", bytes_text(PASSWORD), recovery, &(msec){0}));
    BAD(ERR_INPUT, user_activate(p->node, "mona", code, "", bytes_text("aaaaaaaaaaaaaaa"), recovery, &(msec){0}));
    OK(user_activate(p->node, "Mona", code, "", bytes_text(PASSWORD), recovery, &(msec){0}));
    BAD(ERR_DENIED,
        user_activate(p->node, "mona", code, "", bytes_text("another long phrase"), recovery, &(msec){0}));
    BAD(ERR_STATE, user_invite_again(p->node, p->admin, id, code));
    OK(people_try(p, "mona", PASSWORD, &start));
    OK(user_get(p->node, p->admin, id, p, &user));
    assert_int_equal(user.state, USER_ACTIVE);
    assert_int_equal(user.roles, role_bit(ROLE_INTAKE_OFFICER));
    assert_string_equal(user.language, "sq");
}

static void a_code_for_activation_can_not_be_guessed_fast(void **state)
{
    struct people *p = *state;
    char code[RECOVERY_TEXT_ROOM], recovery[RECOVERY_TEXT_ROOM];
    struct id id;
    msec wait = 0;
    const struct user_wish wish = {.login = "vera",
                                   .display_name = "Vera",
                                   .language = "sq",
                                   .organisation_id = p->organisation,
                                   .roles = role_bit(ROLE_INTAKE_OFFICER)};
    OK(user_invite(p->node, p->admin, &wish, &id, code));
    struct bytes password = bytes_text(PASSWORD);
    for (int i = 0; i < 3; i++)
        BAD(ERR_DENIED, user_activate(p->node, "vera", "wrong", "203.0.113.5", password, recovery, &wait));
    BAD(ERR_LIMIT, user_activate(p->node, "vera", code, "203.0.113.5", password, recovery, &wait));
    assert_true(wait > 0 && wait <= 2 * MSEC_SECOND);
    /* Of an unknown account no less. */
    for (int i = 0; i < 3; i++)
        BAD(ERR_DENIED, user_activate(p->node, "verena", code, "203.0.113.5", password, recovery, &wait));
    BAD(ERR_LIMIT, user_activate(p->node, "verena", code, "203.0.113.5", password, recovery, &wait));
    OK(user_activate(p->node, "vera", code, "203.0.113.6", password, recovery, &wait));
}

static void an_ipv6_network_is_one_guesser(void **state)
{
    struct people *p = *state;
    (void)people_worker(p, "wanda");
    struct session_start start;
    struct session_wish wish = {.login = "wanda", .password = bytes_text("a wrong password")};
    static const char *const SAME[] = {"2001:db8:0:1::1", "2001:db8:0:1::2", "2001:db8:0:1:ffff::3"};
    for (size_t i = 0; i < COUNT_OF(SAME); i++) {
        wish.address = SAME[i];
        BAD(ERR_DENIED, session_sign_in(p->node, &wish, &start));
    }
    wish.address = "2001:db8:0:1::4";
    BAD(ERR_LIMIT, session_sign_in(p->node, &wish, &start));
    wish.address = "2001:db8:0:2::1";
    BAD(ERR_DENIED, session_sign_in(p->node, &wish, &start));
}

/* The audit lines of failed sign-ins. */
static int64_t failed_lines(struct people *p)
{
    return people_count(p, "opentrm.db", "SELECT count(*) FROM audit_event WHERE opening LIKE '%sign_in%failed%'"
                                         " OR opening LIKE '%failed%sign_in%'");
}

static void guesses_fill_no_audit_log(void **state)
{
    struct people *p = *state;
    (void)people_worker(p, "xenia");
    struct session_start start;
    msec now = T0 + 10 * MSEC_DAY;
    clock_set(p->clock, now);
    OK(attempts_flush(p->node, true)); /* what other tests left */
    OK(attempts_flush(p->node, true));
    int64_t before = failed_lines(p);
    struct session_wish wish = {.login = "xenia", .password = bytes_text("a wrong password"), .address = "203.0.113.9"};
    /* Somebody guesses for half an hour, waiting as told. */
    int tries = 0;
    while (now < T0 + 10 * MSEC_DAY + 30 * MSEC_MINUTE) {
        clock_set(p->clock, now);
        err e = session_sign_in(p->node, &wish, &start);
        assert_true(e.kind == ERR_DENIED || e.kind == ERR_LIMIT);
        tries += e.kind == ERR_DENIED;
        now += e.kind == ERR_LIMIT ? start.wait : 0;
        OK(attempts_flush(p->node, false));
    }
    assert_true(failed_lines(p) - before <= tries && failed_lines(p) - before <= 32);
    /* The same with a thousand names: one line each minute for all of them, and the lines are few. */
    now += MSEC_DAY;
    clock_set(p->clock, now);
    OK(attempts_flush(p->node, true));
    OK(attempts_flush(p->node, true));
    before = failed_lines(p);
    for (int i = 0; i < 300; i++) {
        char login[32], address[32];
        (void)snprintf(login, sizeof login, "guess%d", i);
        (void)snprintf(address, sizeof address, "2001:db8:7:%x::1", (unsigned)i);
        wish.login = login;
        wish.address = address;
        BAD(ERR_DENIED, session_sign_in(p->node, &wish, &start));
    }
    assert_int_equal(failed_lines(p) - before, ATTEMPTS_KEPT);
    clock_set(p->clock, now + MSEC_MINUTE);
    OK(attempts_flush(p->node, false));
    assert_int_equal(failed_lines(p) - before, ATTEMPTS_KEPT + 1);
    assert_int_equal(people_count(p, "opentrm.db", "SELECT count(*) FROM audit_event WHERE opening LIKE '%count.236%'"), 1);
    assert_int_equal(people_count(p, "opentrm.db", "SELECT count(*) FROM audit_event WHERE opening LIKE '%2001:db8%' OR opening LIKE '%guess1%'"), 0);
    clock_set(p->clock, T0);
}

static err close_node(struct tx *tx, void *arg) { return node_closed_put(tx, *(struct id *)arg); }
static err reopen_node(struct tx *tx, void *arg)
{
    (void)arg;
    return node_closed_take(tx);
}

static void a_node_that_was_closed_for_a_move_is_not_ready(void **state)
{
    struct people *p = *state;
    struct id move = id_new(T0);
    OK(node_ready(p->node));
    OK(db_run(p->node->records, close_node, &move));
    BAD(ERR_STATE, node_ready(p->node));
    OK(db_run(p->node->records, reopen_node, NULL));
    OK(node_ready(p->node));
}

/* Whoever reads holds a connection until the gate opens. */
struct holding {
    struct node *node;
    pthread_mutex_t lock;
    pthread_cond_t change;
    int inside; /* under lock */
    bool open;
};

static err hold_connection(struct tx *tx, void *arg)
{
    struct holding *h = arg;
    (void)tx;
    (void)pthread_mutex_lock(&h->lock);
    h->inside++;
    (void)pthread_cond_broadcast(&h->change);
    while (!h->open) (void)pthread_cond_wait(&h->change, &h->lock);
    (void)pthread_mutex_unlock(&h->lock);
    return ERR_OK;
}

static void *hold_main(void *arg)
{
    struct holding *h = arg;
    err_ignore(db_read(h->node->keys, hold_connection, h));
    return NULL;
}

/* A store that stands still: all its connections are out. */
static void a_store_that_does_not_answer_is_not_ready(void **state)
{
    enum { READERS = 8 }; /* all that db.h has by default */
    struct people *p = *state;
    struct holding h = {.node = p->node, .lock = PTHREAD_MUTEX_INITIALIZER, .change = PTHREAD_COND_INITIALIZER};
    pthread_t threads[READERS];
    for (int i = 0; i < READERS; i++) assert_int_equal(pthread_create(&threads[i], NULL, hold_main, &h), 0);
    (void)pthread_mutex_lock(&h.lock);
    while (h.inside < READERS) (void)pthread_cond_wait(&h.change, &h.lock);
    (void)pthread_mutex_unlock(&h.lock);
    err first = node_ready(p->node), second = node_ready(p->node); /* the second waits for the same question */
    (void)pthread_mutex_lock(&h.lock);
    h.open = true;
    (void)pthread_cond_broadcast(&h.change);
    (void)pthread_mutex_unlock(&h.lock);
    for (int i = 0; i < READERS; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
    BAD(ERR_BUSY, first);
    BAD(ERR_BUSY, second);
    assert_string_equal(first.what, "a store does not answer");
    assert_string_equal(second.what, "a store does not answer");
    /* The question that waited ends now; until then everybody gets its answer. */
    const msec until = clock_monotonic() + 20 * MSEC_SECOND;
    err e = node_ready(p->node);
    for (; err_failed(e) && clock_monotonic() < until; e = node_ready(p->node)) (void)sched_yield();
    OK(e);
}

static void a_closed_account_is_out_at_once(void **state)
{
    struct people *p = *state;
    struct id nora = people_worker(p, "nora");
    struct session_start start;
    struct actor *actor, *gone = NULL;
    OK(people_try(p, "nora", PASSWORD, &start));
    OK(session_open(p->node, start.cookie, p, &actor));
    BAD(ERR_DENIED, user_close(p->node, actor, nora)); /* not even oneself, without the role */
    OK(user_close(p->node, p->admin, nora));
    BAD(ERR_DENIED, session_open(p->node, start.cookie, p, &gone));
    BAD(ERR_DENIED, people_try(p, "nora", PASSWORD, &start));
    BAD(ERR_STATE, user_close(p->node, p->admin, nora));
    BAD(ERR_STATE, user_close(p->node, p->admin, p->admin->user_id)); /* the last administrator */
    BAD(ERR_NOT_FOUND, user_close(p->node, p->admin, id_random()));
}

static void only_an_appointed_administrator_signs(void **state)
{
    struct people *p = *state;
    struct id olga = people_new(p, "olga", (struct id){""}, role_bit(ROLE_ADMINISTRATOR));
    struct id pia = people_new(p, "pia", (struct id){""}, role_bit(ROLE_ADMINISTRATOR));
    struct id worker = people_worker(p, "quinta");
    struct user user;
    OK(user_get(p->node, p->admin, olga, p, &user));
    assert_int_equal(user.state, USER_UNSIGNED);
    struct actor *admin = people_actor(p, "olga", NULL);
    struct id team;
    const struct team_wish wish = {.organisation_id = p->organisation,
                                   .name = "Team",
                                   .compartments = COMPARTMENT_ALL,
                                   .members = &worker,
                                   .n_members = 1};
    BAD(ERR_DENIED, team_create(p->node, admin, &wish, &team));
    BAD(ERR_DENIED, user_appoint(p->node, admin, olga)); /* oneself */
    BAD(ERR_DENIED, user_appoint(p->node, admin, pia));
    BAD(ERR_STATE, user_appoint(p->node, p->admin, worker));
    OK(user_appoint(p->node, p->admin, olga));
    BAD(ERR_STATE, user_appoint(p->node, p->admin, olga));
    OK(user_appoint(p->node, admin, pia)); /* by the one who was just appointed */
    OK(team_create(p->node, people_actor(p, "pia", NULL), &wish, &team));
}

static void accounts_are_checked_and_managed_by_administrators(void **state)
{
    struct people *p = *state;
    struct id id;
    char code[RECOVERY_TEXT_ROOM];
    const char *name;
    struct user_list list;
    struct user_wish good = {.login = "rosa",
                             .display_name = "Rosa",
                             .language = "en",
                             .organisation_id = p->organisation,
                             .roles = role_bit(ROLE_CASE_WORKER)};
    struct user_wish bad[8];
    for (size_t i = 0; i < COUNT_OF(bad); i++) bad[i] = good;
    bad[0].roles = 0;
    bad[1].roles = role_bit(ROLE_ADMINISTRATOR) | role_bit(ROLE_CASE_WORKER);
    bad[2].roles = role_bit(ROLE_SYSTEM);
    bad[3].organisation_id = (struct id){""};
    bad[4].login = "rosa\xff";
    bad[5].display_name = "Rosa\x01";
    bad[6].language = "";
    bad[7].organisation_id = id_random();
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        BAD(ERR_INPUT, user_invite(p->node, p->admin, &bad[i], &id, code));
    struct id rosa = people_worker(p, "rosa"), sara = people_worker(p, "sara");
    struct actor *actor = people_actor(p, "rosa", NULL);
    BAD(ERR_DENIED, user_invite(p->node, actor, &good, &id, code));
    BAD(ERR_DENIED, user_all(p->node, actor, NULL, 10, p, &list));
    struct user user;
    BAD(ERR_DENIED, user_get(p->node, actor, sara, p, &user));
    OK(user_get(p->node, actor, rosa, p, &user));
    OK(user_rename(p->node, actor, rosa, "Rosa Rossi", "it"));
    BAD(ERR_DENIED, user_rename(p->node, actor, sara, "x", "it"));
    OK(user_name(p->node, rosa, p, &name));
    assert_string_equal(name, "Rosa Rossi");
    OK(user_name(p->node, (struct id){""}, p, &name));
    assert_string_equal(name, "");
    OK(user_all(p->node, p->admin, NULL, 2, p, &list));
    assert_int_equal(list.n, 2);
    assert_true(list.more);
    struct user_list next;
    OK(user_all(p->node, p->admin, list.at[1].login, 500, p, &next));
    assert_true(strcmp(next.at[0].login, list.at[1].login) > 0);
}

static void who_signed_in_and_who_failed_is_audited(void **state)
{
    struct people *p = *state;
    int64_t before = people_count(
        p, "opentrm.db", "SELECT count(*) FROM audit_event WHERE opening LIKE '%session.sign_in%'");
    (void)people_worker(p, "tina");
    struct session_start start;
    OK(people_try(p, "tina", PASSWORD, &start));
    BAD(ERR_DENIED, people_try(p, "tina", "wrong", &start));
    assert_int_equal(
        people_count(p, "opentrm.db",
                     "SELECT count(*) FROM audit_event WHERE opening LIKE '%session.sign_in%'"),
        before + 2);
    assert_int_equal(people_count(p, "opentrm.db",
                                  "SELECT count(*) FROM audit_event WHERE opening LIKE '%tina%'"),
                     0);
}

/* A thief who may write to the store makes the comparison succeed with a password of their own: the
 * keys still do not open. And putting their own keys there makes nobody of them. */
static void a_forged_verifier_opens_no_keys(void **state)
{
    struct people *p = *state;
    struct id victim = people_worker(p, "ugla"), thief = people_worker(p, "thief");
    struct session_start start = {.cookie = "untouched"};
    static const char *const COLUMNS[] = {"verifier", "password_salt", "blob"};
    for (size_t i = 0; i < COUNT_OF(COLUMNS); i++) {
        const char *sql = talloc_asprintf(p,
                                          "UPDATE user_key SET %s = (SELECT %s FROM user_key WHERE "
                                          "user_id = '%s') WHERE user_id = '%s'",
                                          COLUMNS[i], COLUMNS[i], thief.text, victim.text);
        assert_int_equal(people_sql(p, "keys.db", sql), 1);
        if (i > 0) BAD(ERR_CRYPTO, people_try(p, "ugla", PASSWORD, &start));
    }
    assert_string_equal(start.cookie, "untouched");
    OK(people_try(p, "thief", PASSWORD, &start));
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(init_makes_a_node_once),
        T(a_key_file_that_others_can_read_is_refused),
        T(init_refuses_what_makes_no_sense),
        T(settings_have_a_range),
        T(names_and_passwords_are_checked_alike),
        T(guessing_is_slowed_for_the_one_who_guesses),
        T(unknown_names_are_slowed_as_well),
        T(a_full_queue_says_busy_and_counts_nothing),
        T(a_session_ends_when_idle_and_in_any_case),
        T(a_page_view_writes_at_most_once_a_minute),
        T(a_changed_cookie_opens_nothing),
        T(each_session_has_its_csrf_token),
        T(ones_own_sessions_are_listed_and_ended),
        T(a_new_password_ends_other_sessions),
        T(a_recovery_code_sets_a_password_once),
        T(an_account_is_activated_once_by_its_code),
        T(a_code_for_activation_can_not_be_guessed_fast),
        T(an_ipv6_network_is_one_guesser),
        T(guesses_fill_no_audit_log),
        T(a_node_that_was_closed_for_a_move_is_not_ready),
        T(a_store_that_does_not_answer_is_not_ready),
        T(a_closed_account_is_out_at_once),
        T(only_an_appointed_administrator_signs),
        T(accounts_are_checked_and_managed_by_administrators),
        T(who_signed_in_and_who_failed_is_audited),
        T(a_forged_verifier_opens_no_keys),
    };
    return cmocka_run_group_tests(tests, people_begin, people_end);
}
