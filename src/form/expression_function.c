/* expression_function.c - the functions of expressions: a table, and the list of what ODK has and we refuse.
 *
 * docs/forms.md repeats both for the people who write forms.
 */
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/text.h"
#include "form/expression_tree.h"
#include "form/value.h"

#define FUNCTION(name_)                                                                            \
    static err name_(struct expression_run *run, const struct node *node, struct operand *out)

static err argument_string(struct expression_run *run, const struct node *node, size_t i,
                           const char **out)
{
    struct operand v;
    TRY(node_value(run, node->arg[i], &v));
    TRY(string_of(run, &v, out));
    return expression_step(run, strlen(*out) / 64);
}

static err argument_number(struct expression_run *run, const struct node *node, size_t i,
                           double *out)
{
    struct operand v;
    TRY(node_value(run, node->arg[i], &v));
    *out = number_of(&v);
    return ERR_OK;
}

static err argument_truth(struct expression_run *run, const struct node *node, size_t i, bool *out)
{
    struct operand v;
    TRY(node_value(run, node->arg[i], &v));
    *out = truth_of(&v);
    return ERR_OK;
}

/* A text that was made on the way; what it costs is counted, so that a form can't fill the memory. */
static err made(struct expression_run *run, struct buf *b, struct operand *out)
{
    const char *text;
    TRY(expression_step(run, 4 + b->n / 16));
    TRY(buf_text(b, &text));
    *out = operand_string(text);
    return ERR_OK;
}

/* ---- truth ------------------------------------------------------------------------------------ */

FUNCTION(call_true)
{
    (void)run;
    (void)node;
    *out = operand_truth(true);
    return ERR_OK;
}

FUNCTION(call_false)
{
    (void)run;
    (void)node;
    *out = operand_truth(false);
    return ERR_OK;
}

FUNCTION(call_not)
{
    bool truth;
    TRY(argument_truth(run, node, 0, &truth));
    *out = operand_truth(!truth);
    return ERR_OK;
}

FUNCTION(call_boolean)
{
    bool truth;
    TRY(argument_truth(run, node, 0, &truth));
    *out = operand_truth(truth);
    return ERR_OK;
}

FUNCTION(call_if)
{
    bool truth;
    TRY(argument_truth(run, node, 0, &truth));
    return node_value(run, node->arg[truth ? 1 : 2], out);
}

FUNCTION(call_coalesce)
{
    for (size_t i = 0; i < node->n; i++) {
        TRY(node_value(run, node->arg[i], out));
        if (out->kind != OPERAND_STRING || *out->string != '\0') return ERR_OK;
    }
    return ERR_OK;
}

/* ---- choices ---------------------------------------------------------------------------------- */

/* The next word of a text parted by spaces. */
static bool word_next(const char **rest, const char **word, size_t *n)
{
    *rest += strspn(*rest, " ");
    *word = *rest;
    *n = strcspn(*rest, " ");
    *rest += *n;
    return *n > 0;
}

/* The array of a select_multiple that is named directly; NULL for anything else. */
static const json_t *multiple_direct(const struct expression_run *run, const struct node *arg)
{
    if (arg->kind != NODE_ANSWER && arg->kind != NODE_SELF) return NULL;
    const struct form_item *item = arg->kind == NODE_SELF ? run->item : arg->item;
    if (item->type != FORM_SELECT_MULTIPLE) return NULL;
    const json_t *array = node_answer(run, arg);
    return json_is_array(array) ? array : NULL;
}

FUNCTION(call_selected)
{
    const char *wanted, *text, *word;
    size_t n;
    bool found = false;
    TRY(argument_string(run, node, 1, &wanted));
    const json_t *array = multiple_direct(run, node->arg[0]);
    if (array != NULL) {
        TRY(expression_step(run, json_array_size(array)));
        for (size_t i = 0; i < json_array_size(array); i++)
            if (text_same(json_string_value(json_array_get(array, i)), wanted)) found = true;
    } else {
        TRY(argument_string(run, node, 0, &text));
        while (word_next(&text, &word, &n))
            if (strlen(wanted) == n && memcmp(word, wanted, n) == 0) found = true;
    }
    *out = operand_truth(found);
    return ERR_OK;
}

