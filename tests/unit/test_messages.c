/* test_messages.c - catalogs, plural rules, the reader of .po files, and filling sentences. */
#include "cm.h"

#include <string.h>

#include "base/messages.h"
#include "base/plural.h"
#include "base/po.h"

#define HEADER(rule) "msgid \"\"\nmsgstr \"\"\n\"Content-Type: text/plain; charset=UTF-8\\n\"\n\"Plural-Forms: " rule "\\n\"\n\n"
#define TWO "nplurals=2; plural=(n != 1);"

static const struct catalog *catalog_of(mem *ctx, const char *po)
{
    struct messages *m;
    struct messages_problem problem = {0};
    OK(messages_new(ctx, &m));
    err e = messages_add(m, "sq", bytes_text(po), &problem);
    if (err_failed(e)) fail_msg("line %zu: %s", problem.line, problem.what);
    return messages_find(m, "sq");
}

static void english_is_the_key(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    const struct catalog *c = catalog_of(ctx, HEADER(TWO) "msgid \"Save\"\nmsgstr \"Ruaj\"\n\n"
                                                          "msgctxt \"verb\"\nmsgid \"Open\"\nmsgstr \"Hap\"\n\n"
                                                          "msgctxt \"state\"\nmsgid \"Open\"\nmsgstr \"E hapur\"\n");
    assert_string_equal(msg(c, "Save"), "Ruaj");
    assert_string_equal(msg(c, "Nobody translated this"), "Nobody translated this");
    assert_string_equal(msg(NULL, "Save"), "Save");
    assert_string_equal(msg_in(c, "verb", "Open"), "Hap");
    assert_string_equal(msg_in(c, "state", "Open"), "E hapur");
    assert_string_equal(msg(c, "Open"), "Open");
    assert_string_equal(catalog_native_name(c), "Shqip");
    assert_string_equal(catalog_language(c), "sq");
    assert_string_equal(catalog_language(NULL), "en");
    assert_false(catalog_right_to_left(c));
}

static void languages_are_listed(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct messages *m;
    OK(messages_new(ctx, &m));
    OK(messages_add(m, "it", bytes_text(HEADER(TWO)), NULL));
    OK(messages_add(m, "ar", bytes_text(HEADER(TWO)), NULL));
    assert_int_equal(messages_count(m), 3);
    assert_string_equal(catalog_language(messages_at(m, 0)), "en");
    assert_string_equal(catalog_native_name(messages_at(m, 1)), "Italiano");
    assert_true(catalog_right_to_left(messages_at(m, 2)));
    assert_null(messages_at(m, 3));
    assert_null(messages_find(m, "fr"));
    BAD(ERR_CONFLICT, messages_add(m, "it", bytes_text(HEADER(TWO)), NULL));
    BAD(ERR_INPUT, messages_add(m, "../etc", bytes_text(HEADER(TWO)), NULL));
    BAD(ERR_INPUT, messages_add(m, "x", bytes_text(HEADER(TWO)), NULL));
}

static void strings_run_over_lines(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    const char *text = "\xef\xbb\xbf# a translator\n" HEADER(TWO)
                       "#: src/web/x.c:1\n#. for you\nmsgid \"\"\n\"One \"\n\"\\\"two\\\"\\n\"\nmsgstr \"\"\n\"Një \"\n\"\\\"dy\\\"\\n\"\r\n"
                       "#~ msgid \"old\"\n#~ msgstr \"i vjetër\"\n"
                       "#, fuzzy\nmsgid \"Doubtful\"\nmsgstr \"I dyshimtë\"\n"
                       "#, fuzzy\nmsgctxt \"x\"\nmsgid \"Doubtful too\"\nmsgstr \"I dyshimtë\"\n"
                       "msgid \"After\"\nmsgstr \"Pas\"\n"
                       "msgid \"Not done\"\nmsgstr \"\"\n";
    const struct catalog *c = catalog_of(ctx, text);
    assert_string_equal(msg(c, "One \"two\"\n"), "Një \"dy\"\n");
    assert_string_equal(msg(c, "old"), "old");
    assert_string_equal(msg(c, "Doubtful"), "Doubtful");
    assert_string_equal(msg_in(c, "x", "Doubtful too"), "Doubtful too");
    assert_string_equal(msg(c, "After"), "Pas");
    assert_string_equal(msg(c, "Not done"), "Not done");
}

