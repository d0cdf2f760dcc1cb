/* conversation_facts.c - facts as text members, and back. */
#include "exchange/conversation_facts.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "domain/country.h"
#include "domain/facts.h"

static err countries_text(mem *ctx, const struct facts *facts, const char **out)
{
    struct buf b;
    buf_init(&b, ctx, 2000);
    for (size_t i = 0; i < facts->n_countries; i++) {
        const char *roles;
        TRY(party_write(ctx, facts->countries[i].roles, &roles));
        buf_addf(&b, "%s%s:", i == 0 ? "" : " ", facts->countries[i].code);
        for (const char *p = roles; *p != '\0'; p++) buf_add_char(&b, *p == ' ' ? ',' : *p);
    }
    return buf_text(&b, out);
}

err conversation_facts_write(const struct facts *facts, const char *danger_reason, json_t **out)
{
    MEM_SCOPE(scope, NULL);
    JSON_SCOPE(body) = json_object();
    ENSURE_MEM(body);
    const char *countries;
    TRY(countries_text(scope, facts, &countries));
    TRY(json_put(body, "countries", json_string(countries)));
    TRY(json_put(body, "child", json_string(facts_child_name(facts->child))));
    if (!text_empty(facts->guardian_name)) TRY(json_put(body, "guardian", json_string(facts->guardian_name)));
    if (!text_empty(facts->guardian_contact))
        TRY(json_put(body, "guardian_contact", json_string(facts->guardian_contact)));
    if (!text_empty(danger_reason)) TRY(json_put(body, "danger", json_string(danger_reason)));
    *out = json_incref(body);
    return ERR_OK;
}

static err read_country(const char *piece, struct facts *f)
{
    ENSURE(f->n_countries < FACTS_COUNTRIES && strlen(piece) > 3 && piece[2] == ':', ERR_INPUT,
           "a referral without its countries");
    struct facts_country *c = &f->countries[f->n_countries];
    memcpy(c->code, piece, 2);
    c->code[2] = '\0';
    ENSURE(country_known(c->code), ERR_INPUT, "there is no country with this code");
    TRY(party_parse(piece + 3, &c->roles));
    f->n_countries++;
    return ERR_OK;
}

err conversation_facts_read(mem *ctx, const json_t *body, struct facts *out)
{
    struct facts f = {.label = "", .guardian_name = "", .guardian_contact = ""};
    const char *rest = json_text_or(body, "countries", ""), *piece;
    for (;;) {
        TRY(text_split(ctx, &rest, ' ', &piece));
        if (piece == NULL) break;
        TRY(read_country(piece, &f));
    }
    TRY(facts_child_parse(json_text_or(body, "child", "unknown"), &f.child));
    f.guardian_name = mem_text(ctx, json_text_or(body, "guardian", ""));
    f.guardian_contact = mem_text(ctx, json_text_or(body, "guardian_contact", ""));
    ENSURE_MEM(f.guardian_name);
    ENSURE_MEM(f.guardian_contact);
    *out = f;
    return ERR_OK;
}
