/* card_json.c - cards as JSON: the tables are those of docs/protocol.md. */
#include "exchange/card_json.h"

#include <string.h>

#include "base/encode.h"
#include "base/text.h"
#include "exchange/strict.h"

#define PROFILE "opentrm-card/1"
#define MESSAGES "opentrm/1" /* the profile of messages that the node speaks */
#define BASE64_MOST (CERTIFICATE_DER_MOST / 3 * 4 + 4)
#define SUCCESSION_MOST (64 << 10)

static const struct strict_member card_members[] = {
    {"profile", STRICT_TEXT, true, 16},
    {"node", STRICT_ID, true, 0},
    {"name", STRICT_TEXT, true, CARD_TEXT_MOST},
    {"country", STRICT_COUNTRY, true, 0},
    {"sequence", STRICT_NUMBER, true, 0},
    {"issued", STRICT_TIME, true, 0},
    {"expires", STRICT_TIME, true, 0},
    {"languages", STRICT_LIST, true, CARD_LIST_MOST},
    {"messages", STRICT_TEXT, true, 16},
    {"endpoints", STRICT_ARRAY, true, CARD_LIST_MOST},
    {"certificate", STRICT_TEXT, true, BASE64_MOST},
    {"succession", STRICT_TEXT, false, SUCCESSION_MOST},
    {"organisations", STRICT_ARRAY, true, CARD_ORGANISATIONS_MOST},
};

static const struct strict_member endpoint_members[] = {
    {"kind", STRICT_SLUG, true, 0},
    {"url", STRICT_TEXT, true, CARD_URL_MOST},
};

static const struct strict_member organisation_members[] = {
    {"id", STRICT_ID, true, 0},
    {"names", STRICT_OBJECT, true, 0},
    {"procedures", STRICT_LIST, true, CARD_LIST_MOST},
    {"roles", STRICT_LIST, true, CARD_LIST_MOST},
    {"languages", STRICT_LIST, true, CARD_LIST_MOST},
    {"signing", STRICT_TEXT, true, BASE64_MOST},
    {"keys", STRICT_OBJECT, true, 0},
};

/* ---- writing ---- */

static err bytes_put(json_t *object, const char *name, struct bytes in)
{
    MEM_SCOPE(scope, NULL);
    const char *text = NULL;
    TRY(encode_base64(scope, in, &text));
    return json_put(object, name, json_string(text));
}

static err certificate_put(json_t *object, const char *name, const struct certificate *certificate)
{
    ENSURE(certificate != NULL, ERR_INPUT, "a node card needs all certificates");
    return bytes_put(object, name, certificate_der(certificate));
}

static err list_put(json_t *object, const char *name, const char **words)
{
    JSON_SCOPE(list) = json_array();
    ENSURE_MEM(list);
    for (; words != NULL && *words != NULL; words++) TRY(json_add(list, json_string(*words)));
    return json_put(object, name, json_incref(list));
}

static err organisation_put(json_t *list, const struct card_organisation *organisation)
{
    JSON_SCOPE(value) = json_object();
    JSON_SCOPE(names) = json_object();
    JSON_SCOPE(keys) = json_object();
    ENSURE_MEM(value);
    ENSURE_MEM(names);
    ENSURE_MEM(keys);
    for (size_t i = 0; i < organisation->name_count; i++)
        TRY(json_put(names, organisation->names[i].language,
                     json_string(organisation->names[i].text)));
    for (unsigned c = 0; c < COMPARTMENTS; c++)
        TRY(certificate_put(keys, compartment_name((enum compartment)c), organisation->keys[c]));
    TRY(strict_put_id(value, "id", organisation->id));
    TRY(json_put(value, "names", json_incref(names)));
    TRY(list_put(value, "procedures", organisation->procedures));
    TRY(list_put(value, "roles", organisation->roles));
    TRY(list_put(value, "languages", organisation->languages));
    TRY(certificate_put(value, "signing", organisation->signing));
    TRY(json_put(value, "keys", json_incref(keys)));
    return json_add(list, json_incref(value));
}

static err endpoint_put(json_t *list, const struct card_endpoint *endpoint)
{
    JSON_SCOPE(value) = json_object();
    ENSURE_MEM(value);
    TRY(strict_put_text(value, "kind", endpoint->kind));
    TRY(strict_put_text(value, "url", endpoint->url));
    return json_add(list, json_incref(value));
}

