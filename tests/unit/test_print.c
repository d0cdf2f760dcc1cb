/* test_print.c - documents as PDF, read back with poppler's tools as a stranger would. */
#include "cm.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/file.h"
#include "pdf.h"
#include "print/document.h"

#define T(s) ((struct print_text){(s), NULL})
static const msec CREATED = 1795500000000;

static err document_begin(mem *ctx, const char *language, const struct catalog *catalog,
                          struct document **out)
{
    struct document_head head = {.title = "Report",
                                 .language = language,
                                 .catalog = catalog,
                                 .handling = "Confidential",
                                 .case_code = "IT-26-K7QF",
                                 .reader = "Reader Exemplari",
                                 .created = CREATED};
    return document_new(ctx, &head, out);
}

static struct document *document_make(mem *ctx, const char *language, const struct catalog *catalog)
{
    struct document *d;
    OK(document_begin(ctx, language, catalog, &d));
    return d;
}

static struct bytes pdf_make(mem *ctx, const struct document *d)
{
    struct bytes pdf;
    OK(document_pdf(ctx, d, &pdf));
    return pdf;
}

static int start(void **state)
{
    (void)state;
    OK(print_start());
    return 0;
}

static void every_page_says_what_it_is(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct document *d = document_make(ctx, "sq", NULL);
    document_paragraph(d, T("one"));
    document_page(d);
    document_paragraph(d, T("two"));
    struct bytes pdf = pdf_make(ctx, d);
    const char *text = ask(ctx, pdf, "pdftotext", "-layout");
    assert_int_equal(count(text, "Confidential"), 2);
    assert_int_equal(count(text, "IT-26-K7QF"), 2);
    assert_int_equal(count(text, "Copy for Reader Exemplari"), 2);
    char day[DATE_TIME_ROOM];
    date_format_day(date_of(CREATED), day);
    assert_int_equal(count(text, day), 2);
    assert_holds(text, "Page 1 of 2");
    assert_holds(text, "Page 2 of 2");
    const char *info = ask(ctx, pdf, "pdfinfo", "-isodates");
    assert_holds(info, "Title:           Report\n");
    assert_holds(info, "Tagged:          yes");
    assert_holds(info, "A4");
    assert_holds(info, day);
    assert_null(strstr(info, "Exemplari"));
    assert_true(bytes_find(pdf, bytes_text("/Lang (sq)"), 0) != SIZE_MAX);
    assert_true(bytes_find(pdf, bytes_text("/DisplayDocTitle true"), 0) != SIZE_MAX);
}

static void every_script_reads_back(void **state)
{
    (void)state;
    static const char *const SCRIPTS[] = {
        "Zamira Përmeti, Çlirim Shqiponja, ëËçÇ",
        "Александра Јовановић, Їжак, Ђорђе",
        "Ελένη Παπαδοπούλου, πρώην Αλεξίου",
        "فاطمة الزهراء بنت محمد",
        "נעמי לוי",
        "ნინო ბერიძე",
        "Արամ Խաչատրյան",
        "Nguyễn Thị Ánh, Ọlá, Şükrü Ğ, Ştefan Țăran",
        "王小明",
        "office traffic affiliate fjord", /* no ligatures */
    };
    MEM_SCOPE(ctx, NULL);
    struct document *d = document_make(ctx, "en", NULL);
    for (size_t i = 0; i < COUNT_OF(SCRIPTS); i++)
        document_row(d, T("Name"), &(struct print_text){SCRIPTS[i], NULL}, 1);
    const char *text = squeeze(ctx, ask(ctx, pdf_make(ctx, d), "pdftotext", "-enc UTF-8"));
    for (size_t i = 0; i < COUNT_OF(SCRIPTS); i++) assert_holds(text, SCRIPTS[i]);
}

