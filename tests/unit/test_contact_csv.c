/* test_contact_csv.c - reading a directory: what is right, and each thing that may be wrong with it. */
#include "cm.h"

#include <string.h>

#include "base/file.h"
#include "domain/contact_csv.h"

static err read_text(mem *ctx, const char *text, struct contact_rows *out, const char **problem)
{
    return contact_csv_read(ctx, bytes_text(text), out, problem);
}

static void reads_names_by_language(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct contact_rows rows;
    const char *problem;
    OK(read_text(ctx,
                 "country,body,body::Italian (it),body::sq,procedures,hours,source,note_place\n"
                 "AL,Office,Ufficio,,return identification,24/7,here,row 1\n"
                 "IT,\"Desk, main\",,,return,,here,\n",
                 &rows, &problem));
    assert_int_equal(rows.n, 2);
    assert_string_equal(contact_name(&rows.at[0], "it"), "Ufficio");
    assert_string_equal(contact_name(&rows.at[0], "it-CH"), "Ufficio");
    assert_string_equal(contact_name(&rows.at[0], "sq"), "Office");
    assert_string_equal(contact_name(&rows.at[0], ""), "Office");
    assert_string_equal(contact_name(&rows.at[0], "a-very-long-language"), "Office");
    assert_string_equal(rows.at[0].hours, "24/7");
    assert_string_equal(contact_name(&rows.at[1], "it"), "Desk, main");
    assert_null(rows.at[1].names);
    assert_string_equal(rows.at[1].email, "");
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text, *problem;
    } rows[] = {
        {"country,body,procedures\nIT,x,return\n", "line 1: "},
        {"country,body,procedures,source,phone\nIT,x,return,y,1\n", "line 1: "},
        {"country,body,procedures,source,body::Shqip\nIT,x,return,y,z\n", "line 1: "},
        {"country,body,procedures,source,body::()\nIT,x,return,y,z\n", "line 1: "},
        {"country,body,procedures,source,body::Shqip (sq),body::sq\nIT,x,return,y,z,z\n", "line 1: "},
        {"country,body,body,procedures,source\nIT,x,x,return,y\n", "line 1: "},
        {"country,body,procedures,source\nIT,x,longterm,y\n", "line 2, procedures: "},
        {"country,body,procedures,source\nIT,x,,y\n", "line 2, procedures: "},
        {"country,body,procedures,source\nZZ,x,return,y\n", "line 2, country: "},
        {"country,body,procedures,source\nIT,,return,y\n", "line 2, body: "},
        {"country,body,procedures,source\nIT,x,return,y,more\n", "line 2: "},
        {"country,body,procedures,source\nIT,x,return,y\nIT,x,return,y\n", "line 3: "},
        {"country,body,procedures,source\nIT,\xff,return,y\n", "line 2: "},
        {"country,body,procedures,source\nIT,\"x,return,y\n", "line "},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        MEM_SCOPE(ctx, NULL);
        struct contact_rows out;
        const char *problem = "";
        BAD(ERR_INPUT, read_text(ctx, rows[i].text, &out, &problem));
        if (strncmp(problem, rows[i].problem, strlen(rows[i].problem)) != 0)
            fail_msg("row %zu: \"%s\" does not begin with \"%s\"", i, problem, rows[i].problem);
    }
}

/* The directories of this project, which begin as they should. */
static void reads_ours(void **state)
{
    (void)state;
    static const char *const FILES[] = {"data/directory/annex-ii.csv", "data/demo/directory.csv"};
    for (size_t i = 0; i < COUNT_OF(FILES); i++) {
        MEM_SCOPE(ctx, NULL);
        const char *path, *problem = "";
        struct bytes csv;
        struct contact_rows rows;
        OK(file_join(ctx, SOURCE_ROOT, FILES[i], &path));
        OK(file_read(ctx, path, 1 << 20, &csv));
        err e = contact_csv_read(ctx, csv, &rows, &problem);
        if (err_failed(e)) fail_msg("%s: %s", FILES[i], problem);
        assert_true(rows.n >= 10);
        for (size_t k = 0; k < rows.n; k++) assert_string_not_equal(contact_name(&rows.at[k], "sq"), "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_names_by_language),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(reads_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
