/* load_csv.c - survey.csv, choices.csv and settings.csv as raw rows: headings and languages. */
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "base/vec.h"
#include "form/raw.h"
#include "form/sheet.h"

/* What a heading turned out to be. */
enum target_kind { TARGET_IGNORED, TARGET_COLUMN, TARGET_TEXT, TARGET_ATTRIBUTE };
struct target {
    enum target_kind kind;
    size_t which;    /* raw_column, raw_text, place of the attribute, or own meaning */
    size_t language; /* TARGET_TEXT */
};

struct loader {
    mem *ctx;
    struct form_problems *problems;
    struct raw *raw;
    VEC(struct form_language) languages;
};

/* Columns of XLSForm that we know and do not support, and what to do instead. */
static const struct {
    const char *heading; /* ending with ::, a beginning */
    const char *instead;
} UNSUPPORTED[] = {
    {"repeat_count", "the person who fills the form adds as many entries as are needed; remove it"},
    {"trigger", "a calculation follows its answers by itself; remove it"},
    {"parameters", "remove it, or use constraint"},
    {"guidance_hint", "put the text into hint"},
    {"media::", "only texts can be shown; remove it"},
    {"image", "only texts can be shown; remove it"},
    {"audio", "only texts can be shown; remove it"},
    {"video", "only texts can be shown; remove it"},
    {"body::", "use appearance"},
    {"instance::", "remove it"},
    {"bind::", "of these only bind::trm:party, bind::trm:compartment, bind::trm:share, "
               "bind::trm:statistic and bind::trm:source are known"},
    {"calculate", "the heading is spelled calculation"},
    {"relevance", "the heading is spelled relevant"},
    {"readonly", "the heading is spelled read_only"},
    {"list name", "the heading is spelled list_name"},
    {"public_key", "messages are sealed by the node; remove it"},
    {"submission_url", "answers stay on the node; remove it"},
    {"instance_name", "a case has a code that says nothing about the person; remove it"},
    {"allow_choice_duplicates", "give each choice a name of its own; remove it"},
};

static const char *unsupported_find(const char *heading)
{
    for (size_t i = 0; i < COUNT_OF(UNSUPPORTED); i++) {
        const char *have = UNSUPPORTED[i].heading;
        if (text_same(heading, have) || (text_ends(have, "::") && text_starts(heading, have)))
            return UNSUPPORTED[i].instead;
    }
    return NULL;
}

/* The row of the first cell with text in a column, or 0. */
static int column_used(const struct sheet *sheet, size_t column)
{
    for (size_t r = 0; r < sheet->n_rows; r++)
        if (*sheet->rows[r].cells[column] != '\0') return sheet->rows[r].number;
    return 0;
}

static err heading_unknown(struct loader *l, const struct sheet *sheet, size_t column)
{
    const char *heading = sheet->headers[column];
    int row = column_used(sheet, column);
    if (row == 0 || text_starts(heading, "#")) return ERR_OK;
    if (*heading == '\0')
        return form_problem_add(l->problems, false, sheet->file, row, "",
                                "a cell in column %zu holds text, but the column has no heading",
                                column + 1);
    const char *instead = unsupported_find(heading);
    if (instead != NULL)
        return form_problem_add(l->problems, false, sheet->file, row, heading,
                                "this column is not supported: %s", instead);
    return form_problem_add(l->problems, false, sheet->file, row, heading,
                            "no column has this heading; check the spelling, or let the heading "
                            "begin with # to keep the column as a remark");
}

/* "English (en)" or "en"; the place of the language, which is added when it is new. SIZE_MAX after a
 * problem was added. */
