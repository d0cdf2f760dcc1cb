/* answer_rows.c - rows of a form's answers. */
#include "web/answer_rows.h"

#include <string.h>

#include "base/text.h"
#include "print/form_pdf.h"
#include "web/case_frame.h"
#include "web/put.h"
#include "web/web_own.h"

/* "2026-11-24" or the day of "2026-11-24T05:57". */
static const char *day_text(struct page *p, const char *text)
{
    struct date day;
    const char *out = text, *iso = mem_textn(p->ctx, text, 10);
    if (iso == NULL || err_failed(date_parse(iso, &day)) ||
        err_failed(locale_date(p->locale, p->ctx, day, &out)))
        return text;
    return out;
}

const char *answer_text(struct page *p, const struct form_item *item, bool raw, const char *text)
{
    if (item == NULL || raw) return text;
    if (item->type == FORM_DATE) return day_text(p, text);
    const char *time = item->type == FORM_DATETIME ? strchr(text, 'T') : NULL;
    if (time == NULL) return text;
    return page_format(p, "%s, %s", day_text(p, text), time + 1);
}

static bool was_typed(const struct form_row *row)
{
    switch (row->item->type) {
    case FORM_TEXT:
    case FORM_FILE: return true;
    case FORM_INTEGER:
    case FORM_DECIMAL:
    case FORM_DATE:
    case FORM_TIME:
    case FORM_DATETIME:
    case FORM_SELECT_ONE:
    case FORM_SELECT_MULTIPLE:
    case FORM_NOTE:
    case FORM_ACKNOWLEDGE:
    case FORM_CALCULATE:
    case FORM_GROUP:
    case FORM_REPEAT: break;
    }
    return row->raw;
}

static void put_values(struct page *p, struct view *o, const struct form_row *row, const char *language)
{
    struct view *values = put_list(p, o, "values");
    bool foreign = language != NULL && was_typed(row) && !text_same(language, p->language->code);
    for (size_t i = 0; i < row->n_values; i++) {
        struct view *value = put_item(p, values);
        const char *lang = foreign                ? language
                           : row->value[i].wanted ? NULL
                                                  : row->value[i].language;
        put_text(p, value, "text", answer_text(p, row->item, row->raw, row->value[i].text));
        put_text(p, value, "lang", lang);
        if (foreign)
            put_language(p, value, "language", language);
        else
            put_nothing(p, value, "language");
    }
}

static void put_row(struct page *p, struct view *rows, const struct form_row *row, const char *language)
{
    struct view *o = put_item(p, rows);
    bool heading = row->kind != FORM_ROW_ANSWER;
    put_text(p, o, "label", row->label.text);
    put_text(p, o, "label_lang", row->label.wanted ? NULL : row->label.language);
    put_flag(p, o, "heading", heading);
    if (row->kind == FORM_ROW_ENTRY)
        put_number(p, o, "number", (int64_t)row->number);
    else
        put_nothing(p, o, "number");
    if (heading) return;
    put_compartment(p, o, "compartment", row->item->compartment);
    put_values(p, o, row, language);
}

err put_answers(struct page *p, const struct form *form, const json_t *answers,
                const char *language)
{
    struct form_reading reading = case_reading(p, form);
    struct form_rows rows;
    TRY(form_rows_of(p->ctx, form, answers, &reading, &rows));
    put_flag(p, p->data, "has_answers", rows.n > 0);
    put_text(p, p->data, "form_title", form_text(form, &reading, form->title).text);
    struct view *sections = put_list(p, p->data, "sections"), *in = NULL;
    for (size_t i = 0; i < rows.n; i++) {
        const struct form_row *row = &rows.at[i];
        if (row->kind == FORM_ROW_SECTION || in == NULL) {
            struct view *section = put_item(p, sections);
            put_text(p, section, "title", row->kind == FORM_ROW_SECTION ? row->label.text : "");
            in = put_list(p, section, "rows");
        }
        if (row->kind != FORM_ROW_SECTION) put_row(p, in, row, language);
    }
    return ERR_OK;
}

err answers_print(struct page *p, const struct form *form, const json_t *answers,
                  const char *case_code)
{
    struct form_reading reading = case_reading(p, form);
    struct bytes pdf;
    const struct form_pdf what = {.form = form,
                                  .reading = &reading,
                                  .language = p->language->code,
                                  .catalog = p->catalog,
                                  .locale = p->locale,
                                  .handling = "confidential",
                                  .case_code = case_code,
                                  .reader = p->actor->display_name,
                                  .created = p->now};
    TRY(form_pdf_filled(p->rs->ctx, &what, answers, &pdf));
    TRY(http_reply(p->rs, 200, "application/pdf", pdf));
    const char *name =
        text_empty(case_code) ? "message.pdf" : talloc_asprintf(p->ctx, "%s.pdf", case_code);
    ENSURE_MEM(name);
    return http_attach(p->rs, name);
}
