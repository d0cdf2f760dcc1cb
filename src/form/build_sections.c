/* build_sections.c - the rows of the task list, and what an author should know though the form loads. */
#include <string.h>

#include "base/text.h"
#include "form/build.h"
#include "form/expression.h"

#define LOOSE "form" /* the section of questions outside of any group */

static bool group(const struct form_item *item)
{
    return item->type == FORM_GROUP || item->type == FORM_REPEAT;
}

static void section_take(struct builder *b, struct form_section *section, struct form_item *top)
{
    for (size_t i = top->index; i <= top->index + top->below; i++) {
        struct form_item *item = &b->items[i];
        item->section = section;
        if (!form_type_answers(item->type)) continue;
        section->parties |= item->parties;
        section->compartments |= item->compartments;
    }
}

err build_sections(struct builder *b)
{
    size_t n = 1;
    for (struct form_item *i = b->items; i != NULL; i = (struct form_item *)(uintptr_t)i->next) n++;
    struct form_section *sections = mem_array(b->form, struct form_section, n);
    ENSURE_MEM(sections);
    struct form_section *loose = NULL;
    n = 0;
    for (struct form_item *top = b->items; top != NULL;
         top = (struct form_item *)(uintptr_t)top->next) {
        struct form_section *section = group(top) ? NULL : loose;
        if (section == NULL) {
            section = &sections[n];
            *section = (struct form_section){.name = LOOSE, .index = n};
            n++;
            if (group(top)) {
                section->name = top->name;
                section->item = top;
                section->label = top->label;
            } else {
                loose = section;
                section->label = b->form->title;
            }
        }
        section_take(b, section, top);
    }
    for (size_t i = 0; loose != NULL && i < n; i++)
        if (sections[i].item != NULL && text_same(sections[i].name, LOOSE))
            TRY(build_complain(b, false, sections[i].item->row, RAW_NAME,
                               "a group can't be named form when there are questions outside of "
                               "groups"));
    ENSURE(b->problems->errors == 0, ERR_INPUT, "the form has problems");
    b->form->sections = sections;
    b->form->n_sections = n;
    return ERR_OK;
}

/* ---- warnings --------------------------------------------------------------------------------- */

/* A text that is there in one language and missing in another. */
static err text_warn(struct builder *b, const char *file, int row, const char *name,
                     struct form_text text)
{
    if (text.in == NULL) return ERR_OK;
    for (size_t i = 0; i < b->form->n_languages; i++) {
        if (text.in[i] != NULL || text_same(b->form->languages[i].code, "und")) continue;
        const char *column;
        TRY(raw_text_column(b->scratch, b->raw, name, i, &column));
        TRY(form_problem_add(b->problems, true, file, row, column,
                             "there is no text in this language; readers see another one"));
    }
    return ERR_OK;
}

static err item_warn(struct builder *b, const struct form_item *item)
{
    const struct form_text TEXTS[RAW_TEXTS] = {
        [RAW_LABEL] = item->label,
        [RAW_HINT] = item->hint,
        [RAW_REQUIRED_MESSAGE] = item->required_message,
        [RAW_CONSTRAINT_MESSAGE] = item->constraint_message,
    };
    if (item->other_of != NULL) return ERR_OK;
    if (item->label.in == NULL && item->type != FORM_CALCULATE && item->type != FORM_GROUP)
        TRY(form_problem_add(b->problems, true, b->raw->survey_file, item->row, "label",
                             "there is no label; readers see the name"));
    for (size_t i = 0; i < RAW_TEXTS; i++)
        TRY(text_warn(b, b->raw->survey_file, item->row, RAW_TEXT_NAME[i], TEXTS[i]));
    if (item->calculation == NULL || item->compartments == 0) return ERR_OK;
    if ((expression_compartments(item->calculation) & ~item->compartments) != 0)
        return build_complain(b, true, item->row, RAW_CALCULATION,
                              "the calculation carries answers of another compartment into %s; make "
                              "sure that no more than needed",
                              compartment_name(item->compartment));
    return ERR_OK;
}

err build_warnings(struct builder *b)
{
    for (size_t i = 0; i < b->form->n_items; i++) TRY(item_warn(b, &b->items[i]));
    for (size_t i = 0; i < b->form->n_lists; i++) {
        const struct form_choices *list = &b->form->lists[i];
        if (!b->lists_used[i])
            TRY(form_problem_add(b->problems, true, b->raw->choices_file, list->at[0].row,
                                 "list_name", "no question uses the list %s", list->name));
        for (size_t k = 0; k < list->n; k++) {
            if (list->at[k].label.in == NULL)
                TRY(form_problem_add(b->problems, true, b->raw->choices_file, list->at[k].row,
                                     "label", "there is no label; readers see the name"));
            TRY(text_warn(b, b->raw->choices_file, list->at[k].row, "label", list->at[k].label));
        }
    }
    return ERR_OK;
}
