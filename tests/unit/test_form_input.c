/* test_form_input.c - what a browser posts becomes answers. */
#include "form_try.h"

#include "form/input.h"

static const char SURVEY[] = "type,name,label,relevant,read_only,bind::trm:party,bind::trm:compartment\n"
                             "begin_group,a,A,,,exploitation,identity\n"
                             "text,name,N,,,,\n"
                             "integer,age,A,,,,\n"
                             "date,born,B,,,,\n"
                             "time,woke,W,,,,\n"
                             "dateTime,arrival,A,,,,\n"
                             "select_one l,one,O,,,,\n"
                             "select_multiple l,many,M,,,,\n"
                             "acknowledge,told,T,,,,\n"
                             "file,scan,S,,,,\n"
                             "text,fixed,F,,yes,,\n"
                             "text,ill,I,,,,health\n"
                             "text,theirs,T,,,origin,\n"
                             "begin_repeat,r,R,,,,\n"
                             "text,n,N,,,,\n"
                             "date,d,D,,,,\n"
                             "begin_repeat,q,Q,,,,\n"
                             "text,m,M,,,,\n"
                             "end_repeat,,,,,,\n"
                             "end_repeat,,,,,,\n"
                             "begin_repeat,mixed,M,,,,\n"
                             "text,x,X,,,,\n"
                             "text,y,Y,,,,health\n"
                             "end_repeat,,,,,,\n"
                             "end_group,,,,,,\n"
                             "begin_group,b,B,,,,identity\n"
                             "text,later,L,,,,\n"
                             "end_group,,,,,,\n";
static const char CHOICES[] = "list_name,name,label\nl,a,A\nl,b,B\nl,c,C\n";

struct bench {
    const struct form *form;
    struct form_eval eval;
};

static int set_up(void **state)
{
    struct bench *b = talloc_zero(NULL, struct bench);
    b->form = form_try_load(b, SURVEY, CHOICES);
    b->eval = FORM_EVAL_ALL(TRY_NOW);
    *state = b;
    return 0;
}

static int tear_down(void **state) { return talloc_free(*state); }

#define PAIRS_MAX 32

/* "name=Ana&age=3", cut at & and = and nothing else. */
static struct form_input post(mem *ctx, const struct bench *b, const char *text)
{
    struct form_pair pairs[PAIRS_MAX];
    size_t n = 0;
    for (const char *rest = text, *piece;;) {
        OK(text_split(ctx, &rest, '&', &piece));
        if (piece == NULL) break;
        char *name = talloc_strdup(ctx, piece), *value = strchr(name, '=');
        assert_non_null(value);
        *value++ = '\0';
        assert_true(n < PAIRS_MAX);
        pairs[n++] = (struct form_pair){name, bytes_text(value)};
    }
    struct form_input out;
    OK(form_input_read(ctx, b->form, form_section_find(b->form, "a"), &b->eval, pairs, n, &out));
    return out;
}