static void structure_is_tagged(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct document *d = document_make(ctx, "en", NULL);
    document_heading(d, 2, T("General"));
    document_heading(d, 3, T("Personal"));
    document_row(d, T("Languages"), (struct print_text[]){T("Albanian"), T("Italian")}, 2);
    document_heading(d, 2, T("Contacts"));
    document_table(d, (struct print_text[]){T("Body"), T("City")}, 2,
                   (struct print_text[]){T("Shelter"), T("Examplia")}, 1);
    document_paragraph(
        d, T("Several words that are so many that they do not fit on one line of the "
             "page, and a reader of the structure must still find each of them apart."));
    const char *tree = squeeze(ctx, ask(ctx, pdf_make(ctx, d), "pdfinfo", "-struct-text"));
    assert_holds(
        tree,
        "Document H1 (block) \"Report\" Sect H2 (block) \"General\" H3 (block) "
        "\"Personal\" Table (block) TR TH P (block) \"Languages\" TD L (block) LI (block) "
        "\"\u2022\u2002Albanian\" LI (block) \"\u2022\u2002Italian\" Sect H2 (block) \"Contacts\" "
        "Table (block) TR TH P (block) \"Body\" TH P (block) \"City\" TR TD P (block) "
        "\"Shelter\" TD P (block) \"Examplia\" P (block) \"Several");
    assert_holds(tree,
                 "on one line of the page, and a reader of the structure must still find each");
}

static void long_answer_runs_over_pages(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct buf b;
    buf_init(&b, ctx, 20000);
    for (unsigned i = 0; b.n < 10000; i++)
        buf_addf(&b, "Sentence number %u, told calmly.%s", i, i % 7 ? " " : "\n");
    const char *comment;
    OK(buf_text(&b, &comment));
    struct document *d = document_make(ctx, "en", NULL);
    for (int i = 0; i < 5; i++) document_row(d, T("Before"), &T("x"), 1);
    document_row(d, T("Comments"), &T(comment), 1);
    document_row(d, T("After"), &T("y"), 1);
    struct bytes pdf = pdf_make(ctx, d);
    const char *text = squeeze(ctx, ask(ctx, pdf, "pdftotext", "-raw"));
    /* A page break may stand inside a sentence, with header and footer between. */
    size_t sentences = count(comment, "calmly.");
    assert_int_equal(count(text, "calmly."), sentences);
    for (size_t i = 0; i < sentences; i++) assert_holds(text, talloc_asprintf(ctx, " %zu, ", i));
    size_t pages = count(ask(ctx, pdf, "pdftotext", ""), "\f");
    assert_in_range(pages, 3, 6);
    assert_int_equal(count(text, "Comments"), pages);
    assert_int_equal(count(text, "(continued)"), pages - 1);
}

static void long_word_is_broken_without_a_hyphen(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    char word[401];
    for (size_t i = 0; i < 400; i++) word[i] = (char)('a' + i % 26);
    word[400] = '\0';
    struct document *d = document_make(ctx, "de", NULL);
    document_row(d, T("Word"), &T(word), 1);
    document_row(d, T(word), &T("label"), 1);
    const char *text = ask(ctx, pdf_make(ctx, d), "pdftotext", "-raw");
    char *letters = talloc_strdup(ctx, text), *p = letters;
    for (const char *s = text; *s != '\0'; s++)
        if (*s != '\n' && *s != ' ') *p++ = *s;
    *p = '\0';
    assert_int_equal(count(letters, word), 2);
}

