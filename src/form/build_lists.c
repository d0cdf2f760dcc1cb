/* build_lists.c - the lists of choices. */
#include <string.h>

#include "base/text.h"
#include "form/build.h"

static err complain(struct builder *b, bool warning, int row, const char *column,
                    const char *format, const char *name)
{
    char *message = talloc_asprintf(b->scratch, "%s%s", format, name);
    ENSURE_MEM(message);
    return form_problem_add(b->problems, warning, b->raw->choices_file, row, column, "%s", message);
}

/* A choice's name: no spaces (select_multiple parts them by spaces), nothing that needs escaping. */
static bool name_valid(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");
    return n > 0 && n <= 64 && s[n] == '\0';
}

static struct form_choices *list_find(struct builder *b, const char *name)
{
    for (size_t i = 0; i < b->form->n_lists; i++)
        if (text_same(b->lists[i].name, name)) return &b->lists[i];
    return NULL;
}

static err choice_check(struct builder *b, const struct raw_choice *raw)
{
    if (!text_identifier(raw->list))
        TRY(complain(b, false, raw->row, "list_name",
                     "the name of the list is missing, or is not made of letters, digits, - and _",
                     ""));
    if (!name_valid(raw->name))
        TRY(complain(b, false, raw->row, "name",
                     "the choice needs a name of letters, digits, _ . and -, without spaces", ""));
    for (size_t i = 0; raw->label != NULL && i < b->form->n_languages; i++)
        if (raw->label[i] != NULL && strstr(raw->label[i], "${") != NULL)
            TRY(complain(b, false, raw->row, "label",
                         "a label can't hold the answer to a question: take out ${...}", ""));
    return ERR_OK;
}

static err choice_build(struct builder *b, struct form_choices *list, const struct raw_choice *raw)
{
    struct form_choice *at = talloc_realloc(b->form, (void *)(uintptr_t)list->at,
                                            struct form_choice, (unsigned)list->n + 1);
    ENSURE_MEM(at);
    list->at = at;
    struct form_choice *choice = &at[list->n];
    *choice = (struct form_choice){.row = raw->row};
    choice->name = mem_text(b->form, raw->name);
    const char **attributes = mem_array(b->form, const char *, b->raw->n_attributes + 1);
    ENSURE(choice->name != NULL && attributes != NULL, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < b->raw->n_attributes; i++) {
        attributes[i] = mem_text(attributes, raw->attributes[i]);
        ENSURE_MEM(attributes[i]);
    }
    choice->attributes = attributes;
    list->n++;
    return build_text(b, raw->label, &choice->label);
}

/* The columns that a list uses, its choices' attributes cut to them. */
static err columns_build(struct builder *b, struct form_choices *list)
{
    const char **columns = mem_array(b->form, const char *, b->raw->n_attributes + 1);
    ENSURE_MEM(columns);
    size_t n = 0;
    for (size_t i = 0; i < b->raw->n_attributes; i++) {
        bool used = false;
        for (size_t k = 0; k < list->n; k++)
            if (*list->at[k].attributes[i] != '\0') used = true;
        if (!used) continue;
        for (size_t k = 0; k < list->n; k++) {
            const char **to = (const char **)(uintptr_t)list->at[k].attributes;
            to[n] = to[i];
        }
        columns[n] = mem_text(b->form, b->raw->attributes[i]);
        ENSURE_MEM(columns[n]);
        n++;
    }
    list->columns = columns;
    list->n_columns = n;
    return ERR_OK;
}

err build_lists(struct builder *b)
{
    const struct raw *raw = b->raw;
    b->lists = mem_array(b->form, struct form_choices, raw->n_choices + 1);
    b->lists_used = mem_array(b->scratch, bool, raw->n_choices + 1);
    ENSURE(b->lists != NULL && b->lists_used != NULL, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < raw->n_choices; i++) {
        const struct raw_choice *one = &raw->choices[i];
        TRY(choice_check(b, one));
        struct form_choices *list = list_find(b, one->list);
        if (list == NULL) {
            list = &b->lists[b->form->n_lists];
            list->name = mem_text(b->form, one->list);
            ENSURE_MEM(list->name);
            b->form->n_lists++;
        }
        if (form_choice_find(list, one->name) != NULL) {
            TRY(complain(b, false, one->row, "name", "the list has this choice already: ",
                         one->name));
            continue;
        }
        TRY(choice_build(b, list, one));
    }
    for (size_t i = 0; i < b->form->n_lists; i++) TRY(columns_build(b, &b->lists[i]));
    b->form->lists = b->lists;
    return ERR_OK;
}
