/* test_authz.c - the table of capabilities: what each role may, and that nothing is allowed by
 * accident. */
#include "cm.h"

#include <string.h>

#include "authz/authz.h"

static void nobody_may_what_is_unset_or_unknown(void **state)
{
    (void)state;
    const role_set all = ~(role_set)0;
    assert_false(authz_may(all, CAPABILITY_UNSET));
    assert_false(authz_may(all, CAPABILITIES));
    assert_false(authz_may(all, (enum capability)4000));
    for (unsigned c = CAPABILITY_PUBLIC + 1; c < CAPABILITIES; c++) {
        assert_false(authz_may(0, (enum capability)c));
        assert_true(authz_may(all, (enum capability)c)); /* each row is of use to somebody */
        assert_true(strlen(capability_name((enum capability)c)) > 3);
    }
    assert_true(authz_may(0, CAPABILITY_PUBLIC));
}

static void an_administrator_reads_no_case(void **state)
{
    (void)state;
    const enum capability cases[] = {
        CAPABILITY_CASE_OPEN,     CAPABILITY_CASE_READ,       CAPABILITY_CASE_WRITE,
        CAPABILITY_CASE_GRANT,    CAPABILITY_CONSENT_RECORD,  CAPABILITY_REFERRAL_SEND,
        CAPABILITY_INBOX_READ,    CAPABILITY_REFERRAL_DECIDE, CAPABILITY_FOLLOWUP_SEND,
        CAPABILITY_EVIDENCE_READ, CAPABILITY_TEAM_CONFIRM,
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_false(authz_may(role_bit(ROLE_ADMINISTRATOR), cases[i]));
        assert_false(authz_may(role_bit(ROLE_SYSTEM), cases[i]));
    }
    BAD(ERR_INPUT, role_set_check(role_bit(ROLE_ADMINISTRATOR) | role_bit(ROLE_CASE_WORKER)));
    BAD(ERR_INPUT, role_set_check(0));
    BAD(ERR_INPUT, role_set_check(role_bit(ROLE_SYSTEM)));
    BAD(ERR_INPUT, role_set_check((role_set)1 << 30));
    OK(role_set_check(role_bit(ROLE_INTAKE_OFFICER) | role_bit(ROLE_CASE_WORKER)));
    OK(role_set_check(role_bit(ROLE_ADMINISTRATOR)));
}

static void workers_manage_nobody(void **state)
{
    (void)state;
    const role_set workers = role_bit(ROLE_CASE_WORKER) | role_bit(ROLE_INTAKE_OFFICER);
    const enum capability managing[] = {CAPABILITY_USER_MANAGE, CAPABILITY_TEAM_MANAGE,
                                        CAPABILITY_ORGANISATION_MANAGE, CAPABILITY_PARTNER_MANAGE,
                                        CAPABILITY_EXCHANGE_RUN};
    for (size_t i = 0; i < sizeof managing / sizeof *managing; i++)
        assert_false(authz_may(workers, managing[i]));
    assert_false(authz_may(role_bit(ROLE_CASE_WORKER), CAPABILITY_REFERRAL_DECIDE));
    assert_true(authz_may(role_bit(ROLE_CASE_WORKER), CAPABILITY_REFERRAL_SEND));
    assert_false(authz_may(role_bit(ROLE_INTAKE_OFFICER), CAPABILITY_REFERRAL_SEND));
    assert_true(authz_may(role_bit(ROLE_INTAKE_OFFICER), CAPABILITY_REFERRAL_DECIDE));
}

static void roles_have_names(void **state)
{
    (void)state;
    role_set set = 0;
    OK(role_parse("case_worker", &set));
    assert_int_equal(set, role_bit(ROLE_CASE_WORKER));
    BAD(ERR_INPUT, role_parse("system", &set));
    BAD(ERR_INPUT, role_parse("root", &set));
    BAD(ERR_INPUT, role_parse(NULL, &set));
    assert_int_equal(set, role_bit(ROLE_CASE_WORKER));
    for (unsigned r = 0; r < ROLES; r++)
        assert_string_not_equal(role_name((enum role)r), "unknown");
}

static void the_report_has_a_line_for_each_capability(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    const char *report;
    OK(authz_report(ctx, &report));
    size_t lines = 0;
    for (const char *p = report; *p != '\0'; p++) lines += *p == '\n';
    assert_int_equal(lines, CAPABILITIES); /* a head, and all but "unset" */
    assert_non_null(
        strstr(report, "referral_decide      -           yes            -             -"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_may_what_is_unset_or_unknown),
        cmocka_unit_test(an_administrator_reads_no_case),
        cmocka_unit_test(workers_manage_nobody),
        cmocka_unit_test(roles_have_names),
        cmocka_unit_test(the_report_has_a_line_for_each_capability),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