/* Rows of many heights: on each page stand the same labels as values, and no heading is last. */
static void page_breaks_keep_things_together(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct document *d = document_make(ctx, "en", NULL);
    for (unsigned i = 0; i < 150; i++) {
        if (i % 11 == 0) document_heading(d, 2, T(talloc_asprintf(ctx, "Heading%03u", i)));
        if (i % 7 == 0) document_heading(d, 3, T(talloc_asprintf(ctx, "Lesser%03u", i)));
        struct buf b;
        buf_init(&b, ctx, 100000);
        for (unsigned k = 0; k < (i * 37) % 20; k++)
            buf_add_text(&b, "and a few more words of an answer ");
        buf_addf(&b, "Value%03u", i);
        const char *value;
        OK(buf_text(&b, &value));
        document_row(d, T(talloc_asprintf(ctx, "Label%03u", i)), &T(value), 1);
    }
    const char *text = ask(ctx, pdf_make(ctx, d), "pdftotext", "-layout");
    unsigned seen = 0;
    for (const char *page = text; *page != '\0';) {
        const char *end = strchr(page, '\f');
        assert_non_null(end);
        char *one = talloc_strndup(ctx, page, (size_t)(end - page));
        for (unsigned i = 0; i < 150; i++) {
            const char *label = strstr(one, talloc_asprintf(ctx, "Label%03u", i));
            const char *value = strstr(one, talloc_asprintf(ctx, "Value%03u", i));
            assert_int_equal(label != NULL, value != NULL);
            if (label != NULL) seen++;
            const char *heading = strstr(one, talloc_asprintf(ctx, "Heading%03u", i));
            const char *lesser = strstr(one, talloc_asprintf(ctx, "Lesser%03u", i));
            if (heading != NULL) assert_non_null(strstr(heading, "Label"));
            if (lesser != NULL) assert_non_null(strstr(lesser, "Label"));
        }
        page = end + 1;
    }
    assert_int_equal(seen, 150);
}

static void table_repeats_its_head(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct print_text cells[120];
    for (unsigned i = 0; i < 120; i++) cells[i] = T(talloc_asprintf(ctx, "cell%03u", i));
    struct document *d = document_make(ctx, "en", NULL);
    document_table(d, (struct print_text[]){T("Institution"), T("Town")}, 2, cells, 60);
    const char *text = ask(ctx, pdf_make(ctx, d), "pdftotext", "-layout");
    size_t pages = count(text, "\f");
    assert_in_range(pages, 2, 3);
    assert_int_equal(count(text, "Institution"), pages);
    for (unsigned i = 0; i < 120; i++) assert_int_equal(count(text, cells[i].text), 1);
}

static void paper_has_boxes_and_lines(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct document *d = document_make(ctx, "en", NULL);
    document_choices(d, T("Sex"), T("as stated"), true,
                     (struct print_choice[]){{T("Female"), true, false},
                                             {T("Male"), false, false},
                                             {T("Other"), false, true}},
                     3);
    document_space(d, T("Born"), T(NULL), PRINT_SPACE_DATE, 1);
    document_space(d, T("Comments"), T(NULL), PRINT_SPACE_AREA, 5);
    const char *text = squeeze(ctx, ask(ctx, pdf_make(ctx, d), "pdftotext", "-raw"));
    assert_holds(text, "Sex as stated Female Male Other Born day month year Comments");
}

static double edge_of(const char *boxes, const char *word)
{
    const char *at = strstr(boxes, word);
    assert_non_null(at);
    const char *x = NULL;
    for (const char *s = boxes; (s = strstr(s, "xMin=\"")) != NULL && s < at; s++) x = s;
    assert_non_null(x);
    return strtod(x + 6, NULL);
}

static void right_to_left_is_mirrored(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct messages *messages;
    OK(messages_new(ctx, &messages));
    OK(messages_add(messages, "ar", bytes_text("msgid \"\"\nmsgstr \"Language: ar\\n\"\n"), NULL));
    for (int i = 0; i < 2; i++) {
        struct document *d =
            document_make(ctx, i ? "ar" : "en", i ? messages_find(messages, "ar") : NULL);
        document_row(d, T("Label"), &T("Value"), 1);
        document_row(d, T("Second"), &T("قيمة"), 1);
        document_paragraph(d, T("Aligned"));
        const char *boxes = ask(ctx, pdf_make(ctx, d), "pdftotext", "-bbox");
        assert_true((edge_of(boxes, ">Label<") > edge_of(boxes, ">Value<")) == (i == 1));
        assert_true((edge_of(boxes, ">Confidential<") > edge_of(boxes, ">IT-26-K7QF<")) ==
                    (i == 1));
        assert_true((edge_of(boxes, ">Aligned<") > edge_of(boxes, ">Value<") + 50) == (i == 1));
        /* A value in the other direction begins at the same edge as the others. The last
         * letter stands left; poppler takes each for a word. */
        if (i == 0) assert_true(edge_of(boxes, ">ة<") < edge_of(boxes, ">Value<") + 2);
    }
}