static void bad_files_name_the_line(void **state)
{
    (void)state;
    static const struct {
        const char *po;
        size_t line;
    } ROWS[] = {
        {"msgid \"a\nmsgstr \"b\"\n", 1},
        {"msgid \"a\"\nmsgstr \"b\" x\n", 2},
        {"msgid \"a\"\nmsgstr \"\\q\"\n", 2},
        {"msgid \"a\"\nmsgid \"b\"\n", 2},
        {"msgstr \"b\"\n", 1},
        {"\"b\"\n", 1},
        {"hello\n", 1},
        {"msgid \"a\"\nmsgstr[0] \"b\"\n", 2},
        {"msgid \"a\"\nmsgid_plural \"as\"\nmsgstr[1] \"b\"\n", 3},
        {"msgid \"a\"\nmsgid_plural \"as\"\nmsgstr \"b\"\n", 3},
        {"msgid \"a\"\nmsgstr \"b\"\nmsgid_plural \"c\"\n", 3},
        {"msgid \"a\"\nmsgstr \"b\"\n\nmsgid \"a\"\nmsgstr \"c\"\n", 4},
        {"msgid \"\"\nmsgstr \"Plural-Forms: nplurals=9; plural=n;\\n\"\n", 1},
        {"msgid \"\xff\"\nmsgstr \"b\"\n", 0},
        {"msgctxt \"x\"\nmsgstr \"b\"\n", 2},
        {"msgctxt \"x\"\n", 1},
    };
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        MEM_SCOPE(ctx, NULL);
        struct messages *m;
        struct messages_problem problem = {99, NULL};
        OK(messages_new(ctx, &m));
        err e = messages_add(m, "sq", bytes_text(ROWS[i].po), &problem);
        if (e.kind != ERR_INPUT || problem.line != ROWS[i].line || problem.what == NULL)
            fail_msg("row %zu: kind %s, line %zu", i, err_name(e.kind), problem.line);
        assert_int_equal(messages_count(m), 1);
    }
}

static void a_translation_keeps_its_places(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    const struct catalog *c = catalog_of(
        ctx, HEADER(TWO) "msgid \"Sent to {body}\"\nmsgstr \"Dërguar te {organi}\"\n"
                         "msgid \"Sent by {body}\"\nmsgstr \"Dërguar nga\"\n"
                         "msgid \"Read <1>this</1>\"\nmsgstr \"Lexo <1>këtë\"\n"
                         "msgid \"From {a} to {b}\"\nmsgstr \"Te {b} nga {a}\"\n"
                         "msgid \"{n} case\"\nmsgid_plural \"{n} cases\"\nmsgstr[0] \"një rast\"\nmsgstr[1] \"{n} raste\"\n"
                         "msgid \"{n} day\"\nmsgid_plural \"{n} days\"\nmsgstr[0] \"{n} ditë\"\nmsgstr[1] \"{m} ditë\"\n");
    assert_string_equal(msg(c, "Sent to {body}"), "Sent to {body}");
    assert_string_equal(msg(c, "Sent by {body}"), "Sent by {body}");
    assert_string_equal(msg(c, "Read <1>this</1>"), "Read <1>this</1>");
    assert_string_equal(msg(c, "From {a} to {b}"), "Te {b} nga {a}");
    assert_string_equal(msg_count(c, "{n} case", "{n} cases", 1), "një rast");
    assert_string_equal(msg_count(c, "{n} case", "{n} cases", 5), "{n} raste");
    assert_string_equal(msg_count(c, "{n} day", "{n} days", 5), "{n} days");
    assert_true(msg_same_placeholders("{a} {b} {a}", "{b}{a}"));
    assert_false(msg_same_placeholders("{a}", "{b}"));
    assert_true(msg_same_placeholders("{ not a place } { }", "none"));
}

