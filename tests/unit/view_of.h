/* view_of.h - JSON as what a template shows: for tests that say their data as text. A decimal becomes the shortest text of it.
 */
#ifndef OPENTRM_TESTS_VIEW_OF_H
#define OPENTRM_TESTS_VIEW_OF_H

#include <stdio.h>

#include "base/json.h"
#include "web/view.h"

static inline void view_fill(struct views *v, struct view *to, const char *key, const json_t *value);

static inline void view_fill_items(struct views *v, struct view *made, const json_t *value)
{
    size_t i;
    const json_t *item;
    const char *name;
    json_array_foreach(value, i, item) view_fill(v, made, NULL, item);
    for (void *at = json_object_iter((json_t *)(uintptr_t)value); at != NULL; at = json_object_iter_next((json_t *)(uintptr_t)value, at)) {
        name = json_object_iter_key(at);
        view_fill(v, made, name, json_object_iter_value(at));
    }
}

static inline void view_fill(struct views *v, struct view *to, const char *key, const json_t *value)
{
    char text[40];
    switch (json_typeof(value)) {
    case JSON_OBJECT: view_fill_items(v, view_add(v, to, key, VIEW_OBJECT), value); break;
    case JSON_ARRAY: view_fill_items(v, view_add(v, to, key, VIEW_LIST), value); break;
    case JSON_STRING: (void)view_add_text(v, to, key, bytes_of(json_string_value(value), json_string_length(value))); break;
    case JSON_INTEGER: (void)view_add_number(v, to, key, json_integer_value(value)); break;
    case JSON_REAL:
        (void)snprintf(text, sizeof text, "%.15g", json_real_value(value));
        (void)view_add_text(v, to, key, bytes_text(text));
        break;
    case JSON_TRUE: (void)view_add(v, to, key, VIEW_TRUE); break;
    case JSON_FALSE: (void)view_add(v, to, key, VIEW_FALSE); break;
    case JSON_NULL: (void)view_add(v, to, key, VIEW_NOTHING); break;
    }
}

/* view_of: the keys are the JSON's, which must live as long. NULL: no memory. */
static inline struct view *view_of(mem *ctx, const json_t *value)
{
    struct views *v;
    struct view *root, *whole;
    if (err_failed(views_new(ctx, &v, &root))) return NULL;
    whole = view_add(v, NULL, NULL, VIEW_LIST);
    view_fill(v, whole, NULL, value);
    return views_failed(v) ? NULL : whole->first;
}

#endif
