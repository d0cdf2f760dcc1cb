/* test_form_answers.c - checking answers: types, relevance, calculations, constraints, sections; merging. */
#include "form_try.h"

#include "base/buf.h"

static const char SURVEY[] =
    "type,name,label::English (en),label::Shqip (sq),required,required_message::Shqip (sq),"
    "constraint,constraint_message::Shqip (sq),relevant,calculation,default,choice_filter,read_only,"
    "bind::trm:party,bind::trm:compartment\n"
    "begin_group,a,A,A,,,,,,,,,,exploitation,identity\n"
    "text,name,Name,Emri,yes,Shkruani emrin.,,,,,,,,,\n"
    "integer,age,Age,Mosha,,,. >= 0 and . <= 120,Mosha 0 deri 120.,,,,,,,\n"
    "decimal,weight,Weight,,,,,,,,,,,,health\n"
    "date,born,Born,,,,. <= today(),,,,,,,,\n"
    "time,woke,Woke,,,,,,,,,,,,\n"
    "dateTime,arrival,Arrival,,,,,,,,,,,,\n"
    "select_one yn,pregnant,Pregnant,,,,,,,,,,,,health\n"
    "text,due,Due,,${pregnant} = 'yes',,,,${pregnant} = 'yes',,,,,,health\n"
    "select_multiple doc,papers,Papers,,,,count-selected(.) <= 2,,,,,,,,\n"
    "select_one country,country,Country,,,,,,,,,,,,\n"
    "select_one town,town,Town,,,,,,,,,of = ${country},,,\n"
    "acknowledge,told,Told,,yes,,,,,,,,,,\n"
    "file,scan,Scan,,,,,,,,,,,,\n"
    "calculate,double,,,,,,,,${age} * 2,,,,,\n"
    "calculate,adult,,,,,,,,${age} >= 18,,,,,\n"
    "end_group,,,,,,,,,,,,,,\n"
    "begin_group,kids,Kids,,,,,,${age} > 14,,,,,exploitation,identity\n"
    "begin_repeat,children,Children,,,,,,,,,,,,\n"
    "text,child,Child,,yes,,,,,,,,,,\n"
    "integer,years,Years,,,,. < ${age},,,,,,,,\n"
    "select_one yn,school,School,,yes,,,,${years} > 5,,,,,,\n"
    "calculate,place,,,,,,,,position(..),,,,,\n"
    "end_repeat,,,,,,,,,,,,,,\n"
    "calculate,total,,,,,,,,sum(${years}),,,,,\n"
    "end_group,,,,,,,,,,,,,,\n"
    "begin_group,after,After,,,,,,,,,,,origin,justice\n"
    "text,court,Court,,yes,,,,,,,,,,\n"
    "date,on,On,,,,,,,,today(),,,,\n"
    "text,lang,Lang,,,,,,,,sq,,,,\n"
    "text,given,Given,,,,,,,,,,yes,,\n"
    "end_group,,,,,,,,,,,,,,\n";
static const char CHOICES[] = "list_name,name,label,of\n"
                              "yn,yes,Yes,\nyn,no,No,\n"
                              "doc,passport,P,\ndoc,id,I,\ndoc,other,O,\n"
                              "country,it,Italy,\ncountry,al,Albania,\n"
                              "town,roma,Roma,it\ntown,tirana,Tirana,al\n";

struct bench {
    const struct form *form;
};

static int set_up(void **state)
{
    struct bench *b = talloc_zero(NULL, struct bench);
    b->form = form_try_load(b, SURVEY, CHOICES);
    *state = b;
    return 0;
}

static int tear_down(void **state) { return talloc_free(*state); }

/* A right answer to each question; tests change one. */
#define FULL                                                                                       \
    "'name': 'Ana', 'age': 30, 'weight': 61.5, 'born': '1996-01-02', 'woke': '06:30',"            \
    "'arrival': '2026-11-24T05:57', 'pregnant': 'no', 'papers': ['passport', 'other'],"           \
    "'country': 'al', 'town': 'tirana', 'told': 'OK', 'court': 'Tirana'"

