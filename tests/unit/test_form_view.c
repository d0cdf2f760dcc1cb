/* test_form_view.c - the fields of a section, and answers as one reads them. */
#include "form_try.h"

#include "form/view.h"

static const char SURVEY[] =
    "type,name,label::English (en),label::Shqip (sq),hint::English (en),required,relevant,calculation,"
    "default,choice_filter,bind::trm:party,bind::trm:compartment\n"
    "begin_group,a,A,A,,,,,,,exploitation,identity\n"
    "note,hello,Hello,Tungjeta,,,,,,,,\n"
    "text,name,Name,Emri,As said,yes,,,,,,\n"
    "select_one yn,kids,Kids?,,,,,,,,,\n"
    "integer,how_many,How many,,,,${kids} = 'yes',,,,,\n"
    "calculate,adult,,,,,,${age} >= 18,,,,\n"
    "text,school,School,,,,${adult} = false(),,,,,\n"
    "text,job,Job,,,,${age} >= 18,,,,,\n"
    "text,ill,Ill,,,,,,,,,health\n"
    "text,theirs,Theirs,,,,,,,,origin,\n"
    "begin_group,inner,Inner,,,,,,,,,\n"
    "date,born,Born,,,,,,,,,\n"
    "select_multiple yn,both,Both,,,,,,,,,\n"
    "acknowledge,told,Told,,,,,,,,,\n"
    "select_one town,town,Town,,,,,,,of = ${kids},,\n"
    "end_group,,,,,,,,,,,\n"
    "begin_repeat,r,Entries,,,,,,,,,\n"
    "text,n,N,,,,,,,,,\n"
    "text,why,Why,,,,${n} != '',,x,,,\n"
    "end_repeat,,,,,,,,,,,\n"
    "end_group,,,,,,,,,,,\n"
    "begin_group,b,Other page,,,,,,,,exploitation,identity\n"
    "integer,age,Age,,,,,,,,,\n"
    "calculate,shown,Shown,,,,,${age} + 1,,,,\n"
    "decimal,weight,Weight,,,,,,,,,\n"
    "select_one town,home,Home,,,,,,,of = ${kids},,\n"
    "end_group,,,,,,,,,,,\n";
static const char CHOICES[] = "list_name,name,label::English (en),of\nyn,yes,Yes,\nyn,no,No,\n"
                              "town,roma,Roma,yes\ntown,tirana,Tirana,no\n";

struct bench {
    const struct form *form;
    struct form_eval eval;
};

static int set_up(void **state)
{
    struct bench *b = talloc_zero(NULL, struct bench);
    b->form = form_try_load(b, SURVEY, CHOICES);
    b->eval = FORM_EVAL_ALL(TRY_NOW);
    b->eval.parties = PARTY_EXPLOITATION;
    *state = b;
    return 0;
}

static int tear_down(void **state) { return talloc_free(*state); }

static struct form_fields view(mem *ctx, const struct bench *b, const char *section,
                               const char *answers, const struct form_view_options *options)
{
    struct form_reading reading = form_reading_of(b->form, "sq");
    struct form_fields out;
    OK(form_view(ctx, b->form, form_section_find(b->form, section), form_try_json(ctx, answers),
                 &b->eval, &reading, options, &out));
    return out;
}

/* All fields: path, with what they are around it. */
static const char *outline(mem *ctx, const struct form_fields *f)
{
    static const char *const KINDS[] = {"(", ")", "[", "{", "}", "]", "~", ""};
    char *text = talloc_strdup(ctx, "");
    for (size_t i = 0; i < f->n; i++)
        text = talloc_asprintf_append(text, "%s%s%s ", KINDS[f->at[i].kind], f->at[i].path,
                                      f->at[i].asked ? "" : "?");
    return text;
}

static const struct form_field *field(const struct form_fields *f, const char *path)
{
    for (size_t i = 0; i < f->n; i++)
        if (text_same(f->at[i].path, path)) return &f->at[i];
    fail_msg("no field %s", path);
    return NULL;
}

static void a_page_has_what_can_be_answered_on_it(void **state)
{
    struct bench *b = *state;
    MEM_SCOPE(ctx, NULL);
    struct form_fields f = view(ctx, b, "a", "{}", NULL);
    /* how_many depends on this page; school and job on another, where nothing is answered */
    assert_string_equal(outline(ctx, &f),
                        "~hello name kids how_many? school ill (inner born both told town )inner [r ]r ");
    f = view(ctx, b, "a", "{'age': 30, 'kids': 'yes', 'r': [{'n': 'x'}, {}]}", NULL);
    assert_string_equal(outline(ctx, &f),
                        "~hello name kids how_many job ill (inner born both told town )inner [r {r[0] "
                        "r[0].n r[0].why }r[0] {r[1] r[1].n r[1].why? }r[1] ]r ");
    b->eval.compartments = COMPARTMENT_BIT(COMPARTMENT_IDENTITY);
    f = view(ctx, b, "a", "{'age': 30}", NULL);
    assert_true(f.withheld);
    assert_string_equal(outline(ctx, &f),
                        "~hello name kids how_many? job (inner born both told town )inner [r ]r ");
    b->eval.parties = PARTY_ORIGIN;
    f = view(ctx, b, "a", "{}", NULL);
    assert_string_equal(outline(ctx, &f), "theirs ");
}

