/* input.c - posted pairs become answers: names taken apart, values gathered, then parsed by type. */
#include "form/input.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/vec.h"
#include "form/check.h"
#include "form/sentence.h"
#include "form/value.h"

/* A posted field whose name was understood: children[2].birth-day */
struct posted {
    const struct form_item *item;
    size_t entry[FORM_DEPTH_MAX]; /* number of the entry in each repeat, from the outside in */
    size_t depth;                 /* repeats around the item */
    char part;                    /* d, m, y, h, n: a part of a date; r: remove a file; 0: itself */
    struct bytes value;
    size_t order; /* among the pairs, so that sorting keeps it */
};

struct reader {
    mem *ctx;
    const struct form *form;
    const struct form_section *section;
    const struct form_eval *eval;
    struct posted *at;
    size_t n;
    VEC(struct answer_problem) problems;
};

/* ---- names ------------------------------------------------------------------------------------ */

static const struct {
    const char *suffix;
    char part;
} PARTS[] = {{"-day", 'd'},    {"-month", 'm'}, {"-year", 'y'},
             {"-hour", 'h'},   {"-minute", 'n'}, {"-remove", 'r'}};

static bool part_fits(const struct form_item *item, char part)
{
    switch (part) {
    case 0: return true;
    case 'r': return item->type == FORM_FILE;
    case 'd':
    case 'm':
    case 'y': return item->type == FORM_DATE || item->type == FORM_DATETIME;
    default: return item->type == FORM_TIME || item->type == FORM_DATETIME;
    }
}

/* One piece of a name, up to [ or . or the end: the item in this scope. */
static const struct form_item *piece_find(const struct form *form, const struct form_item *scope,
                                          const char *s, size_t n)
{
    char name[65];
    if (n == 0 || n >= sizeof name) return NULL;
    memcpy(name, s, n);
    name[n] = '\0';
    return form_item_find(form, scope, name);
}

static bool entry_read(const char **s, size_t *out)
{
    size_t digits = strspn(*s, "0123456789");
    if (digits == 0 || digits > 4 || (*s)[digits] != ']' || (*s)[digits + 1] != '.') return false;
    *out = 0;
    for (size_t i = 0; i < digits; i++) *out = *out * 10 + (size_t)((*s)[i] - '0');
    *s += digits + 2;
    return true;
}

static bool name_read(const struct form *form, const char *name, struct posted *out)
{
    const struct form_item *scope = NULL;
    const char *s = name;
    for (;;) {
        size_t n = strcspn(s, "[");
        if (s[n] == '\0') break;
        const struct form_item *repeat = piece_find(form, scope, s, n);
        s += n + 1;
        if (repeat == NULL || repeat->type != FORM_REPEAT || out->depth == FORM_DEPTH_MAX ||
            !entry_read(&s, &out->entry[out->depth]))
            return false;
        out->depth++;
        scope = repeat;
    }
    size_t n = strlen(s);
    for (size_t i = 0; i < COUNT_OF(PARTS); i++) {
        if (!text_ends(s, PARTS[i].suffix)) continue;
        out->part = PARTS[i].part;
        n -= strlen(PARTS[i].suffix);
        break;
    }
    out->item = piece_find(form, scope, s, n);
    return out->item != NULL && part_fits(out->item, out->part);
}

/* May this field be posted here? */
static bool accepted(const struct reader *r, const struct form_item *item)
{
    return form_type_answers(item->type) && item->type != FORM_CALCULATE && !item->read_only &&
           item->section == r->section && settled_ours(r->eval, item);
}

static err problem_add(struct reader *r, const char *path, const struct form_item *item,
                       enum answer_fault fault, const char *message)
{
    if (r->problems.n == ANSWER_PROBLEMS_MAX) return ERR_OK;
    struct answer_problem one = {path, item, fault, message, NULL};
    return vec_push(r->ctx, &r->problems, one, ANSWER_PROBLEMS_MAX);
}

/* An unknown name, as far as it can be shown. */
static err unknown_add(struct reader *r, const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-[].");
    const char *path = n == strlen(name) ? text_cut(r->ctx, name, 200) : "?";
    ENSURE_MEM(path);
    return problem_add(r, path, NULL, ANSWER_UNKNOWN, SENTENCE_UNKNOWN);
}

