/* test_form_bad.c - bad form files: each row of the table is a mistake, and where and how it is reported.
 *
 * The survey has the headings H; a row of the table is added below them unless it brings its own.
 */
#include "form_try.h"

#define H                                                                                          \
    "type,name,label,relevant,required,constraint,calculation,default,choice_filter,read_only,"   \
    "bind::trm:party,bind::trm:compartment,bind::trm:share,bind::trm:statistic\n"
#define C                                                                                          \
    "list_name,name,label,kind\n"                                                                  \
    "l,a,A,x\n"                                                                                    \
    "l,b,B,y\n"
#define GOOD "text,good,Good,,,,,,,,,identity,,\n"

static const struct bad {
    const char *survey, *choices, *settings;
    const char *line; /* one line of what `opentrm form check` prints */
} ROWS[] = {
    /* the files */
    {"", "", TRY_SETTINGS, "survey.csv row 1 column type: the first row of the file must be the headings"},
    {H "text,\"a,A\n", "", TRY_SETTINGS, "survey.csv row 2: a quotation mark is opened and not closed"},
    {H "text,a\"b,A\n", "", TRY_SETTINGS, "survey.csv row 2: a quotation mark is opened"},
    {H "text,\xff,A,,,,,,,,,identity,,\n", "", TRY_SETTINGS, "survey.csv row 2 column name: the cell is not clean UTF-8"},
    {H "text,a,A\x01,,,,,,,,,identity,,\n", "", TRY_SETTINGS, "survey.csv row 2 column label: the cell is not clean UTF-8"},
    {"\xff\xfet\0y\0", "", TRY_SETTINGS, "survey.csv: this is not a CSV file in UTF-8"},
    {"PK\x03\x04", "", TRY_SETTINGS, "survey.csv: this is not a CSV file in UTF-8"},
    {H "text,a,A,,,,,,,,,identity,,,x\n", "", TRY_SETTINGS, "survey.csv row 2: this row has more cells than the first row"},
    {H, "", TRY_SETTINGS, "survey.csv: a form has 1 to 2000 questions"},
    /* headings */
    {"type,name,labell,bind::trm:compartment\ntext,a,A,identity\n", "", TRY_SETTINGS, "survey.csv row 2 column labell: no column has this heading; check the spelling"},
    {"type,name,label,relevence,bind::trm:compartment\ntext,a,A,1,identity\n", "", TRY_SETTINGS, "survey.csv row 2 column relevence: no column has this heading"},
    {"type,name,label::English,bind::trm:compartment\ntext,a,A,identity\n", "", TRY_SETTINGS, "survey.csv row 1 column label::English: the language needs its code in brackets"},
    {"type,name,label,label,bind::trm:compartment\ntext,a,A,A,identity\n", "", TRY_SETTINGS, "survey.csv row 1 column label: there are two columns with this heading"},
    {"type,name,label,repeat_count,bind::trm:compartment\ntext,a,A,3,identity\n", "", TRY_SETTINGS, "survey.csv row 2 column repeat_count: this column is not supported"},
    {"type,name,label,media::image,bind::trm:compartment\ntext,a,A,x.png,identity\n", "", TRY_SETTINGS, "survey.csv row 2 column media::image: this column is not supported: only texts"},
    {"type,name,label,bind::trm:compartement\ntext,a,A,identity\n", "", TRY_SETTINGS, "survey.csv row 2 column bind::trm:compartement: this column is not supported: of these only bind::trm:party"},
    {"type,name,label,,bind::trm:compartment\ntext,a,A,x,identity\n", "", TRY_SETTINGS, "survey.csv row 2: a cell in column 4 holds text, but the column has no heading"},
    /* types */
    {H "txt,a,A,,,,,,,,,identity,,\n", "", TRY_SETTINGS, "survey.csv row 2 column type: there is no type txt; the types are text, integer"},
    {H "geopoint,a,A,,,,,,,,,identity,,\n", "", TRY_SETTINGS, "survey.csv row 2 column type: the type geopoint is not supported: a place is written as text"},
    {H ",a,A,,,,,,,,,identity,,\n", "", TRY_SETTINGS, "survey.csv row 2 column type: the row says something but has no type"},
    {H "select_one,a,A,,,,,,,,,identity,,\n", C, TRY_SETTINGS, "survey.csv row 2 column type: name the list of choices: select_one LIST"},
    {H "select_one m,a,A,,,,,,,,,identity,,\n", C, TRY_SETTINGS, "survey.csv row 2 column type: there is no list m in choices.csv"},
    {H "select_one l or_other,a,A,,,,,,,,,identity,,\n", C, TRY_SETTINGS, "survey.csv row 2 column type: or_other needs a choice named other in the list l"},
    {H "select_one l or other,a,A,,,,,,,,,identity,,\n", C, TRY_SETTINGS, "survey.csv row 2 column type: there is more in the type than select_one understands"},
    {H "text long,a,A,,,,,,,,,identity,,\n", "", TRY_SETTINGS, "survey.csv row 2 column type: there is more in the type than text understands"},
    {H "begin_repeat,r,R,,,,,,,,,identity,,\nfile,f,F,,,,,,,,,,,\nend_repeat,,,,,,,,,,,,,\n", "", TRY_SETTINGS, "survey.csv row 3 column type: a file can't be asked for inside a repeat"},
    /* the tree */
    {H "begin_group,g,G,,,,,,,,,identity,,\n" GOOD, "", TRY_SETTINGS, "survey.csv row 2 column type: this group or repeat is never ended: add a row with end_group"},
    {H GOOD "end_group,,,,,,,,,,,,,\n", "", TRY_SETTINGS, "survey.csv row 3 column type: there is no open group or repeat to end here"},
    {H "begin_repeat,r,R,,,,,,,,,identity,,\n" GOOD "end_group,,,,,,,,,,,,,\n", "", TRY_SETTINGS, "survey.csv row 4 column type: this ends a group, but r of row 2, which is open, is a repeat"},
    {H "begin_group,a,A,,,,,,,,,,,\nbegin_group,b,A,,,,,,,,,,,\nbegin_group,c,A,,,,,,,,,,,\nbegin_group,d,A,,,,,,,,,,,\nbegin_group,e,A,,,,,,,,,,,\nbegin_group,f,A,,,,,,,,,,,\nbegin_group,g,A,,,,,,,,,,,\nbegin_group,h,A,,,,,,,,,,,\nbegin_group,i,A,,,,,,,,,,,\n", "", TRY_SETTINGS, "survey.csv row 10 column type: groups and repeats stand at most 8 deep"},
    {H "begin_group,form,F,,,,,,,,,identity,,\ntext,a,A,,,,,,,,,,,\nend_group,,,,,,,,,,,,,\n" GOOD, "", TRY_SETTINGS, "survey.csv row 2 column name: a group can't be named form"},
    /* names */
    {H "text,,A,,,,,,,,,identity,,\n", "", TRY_SETTINGS, "survey.csv row 2 column name: the name is missing"},
    {H "text,a-b,A,,,,,,,,,identity,,\n", "", TRY_SETTINGS, "survey.csv row 2 column name: the name is missing, or is not made of"},
    {H "text,1a,A,,,,,,,,,identity,,\n", "", TRY_SETTINGS, "survey.csv row 2 column name: the name is missing, or is not made of"},
    {H GOOD GOOD, "", TRY_SETTINGS, "survey.csv row 3 column name: the name good is used twice, here and in row 2"},
    {H GOOD "begin_repeat,r,R,,,,,,,,,identity,,\n" GOOD "end_repeat,,,,,,,,,,,,,\n", "", TRY_SETTINGS, "survey.csv row 4 column name: the name good is used twice, here and in row 2"},
    /* who and where */
    {H "text,a,A,,,,,,,,,,,\n", "", TRY_SETTINGS, "survey.csv row 2 column bind::trm:compartment: say who needs this answer: identity, circumstances"},
    {H "text,a,A,,,,,,,,,medical,,\n", "", TRY_SETTINGS, "survey.csv row 2 column bind::trm:compartment: there is no compartment medical"},
    {H "text,a,A,,,,,,,,Italy,identity,,\n", "", TRY_SETTINGS, "survey.csv row 2 column bind::trm:party: write exploitation, transit, origin, third or any"},
    {H "text,a,A,,,,,,,,,identity,no,\n", "", TRY_SETTINGS, "survey.csv row 2 column bind::trm:share: write ask or never"},
    {H "begin_group,g,G,,,,,,,,,identity,never,\ntext,a,A,,,,,,,,,,ask,\nend_group,,,,,,,,,,,,,\n", "", TRY_SETTINGS, "survey.csv row 3 column bind::trm:share: the group around it says never"},
    {H "text,a,A,,,,,,,,,identity,never,\ncalculate,c,,,,,${a},,,,,identity,,\n", "", TRY_SETTINGS, "survey.csv row 3 column bind::trm:share: c uses a, which never leaves the node; write never here too"},
    {H "note,n,N,,,,,,,,,identity,,sex\n", "", TRY_SETTINGS, "survey.csv row 2 column bind::trm:statistic: only an answer can feed a statistic"},
    /* what doesn't belong */
    {H "note,n,N,,yes,,,,,,,,,\n", "", TRY_SETTINGS, "survey.csv row 2 column required: only a question that is answered can be required; take it out"},
    {H "text,a,A,,,,1 + 1,,,,,identity,,\n", "", TRY_SETTINGS, "survey.csv row 2 column calculation: only the type calculate has a calculation"},
    {H "calculate,a,A,,,,,,,,,identity,,\n", "", TRY_SETTINGS, "survey.csv row 2 column calculation: a calculate needs its calculation"},
    {H "text,a,A,,,,,,kind = 'x',,,identity,,\n", "", TRY_SETTINGS, "survey.csv row 2 column choice_filter: only select_one and select_multiple"},
    {H "text,a,A,,,,,,,maybe,,identity,,\n", "", TRY_SETTINGS, "survey.csv row 2 column read_only: write yes or leave it empty"},
    {H "integer,a,A,,,,,many,,,,identity,,\n", "", TRY_SETTINGS, "survey.csv row 2 column default: this is no answer to a integer question"},
    {H "date,a,A,,,,,2026-02-31,,,,identity,,\n", "", TRY_SETTINGS, "survey.csv row 2 column default: this is no answer to a date question"},
    {H "select_one l,a,A,,,,,c,,,,identity,,\n", C, TRY_SETTINGS, "survey.csv row 2 column default: this is no answer to a select_one question"},
    {H "text,a,Dear ${good},,,,,,,,,identity,,\n" GOOD, "", TRY_SETTINGS, "survey.csv row 2 column label: a text can't hold the answer to a question: take out ${...}"},
    /* expressions: the sentences have tests of their own */
    {H "text,a,A,${b} = 1,,,,,,,,identity,,\n", "", TRY_SETTINGS, "survey.csv row 2 column relevant: there is no question ${b}"},
    {H "text,a,A,,${b},,,,,,,identity,,\n", "", TRY_SETTINGS, "survey.csv row 2 column required: there is no question ${b}"},
    {H "text,a,A,,,. >,,,,,,identity,,\n", "", TRY_SETTINGS, "survey.csv row 2 column constraint: the expression ends too early"},
    {H "select_one l,a,A,,,,,,sort = 'x',,,identity,,\n", C, TRY_SETTINGS, "survey.csv row 2 column choice_filter: the list l has no column sort"},
    /* circles */
    {H "calculate,a,,,,,${b} + 1,,,,,identity,,\ncalculate,b,,,,,${a} + 1,,,,,identity,,\n", "", TRY_SETTINGS, "these depend on one another in a circle: a -> b -> a;"},
    {H "text,a,A,${a} = '',,,,,,,,identity,,\n", "", TRY_SETTINGS, "survey.csv row 2 column relevant: these depend on one another in a circle: a -> a;"},
    {H "text,a,A,${c} = 'x',,,,,,,,identity,,\ntext,b,B,${a} = 'x',,,,,,,,identity,,\ncalculate,c,,,,,${b},,,,,identity,,\n", "", TRY_SETTINGS, "in a circle: a -> c -> b -> a;"},
    {H "begin_group,g,G,${a} = 'x',,,,,,,,identity,,\ntext,a,A,,,,,,,,,,,\nend_group,,,,,,,,,,,,,\n", "", TRY_SETTINGS, "survey.csv row 2 column relevant: these depend on one another in a circle: g -> a -> g;"},
    /* choices */
    {H "select_one l,a,A,,,,,,,,,identity,,\n", C "l,a,Again,\n", TRY_SETTINGS, "choices.csv row 4 column name: the list has this choice already: a"},
    {H "select_one l,a,A,,,,,,,,,identity,,\n", C "l,two words,Again,\n", TRY_SETTINGS, "choices.csv row 4 column name: the choice needs a name of letters"},
    {H "select_one l,a,A,,,,,,,,,identity,,\n", C ",c,C,\n", TRY_SETTINGS, "choices.csv row 4 column list_name: the name of the list is missing"},
    {H "select_one l,a,A,,,,,,,,,identity,,\n", "list name,name,label\nl,a,A\n", TRY_SETTINGS, "choices.csv row 2 column list name: this column is not supported: the heading is spelled list_name"},
    /* settings */
    {H GOOD, "", "", "settings.csv row 2 column form_id: the form needs a name"},
    {H GOOD, "", "form_id,version\nmy form,1\n", "settings.csv row 2 column form_id: the form needs a name"},
    {H GOOD, "", "form_id\nf\n", "settings.csv row 2 column version: the form needs a version"},
    {H GOOD, "", "form_id,version\nf,1\ng,2\n", "settings.csv row 3: there is one row of settings"},
    {H GOOD, "", "form_id,version,default_language\nf,1,French (fr)\n", "settings.csv row 2 column default_language: no label of the form is in this language"},
    {H GOOD, "", "form_id,version,public_key\nf,1,x\n", "settings.csv row 2 column public_key: this column is not supported"},
};