static void right_answers_have_no_problems(void **state)
{
    struct bench *b = *state;
    MEM_SCOPE(ctx, NULL);
    struct form_checked c = form_try_check(ctx, b->form,
                                           "{" FULL ", 'children': [{'child': 'Ben', 'years': 4},"
                                           "{'child': 'Cira', 'years': 9, 'school': 'yes'}]}");
    assert_string_equal(form_try_problems(ctx, &c), "");
    assert_int_equal(c.n_dropped, 0);
    assert_json(ctx, c.answers,
                "{'adult':true,'age':30,'arrival':'2026-11-24T05:57','born':'1996-01-02',"
                "'children':[{'child':'Ben','place':1,'years':4},"
                "{'child':'Cira','place':2,'school':'yes','years':9}],"
                "'country':'al','court':'Tirana','double':60,'name':'Ana','papers':['passport',"
                "'other'],'pregnant':'no','told':'OK','total':13,'town':'tirana',"
                "'weight':61.5,'woke':'06:30'}");
    for (size_t i = 0; i < b->form->n_sections; i++)
        assert_int_equal(c.sections[i].state, FORM_COMPLETE);
}

static void each_wrong_answer_is_told(void **state)
{
    static const struct {
        const char *answers, *problems;
    } ROWS[] = {
        /* types */
        {"'age': 'old'", "age: Write a whole number, for example 12.; "},
        {"'age': 1.5", "age: Write a whole number, for example 12.; "},
        {"'age': true", "age: Write a whole number, for example 12.; "},
        {"'age': {'raw': 'old'}", "age: Write a whole number, for example 12.; "},
        {"'age': {'raw': '99999999999999999999'}", "age: This number is too large.; "},
        {"'age': {'raw': '9007199254740993'}", "age: This number is too large.; "},
        {"'age': 9007199254740992", "age: This number is too large.; "},
        {"'weight': {'raw': '1,000'}", "weight: Write the number without a sign between the thousands.; "},
        {"'weight': {'raw': 'heavy'}", "weight: Write a number, for example 12.5.; "},
        {"'name': 7", "name: This is not an answer to this question.; "},
        {"'name': ['a']", "name: This is not an answer to this question.; "},
        {"'name': {'x': 1}", "name: This is not an answer to this question.; "},
        {"'born': '2026-02-31'", "born: There is no such day in the calendar.; "},
        {"'born': '2026-02-29'", "born: There is no such day in the calendar.; "},
        {"'born': '31.1.1996'", "born: Write day, month and year as numbers, for example 27 3 2026.; "},
        {"'born': {'raw': {'day': '31', 'month': '2', 'year': '2026'}}", "born: There is no such day in the calendar.; "},
        {"'born': {'raw': {'day': '31', 'month': '1', 'year': '96'}}", "born: Write the year with four digits.; "},
        {"'born': {'raw': {'day': '', 'month': '1', 'year': '1996'}}", "born: Write the day, the month and the year.; "},
        {"'born': {'raw': {'day': '1', 'month': 'May', 'year': '1996'}}", "born: Write day, month and year as numbers, for example 27 3 2026.; "},
        {"'born': {'raw': 3}", "born: This is not an answer to this question.; "},
        {"'woke': '25:00'", "woke: Write the time as hour and minute, for example 17 and 45.; "},
        {"'woke': '12:60'", "woke: Write the time as hour and minute, for example 17 and 45.; "},
        {"'arrival': '2026-11-24'", "arrival: Write the date and the time.; "},
        {"'pregnant': 'maybe'", "pregnant: Choose an answer from the list.; "},
        {"'papers': ['passport', 'licence']", "papers: Choose an answer from the list.; "},
        {"'papers': 'passport'", "papers: This is not an answer to this question.; "},
        {"'told': 'no'", "told: Choose an answer from the list.; "},
        {"'scan': {'name': '../x', 'type': 'a/b', 'size': 1, 'sha256': 'x'}", "scan: This file can't be used.; "},
        {"'scan': 'x'", "scan: This file can't be used.; "},
        /* rules */
        {"'age': 121", "age: Mosha 0 deri 120.; "},
        {"'born': '2026-11-25'", "born: This answer is not possible here.; "},
        {"'papers': ['passport', 'id', 'other']", "papers: This answer is not possible here.; "},
        {"'country': 'it', 'town': 'tirana'", "town: Choose an answer from the list.; "},
        {"'name': ''", "name: Shkruani emrin.; "},
        {"'name': '   '", "name: Shkruani emrin.; "},
        {"'name': null", "name: Shkruani emrin.; "},
        {"'told': null", "told: An answer is needed here.; "},
        {"'pregnant': 'yes'", "due: An answer is needed here.; "},
        /* repeats */
        {"'children': {}", "children: This is not an answer to this question.; "},
        {"'children': ['Ben']", "children: This is not an answer to this question.; children[0].child: An answer is needed here.; "},
        {"'children': [{}, {'child': 'B', 'years': 40}]", "children[0].child: An answer is needed here.; children[1].years: This answer is not possible here.; children[1].school: An answer is needed here.; "},
        {"'children': [{'child': 'B', 'years': {'raw': 'x'}}]", "children[0].years: Write a whole number, for example 12.; "},
        /* what the form doesn't have */
        {"'nome': 'Ana'", "nome: The form has no such question.; "},
        {"'a': 'group'", "a: The form has no such question.; "},
        {"'child': 'outside'", "child: The form has no such question.; "},
        {"'children': [{'child': 'B', 'name': 'C'}]", "children[0].name: The form has no such question.; "},
        {"'<script>': 1", "?: The form has no such question.; "},
    };
    struct bench *b = *state;
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        MEM_SCOPE(ctx, NULL);
        struct form_eval eval = FORM_EVAL_ALL(TRY_NOW);
        struct form_reading reading = form_reading_of(b->form, "sq");
        struct form_checked c;
        json_t *answers = form_try_json(ctx, "{" FULL "}");
        json_t *change = form_try_json(ctx, talloc_asprintf(ctx, "{%s}", ROWS[i].answers));
        assert_int_equal(json_object_update(answers, change), 0);
        OK(form_answers_check(ctx, b->form, answers, &eval, &reading, &c));
        const char *got = form_try_problems(ctx, &c);
        if (!text_same(got, ROWS[i].problems))
            fail_msg("%s\nexpected: %s\ngot:      %s", ROWS[i].answers, ROWS[i].problems, got);
    }
}

