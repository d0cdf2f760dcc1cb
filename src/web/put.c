/* put.c - filling in what a page shows. */
#include "web/put.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "domain/country.h"
#include "web/web_own.h"

#define PATH_USUAL 512

struct view *put_object(struct page *p, struct view *o, const char *key)
{
    return view_add(p->views, o, key, VIEW_OBJECT);
}

struct view *put_list(struct page *p, struct view *o, const char *key) { return view_add(p->views, o, key, VIEW_LIST); }

struct view *put_item(struct page *p, struct view *list) { return view_add(p->views, list, NULL, VIEW_OBJECT); }

void put_words(struct page *p, struct view *list, const char *text)
{
    (void)view_add_text(p->views, list, NULL, bytes_text(text));
}

void put_text(struct page *p, struct view *o, const char *key, const char *value)
{
    if (value == NULL)
        put_nothing(p, o, key);
    else
        (void)view_add_text(p->views, o, key, bytes_text(value));
}

void put_flag(struct page *p, struct view *o, const char *key, bool value)
{
    (void)view_add(p->views, o, key, value ? VIEW_TRUE : VIEW_FALSE);
}

void put_number(struct page *p, struct view *o, const char *key, int64_t value)
{
    (void)view_add_number(p->views, o, key, value);
}

void put_nothing(struct page *p, struct view *o, const char *key) { (void)view_add(p->views, o, key, VIEW_NOTHING); }

void put_is(struct page *p, struct view *o, const char *name)
{
    size_t n = strlen(name);
    char *key = view_words(p->views, n + 3);
    if (key == NULL) return; /* the page fails (views_failed) */
    memcpy(key, "is_", 3);
    memcpy(key + 3, name, n + 1);
    put_flag(p, o, key, true);
}

void put_said(struct page *p, struct view *o, const char *key, const char *english)
{
    put_text(p, o, key, page_said(p, english));
}

void put_path(struct page *p, struct view *o, const char *key, const char *format, ...)
{
    char path[PATH_USUAL];
    va_list list, again;
    va_start(list, format);
    va_copy(again, list);
    int n = vsnprintf(path, sizeof path, format, list);
    bool fits = n >= 0 && (size_t)n < sizeof path;
    const char *longer = fits ? NULL : talloc_vasprintf(p->ctx, format, again);
    va_end(again);
    va_end(list);
    if (fits)
        (void)view_add_text(p->views, o, key, bytes_of(path, (size_t)n));
    else if (page_keep(p, longer == NULL ? ERR_MAKE(ERR_MEMORY, "out of memory") : ERR_OK))
        put_text(p, o, key, longer);
}

void put_day(struct page *p, struct view *o, const char *key, msec at)
{
    const char *text = NULL;
    if (at == 0 || page_keep(p, locale_day(p->locale, p->ctx, at, &text)))
        put_text(p, o, key, text);
}

void put_time(struct page *p, struct view *o, const char *key, msec at)
{
    const char *text = NULL;
    if (at == 0 || page_keep(p, locale_date_time(p->locale, p->ctx, at, &text)))
        put_text(p, o, key, text);
}

void put_date(struct page *p, struct view *o, const char *key, const char *day)
{
    struct date date;
    const char *text = text_empty(day) ? NULL : day;
    if (text != NULL && !err_failed(date_parse(day, &date)) &&
        !page_keep(p, locale_date(p->locale, p->ctx, date, &text)))
        return;
    put_text(p, o, key, text);
}

void put_country(struct page *p, struct view *o, const char *key, const char *code)
{
    const char *text = NULL;
    if (text_empty(code) || page_keep(p, locale_country(p->locale, p->ctx, code, &text)))
        put_text(p, o, key, text);
}

/* "sq", "aae", "pt-BR"; people may also have typed the name of a language. */
static bool language_code(const char *text)
{
    size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz");
    return (n == 2 || n == 3) && (text[n] == '\0' || text[n] == '-');
}

