/* json.c - jansson behind our result type. */
#include "base/json.h"

#include <string.h>

#include "base/refused.h"

/* Before main, and so before any thread. What was allocated without it is given back the same way. */
__attribute__((constructor)) static void json_watch(void)
{
    json_set_alloc_funcs(refused_malloc, refused_free);
}

err json_read(struct bytes in, size_t max, json_t **out)
{
    ENSURE(in.n <= max, ERR_LIMIT, "the JSON text is larger than allowed");
    json_error_t detail;
    refused_forget(); /* its reader leaves out bytes of a text for which there is no memory */
    json_t *value = json_loadb((const char *)in.p, in.n, JSON_REJECT_DUPLICATES, &detail);
    if (refused()) {
        json_decref(value);
        FAIL(ERR_MEMORY, "out of memory");
    }
    ENSURE(value != NULL, ERR_INPUT, "not well-formed JSON");
    *out = value;
    return ERR_OK;
}

/* The place behind a string, a list, an object or a word that begins at `at`; in.n + 1 if it does not end. */
static size_t string_end(struct bytes in, size_t at)
{
    while (++at < in.n && in.p[at] != '"')
        if (in.p[at] == '\\') at++;
    return at + 1;
}

static size_t value_end(struct bytes in, size_t at)
{
    size_t depth = 0;
    while (at < in.n) {
        uint8_t c = in.p[at];
        if (depth == 0 && (c == ',' || c == '}' || c == ']')) return at;
        if (c == '"') {
            at = string_end(in, at);
            continue;
        }
        if (c == '{' || c == '[') depth++;
        if (c == '}' || c == ']') depth--;
        at++;
    }
    return in.n + 1;
}

static err member_load(struct bytes text, json_t **out)
{
    json_error_t detail;
    json_t *value = json_loadb((const char *)text.p, text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &detail);
    ENSURE(value != NULL, ERR_INPUT, "not well-formed JSON");
    *out = value;
    return ERR_OK;
}

err json_read_member(struct bytes in, const char *key, json_t **out)
{
    static const char WHAT[] = "not a JSON object as this program writes it";
    size_t n = strlen(key), at = 1;
    ENSURE(in.n >= 2 && in.p[0] == '{', ERR_INPUT, WHAT);
    while (at < in.n && in.p[at] == '"') {
        size_t name = at + 1, name_end = string_end(in, at);
        ENSURE(name_end < in.n && in.p[name_end] == ':', ERR_INPUT, WHAT);
        size_t value = name_end + 1, end = value_end(in, value);
        ENSURE(end < in.n && end > value && in.p[end] != ']', ERR_INPUT, WHAT);
        if (name_end - 1 - name == n && memcmp(in.p + name, key, n) == 0) return member_load(bytes_of(in.p + value, end - value), out);
        at = end + (in.p[end] == ',' ? 1 : 0);
    }
    ENSURE(at == in.n - 1 && in.p[at] == '}', ERR_INPUT, WHAT);
    *out = NULL;
    return ERR_OK;
}

err json_write(mem *ctx, const json_t *value, struct bytes *out)
{
    size_t flags = JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY;
    size_t n = json_dumpb(value, NULL, 0, flags);
    ENSURE(n > 0, ERR_MEMORY, "out of memory");
    char *p = talloc_size(ctx, n + 1);
    ENSURE_MEM(p);
    size_t wrote = json_dumpb(value, p, n, flags);
    ENSURE(wrote > 0, ERR_MEMORY, "out of memory");
    ENSURE(wrote == n, ERR_BUG, "a JSON value changed while it was written");
    p[n] = '\0';
    *out = bytes_of(p, n);
    return ERR_OK;
}

err json_copied(const json_t *value, json_t **out)
{
    json_t *copy = json_copy((json_t *)(uintptr_t)value); /* it does not change it */
    ENSURE_MEM(copy);
    if (!json_equal(copy, value)) {
        json_decref(copy);
        FAIL(ERR_MEMORY, "out of memory");
    }
    *out = copy;
    return ERR_OK;
}

err json_put(json_t *object, const char *key, json_t *value)
{
    ENSURE(json_object_set_new(object, key, value) == 0, ERR_MEMORY, "out of memory");
    return ERR_OK;
}

err json_add(json_t *array, json_t *value)
{
    ENSURE(json_array_append_new(array, value) == 0, ERR_MEMORY, "out of memory");
    return ERR_OK;
}

static int json_keep_end(json_t **kept)
{
    json_decref(*kept);
    return 0;
}

err json_keep(mem *ctx, json_t *value)
{
    ENSURE_MEM(value);
    json_t **kept = mem_new(ctx, json_t *);
    if (kept == NULL) {
        json_decref(value);
        FAIL(ERR_MEMORY, "out of memory");
    }
    *kept = value;
    talloc_set_destructor(kept, json_keep_end);
    return ERR_OK;
}

err json_get_text(const json_t *object, const char *key, const char **out)
{
    const json_t *v = json_object_get(object, key);
    ENSURE(json_is_string(v), ERR_INPUT, "a text is missing in a JSON object");
    ENSURE(strlen(json_string_value(v)) == json_string_length(v), ERR_INPUT,
           "a zero byte inside a text");
    *out = json_string_value(v);
    return ERR_OK;
}

err json_get_number(const json_t *object, const char *key, int64_t *out)
{
    const json_t *v = json_object_get(object, key);
    ENSURE(json_is_integer(v), ERR_INPUT, "a number is missing in a JSON object");
    *out = json_integer_value(v);
    return ERR_OK;
}

const char *json_text_or(const json_t *object, const char *key, const char *otherwise)
{
    const json_t *v = json_object_get(object, key);
    return json_is_string(v) ? json_string_value(v) : otherwise;
}