static void what_was_typed_is_kept_unless_too_wrong(void **state)
{
    struct bench *b = *state;
    MEM_SCOPE(ctx, NULL);
    struct form_checked c = form_try_check(
        ctx, b->form,
        "{'age': {'raw': 'old'}, 'born': {'raw': {'day': '31', 'month': '2', 'year': '2026'}},"
        " 'woke': 'late', 'weight': {'raw': '60,5'}, 'nome': 1}");
    /* what is understood after all becomes the answer; text where a date is wanted is kept as typed */
    assert_json(ctx, c.answers,
                "{'adult':false,'age':{'raw':'old'},'born':{'raw':{'day':'31','month':'2','year':'2026'}},"
                "'weight':60.5,'woke':{'raw':'late'}}");
    assert_int_equal(c.problems[1].fault, ANSWER_INVALID);
    assert_int_equal(c.problems[0].fault, ANSWER_MISSING);
    assert_int_equal(c.problems[c.n_problems - 1].fault, ANSWER_UNKNOWN);
    /* 8000 characters are possible, one more is kept to be shortened, 10 MB are not kept */
    char *text = talloc_size(ctx, 10000001);
    memset(text, 'x', 10000000);
    static const struct {
        size_t n;
        const char *problems;
        bool kept;
    } ROWS[] = {{8000, "", true},
                {8001, "name: This text is too long. Up to 8000 characters are possible.; ", true},
                {10000000, "name: This text is too long. Up to 8000 characters are possible.; ", false}};
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        struct form_eval eval = FORM_EVAL_ALL(TRY_NOW);
        struct form_reading reading = form_reading_of(b->form, "en");
        json_t *answers = form_try_json(ctx, "{" FULL "}");
        OK(json_put(answers, "name", json_stringn(text, ROWS[i].n)));
        OK(form_answers_check(ctx, b->form, answers, &eval, &reading, &c));
        assert_string_equal(form_try_problems(ctx, &c), ROWS[i].problems);
        assert_int_equal(json_object_get(c.answers, "name") != NULL, ROWS[i].kept);
        if (!ROWS[i].kept) assert_int_equal(c.problems[0].fault, ANSWER_REFUSED);
    }
}

