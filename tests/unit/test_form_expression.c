/* test_form_expression.c - expressions: values, types, functions, and the sentences of what is refused. */
#include "form_try.h"

#include "form/expression.h"

/* What the expressions of this file can refer to. */
static const char SURVEY[] = "type,name,label,bind::trm:compartment\n"
                             "text,t,T,identity\n"
                             "text,empty,E,identity\n"
                             "integer,n,N,identity\n"
                             "decimal,d,D,identity\n"
                             "date,born,B,identity\n"
                             "dateTime,arrival,A,identity\n"
                             "time,at,A,identity\n"
                             "select_one l,one,O,health\n"
                             "select_multiple l,many,M,identity\n"
                             "acknowledge,ack,A,identity\n"
                             "begin_group,g,G,\n"
                             "begin_repeat,r,R,\n"
                             "text,name,N,identity\n"
                             "integer,years,Y,identity\n"
                             "end_repeat,,,\n"
                             "end_group,,,\n"
                             "begin_repeat,s,S,\n"
                             "text,name,N,identity\n"
                             "end_repeat,,,\n"
                             "note,remark,R,\n"
                             "file,scan,S,identity\n";
static const char CHOICES[] = "list_name,name,label,kind\nl,a,A,x\nl,b,B,y\nl,c,C,x\n";
static const char ANSWERS[] =
    "{'t': 'Ë bukur', 'n': 7, 'd': 2.5, 'born': '2008-02-29', 'arrival': '2026-11-24T05:57',"
    " 'at': '17:45', 'one': 'a', 'many': ['a', 'c'], 'ack': 'OK',"
    " 'r': [{'name': 'Ana', 'years': 4}, {'name': 'Ben'}, {'name': 'Cira', 'years': 9}],"
    " 'scan': {'name': 'p.pdf', 'type': 'application/pdf', 'size': 1, 'sha256': 'x'}}";

struct bench {
    mem *ctx;
    const struct form *form;
    const json_t *answers;
    struct form_eval eval;
};

static int set_up(void **state)
{
    struct bench *b = talloc_zero(NULL, struct bench);
    b->ctx = b;
    b->form = form_try_load(b, SURVEY, CHOICES);
    b->answers = form_try_json(b, ANSWERS);
    b->eval = FORM_EVAL_ALL(TRY_NOW);
    *state = b;
    return 0;
}

static int tear_down(void **state) { return talloc_free(*state); }

/* Of an item's cell, in the entry of r when `entry` is not SIZE_MAX. */
static const char *value_in(struct bench *b, const char *item, enum expression_use use,
                            const char *text, size_t entry)
{
    const struct form_item *place_item = form_item_at(b->form, item);
    assert_non_null(place_item);
    struct expression_place place = {b->form, place_item, use};
    struct expression_fault fault = {.message = ""};
    const struct expression *e;
    err failed = expression_compile(b->ctx, &place, text, &e, &fault);
    if (err_failed(failed)) fail_msg("%s: %s", text, fault.message);
    struct expression_entry at = {.index = entry};
    if (entry != SIZE_MAX) {
        at.repeat = place_item->scope;
        at.object = json_array_get(json_object_get(b->answers, at.repeat->name), entry);
    }
    struct expression_run run = {.ctx = b->ctx,
                                 .form = b->form,
                                 .answers = b->answers,
                                 .eval = &b->eval,
                                 .entry = entry == SIZE_MAX ? NULL : &at,
                                 .item = place_item,
                                 .choices = place_item->choices,
                                 .choice = place_item->choices == NULL ? NULL : place_item->choices->at,
                                 .steps = EXPRESSION_STEPS_MAX};
    const char *out;
    OK(expression_string(&run, e, &out));
    return out;
}

static const char *value(struct bench *b, const char *text)
{
    return value_in(b, "t", EXPRESSION_CALCULATION, text, SIZE_MAX);
}

