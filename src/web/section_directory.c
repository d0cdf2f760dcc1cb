/* section_directory.c - from the directory into a form. */
#include "web/section_directory.h"

#include <string.h>

#include "base/text.h"
#include "domain/contact.h"
#include "domain/facts.h"
#include "domain/form_fill.h"
#include "form/party.h"
#include "web/procedure_view.h"
#include "web/put.h"
#include "web/web_own.h"

#define FROM_DIRECTORY "from-directory"

static err add_body(struct page *p, struct view *choices, const struct contact *contact)
{
    const char *rest = contact->procedures, *code;
    for (;;) {
        TRY(text_split(p->ctx, &rest, ' ', &code));
        if (code == NULL) return ERR_OK;
        struct view *choice = put_item(p, choices);
        put_path(p, choice, "value", "%s:%s", contact->id.text, code);
        put_path(p, choice, "label", "%s: %s", page_said(p, procedure_text(code)),
                 contact_name(contact, p->language->code));
    }
}

err section_directory(struct page *p, const struct casefile *c, const struct view **out)
{
    struct view *groups = view_add(p->views, NULL, NULL, VIEW_LIST);
    for (size_t i = 0; i < c->facts->n_countries; i++) {
        struct contact_list contacts;
        TRY(contact_search(p->node, p->ctx, c->facts->countries[i].code, NULL, &contacts));
        if (contacts.n == 0) continue;
        struct view *group = put_item(p, groups);
        put_country(p, group, "label", c->facts->countries[i].code);
        struct view *choices = put_list(p, group, "choices");
        for (size_t k = 0; k < contacts.n; k++) TRY(add_body(p, choices, &contacts.at[k]));
    }
    *out = view_true(groups) ? groups : NULL;
    return ERR_OK;
}

static const struct form_item *repeat_of(const struct form *form,
                                         const struct form_section *section)
{
    const struct form_item *top = section->item;
    for (size_t i = top == NULL ? 0 : top->index; top != NULL && i <= top->index + top->below; i++)
        if (form->items[i].type == FORM_REPEAT && form->items[i].scope == NULL &&
            text_same(form->items[i].appearance, FROM_DIRECTORY))
            return &form->items[i];
    return NULL;
}

/* The first role of the body's country in this case. */
static const char *role_of(const struct casefile *c, const char *country)
{
    static const unsigned EACH[] = {PARTY_EXPLOITATION, PARTY_TRANSIT, PARTY_ORIGIN, PARTY_THIRD};
    for (size_t i = 0; i < c->facts->n_countries; i++)
        for (size_t k = 0; k < COUNT_OF(EACH); k++)
            if (text_same(c->facts->countries[i].code, country) &&
                (c->facts->countries[i].roles & EACH[k]) != 0)
                return party_name(EACH[k]);
    return "";
}

err section_directory_add(struct page *p, const struct casefile *c, const struct form *form,
                          const struct form_section *section, json_t *answers)
{
    const char *rest = page_field(p, "directory"), *text, *procedure;
    const struct form_item *repeat = repeat_of(form, section);
    struct contact contact;
    struct id id;
    json_t *entry;
    if (text_empty(rest) || repeat == NULL) return ERR_OK;
    TRY(text_split(p->ctx, &rest, ':', &text));
    TRY(text_split(p->ctx, &rest, ':', &procedure));
    ENSURE(text != NULL && contact_procedure_known(procedure), ERR_INPUT,
           "choose a contact from the list");
    TRY(id_parse(text, &id));
    TRY(contact_get(p->node, p->ctx, id, &contact));
    TRY(form_fill_entry(p->ctx, &contact, procedure, role_of(c, contact.country), &entry));
    json_t *entries = json_object_get(answers, repeat->name);
    if (entries == NULL) {
        TRY(json_put(answers, repeat->name, json_array()));
        entries = json_object_get(answers, repeat->name);
    }
    return json_add(entries, json_incref(entry));
}
