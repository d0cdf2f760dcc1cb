/* raw.h - a form's rows before they are understood: the same whether they came from CSV or JSON.
 *
 * load_csv.c and load_json.c make it, build.c makes a form of it, write.c knows its names.
 */
#ifndef OPENTRM_FORM_RAW_H
#define OPENTRM_FORM_RAW_H

#include "base/bytes.h"
#include "form/definition.h"

/* Columns of the survey that hold one text. */
enum raw_column {
    RAW_TYPE,
    RAW_NAME,
    RAW_RELEVANT,
    RAW_REQUIRED,
    RAW_CONSTRAINT,
    RAW_CALCULATION,
    RAW_INITIAL,
    RAW_FILTER,
    RAW_APPEARANCE,
    RAW_READ_ONLY,
    RAW_PARTY,
    RAW_COMPARTMENT,
    RAW_SHARE,
    RAW_STATISTIC,
    RAW_SOURCE
};
#define RAW_COLUMNS 15

/* Columns of the survey that hold a text for each language. */
enum raw_text { RAW_LABEL, RAW_HINT, RAW_REQUIRED_MESSAGE, RAW_CONSTRAINT_MESSAGE };
#define RAW_TEXTS 4

/* Headings in a CSV file, and names of members in JSON. */
extern const char *const RAW_COLUMN_HEADING[RAW_COLUMNS];
extern const char *const RAW_COLUMN_KEY[RAW_COLUMNS];
extern const char *const RAW_TEXT_NAME[RAW_TEXTS]; /* in both */

struct raw_row {
    int row;
    const char *cells[RAW_COLUMNS]; /* "" when empty */
    const char **texts[RAW_TEXTS];  /* by language, NULL where empty; NULL when there is none */
};

struct raw_choice {
    int row;
    const char *list;
    const char *name;
    const char **label;      /* by language; NULL when there is none */
    const char **attributes; /* by raw.attributes, "" when empty */
};

struct raw {
    bool json;
    const char *survey_file, *choices_file, *settings_file; /* as problems name them */
    const char *id, *version, *source;                      /* "" when missing */
    const char **title, **review; /* by language; NULL when there is none */
    struct form_language *languages;
    size_t n_languages;
    size_t default_language;
    struct raw_row *rows;
    size_t n_rows;
    struct raw_choice *choices;
    size_t n_choices;
    const char **attributes; /* names of further columns of the choices, sorted */
    size_t n_attributes;
};

/* raw_column_name / raw_text_column: how a problem names the column: heading or member. */
const char *raw_column_name(const struct raw *raw, enum raw_column column);
err raw_text_column(mem *ctx, const struct raw *raw, const char *name, size_t language,
                    const char **out);

/* raw_language_valid: a BCP 47 code as we take it: "en", "sr-Latn". */
bool raw_language_valid(const char *code);

/* raw_from_csv, raw_from_json: ERR_INPUT if the files can't be taken apart; everything said in
 * `problems`. */
err raw_from_csv(mem *ctx, struct form_source source, struct form_problems *problems,
                 struct raw *out);
err raw_from_json(mem *ctx, struct bytes json, struct form_problems *problems, struct raw *out);

/* raw_build: makes the form. ERR_INPUT if `problems` holds an error, from here or before. `scratch`
 * is where raw lives; the form shares nothing with it. */
err raw_build(mem *ctx, const struct raw *raw, struct form_problems *problems,
              const struct form **out);

#endif