static err language_add(struct loader *l, const char *file, const char *heading, const char *text,
                        size_t *out)
{
    *out = SIZE_MAX;
    struct form_language found = {.code = "und", .name = ""};
    if (text != NULL) {
        const char *open = strrchr(text, '(');
        if (open != NULL && text_ends(text, ")")) {
            const char *name = mem_textn(l->ctx, text, (size_t)(open - text));
            found.code = mem_textn(l->ctx, open + 1, strlen(open) - 2);
            ENSURE(name != NULL && found.code != NULL, ERR_MEMORY, "out of memory");
            TRY(text_trim(l->ctx, name, &found.name));
        } else {
            found.code = text;
        }
        if (!raw_language_valid(found.code))
            return form_problem_add(l->problems, false, file, 1, heading,
                                    "the language needs its code in brackets, as in "
                                    "\"label::English (en)\"");
    }
    for (size_t i = 0; i < l->languages.n; i++) {
        if (!text_same_nocase(l->languages.at[i].code, found.code)) continue;
        *out = i;
        return ERR_OK;
    }
    if (l->languages.n == FORM_LANGUAGES_MAX)
        return form_problem_add(l->problems, false, file, 1, heading,
                                "a form has at most %d languages", FORM_LANGUAGES_MAX);
    TRY(vec_push(l->ctx, &l->languages, found, FORM_LANGUAGES_MAX));
    *out = l->languages.n - 1;
    return ERR_OK;
}

/* A heading that is one of `names`, alone or followed by "::" and a language. */
static err heading_text(struct loader *l, const struct sheet *sheet, size_t column,
                        const char *const *names, size_t n, struct target *out)
{
    const char *heading = sheet->headers[column];
    for (size_t i = 0; i < n; i++) {
        size_t length = strlen(names[i]);
        if (!text_starts(heading, names[i])) continue;
        const char *rest = heading + length;
        rest += strspn(rest, " ");
        if (*rest != '\0' && !text_starts(rest, "::")) continue;
        const char *language = NULL;
        if (*rest != '\0') TRY(text_trim(l->ctx, rest + 2, &language));
        out->kind = TARGET_TEXT;
        out->which = i;
        TRY(language_add(l, sheet->file, heading, language, &out->language));
        if (out->language == SIZE_MAX) out->kind = TARGET_IGNORED;
        return ERR_OK;
    }
    return ERR_OK;
}

static err heading_twice(struct loader *l, const struct sheet *sheet, const struct target *targets,
                         size_t column)
{
    const struct target *t = &targets[column];
    for (size_t i = 0; t->kind != TARGET_IGNORED && i < column; i++)
        if (targets[i].kind == t->kind && targets[i].which == t->which &&
            targets[i].language == t->language)
            return form_problem_add(l->problems, false, sheet->file, 1, sheet->headers[column],
                                    "there are two columns with this heading");
    return ERR_OK;
}

/* The headings of one sheet. `columns` and `texts` are the names it may have. */
static err headings_read(struct loader *l, const struct sheet *sheet, const char *const *columns,
                         size_t n_columns, const char *const *texts, size_t n_texts,
                         bool attributes, struct target **out)
{
    struct target *targets = mem_array(l->ctx, struct target, sheet->n_columns + 1);
    ENSURE_MEM(targets);
    for (size_t c = 0; c < sheet->n_columns; c++) {
        struct target *t = &targets[c];
        for (size_t i = 0; i < n_columns; i++)
            if (text_same(sheet->headers[c], columns[i])) *t = (struct target){TARGET_COLUMN, i, 0};
        if (t->kind == TARGET_IGNORED) {
            size_t before = l->problems->errors;
            TRY(heading_text(l, sheet, c, texts, n_texts, t));
            if (l->problems->errors != before) continue;
        }
        if (t->kind == TARGET_IGNORED && attributes && text_identifier(sheet->headers[c]) &&
            unsupported_find(sheet->headers[c]) == NULL)
            *t = (struct target){TARGET_ATTRIBUTE, c, 0};
        if (t->kind == TARGET_IGNORED) TRY(heading_unknown(l, sheet, c));
        TRY(heading_twice(l, sheet, targets, c));
    }
    *out = targets;
    return ERR_OK;
}

static err text_put(struct loader *l, const char ***texts, size_t language, const char *cell)
{
    if (*cell == '\0') return ERR_OK;
    if (*texts == NULL) *texts = mem_array(l->ctx, const char *, FORM_LANGUAGES_MAX);
    ENSURE_MEM(*texts);
    (*texts)[language] = cell;
    return ERR_OK;
}