static void values_are_as_in_odk(void **state)
{
    static const struct {
        const char *text, *expected;
    } ROWS[] = {
        /* literals and operators */
        {"1", "1"},
        {".5 + 1.25", "1.75"},
        {"'a'", "a"},
        {"\"it's\"", "it's"},
        {"1 + 2 * 3", "7"},
        {"(1 + 2) * 3", "9"},
        {"7 - 2 - 1", "4"},
        {"7 div 2", "3.5"},
        {"7 mod 3", "1"},
        {"-7 mod 3", "-1"},
        {"- - 3", "3"},
        {"1 div 0", "Infinity"},
        {"-1 div 0", "-Infinity"},
        {"0 div 0", "NaN"},
        {"'a' + 1", "NaN"},
        {"'2' + 1", "3"},
        {"1 < 2", "true"},
        {"2 <= 2 and 3 >= 3", "true"},
        {"1 = 1 or 1 div 'x'", "true"},
        {"1 != 1", "false"},
        {"1 = '1'", "true"},
        {"'a' = 'a'", "true"},
        {"'a' = 'A'", "false"},
        {"true() = 'x'", "true"},
        {"true() = ''", "false"},
        {"'a' < 'b'", "false"},
        {"0.1 + 0.2", "0.3"},
        {"1000000 * 1000000", "1000000000000"},
        {"1 = 2 = 0", "true"},
        {"3 > 2 > 1", "false"},
        /* answers */
        {"${t}", "Ë bukur"},
        {"${ t }", "Ë bukur"},
        {"${empty}", ""},
        {"${empty} = ''", "true"},
        {"${n} = ''", "false"},
        {"${n} != ''", "true"},
        {"${empty} > 5", "false"},
        {"${empty} < 5", "false"},
        {"${n} + ${d}", "9.5"},
        {"${n}-1", "6"},
        {"${one} = 'a'", "true"},
        {"${many}", "a c"},
        {"${ack} = 'OK'", "true"},
        {"${scan}", "p.pdf"},
        /* choices */
        {"selected(${many}, 'c')", "true"},
        {"selected(${many}, 'b')", "false"},
        {"selected(${one}, 'a')", "true"},
        {"selected(${empty}, '')", "false"},
        {"selected('a b', 'b')", "true"},
        {"selected('ab', 'a')", "false"},
        {"selected('a b', 'ab')", "false"},
        {"count-selected(${many})", "2"},
        {"count-selected(${empty})", "0"},
        {"count-selected(${one})", "1"},
        {"selected-at(${many}, 1)", "c"},
        {"selected-at(${many}, 2)", ""},
        /* choosing */
        {"if(${n} > 5, 'many', 'few')", "many"},
        {"if('', 'yes', 'no')", "no"},
        {"coalesce(${empty}, ${t})", "Ë bukur"},
        {"coalesce('', '', 3)", "3"},
        {"not(true())", "false"},
        {"not('')", "true"},
        {"boolean('false')", "true"},
        {"boolean(0)", "false"},
        {"boolean(0 div 0)", "false"},
        /* texts */
        {"string(1.50)", "1.5"},
        {"string-length('Ëë')", "2"},
        {"concat('a', 1, true())", "a1true"},
        {"substr('Ëabc', 1, 3)", "ab"},
        {"substr('abc', 1)", "bc"},
        {"substr('abc', -5, 1)", "a"},
        {"substr('abc', 2, 1)", ""},
        {"contains('a@b', '@')", "true"},
        {"starts-with('abc', 'ab')", "true"},
        {"ends-with('abc', 'bc')", "true"},
        {"ends-with('abc', 'abcd')", "false"},
        {"normalize-space('  a  b ')", "a b"},
        {"regex('+355 69', '[+0-9 ]{3,20}')", "true"},
        {"regex('x+355', '[+0-9 ]+')", "false"},
        {"regex('Ëlbasan', '\\p{L}+')", "true"},
        /* numbers */
        {"number('3.5')", "3.5"},
        {"number('0x10')", "NaN"},
        {"number('1e3')", "NaN"},
        {"number('nan')", "NaN"},
        {"number(true())", "1"},
        {"int(3.9)", "3"},
        {"int(-3.9)", "-3"},
        {"round(2.5)", "3"},
        {"round(2.345, 2)", "2.35"},
        {"floor(-1.5)", "-2"},
        {"ceiling(1.2)", "2"},
        {"abs(-3)", "3"},
        {"min(3, 1, 2)", "1"},
        {"max(3, 1, 2)", "3"},
        /* repeats, from outside */
        {"count(${r})", "3"},
        {"count(${s})", "0"},
        {"count(${years})", "3"},
        {"count-non-empty(${years})", "2"},
        {"sum(${years})", "13"},
        {"max(${years})", "9"},
        {"min(${years})", "4"},
        {"join(', ', ${years})", "4, , 9"},
        {"indexed-repeat(${years}, ${r}, 3)", "9"},
        {"indexed-repeat(${years}, ${r}, 4)", ""},
        {"indexed-repeat(${years}, ${r}, 0)", ""},
        /* dates: the fake clock stands at 2026-11-24T10:00Z */
        {"today()", "2026-11-24"},
        {"now()", "2026-11-24T10:00"},
        {"${born} < today()", "true"},
        {"today() - date('2026-11-20')", "4"},
        {"date(today() + 7)", "2026-12-01"},
        {"date('2026-02-28') + 1 = date('2026-03-01')", "true"},
        {"${born} > '2008-02-28'", "true"},
        {"${born} = '2008-02-29'", "true"},
        {"int((today() - ${born}) div 365.25)", "18"},
        {"format-date(${born}, '%d.%m.%Y')", "29.02.2008"},
        {"format-date(${empty}, '%Y')", ""},
        {"format-date-time(${arrival}, '%e.%n.%y %H:%M')", "24.11.26 05:57"},
        {"${at} > '09:00'", "true"},
        {"date(${empty})", ""},
        {"${arrival} < now()", "true"},
        {"today() = '2026-11-24'", "true"},
    };
    struct bench *b = *state;
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        const char *got = value(b, ROWS[i].text);
        if (!text_same(got, ROWS[i].expected))
            fail_msg("%s: expected %s, got %s", ROWS[i].text, ROWS[i].expected, got);
    }
}

