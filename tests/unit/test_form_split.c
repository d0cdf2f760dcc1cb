/* test_form_split.c - which answers go and which stay, and answers by compartment. */
#include "form_try.h"

#include "form/split.h"

static const char SURVEY[] = "type,name,label,calculation,bind::trm:party,bind::trm:compartment,bind::trm:share\n"
                             "begin_group,a,A,,exploitation,identity,\n"
                             "text,name,N,,,,\n"
                             "text,secret,S,,,,never\n"
                             "integer,age,A,,,,\n"
                             "text,ill,I,,,health,\n"
                             "text,place,P,,,safety,\n"
                             "text,trial,T,,,justice,\n"
                             "begin_repeat,kids,K,,,,\n"
                             "text,kid,K,,,,\n"
                             "text,care,C,,,health,\n"
                             "begin_repeat,toys,T,,,,\n"
                             "text,toy,T,,,,\n"
                             "end_repeat,,,,,,\n"
                             "end_repeat,,,,,,\n"
                             "file,scan,S,,,,\n"
                             "end_group,,,,,,\n"
                             "begin_group,b,B,,origin third,justice,\n"
                             "text,court,C,,,,\n"
                             "text,both,B,,any,,\n"
                             "end_group,,,,,,\n";
static const char ANSWERS[] =
    "{'name': 'Ana', 'secret': 's', 'age': {'raw': 'old'}, 'ill': 'flu', 'place': 'P', 'trial': 'T',"
    "'kids': [{'kid': 'B', 'toys': [{'toy': 'bear'}]}, {'kid': 'C', 'care': 'glasses'}],"
    "'scan': {'name': 'p', 'type': 'a/b', 'size': 1, 'sha256': 'x', 'raw': 'no'}, 'court': 'K', 'both': 'X'}";

static enum form_verdict by_law(void *arg, const struct form_item *item)
{
    const char *const *withheld = arg;
    for (; *withheld != NULL; withheld++)
        if (text_same(*withheld, item->name)) return FORM_STAYS_LAW;
    return FORM_GOES;
}

static const char *decided(mem *ctx, const struct form *form, const struct form_rules *rules)
{
    struct form_decisions d;
    OK(form_decide(ctx, form, form_try_json(ctx, ANSWERS), rules, &d));
    char *text = talloc_strdup(ctx, "");
    for (size_t i = 0; i < d.n; i++)
        text = talloc_asprintf_append(text, "%s %s; ", d.at[i].path, form_verdict_name(d.at[i].verdict));
    return text;
}

static const char *sent(mem *ctx, const struct form *form, const struct form_rules *rules)
{
    struct form_parts parts;
    OK(form_split_send(ctx, form, form_try_json(ctx, ANSWERS), rules, &parts));
    char *text = talloc_strdup(ctx, "");
    for (unsigned i = 0; i < COMPARTMENTS; i++)
        if (parts.at[i] != NULL)
            text = talloc_asprintf_append(text, "%s %s; ", compartment_name((enum compartment)i),
                                          form_try_text(ctx, parts.at[i]));
    return text;
}

static void the_preview_and_the_parts_agree(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    const struct form *form = form_try_load(ctx, SURVEY, "");
    const char *withheld[] = {"toys", "scan", NULL};
    struct form_rules rules = {.parties = PARTY_EXPLOITATION,
                               .compartments = COMPARTMENT_ALL & ~COMPARTMENT_BIT(COMPARTMENT_JUSTICE),
                               .consented = COMPARTMENT_ALL & ~COMPARTMENT_BIT(COMPARTMENT_SAFETY),
                               .decide = by_law,
                               .arg = withheld};
    assert_string_equal(decided(ctx, form, &rules),
                        "name goes; secret never; age raw; ill goes; place consent; trial compartment; "
                        "kids[0].kid goes; kids[0].toys[0].toy law; kids[1].kid goes; kids[1].care goes; "
                        "scan law; court party; both compartment; ");
    assert_string_equal(sent(ctx, form, &rules),
                        "identity {'kids':[{'kid':'B'},{'kid':'C'}],'name':'Ana'}; "
                        "health {'ill':'flu','kids':[{},{'care':'glasses'}]}; ");
}

