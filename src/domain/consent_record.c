/* consent_record.c - a consent as the JSON of its record, and what must be in it. */
#include "domain/consent.h"

#include <string.h>

#include "base/text.h"
#include "domain/country.h"

static const char *const KINDS[] = {[CONSENT_SHARE] = "share", [CONSENT_RETURN] = "return"};
static const char *const HOWS[] = {
    [CONSENT_WRITTEN] = "written", [CONSENT_SPOKEN] = "spoken", [CONSENT_BY_GUARDIAN] = "guardian"};
static const char *const ANSWERS[] = {
    [CONSENT_VALID] = "valid",     [CONSENT_NONE] = "none",           [CONSENT_REFUSED] = "refused",
    [CONSENT_EXPIRED] = "expired", [CONSENT_WITHDRAWN] = "withdrawn", [CONSENT_ELSEWHERE] = "elsewhere"};

const char *consent_kind_name(enum consent_kind kind)
{
    return (unsigned)kind < COUNT_OF(KINDS) ? KINDS[kind] : "?";
}
const char *consent_how_name(enum consent_how how)
{
    return (unsigned)how < COUNT_OF(HOWS) ? HOWS[how] : "?";
}
const char *consent_answer_name(enum consent_answer a)
{
    return (unsigned)a < COUNT_OF(ANSWERS) ? ANSWERS[a] : "?";
}

/* Index of a name in a table of names. */
static err name_index(const char *const *names, size_t n, const char *name, unsigned *out)
{
    for (size_t i = 0; i < n; i++)
        if (text_same(names[i], name)) {
            *out = (unsigned)i;
            return ERR_OK;
        }
    FAIL(ERR_INPUT, "an unknown word in a consent");
}

/* The texts of a consent: member name, where it stands, its longest length in bytes. */
static const struct {
    const char *member;
    size_t offset;
    size_t most;
} TEXTS[] = {
    {"purpose", offsetof(struct consent, purpose), 500},
    {"until", offsetof(struct consent, until), 10},
    {"language", offsetof(struct consent, language), 200},
    {"interpreter", offsetof(struct consent, interpreter), 200},
    {"explained_by", offsetof(struct consent, explained_by), 200},
    {"comments", offsetof(struct consent, comments), 8000},
    {"received_from", offsetof(struct consent, received_from), 200},
    {"withdrawn_how", offsetof(struct consent, withdrawn_how), 2000},
};

static const char **text_at(struct consent *c, size_t offset)
{
    return (const char **)(void *)((char *)c + offset);
}
static const char *text_of(const struct consent *c, size_t offset)
{
    return *(const char *const *)(const void *)((const char *)c + offset);
}

static err read_compartments(const json_t *list, compartment_set *out)
{
    ENSURE(json_is_array(list), ERR_INPUT, "a consent without its parts");
    compartment_set set = 0;
    size_t i;
    const json_t *item;
    json_array_foreach(list, i, item) {
        enum compartment c;
        TRY(compartment_parse(json_is_string(item) ? json_string_value(item) : "", &c));
        set |= COMPARTMENT_BIT(c);
    }
    *out = set;
    return ERR_OK;
}

static err read_countries(const json_t *list, struct consent *out)
{
    ENSURE(json_is_array(list) && json_array_size(list) <= CONSENT_COUNTRIES, ERR_INPUT,
           "a consent without its countries");
    size_t i;
    const json_t *item;
    json_array_foreach(list, i, item) {
        const char *code = json_is_string(item) ? json_string_value(item) : "";
        ENSURE(country_known(code), ERR_INPUT, "there is no country with this code");
        memcpy(out->countries[out->n_countries++], code, 3);
    }
    return ERR_OK;
}

