/* test_form_definition.c - forms from CSV: what loads, how it is understood, labels and languages. */
#include "form_try.h"

#include "form/expression.h"

static const char SURVEY[] =
    "type,name,label::English (en),label::Shqip (sq),hint::English (en),required,relevant,"
    "bind::trm:party,bind::trm:compartment,bind::trm:share,bind::trm:statistic,#remark\n"
    "begin_group,who,Who,Kush,,,,exploitation,identity,,,\n"
    "text,name,Name,Emri,As the person says it,yes,,,,,,\n"
    "select_one sex or_other,sex,Sex,Gjinia,,,,,,never,sex,asked twice\n"
    "begin_repeat,children,Children,,,,,,,,,\n"
    "text,child_name,Name of the child,,,yes,,,,,,\n"
    "end_repeat,,,,,,,,,,,\n"
    "end group,,,,,,,,,,,\n"
    "\n"
    "note,thanks,Thank you,Faleminderit,,,,,,,,\n"
    "select_multiple need,needs,Needs,,,,,origin third,health,,,\n";
static const char CHOICES[] = "list_name,name,label::English (en),label::Shqip (sq),kind\n"
                              "sex,female,Female,Femër,\n"
                              "sex,other,Other,Tjetër,\n"
                              "need,bed,A bed,,basic\n"
                              "need,doctor,A doctor,,health\n"
                              "spare,x,X,X,\n";

static void a_form_loads_as_a_tree(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    const struct form *form = form_try_load(ctx, SURVEY, CHOICES);
    assert_int_equal(form->n_items, 8);
    const struct form_item *who = form_item_find(form, NULL, "who");
    assert_int_equal(who->type, FORM_GROUP);
    assert_int_equal(who->below, 5);
    assert_string_equal(who->child->name, "name");
    assert_string_equal(who->next->name, "thanks");
    assert_null(who->next->next->next);
    const struct form_item *child = form_item_at(form, "children[3].child_name");
    assert_non_null(child);
    assert_string_equal(child->scope->name, "children");
    assert_null(form_item_find(form, NULL, "child_name"));
    assert_null(form_item_at(form, "children.child_name"));
    assert_null(form_item_at(form, "children[3]x"));
    assert_null(form_item_at(form, "name[0].child_name"));
    assert_int_equal(child->depth, 2);
    assert_int_equal(child->row, 6);
    /* the empty line counts, as it does in a spreadsheet */
    assert_int_equal(form_item_find(form, NULL, "thanks")->row, 10);
}

static void questions_take_from_their_group(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    const struct form *form = form_try_load(ctx, SURVEY, CHOICES);
    const struct form_item *name = form_item_find(form, NULL, "name");
    assert_int_equal(name->parties, PARTY_EXPLOITATION);
    assert_int_equal(name->compartment, COMPARTMENT_IDENTITY);
    assert_int_equal(name->share, FORM_SHARE_ASK);
    const struct form_item *sex = form_item_find(form, NULL, "sex");
    assert_int_equal(sex->share, FORM_SHARE_NEVER);
    assert_string_equal(sex->statistic, "sex");
    const struct form_item *needs = form_item_find(form, NULL, "needs");
    assert_int_equal(needs->parties, PARTY_ORIGIN | PARTY_THIRD);
    assert_int_equal(form_item_find(form, NULL, "who")->compartments,
                     COMPARTMENT_BIT(COMPARTMENT_IDENTITY));
    assert_int_equal(form->n_sections, 2);
    assert_string_equal(form->sections[0].name, "who");
    assert_string_equal(form->sections[1].name, "form");
    assert_int_equal(form->sections[1].compartments, COMPARTMENT_BIT(COMPARTMENT_HEALTH));
    assert_ptr_equal(needs->section, &form->sections[1]);
}

static void what_never_leaves_holds_for_all_inside(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    const struct form *form = form_try_load(ctx,
                                            "type,name,label,bind::trm:compartment,bind::trm:share\n"
                                            "begin_group,g,G,health,never\n"
                                            "begin_group,h,H,,\n"
                                            "text,a,A,,\n"
                                            "end_group,,,,\n"
                                            "end_group,,,,\n"
                                            "text,b,B,health,\n",
                                            "");
    assert_int_equal(form_item_find(form, NULL, "a")->share, FORM_SHARE_NEVER);
    assert_int_equal(form_item_find(form, NULL, "b")->share, FORM_SHARE_ASK);
}

static void or_other_makes_a_text_question(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    const struct form *form = form_try_load(ctx, SURVEY, CHOICES);
    const struct form_item *sex = form_item_find(form, NULL, "sex");
    const struct form_item *other = form_item_find(form, NULL, "sex_other");
    assert_ptr_equal(sex->other, other);
    assert_ptr_equal(other->other_of, sex);
    assert_int_equal(other->type, FORM_TEXT);
    assert_int_equal(other->share, FORM_SHARE_NEVER);
    assert_string_equal(expression_text(other->relevant), "selected(${sex}, 'other')");
    struct form_reading reading = form_reading_of(form, "sq");
    assert_string_equal(form_label(form, &reading, other).text, "Tjetër");
}

