/* fuzz_form_csv.c - a form's definition, as CSV or as JSON.
 *
 * The first byte picks: CSV is survey, choices and settings with a line "==" between, JSON is one text.
 * A form that loads must write itself as JSON and read back as the same form, and must show, check and
 * view an empty set of answers.
 */
#include <string.h>

#include "form/show.h"
#include "form/view.h"
#include "form/write.h"
#include "fuzz.h"

#define MUST(cond) ((cond) ? (void)0 : __builtin_trap())

static struct bytes cut(struct bytes *rest)
{
    static const char MARK[] = "\n==\n";
    size_t at = bytes_find(*rest, bytes_text(MARK), 0);
    struct bytes piece = *rest;
    if (at == SIZE_MAX) {
        *rest = bytes_of(rest->p + rest->n, 0);
        return piece;
    }
    piece.n = at + 1;
    *rest = bytes_of(rest->p + at + strlen(MARK), rest->n - at - strlen(MARK));
    return piece;
}

static void use(mem *ctx, const struct form *form)
{
    struct bytes json;
    const char *text;
    const struct form *again;
    struct form_problems problems;
    form_problems_init(&problems, ctx);
    MUST(!err_failed(form_to_json(ctx, form, &json)));
    MUST(!err_failed(form_from_json(ctx, json, &problems, &again)));
    MUST(strcmp(form->hash, again->hash) == 0);
    struct form_reading reading = form_reading_of(form, "sq,en");
    MUST(!err_failed(form_show(ctx, form, &reading, &text)));
    struct form_eval eval = FORM_EVAL_ALL(1795514400000);
    struct form_checked checked;
    JSON_SCOPE(empty) = json_object();
    if (err_failed(form_answers_check(ctx, form, empty, &eval, &reading, &checked))) return;
    for (size_t i = 0; i < form->n_sections; i++) {
        struct form_fields fields;
        err_ignore(form_view(ctx, form, &form->sections[i], checked.answers, &eval, &reading, NULL,
                             &fields)); /* may be given up for its work */
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    MEM_SCOPE(ctx, NULL);
    const struct form *form = NULL;
    const char *text;
    struct form_problems problems;
    form_problems_init(&problems, ctx);
    struct bytes rest = bytes_of(data + 1, size - 1);
    err e;
    if (data[0] == 'J') {
        e = form_from_json(ctx, rest, &problems, &form);
    } else {
        struct form_source source;
        source.survey = cut(&rest);
        source.choices = cut(&rest);
        source.settings = cut(&rest);
        e = form_load(ctx, source, &problems, &form);
    }
    MUST(!err_failed(form_problems_show(ctx, &problems, &text)));
    MUST(err_failed(e) == (form == NULL));
    MUST(!err_failed(e) || e.kind != ERR_INPUT || problems.errors > 0);
    if (form != NULL) use(ctx, form);
    return 0;
}