static void entries_see_their_own_and_what_is_around(void **state)
{
    struct bench *b = *state;
    assert_string_equal(value_in(b, "r[0].name", EXPRESSION_RELEVANT, "${name}", 2), "Cira");
    assert_string_equal(value_in(b, "r[0].name", EXPRESSION_RELEVANT, "position(..)", 1), "2");
    assert_string_equal(value_in(b, "r[0].name", EXPRESSION_RELEVANT, "${n} - ${years}", 0), "3");
    assert_string_equal(value_in(b, "r[0].name", EXPRESSION_RELEVANT, "sum(${years})", 0), "4");
    assert_string_equal(value_in(b, "r[0].name", EXPRESSION_RELEVANT, "count(${r})", 0), "3");
    assert_string_equal(
        value_in(b, "r[0].name", EXPRESSION_RELEVANT,
                 "indexed-repeat(${name}, ${r}, position(..) - 1)", 1),
        "Ana");
    assert_string_equal(value_in(b, "r[0].years", EXPRESSION_CONSTRAINT, ". < 5", 0), "true");
    assert_string_equal(value_in(b, "r[0].years", EXPRESSION_CONSTRAINT, ". < 5", 2), "false");
}

static void filters_see_the_columns_of_a_choice(void **state)
{
    struct bench *b = *state;
    assert_string_equal(value_in(b, "one", EXPRESSION_FILTER, "kind = 'x'", SIZE_MAX), "true");
    assert_string_equal(value_in(b, "one", EXPRESSION_FILTER, "name != 'a' or kind = ${t}", SIZE_MAX),
                        "false");
}

static void local_time_is_told_by_the_caller(void **state)
{
    struct bench *b = *state;
    b->eval.now = TRY_NOW + 14 * MSEC_HOUR - 1;
    assert_string_equal(value(b, "today()"), "2026-11-24");
    b->eval.zone = MSEC_HOUR;
    assert_string_equal(value(b, "today()"), "2026-11-25");
    assert_string_equal(value(b, "now()"), "2026-11-25T00:59");
}