FUNCTION(call_count_selected)
{
    const char *text, *word;
    size_t n, count = 0;
    const json_t *array = multiple_direct(run, node->arg[0]);
    if (array != NULL) {
        count = json_array_size(array);
    } else {
        TRY(argument_string(run, node, 0, &text));
        while (word_next(&text, &word, &n)) count++;
    }
    *out = operand_number((double)count);
    return ERR_OK;
}

FUNCTION(call_selected_at)
{
    const char *text, *word;
    double wanted;
    size_t n;
    TRY(argument_string(run, node, 0, &text));
    TRY(argument_number(run, node, 1, &wanted));
    *out = operand_string("");
    for (double i = 0; word_next(&text, &word, &n); i++) {
        if (i != wanted) continue;
        struct buf b;
        buf_init(&b, run->ctx, FORM_TEXT_BYTES_MAX);
        buf_add(&b, word, n);
        return made(run, &b, out);
    }
    return ERR_OK;
}

/* selected(${x}, 'a'): a choice that the list doesn't have can never be selected. */
static err check_selected(mem *ctx, struct node *node, const char **sentence)
{
    const struct node *answer = node->arg[0];
    const char *literal = node_literal(node->arg[1]);
    if (literal == NULL || (answer->kind != NODE_ANSWER && answer->kind != NODE_SELF)) return ERR_OK;
    const struct form_item *item = answer->item;
    if (item->choices == NULL) {
        if (item->type == FORM_CALCULATE || item->type == FORM_TEXT) return ERR_OK;
        *sentence = talloc_asprintf(ctx, "%s is no select_one or select_multiple", item->name);
        ENSURE_MEM(*sentence);
        return ERR_OK;
    }
    if (form_choice_find(item->choices, literal) != NULL) return ERR_OK;
    *sentence = talloc_asprintf(ctx, "the list %s of %s has no choice %s", item->choices->name,
                                item->name, text_cut(ctx, literal, 60));
    ENSURE_MEM(*sentence);
    return ERR_OK;
}

/* ---- texts ------------------------------------------------------------------------------------ */

FUNCTION(call_string)
{
    const char *text;
    TRY(argument_string(run, node, 0, &text));
    *out = operand_string(text);
    return ERR_OK;
}

static err add_value(struct expression_run *run, void *arg, const struct operand *value)
{
    const char *text;
    TRY(string_of(run, value, &text));
    TRY(expression_step(run, strlen(text) / 16));
    buf_add_text(arg, text);
    return ERR_OK;
}

FUNCTION(call_concat)
{
    struct buf b;
    buf_init(&b, run->ctx, FORM_TEXT_BYTES_MAX);
    for (size_t i = 0; i < node->n; i++) TRY(node_each(run, node->arg[i], add_value, &b));
    return made(run, &b, out);
}

struct join {
    struct buf b;
    const char *between;
    bool any;
};

static err join_value(struct expression_run *run, void *arg, const struct operand *value)
{
    struct join *join = arg;
    if (join->any) buf_add_text(&join->b, join->between);
    join->any = true;
    return add_value(run, &join->b, value);
}

FUNCTION(call_join)
{
    struct join join = {.any = false};
    buf_init(&join.b, run->ctx, FORM_TEXT_BYTES_MAX);
    TRY(argument_string(run, node, 0, &join.between));
    for (size_t i = 1; i < node->n; i++) TRY(node_each(run, node->arg[i], join_value, &join));
    return made(run, &join.b, out);
}

/* Offset of the character number i, or the end. */
static size_t character_at(const char *s, double i)
{
    size_t at = 0;
    for (double k = 0; s[at] != '\0'; at++) {
        if (((unsigned char)s[at] & 0xc0) == 0x80) continue;
        if (k >= i) return at;
        k++;
    }
    return at;
}

FUNCTION(call_string_length)
{
    const char *text;
    TRY(argument_string(run, node, 0, &text));
    size_t n = 0;
    for (; *text != '\0'; text++)
        if (((unsigned char)*text & 0xc0) != 0x80) n++;
    *out = operand_number((double)n);
    return ERR_OK;
}

FUNCTION(call_substr)
{
    const char *text;
    double from, to = INFINITY;
    TRY(argument_string(run, node, 0, &text));
    TRY(argument_number(run, node, 1, &from));
    if (node->n > 2) TRY(argument_number(run, node, 2, &to));
    struct buf b;
    buf_init(&b, run->ctx, FORM_TEXT_BYTES_MAX);
    size_t first = isnan(from) ? strlen(text) : character_at(text, from);
    size_t last = isnan(to) ? 0 : character_at(text, to);
    if (last > first) buf_add(&b, text + first, last - first);
    return made(run, &b, out);
}

