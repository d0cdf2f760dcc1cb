/* write.c - a form as canonical JSON. */
#include "form/write.h"

#include "base/json.h"
#include "base/text.h"
#include "form/expression.h"
#include "form/raw.h"

/* Adds a text member unless it is empty. */
static err put_text(json_t *object, const char *key, const char *text)
{
    return text_empty(text) ? ERR_OK : json_put(object, key, json_string(text));
}

static err put_expression(json_t *object, enum raw_column column, const struct expression *e)
{
    return e == NULL ? ERR_OK : put_text(object, RAW_COLUMN_KEY[column], expression_text(e));
}

static err put_texts(const struct form *form, json_t *object, const char *key,
                     struct form_text text)
{
    if (text.in == NULL) return ERR_OK;
    JSON_SCOPE(by_language) = json_object();
    ENSURE_MEM(by_language);
    for (size_t i = 0; i < form->n_languages; i++)
        TRY(put_text(by_language, form->languages[i].code, text.in[i]));
    return json_put(object, key, json_incref(by_language));
}

static err put_type(mem *scratch, json_t *object, const struct form_item *item)
{
    const char *type = form_type_name(item->type);
    if (item->choices != NULL)
        type = talloc_asprintf(scratch, "%s %s%s", type, item->choices->name,
                               item->other == NULL ? "" : " or_other");
    ENSURE_MEM(type);
    return put_text(object, RAW_COLUMN_KEY[RAW_TYPE], type);
}

/* What an item says itself; what it takes from its group is not repeated. At the top the defaults are
 * no compartment, any party, and share: ask. */
static err put_inherited(mem *scratch, json_t *object, const struct form_item *item)
{
    const struct form_item *parent = item->parent;
    unsigned parties = parent == NULL ? PARTY_ANY : parent->parties;
    enum form_share share = parent == NULL ? FORM_SHARE_ASK : parent->share;
    const char *names;
    if (form_type_answers(item->type))
        TRY(put_text(object, RAW_COLUMN_KEY[RAW_COMPARTMENT], compartment_name(item->compartment)));
    if (item->parties != parties) {
        TRY(party_write(scratch, item->parties, &names));
        TRY(put_text(object, RAW_COLUMN_KEY[RAW_PARTY], names));
    }
    if (item->share != share) TRY(put_text(object, RAW_COLUMN_KEY[RAW_SHARE], "never"));
    return ERR_OK;
}

static err put_item(mem *scratch, const struct form *form, json_t *survey,
                    const struct form_item *item)
{
    JSON_SCOPE(row) = json_object();
    ENSURE_MEM(row);
    TRY(put_type(scratch, row, item));
    TRY(put_text(row, RAW_COLUMN_KEY[RAW_NAME], item->name));
    TRY(put_texts(form, row, RAW_TEXT_NAME[RAW_LABEL], item->label));
    TRY(put_texts(form, row, RAW_TEXT_NAME[RAW_HINT], item->hint));
    TRY(put_texts(form, row, RAW_TEXT_NAME[RAW_REQUIRED_MESSAGE], item->required_message));
    TRY(put_texts(form, row, RAW_TEXT_NAME[RAW_CONSTRAINT_MESSAGE], item->constraint_message));
    TRY(put_expression(row, RAW_RELEVANT, item->relevant));
    TRY(put_expression(row, RAW_REQUIRED, item->required));
    TRY(put_expression(row, RAW_CONSTRAINT, item->constraint));
    TRY(put_expression(row, RAW_CALCULATION, item->calculation));
    TRY(put_expression(row, RAW_INITIAL, item->initial));
    TRY(put_expression(row, RAW_FILTER, item->choice_filter));
    TRY(put_text(row, RAW_COLUMN_KEY[RAW_APPEARANCE], item->appearance));
    if (item->read_only) TRY(put_text(row, RAW_COLUMN_KEY[RAW_READ_ONLY], "yes"));
    TRY(put_text(row, RAW_COLUMN_KEY[RAW_STATISTIC], item->statistic));
    TRY(put_text(row, RAW_COLUMN_KEY[RAW_SOURCE], item->source));
    TRY(put_inherited(scratch, row, item));
    return json_add(survey, json_incref(row));
}

