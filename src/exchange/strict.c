/* strict.c - the kinds of members, each a small check. */
#include "exchange/strict.h"

#include <string.h>

#include "base/date.h"
#include "base/text.h"

#define NUMBER_MOST 9007199254740991 /* what every JSON reader keeps exactly (RFC 8259 §6) */

static bool text_ok(const json_t *value, size_t most)
{
    struct bytes in = bytes_of(json_string_value(value), json_string_length(value));
    return !err_failed(text_check(in, most));
}

static bool language_ok(const char *s)
{
    size_t group = 0, n = strlen(s);
    if (n < 2 || n > 35) return false;
    bool first = true;
    for (size_t i = 0; i < n; i++) {
        bool letter = (s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z');
        bool digit = s[i] >= '0' && s[i] <= '9';
        if (s[i] == '-') {
            if (group == 0) return false;
            group = 0;
            first = false;
            continue;
        }
        if (!letter && (first || !digit)) return false;
        if (++group > 8) return false;
    }
    return group > 0;
}

static bool country_ok(const char *s)
{
    return strlen(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z';
}

static bool time_ok(const char *s)
{
    msec at = 0;
    char again[DATE_TIME_ROOM];
    if (err_failed(date_parse_utc(s, &at)) || at <= 0) return false;
    date_format_utc(at, again);
    return strcmp(s, again) == 0;
}

static bool hash_ok(const char *s)
{
    return strlen(s) == 64 && strspn(s, "0123456789abcdef") == 64;
}

static bool id_ok(const char *s)
{
    struct id id;
    return !err_failed(id_parse(s, &id));
}

static bool list_ok(const json_t *value, size_t most)
{
    if (!json_is_array(value) || json_array_size(value) > most) return false;
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *item = json_array_get(value, i);
        if (!json_is_string(item) || !text_ok(item, 64) ||
            !text_identifier(json_string_value(item)))
            return false;
    }
    return true;
}

static bool number_ok(const json_t *value)
{
    return json_is_integer(value) && json_integer_value(value) >= 0 &&
           json_integer_value(value) <= NUMBER_MOST;
}

static bool string_ok(const json_t *value, enum strict_kind kind, size_t most)
{
    if (!json_is_string(value)) return false;
    const char *s = json_string_value(value);
    switch ((int)kind) {
    case STRICT_TEXT: return s[0] != '\0' && text_ok(value, most);
    case STRICT_WORDS: return text_ok(value, most);
    default: break;
    }
    if (!text_ok(value, 256)) return false;
    switch ((int)kind) {
    case STRICT_SLUG: return text_identifier(s);
    case STRICT_LANGUAGE: return language_ok(s);
    case STRICT_COUNTRY: return country_ok(s);
    case STRICT_ID: return id_ok(s);
    case STRICT_TIME: return time_ok(s);
    case STRICT_HASH: return hash_ok(s);
    default: return false;
    }
}

static bool fits(const json_t *value, const struct strict_member *member)
{
    switch ((int)member->kind) {
    case STRICT_NUMBER: return number_ok(value);
    case STRICT_FLAG: return json_is_boolean(value);
    case STRICT_OBJECT: return json_is_object(value);
    case STRICT_ARRAY:
        return json_is_array(value) && json_array_size(value) >= 1 &&
               json_array_size(value) <= member->most;
    case STRICT_LIST: return list_ok(value, member->most);
    default: return string_ok(value, member->kind, member->most);
    }
}

err strict_object(const json_t *value, const struct strict_member *members, size_t n)
{
    ENSURE(json_is_object(value), ERR_INPUT, "a JSON object is missing");
    size_t known = 0;
    for (size_t i = 0; i < n; i++) {
        const json_t *member = json_object_get(value, members[i].name);
        ENSURE(member != NULL || !members[i].required, ERR_INPUT,
               "a member of a JSON object is missing");
        if (member == NULL) continue;
        ENSURE(fits(member, &members[i]), ERR_INPUT, "a member of a JSON object is malformed");
        known++;
    }
    ENSURE(known == json_object_size(value), ERR_INPUT,
           "a JSON object has a member that is not known");
    return ERR_OK;
}

const char *strict_text(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

struct id strict_id(const json_t *object, const char *name)
{
    struct id id = {0};
    const char *text = strict_text(object, name);
    /* It was checked, so it parses; a missing one stays unset. */
    if (text != NULL) err_ignore(id_parse(text, &id));
    return id;
}

msec strict_time(const json_t *object, const char *name)
{
    msec at = 0;
    const char *text = strict_text(object, name);
    /* The same as for ids. */
    if (text != NULL) err_ignore(date_parse_utc(text, &at));
    return at;
}

struct held {
    json_t *value;
};

static int held_end(struct held *held)
{
    json_decref(held->value);
    return 0;
}

err strict_hold(mem *ctx, json_t *value)
{
    struct held *held = mem_new(ctx, struct held);
    if (held == NULL) json_decref(value);
    ENSURE_MEM(held);
    held->value = value;
    talloc_set_destructor(held, held_end);
    return ERR_OK;
}

err strict_put_text(json_t *object, const char *name, const char *value)
{
    return value == NULL ? ERR_OK : json_put(object, name, json_string(value));
}

err strict_put_id(json_t *object, const char *name, struct id value)
{
    return id_is_set(value) ? json_put(object, name, json_string(value.text)) : ERR_OK;
}

err strict_put_time(json_t *object, const char *name, msec value)
{
    if (value == 0) return ERR_OK;
    char text[DATE_TIME_ROOM];
    date_format_utc(value, text);
    return json_put(object, name, json_string(text));
}