static void refusals_are_sentences(void **state)
{
    static const struct {
        const char *text, *sentence;
    } ROWS[] = {
        {"", "a value is missing"},
        {"1 +", "the expression ends too early"},
        {"1 + * 2", "a value is missing before *"},
        {"(1", "a bracket is opened with ( and not closed"},
        {"1)", "a bracket is closed with ) that was not opened"},
        {"1 2", "an operator is missing before 2"},
        {"${t} 'x'", "an operator is missing before x"},
        {"'abc", "a text is opened with ' and not closed"},
        {"'it''s'", "an operator is missing before s"},
        {"${t", "a reference is opened with ${"},
        {"$t", "refer to a question as ${name}"},
        {"${nobody}", "there is no question ${nobody}"},
        {"${}", "there is no question ${}"},
        {"${g}", "${g} is a group and has no answer"},
        {"${remark}", "${remark} is a note and has no answer"},
        {"${name}", "there are several questions ${name}, in different repeats"},
        {"${years} > 3", "${years} stands in a repeat and has many answers; use it in sum()"},
        {"-${years}", "${years} stands in a repeat"},
        {"${years}", "${years} stands in a repeat"},
        {"if(${years}, 1, 2)", "${years} stands in a repeat"},
        {"${r} = 1", "${r} is a repeat; count(${r}) gives the number"},
        {"sum(${r})", "${r} is a repeat; count(${r}) gives the number"},
        {". = 1", "the point . is the answer itself and can only stand in a constraint"},
        {".. = 1", ".. is only known in position(..)"},
        {"position(..)", "position is only written position(..), inside a repeat"},
        {"position()", "position is only written position(..)"},
        {"kind = 'x'", "kind is not known; a question is written ${kind}, a text 'kind'"},
        {"yes", "yes is not known"},
        {"1 == 1", "equality is written with one ="},
        {"1 && 1", "write and instead of &&"},
        {"1 || 1", "write or instead of ||"},
        {"1 <> 1", "write != instead of <>"},
        {"1 => 1", "write >= instead of =>"},
        {"!${t}", "write not( ) instead of !"},
        {"6 / 2", "paths are not supported; refer to a question as ${name}, and divide with div"},
        {"//t", "paths are not supported"},
        {"${r}[1]", "conditions in square brackets are not supported"},
        {"@x", "attributes are not supported"},
        {"7 % 2", "write mod"},
        {"${one} = \xe2\x80\x98" "a\xe2\x80\x99", "use straight quotation marks"},
        {"5 \xe2\x88\x92 2", "use the minus of the keyboard"},
        {"5 \xe2\x89\xa5 2", "write >="},
        {"\xc3\x8b", "put texts in '...'"},
        {"a ~ b", "~"},
        {"if(1; 2; 3)", "parted by commas"},
        {"${one} = 'femal'", "the list l of one has no choice femal"},
        {"'femal' != ${one}", "the list l of one has no choice femal"},
        {"selected(${many}, 'd')", "the list l of many has no choice d"},
        {"selected(${n}, 'd')", "n is no select_one or select_multiple"},
        {"once(1)", "the function once() is not supported"},
        {"random()", "the function random() is not supported: the same answers"},
        {"pulldata('a', 'b', 'c', 'd')", "the function pulldata() is not supported"},
        {"jr:choice-name(${one}, '${one}')", "the function jr:choice-name() is not supported: labels"},
        {"nonsense(1)", "there is no function nonsense()"},
        {"if(1, 2)", "if() takes 3 parts in its brackets; here are 2"},
        {"round(1, 2, 3)", "round() takes 1 to 2 parts"},
        {"today(1)", "today() takes 0 parts"},
        {"concat()", "concat() takes 1 to 16 parts"},
        {"if(1, 2 3)", "a comma or ) is missing in a function"},
        {"regex(${t}, ${empty})", "the pattern of regex() is a text in quotation marks"},
        {"regex(${t}, '[')", "the pattern of regex() is not a regular expression"},
        {"date('2026-02-31')", "a date is written date('2026-11-24')"},
        {"date('no')", "a date is written date('2026-11-24')"},
        {"format-date(${born}, '%b')", "format-date() knows %Y"},
        {"format-date(${born}, '%')", "format-date() knows %Y"},
        {"format-date(${born}, ${t})", "the pattern of format-date()"},
        {"indexed-repeat(${n}, ${r}, 1)", "indexed-repeat() needs a question, the repeat"},
        {"indexed-repeat(${years}, ${n}, 1)", "indexed-repeat() needs the ${name} of a repeat"},
        {"((((((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))))))))", "more than 32 brackets"},
        {"1234567890123456789012345678901234567890123", "this number is too long"},
    };
    struct bench *b = *state;
    const struct form_item *item = form_item_find(b->form, NULL, "t");
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        struct expression_place place = {b->form, item, EXPRESSION_RELEVANT};
        struct expression_fault fault = {.message = ""};
        const struct expression *e = NULL;
        err failed = expression_compile(b->ctx, &place, ROWS[i].text, &e, &fault);
        if (failed.kind != ERR_INPUT || strstr(fault.message, ROWS[i].sentence) == NULL)
            fail_msg("%s\nexpected: %s\ngot: %s", ROWS[i].text, ROWS[i].sentence, fault.message);
        assert_null(e);
    }
}