static void bad_input_is_refused(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct bytes pdf = {NULL, 7};
    struct document *d = document_make(ctx, "en", NULL);
    document_paragraph(d, T("broken \xff utf-8"));
    document_paragraph(d, T("a later addition does not hide it"));
    BAD(ERR_INPUT, document_pdf(ctx, d, &pdf));
    d = document_make(ctx, "en", NULL);
    document_row(d, T("Label"), &T("bell \a"), 1);
    BAD(ERR_INPUT, document_pdf(ctx, d, &pdf));
    d = document_make(ctx, "en", NULL);
    char *large = talloc_array(ctx, char, DOCUMENT_TEXT_MAX + 2);
    memset(large, 'a', DOCUMENT_TEXT_MAX + 1);
    large[DOCUMENT_TEXT_MAX + 1] = '\0';
    document_paragraph(d, T(large));
    BAD(ERR_LIMIT, document_pdf(ctx, d, &pdf));
    d = document_make(ctx, "en", NULL);
    document_table(d, NULL, DOCUMENT_COLUMNS_MAX + 1, &T("x"), 1);
    BAD(ERR_LIMIT, document_pdf(ctx, d, &pdf));
    d = document_make(ctx, "en", NULL);
    for (int i = 0; i <= DOCUMENT_BLOCKS_MAX; i++) document_page(d);
    BAD(ERR_LIMIT, document_pdf(ctx, d, &pdf));
    d = document_make(ctx, "en", NULL);
    for (int i = 0; i <= DOCUMENT_PAGES_MAX; i++) {
        document_page(d);
        document_paragraph(d, T("x"));
    }
    BAD(ERR_LIMIT, document_pdf(ctx, d, &pdf));
    assert_true(pdf.p == NULL && pdf.n == 7);
    struct document_head head = {.title = "Report", .language = "en) /x ("};
    BAD(ERR_INPUT, document_new(ctx, &head, &d));
    head = (struct document_head){.title = NULL, .language = "en"};
    BAD(ERR_BUG, document_new(ctx, &head, &d));
}

/* Texts at their largest, in every place, still end on paper and not in a loop. */
static void monsters_end(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    char *large = talloc_array(ctx, char, 8193);
    for (size_t i = 0; i < 8192; i++) large[i] = i % 9 == 8 ? ' ' : 'x';
    large[8192] = '\0';
    struct document *d = document_make(ctx, "en", NULL);
    document_heading(d, 2, T(large));
    document_heading(d, 3, T(large));
    document_note(d, T(large));
    document_row(d, T(large), &T(large), 1);
    document_row(d, T(large), NULL, 0);
    document_table(d, (struct print_text[]){T(large), T("b")}, 2,
                   (struct print_text[]){T("c"), T(large), T("d"), T("e")}, 2);
    document_choices(d, T(large), T(large), false,
                     (struct print_choice[]){{T(large), false, true}, {T("end"), true, false}}, 2);
    document_space(d, T(large), T(large), PRINT_SPACE_AREA, 40);
    document_paragraph(d, T("the end"));
    const char *text = ask(ctx, pdf_make(ctx, d), "pdftotext", "");
    assert_holds(text, "the end");
    /* Of each of the eleven, no word was lost but where a label is repeated. */
    assert_true(count(text, "xxxxxxxx") >= 11 * 911);
}

static void nothing_makes_an_empty_document(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct document *d = document_make(ctx, "en", NULL);
    document_row(d, T(""), NULL, 0);
    document_table(d, NULL, 2, NULL, 0);
    assert_holds(ask(ctx, pdf_make(ctx, d), "pdfinfo", ""), "Pages:           1\n");
}

