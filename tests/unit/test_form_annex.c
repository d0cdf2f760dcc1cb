/* test_form_annex.c - the forms and demo answers of data/ through the engine: filled, checked, split, shown. */
#include "form_try.h"

#include "base/file.h"
#include "form/input.h"
#include "form/split.h"
#include "form/view.h"

static const struct {
    const char *form, *answers;
    unsigned parties; /* who filled it */
} FILLED[] = {
    {"annex-i", "case-adult.json", PARTY_EXPLOITATION},
    {"annex-i", "case-child.json", PARTY_EXPLOITATION},
    {"annex-i", "followup-adult.json", PARTY_ORIGIN | PARTY_THIRD},
    {"annex-i-child", "children-sheet-adult.json", PARTY_EXPLOITATION},
};

static json_t *demo(mem *ctx, const char *name)
{
    char path[500];
    struct bytes bytes;
    json_t *answers = NULL;
    (void)snprintf(path, sizeof path, "%s/data/demo/%s", SOURCE_ROOT, name);
    OK(file_read(ctx, path, 1 << 20, &bytes));
    OK(json_read(bytes, 1 << 20, &answers));
    OK(json_keep(ctx, answers));
    return answers;
}

static void demo_answers_are_right(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(FILLED); i++) {
        MEM_SCOPE(ctx, NULL);
        const struct form *form = form_try_folder(ctx, FILLED[i].form);
        struct form_eval eval = FORM_EVAL_ALL(TRY_NOW);
        eval.parties = FILLED[i].parties;
        struct form_reading reading = form_reading_of(form, "en");
        struct form_checked c;
        OK(form_answers_check(ctx, form, demo(ctx, FILLED[i].answers), &eval, &reading, &c));
        const char *problems = form_try_problems(ctx, &c);
        if (*problems != '\0') fail_msg("%s: %s", FILLED[i].answers, problems);
        for (size_t k = 0; k < c.n_dropped; k++) fail_msg("%s: %s is not asked", FILLED[i].answers, c.dropped[k]);
        struct form_parts parts;
        json_t *merged;
        OK(form_split(ctx, form, c.answers, &parts));
        OK(form_merge(ctx, form, &parts, &merged));
        assert_true(json_equal(merged, c.answers));
    }
}

/* Each field of a section as a browser would post it. */
static size_t posted(mem *ctx, const struct form_fields *fields, struct form_pair *pairs)
{
    size_t n = 0;
    for (size_t i = 0; i < fields->n; i++) {
        const struct form_field *f = &fields->at[i];
        if (f->kind != FORM_FIELD_QUESTION || f->read_only || f->item->type == FORM_FILE) continue;
        const struct {
            const char *suffix, *value;
            bool is;
        } PARTS[] = {
            {"-day", f->day, f->item->type == FORM_DATE || f->item->type == FORM_DATETIME},
            {"-month", f->month, f->item->type == FORM_DATE || f->item->type == FORM_DATETIME},
            {"-year", f->year, f->item->type == FORM_DATE || f->item->type == FORM_DATETIME},
            {"-hour", f->hour, f->item->type == FORM_TIME || f->item->type == FORM_DATETIME},
            {"-minute", f->minute, f->item->type == FORM_TIME || f->item->type == FORM_DATETIME},
        };
        bool moment = false;
        for (size_t k = 0; k < COUNT_OF(PARTS); k++) {
            if (!PARTS[k].is) continue;
            moment = true;
            pairs[n++] = (struct form_pair){talloc_asprintf(ctx, "%s%s", f->path, PARTS[k].suffix),
                                            bytes_text(PARTS[k].value)};
        }
        for (size_t k = 0; k < f->n_options; k++)
            if (f->options[k].chosen)
                pairs[n++] = (struct form_pair){f->path, bytes_text(f->options[k].choice->name)};
        if (!moment && f->item->choices == NULL)
            pairs[n++] = (struct form_pair){f->path, bytes_text(f->value)};
    }
    return n;
}

/* Showing each section, posting what it shows and merging it changes nothing. */
static void what_a_page_shows_it_takes_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(FILLED); i++) {
        MEM_SCOPE(ctx, NULL);
        const struct form *form = form_try_folder(ctx, FILLED[i].form);
        struct form_eval eval = FORM_EVAL_ALL(TRY_NOW);
        eval.parties = FILLED[i].parties;
        struct form_reading reading = form_reading_of(form, "sq");
        struct form_checked c;
        OK(form_answers_check(ctx, form, demo(ctx, FILLED[i].answers), &eval, &reading, &c));
        json_t *answers = c.answers;
        for (size_t k = 0; k < form->n_sections; k++) {
            struct form_fields fields;
            struct form_input input;
            struct form_pair pairs[1000];
            json_t *merged;
            const struct form_section *section = &form->sections[k];
            OK(form_view(ctx, form, section, answers, &eval, &reading, NULL, &fields));
            size_t n = posted(ctx, &fields, pairs);
            OK(form_input_read(ctx, form, section, &eval, pairs, n, &input));
            assert_int_equal(input.n_problems, 0);
            OK(form_answers_merge(ctx, form, section, &eval, answers, input.answers, &merged));
            OK(form_section_check(ctx, form, section, merged, &eval, &reading, &c));
            if (!json_equal(c.answers, answers))
                fail_msg("%s, section %s:\n%s\n%s", FILLED[i].answers, section->name,
                         form_try_text(ctx, answers), form_try_text(ctx, c.answers));
        }
    }
}

static void every_question_has_albanian_and_italian_labels(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    const struct form *form = form_try_folder(ctx, "annex-i");
    static const char *const LANGUAGES[] = {"sq", "it", "en"};
    for (size_t l = 0; l < COUNT_OF(LANGUAGES); l++) {
        struct form_reading reading = form_reading_of(form, LANGUAGES[l]);
        for (size_t i = 0; i < form->n_items; i++) {
            const struct form_item *item = &form->items[i];
            assert_true(form_label(form, &reading, item).wanted);
            for (size_t k = 0; item->choices != NULL && k < item->choices->n; k++)
                assert_true(form_choice_label(form, &reading, item, item->choices->at[k].name).wanted);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(demo_answers_are_right),
        cmocka_unit_test(what_a_page_shows_it_takes_back),
        cmocka_unit_test(every_question_has_albanian_and_italian_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