static err names_read(struct reader *r, const struct form_pair *pairs, size_t n)
{
    r->at = mem_array(r->ctx, struct posted, n + 1);
    ENSURE_MEM(r->at);
    for (size_t i = 0; i < n; i++) {
        struct posted one = {.value = pairs[i].value, .order = i};
        if (!name_read(r->form, pairs[i].name, &one) || !accepted(r, one.item)) {
            TRY(unknown_add(r, pairs[i].name));
            continue;
        }
        r->at[r->n++] = one;
    }
    return ERR_OK;
}

/* ---- values ----------------------------------------------------------------------------------- */

/* The posted fields of one item in one entry: a range of `at` that matches. */
struct range {
    const struct posted *at;
    size_t n;
};

/* A part of a date as typed: trimmed; NULL with a message when it can't be kept. */
static err part_text(struct reader *r, struct bytes value, const char **out)
{
    const char *text;
    *out = NULL;
    if (value.n > 40 || err_failed(text_check(value, 40))) return ERR_OK;
    TRY(bytes_string(r->ctx, value, &text));
    return text_trim(r->ctx, text, out);
}

static err moment_parse(struct reader *r, const struct form_item *item, struct range range,
                        json_t **value, const char **refused)
{
    struct value_parts p = {0};
    const char *message;
    for (size_t i = 0; i < range.n; i++) {
        const char *text;
        TRY(part_text(r, range.at[i].value, &text));
        if (text == NULL) {
            *refused = SENTENCE_DATE;
            return ERR_OK;
        }
        switch (range.at[i].part) {
        case 'd': p.day = text; break;
        case 'm': p.month = text; break;
        case 'y': p.year = text; break;
        case 'h': p.hour = text; break;
        case 'n': p.minute = text; break;
        default: break;
        }
    }
    TRY(value_parse_parts(item, &p, value, &message));
    return message == NULL ? ERR_OK : value_raw_parts(&p, value);
}

/* A text that is too large or not UTF-8 can't be kept; anything else is, as it was typed. */
#define KEPT_MAX (4u * FORM_TEXT_BYTES_MAX)

static err single_parse(struct reader *r, const struct form_item *item, struct bytes typed,
                        json_t **value, const char **refused)
{
    const char *message, *text;
    TRY(value_parse(item, typed, value, &message));
    if (message == NULL) return ERR_OK;
    if (typed.n > KEPT_MAX || err_failed(text_check(typed, KEPT_MAX))) {
        *refused = message;
        return ERR_OK;
    }
    TRY(bytes_string(r->ctx, typed, &text));
    return value_raw_new(text, value);
}

static err multiple_parse(struct reader *r, const struct form_item *item, struct range range,
                          json_t **value, const char **refused)
{
    JSON_SCOPE(chosen) = json_array();
    ENSURE_MEM(chosen);
    for (size_t i = 0; i < range.n; i++) {
        const char *name;
        struct bytes typed = range.at[i].value;
        if (typed.n == 0) continue;
        if (err_failed(text_check(typed, 64))) typed = bytes_text("?");
        TRY(bytes_string(r->ctx, typed, &name));
        TRY(json_add(chosen, json_string(name)));
    }
    return value_clean(item, chosen, value, refused);
}

static err field_parse(struct reader *r, const struct form_item *item,
                       const struct expression_entry *entry, struct range range, json_t *out)
{
    json_t *value = NULL;
    const char *refused = NULL;
    const struct posted *last = &range.at[range.n - 1];
    if (item->type == FORM_SELECT_MULTIPLE) {
        TRY(multiple_parse(r, item, range, &value, &refused));
    } else if (item->type == FORM_FILE) {
        if (last->part == 'r' && last->value.n > 0) value = json_null();
    } else if (last->part != 0) {
        TRY(moment_parse(r, item, range, &value, &refused));
    } else {
        TRY(single_parse(r, item, last->value, &value, &refused));
    }
    if (value != NULL) TRY(json_put(out, item->name, value));
    if (refused == NULL) return ERR_OK;
    const char *path;
    TRY(form_path(r->ctx, entry, item, &path));
    return problem_add(r, path, item, ANSWER_REFUSED, refused);
}

/* ---- entries ---------------------------------------------------------------------------------- */