static err survey_read(struct loader *l, const struct sheet *sheet)
{
    struct target *targets;
    TRY(headings_read(l, sheet, RAW_COLUMN_HEADING, RAW_COLUMNS, RAW_TEXT_NAME, RAW_TEXTS, false,
                      &targets));
    bool type = false;
    for (size_t c = 0; c < sheet->n_columns; c++)
        if (targets[c].kind == TARGET_COLUMN && targets[c].which == RAW_TYPE) type = true;
    if (!type)
        return form_problem_add(l->problems, false, sheet->file, 1, "type",
                                "the first row of the file must be the headings, and one of them "
                                "\"type\"");
    l->raw->rows = mem_array(l->ctx, struct raw_row, sheet->n_rows + 1);
    ENSURE_MEM(l->raw->rows);
    for (size_t r = 0; r < sheet->n_rows; r++) {
        struct raw_row *row = &l->raw->rows[r];
        row->row = sheet->rows[r].number;
        for (size_t i = 0; i < RAW_COLUMNS; i++) row->cells[i] = "";
        for (size_t c = 0; c < sheet->n_columns; c++) {
            const struct target *t = &targets[c];
            const char *cell = sheet->rows[r].cells[c];
            if (t->kind == TARGET_COLUMN) row->cells[t->which] = cell;
            if (t->kind == TARGET_TEXT) TRY(text_put(l, &row->texts[t->which], t->language, cell));
        }
    }
    l->raw->n_rows = sheet->n_rows;
    return ERR_OK;
}

/* The further columns of the choices, in the order of their names. */
static err attributes_read(struct loader *l, const struct sheet *sheet, struct target *targets)
{
    const char **names = mem_array(l->ctx, const char *, sheet->n_columns + 1);
    ENSURE_MEM(names);
    size_t n = 0;
    for (size_t c = 0; c < sheet->n_columns; c++) {
        if (targets[c].kind != TARGET_ATTRIBUTE) continue;
        size_t i = n++;
        for (; i > 0 && strcmp(names[i - 1], sheet->headers[c]) > 0; i--) names[i] = names[i - 1];
        names[i] = sheet->headers[c];
    }
    for (size_t c = 0; c < sheet->n_columns; c++)
        for (size_t i = 0; targets[c].kind == TARGET_ATTRIBUTE && i < n; i++)
            if (text_same(names[i], sheet->headers[c])) {
                targets[c].which = i;
                break;
            }
    l->raw->attributes = names;
    l->raw->n_attributes = n;
    return ERR_OK;
}

static err choices_read(struct loader *l, const struct sheet *sheet)
{
    static const char *const COLUMNS[] = {"list_name", "name"};
    struct target *targets;
    TRY(headings_read(l, sheet, COLUMNS, COUNT_OF(COLUMNS), RAW_TEXT_NAME, 1, true, &targets));
    TRY(attributes_read(l, sheet, targets));
    l->raw->choices = mem_array(l->ctx, struct raw_choice, sheet->n_rows + 1);
    ENSURE_MEM(l->raw->choices);
    for (size_t r = 0; r < sheet->n_rows; r++) {
        struct raw_choice *choice = &l->raw->choices[r];
        *choice = (struct raw_choice){.row = sheet->rows[r].number, .list = "", .name = ""};
        choice->attributes = mem_array(l->ctx, const char *, l->raw->n_attributes + 1);
        ENSURE_MEM(choice->attributes);
        for (size_t i = 0; i < l->raw->n_attributes; i++) choice->attributes[i] = "";
        for (size_t c = 0; c < sheet->n_columns; c++) {
            const struct target *t = &targets[c];
            const char *cell = sheet->rows[r].cells[c];
            if (t->kind == TARGET_COLUMN) *(t->which == 0 ? &choice->list : &choice->name) = cell;
            if (t->kind == TARGET_TEXT) TRY(text_put(l, &choice->label, t->language, cell));
            if (t->kind == TARGET_ATTRIBUTE) choice->attributes[t->which] = cell;
        }
    }
    l->raw->n_choices = sheet->n_rows;
    return ERR_OK;
}

/* The language that `text` names: "English (en)", "en" or "English". SIZE_MAX if none. */
static size_t language_named(const struct loader *l, const char *text)
{
    for (size_t i = 0; i < l->languages.n; i++) {
        const struct form_language *have = &l->languages.at[i];
        size_t n = strlen(have->name);
        bool both = n > 0 && strncmp(text, have->name, n) == 0 && text_starts(text + n, " (") &&
                    strncmp(text + n + 2, have->code, strlen(have->code)) == 0 &&
                    text_same(text + n + 2 + strlen(have->code), ")");
        if (both || text_same_nocase(text, have->code) || (n > 0 && text_same(text, have->name)))
            return i;
    }
    return SIZE_MAX;
}