static void labels_fall_back_and_say_so(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    const struct form *form = form_try_load(ctx, SURVEY, CHOICES);
    struct form_reading reading = form_reading_of(form, "sq-AL");
    const struct form_item *name = form_item_find(form, NULL, "name");
    struct form_shown shown = form_label(form, &reading, name);
    assert_string_equal(shown.text, "Emri");
    assert_string_equal(shown.language, "sq");
    assert_true(shown.wanted);
    shown = form_text(form, &reading, name->hint);
    assert_string_equal(shown.text, "As the person says it");
    assert_string_equal(shown.language, "en");
    assert_false(shown.wanted);
    reading = form_reading_of(form, "it, EN");
    assert_true(form_text(form, &reading, name->hint).wanted);
    reading = form_reading_of(form, NULL);
    assert_false(form_label(form, &reading, name).wanted);
    /* nothing that the reader asked for, nothing in the form's own language: English before the rest */
    const struct form *many = form_try_load(
        ctx, "type,name,label::F (fr),label::D (de),label::E (en),bind::trm:compartment\n"
             "text,a,Mot,Wort,Word,health\ntext,b,,Wort,Word,health\n", "");
    struct form_reading italian = form_reading_of(many, "it");
    assert_string_equal(form_label(many, &italian, &many->items[0]).text, "Mot");
    assert_string_equal(form_label(many, &italian, &many->items[1]).text, "Word");
    const struct form_item *needs = form_item_find(form, NULL, "needs");
    reading = form_reading_of(form, "sq");
    assert_string_equal(form_choice_label(form, &reading, needs, "bed").text, "A bed");
    assert_string_equal(form_choice_label(form, &reading, needs, "lost").text, "lost");
}

static void spreadsheets_save_in_many_ways(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    const char *const WAYS[] = {
        "\xef\xbb\xbftype,name,label,bind::trm:compartment\r\ntext,a,\"Two\r\nlines\",health\r\n",
        "type;name;label;bind::trm:compartment\ntext;a;\"Two\nlines\";health\n",
        "type\tname\tlabel\tbind::trm:compartment\rtext\ta\t\"Two\rlines\"\thealth",
        "\n type , name , label , bind::trm:compartment \n text , a ,\"Two\nlines\", health \n",
    };
    const char *hash = NULL;
    for (size_t i = 0; i < COUNT_OF(WAYS); i++) {
        const struct form *form = form_try_load(ctx, WAYS[i], "");
        struct form_reading reading = form_reading_of(form, "en");
        assert_string_equal(form_label(form, &reading, form->items).text, "Two\nlines");
        if (hash != NULL) assert_string_equal(form->hash, hash);
        hash = form->hash;
    }
}

static void warnings_do_not_stop_a_form(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    const struct form *form = NULL;
    struct form_problems problems;
    const char *text;
    form_problems_init(&problems, ctx);
    OK(form_load(ctx, form_try_source(SURVEY, CHOICES), &problems, &form));
    assert_int_equal(problems.errors, 0);
    OK(form_problems_show(ctx, &problems, &text));
    assert_non_null(strstr(text, "survey.csv row 5 column label::Shqip (sq): warning: there is no text "
                                 "in this language"));
    assert_non_null(strstr(text, "choices.csv row 4 column label::Shqip (sq): warning:"));
    assert_non_null(strstr(text, "choices.csv row 6 column list_name: warning: no question uses the list spare"));
}

static void annex_i_loads_without_a_word(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    static const char *const NAMES[] = {"annex-i", "annex-i-child"};
    for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
        const struct form *form = form_try_folder(ctx, NAMES[i]);
        assert_string_equal(form->id, NAMES[i]);
        assert_true(form_language_find(form, "sq") < form->n_languages);
        assert_true(form_language_find(form, "it") < form->n_languages);
    }
}

static void a_form_is_shown_as_text(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    const struct form *form = form_try_load(ctx, SURVEY, CHOICES);
    struct form_reading reading = form_reading_of(form, "sq");
    const char *text;
    OK(form_show(ctx, form, &reading, &text));
    const char *const PARTS[] = {
        "t, version 1, sha-256 ",
        "Languages: en (English); sq (Shqip)\n",
        "\nKush  <who> begin_group\n",
        "  Emri  <name> text, identity, exploitation\n",
        "    As the person says it [en]\n",
        "  Gjinia  <sex> select_one, identity, exploitation, never leaves\n",
        "    ( ) female: Femër\n",
        "    asked if: selected(${sex}, 'other')\n",
        "Needs [en]  <needs> select_multiple, health, origin third\n",
    };
    for (size_t i = 0; i < COUNT_OF(PARTS); i++)
        if (strstr(text, PARTS[i]) == NULL) fail_msg("missing: %s\nin:\n%s", PARTS[i], text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_form_loads_as_a_tree),
        cmocka_unit_test(questions_take_from_their_group),
        cmocka_unit_test(what_never_leaves_holds_for_all_inside),
        cmocka_unit_test(or_other_makes_a_text_question),
        cmocka_unit_test(labels_fall_back_and_say_so),
        cmocka_unit_test(spreadsheets_save_in_many_ways),
        cmocka_unit_test(warnings_do_not_stop_a_form),
        cmocka_unit_test(annex_i_loads_without_a_word),
        cmocka_unit_test(a_form_is_shown_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
