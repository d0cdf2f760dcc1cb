/* build.c - a form from its raw rows, step by step. */
#include "form/build.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "crypto/sha256.h"
#include "form/write.h"

err build_complain(struct builder *b, bool warning, int row, enum raw_column column,
                   const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *message = talloc_vasprintf(b->scratch, format, args);
    va_end(args);
    ENSURE_MEM(message);
    return form_problem_add(b->problems, warning, b->raw->survey_file, row,
                            raw_column_name(b->raw, column), "%s", message);
}

err build_text(struct builder *b, const char *const *raw, struct form_text *out)
{
    if (raw == NULL) return ERR_OK;
    const char **copy = mem_array(b->form, const char *, b->form->n_languages + 1);
    ENSURE_MEM(copy);
    bool any = false;
    for (size_t i = 0; i < b->form->n_languages; i++) {
        if (raw[i] == NULL) continue;
        any = true;
        copy[i] = mem_text(copy, raw[i]);
        ENSURE_MEM(copy[i]);
    }
    if (any) out->in = copy;
    return ERR_OK;
}

err build_cell(struct builder *b, const char *cell, const char **out)
{
    if (*cell == '\0') return ERR_OK;
    *out = mem_text(b->form, cell);
    ENSURE_MEM(*out);
    return ERR_OK;
}

static err settings_complain(struct builder *b, const char *key, const char *heading,
                             const char *message)
{
    return form_problem_add(b->problems, false, b->raw->settings_file, b->raw->json ? 0 : 2,
                            b->raw->json ? key : heading, "%s", message);
}

static err head_build(struct builder *b)
{
    struct form *form = b->form;
    const struct raw *raw = b->raw;
    if (!text_identifier(raw->id))
        TRY(settings_complain(b, "id", "form_id",
                              "the form needs a name of 1 to 64 letters, digits, - and _, for "
                              "example annex-i"));
    if (*raw->version == '\0' || strlen(raw->version) > 64)
        TRY(settings_complain(b, "version", "version",
                              "the form needs a version of at most 64 characters, for example 1 or "
                              "2026-11-24"));
    form->id = mem_text(form, raw->id);
    form->version = mem_text(form, raw->version);
    form->source = mem_text(form, raw->source);
    struct form_language *languages = mem_array(form, struct form_language, raw->n_languages + 1);
    ENSURE(form->id && form->version && form->source && languages, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < raw->n_languages; i++) {
        languages[i].code = mem_text(form, raw->languages[i].code);
        languages[i].name = mem_text(form, raw->languages[i].name);
        ENSURE(languages[i].code && languages[i].name, ERR_MEMORY, "out of memory");
    }
    form->languages = languages;
    form->n_languages = raw->n_languages;
    form->default_language = raw->default_language;
    TRY(build_text(b, raw->title, &form->title));
    return build_text(b, raw->review, &form->review);
}

static err hash_build(struct builder *b)
{
    struct bytes json;
    char hex[SHA256_HEX_ROOM];
    TRY(form_to_json(b->scratch, b->form, &json));
    sha256_hex(json, hex);
    b->form->hash = mem_text(b->form, hex);
    ENSURE_MEM(b->form->hash);
    return ERR_OK;
}

static err steps(struct builder *b)
{
    TRY(head_build(b));
    TRY(build_lists(b));
    TRY(build_items(b));
    TRY(build_names(b));
    if (b->problems->errors == 0) TRY(build_expressions(b));
    if (b->problems->errors == 0) TRY(build_order(b));
    ENSURE(b->problems->errors == 0, ERR_INPUT, "the form has problems");
    TRY(build_sections(b));
    TRY(build_warnings(b));
    return hash_build(b);
}

err raw_build(mem *ctx, const struct raw *raw, struct form_problems *problems,
              const struct form **out)
{
    MEM_SCOPE(scratch, NULL);
    struct form *form = mem_new(ctx, struct form);
    ENSURE(scratch != NULL && form != NULL, ERR_MEMORY, "out of memory");
    struct builder b = {.form = form, .scratch = scratch, .raw = raw, .problems = problems};
    err e = steps(&b);
    if (err_failed(e)) {
        (void)talloc_free(form);
        return e;
    }
    *out = form;
    return ERR_OK;
}

err form_load(mem *ctx, struct form_source source, struct form_problems *problems,
              const struct form **out)
{
    MEM_SCOPE(scratch, NULL);
    ENSURE_MEM(scratch);
    struct raw raw;
    TRY(raw_from_csv(scratch, source, problems, &raw));
    return raw_build(ctx, &raw, problems, out);
}

err form_from_json(mem *ctx, struct bytes json, struct form_problems *problems,
                   const struct form **out)
{
    MEM_SCOPE(scratch, NULL);
    ENSURE_MEM(scratch);
    struct raw raw;
    TRY(raw_from_json(scratch, json, problems, &raw));
    return raw_build(ctx, &raw, problems, out);
}