static void what_is_not_asked_is_dropped_and_said(void **state)
{
    struct bench *b = *state;
    MEM_SCOPE(ctx, NULL);
    struct form_checked c =
        form_try_check(ctx, b->form, "{'name': 'A', 'told': 'OK', 'court': 'T', 'age': 14, 'pregnant': 'no',"
                                     "'due': 'June', 'total': 99, 'children': [{'child': 'B'}]}");
    assert_json(ctx, c.answers,
                "{'adult':false,'age':14,'court':'T','double':28,'name':'A','pregnant':'no','told':'OK'}");
    assert_int_equal(c.n_dropped, 2);
    assert_string_equal(c.dropped[0], "due");
    assert_string_equal(c.dropped[1], "children");
    assert_int_equal(c.sections[1].state, FORM_NOT_ASKED);
    c = form_try_check(ctx, b->form, "{'age': 30, 'children': [{'years': 4, 'school': 'yes'}]}");
    assert_int_equal(c.n_dropped, 1);
    assert_string_equal(c.dropped[0], "children[0].school");
}

static void sections_have_states(void **state)
{
    static const struct {
        const char *answers;
        enum form_state states[3];
    } ROWS[] = {
        {"{}", {FORM_NOT_STARTED, FORM_NOT_ASKED, FORM_NOT_STARTED}},
        {"{'name': 'A'}", {FORM_IN_PROGRESS, FORM_NOT_ASKED, FORM_NOT_STARTED}},
        {"{'name': 'A', 'told': 'OK'}", {FORM_COMPLETE, FORM_NOT_ASKED, FORM_NOT_STARTED}},
        {"{'name': 'A', 'told': 'OK', 'age': {'raw': 'x'}}", {FORM_HAS_ERRORS, FORM_NOT_ASKED, FORM_NOT_STARTED}},
        {"{'age': 40}", {FORM_IN_PROGRESS, FORM_NOT_STARTED, FORM_NOT_STARTED}},
        {"{'age': 40, 'children': [{'years': 3}]}", {FORM_IN_PROGRESS, FORM_IN_PROGRESS, FORM_NOT_STARTED}},
        {"{'age': 40, 'children': [{'child': 'B'}], 'court': 'T'}", {FORM_IN_PROGRESS, FORM_COMPLETE, FORM_COMPLETE}},
    };
    struct bench *b = *state;
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        MEM_SCOPE(ctx, NULL);
        struct form_checked c = form_try_check(ctx, b->form, ROWS[i].answers);
        for (size_t k = 0; k < 3; k++)
            if (c.sections[k].state != ROWS[i].states[k])
                fail_msg("%s section %zu: expected %s, got %s", ROWS[i].answers, k,
                         form_state_name(ROWS[i].states[k]), form_state_name(c.sections[k].state));
    }
    MEM_SCOPE(ctx, NULL);
    struct form_eval eval = FORM_EVAL_ALL(TRY_NOW);
    struct form_reading reading = form_reading_of(b->form, "en");
    struct form_checked c;
    OK(form_section_check(ctx, b->form, form_section_find(b->form, "after"), form_try_json(ctx, "{}"),
                          &eval, &reading, &c));
    assert_string_equal(form_try_problems(ctx, &c), "court: An answer is needed here.; ");
}

static void nothing_is_required_of_others(void **state)
{
    struct bench *b = *state;
    MEM_SCOPE(ctx, NULL);
    struct form_eval eval = FORM_EVAL_ALL(TRY_NOW);
    struct form_reading reading = form_reading_of(b->form, "en");
    struct form_checked c;
    eval.parties = PARTY_ORIGIN;
    OK(form_answers_check(ctx, b->form, form_try_json(ctx, "{'age': 300}"), &eval, &reading, &c));
    assert_string_equal(form_try_problems(ctx, &c), "court: An answer is needed here.; ");
    assert_int_equal(c.sections[0].state, FORM_NOT_ASKED);
    assert_int_equal(c.sections[1].state, FORM_NOT_ASKED);
    eval.parties = PARTY_EXPLOITATION;
    eval.compartments = COMPARTMENT_BIT(COMPARTMENT_HEALTH);
    OK(form_answers_check(ctx, b->form, form_try_json(ctx, "{'pregnant': 'yes'}"), &eval, &reading, &c));
    assert_string_equal(form_try_problems(ctx, &c), "due: An answer is needed here.; ");
}