static void fields_become_answers(void **state)
{
    static const struct {
        const char *posted, *answers, *problems;
    } ROWS[] = {
        {"", "{}", ""},
        {"name=&age=&born-day=&born-month=&born-year=&one=", "{}", ""},
        {"name= Ana \r\n&age=30", "{'age':30,'name':'Ana'}", ""},
        {"name=a\r\nb", "{'name':'a\\nb'}", ""},
        {"age=old", "{'age':{'raw':'old'}}", ""},
        {"born-day=2&born-month=01&born-year=1996", "{'born':'1996-01-02'}", ""},
        {"born=1996-01-02", "{'born':'1996-01-02'}", ""},
        {"born-day=31&born-month=2&born-year=2026", "{'born':{'raw':{'day':'31','month':'2','year':'2026'}}}", ""},
        {"born-day=&born-month= 2 &born-year=", "{'born':{'raw':{'day':'','month':'2','year':''}}}", ""},
        {"woke-hour=6&woke-minute=05", "{'woke':'06:05'}", ""},
        {"woke=06:05", "{'woke':'06:05'}", ""},
        {"arrival-day=24&arrival-month=11&arrival-year=2026&arrival-hour=5&arrival-minute=57", "{'arrival':'2026-11-24T05:57'}", ""},
        {"arrival-day=24&arrival-month=11&arrival-year=2026", "{'arrival':{'raw':{'day':'24','month':'11','year':'2026'}}}", ""},
        {"one=b", "{'one':'b'}", ""},
        {"one=z", "{'one':{'raw':'z'}}", ""},
        {"many=c&many=a&many=c", "{'many':['a','c']}", ""},
        {"many=a&many=z", "{}", "many: Choose an answer from the list.; "},
        {"told=OK", "{'told':'OK'}", ""},
        {"scan-remove=1", "{'scan':null}", ""},
        {"scan=x", "{}", ""},
        /* repeats: in the order of the numbers, empty entries left out */
        {"r[3].n=C&r[1].n=B&r[2].n=&r[1].d-day=1&r[1].d-month=1&r[1].d-year=2020", "{'r':[{'d':'2020-01-01','n':'B'},{'n':'C'}]}", ""},
        {"r[0].q[1].m=two&r[0].n=A&r[0].q[0].m=one&r[5].q[0].m=three", "{'r':[{'n':'A','q':[{'m':'one'},{'m':'two'}]},{'q':[{'m':'three'}]}]}", ""},
        {"r[0].d-day=31&r[0].d-month=2&r[0].d-year=2026", "{'r':[{'d':{'raw':{'day':'31','month':'2','year':'2026'}}}]}", ""},
        /* what may not be posted here */
        {"nobody=1", "{}", "nobody: The form has no such question.; "},
        {"later=1", "{}", "later: The form has no such question.; "},
        {"fixed=1", "{}", "fixed: The form has no such question.; "},
        {"a=1", "{}", "a: The form has no such question.; "},
        {"r=1", "{}", "r: The form has no such question.; "},
        {"n=1", "{}", "n: The form has no such question.; "},
        {"r[0]=1", "{}", "r[0]: The form has no such question.; "},
        {"r[0].name=1", "{}", "r[0].name: The form has no such question.; "},
        {"r[99999].n=1", "{}", "r[99999].n: The form has no such question.; "},
        {"r[-1].n=1", "{}", "r[-1].n: The form has no such question.; "},
        {"r[0].q.m=1", "{}", "r[0].q.m: The form has no such question.; "},
        {"name[0].n=1", "{}", "name[0].n: The form has no such question.; "},
        {"name-day=1", "{}", "name-day: The form has no such question.; "},
        {"born-hour=1", "{}", "born-hour: The form has no such question.; "},
        {"<b>=1", "{}", "?: The form has no such question.; "},
        {"name=a\xff", "{}", "name: This text holds characters that can't be read.; "},
        {"age=\x01", "{}", "age: This text holds characters that can't be read.; "},
        {"born-day=\xff&born-month=1&born-year=1996", "{}", "born: Write day, month and year as numbers, for example 27 3 2026.; "},
    };
    struct bench *b = *state;
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        MEM_SCOPE(ctx, NULL);
        struct form_input in = post(ctx, b, ROWS[i].posted);
        struct form_checked as = {.problems = in.problems, .n_problems = in.n_problems};
        const char *answers = form_try_text(ctx, in.answers), *problems = form_try_problems(ctx, &as);
        if (!text_same(answers, ROWS[i].answers) || !text_same(problems, ROWS[i].problems))
            fail_msg("%s\nexpected: %s %s\ngot:      %s %s", ROWS[i].posted, ROWS[i].answers,
                     ROWS[i].problems, answers, problems);
    }
}

static void only_ones_own_fields_are_taken(void **state)
{
    struct bench *b = *state;
    MEM_SCOPE(ctx, NULL);
    b->eval.parties = PARTY_EXPLOITATION;
    b->eval.compartments = COMPARTMENT_BIT(COMPARTMENT_IDENTITY);
    struct form_input in = post(ctx, b, "name=A&theirs=x&ill=y&mixed[0].x=&mixed[0].y=z&mixed[1].x=B");
    assert_int_equal(in.n_problems, 3);
    /* an empty entry keeps its place, since something that is not held may stand there */
    assert_json(ctx, in.answers, "{'mixed':[{},{'x':'B'}],'name':'A'}");
}

static void too_much_is_refused(void **state)
{
    struct bench *b = *state;
    MEM_SCOPE(ctx, NULL);
    struct form_pair *pairs = talloc_zero_array(ctx, struct form_pair, FORM_PAIRS_MAX + 1);
    for (size_t i = 0; i <= FORM_PAIRS_MAX; i++) {
        char *name = talloc_asprintf(ctx, "r[%zu].n", i % 300);
        pairs[i] = (struct form_pair){name, bytes_text("x")};
    }
    struct form_input out = {.n_problems = 77};
    const struct form_section *a = form_section_find(b->form, "a");
    BAD(ERR_LIMIT, form_input_read(ctx, b->form, a, &b->eval, pairs, FORM_PAIRS_MAX + 1, &out));
    assert_int_equal(out.n_problems, 77);
    OK(form_input_read(ctx, b->form, a, &b->eval, pairs, 300, &out));
    assert_int_equal(json_array_size(json_object_get(out.answers, "r")), FORM_ENTRIES_MAX);
    assert_int_equal(out.n_problems, 1);
    assert_string_equal(out.problems[0].path, "r");
    char *text = talloc_size(ctx, 10000000);
    memset(text, 'x', 10000000);
    pairs[0] = (struct form_pair){"name", bytes_of(text, 10000000)};
    OK(form_input_read(ctx, b->form, a, &b->eval, pairs, 1, &out));
    assert_json(ctx, out.answers, "{}");
    assert_string_equal(out.problems[0].message,
                        "This text is too long. Up to 8000 characters are possible.");
    pairs[0].value.n = 8001;
    OK(form_input_read(ctx, b->form, a, &b->eval, pairs, 1, &out));
    assert_int_equal(out.n_problems, 0);
    assert_int_equal(json_string_length(json_object_get(json_object_get(out.answers, "name"), "raw")), 8001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(fields_become_answers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_ones_own_fields_are_taken, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_much_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