FUNCTION(call_normalize_space)
{
    const char *text;
    TRY(argument_string(run, node, 0, &text));
    struct buf b;
    buf_init(&b, run->ctx, FORM_TEXT_BYTES_MAX);
    for (bool any = false;; any = true) {
        text += strspn(text, " \t\r\n");
        size_t n = strcspn(text, " \t\r\n");
        if (n == 0) break;
        if (any) buf_add_char(&b, ' ');
        buf_add(&b, text, n);
        text += n;
    }
    return made(run, &b, out);
}

FUNCTION(call_contains)
{
    const char *text, *part;
    TRY(argument_string(run, node, 0, &text));
    TRY(argument_string(run, node, 1, &part));
    *out = operand_truth(strstr(text, part) != NULL);
    return ERR_OK;
}

FUNCTION(call_starts_with)
{
    const char *text, *part;
    TRY(argument_string(run, node, 0, &text));
    TRY(argument_string(run, node, 1, &part));
    *out = operand_truth(text_starts(text, part));
    return ERR_OK;
}

FUNCTION(call_ends_with)
{
    const char *text, *part;
    TRY(argument_string(run, node, 0, &text));
    TRY(argument_string(run, node, 1, &part));
    *out = operand_truth(text_ends(text, part));
    return ERR_OK;
}

#define REGEX_STEPS 2000 /* what one match may cost, in steps of ours */

FUNCTION(call_regex)
{
    const char *text;
    bool matches;
    TRY(argument_string(run, node, 0, &text));
    TRY(expression_step(run, REGEX_STEPS));
    TRY(regex_matches(node->regex, text, &matches));
    *out = operand_truth(matches);
    return ERR_OK;
}

static err check_regex(mem *ctx, struct node *node, const char **sentence)
{
    const char *pattern = node_literal(node->arg[1]);
    if (pattern == NULL) {
        *sentence = "the pattern of regex() is a text in quotation marks, not something computed";
        return ERR_OK;
    }
    err e = regex_compile(ctx, pattern, &node->regex);
    if (e.kind == ERR_INPUT) *sentence = "the pattern of regex() is not a regular expression";
    if (e.kind == ERR_LIMIT) *sentence = "the pattern of regex() is longer than 512 bytes";
    return *sentence == NULL ? e : ERR_OK;
}

/* ---- numbers ---------------------------------------------------------------------------------- */

FUNCTION(call_number)
{
    double x;
    TRY(argument_number(run, node, 0, &x));
    *out = operand_number(x);
    return ERR_OK;
}

FUNCTION(call_int)
{
    double x;
    TRY(argument_number(run, node, 0, &x));
    *out = operand_number(trunc(x));
    return ERR_OK;
}

FUNCTION(call_floor)
{
    double x;
    TRY(argument_number(run, node, 0, &x));
    *out = operand_number(floor(x));
    return ERR_OK;
}

FUNCTION(call_ceiling)
{
    double x;
    TRY(argument_number(run, node, 0, &x));
    *out = operand_number(ceil(x));
    return ERR_OK;
}

FUNCTION(call_abs)
{
    double x;
    TRY(argument_number(run, node, 0, &x));
    *out = operand_number(fabs(x));
    return ERR_OK;
}

FUNCTION(call_round)
{
    double x, places = 0;
    TRY(argument_number(run, node, 0, &x));
    if (node->n > 1) TRY(argument_number(run, node, 1, &places));
    if (!(places >= -15 && places <= 15)) places = 0;
    double scale = pow(10, trunc(places));
    double scaled = floor(x * scale + 0.5) / scale;
    *out = operand_number(isfinite(scaled) ? scaled : x);
    return ERR_OK;
}

/* ---- many values ------------------------------------------------------------------------------ */

struct tally {
    size_t n, filled;
    double sum, least, most;
};

