/* json.c - jansson behind our result type. */
#include "base/json.h"

#include <string.h>

err json_read(struct bytes in, size_t max, json_t **out)
{
    ENSURE(in.n <= max, ERR_LIMIT, "the JSON text is larger than allowed");
    json_error_t detail;
    json_t *value = json_loadb((const char *)in.p, in.n, JSON_REJECT_DUPLICATES, &detail);
    ENSURE(value != NULL, ERR_INPUT, "not well-formed JSON");
    *out = value;
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
    ENSURE(wrote == n, ERR_BUG, "a JSON value changed while it was written");
    p[n] = '\0';
    *out = bytes_of(p, n);
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
