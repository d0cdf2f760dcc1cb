/* definition.c - finding things in a loaded form. */
#include "form/definition.h"

#include <string.h>

#include "base/text.h"

static const char *const TYPE_NAMES[FORM_TYPE_COUNT] = {
    [FORM_TEXT] = "text",
    [FORM_INTEGER] = "integer",
    [FORM_DECIMAL] = "decimal",
    [FORM_DATE] = "date",
    [FORM_TIME] = "time",
    [FORM_DATETIME] = "dateTime",
    [FORM_SELECT_ONE] = "select_one",
    [FORM_SELECT_MULTIPLE] = "select_multiple",
    [FORM_NOTE] = "note",
    [FORM_ACKNOWLEDGE] = "acknowledge",
    [FORM_CALCULATE] = "calculate",
    [FORM_FILE] = "file",
    [FORM_GROUP] = "begin_group",
    [FORM_REPEAT] = "begin_repeat",
};

const char *form_type_name(enum form_type type)
{
    return (unsigned)type < FORM_TYPE_COUNT ? TYPE_NAMES[type] : "?";
}

bool form_type_answers(enum form_type type)
{
    return type != FORM_NOTE && type != FORM_GROUP && type != FORM_REPEAT;
}

const struct form_item *form_item_find(const struct form *form, const struct form_item *scope,
                                       const char *name)
{
    size_t low = 0, high = form->n_items;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(form->items[form->names[middle]].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < form->n_items; low++) {
        const struct form_item *item = &form->items[form->names[low]];
        if (strcmp(item->name, name) != 0) return NULL;
        if (item->scope == scope) return item;
    }
    return NULL;
}

const struct form_item *form_item_at(const struct form *form, const char *path)
{
    const struct form_item *scope = NULL;
    char name[65];
    for (const char *s = path; s != NULL;) {
        size_t n = strcspn(s, "[.");
        if (n == 0 || n >= sizeof name) return NULL;
        memcpy(name, s, n);
        name[n] = '\0';
        const struct form_item *item = form_item_find(form, scope, name);
        s += n;
        if (item == NULL || *s == '\0') return item;
        if (*s != '[' || item->type != FORM_REPEAT) return NULL;
        size_t digits = strspn(s + 1, "0123456789");
        if (digits == 0 || digits > 4 || s[1 + digits] != ']') return NULL;
        s += digits + 2;
        if (*s == '\0') return item;
        if (*s != '.') return NULL;
        s++;
        scope = item;
    }
    return NULL;
}

const struct form_section *form_section_find(const struct form *form, const char *name)
{
    for (size_t i = 0; i < form->n_sections; i++)
        if (text_same(form->sections[i].name, name)) return &form->sections[i];
    return NULL;
}

const struct form_choice *form_choice_find(const struct form_choices *list, const char *name)
{
    for (size_t i = 0; i < list->n; i++)
        if (text_same(list->at[i].name, name)) return &list->at[i];
    return NULL;
}

size_t form_language_find(const struct form *form, const char *code)
{
    for (size_t i = 0; i < form->n_languages; i++)
        if (text_same_nocase(form->languages[i].code, code)) return i;
    return SIZE_MAX;
}