static err put_end(json_t *survey, const struct form_item *item)
{
    const char *type = item->type == FORM_GROUP ? "end_group" : "end_repeat";
    return json_add(survey, json_pack("{s:s}", RAW_COLUMN_KEY[RAW_TYPE], type));
}

static err survey_write(mem *scratch, const struct form *form, json_t *root)
{
    JSON_SCOPE(survey) = json_array();
    ENSURE_MEM(survey);
    for (size_t i = 0; i < form->n_items; i++) {
        const struct form_item *item = &form->items[i];
        if (item->other_of == NULL) TRY(put_item(scratch, form, survey, item));
        if (item->type != FORM_GROUP && item->type != FORM_REPEAT) {
            /* close what ends behind this item */
        } else if (item->below > 0) {
            continue;
        } else {
            TRY(put_end(survey, item));
        }
        for (const struct form_item *p = item->parent;
             p != NULL && p->index + p->below == item->index; p = p->parent)
            TRY(put_end(survey, p));
    }
    return json_put(root, "survey", json_incref(survey));
}

static err put_choice(const struct form *form, json_t *choices, const struct form_choices *list,
                      const struct form_choice *choice)
{
    JSON_SCOPE(row) = json_object();
    ENSURE_MEM(row);
    TRY(put_text(row, "list_name", list->name));
    TRY(put_text(row, "name", choice->name));
    TRY(put_texts(form, row, "label", choice->label));
    JSON_SCOPE(attributes) = json_object();
    ENSURE_MEM(attributes);
    for (size_t i = 0; i < list->n_columns; i++)
        TRY(put_text(attributes, list->columns[i], choice->attributes[i]));
    if (json_object_size(attributes) > 0)
        TRY(json_put(row, "attributes", json_incref(attributes)));
    return json_add(choices, json_incref(row));
}

static err choices_write(const struct form *form, json_t *root)
{
    JSON_SCOPE(choices) = json_array();
    ENSURE_MEM(choices);
    for (size_t i = 0; i < form->n_lists; i++)
        for (size_t k = 0; k < form->lists[i].n; k++)
            TRY(put_choice(form, choices, &form->lists[i], &form->lists[i].at[k]));
    if (json_array_size(choices) == 0) return ERR_OK;
    return json_put(root, "choices", json_incref(choices));
}

static err head_write(const struct form *form, json_t *root)
{
    TRY(put_text(root, "id", form->id));
    TRY(put_text(root, "version", form->version));
    TRY(put_text(root, "source", form->source));
    TRY(put_texts(form, root, "title", form->title));
    TRY(put_texts(form, root, "translation_review", form->review));
    if (form->n_languages == 0) return ERR_OK;
    TRY(put_text(root, "default_language", form->languages[form->default_language].code));
    JSON_SCOPE(languages) = json_array();
    ENSURE_MEM(languages);
    for (size_t i = 0; i < form->n_languages; i++) {
        JSON_SCOPE(one) = json_object();
        ENSURE_MEM(one);
        TRY(put_text(one, "code", form->languages[i].code));
        TRY(put_text(one, "name", form->languages[i].name));
        TRY(json_add(languages, json_incref(one)));
    }
    return json_put(root, "languages", json_incref(languages));
}

err form_to_json(mem *ctx, const struct form *form, struct bytes *out)
{
    MEM_SCOPE(scratch, NULL);
    JSON_SCOPE(root) = json_object();
    ENSURE(scratch != NULL && root != NULL, ERR_MEMORY, "out of memory");
    TRY(head_write(form, root));
    TRY(survey_write(scratch, form, root));
    TRY(choices_write(form, root));
    return json_write(ctx, root, out);
}