static void what_is_not_held_is_left_alone(void **state)
{
    struct bench *b = *state;
    MEM_SCOPE(ctx, NULL);
    struct form_eval eval = FORM_EVAL_ALL(TRY_NOW);
    struct form_reading reading = form_reading_of(b->form, "en");
    struct form_checked c;
    /* held: all but health. `pregnant` can't be seen, so `due` is not dropped; nor is it asked for */
    eval.compartments = COMPARTMENT_ALL & ~COMPARTMENT_BIT(COMPARTMENT_HEALTH);
    OK(form_answers_check(ctx, b->form, form_try_json(ctx, "{'name': 'A', 'told': 'OK', 'court': 'T', 'due': 'June'}"),
                          &eval, &reading, &c));
    assert_string_equal(form_try_problems(ctx, &c), "");
    assert_json(ctx, c.answers,
                "{'adult':false,'court':'T','due':'June','name':'A','told':'OK'}");
    /* held: justice only. The age can't be seen: children stay, calculations stay as they were */
    eval.compartments = COMPARTMENT_BIT(COMPARTMENT_JUSTICE);
    OK(form_answers_check(ctx, b->form, form_try_json(ctx, "{'children': [{'child': 'B'}], 'double': 60, 'court': 'T'}"),
                          &eval, &reading, &c));
    assert_json(ctx, c.answers, "{'children':[{'child':'B'}],'court':'T','double':60}");
    assert_int_equal(c.n_dropped, 0);
}

static void what_can_not_be_known_is_kept(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    const struct form *form = form_try_load(ctx,
                                            "type,name,label,relevant,constraint,bind::trm:compartment\n"
                                            "text,a,A,,,identity\n"
                                            "text,h,H,,,health\n"
                                            "text,x,X,${h} = 'y',,identity\n"
                                            "text,z,Z,${a} = 'y',,health\n"
                                            "text,w,W,,. = ${h},identity\n",
                                            "");
    struct form_eval eval = FORM_EVAL_ALL(TRY_NOW);
    struct form_reading reading = form_reading_of(form, "en");
    struct form_checked c;
    const char *answers = "{'a': 'n', 'x': 'its h is not held', 'z': 'not held', 'w': 'w'}";
    eval.compartments = COMPARTMENT_BIT(COMPARTMENT_IDENTITY);
    OK(form_answers_check(ctx, form, form_try_json(ctx, answers), &eval, &reading, &c));
    assert_json(ctx, c.answers, "{'a':'n','w':'w','x':'its h is not held','z':'not held'}");
    assert_int_equal(c.n_dropped, 0);
    assert_string_equal(form_try_problems(ctx, &c), "");
    c = form_try_check(ctx, form, answers);
    assert_json(ctx, c.answers, "{'a':'n','w':'w'}");
    assert_int_equal(c.n_problems, 1);
}

static void messages_come_in_the_readers_language(void **state)
{
    struct bench *b = *state;
    MEM_SCOPE(ctx, NULL);
    struct form_eval eval = FORM_EVAL_ALL(TRY_NOW);
    struct form_reading reading = form_reading_of(b->form, "sq");
    struct form_checked c;
    OK(form_answers_check(ctx, b->form, form_try_json(ctx, "{'age': 130, 'court': 'T'}"), &eval, &reading, &c));
    assert_string_equal(c.problems[0].message, "Shkruani emrin.");
    assert_string_equal(c.problems[0].language, "sq");
    assert_int_equal(c.problems[0].fault, ANSWER_MISSING);
    assert_string_equal(c.problems[1].message, "Mosha 0 deri 120.");
    assert_string_equal(c.problems[2].message, "An answer is needed here.");
    assert_null(c.problems[2].language);
}

