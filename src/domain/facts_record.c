/* facts_record.c - the steering facts as the JSON of their record, and what must be in them. */
#include <string.h>

#include "base/text.h"
#include "domain/country.h"
#include "domain/facts.h"

static const char *const CHILD[] = {
    [CHILD_UNKNOWN] = "unknown", [CHILD_NO] = "no", [CHILD_YES] = "yes", [CHILD_MAYBE] = "maybe"};

const char *facts_child_name(enum child_status status)
{
    return (unsigned)status < COUNT_OF(CHILD) ? CHILD[status] : "unknown";
}

err facts_child_parse(const char *name, enum child_status *out)
{
    for (unsigned i = 0; i < COUNT_OF(CHILD); i++)
        if (text_same(CHILD[i], name)) {
            *out = (enum child_status)i;
            return ERR_OK;
        }
    FAIL(ERR_INPUT, "say whether the person is a child");
}

bool facts_may_be_child(enum child_status s) { return s != CHILD_NO; }

static err read_text(mem *ctx, const json_t *body, const char *member, const char **out)
{
    const char *text;
    TRY(json_get_text(body, member, &text));
    char *copy = mem_text(ctx, text);
    ENSURE_MEM(copy);
    *out = copy;
    return ERR_OK;
}

err facts_read(mem *ctx, const json_t *body, struct facts *out)
{
    struct facts f = {0};
    const char *child;
    TRY(read_text(ctx, body, FACTS_LABEL, &f.label));
    TRY(read_text(ctx, body, "guardian_name", &f.guardian_name));
    TRY(read_text(ctx, body, "guardian_contact", &f.guardian_contact));
    TRY(json_get_text(body, "child", &child));
    TRY(facts_child_parse(child, &f.child));
    const json_t *countries = json_object_get(body, "countries");
    ENSURE(json_is_array(countries) && json_array_size(countries) <= FACTS_COUNTRIES, ERR_INPUT,
           "a case without its countries");
    size_t i;
    const json_t *item;
    json_array_foreach(countries, i, item) {
        const char *code, *roles;
        TRY(json_get_text(item, "country", &code));
        TRY(json_get_text(item, "roles", &roles));
        ENSURE(country_known(code), ERR_INPUT, "there is no country with this code");
        memcpy(f.countries[f.n_countries].code, code, 3);
        TRY(party_parse(roles, &f.countries[f.n_countries].roles));
        f.n_countries++;
    }
    *out = f;
    return ERR_OK;
}

err facts_json(const struct facts *facts, json_t **out)
{
    MEM_SCOPE(scope, NULL);
    JSON_SCOPE(body) = json_object();
    JSON_SCOPE(countries) = json_array();
    ENSURE_MEM(body);
    for (size_t i = 0; i < facts->n_countries; i++) {
        const char *roles;
        TRY(party_write(scope, facts->countries[i].roles, &roles));
        TRY(json_add(countries, json_pack("{s:s, s:s}", "country", facts->countries[i].code, "roles", roles)));
    }
    TRY(json_put(body, "countries", json_incref(countries)));
    TRY(json_put(body, "child", json_string(facts_child_name(facts->child))));
    TRY(json_put(body, FACTS_LABEL, json_string(facts->label == NULL ? "" : facts->label)));
    TRY(json_put(body, "guardian_name", json_string(facts->guardian_name == NULL ? "" : facts->guardian_name)));
    TRY(json_put(body, "guardian_contact",
                 json_string(facts->guardian_contact == NULL ? "" : facts->guardian_contact)));
    *out = json_incref(body);
    return ERR_OK;
}

err facts_check(const struct facts *f)
{
    ENSURE(f->n_countries >= 1, ERR_INPUT, "name at least one country and its role");
    for (size_t i = 0; i < f->n_countries; i++) {
        ENSURE(country_known(f->countries[i].code), ERR_INPUT, "there is no country with this code");
        ENSURE((f->countries[i].roles & PARTY_ANY) != 0, ERR_INPUT, "say which role each country has");
        for (size_t k = 0; k < i; k++)
            ENSURE(strcmp(f->countries[k].code, f->countries[i].code) != 0, ERR_INPUT,
                   "a country is named twice: give it both roles in one line");
    }
    const char *const texts[] = {f->label, f->guardian_name, f->guardian_contact};
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (texts[i] != NULL) TRY(text_check(bytes_text(texts[i]), 400));
    return ERR_OK;
}