static void each_mistake_is_found_where_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        MEM_SCOPE(ctx, NULL);
        const struct bad *row = &ROWS[i];
        const struct form *form = NULL;
        struct form_problems problems;
        const char *text;
        struct bytes survey = bytes_text(row->survey);
        if (row->survey[0] == '\xff') survey.n = 6;
        struct form_source source = {survey, bytes_text(row->choices), bytes_text(row->settings)};
        form_problems_init(&problems, ctx);
        BAD(ERR_INPUT, form_load(ctx, source, &problems, &form));
        assert_null(form);
        OK(form_problems_show(ctx, &problems, &text));
        if (strstr(text, row->line) == NULL)
            fail_msg("row %zu of the table\nexpected: %s\ngot: %s", i, row->line, text);
        if (!text_valid_utf8(bytes_text(text))) fail_msg("row %zu: not UTF-8: %s", i, text);
    }
}

static void all_mistakes_are_told_at_once(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    const struct form *form = NULL;
    struct form_problems problems;
    struct form_source source = {bytes_text(H "txt,a,A,,,,,,,,,identity,,\n"
                                              "text,b c,B,,,,,,,,,identity,,\n"
                                              "select_one m,d,D,,,,,,,,,identity,perhaps,\n"),
                                 bytes_text("list_name,name,label\nl,x y,X\n"), bytes_text("")};
    form_problems_init(&problems, ctx);
    BAD(ERR_INPUT, form_load(ctx, source, &problems, &form));
    assert_int_equal(problems.errors, 7);
}