static void a_section_merges_into_what_is_stored(void **state)
{
    struct bench *b = *state;
    MEM_SCOPE(ctx, NULL);
    struct form_eval eval = FORM_EVAL_ALL(TRY_NOW);
    const struct form_section *a = form_section_find(b->form, "a");
    const struct form_section *after = form_section_find(b->form, "after");
    const char *stored = "{'name': 'A', 'age': 30, 'weight': 60.5, 'court': 'T', 'given': 'fixed',"
                         "'scan': {'name': 'p.pdf', 'type': 'a/b', 'size': 1, 'sha256': 'x'}}";
    json_t *out;
    OK(form_answers_merge(ctx, b->form, a, &eval, form_try_json(ctx, stored),
                          form_try_json(ctx, "{'name': 'B', 'court': 'stolen'}"), &out));
    assert_json(ctx, out,
                "{'court':'T','given':'fixed','name':'B','scan':{'name':'p.pdf','sha256':'x','size':1,"
                "'type':'a/b'}}");
    OK(form_answers_merge(ctx, b->form, a, &eval, form_try_json(ctx, stored),
                          form_try_json(ctx, "{'name': 'B', 'scan': null}"), &out));
    assert_null(json_object_get(out, "scan"));
    /* not held, not ours, read only: stays */
    eval.compartments = COMPARTMENT_BIT(COMPARTMENT_IDENTITY) | COMPARTMENT_BIT(COMPARTMENT_JUSTICE);
    OK(form_answers_merge(ctx, b->form, a, &eval, form_try_json(ctx, stored),
                          form_try_json(ctx, "{'weight': 1}"), &out));
    assert_json(ctx, json_object_get(out, "weight"), "60.5");
    OK(form_answers_merge(ctx, b->form, after, &eval, form_try_json(ctx, stored),
                          form_try_json(ctx, "{'given': 'changed'}"), &out));
    assert_json(ctx, json_object_get(out, "given"), "'fixed'");
    assert_null(json_object_get(out, "court"));
    eval.parties = PARTY_EXPLOITATION;
    OK(form_answers_merge(ctx, b->form, after, &eval, form_try_json(ctx, stored),
                          form_try_json(ctx, "{}"), &out));
    assert_json(ctx, json_object_get(out, "court"), "'T'");
}

static void entries_keep_what_is_not_held(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    const struct form *form = form_try_load(ctx,
                                            "type,name,label,bind::trm:compartment\n"
                                            "begin_repeat,r,R,identity\n"
                                            "text,n,N,\n"
                                            "text,ill,I,health\n"
                                            "end_repeat,,,\n",
                                            "");
    const struct form_section *r = form_section_find(form, "r");
    struct form_eval eval = FORM_EVAL_ALL(TRY_NOW);
    const char *stored = "{'r': [{'n': 'A', 'ill': 'x'}, {'n': 'B', 'ill': 'y'}, {'n': 'C'}]}";
    json_t *out;
    OK(form_answers_merge(ctx, form, r, &eval, form_try_json(ctx, stored),
                          form_try_json(ctx, "{'r': [{'n': 'Z'}]}"), &out));
    assert_json(ctx, out, "{'r':[{'n':'Z'}]}");
    eval.compartments = COMPARTMENT_BIT(COMPARTMENT_IDENTITY);
    OK(form_answers_merge(ctx, form, r, &eval, form_try_json(ctx, stored),
                          form_try_json(ctx, "{'r': [{}, {'n': 'Z'}]}"), &out));
    assert_json(ctx, out, "{'r':[{'ill':'x'},{'ill':'y','n':'Z'}]}");
    BAD(ERR_DENIED, form_entry_remove(ctx, form, out, "r", 0, eval.compartments, &out));
    OK(form_entry_remove(ctx, form, form_try_json(ctx, stored), "r", 1, COMPARTMENT_ALL, &out));
    assert_json(ctx, out, "{'r':[{'ill':'x','n':'A'},{'n':'C'}]}");
    BAD(ERR_NOT_FOUND, form_entry_remove(ctx, form, out, "r", 2, COMPARTMENT_ALL, &out));
    BAD(ERR_NOT_FOUND, form_entry_remove(ctx, form, out, "r[0].n", 0, COMPARTMENT_ALL, &out));
    BAD(ERR_NOT_FOUND, form_entry_remove(ctx, form, out, "x", 0, COMPARTMENT_ALL, &out));
}

static void defaults_fill_what_is_empty(void **state)
{
    struct bench *b = *state;
    MEM_SCOPE(ctx, NULL);
    struct form_eval eval = FORM_EVAL_ALL(TRY_NOW);
    json_t *out;
    OK(form_answers_initial(ctx, b->form, form_section_find(b->form, "after"), &eval,
                            form_try_json(ctx, "{'lang': 'it', 'name': 'A'}"), &out));
    assert_json(ctx, json_object_get(out, "on"), "'2026-11-24'");
    assert_json(ctx, json_object_get(out, "lang"), "'it'");
    OK(form_answers_initial(ctx, b->form, form_section_find(b->form, "a"), &eval,
                            form_try_json(ctx, "{'name': 'A'}"), &out));
    assert_null(json_object_get(out, "on"));
}

