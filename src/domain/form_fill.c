/* form_fill.c - the conventions of names, and the filling. */
#include "domain/form_fill.h"

#include "base/text.h"

static const struct {
    enum consent_kind kind;
    const char *answer;   /* select: yes | no | not_asked */
    const char *comments; /* text */
} CONSENTS[] = {
    {CONSENT_SHARE, "consent_share", "consent_share_comments"},
    {CONSENT_RETURN, "consent_return", "consent_return_comments"},
};

/* Fields of an entry of the contacts, and what of the directory goes there. */
static const struct {
    const char *field;
    size_t offset;
} CONTACT_FIELDS[] = {
    {"contact_country", offsetof(struct contact, country)}, {"contact_body", offsetof(struct contact, body)},
    {"contact_address", offsetof(struct contact, address)}, {"contact_telephone", offsetof(struct contact, telephone)},
    {"contact_fax", offsetof(struct contact, fax)},         {"contact_email", offsetof(struct contact, email)},
};

static err copy_of(mem *ctx, const json_t *answers, json_t **out)
{
    json_t *copy;
    TRY(json_copied(answers, &copy));
    TRY(json_keep(ctx, copy));
    *out = copy;
    return ERR_OK;
}

err form_fill_consent(mem *ctx, const struct form *form, const struct consent_list *consents, msec now,
                      const json_t *answers, json_t **out)
{
    json_t *filled;
    TRY(copy_of(ctx, answers, &filled));
    for (size_t i = 0; i < COUNT_OF(CONSENTS); i++) {
        const struct form_item *item = form_item_find(form, NULL, CONSENTS[i].answer);
        if (item == NULL || item->parent == NULL || !text_same(item->parent->appearance, "from-consent")) continue;
        const struct consent *c = consent_current(consents, CONSENTS[i].kind);
        bool in_force = c != NULL && c->yes && c->withdrawn_at == 0 && !consent_ended(c, now);
        TRY(json_put(filled, CONSENTS[i].answer, json_string(c == NULL ? "not_asked" : in_force ? "yes" : "no")));
        (void)json_object_del(filled, CONSENTS[i].comments); /* not what was once typed there */
        if (c != NULL && !text_empty(c->comments))
            TRY(json_put(filled, CONSENTS[i].comments, json_string(c->comments)));
    }
    *out = filled;
    return ERR_OK;
}

err form_fill_entry(mem *ctx, const struct contact *contact, const char *procedure, const char *role, json_t **out)
{
    json_t *entry = json_object();
    TRY(json_keep(ctx, entry));
    TRY(json_put(entry, "contact_procedure", json_string(procedure)));
    TRY(json_put(entry, "contact_role", json_string(role)));
    for (size_t i = 0; i < COUNT_OF(CONTACT_FIELDS); i++) {
        const char *text = *(const char *const *)(const void *)((const char *)contact + CONTACT_FIELDS[i].offset);
        if (!text_empty(text)) TRY(json_put(entry, CONTACT_FIELDS[i].field, json_string(text)));
    }
    *out = entry;
    return ERR_OK;
}

/* The field of a heading group whose name ends like this. */
static const struct form_item *heading_field(const struct form_item *group, const char *ending)
{
    for (const struct form_item *item = group->child; item != NULL; item = item->next)
        if (text_ends(item->name, ending)) return item;
    return NULL;
}

err form_fill_heading(mem *ctx, const struct form_section *section, const char *organisation, const char *person,
                      struct date today, json_t *answers, json_t **out)
{
    *out = answers;
    if (section->item == NULL || !text_same(section->item->appearance, "from-organisation")) return ERR_OK;
    for (const struct form_item *item = section->item->child; item != NULL; item = item->next)
        if (json_object_get(answers, item->name) != NULL) return ERR_OK;
    char day[DATE_TIME_ROOM];
    date_format_day(today, day);
    const struct {
        const char *ending, *text;
    } values[] = {{"_date", day}, {"_institution", organisation}, {"_contact_person", person}};
    json_t *filled;
    TRY(copy_of(ctx, answers, &filled));
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        const struct form_item *item = heading_field(section->item, values[i].ending);
        if (item != NULL && !text_empty(values[i].text))
            TRY(json_put(filled, item->name, json_string(values[i].text)));
    }
    *out = filled;
    return ERR_OK;
}