static void a_pattern_can_not_run_away(void **state)
{
    struct bench *b = *state;
    /* backtracks exponentially in the number of a's */
    assert_string_equal(
        value(b, "regex('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaax', '(a+)+')"),
        "false");
    assert_string_equal(value(b, "regex('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '(a+)+')"),
                        "true");
}

static void work_is_bounded(void **state)
{
    struct bench *b = *state;
    struct expression_place place = {b->form, form_item_find(b->form, NULL, "t"), EXPRESSION_CALCULATION};
    struct expression_fault fault;
    const struct expression *e;
    OK(expression_compile(b->ctx, &place, "concat(${t}, ${t}, ${t})", &e, &fault));
    struct expression_run run = {
        .ctx = b->ctx, .form = b->form, .answers = b->answers, .eval = &b->eval, .steps = 5};
    const char *out = "untouched";
    BAD(ERR_LIMIT, expression_string(&run, e, &out));
    assert_string_equal(out, "untouched");
}

static void simple_conditions_are_seen(void **state)
{
    struct bench *b = *state;
    static const struct {
        const char *text, *item, *choice;
    } ROWS[] = {{"${one} = 'a'", "one", "a"},
                {"selected(${many}, 'c')", "many", "c"},
                {"${one} = 'a' or ${n} = 1", NULL, NULL},
                {"${one} = ''", NULL, NULL},
                {"${n} = '7'", NULL, NULL},
                {"true()", NULL, NULL},
                {"selected('a', 'a')", NULL, NULL}};
    struct expression_place place = {b->form, form_item_find(b->form, NULL, "t"), EXPRESSION_RELEVANT};
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        struct expression_fault fault;
        const struct expression *e;
        const struct form_item *item = NULL;
        const char *choice = NULL;
        OK(expression_compile(b->ctx, &place, ROWS[i].text, &e, &fault));
        assert_int_equal(expression_condition(e, &item, &choice), ROWS[i].item != NULL);
        if (ROWS[i].item == NULL) continue;
        assert_string_equal(item->name, ROWS[i].item);
        assert_string_equal(choice, ROWS[i].choice);
    }
    struct expression_fault fault;
    const struct expression *e;
    OK(expression_compile(b->ctx, &place, "${one} = 'a' and ${n} = ${n}", &e, &fault));
    const struct form_item *const *uses;
    assert_int_equal(expression_uses(e, &uses), 2);
    assert_int_equal(expression_compartments(e), COMPARTMENT_BIT(COMPARTMENT_HEALTH) |
                                                     COMPARTMENT_BIT(COMPARTMENT_IDENTITY));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(values_are_as_in_odk, set_up, tear_down),
        cmocka_unit_test_setup_teardown(entries_see_their_own_and_what_is_around, set_up, tear_down),
        cmocka_unit_test_setup_teardown(filters_see_the_columns_of_a_choice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(local_time_is_told_by_the_caller, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refusals_are_sentences, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_pattern_can_not_run_away, set_up, tear_down),
        cmocka_unit_test_setup_teardown(work_is_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(simple_conditions_are_seen, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