static void plural_rules(void **state)
{
    (void)state;
    static const char ONE_FEW_MANY[] = "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && "
                                       "(n%100<10 || n%100>=20) ? 1 : 2);";
    static const struct {
        const char *rule;
        int64_t n;
        size_t form;
    } ROWS[] = {
        {TWO, 1, 0}, {TWO, 0, 1}, {TWO, 2, 1}, {TWO, -1, 0}, {TWO, INT64_MIN, 1},
        {ONE_FEW_MANY, 1, 0}, {ONE_FEW_MANY, 11, 2}, {ONE_FEW_MANY, 21, 0}, {ONE_FEW_MANY, 3, 1},
        {ONE_FEW_MANY, 13, 2}, {ONE_FEW_MANY, 23, 1}, {ONE_FEW_MANY, 5, 2},
        {"nplurals=3; plural=(n==1?0:(((n%100>19)||((n%100==0)&&(n!=0)))?2:1));", 0, 1},
        {"nplurals=3; plural=(n==1?0:(((n%100>19)||((n%100==0)&&(n!=0)))?2:1));", 100, 2},
        {"nplurals=1; plural=0;", 7, 0}, {"nplurals=2; plural=n>1", 1, 0}, {"nplurals=2; plural=!(n==1);", 3, 1},
        {"nplurals=2; plural=n-3;", 2, 0}, {"nplurals=2; plural=n/0;", 2, 0}, {"nplurals=2; plural=n%0;", 2, 0},
        {"nplurals=2; plural=7;", 2, 0}, {"nplurals=6; plural=1+2*2;", 2, 5}, {"nplurals=6; plural=8-2-2;", 0, 4},
    };
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        MEM_SCOPE(ctx, NULL);
        struct plural *rule;
        OK(plural_parse(ctx, ROWS[i].rule, &rule));
        if (plural_index(rule, ROWS[i].n) != ROWS[i].form)
            fail_msg("%s of %lld gives %zu", ROWS[i].rule, (long long)ROWS[i].n, plural_index(rule, ROWS[i].n));
    }
    static const char *const WRONG[] = {
        "", "nplurals=2", "nplurals=0; plural=0;", "nplurals=7; plural=0;", "nplurals=2; plural=;",
        "nplurals=2; plural=(n;", "nplurals=2; plural=n ? 1;", "nplurals=2; plural=m;", "nplurals=2; plural=n n;",
        "nplurals=2; plural=99999999999;", "nplurals=2; plural=n=1;",
        "nplurals=2; plural=((((((((((((((((((((((((((((((((((((((((((((n))))))))))))))))))))))))))))))))))))))))))));",
    };
    for (size_t i = 0; i < COUNT_OF(WRONG); i++) {
        MEM_SCOPE(ctx, NULL);
        struct plural *rule;
        if (plural_parse(ctx, WRONG[i], &rule).kind != ERR_INPUT) fail_msg("accepted: %s", WRONG[i]);
    }
}

static void places_are_filled_once(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    const char *out;
    OK(MSG_FILL(ctx, &out, "From {a} to {b}.", {"a", "{b}"}, {"b", "<i>"}));
    assert_string_equal(out, "From {b} to <i>.");
    OK(MSG_FILL(ctx, &out, "A { brace } and <1>mark</1>", {"a", NULL}));
    assert_string_equal(out, "A { brace } and <1>mark</1>");
    BAD(ERR_BUG, MSG_FILL(ctx, &out, "To {nobody}", {"a", "x"}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(english_is_the_key),      cmocka_unit_test(languages_are_listed),
        cmocka_unit_test(strings_run_over_lines),  cmocka_unit_test(bad_files_name_the_line),
        cmocka_unit_test(a_translation_keeps_its_places), cmocka_unit_test(plural_rules),
        cmocka_unit_test(places_are_filled_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