static err tally_value(struct expression_run *run, void *arg, const struct operand *value)
{
    struct tally *t = arg;
    (void)run;
    t->n++;
    if (value->kind == OPERAND_STRING && *value->string == '\0') return ERR_OK;
    double x = number_of(value);
    if (t->filled == 0 || x < t->least || isnan(x)) t->least = x;
    if (t->filled == 0 || x > t->most || isnan(x)) t->most = x;
    t->filled++;
    t->sum += x;
    return ERR_OK;
}

static err tally_all(struct expression_run *run, const struct node *node, struct tally *out)
{
    *out = (struct tally){.least = (double)NAN, .most = (double)NAN};
    for (size_t i = 0; i < node->n; i++) TRY(node_each(run, node->arg[i], tally_value, out));
    return ERR_OK;
}

FUNCTION(call_sum)
{
    struct tally t;
    TRY(tally_all(run, node, &t));
    *out = operand_number(t.sum);
    return ERR_OK;
}

FUNCTION(call_min)
{
    struct tally t;
    TRY(tally_all(run, node, &t));
    *out = operand_number(t.least);
    return ERR_OK;
}

FUNCTION(call_max)
{
    struct tally t;
    TRY(tally_all(run, node, &t));
    *out = operand_number(t.most);
    return ERR_OK;
}

/* Entries of a repeat, seen from where the run is. */
static err entries_count(struct expression_run *run, const struct form_item *repeat, size_t *out)
{
    const json_t *object = node_object(run, repeat->scope);
    *out = json_array_size(json_object_get(object, repeat->name));
    return expression_step(run, 1);
}

FUNCTION(call_count)
{
    const struct node *arg = node->arg[0];
    if (arg->kind == NODE_SET && arg->item->type == FORM_REPEAT) {
        size_t n;
        TRY(entries_count(run, arg->item, &n));
        *out = operand_number((double)n);
        return ERR_OK;
    }
    struct tally t;
    TRY(tally_all(run, node, &t));
    *out = operand_number((double)t.n);
    return ERR_OK;
}

FUNCTION(call_count_non_empty)
{
    struct tally t;
    TRY(tally_all(run, node, &t));
    *out = operand_number((double)t.filled);
    return ERR_OK;
}

FUNCTION(call_position)
{
    for (const struct expression_entry *e = run->entry; e != NULL; e = e->outer)
        if (e->repeat == node->item) {
            *out = operand_number((double)e->index + 1);
            return ERR_OK;
        }
    *out = operand_string("");
    return ERR_OK;
}

FUNCTION(call_indexed_repeat)
{
    const struct form_item *item = node->arg[0]->item, *repeat = node->arg[1]->item;
    double wanted;
    TRY(argument_number(run, node, 2, &wanted));
    const json_t *entries = json_object_get(node_object(run, repeat->scope), repeat->name);
    *out = operand_string("");
    if (!(wanted >= 1 && wanted <= (double)json_array_size(entries))) return ERR_OK;
    const json_t *entry = json_array_get(entries, (size_t)wanted - 1);
    return operand_json(run, item, json_object_get(entry, item->name), out);
}

static err check_indexed_repeat(mem *ctx, struct node *node, const char **sentence)
{
    (void)ctx;
    const struct node *answer = node->arg[0];
    if ((answer->kind != NODE_SET && answer->kind != NODE_ANSWER) ||
        answer->item->scope != node->arg[1]->item)
        *sentence = "indexed-repeat() needs a question, the repeat that it stands in, and a number: "
                    "indexed-repeat(${name}, ${repeat}, 1)";
    return ERR_OK;
}

/* ---- dates ------------------------------------------------------------------------------------ */

static err moment_now(struct expression_run *run, bool with_time, struct operand *out)
{
    char text[DATE_TIME_ROOM];
    msec local = run->eval->now + run->eval->zone;
    double days;
    date_format_utc(local, text);
    text[with_time ? 16 : 10] = '\0';
    TRY(expression_step(run, 4));
    const char *copy = mem_text(run->ctx, text);
    ENSURE_MEM(copy);
    ENSURE(days_of(copy, &days), ERR_INPUT, "the clock shows no date of ours");
    *out = operand_day(days, copy);
    return ERR_OK;
}

FUNCTION(call_today)
{
    (void)node;
    return moment_now(run, false, out);
}

FUNCTION(call_now)
{
    (void)node;
    return moment_now(run, true, out);
}