static void nothing_goes_without_consent(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    const struct form *form = form_try_load(ctx, SURVEY, "");
    struct form_rules rules = {.parties = PARTY_ANY, .compartments = COMPARTMENT_ALL, .consented = 0};
    assert_string_equal(sent(ctx, form, &rules), "");
    rules.consented = COMPARTMENT_ALL;
    rules.compartments = 0;
    assert_string_equal(sent(ctx, form, &rules), "");
    rules.compartments = COMPARTMENT_ALL;
    rules.parties = 0;
    assert_string_equal(sent(ctx, form, &rules), "");
    rules.parties = PARTY_THIRD;
    assert_string_equal(sent(ctx, form, &rules), "justice {'both':'X','court':'K'}; ");
}

static void a_group_that_stays_keeps_all_inside(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    const struct form *form = form_try_load(ctx, SURVEY, "");
    const char *withheld[] = {"a", NULL};
    struct form_rules rules = {PARTY_ANY, COMPARTMENT_ALL, COMPARTMENT_ALL, by_law, withheld};
    assert_string_equal(sent(ctx, form, &rules), "justice {'both':'X','court':'K'}; ");
}

static void compartments_split_and_come_together(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    const struct form *form = form_try_load(ctx, SURVEY, "");
    struct form_parts parts;
    json_t *answers = form_try_json(ctx, ANSWERS), *merged;
    OK(form_split(ctx, form, answers, &parts));
    assert_json(ctx, parts.at[COMPARTMENT_SAFETY], "{'place':'P'}");
    assert_null(parts.at[COMPARTMENT_CIRCUMSTANCES]);
    assert_json(ctx, json_object_get(parts.at[COMPARTMENT_IDENTITY], "age"), "{'raw':'old'}");
    OK(form_merge(ctx, form, &parts, &merged));
    assert_true(json_equal(answers, merged));
    /* without one compartment the entries still find their places */
    parts.at[COMPARTMENT_IDENTITY] = NULL;
    OK(form_merge(ctx, form, &parts, &merged));
    assert_json(ctx, json_object_get(merged, "kids"), "[{},{'care':'glasses'}]");
}

static void what_stands_in_the_wrong_part_is_refused(void **state)
{
    static const char *const ROWS[] = {
        "{'name': 'Ana'}",
        "{'nobody': 1}",
        "{'kids': [{'kid': 'B'}]}",
        "{'kids': [{'nobody': 'B'}]}",
        "{'kids': ['B']}",
        "{'kids': {}}",
        "{'a': 'x'}",
        "[]",
    };
    (void)state;
    MEM_SCOPE(ctx, NULL);
    const struct form *form = form_try_load(ctx, SURVEY, "");
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        struct form_parts parts = {{NULL}};
        json_t *merged = NULL;
        parts.at[COMPARTMENT_HEALTH] = form_try_json(ctx, ROWS[i]);
        BAD(ERR_INPUT, form_merge(ctx, form, &parts, &merged));
        assert_null(merged);
    }
}

static void parts_a_and_b(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    const struct form *form = form_try_load(ctx, SURVEY, "");
    json_t *out;
    OK(form_split_party(ctx, form, form_try_json(ctx, ANSWERS), PARTY_ORIGIN | PARTY_THIRD, &out));
    assert_json(ctx, out, "{'both':'X','court':'K'}");
    OK(form_split_party(ctx, form, form_try_json(ctx, ANSWERS), PARTY_EXPLOITATION, &out));
    assert_null(json_object_get(out, "court"));
    assert_json(ctx, json_object_get(out, "both"), "'X'");
    assert_json(ctx, json_object_get(out, "kids"), "[{'kid':'B','toys':[{'toy':'bear'}]},{'care':'glasses','kid':'C'}]");
}

static void each_verdict_has_a_name(void **state)
{
    (void)state;
    for (int i = 0; i < FORM_VERDICT_COUNT; i++)
        assert_true(strlen(form_verdict_name((enum form_verdict)i)) > 1);
    assert_string_equal(form_verdict_name((enum form_verdict)FORM_VERDICT_COUNT), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_preview_and_the_parts_agree),
        cmocka_unit_test(nothing_goes_without_consent),
        cmocka_unit_test(a_group_that_stays_keeps_all_inside),
        cmocka_unit_test(compartments_split_and_come_together),
        cmocka_unit_test(what_stands_in_the_wrong_part_is_refused),
        cmocka_unit_test(parts_a_and_b),
        cmocka_unit_test(each_verdict_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