/* The order of the fields: entry by entry in each repeat, then item by item, then as posted. */
static int posted_order(const void *a, const void *b)
{
    const struct posted *x = a, *y = b;
    size_t depth = x->depth < y->depth ? x->depth : y->depth;
    const struct form_item *xs[FORM_DEPTH_MAX + 1], *ys[FORM_DEPTH_MAX + 1];
    size_t n = x->depth, m = y->depth;
    for (const struct form_item *s = x->item->scope; s != NULL && n > 0; s = s->scope) xs[--n] = s;
    for (const struct form_item *s = y->item->scope; s != NULL && m > 0; s = s->scope) ys[--m] = s;
    for (size_t i = 0; i < depth; i++) {
        if (xs[i] != ys[i]) return xs[i]->index < ys[i]->index ? -1 : 1;
        if (x->entry[i] != y->entry[i]) return x->entry[i] < y->entry[i] ? -1 : 1;
    }
    if (x->item != y->item) {
        const struct form_item *u = x->depth > depth ? xs[depth] : x->item;
        const struct form_item *v = y->depth > depth ? ys[depth] : y->item;
        if (u != v) return u->index < v->index ? -1 : 1;
    }
    return x->order < y->order ? -1 : x->order > y->order ? 1 : 0;
}

/* Must empty entries keep their places, since there may be answers in compartments not held? */
static bool places_matter(const struct reader *r, const struct form_item *repeat)
{
    for (size_t i = repeat->index + 1; i <= repeat->index + repeat->below; i++)
        if (form_type_answers(r->form->items[i].type) &&
            !settled_ours(r->eval, &r->form->items[i]))
            return true;
    return false;
}

static const struct form_item *scope_at(const struct posted *p, size_t depth)
{
    const struct form_item *s = p->item->scope;
    for (size_t n = p->depth; n > depth + 1; n--) s = s->scope;
    return s;
}

static err object_read(struct reader *r, const struct expression_entry *entry, struct range range,
                       size_t depth, json_t *out);

static err repeat_read(struct reader *r, const struct form_item *repeat,
                       const struct expression_entry *outer, struct range range, size_t depth,
                       json_t *out)
{
    bool keep = places_matter(r, repeat);
    JSON_SCOPE(entries) = json_array();
    ENSURE_MEM(entries);
    for (size_t from = 0; from < range.n;) {
        size_t to = from, number = range.at[from].entry[depth];
        while (to < range.n && range.at[to].entry[depth] == number) to++;
        size_t n = json_array_size(entries);
        if (n == FORM_ENTRIES_MAX) {
            const char *path;
            TRY(form_path(r->ctx, outer, repeat, &path));
            TRY(problem_add(r, path, repeat, ANSWER_REFUSED, SENTENCE_ENTRIES));
            break;
        }
        JSON_SCOPE(object) = json_object();
        ENSURE_MEM(object);
        struct expression_entry entry = {repeat, object, n, outer};
        TRY(object_read(r, &entry, (struct range){range.at + from, to - from}, depth + 1, object));
        if (keep || json_object_size(object) > 0) TRY(json_add(entries, json_incref(object)));
        from = to;
    }
    if (json_array_size(entries) == 0) return ERR_OK;
    return json_put(out, repeat->name, json_incref(entries));
}

/* The fields of one entry (or of the form), in order: answers, and repeats with their ranges. */
static err object_read(struct reader *r, const struct expression_entry *entry, struct range range,
                       size_t depth, json_t *out)
{
    for (size_t from = 0; from < range.n;) {
        const struct posted *first = &range.at[from];
        size_t to = from;
        if (first->depth > depth) {
            const struct form_item *repeat = scope_at(first, depth);
            while (to < range.n && range.at[to].depth > depth && scope_at(&range.at[to], depth) == repeat)
                to++;
            TRY(repeat_read(r, repeat, entry, (struct range){first, to - from}, depth, out));
        } else {
            while (to < range.n && range.at[to].item == first->item) to++;
            TRY(field_parse(r, first->item, entry, (struct range){first, to - from}, out));
        }
        from = to;
    }
    return ERR_OK;
}

err form_input_read(mem *ctx, const struct form *form, const struct form_section *section,
                    const struct form_eval *eval, const struct form_pair *pairs, size_t n,
                    struct form_input *out)
{
    ENSURE(n <= FORM_PAIRS_MAX, ERR_LIMIT, "a page was posted with too many fields");
    struct reader r = {.ctx = ctx, .form = form, .section = section, .eval = eval};
    TRY(names_read(&r, pairs, n));
    qsort(r.at, r.n, sizeof *r.at, posted_order);
    json_t *answers = json_object();
    TRY(json_keep(ctx, answers));
    TRY(object_read(&r, NULL, (struct range){r.at, r.n}, 0, answers));
    *out = (struct form_input){answers, r.problems.at, r.problems.n};
    return ERR_OK;
}