err consent_read(mem *ctx, const json_t *body, struct consent *out)
{
    struct consent c = {0};
    const char *text;
    unsigned index;
    TRY(json_get_text(body, "id", &text));
    TRY(id_parse(text, &c.id));
    TRY(json_get_text(body, "what", &text));
    TRY(name_index(KINDS, COUNT_OF(KINDS), text, &index));
    c.kind = (enum consent_kind)index;
    TRY(json_get_text(body, "how", &text));
    TRY(name_index(HOWS, COUNT_OF(HOWS), text, &index));
    c.how = (enum consent_how)index;
    ENSURE(json_is_boolean(json_object_get(body, "yes")), ERR_INPUT, "a consent without its answer");
    c.yes = json_is_true(json_object_get(body, "yes"));
    TRY(read_compartments(json_object_get(body, "compartments"), &c.compartments));
    TRY(read_countries(json_object_get(body, "countries"), &c));
    TRY(json_get_number(body, "at", &c.at));
    TRY(json_get_number(body, "withdrawn_at", &c.withdrawn_at));
    for (size_t i = 0; i < COUNT_OF(TEXTS); i++) {
        TRY(json_get_text(body, TEXTS[i].member, &text));
        const char *copy = mem_text(ctx, text);
        ENSURE_MEM(copy);
        *text_at(&c, TEXTS[i].offset) = copy;
    }
    *out = c;
    return ERR_OK;
}

err consent_json(const struct consent *consent, json_t **out)
{
    JSON_SCOPE(body) = json_object();
    JSON_SCOPE(compartments) = json_array();
    JSON_SCOPE(countries) = json_array();
    ENSURE_MEM(body);
    for (unsigned c = 0; c < COMPARTMENTS; c++)
        if ((consent->compartments & COMPARTMENT_BIT(c)) != 0)
            TRY(json_add(compartments, json_string(compartment_name((enum compartment)c))));
    for (size_t i = 0; i < consent->n_countries; i++)
        TRY(json_add(countries, json_string(consent->countries[i])));
    TRY(json_put(body, "id", json_string(consent->id.text)));
    TRY(json_put(body, "what", json_string(consent_kind_name(consent->kind))));
    TRY(json_put(body, "how", json_string(consent_how_name(consent->how))));
    TRY(json_put(body, "yes", json_boolean(consent->yes)));
    TRY(json_put(body, "compartments", json_incref(compartments)));
    TRY(json_put(body, "countries", json_incref(countries)));
    TRY(json_put(body, "at", json_integer(consent->at)));
    TRY(json_put(body, "withdrawn_at", json_integer(consent->withdrawn_at)));
    for (size_t i = 0; i < COUNT_OF(TEXTS); i++) {
        const char *text = text_of(consent, TEXTS[i].offset);
        TRY(json_put(body, TEXTS[i].member, json_string(text == NULL ? "" : text)));
    }
    *out = json_incref(body);
    return ERR_OK;
}

/* A consent is only worth something if one can say later who explained what, how, until when. */
err consent_check(const struct consent *c, struct date today)
{
    for (size_t i = 0; i < COUNT_OF(TEXTS); i++) {
        const char *text = text_of(c, TEXTS[i].offset);
        if (text != NULL) TRY(text_check(bytes_text(text), TEXTS[i].most));
    }
    ENSURE((unsigned)c->kind < COUNT_OF(KINDS) && (unsigned)c->how < COUNT_OF(HOWS), ERR_INPUT,
           "say how the person answered");
    ENSURE(!text_empty(c->explained_by), ERR_INPUT, "say who explained it to the person");
    ENSURE(!text_empty(c->language), ERR_INPUT, "say in which language it was explained");
    if (!text_empty(c->until)) {
        struct date until;
        TRY(date_parse(c->until, &until));
        ENSURE(date_compare(until, today) >= 0, ERR_INPUT, "the last day of a consent can't be in the past");
    }
    if (c->kind == CONSENT_SHARE && c->yes) {
        ENSURE((c->compartments & COMPARTMENT_ALL) != 0, ERR_INPUT,
               "say which parts the person agrees to share");
        ENSURE(c->n_countries > 0, ERR_INPUT, "say with which country the person agrees to share");
    }
    for (size_t i = 0; i < c->n_countries; i++)
        ENSURE(country_known(c->countries[i]), ERR_INPUT, "there is no country with this code");
    return ERR_OK;
}