err card_json_write(mem *ctx, const struct card *card, struct bytes *out)
{
    JSON_SCOPE(value) = json_object();
    JSON_SCOPE(endpoints) = json_array();
    JSON_SCOPE(organisations) = json_array();
    ENSURE_MEM(value);
    ENSURE_MEM(endpoints);
    ENSURE_MEM(organisations);
    for (size_t i = 0; i < card->endpoint_count; i++)
        TRY(endpoint_put(endpoints, &card->endpoints[i]));
    for (size_t i = 0; i < card->organisation_count; i++)
        TRY(organisation_put(organisations, &card->organisations[i]));
    TRY(strict_put_text(value, "profile", PROFILE));
    TRY(strict_put_id(value, "node", card->node));
    TRY(strict_put_text(value, "name", card->name));
    TRY(strict_put_text(value, "country", card->country));
    TRY(json_put(value, "sequence", json_integer(card->sequence)));
    TRY(strict_put_time(value, "issued", card->issued));
    TRY(strict_put_time(value, "expires", card->expires));
    TRY(list_put(value, "languages", card->languages));
    TRY(strict_put_text(value, "messages", card->profile));
    TRY(json_put(value, "endpoints", json_incref(endpoints)));
    TRY(certificate_put(value, "certificate", card->certificate));
    if (card->succession.n > 0) TRY(bytes_put(value, "succession", card->succession));
    TRY(json_put(value, "organisations", json_incref(organisations)));
    return json_write(ctx, value, out);
}

/* ---- reading ---- */

static err text_take(mem *ctx, const json_t *object, const char *name, const char **out)
{
    const char *text = mem_text(ctx, strict_text(object, name));
    ENSURE_MEM(text);
    *out = text;
    return ERR_OK;
}

static err bytes_take(mem *ctx, const json_t *object, const char *name, struct bytes *out)
{
    const char *text = strict_text(object, name);
    return text == NULL ? ERR_OK : decode_base64(ctx, bytes_text(text), out);
}

static err certificate_take(mem *ctx, const json_t *object, const char *name,
                            enum certificate_purpose purpose, msec at,
                            const struct certificate **out)
{
    struct bytes der = {0};
    struct certificate *certificate = NULL;
    TRY(bytes_take(ctx, object, name, &der));
    TRY(certificate_read(ctx, der, &certificate));
    TRY(certificate_check(certificate, purpose, at));
    *out = certificate;
    return ERR_OK;
}

static err list_take(mem *ctx, const json_t *object, const char *name, const char ***out)
{
    const json_t *list = json_object_get(object, name);
    size_t n = json_array_size(list);
    const char **words = mem_array(ctx, const char *, n + 1);
    ENSURE_MEM(words);
    for (size_t i = 0; i < n; i++) {
        words[i] = mem_text(words, json_string_value(json_array_get(list, i)));
        ENSURE_MEM(words[i]);
    }
    *out = words;
    return ERR_OK;
}

static err names_take(mem *ctx, const json_t *value, struct card_organisation *out)
{
    /* jansson hands out members by a cursor of a value that is not const; nothing is changed. */
    json_t *names = json_object_get(value, "names");
    size_t n = json_object_size(names), i = 0;
    ENSURE(n >= 1 && n <= CARD_LIST_MOST, ERR_INPUT, "an organisation without a name");
    out->names = mem_array(ctx, struct card_name, n);
    ENSURE_MEM(out->names);
    const char *language;
    json_t *text;
    json_object_foreach(names, language, text)
    {
        struct strict_member rule = {language, STRICT_TEXT, true, CARD_TEXT_MOST};
        ENSURE(text_identifier(language), ERR_INPUT, "an organisation's name in no language");
        JSON_SCOPE(one) = json_pack("{s:O}", language, text);
        ENSURE_MEM(one);
        TRY(strict_object(one, &rule, 1));
        out->names[i].language = mem_text(ctx, language);
        ENSURE_MEM(out->names[i].language);
        TRY(text_take(ctx, names, language, &out->names[i].text));
        i++;
    }
    out->name_count = n;
    return ERR_OK;
}

static err keys_take(mem *ctx, const json_t *value, msec at, struct card_organisation *out)
{
    struct strict_member rules[COMPARTMENTS];
    for (unsigned c = 0; c < COMPARTMENTS; c++)
        rules[c] = (struct strict_member){compartment_name((enum compartment)c), STRICT_TEXT, true,
                                          BASE64_MOST};
    const json_t *keys = json_object_get(value, "keys");
    TRY(strict_object(keys, rules, COMPARTMENTS));
    for (unsigned c = 0; c < COMPARTMENTS; c++)
        TRY(certificate_take(ctx, keys, rules[c].name, CERTIFICATE_DECRYPTION, at, &out->keys[c]));
    return ERR_OK;
}

