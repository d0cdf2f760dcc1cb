/* form_try.h - forms and answers for tests, from text. */
#ifndef OPENTRM_TESTS_FORM_TRY_H
#define OPENTRM_TESTS_FORM_TRY_H

#include "cm.h"

#include <string.h>

#include "base/date.h"
#include "base/json.h"
#include "base/text.h"
#include "form/answers.h"
#include "form/show.h"

#define TRY_SETTINGS "form_id,version\nt,1\n"

static inline struct form_source form_try_source(const char *survey, const char *choices)
{
    return (struct form_source){bytes_text(survey), bytes_text(choices), bytes_text(TRY_SETTINGS)};
}

/* Loads, or fails the test with all problems. */
static inline const struct form *form_try_load(mem *ctx, const char *survey, const char *choices)
{
    const struct form *form = NULL;
    const char *text = "";
    struct form_problems problems;
    form_problems_init(&problems, ctx);
    err e = form_load(ctx, form_try_source(survey, choices), &problems, &form);
    OK(form_problems_show(ctx, &problems, &text));
    if (err_failed(e)) fail_msg("%s\n%s", e.what, text);
    return form;
}

/* A form of this repository's data folder. */
static inline const struct form *form_try_folder(mem *ctx, const char *name)
{
    const struct form *form = NULL;
    const char *text = "";
    struct form_source source;
    struct form_problems problems;
    char path[500];
    (void)snprintf(path, sizeof path, "%s/data/forms/%s", SOURCE_ROOT, name);
    OK(form_source_read(ctx, path, &source));
    form_problems_init(&problems, ctx);
    err e = form_load(ctx, source, &problems, &form);
    OK(form_problems_show(ctx, &problems, &text));
    if (err_failed(e)) fail_msg("%s\n%s", e.what, text);
    return form;
}

/* Reads JSON written with ' for ". */
static inline json_t *form_try_json(mem *ctx, const char *text)
{
    char *copy = talloc_strdup(ctx, text);
    json_t *value = NULL;
    assert_non_null(copy);
    for (char *c = copy; *c != '\0'; c++)
        if (*c == '\'') *c = '"';
    OK(json_read(bytes_text(copy), 1 << 20, &value));
    OK(json_keep(ctx, value));
    return value;
}

/* The JSON as text, with ' for ". */
static inline const char *form_try_text(mem *ctx, const json_t *value)
{
    struct bytes out;
    if (value == NULL) return "NULL";
    OK(json_write(ctx, value, &out));
    char *copy = talloc_strndup(ctx, (const char *)out.p, out.n);
    for (char *c = copy; *c != '\0'; c++)
        if (*c == '"') *c = '\'';
    return copy;
}

#define assert_json(ctx, value, expected)                                                          \
    assert_string_equal(form_try_text((ctx), (value)), (expected))

/* 2026-11-24T10:00:00Z */
#define TRY_NOW ((msec)1795514400000)

static inline struct form_checked form_try_check(mem *ctx, const struct form *form,
                                                 const char *answers)
{
    struct form_eval eval = FORM_EVAL_ALL(TRY_NOW);
    struct form_reading reading = form_reading_of(form, "en");
    struct form_checked checked;
    OK(form_answers_check(ctx, form, form_try_json(ctx, answers), &eval, &reading, &checked));
    return checked;
}

/* All problems as "path: message; ". */
static inline const char *form_try_problems(mem *ctx, const struct form_checked *checked)
{
    char *text = talloc_strdup(ctx, "");
    for (size_t i = 0; i < checked->n_problems; i++)
        text = talloc_asprintf_append(text, "%s: %s; ", checked->problems[i].path,
                                      checked->problems[i].message);
    return text;
}

#endif