static void limits_hold(void **state)
{
    struct bench *b = *state;
    MEM_SCOPE(ctx, NULL);
    struct buf many;
    const char *text;
    buf_init(&many, ctx, 100000);
    for (int i = 0; i < FORM_ENTRIES_MAX + 1; i++) buf_add_text(&many, i == 0 ? "{'child': 'x'}" : ",{'child': 'x'}");
    OK(buf_text(&many, &text));
    struct form_checked c =
        form_try_check(ctx, b->form, talloc_asprintf(ctx, "{" FULL ", 'children': [%s]}", text));
    assert_string_equal(form_try_problems(ctx, &c),
                        "children: There are too many entries. Up to 100 are possible.; ");
    assert_int_equal(json_array_size(json_object_get(c.answers, "children")), FORM_ENTRIES_MAX);
    struct form_eval eval = FORM_EVAL_ALL(TRY_NOW);
    struct form_reading reading = form_reading_of(b->form, "en");
    BAD(ERR_INPUT, form_answers_check(ctx, b->form, json_null(), &eval, &reading, &c));
    /* a form that makes more work than it is worth is given up on */
    struct buf survey;
    buf_init(&survey, ctx, 1000000);
    buf_add_text(&survey, "type,name,label,calculation,bind::trm:compartment\n"
                          "begin_repeat,r,R,,identity\ntext,t,T,,\n");
    for (int i = 0; i < 300; i++) buf_addf(&survey, "calculate,c%d,,\"count(${r}) + string-length(join('', ${s}))\",\n", i);
    buf_add_text(&survey, "end_repeat,,,,\nbegin_repeat,q,Q,,identity\ntext,s,S,,\nend_repeat,,,,\n");
    OK(buf_text(&survey, &text));
    const struct form *form = form_try_load(ctx, text, "");
    json_t *answers = form_try_json(ctx, "{'r': [], 'q': []}");
    for (int i = 0; i < 100; i++) {
        OK(json_add(json_object_get(answers, "r"), json_pack("{s:s}", "t", "x")));
        OK(json_add(json_object_get(answers, "q"), json_pack("{s:s}", "s", "x")));
    }
    BAD(ERR_LIMIT, form_answers_check(ctx, form, answers, &eval, &reading, &c));
}

static void chains_of_conditions_are_settled_in_order(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    /* c stands before what it needs; b is dropped, so c counts it as empty */
    const struct form *form = form_try_load(ctx,
                                            "type,name,label,relevant,calculation,bind::trm:compartment\n"
                                            "calculate,c,,,\"concat(${b}, '-', ${d})\",identity\n"
                                            "text,b,B,${a} = 'x',,identity\n"
                                            "text,a,A,,,identity\n"
                                            "calculate,d,,,count-selected(${a}),identity\n",
                                            "");
    struct form_checked c = form_try_check(ctx, form, "{'a': 'y', 'b': 'lost'}");
    assert_json(ctx, c.answers, "{'a':'y','c':'-1','d':1}");
    c = form_try_check(ctx, form, "{'a': 'x', 'b': 'kept', 'c': 'forged'}");
    assert_json(ctx, c.answers, "{'a':'x','b':'kept','c':'kept-1','d':1}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(right_answers_have_no_problems, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_wrong_answer_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_typed_is_kept_unless_too_wrong, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_asked_is_dropped_and_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sections_have_states, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_required_of_others, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_held_is_left_alone, set_up, tear_down),
        cmocka_unit_test(what_can_not_be_known_is_kept),
        cmocka_unit_test_setup_teardown(messages_come_in_the_readers_language, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_section_merges_into_what_is_stored, set_up, tear_down),
        cmocka_unit_test(entries_keep_what_is_not_held),
        cmocka_unit_test_setup_teardown(defaults_fill_what_is_empty, set_up, tear_down),
        cmocka_unit_test_setup_teardown(limits_hold, set_up, tear_down),
        cmocka_unit_test(chains_of_conditions_are_settled_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