void put_language(struct page *p, struct view *o, const char *key, const char *code)
{
    const char *text = NULL;
    if (!text_empty(code) && !language_code(code))
        put_text(p, o, key, code);
    else if (text_empty(code) || page_keep(p, locale_language_name(p->locale, p->ctx, code, &text)))
        put_text(p, o, key, text);
}

void put_compartment(struct page *p, struct view *o, const char *key, enum compartment c)
{
    put_is(p, put_object(p, o, key), compartment_name(c));
}

void put_compartments(struct page *p, struct view *o, const char *key, compartment_set set)
{
    struct view *list = put_list(p, o, key);
    for (unsigned i = 0; i < COMPARTMENTS; i++)
        if ((set & COMPARTMENT_BIT(i)) != 0)
            put_is(p, put_item(p, list), compartment_name((enum compartment)i));
}

/* Was this form sent just now? Then what was typed counts, even where it is empty. */
static bool posted(const struct page *p) { return p->rq->method == HTTP_POST; }

struct view *put_field(struct page *p, struct view *o, const char *key, const char *name, const char *value)
{
    struct view *field = put_object(p, o, key);
    put_text(p, field, "id", name);
    put_text(p, field, "value", posted(p) ? http_field_or(p->rq, name, "") : value);
    put_text(p, field, "error", page_fault_of(p, name));
    return field;
}

struct view *put_choice(struct page *p, struct view *choices, const char *name, const char *value,
                   const char *label, bool chosen)
{
    size_t n = choices->n;
    struct view *choice = put_item(p, choices);
    if (n == 0)
        put_text(p, choice, "id", name);
    else
        put_path(p, choice, "id", "%s-%zu", name, n + 1);
    put_text(p, choice, "value", value);
    put_text(p, choice, "label", label);
    put_flag(p, choice, "checked", posted(p) ? http_field_ticked(p->rq, name, value) : chosen);
    return choice;
}

void put_date_parts(struct page *p, struct view *field, const char *name, const char *day)
{
    static const struct {
        const char *part;
        int width;
    } PARTS[] = {{"day", 2}, {"month", 2}, {"year", 4}};
    struct date date = {0};
    bool known = !text_empty(day) && !err_failed(date_parse(day, &date));
    const int values[] = {date.day, date.month, date.year};
    struct view *list = put_list(p, field, "parts");
    const char *error = NULL;
    for (size_t i = 0; i < COUNT_OF(PARTS); i++) {
        struct view *part = put_item(p, list);
        const char *id = page_format(p, "%s-%s", name, PARTS[i].part);
        const char *value = known ? page_format(p, "%d", values[i]) : "";
        const char *fault = page_fault_of(p, id);
        error = error == NULL ? fault : error;
        put_text(p, part, "id", id);
        put_text(p, part, "name", id);
        put_text(p, part, "value", posted(p) ? http_field_or(p->rq, id, "") : value);
        put_number(p, part, "width", PARTS[i].width);
        put_is(p, part, PARTS[i].part);
        put_flag(p, part, "wrong", fault != NULL);
    }
    put_text(p, field, "error", error);
}

struct named_country {
    const char *code, *name;
    const struct locale *locale;
};

static int by_name(const void *a, const void *b)
{
    const struct named_country *x = a, *y = b;
    return locale_compare(x->locale, x->name, y->name);
}

void put_countries(struct page *p, struct view *choices, const char *chosen)
{
    const char *codes[COUNTRIES_MOST];
    struct named_country all[COUNTRIES_MOST];
    size_t n = country_all(codes);
    for (size_t i = 0; i < n; i++) {
        all[i] = (struct named_country){codes[i], NULL, p->locale};
        if (!page_keep(p, locale_country(p->locale, p->ctx, codes[i], &all[i].name))) return;
    }
    qsort(all, n, sizeof *all, by_name);
    for (size_t i = 0; i < n; i++) {
        struct view *choice = put_item(p, choices);
        put_text(p, choice, "value", all[i].code);
        put_text(p, choice, "label", all[i].name);
        put_flag(p, choice, "checked", text_same(all[i].code, chosen));
    }
}