static void too_many_mistakes_end_with_a_word(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    const struct form *form = NULL;
    struct form_problems problems;
    char *survey = talloc_strdup(ctx, H);
    for (size_t i = 0; i < 300; i++) survey = talloc_asprintf_append(survey, "txt,a%zu,A\n", i);
    form_problems_init(&problems, ctx);
    BAD(ERR_INPUT, form_load(ctx, form_try_source(survey, ""), &problems, &form));
    assert_int_equal(problems.errors, 301); /* and it has no question */
    assert_int_equal(problems.n, FORM_PROBLEMS_MAX);
    assert_string_equal(problems.at[problems.n - 1].message, "there are more problems; mend these first");
}

static void limits_hold(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    const struct form *form = NULL;
    struct form_problems problems;
    const char *text;
    /* a file, a cell, rows, columns, items, an expression */
    char *big = talloc_size(ctx, FORM_FILE_MAX + 2);
    memset(big, 'x', FORM_FILE_MAX + 1);
    form_problems_init(&problems, ctx);
    struct form_source source = {bytes_of(big, FORM_FILE_MAX + 1), {0}, bytes_text(TRY_SETTINGS)};
    BAD(ERR_INPUT, form_load(ctx, source, &problems, &form));
    OK(form_problems_show(ctx, &problems, &text));
    assert_non_null(strstr(text, "survey.csv: the file is larger than 4194304 bytes"));

    char *cell = talloc_asprintf(ctx, H "text,a,%.9000s,,,,,,,,,identity,,\n", big);
    source.survey = bytes_text(cell);
    form_problems_init(&problems, ctx);
    BAD(ERR_INPUT, form_load(ctx, source, &problems, &form));
    OK(form_problems_show(ctx, &problems, &text));
    assert_non_null(strstr(text, "survey.csv row 2 column label: the cell holds 9000 bytes; at most 8192"));

    char *rows = talloc_strdup(ctx, H);
    for (size_t i = 0; i < FORM_ROWS_MAX + 1; i++)
        rows = talloc_asprintf_append_buffer(rows, "note,,n,,,,,,,,,,,\n");
    source.survey = bytes_text(rows);
    form_problems_init(&problems, ctx);
    BAD(ERR_INPUT, form_load(ctx, source, &problems, &form));
    OK(form_problems_show(ctx, &problems, &text));
    assert_non_null(strstr(text, "survey.csv row 5002: the file has more than 5000 rows or 200 columns"));

    rows[strlen(H) + 2500 * strlen("note,,n,,,,,,,,,,,\n")] = '\0';
    source.survey = bytes_text(rows);
    form_problems_init(&problems, ctx);
    BAD(ERR_INPUT, form_load(ctx, source, &problems, &form));
    OK(form_problems_show(ctx, &problems, &text));
    assert_non_null(strstr(text, "survey.csv: a form has 1 to 2000 questions"));

    char *commas = talloc_size(ctx, 300);
    memset(commas, ',', 299);
    commas[299] = '\0';
    source.survey = bytes_text(commas);
    form_problems_init(&problems, ctx);
    BAD(ERR_INPUT, form_load(ctx, source, &problems, &form));
    OK(form_problems_show(ctx, &problems, &text));
    assert_non_null(strstr(text, "more than 5000 rows or 200 columns"));

    char *expression = talloc_asprintf(ctx, H "text,a,A,'%.2100s' = '',,,,,,,,identity,,\n", big);
    source.survey = bytes_text(expression);
    form_problems_init(&problems, ctx);
    BAD(ERR_INPUT, form_load(ctx, source, &problems, &form));
    OK(form_problems_show(ctx, &problems, &text));
    assert_non_null(strstr(text, "column relevant: the expression is longer than 2048 bytes"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_mistake_is_found_where_it_is),
        cmocka_unit_test(all_mistakes_are_told_at_once),
        cmocka_unit_test(too_many_mistakes_end_with_a_word),
        cmocka_unit_test(limits_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