static err organisation_take(mem *ctx, const json_t *value, msec at, struct card_organisation *out)
{
    TRY(strict_object(value, organisation_members, COUNT_OF(organisation_members)));
    out->id = strict_id(value, "id");
    TRY(names_take(ctx, value, out));
    TRY(list_take(ctx, value, "procedures", &out->procedures));
    TRY(list_take(ctx, value, "roles", &out->roles));
    TRY(list_take(ctx, value, "languages", &out->languages));
    TRY(certificate_take(ctx, value, "signing", CERTIFICATE_SIGNING, at, &out->signing));
    return keys_take(ctx, value, at, out);
}

static err organisations_take(mem *ctx, const json_t *value, msec at, struct card *card)
{
    const json_t *list = json_object_get(value, "organisations");
    size_t n = json_array_size(list);
    card->organisations = mem_array(ctx, struct card_organisation, n);
    ENSURE_MEM(card->organisations);
    for (size_t i = 0; i < n; i++) {
        TRY(organisation_take(ctx, json_array_get(list, i), at, &card->organisations[i]));
        card->organisation_count = i;
        ENSURE(card_organisation_find(card, card->organisations[i].id) == NULL, ERR_INPUT,
               "an organisation stands twice on a node card");
    }
    card->organisation_count = n;
    return ERR_OK;
}

static err url_check(const char *url)
{
    ENSURE(text_starts(url, "https://") && url[8] != '\0', ERR_INPUT,
           "an address of a node must begin with https://");
    for (const char *p = url; *p != '\0'; p++)
        ENSURE(*p > 0x20 && *p < 0x7f && strchr("\"<>\\^`{|}@", *p) == NULL, ERR_INPUT,
               "an address of a node is malformed");
    return ERR_OK;
}

static err endpoints_take(mem *ctx, const json_t *value, struct card *card)
{
    const json_t *list = json_object_get(value, "endpoints");
    size_t n = json_array_size(list);
    card->endpoints = mem_array(ctx, struct card_endpoint, n);
    ENSURE_MEM(card->endpoints);
    for (size_t i = 0; i < n; i++) {
        const json_t *item = json_array_get(list, i);
        TRY(strict_object(item, endpoint_members, COUNT_OF(endpoint_members)));
        TRY(text_take(ctx, item, "kind", &card->endpoints[i].kind));
        TRY(text_take(ctx, item, "url", &card->endpoints[i].url));
        TRY(url_check(card->endpoints[i].url));
    }
    card->endpoint_count = n;
    return ERR_OK;
}

static err card_take(const json_t *value, msec at, struct card *card)
{
    TRY(strict_object(value, card_members, COUNT_OF(card_members)));
    ENSURE(text_same(strict_text(value, "profile"), PROFILE), ERR_INPUT,
           "a node card of another profile");
    card->node = strict_id(value, "node");
    TRY(text_take(card, value, "name", &card->name));
    TRY(text_take(card, value, "country", &card->country));
    TRY(json_get_number(value, "sequence", &card->sequence));
    card->issued = strict_time(value, "issued");
    card->expires = strict_time(value, "expires");
    ENSURE(card->sequence >= 1 && card->issued < card->expires, ERR_INPUT,
           "a node card that was never valid");
    TRY(list_take(card, value, "languages", &card->languages));
    TRY(text_take(card, value, "messages", &card->profile));
    ENSURE(text_same(card->profile, MESSAGES), ERR_INPUT,
           "the node speaks another profile of messages");
    TRY(endpoints_take(card, value, card));
    TRY(certificate_take(card, value, "certificate", CERTIFICATE_NODE, at, &card->certificate));
    TRY(bytes_take(card, value, "succession", &card->succession));
    return organisations_take(card, value, at, card);
}

err card_json_read(mem *ctx, struct bytes json, msec at, struct card **out)
{
    MEM_SCOPE(scope, ctx);
    JSON_SCOPE(value) = NULL;
    TRY(json_read(json, CARD_MOST, &value));
    struct card *card = mem_new(scope, struct card);
    ENSURE_MEM(card);
    TRY(card_take(value, at, card));
    *out = talloc_steal(ctx, card);
    return ERR_OK;
}