/* Also in threads, where cmocka must not be asked. */
static err sample_make(mem *ctx, struct document **out)
{
    struct document *d;
    TRY(document_begin(ctx, "sq", NULL, &d));
    document_heading(d, 2, T("Të dhëna"));
    for (int i = 0; i < 40; i++)
        document_row(d, T("Emri"), (struct print_text[]){T("Ελένη"), T("محمد"), T("ნინო")}, 3);
    document_choices(d, T("Sex"), T(NULL), true, &(struct print_choice){T("Female"), true, false},
                     1);
    *out = d;
    return ERR_OK;
}

static struct document *sample(mem *ctx)
{
    struct document *d;
    OK(sample_make(ctx, &d));
    return d;
}

static void same_input_same_bytes(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    assert_true(bytes_equal(pdf_make(ctx, sample(ctx)), pdf_make(ctx, sample(ctx))));
}

static struct bytes expected;

static void *print_many(void *arg)
{
    (void)arg;
    for (int i = 0; i < 8; i++) {
        MEM_SCOPE(ctx, NULL);
        struct document *d;
        struct bytes pdf;
        if (err_failed(sample_make(ctx, &d))) return NULL;
        if (err_failed(document_pdf(ctx, d, &pdf)) || !bytes_equal(pdf, expected)) return NULL;
    }
    return arg;
}

static void threads_do_not_meet(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    expected = pdf_make(ctx, sample(ctx));
    pthread_t threads[4];
    int fine = 1;
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, print_many, &fine), 0);
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        void *result = NULL;
        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_ptr_equal(result, &fine);
    }
}

/* A process that may not write one byte to any file still prints. */
static void no_file_is_written(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct document *d = sample(ctx);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit none = {0, 0};
        struct bytes pdf;
        if (setrlimit(RLIMIT_FSIZE, &none) != 0) _exit(2);
        _exit(err_failed(document_pdf(ctx, d, &pdf)) ? 3 : 0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* Asked in a process that ends: a machine without fonts is found out, and one with fonts says so although asked before. */
static int no_fonts_are_noticed(void)
{
    char empty[] = "/tmp/opentrm-fonts-XXXXXX", file[64];
    assert_non_null(mkdtemp(empty));
    (void)snprintf(file, sizeof file, "%s/fonts.conf", empty);
    FILE *conf = fopen(file, "w");
    assert_non_null(conf);
    (void)fprintf(conf, "<?xml version=\"1.0\"?><fontconfig><dir>%s</dir><cachedir>/dev/null/none</cachedir></fontconfig>", empty);
    assert_int_equal(fclose(conf), 0);
    assert_int_equal(setenv("FONTCONFIG_FILE", file, 1), 0);
    err e = print_check();
    (void)unsetenv("FONTCONFIG_FILE");
    (void)unlink(file);
    (void)rmdir(empty);
    if (e.kind != ERR_IO) (void)fprintf(stderr, "a machine without fonts: %s\n", err_name(e.kind));
    return e.kind == ERR_IO ? 0 : 1;
}

static void fonts_are_found(void **state)
{
    (void)state;
    OK(print_check());
    OK(print_check());
}

int main(void)
{
    if (no_fonts_are_noticed() != 0) return 1; /* before anything of this process has looked for fonts */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fonts_are_found),
        cmocka_unit_test(every_page_says_what_it_is),
        cmocka_unit_test(every_script_reads_back),
        cmocka_unit_test(structure_is_tagged),
        cmocka_unit_test(long_answer_runs_over_pages),
        cmocka_unit_test(long_word_is_broken_without_a_hyphen),
        cmocka_unit_test(page_breaks_keep_things_together),
        cmocka_unit_test(table_repeats_its_head),
        cmocka_unit_test(paper_has_boxes_and_lines),
        cmocka_unit_test(right_to_left_is_mirrored),
        cmocka_unit_test(bad_input_is_refused),
        cmocka_unit_test(monsters_end),
        cmocka_unit_test(nothing_makes_an_empty_document),
        cmocka_unit_test(same_input_same_bytes),
        cmocka_unit_test(threads_do_not_meet),
        cmocka_unit_test(no_file_is_written),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
