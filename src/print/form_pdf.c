/* form_pdf.c - what stands on paper for each kind of question and answer. */
#include "print/form_pdf.h"

#include <string.h>

#include "base/date.h"
#include "base/text.h"
#include "form/view.h"

#define CHOICES_MOST 24u /* a longer list (countries) is a line to write on */
#define COMMENT_LINES 3u /* for a text of several lines */
#define ENTRIES_FEW 2u   /* how often a long repeated part is printed empty */
#define ENTRIES_MANY 3u  /* and a short one */
#define ENTRY_SHORT 4u   /* questions of a short one */

struct form_printer {
    mem *ctx;
    const struct form_pdf *what;
    struct document *document;
    unsigned entry_depth; /* filled: of the entry of a repeat we are in; 0: none */
};

static struct print_text printed(struct form_shown shown)
{
    bool known = !text_empty(shown.language) && !text_same(shown.language, "und");
    return (struct print_text){shown.text, known ? shown.language : NULL};
}

static struct print_text ours(const struct form_printer *m, const char *english)
{
    return (struct print_text){msg(m->what->catalog, english), NULL};
}

static const char *handling_printed(const struct form_pdf *what)
{
    if (text_same(what->handling, "confidential")) return msg(what->catalog, MSG("Confidential"));
    return what->handling;
}

static err maker_begin(mem *ctx, const struct form_pdf *what, struct form_printer *m)
{
    const struct form *form = what->form;
    struct form_shown title = form_text(form, what->reading, form->title);
    struct document_head head = {
        .title = text_empty(title.text) ? form->id : title.text,
        .subtitle = what->subtitle,
        .language = what->language,
        .catalog = what->catalog,
        .locale = what->locale,
        .handling = handling_printed(what),
        .case_code = what->case_code,
        .reader = what->reader,
        .created = what->created,
    };
    *m = (struct form_printer){.ctx = ctx, .what = what};
    TRY(document_new(ctx, &head, &m->document));
    for (size_t i = 0; i < what->n_facts; i++)
        document_row(m->document, (struct print_text){what->facts[i].label, NULL},
                     &(struct print_text){what->facts[i].value, NULL}, 1);
    return ERR_OK;
}

/* "Child 2" */
static err entry_heading(struct form_printer *m, unsigned level, struct form_shown label,
                         size_t number)
{
    const char *text = talloc_asprintf(m->ctx, "%s %zu", label.text, number);
    ENSURE_MEM(text);
    document_heading(m->document, level, (struct print_text){text, printed(label).language});
    return ERR_OK;
}

/* ---- filled ---- */

static void entry_end(struct form_printer *m)
{
    m->entry_depth = 0;
    document_inset(m->document, false);
}

/* Dates as the reader writes them; other answers as they are. */
static err answer_shown(struct form_printer *m, const struct form_row *row, size_t i,
                        struct print_text *out)
{
    *out = printed(row->value[i]);
    enum form_type type = row->item->type;
    if (m->what->locale == NULL || row->raw || (type != FORM_DATE && type != FORM_DATETIME))
        return ERR_OK;
    const char *day = mem_textn(m->ctx, out->text, strcspn(out->text, "T"));
    ENSURE_MEM(day);
    struct date date;
    if (err_failed(date_parse(day, &date))) return ERR_OK; /* as it is, then */
    const char *time = out->text + strlen(day);
    TRY(locale_date(m->what->locale, m->ctx, date, &day));
    out->text = *time == '\0' ? day : talloc_asprintf(m->ctx, "%s, %s", day, time + 1);
    ENSURE_MEM(out->text);
    return ERR_OK;
}

static err answer_print(struct form_printer *m, const struct form_row *row)
{
    struct print_text *values = mem_array(m->ctx, struct print_text, row->n_values + 1);
    ENSURE_MEM(values);
    for (size_t i = 0; i < row->n_values; i++) TRY(answer_shown(m, row, i, &values[i]));
    size_t n = row->n_values;
    if (row->raw) values[n++] = ours(m, MSG("(as it was typed; not understood)"));
    document_row(m->document, printed(row->label), values, n);
    return ERR_OK;
}