static void fields_know_their_condition(void **state)
{
    struct bench *b = *state;
    MEM_SCOPE(ctx, NULL);
    struct form_fields f = view(ctx, b, "a", "{'age': 30, 'r': [{}]}", NULL);
    const struct form_field *how = field(&f, "how_many");
    assert_string_equal(how->relevant, "${kids} = 'yes'");
    assert_string_equal(how->when_item->name, "kids");
    assert_string_equal(how->when_choice, "yes");
    assert_json(ctx, how->known, "{}");
    assert_null(field(&f, "job")->relevant);
    assert_string_equal(field(&f, "r[0].why")->relevant, "${n} != ''");
    assert_null(field(&f, "r[0].why")->when_item);
}

static void what_a_condition_needs_from_elsewhere_is_known(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct bench b = {.eval = FORM_EVAL_ALL(TRY_NOW)};
    b.form = form_try_load(ctx,
                           "type,name,label,relevant,calculation,bind::trm:compartment\n"
                           "begin_group,p,P,,,identity\n"
                           "text,here,H,,,\n"
                           "calculate,sum,,,${here} + 1,\n"
                           "text,x,X,${here} != ${there} or ${far} = ${many} or ${sum} = 2,,\n"
                           "begin_repeat,mixed,M,,,\n"
                           "text,m,M,,,\n"
                           "text,w,W,,,health\n"
                           "end_repeat,,,,,\n"
                           "end_group,,,,,\n"
                           "begin_group,q,Q,,,identity\n"
                           "decimal,there,T,,,\n"
                           "text,far,F,,,health\n"
                           "select_multiple l,many,M,,,\n"
                           "end_group,,,,,\n",
                           "list_name,name,label\nl,a,A\nl,b,B\n");
    const char *answers = "{'here': '1', 'there': 1.5, 'far': 'secret', 'many': ['a', 'b']}";
    struct form_fields f = view(ctx, &b, "p", answers, NULL);
    assert_json(ctx, field(&f, "x")->known, "{'far':'secret','many':'a b','sum':'2','there':'1.5'}");
    assert_false(field(&f, "mixed")->keep_all);
    b.eval.compartments = COMPARTMENT_BIT(COMPARTMENT_IDENTITY);
    f = view(ctx, &b, "p", answers, NULL);
    assert_json(ctx, field(&f, "x")->known, "{'far':'','many':'a b','sum':'2','there':'1.5'}");
    assert_true(field(&f, "mixed")->keep_all);
}

static void values_and_choices_stand_in_the_fields(void **state)
{
    struct bench *b = *state;
    MEM_SCOPE(ctx, NULL);
    struct form_fields f = view(ctx, b, "a",
                                "{'name': 'Ana', 'kids': 'no', 'born': '1996-01-02', 'both': ['yes'],"
                                " 'told': 'OK'}",
                                NULL);
    const struct form_field *name = field(&f, "name");
    assert_string_equal(name->value, "Ana");
    assert_string_equal(name->label.text, "Emri");
    assert_string_equal(name->hint.text, "As said");
    assert_string_equal(name->hint.language, "en");
    assert_false(name->hint.wanted);
    assert_true(name->required);
    assert_false(field(&f, "kids")->required);
    const struct form_field *born = field(&f, "born");
    assert_string_equal(born->day, "2");
    assert_string_equal(born->month, "1");
    assert_string_equal(born->year, "1996");
    const struct form_field *both = field(&f, "both");
    assert_int_equal(both->n_options, 2);
    assert_true(both->options[0].chosen);
    assert_false(both->options[1].chosen);
    assert_string_equal(both->options[1].label.text, "No");
    assert_true(field(&f, "told")->ticked);
    assert_int_equal(field(&f, "town")->n_options, 1);
    assert_string_equal(field(&f, "town")->options[0].choice->name, "tirana");
    f = view(ctx, b, "b", "{'age': 30, 'weight': 60.5}", NULL);
    assert_string_equal(field(&f, "shown")->value, "31");
    assert_true(field(&f, "shown")->read_only);
    assert_string_equal(field(&f, "weight")->value, "60.5");
    /* a filter whose answer stands on another page leaves what it leaves */
    assert_int_equal(field(&f, "home")->n_options, 0);
    /* a filter whose answer is not yet given on this page leaves all */
    f = view(ctx, b, "a", "{}", NULL);
    assert_int_equal(field(&f, "town")->n_options, 2);
}

