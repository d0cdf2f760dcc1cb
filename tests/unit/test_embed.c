/* test_embed.c - what travels inside the program, and lookups in it. */
#include "cm.h"

#include <string.h>

#include "base/embed.h"
#include "base/text.h"
#include "web/template.h"

static void files_are_found(void **state)
{
    (void)state;
    const struct embed_file *layout = embed_find(&embed_all, "templates/layout.mustache");
    assert_non_null(layout);
    assert_true(text_valid_utf8(layout->content));
    assert_int_equal(strlen(layout->hash), 32);
    assert_int_equal(layout->gzip.n, 0);
    const struct embed_file *css = embed_find(&embed_all, "static/app.css");
    assert_non_null(css);
    assert_string_equal(css->mime, "text/css; charset=utf-8");
    assert_true(css->gzip.n > 0 && css->gzip.n < css->content.n);
    assert_int_equal(css->gzip.p[0], 0x1f);
    assert_null(embed_find(&embed_all, "templates/"));
    assert_null(embed_find(&embed_all, "zzz"));
    assert_null(embed_find(&embed_all, ""));
}

static void the_table_is_sorted(void **state)
{
    (void)state;
    for (size_t i = 1; i < embed_all.n; i++) {
        assert_true(strcmp(embed_all.files[i - 1].path, embed_all.files[i].path) < 0);
        assert_ptr_equal(embed_find(&embed_all, embed_all.files[i].path), &embed_all.files[i]);
    }
    size_t n;
    const struct embed_file *forms = embed_under(&embed_all, "data/forms/", &n);
    assert_true(n > 3);
    for (size_t i = 0; i < n; i++) assert_true(text_starts(forms[i].path, "data/forms/"));
    assert_null(embed_under(&embed_all, "nothing/", &n));
    assert_int_equal(n, 0);
}

static void all_pages_compile(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    size_t n;
    const struct embed_file *files = embed_under(&embed_all, "templates/", &n);
    struct template_source *sources = mem_array(ctx, struct template_source, n);
    for (size_t i = 0; i < n; i++) {
        size_t skip = strlen("templates/"), end = strlen(files[i].path) - strlen(".mustache");
        sources[i] = (struct template_source){mem_textn(ctx, files[i].path + skip, end - skip), files[i].content};
    }
    struct templates *set;
    struct template_problem problem;
    err e = template_compile(ctx, sources, n, NULL, &set, &problem);
    if (err_failed(e)) fail_msg("%s line %zu: %s", problem.name, problem.line, problem.what);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_found), cmocka_unit_test(the_table_is_sorted), cmocka_unit_test(all_pages_compile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
