/* test_form_write.c - a form travels as JSON and is the same form afterwards; a forged one is refused. */
#include "form_try.h"

#include "crypto/sha256.h"
#include "form/write.h"

static const char SURVEY[] =
    "type,name,label::English (en),label::Shqip (sq),hint::Shqip (sq),required,required_message::Shqip (sq),"
    "relevant,constraint,constraint_message::Shqip (sq),calculation,default,choice_filter,appearance,read_only,"
    "bind::trm:party,bind::trm:compartment,bind::trm:share,bind::trm:statistic,bind::trm:source\n"
    "begin_group,a,A,A,,,,,,,,,,pages,,exploitation origin,identity,,,1\n"
    "text,name,Name,Emri,\"Si e thotë, \"\"vetë\"\"\",yes,Shkruani.,,. != 'x',Jo x.,,,,multiline,,,,,,1.1\n"
    "select_one l or_other,sex,Sex,Gjinia,,${name} != '',,,,,,a,kind = 'k',,,any,health,never,sex,\n"
    "begin_repeat,r,R,R,,,,,,,,,,,,,,,,\n"
    "note,,Remark,,,,,,,,,,,,,,,,,\n"
    "date,d,D,D,,,,,,,,today(),,,,,,,,\n"
    "begin_group,empty,E,,,,,,,,,,,,,,,,,\n"
    "end_group,,,,,,,,,,,,,,,,,,,\n"
    "end_repeat,,,,,,,,,,,,,,,,,,,\n"
    "end_group,,,,,,,,,,,,,,,,,,,\n"
    "calculate,c,,,,,,,,,count(${r}),,,,,,justice,,,\n"
    "text,fixed,F,F,,,,,,,,x,,,yes,third,justice,,,\n";
static const char CHOICES[] = "list_name,name,label::English (en),label::Shqip (sq),kind,unused\n"
                              "l,a,A,A,k,\nl,other,Other,Tjetër,k,\nm,z,Z,Z,,\n";

static const struct form *from_json(mem *ctx, struct bytes json)
{
    const struct form *form = NULL;
    const char *text;
    struct form_problems problems;
    form_problems_init(&problems, ctx);
    err e = form_from_json(ctx, json, &problems, &form);
    OK(form_problems_show(ctx, &problems, &text));
    if (err_failed(e)) fail_msg("%s", text);
    return form;
}

static void same_form(mem *ctx, const struct form *form)
{
    struct bytes json, again;
    char hex[SHA256_HEX_ROOM];
    OK(form_to_json(ctx, form, &json));
    sha256_hex(json, hex);
    assert_string_equal(form->hash, hex);
    const struct form *copy = from_json(ctx, json);
    OK(form_to_json(ctx, copy, &again));
    assert_string_equal((const char *)again.p, (const char *)json.p);
    assert_string_equal(copy->hash, form->hash);
    assert_int_equal(copy->n_items, form->n_items);
    struct form_reading reading = form_reading_of(form, "sq");
    const char *a, *b;
    OK(form_show(ctx, form, &reading, &a));
    OK(form_show(ctx, copy, &reading, &b));
    assert_string_equal(a, b);
}

static void a_form_survives_the_journey(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    same_form(ctx, form_try_load(ctx, SURVEY, CHOICES));
    same_form(ctx, form_try_folder(ctx, "annex-i"));
    same_form(ctx, form_try_folder(ctx, "annex-i-child"));
}

static void what_changes_nothing_changes_no_hash(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    const struct form *a = form_try_load(ctx, "type,name,label,bind::trm:compartment\ntext,x,X,identity\n", "");
    const struct form *b = form_try_load(
        ctx, "#why,label,name,type,bind::trm:party,bind::trm:compartment\nso,X,x,text,any,identity\n", "");
    assert_string_equal(a->hash, b->hash);
    const struct form *c = form_try_load(ctx, "type,name,label,bind::trm:compartment\ntext,x,Y,identity\n", "");
    assert_string_not_equal(a->hash, c->hash);
}

static void forged_json_is_refused(void **state)
{
    static const struct {
        const char *json, *line;
    } ROWS[] = {
        {"nonsense", "form: this is not the JSON of a form"},
        {"[]", "form: this is not the JSON of a form"},
        {"{}", "survey: a list of at most 5000 questions is needed"},
        {"{'survey':{}}", "survey: a list of at most 5000 questions is needed"},
        {"{'id':'f','version':'1','survey':[]}", "survey: a form has 1 to 2000 questions"},
        {"{'id':1,'version':'1','survey':[]}", "form column id: a text is needed"},
        {"{'id':'f','version':'1','evil':'x','survey':[]}", "form: a member of the form is unknown"},
        {"{'id':'f','version':'1','survey':[7]}", "survey row 2: an object is needed"},
        {"{'id':'f','version':'1','survey':[{'type':'text','name':'a','compartment':'identity','evil':'x'}]}", "survey row 2: a member of a question is unknown"},
        {"{'id':'f','version':'1','survey':[{'type':'text','name':'a'}]}", "survey row 2 column compartment: say who needs this answer"},
        {"{'id':'f','version':'1','survey':[{'type':'text','name':'a','compartment':'identity','relevant':'${b} = 1'}]}", "survey row 2 column relevant: there is no question ${b}"},
        {"{'id':'f','version':'1','survey':[{'type':'text','name':'a','compartment':'identity','label':'A'}]}", "survey row 2 column label: texts by language are needed"},
        {"{'id':'f','version':'1','survey':[{'type':'text','name':'a','compartment':'identity','label':{'en':'A'}}]}", "survey row 2 column label: a text is in a language that the form doesn't list"},
        {"{'id':'f','version':'1','languages':[{'code':'en'},{'code':'en'}],'survey':[]}", "form column languages: a language has no valid code, or comes twice"},
        {"{'id':'f','version':'1','languages':[{'code':'english'}],'survey':[]}", "form column languages: a language has no valid code"},
        {"{'id':'f','version':'1','languages':'en','survey':[]}", "form column languages: a list of at most 40"},
        {"{'id':'f','version':'1','default_language':'en','survey':[]}", "form column default_language: the form doesn't list this language"},
        {"{'id':'f','version':'1','choices':[{'list_name':'l','name':'a','attributes':{'a b':'x'}}],'survey':[]}", "choices column attributes: an attribute has no valid name"},
        {"{'id':'f','version':'1','choices':[{'list_name':'l','name':'a','attributes':7}],'survey':[]}", "choices row 2 column attributes: an object is needed"},
        {"{'id':'f','version':'1','choices':[{'list_name':'l','name':'a','sort':'x'}],'survey':[]}", "choices row 2: a member of a choice is unknown"},
        {"{'id':'f','version':'1','choices':['a'],'survey':[]}", "choices row 2: an object is needed"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        MEM_SCOPE(ctx, NULL);
        const struct form *form = NULL;
        const char *text;
        char *json = talloc_strdup(ctx, ROWS[i].json);
        for (char *c = json; *c != '\0'; c++)
            if (*c == '\'') *c = '"';
        struct form_problems problems;
        form_problems_init(&problems, ctx);
        BAD(ERR_INPUT, form_from_json(ctx, bytes_text(json), &problems, &form));
        assert_null(form);
        OK(form_problems_show(ctx, &problems, &text));
        if (strstr(text, ROWS[i].line) == NULL)
            fail_msg("%s\nexpected: %s\ngot: %s", ROWS[i].json, ROWS[i].line, text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_form_survives_the_journey),
        cmocka_unit_test(what_changes_nothing_changes_no_hash),
        cmocka_unit_test(forged_json_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