/* A number of days as the text of that day. */
static err day_text(struct expression_run *run, double days, struct operand *out)
{
    *out = operand_string("");
    if (!(days > -700000 && days < 2900000)) return ERR_OK;
    struct date d = date_of((msec)floor(days) * MSEC_DAY);
    if (!date_valid(d)) return ERR_OK;
    char text[DATE_TIME_ROOM];
    date_format_day(d, text);
    TRY(expression_step(run, 4));
    const char *copy = mem_text(run->ctx, text);
    ENSURE_MEM(copy);
    *out = operand_day(floor(days), copy);
    return ERR_OK;
}

FUNCTION(call_date)
{
    struct operand v;
    double days;
    TRY(node_value(run, node->arg[0], &v));
    *out = operand_string("");
    if (v.kind == OPERAND_STRING)
        return days_of(v.string, &days) && strlen(v.string) >= 10 ? day_text(run, days, out) : ERR_OK;
    return day_text(run, number_of(&v), out);
}

static err check_date(mem *ctx, struct node *node, const char **sentence)
{
    (void)ctx;
    double days;
    const char *literal = node_literal(node->arg[0]);
    if (literal != NULL && (!days_of(literal, &days) || strlen(literal) < 10))
        *sentence = "a date is written date('2026-11-24')";
    return ERR_OK;
}

static void format_add(struct buf *b, char code, const struct date *d, int minutes)
{
    switch (code) {
    case 'Y': buf_addf(b, "%04d", d->year); return;
    case 'y': buf_addf(b, "%02d", d->year % 100); return;
    case 'm': buf_addf(b, "%02d", d->month); return;
    case 'n': buf_addf(b, "%d", d->month); return;
    case 'd': buf_addf(b, "%02d", d->day); return;
    case 'e': buf_addf(b, "%d", d->day); return;
    case 'H': buf_addf(b, "%02d", minutes / 60); return;
    case 'h': buf_addf(b, "%d", minutes / 60); return;
    case 'M': buf_addf(b, "%02d", minutes % 60); return;
    default: return;
    }
}

FUNCTION(call_format_date)
{
    struct operand v;
    TRY(node_value(run, node->arg[0], &v));
    double days = number_of(&v);
    *out = operand_string("");
    if (!(days > -700000 && days < 2900000)) return ERR_OK;
    struct date d = date_of((msec)floor(days) * MSEC_DAY);
    int minutes = (int)floor((days - floor(days)) * 1440 + 0.5);
    struct buf b;
    buf_init(&b, run->ctx, FORM_TEXT_BYTES_MAX);
    for (const char *s = node_literal(node->arg[1]); *s != '\0'; s++) {
        if (*s == '%' && s[1] != '\0')
            format_add(&b, *++s, &d, minutes);
        else
            buf_add_char(&b, *s);
    }
    return made(run, &b, out);
}

static err check_format(mem *ctx, struct node *node, const char **sentence)
{
    (void)ctx;
    const char *format = node_literal(node->arg[1]);
    if (format == NULL) {
        *sentence = "the pattern of format-date() is a text in quotation marks";
        return ERR_OK;
    }
    for (const char *s = strchr(format, '%'); s != NULL; s = strchr(s + 2, '%')) {
        if (s[1] != '\0' && strchr("YymndeHhM", s[1]) != NULL) continue;
        *sentence = "format-date() knows %Y %y %m %n %d %e %H %h %M; names of months and days depend "
                    "on the language";
        return ERR_OK;
    }
    return ERR_OK;
}

/* ---- tables ----------------------------------------------------------------------------------- */

#define MANY NODE_ARGUMENTS_MAX
#define ALL_SETS 0xffffu

