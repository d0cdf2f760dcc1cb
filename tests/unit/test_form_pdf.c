/* test_form_pdf.c - forms on paper: what was answered, and empty ones to be written on. */
#include "cm.h"

#include "base/locale.h"
#include "form/answers.h"
#include "form/split.h"
#include "pdf.h"
#include "print/form_pdf.h"

static const msec CREATED = 1795500000000;

static const char SURVEY[] = "type,name,label::English (en),label::Shqip "
                             "(sq),appearance,bind::trm:party,bind::trm:compartment,calculation\n"
                             "note,hello,Read this first,,,,,\n"
                             "begin_group,person,The person,Personi,,,,\n"
                             "text,name,Name,Emri,,exploitation,identity,\n"
                             "select_one sex or_other,sex,Sex,Gjinia,,exploitation,identity,\n"
                             "select_one long,country,Country,Shteti,,exploitation,identity,\n"
                             "date,born,Born on,Datëlindja,,exploitation,identity,\n"
                             "calculate,secret_sum,,,,exploitation,identity,1 + 1\n"
                             "end_group,,,,,,,\n"
                             "begin_group,body,Health,Shëndeti,,,,\n"
                             "text,illness,Illness,,multiline,exploitation,health,\n"
                             "select_multiple help,many,Help,,,exploitation,health,\n"
                             "acknowledge,told,The person was told,,,exploitation,health,\n"
                             "file,scan,Paper,,,exploitation,health,\n"
                             "end_group,,,,,,,\n"
                             "begin_repeat,child,Child,Fëmija,,exploitation,identity,\n"
                             "text,child_name,Name of the child,,,exploitation,identity,\n"
                             "dateTime,seen,Last seen,,,exploitation,identity,\n"
                             "end_repeat,,,,,,,\n"
                             "begin_group,after,After the return,,,,,\n"
                             "text,visit,Visit,,,origin,identity,\n"
                             "end_group,,,,,,,\n";

static struct form_pdf what_make(mem *ctx, const struct form *form, const char *language)
{
    struct form_reading *reading = mem_new(ctx, struct form_reading);
    struct locale *locale;
    *reading = form_reading_of(form, language);
    OK(locale_open(ctx, language, "Europe/Rome", &locale));
    return (struct form_pdf){.form = form,
                             .reading = reading,
                             .language = language,
                             .locale = locale,
                             .handling = "confidential",
                             .case_code = "IT-26-K7QF",
                             .created = CREATED,
                             .parties = PARTY_ANY,
                             .compartments = COMPARTMENT_ALL};
}

static const struct form *form_make(mem *ctx)
{
    struct buf choices;
    struct bytes list;
    buf_init(&choices, ctx, 10000);
    buf_add_text(&choices, "list_name,name,label::English (en),label::Shqip (sq)\n"
                           "sex,f,Female,Femër\nsex,m,Male,Mashkull\nsex,other,Other,Tjetër\nhelp,"
                           "a,Shelter,\nhelp,b,Lawyer,\n");
    for (int i = 0; i < 40; i++) buf_addf(&choices, "long,c%d,Land %d,\n", i, i);
    OK(buf_done(&choices, &list));
    struct form_problems problems;
    form_problems_init(&problems, ctx);
    const struct form *form = NULL;
    err e = form_load(
        ctx,
        (struct form_source){bytes_text(SURVEY), list,
                             bytes_text("form_id,form_title,version\nsmall,Small form,1\n")},
        &problems, &form);
    for (size_t i = 0; i < problems.n; i++)
        if (!problems.at[i].warning)
            print_error("%s:%d %s: %s\n", problems.at[i].file, problems.at[i].row,
                        problems.at[i].column, problems.at[i].message);
    OK(e);
    return form;
}

static const char *filled(mem *ctx, const struct form_pdf *what, const char *answers)
{
    JSON_SCOPE(value) = NULL;
    OK(json_read(bytes_text(answers), 1 << 20, &value));
    struct bytes pdf;
    OK(form_pdf_filled(ctx, what, value, &pdf));
    return squeeze(ctx, ask(ctx, pdf, "pdfinfo", "-struct-text"));
}

static const char *empty(mem *ctx, const struct form_pdf *what)
{
    struct bytes pdf;
    OK(form_pdf_empty(ctx, what, &pdf));
    return squeeze(ctx, ask(ctx, pdf, "pdftotext", "-raw"));
}

static void assert_lacks(const char *text, const char *piece)
{
    if (strstr(text, piece) != NULL)
        fail_msg("\"%s\" is in:\n%s", piece == NULL ? "" : piece, text == NULL ? "" : text);
}

static int start(void **state)
{
    (void)state;
    OK(print_start());
    return 0;
}

