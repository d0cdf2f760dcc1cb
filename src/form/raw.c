/* raw.c - names of the columns. */
#include "form/raw.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"

const char *const RAW_COLUMN_HEADING[RAW_COLUMNS] = {
    [RAW_TYPE] = "type",
    [RAW_NAME] = "name",
    [RAW_RELEVANT] = "relevant",
    [RAW_REQUIRED] = "required",
    [RAW_CONSTRAINT] = "constraint",
    [RAW_CALCULATION] = "calculation",
    [RAW_INITIAL] = "default",
    [RAW_FILTER] = "choice_filter",
    [RAW_APPEARANCE] = "appearance",
    [RAW_READ_ONLY] = "read_only",
    [RAW_PARTY] = "bind::trm:party",
    [RAW_COMPARTMENT] = "bind::trm:compartment",
    [RAW_SHARE] = "bind::trm:share",
    [RAW_STATISTIC] = "bind::trm:statistic",
    [RAW_SOURCE] = "bind::trm:source",
};

const char *const RAW_COLUMN_KEY[RAW_COLUMNS] = {
    [RAW_TYPE] = "type",
    [RAW_NAME] = "name",
    [RAW_RELEVANT] = "relevant",
    [RAW_REQUIRED] = "required",
    [RAW_CONSTRAINT] = "constraint",
    [RAW_CALCULATION] = "calculation",
    [RAW_INITIAL] = "default",
    [RAW_FILTER] = "choice_filter",
    [RAW_APPEARANCE] = "appearance",
    [RAW_READ_ONLY] = "read_only",
    [RAW_PARTY] = "party",
    [RAW_COMPARTMENT] = "compartment",
    [RAW_SHARE] = "share",
    [RAW_STATISTIC] = "statistic",
    [RAW_SOURCE] = "source",
};

const char *const RAW_TEXT_NAME[RAW_TEXTS] = {
    [RAW_LABEL] = "label",
    [RAW_HINT] = "hint",
    [RAW_REQUIRED_MESSAGE] = "required_message",
    [RAW_CONSTRAINT_MESSAGE] = "constraint_message",
};

const char *raw_column_name(const struct raw *raw, enum raw_column column)
{
    return raw->json ? RAW_COLUMN_KEY[column] : RAW_COLUMN_HEADING[column];
}

err raw_text_column(mem *ctx, const struct raw *raw, const char *name, size_t language,
                    const char **out)
{
    const struct form_language *l = &raw->languages[language];
    struct buf b;
    buf_init(&b, ctx, 1000);
    buf_add_text(&b, name);
    if (raw->json) {
        buf_addf(&b, ".%s", l->code);
    } else if (!text_same(l->code, "und")) {
        buf_addf(&b, "::%s%s(%s)", l->name, text_empty(l->name) ? "" : " ", l->code);
    }
    return buf_text(&b, out);
}

bool raw_language_valid(const char *code)
{
    if (!text_identifier(code) || strlen(code) > 35 || strchr(code, '_') != NULL) return false;
    size_t first = strcspn(code, "-");
    if (first < 2 || first > 3 || text_ends(code, "-")) return false;
    for (size_t i = 0; i < first; i++)
        if (code[i] < 'a' || code[i] > 'z') return false;
    return true;
}