static void what_was_not_understood_is_shown_again(void **state)
{
    struct bench *b = *state;
    MEM_SCOPE(ctx, NULL);
    struct form_reading reading = form_reading_of(b->form, "en");
    struct form_checked c;
    OK(form_answers_check(ctx, b->form,
                          form_try_json(ctx, "{'born': {'raw': {'day': '31', 'month': '2', 'year': '2026'}},"
                                             "'kids': 'yes', 'how_many': {'raw': 'two'}, 'r': [{'n': {'raw': 'x'}}]}"),
                          &b->eval, &reading, &c));
    struct form_view_options options = {.problems = c.problems, .n_problems = c.n_problems};
    struct form_fields f;
    OK(form_view(ctx, b->form, form_section_find(b->form, "a"), c.answers, &b->eval, &reading,
                 &options, &f));
    assert_string_equal(field(&f, "born")->day, "31");
    assert_string_equal(field(&f, "born")->problem->message, "There is no such day in the calendar.");
    assert_string_equal(field(&f, "how_many")->value, "two");
    assert_non_null(field(&f, "how_many")->problem);
    assert_string_equal(field(&f, "name")->problem->message, "An answer is needed here.");
    assert_null(field(&f, "kids")->problem);
}

static void an_entry_is_added_with_its_defaults(void **state)
{
    struct bench *b = *state;
    MEM_SCOPE(ctx, NULL);
    struct form_view_options options = {.add_entry = "r"};
    struct form_fields f = view(ctx, b, "a", "{'r': [{'n': 'x'}]}", &options);
    assert_string_equal(field(&f, "r[1].why")->value, "x");
    assert_string_equal(field(&f, "r[1].n")->value, "");
    assert_false(field(&f, "r")->full);
    json_t *full = form_try_json(ctx, "{'r': []}");
    for (int i = 0; i < FORM_ENTRIES_MAX; i++) OK(json_add(json_object_get(full, "r"), json_object()));
    struct form_reading reading = form_reading_of(b->form, "sq");
    OK(form_view(ctx, b->form, form_section_find(b->form, "a"), full, &b->eval, &reading, &options, &f));
    assert_true(field(&f, "r")->full);
    for (size_t i = 0; i < f.n; i++) assert_string_not_equal(f.at[i].path, "r[100]");
    assert_int_equal(json_array_size(json_object_get(full, "r")), FORM_ENTRIES_MAX);
}

static void answers_are_listed_for_reading(void **state)
{
    struct bench *b = *state;
    MEM_SCOPE(ctx, NULL);
    struct form_reading reading = form_reading_of(b->form, "sq");
    struct form_rows rows;
    OK(form_rows_of(ctx, b->form,
                    form_try_json(ctx, "{'name': 'Ana', 'both': ['yes', 'no'], 'born': {'raw': {'day': '31',"
                                       "'month': '2'}}, 'r': [{}, {'n': 'x'}], 'adult': true}"),
                    &reading, &rows));
    char *text = talloc_strdup(ctx, "");
    for (size_t i = 0; i < rows.n; i++) {
        const struct form_row *row = &rows.at[i];
        text = talloc_asprintf_append(text, "%d%u %s (%s)", (int)row->kind, row->depth, row->path, row->label.text);
        for (size_t k = 0; k < row->n_values; k++)
            text = talloc_asprintf_append(text, " =%s", row->value[k].text);
        text = talloc_asprintf_append(text, "%s\n", row->raw ? " raw" : "");
    }
    assert_string_equal(text, "00 a (A)\n"
                              "31 name (Emri) =Ana\n"
                              "31 adult (adult) =true\n"
                              "11 inner (Inner)\n"
                              "32 born (Born) =31 2 raw\n"
                              "32 both (Both) =Yes =No\n"
                              "21 r[1] (Entries)\n"
                              "32 r[1].n (N) =x\n");
    assert_int_equal(rows.at[6].number, 2);
    OK(form_rows_of(ctx, b->form, form_try_json(ctx, "{}"), &reading, &rows));
    assert_int_equal(rows.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_page_has_what_can_be_answered_on_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(fields_know_their_condition, set_up, tear_down),
        cmocka_unit_test(what_a_condition_needs_from_elsewhere_is_known),
        cmocka_unit_test_setup_teardown(values_and_choices_stand_in_the_fields, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_not_understood_is_shown_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_entry_is_added_with_its_defaults, set_up, tear_down),
        cmocka_unit_test_setup_teardown(answers_are_listed_for_reading, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