/* A calculation without a label is the form's own business. */
static bool row_hidden(const struct form_printer *m, const struct form_row *row)
{
    return row->kind == FORM_ROW_ANSWER && row->item->type == FORM_CALCULATE &&
           text_empty(form_text(m->what->form, m->what->reading, row->item->label).text);
}

static err row_print(struct form_printer *m, const struct form_row *row)
{
    if (m->entry_depth > 0 && row->depth <= m->entry_depth) entry_end(m);
    switch (row->kind) {
    case FORM_ROW_SECTION:
    case FORM_ROW_GROUP:
        if (!text_empty(row->label.text))
            document_heading(m->document, row->depth + 2, printed(row->label));
        return ERR_OK;
    case FORM_ROW_ENTRY:
        if (m->entry_depth == 0) m->entry_depth = row->depth;
        document_inset(m->document, true);
        return entry_heading(m, row->depth + 2, row->label, row->number);
    case FORM_ROW_ANSWER: return answer_print(m, row);
    }
    FAIL(ERR_BUG, "a row of no kind");
}

err form_pdf_filled(mem *ctx, const struct form_pdf *what, const json_t *answers, struct bytes *out)
{
    MEM_SCOPE(scratch, NULL);
    struct form_printer m;
    TRY(maker_begin(scratch, what, &m));
    struct form_rows rows;
    TRY(form_rows_of(scratch, what->form, answers, what->reading, &rows));
    for (size_t i = 0; i < rows.n; i++)
        if (!row_hidden(&m, &rows.at[i])) TRY(row_print(&m, &rows.at[i]));
    return document_pdf(ctx, m.document, out);
}

/* ---- empty ---- */

static bool question_wanted(const struct form_printer *m, const struct form_item *item)
{
    bool asked = form_type_answers(item->type) && item->type != FORM_CALCULATE;
    return asked && item->other_of == NULL && (item->parties & m->what->parties) != 0 &&
           (COMPARTMENT_BIT(item->compartment) & m->what->compartments) != 0;
}

/* Whether anything inside is asked, and how much. */
static size_t questions_inside(const struct form_printer *m, const struct form_item *item)
{
    size_t n = 0;
    for (size_t i = 1; i <= item->below; i++)
        n += question_wanted(m, &m->what->form->items[item->index + i]);
    return n;
}

static err choices_print(struct form_printer *m, const struct form_item *item,
                         struct print_text label, struct print_text hint)
{
    const struct form *form = m->what->form;
    size_t n = item->choices == NULL ? 0 : item->choices->n;
    if (n == 0 || n > CHOICES_MOST) {
        document_space(m->document, label, hint, PRINT_SPACE_LINE,
                       item->type == FORM_SELECT_MULTIPLE ? 2 : 1);
        return ERR_OK;
    }
    struct print_choice *choices = mem_array(m->ctx, struct print_choice, n + 1);
    ENSURE_MEM(choices);
    for (size_t i = 0; i < n; i++) {
        const char *name = item->choices->at[i].name;
        choices[i].text = printed(form_choice_label(form, m->what->reading, item, name));
        choices[i].write_in = item->other != NULL && text_same(name, "other");
    }
    document_choices(m->document, label, hint, item->type == FORM_SELECT_ONE, choices, n);
    return ERR_OK;
}

static void tick_print(struct form_printer *m, struct print_text label, struct print_text hint,
                       const char *word)
{
    struct print_choice box = {.text = ours(m, word)};
    document_choices(m->document, label, hint, false, &box, 1);
}

