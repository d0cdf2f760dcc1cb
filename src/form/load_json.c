/* load_json.c - a form that came inside a message, as raw rows. The sender is not trusted. */
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "form/raw.h"
#include "form/write.h"

struct loader {
    mem *ctx;
    struct form_problems *problems;
    struct raw *raw;
};

static err complain(struct loader *l, const char *list, int row, const char *member,
                    const char *message)
{
    return form_problem_add(l->problems, false, list, row, member, "%s", message);
}

/* A text as a cell would hold it: clean, trimmed, not too long. NULL (and a problem) if it is none. */
static err cell_read(struct loader *l, const char *list, int row, const char *member,
                     const json_t *value, const char **out)
{
    *out = NULL;
    if (!json_is_string(value)) return complain(l, list, row, member, "a text is needed");
    struct bytes text = bytes_of(json_string_value(value), json_string_length(value));
    const char *copy = "", *cell;
    if (err_failed(text_check(text, FORM_CELL_MAX)))
        return complain(l, list, row, member, "the text is too long or not clean UTF-8");
    TRY(bytes_string(l->ctx, text, &copy));
    TRY(text_trim(l->ctx, copy, &cell));
    *out = cell;
    return ERR_OK;
}

/* {"en": "...", "it": "..."} */
static err texts_read(struct loader *l, const char *list, int row, const char *member,
                      json_t *value, const char ***out)
{
    if (!json_is_object(value))
        return complain(l, list, row, member, "texts by language are needed");
    const char **texts = mem_array(l->ctx, const char *, FORM_LANGUAGES_MAX);
    ENSURE_MEM(texts);
    bool any = false;
    const char *key;
    json_t *one;
    json_object_foreach(value, key, one) {
        size_t language = SIZE_MAX;
        for (size_t i = 0; i < l->raw->n_languages; i++)
            if (text_same(l->raw->languages[i].code, key)) language = i;
        const char *cell;
        TRY(cell_read(l, list, row, member, one, &cell));
        if (language == SIZE_MAX)
            TRY(complain(l, list, row, member, "a text is in a language that the form doesn't list"));
        if (cell == NULL || *cell == '\0' || language == SIZE_MAX) continue;
        texts[language] = cell;
        any = true;
    }
    if (any) *out = texts;
    return ERR_OK;
}

static err languages_read(struct loader *l, const json_t *list)
{
    size_t n = json_array_size(list);
    if ((list != NULL && !json_is_array(list)) || n > FORM_LANGUAGES_MAX)
        return complain(l, "form", 0, "languages", "a list of at most 40 languages is needed");
    l->raw->languages = mem_array(l->ctx, struct form_language, n + 1);
    ENSURE_MEM(l->raw->languages);
    for (size_t i = 0; i < n; i++) {
        const json_t *one = json_array_get(list, i);
        const char *code, *name = "";
        TRY(cell_read(l, "form", 0, "languages", json_object_get(one, "code"), &code));
        if (json_object_get(one, "name") != NULL)
            TRY(cell_read(l, "form", 0, "languages", json_object_get(one, "name"), &name));
        if (code == NULL || name == NULL) continue;
        bool twice = false;
        for (size_t k = 0; k < l->raw->n_languages; k++)
            if (text_same_nocase(l->raw->languages[k].code, code)) twice = true;
        if (!raw_language_valid(code) || twice) {
            TRY(complain(l, "form", 0, "languages", "a language has no valid code, or comes twice"));
            continue;
        }
        l->raw->languages[l->raw->n_languages++] = (struct form_language){code, name};
    }
    return ERR_OK;
}

static err head_member(struct loader *l, const char *key, json_t *value)
{
    static const char *const ELSEWHERE[] = {"languages", "survey", "choices"};
    for (size_t i = 0; i < COUNT_OF(ELSEWHERE); i++)
        if (text_same(key, ELSEWHERE[i])) return ERR_OK;
    if (text_same(key, "title")) return texts_read(l, "form", 0, key, value, &l->raw->title);
    if (text_same(key, "translation_review"))
        return texts_read(l, "form", 0, key, value, &l->raw->review);
    const char *cell;
    TRY(cell_read(l, "form", 0, key, value, &cell));
    if (cell == NULL) return ERR_OK;
    if (text_same(key, "default_language")) {
        for (size_t i = 0; i < l->raw->n_languages; i++) {
            if (!text_same(l->raw->languages[i].code, cell)) continue;
            l->raw->default_language = i;
            return ERR_OK;
        }
        return complain(l, "form", 0, key, "the form doesn't list this language");
    }
    const struct {
        const char *key;
        const char **to;
    } ROWS[] = {
        {"id", &l->raw->id}, {"version", &l->raw->version}, {"source", &l->raw->source}};
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        if (!text_same(key, ROWS[i].key)) continue;
        *ROWS[i].to = cell;
        return ERR_OK;
    }
    return complain(l, "form", 0, "", "a member of the form is unknown");
}

static err row_member(struct loader *l, struct raw_row *row, const char *key, json_t *value)
{
    for (size_t i = 0; i < RAW_TEXTS; i++)
        if (text_same(key, RAW_TEXT_NAME[i]))
            return texts_read(l, "survey", row->row, key, value, &row->texts[i]);
    for (size_t i = 0; i < RAW_COLUMNS; i++) {
        if (!text_same(key, RAW_COLUMN_KEY[i])) continue;
        const char *cell;
        TRY(cell_read(l, "survey", row->row, key, value, &cell));
        if (cell != NULL) row->cells[i] = cell;
        return ERR_OK;
    }
    return complain(l, "survey", row->row, "", "a member of a question is unknown");
}