static const struct function FUNCTIONS[] = {
    {"true", 0, 0, 0, 0, false, call_true, NULL},
    {"false", 0, 0, 0, 0, false, call_false, NULL},
    {"not", 1, 1, 0, 0, false, call_not, NULL},
    {"boolean", 1, 1, 0, 0, false, call_boolean, NULL},
    {"if", 3, 3, 0, 0, false, call_if, NULL},
    {"coalesce", 2, MANY, 0, 0, false, call_coalesce, NULL},
    {"selected", 2, 2, 0, 0, false, call_selected, check_selected},
    {"count-selected", 1, 1, 0, 0, false, call_count_selected, NULL},
    {"selected-at", 2, 2, 0, 0, false, call_selected_at, NULL},
    {"string", 1, 1, 0, 0, false, call_string, NULL},
    {"concat", 1, MANY, ALL_SETS, 0, false, call_concat, NULL},
    {"join", 2, MANY, ALL_SETS - 1, 0, false, call_join, NULL},
    {"string-length", 1, 1, 0, 0, false, call_string_length, NULL},
    {"substr", 2, 3, 0, 0, false, call_substr, NULL},
    {"normalize-space", 1, 1, 0, 0, false, call_normalize_space, NULL},
    {"contains", 2, 2, 0, 0, false, call_contains, NULL},
    {"starts-with", 2, 2, 0, 0, false, call_starts_with, NULL},
    {"ends-with", 2, 2, 0, 0, false, call_ends_with, NULL},
    {"regex", 2, 2, 0, 0, false, call_regex, check_regex},
    {"number", 1, 1, 0, 0, false, call_number, NULL},
    {"int", 1, 1, 0, 0, false, call_int, NULL},
    {"round", 1, 2, 0, 0, false, call_round, NULL},
    {"floor", 1, 1, 0, 0, false, call_floor, NULL},
    {"ceiling", 1, 1, 0, 0, false, call_ceiling, NULL},
    {"abs", 1, 1, 0, 0, false, call_abs, NULL},
    {"sum", 1, MANY, ALL_SETS, 0, false, call_sum, NULL},
    {"min", 1, MANY, ALL_SETS, 0, false, call_min, NULL},
    {"max", 1, MANY, ALL_SETS, 0, false, call_max, NULL},
    {"count", 1, 1, 1, 0, true, call_count, NULL},
    {"count-non-empty", 1, MANY, ALL_SETS, 0, false, call_count_non_empty, NULL},
    {"position", 0, 0, 0, 0, false, call_position, NULL},
    {"indexed-repeat", 3, 3, 1, 2, false, call_indexed_repeat, check_indexed_repeat},
    {"today", 0, 0, 0, 0, false, call_today, NULL},
    {"now", 0, 0, 0, 0, false, call_now, NULL},
    {"date", 1, 1, 0, 0, false, call_date, check_date},
    {"format-date", 2, 2, 0, 0, false, call_format_date, check_format},
    {"format-date-time", 2, 2, 0, 0, false, call_format_date, check_format},
};

static const struct {
    const char *name, *instead;
} REFUSED[] = {
    {"once", "a calculation always follows its answers; use the column default for what is set once"},
    {"random", "the same answers must always give the same result"},
    {"uuid", "a case has a code of its own"},
    {"pulldata", "put the values into columns of choices.csv"},
    {"instance", "put the values into columns of choices.csv and use choice_filter"},
    {"jr:choice-name", "labels are shown in the reader's language; keep the choice's name"},
    {"choice-name", "labels are shown in the reader's language; keep the choice's name"},
    {"jr:itext", "labels are shown in the reader's language"},
    {"current", "refer to a question as ${name}"},
    {"property", "nothing about the device is known"},
    {"version", "the form's version travels with the answers"},
    {"digest", "the node seals what it sends"},
    {"base64-encode", "answers are texts"},
    {"base64-decode", "answers are texts"},
    {"area", "there are no places on a map"},
    {"distance", "there are no places on a map"},
    {"randomize", "the same answers must always give the same result"},
    {"checklist", "use and, or, count-selected()"},
    {"weighted-checklist", "use and, or, count-selected()"},
    {"boolean-from-string", "compare: ${name} = 'true'"},
    {"decimal-date-time", "dates can be subtracted as they are: today() - ${name} gives days"},
    {"decimal-time", "times can be compared as they are"},
    {"date-time", "compare dates as they are, or use date()"},
    {"pow", "multiply"},
    {"sqrt", "forms need no roots"},
    {"log", "forms need no logarithms"},
    {"exp", "forms need no exponentials"},
    {"substring-before", "use substr() or regex()"},
    {"substring-after", "use substr() or regex()"},
    {"translate", "use regex() to check a text"},
};

const struct function *function_find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(FUNCTIONS); i++)
        if (text_same(FUNCTIONS[i].name, name)) return &FUNCTIONS[i];
    return NULL;
}

const char *function_refused(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(REFUSED); i++)
        if (text_same(REFUSED[i].name, name)) return REFUSED[i].instead;
    return NULL;
}