static err question_print(struct form_printer *m, const struct form_item *item)
{
    static const struct {
        enum print_space space;
        unsigned lines;
    } SPACES[FORM_TYPE_COUNT] = {
        [FORM_TEXT] = {PRINT_SPACE_LINE, 1},     [FORM_INTEGER] = {PRINT_SPACE_SHORT, 1},
        [FORM_DECIMAL] = {PRINT_SPACE_SHORT, 1}, [FORM_DATE] = {PRINT_SPACE_DATE, 1},
        [FORM_TIME] = {PRINT_SPACE_TIME, 1},     [FORM_DATETIME] = {PRINT_SPACE_MOMENT, 1},
    };
    const struct form_reading *reading = m->what->reading;
    struct print_text label = printed(form_label(m->what->form, reading, item));
    struct print_text hint = printed(form_text(m->what->form, reading, item->hint));
    switch (item->type) {
    case FORM_SELECT_ONE:
    case FORM_SELECT_MULTIPLE: return choices_print(m, item, label, hint);
    case FORM_ACKNOWLEDGE: tick_print(m, label, hint, MSG("Yes")); return ERR_OK;
    case FORM_FILE: tick_print(m, label, hint, MSG("Attached")); return ERR_OK;
    case FORM_TEXT:
        if (item->appearance != NULL && text_starts(item->appearance, "multiline")) {
            document_space(m->document, label, hint, PRINT_SPACE_AREA, COMMENT_LINES);
            return ERR_OK;
        }
        break;
    case FORM_INTEGER:
    case FORM_DECIMAL:
    case FORM_DATE:
    case FORM_TIME:
    case FORM_DATETIME: break;
    case FORM_NOTE:
    case FORM_CALCULATE:
    case FORM_GROUP:
    case FORM_REPEAT: return ERR_OK;
    }
    document_space(m->document, label, hint, SPACES[item->type].space, SPACES[item->type].lines);
    return ERR_OK;
}

static err items_print(struct form_printer *m, const struct form_item *first, unsigned level);

static err repeat_print(struct form_printer *m, const struct form_item *item, unsigned level)
{
    struct form_shown label = form_label(m->what->form, m->what->reading, item);
    size_t n = questions_inside(m, item) <= ENTRY_SHORT ? ENTRIES_MANY : ENTRIES_FEW;
    document_heading(m->document, level, printed(label));
    document_inset(m->document, true);
    for (size_t i = 1; i <= n; i++) {
        TRY(entry_heading(m, level + 1, label, i));
        TRY(items_print(m, item->child, level + 2));
    }
    document_inset(m->document, false);
    document_note(m->document, ours(m, MSG("If there are more, use another sheet of this part.")));
    return ERR_OK;
}

static err items_print(struct form_printer *m, const struct form_item *first, unsigned level)
{
    for (const struct form_item *item = first; item != NULL; item = item->next) {
        if (item->type == FORM_NOTE)
            document_note(m->document, printed(form_label(m->what->form, m->what->reading, item)));
        if (item->child != NULL && questions_inside(m, item) > 0) {
            if (item->type == FORM_REPEAT) {
                TRY(repeat_print(m, item, level));
            } else {
                struct form_shown label = form_text(m->what->form, m->what->reading, item->label);
                if (!text_empty(label.text)) document_heading(m->document, level, printed(label));
                TRY(items_print(m, item->child, level + 1));
            }
        } else if (question_wanted(m, item)) {
            TRY(question_print(m, item));
        }
    }
    return ERR_OK;
}

err form_pdf_empty(mem *ctx, const struct form_pdf *what, struct bytes *out)
{
    MEM_SCOPE(scratch, NULL);
    struct form_printer m;
    TRY(maker_begin(scratch, what, &m));
    document_note(m.document, ours(&m, MSG("Please write clearly. Leave empty what is not known. "
                                           "Ask only what you need, and only where it is safe.")));
    if (what->form->n_items > 0) TRY(items_print(&m, what->form->items, 2));
    return document_pdf(ctx, m.document, out);
}