static err settings_read(struct loader *l, const struct sheet *sheet)
{
    /* style and namespaces are for other tools of XLSForm and change nothing here */
    enum { ID, VERSION, LANGUAGE, SOURCE, STYLE, NAMESPACES };
    static const char *const COLUMNS[] = {"form_id", "version", "default_language",
                                          "source",  "style",   "namespaces"};
    static const char *const TEXTS[] = {"form_title", "translation_review"};
    struct target *targets;
    TRY(headings_read(l, sheet, COLUMNS, COUNT_OF(COLUMNS), TEXTS, COUNT_OF(TEXTS), false,
                      &targets));
    if (sheet->n_rows > 1)
        TRY(form_problem_add(l->problems, false, sheet->file, sheet->rows[1].number, "",
                             "there is one row of settings below the headings, no more"));
    const char *language = "";
    for (size_t c = 0; sheet->n_rows > 0 && c < sheet->n_columns; c++) {
        const struct target *t = &targets[c];
        const char *cell = sheet->rows[0].cells[c];
        if (t->kind == TARGET_TEXT)
            TRY(text_put(l, t->which == 0 ? &l->raw->title : &l->raw->review, t->language, cell));
        if (t->kind != TARGET_COLUMN) continue;
        if (t->which == ID) l->raw->id = cell;
        if (t->which == VERSION) l->raw->version = cell;
        if (t->which == SOURCE) l->raw->source = cell;
        if (t->which == LANGUAGE) language = cell;
    }
    if (*language == '\0') return ERR_OK;
    size_t found = language_named(l, language);
    if (found == SIZE_MAX)
        return form_problem_add(l->problems, false, sheet->file, sheet->rows[0].number,
                                "default_language",
                                "no label of the form is in this language; write it as in the "
                                "heading of the labels, for example \"English (en)\"");
    l->raw->default_language = found;
    return ERR_OK;
}

/* One file; what is wrong with it doesn't keep the others from being read. */
static err file_load(struct loader *l, const char *name, struct bytes in,
                     err (*read)(struct loader *, const struct sheet *))
{
    struct sheet sheet;
    err e = sheet_read(l->ctx, name, in, l->problems, &sheet);
    if (e.kind == ERR_INPUT || e.kind == ERR_LIMIT) return ERR_OK;
    TRY(e);
    return read(l, &sheet);
}

err raw_from_csv(mem *ctx, struct form_source source, struct form_problems *problems,
                 struct raw *out)
{
    struct raw raw = {.survey_file = "survey.csv",
                      .choices_file = "choices.csv",
                      .settings_file = "settings.csv",
                      .id = "",
                      .version = "",
                      .source = ""};
    struct loader l = {.ctx = ctx, .problems = problems, .raw = &raw};
    size_t errors = problems->errors;
    TRY(file_load(&l, raw.survey_file, source.survey, survey_read));
    TRY(file_load(&l, raw.choices_file, source.choices, choices_read));
    TRY(file_load(&l, raw.settings_file, source.settings, settings_read));
    raw.languages = l.languages.at;
    raw.n_languages = l.languages.n;
    ENSURE(raw.rows != NULL || problems->errors == errors, ERR_INPUT, "the form can't be read");
    *out = raw;
    return ERR_OK;
}

err form_source_read(mem *ctx, const char *folder, struct form_source *out)
{
    struct form_source source = {.survey = {0}};
    const struct {
        const char *name;
        struct bytes *to;
        bool needed;
    } ROWS[] = {
        {"survey.csv", &source.survey, true},
        {"choices.csv", &source.choices, false},
        {"settings.csv", &source.settings, false},
    };
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        const char *path;
        TRY(file_join(ctx, folder, ROWS[i].name, &path));
        err e = file_read(ctx, path, FORM_FILE_MAX, ROWS[i].to);
        if (e.kind == ERR_NOT_FOUND && !ROWS[i].needed) continue;
        TRY(e);
    }
    *out = source;
    return ERR_OK;
}