static err survey_read(struct loader *l, const json_t *list)
{
    size_t n = json_array_size(list);
    if (!json_is_array(list) || n > FORM_ROWS_MAX)
        return complain(l, "survey", 0, "", "a list of at most 5000 questions is needed");
    l->raw->rows = mem_array(l->ctx, struct raw_row, n + 1);
    ENSURE_MEM(l->raw->rows);
    for (size_t i = 0; i < n; i++) {
        struct raw_row *row = &l->raw->rows[i];
        row->row = (int)i + 2;
        for (size_t k = 0; k < RAW_COLUMNS; k++) row->cells[k] = "";
        json_t *one = json_array_get(list, i), *value;
        const char *key;
        if (!json_is_object(one)) TRY(complain(l, "survey", row->row, "", "an object is needed"));
        json_object_foreach(one, key, value) TRY(row_member(l, row, key, value));
    }
    l->raw->n_rows = n;
    return ERR_OK;
}

/* All names of attributes, sorted, each once. */
static err attributes_collect(struct loader *l, const json_t *choices)
{
    json_t *one, *value;
    size_t i;
    const char *key;
    JSON_SCOPE(all) = json_object();
    ENSURE_MEM(all);
    json_array_foreach(choices, i, one)
        json_object_foreach(json_object_get(one, "attributes"), key, value)
            TRY(json_put(all, key, json_true()));
    size_t n = json_object_size(all);
    if (n > FORM_COLUMNS_MAX)
        return complain(l, "choices", 0, "attributes", "there are more than 200 attributes");
    const char **names = mem_array(l->ctx, const char *, n + 1);
    ENSURE_MEM(names);
    json_object_foreach(all, key, value) {
        if (!text_identifier(key)) {
            TRY(complain(l, "choices", 0, "attributes", "an attribute has no valid name"));
            continue;
        }
        size_t at = l->raw->n_attributes++;
        for (; at > 0 && strcmp(names[at - 1], key) > 0; at--) names[at] = names[at - 1];
        names[at] = mem_text(l->ctx, key);
        ENSURE_MEM(names[at]);
    }
    l->raw->attributes = names;
    return ERR_OK;
}

static err choice_attributes(struct loader *l, struct raw_choice *choice, json_t *object)
{
    choice->attributes = mem_array(l->ctx, const char *, l->raw->n_attributes + 1);
    ENSURE_MEM(choice->attributes);
    if (object != NULL && !json_is_object(object))
        TRY(complain(l, "choices", choice->row, "attributes", "an object is needed"));
    for (size_t i = 0; i < l->raw->n_attributes; i++) {
        const json_t *value = json_object_get(object, l->raw->attributes[i]);
        const char *cell = NULL;
        if (value != NULL)
            TRY(cell_read(l, "choices", choice->row, "attributes", value, &cell));
        choice->attributes[i] = cell == NULL ? "" : cell;
    }
    return ERR_OK;
}

static err choice_member(struct loader *l, struct raw_choice *choice, const char *key,
                         json_t *value)
{
    if (text_same(key, "label"))
        return texts_read(l, "choices", choice->row, key, value, &choice->label);
    if (text_same(key, "attributes")) return ERR_OK;
    bool list = text_same(key, "list_name");
    if (!list && !text_same(key, "name"))
        return complain(l, "choices", choice->row, "", "a member of a choice is unknown");
    const char *cell;
    TRY(cell_read(l, "choices", choice->row, key, value, &cell));
    if (cell != NULL) *(list ? &choice->list : &choice->name) = cell;
    return ERR_OK;
}

static err choices_read(struct loader *l, const json_t *list)
{
    size_t n = json_array_size(list);
    if ((list != NULL && !json_is_array(list)) || n > FORM_ROWS_MAX)
        return complain(l, "choices", 0, "", "a list of at most 5000 choices is needed");
    TRY(attributes_collect(l, list));
    l->raw->choices = mem_array(l->ctx, struct raw_choice, n + 1);
    ENSURE_MEM(l->raw->choices);
    for (size_t i = 0; i < n; i++) {
        struct raw_choice *choice = &l->raw->choices[i];
        *choice = (struct raw_choice){.row = (int)i + 2, .list = "", .name = ""};
        json_t *one = json_array_get(list, i), *value;
        const char *key;
        if (!json_is_object(one))
            TRY(complain(l, "choices", choice->row, "", "an object is needed"));
        TRY(choice_attributes(l, choice, json_object_get(one, "attributes")));
        json_object_foreach(one, key, value) TRY(choice_member(l, choice, key, value));
    }
    l->raw->n_choices = n;
    return ERR_OK;
}

err raw_from_json(mem *ctx, struct bytes json, struct form_problems *problems, struct raw *out)
{
    JSON_SCOPE(root) = NULL;
    err e = json_read(json, FORM_JSON_MAX, &root);
    if (e.kind == ERR_INPUT || e.kind == ERR_LIMIT || (!err_failed(e) && !json_is_object(root))) {
        TRY(form_problem_add(problems, false, "form", 0, "", "this is not the JSON of a form"));
        FAIL(ERR_INPUT, "this is not the JSON of a form");
    }
    TRY(e);
    struct raw raw = {.json = true,
                      .survey_file = "survey",
                      .choices_file = "choices",
                      .settings_file = "form",
                      .id = "",
                      .version = "",
                      .source = ""};
    struct loader l = {ctx, problems, &raw};
    TRY(languages_read(&l, json_object_get(root, "languages")));
    const char *key;
    json_t *value;
    json_object_foreach(root, key, value) TRY(head_member(&l, key, value));
    TRY(choices_read(&l, json_object_get(root, "choices")));
    TRY(survey_read(&l, json_object_get(root, "survey")));
    *out = raw;
    return ERR_OK;
}