static void only_given_answers_are_printed(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct form_pdf what = what_make(ctx, form_make(ctx), "sq");
    what.facts = (struct form_pdf_fact[]){{"Nga", "Examplia"}};
    what.n_facts = 1;
    const char *text =
        filled(ctx, &what,
               "{\"name\":\"Zamira\",\"sex\":\"f\",\"born\":\"1999-04-17\",\"secret_sum\":\"2\","
               "\"child\":[{\"child_name\":\"Era\",\"seen\":\"2026-11-24T05:57\"},{},"
               "{\"child_name\":\"Agim\"}]}");
    assert_holds(text, "H1 (block) \"Small form\"");
    assert_holds(text, "TH P (block) \"Nga\" TD P (block) \"Examplia\"");
    assert_holds(text, "H2 (block) \"Personi\"");
    assert_holds(text, "TH P (block) \"Emri\" TD P (block) \"Zamira\"");
    assert_holds(text, "TH P (block) \"Gjinia\" TD P (block) \"Femër\"");
    assert_holds(text, "TD P (block) \"17 prill 1999\"");
    assert_holds(text, "(block) \"Fëmija 1\"");
    assert_holds(text, "(block) \"Fëmija 3\"");
    assert_holds(text, "24 nëntor 2026, 05:57");
    assert_lacks(text, "Fëmija 2");
    assert_lacks(text, "Shteti");
    assert_lacks(text, "Health");
    assert_lacks(text, "secret_sum");
    assert_lacks(text, "Read this first");
}

static void what_was_not_understood_is_printed_as_typed(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct form_pdf what = what_make(ctx, form_make(ctx), "en");
    const char *text = filled(ctx, &what, "{\"born\":{\"raw\":\"last spring\"}}");
    assert_holds(text, "last spring");
    assert_holds(text, "(as it was typed; not understood)");
}

static void several_choices_are_a_list(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct form_pdf what = what_make(ctx, form_make(ctx), "en");
    const char *text = filled(ctx, &what, "{\"many\":[\"a\",\"b\"]}");
    assert_holds(text,
                 "L (block) LI (block) \"\u2022\u2002Shelter\" LI (block) \"\u2022\u2002Lawyer\"");
}

static void empty_form_asks_everything_of_one_party(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct form_pdf what = what_make(ctx, form_make(ctx), "en");
    what.parties = PARTY_EXPLOITATION;
    const char *text = empty(ctx, &what);
    static const char *const THERE[] = {
        "Read this first", "The person", "Name",    "Sex",
        "Female",          "Male",       "Country", "Born on",
        "day month year",  "Health",     "Illness", "The person was told",
        "Paper",           "Attached",   "Child 1", "Child 3",
        "hour minute"};
    static const char *const ABSENT[] = {"Land 3", "secret_sum", "After the return", "Visit",
                                         "Child 4"};
    for (size_t i = 0; i < COUNT_OF(THERE); i++) assert_holds(text, THERE[i]);
    for (size_t i = 0; i < COUNT_OF(ABSENT); i++) assert_lacks(text, ABSENT[i]);
    what.parties = PARTY_ORIGIN;
    text = empty(ctx, &what);
    assert_holds(text, "After the return");
    assert_lacks(text, "Illness");
    what.parties = PARTY_ANY;
    what.compartments = COMPARTMENT_BIT(COMPARTMENT_HEALTH);
    text = empty(ctx, &what);
    assert_holds(text, "Illness");
    assert_lacks(text, "Born on");
    assert_lacks(text, "Female");
}

/* The whole Annex I with the demo's answers: each compartment on a paper of its own. */
static void annex_one_by_compartment(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct form_source source;
    struct form_problems problems;
    const struct form *form;
    struct bytes file;
    form_problems_init(&problems, ctx);
    OK(form_source_read(ctx, SOURCE_ROOT "/data/forms/annex-i", &source));
    OK(form_load(ctx, source, &problems, &form));
    OK(file_read(ctx, SOURCE_ROOT "/data/demo/case-adult.json", 1 << 20, &file));
    JSON_SCOPE(answers) = NULL;
    OK(json_read(file, 1 << 20, &answers));
    const char *name;
    OK(json_get_text(answers, "person_name", &name));
    struct form_parts parts;
    OK(form_split(ctx, form, answers, &parts));
    size_t papers = 0;
    struct form_pdf what = what_make(ctx, form, "sq");
    for (unsigned c = 0; c < COMPARTMENTS; c++) {
        if (parts.at[c] == NULL) continue;
        struct bytes pdf;
        OK(form_pdf_filled(ctx, &what, parts.at[c], &pdf));
        const char *text = ask(ctx, pdf, "pdftotext", "");
        assert_int_equal(strstr(text, name) != NULL, c == COMPARTMENT_IDENTITY);
        assert_holds(text, "Confidential");
        papers++;
    }
    assert_true(papers >= 3);
    for (unsigned party = PARTY_EXPLOITATION; party <= PARTY_ORIGIN; party <<= 2) {
        struct bytes pdf;
        what.parties = party;
        OK(form_pdf_empty(ctx, &what, &pdf));
        const char *text = squeeze(ctx, ask(ctx, pdf, "pdftotext", "-raw"));
        assert_int_equal(strstr(text, "1.1 Të dhëna personale") != NULL,
                         party == PARTY_EXPLOITATION);
    }
}

static void bad_answers_are_refused(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct form_pdf what = what_make(ctx, form_make(ctx), "en");
    JSON_SCOPE(list) = json_array();
    struct bytes pdf;
    BAD(ERR_INPUT, form_pdf_filled(ctx, &what, list, &pdf));
    what.language = NULL;
    JSON_SCOPE(none) = json_object();
    BAD(ERR_INPUT, form_pdf_filled(ctx, &what, none, &pdf));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_given_answers_are_printed),
        cmocka_unit_test(what_was_not_understood_is_printed_as_typed),
        cmocka_unit_test(several_choices_are_a_list),
        cmocka_unit_test(empty_form_asks_everything_of_one_party),
        cmocka_unit_test(annex_one_by_compartment),
        cmocka_unit_test(bad_answers_are_refused),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
