/* expression_eval.c - a compiled expression gets its value. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/text.h"
#include "form/expression_tree.h"
#include "form/value.h"

err expression_step(struct expression_run *run, size_t n)
{
    ENSURE(run->steps > n, ERR_LIMIT, "checking these answers takes more work than allowed");
    run->steps -= n;
    return ERR_OK;
}

/* ---- values ----------------------------------------------------------------------------------- */

struct operand operand_number(double number)
{
    return (struct operand){.kind = OPERAND_NUMBER, .number = number};
}
struct operand operand_truth(bool truth)
{
    return (struct operand){.kind = OPERAND_TRUTH, .truth = truth};
}
struct operand operand_string(const char *string)
{
    return (struct operand){.kind = OPERAND_STRING, .string = string == NULL ? "" : string};
}
struct operand operand_day(double days, const char *text)
{
    return (struct operand){.kind = OPERAND_DATE, .number = days, .string = text};
}

bool days_of(const char *text, double *out)
{
    static const enum form_type TYPES[] = {FORM_DATE, FORM_DATETIME, FORM_TIME};
    struct value_moment m;
    for (size_t i = 0; i < COUNT_OF(TYPES); i++) {
        if (err_failed(value_moment(TYPES[i], text, &m))) continue;
        double day = m.has_date ? (double)(date_start((struct date){m.year, m.month, m.day}) / MSEC_DAY)
                                : 0;
        *out = day + (m.hour * 60 + m.minute) / 1440.0;
        return true;
    }
    return false;
}

double number_of(const struct operand *v)
{
    double number;
    switch (v->kind) {
    case OPERAND_NUMBER:
    case OPERAND_DATE: return v->number;
    case OPERAND_TRUTH: return v->truth ? 1 : 0;
    case OPERAND_STRING: break;
    }
    if (value_decimal(v->string, &number) || days_of(v->string, &number)) return number;
    return (double)NAN;
}

bool truth_of(const struct operand *v)
{
    switch (v->kind) {
    case OPERAND_TRUTH: return v->truth;
    case OPERAND_NUMBER: return v->number != 0 && !isnan(v->number);
    case OPERAND_DATE: return true;
    case OPERAND_STRING: break;
    }
    return *v->string != '\0';
}

err string_of(struct expression_run *run, const struct operand *v, const char **out)
{
    char text[40];
    switch (v->kind) {
    case OPERAND_STRING:
    case OPERAND_DATE: *out = v->string; return ERR_OK;
    case OPERAND_TRUTH: *out = v->truth ? "true" : "false"; return ERR_OK;
    case OPERAND_NUMBER: break;
    }
    if (isnan(v->number)) {
        *out = "NaN";
        return ERR_OK;
    }
    if (isinf(v->number)) {
        *out = v->number > 0 ? "Infinity" : "-Infinity";
        return ERR_OK;
    }
    (void)snprintf(text, sizeof text, "%.15g", v->number == 0 ? 0.0 : v->number);
    TRY(expression_step(run, 4));
    *out = mem_text(run->ctx, text);
    ENSURE_MEM(*out);
    return ERR_OK;
}

/* A select_multiple as ODK sees it: names with spaces between. */
static err multiple_text(struct expression_run *run, const json_t *array, const char **out)
{
    struct buf b;
    buf_init(&b, run->ctx, FORM_TEXT_BYTES_MAX);
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (i > 0) buf_add_char(&b, ' ');
        buf_add_text(&b, json_string_value(json_array_get(array, i)));
    }
    TRY(expression_step(run, 4 + b.n / 16));
    return buf_text(&b, out);
}

err operand_json(struct expression_run *run, const struct form_item *item, const json_t *value,
                 struct operand *out)
{
    *out = operand_string("");
    if (item->type == FORM_FILE) {
        *out = operand_string(json_text_or(value, "name", ""));
    } else if (json_is_integer(value)) {
        *out = operand_number((double)json_integer_value(value));
    } else if (json_is_real(value)) {
        *out = operand_number(json_real_value(value));
    } else if (json_is_boolean(value)) {
        *out = operand_truth(json_is_true(value));
    } else if (json_is_array(value) && item->type == FORM_SELECT_MULTIPLE) {
        const char *text;
        TRY(multiple_text(run, value, &text));
        *out = operand_string(text);
    } else if (json_is_string(value)) {
        const char *text = json_string_value(value);
        double days;
        bool moment =
            item->type == FORM_DATE || item->type == FORM_TIME || item->type == FORM_DATETIME;
        *out = moment && days_of(text, &days) ? operand_day(days, text) : operand_string(text);
    }
    return ERR_OK;
}

/* ---- answers ---------------------------------------------------------------------------------- */

const json_t *node_object(const struct expression_run *run, const struct form_item *scope)
{
    if (scope == NULL) return run->answers;
    for (const struct expression_entry *e = run->entry; e != NULL; e = e->outer)
        if (e->repeat == scope) return e->object;
    return NULL;
}

const json_t *node_answer(const struct expression_run *run, const struct node *node)
{
    const struct form_item *item = node->kind == NODE_SELF ? run->item : node->item;
    return json_object_get(node_object(run, item->scope), item->name);
}

const char *node_literal(const struct node *node)
{
    return node->kind == NODE_STRING ? node->string : NULL;
}

/* The repeats between the entry that the run is in and the item, from the outside in. */
struct descent {
    const struct form_item *repeat[FORM_DEPTH_MAX + 1];
    size_t n;
    const struct form_item *item;
    err (*each)(struct expression_run *, void *, const struct operand *);
    void *arg;
};

static err descend(struct expression_run *run, const struct descent *d, size_t level,
                   const json_t *object)
{
    TRY(expression_step(run, 1));
    if (level == d->n) {
        struct operand v;
        TRY(operand_json(run, d->item, json_object_get(object, d->item->name), &v));
        return d->each(run, d->arg, &v);
    }
    const json_t *entries = json_object_get(object, d->repeat[level]->name);
    for (size_t i = 0; i < json_array_size(entries); i++)
        TRY(descend(run, d, level + 1, json_array_get(entries, i)));
    return ERR_OK;
}

err node_each(struct expression_run *run, const struct node *node,
              err (*each)(struct expression_run *, void *, const struct operand *), void *arg)
{
    if (node->kind != NODE_SET) {
        struct operand v;
        TRY(node_value(run, node, &v));
        return each(run, arg, &v);
    }
    struct descent d = {.item = node->item, .each = each, .arg = arg};
    const json_t *base = NULL;
    const struct form_item *inside[FORM_DEPTH_MAX + 1];
    size_t n = 0;
    for (const struct form_item *s = node->item->scope; base == NULL; s = s->scope) {
        base = node_object(run, s);
        if (base == NULL) inside[n++] = s;
        if (s == NULL) break;
    }
    for (size_t i = 0; i < n; i++) d.repeat[i] = inside[n - 1 - i];
    d.n = n;
    return descend(run, &d, 0, base);
}

/* ---- operators -------------------------------------------------------------------------------- */

static err equal(struct expression_run *run, const struct operand *a, const struct operand *b,
                 bool *same)
{
    if (a->kind == OPERAND_TRUTH || b->kind == OPERAND_TRUTH) {
        *same = truth_of(a) == truth_of(b);
        return ERR_OK;
    }
    if (a->kind == OPERAND_STRING && b->kind == OPERAND_STRING) {
        TRY(expression_step(run, 1 + strlen(a->string) / 64));
        *same = strcmp(a->string, b->string) == 0;
        return ERR_OK;
    }
    *same = number_of(a) == number_of(b);
    return ERR_OK;
}

static err compare(struct expression_run *run, const struct node *node, const struct operand *a,
                   const struct operand *b, struct operand *out)
{
    bool same = false;
    double x = number_of(a), y = number_of(b);
    switch (node->kind) {
    case NODE_EQUAL:
    case NODE_UNEQUAL:
        TRY(equal(run, a, b, &same));
        *out = operand_truth(same == (node->kind == NODE_EQUAL));
        return ERR_OK;
    case NODE_LESS: *out = operand_truth(x < y); return ERR_OK;
    case NODE_LESS_EQUAL: *out = operand_truth(x <= y); return ERR_OK;
    case NODE_MORE: *out = operand_truth(x > y); return ERR_OK;
    case NODE_MORE_EQUAL: *out = operand_truth(x >= y); return ERR_OK;
    case NODE_ADD: *out = operand_number(x + y); return ERR_OK;
    case NODE_SUBTRACT: *out = operand_number(x - y); return ERR_OK;
    case NODE_MULTIPLY: *out = operand_number(x * y); return ERR_OK;
    case NODE_DIVIDE: *out = operand_number(x / y); return ERR_OK;
    case NODE_MODULO: *out = operand_number(fmod(x, y)); return ERR_OK;
    case NODE_NUMBER:
    case NODE_STRING:
    case NODE_SELF:
    case NODE_ANSWER:
    case NODE_SET:
    case NODE_COLUMN:
    case NODE_OR:
    case NODE_AND:
    case NODE_NEGATE:
    case NODE_CALL: break;
    }
    FAIL(ERR_BUG, "an expression node of no kind");
}

static err binary_value(struct expression_run *run, const struct node *node, struct operand *out)
{
    struct operand a, b;
    TRY(node_value(run, node->arg[0], &a));
    if (node->kind == NODE_OR || node->kind == NODE_AND) {
        bool decided = truth_of(&a) == (node->kind == NODE_OR);
        if (decided) {
            *out = operand_truth(node->kind == NODE_OR);
            return ERR_OK;
        }
        TRY(node_value(run, node->arg[1], &b));
        *out = operand_truth(truth_of(&b));
        return ERR_OK;
    }
    TRY(node_value(run, node->arg[1], &b));
    return compare(run, node, &a, &b, out);
}

static const char *column_text(const struct expression_run *run, const struct node *node)
{
    if (run->choice == NULL) return "";
    return node->column == SIZE_MAX ? run->choice->name : run->choice->attributes[node->column];
}

err node_value(struct expression_run *run, const struct node *node, struct operand *out)
{
    TRY(expression_step(run, 1));
    const struct form_item *item = node->kind == NODE_SELF ? run->item : node->item;
    switch (node->kind) {
    case NODE_NUMBER: *out = operand_number(node->number); return ERR_OK;
    case NODE_STRING: *out = operand_string(node->string); return ERR_OK;
    case NODE_SELF:
    case NODE_ANSWER: return operand_json(run, item, node_answer(run, node), out);
    case NODE_COLUMN: *out = operand_string(column_text(run, node)); return ERR_OK;
    case NODE_CALL: return node->function->call(run, node, out);
    case NODE_NEGATE: {
        struct operand v;
        TRY(node_value(run, node->arg[0], &v));
        *out = operand_number(-number_of(&v));
        return ERR_OK;
    }
    case NODE_SET: FAIL(ERR_BUG, "many values where one is needed");
    case NODE_OR:
    case NODE_AND:
    case NODE_EQUAL:
    case NODE_UNEQUAL:
    case NODE_LESS:
    case NODE_LESS_EQUAL:
    case NODE_MORE:
    case NODE_MORE_EQUAL:
    case NODE_ADD:
    case NODE_SUBTRACT:
    case NODE_MULTIPLY:
    case NODE_DIVIDE:
    case NODE_MODULO: return binary_value(run, node, out);
    }
    FAIL(ERR_BUG, "an expression node of no kind");
}

/* ---- results ---------------------------------------------------------------------------------- */

err expression_true(struct expression_run *run, const struct expression *e, bool *out)
{
    struct operand v;
    TRY(node_value(run, e->root, &v));
    *out = truth_of(&v);
    return ERR_OK;
}

err expression_string(struct expression_run *run, const struct expression *e, const char **out)
{
    struct operand v;
    TRY(node_value(run, e->root, &v));
    return string_of(run, &v, out);
}

err expression_json(struct expression_run *run, const struct expression *e, json_t **out)
{
    struct operand v;
    TRY(node_value(run, e->root, &v));
    json_t *made = NULL;
    if (v.kind == OPERAND_TRUTH) {
        made = json_boolean(v.truth);
    } else if (v.kind == OPERAND_NUMBER) {
        *out = NULL;
        if (!isfinite(v.number)) return ERR_OK;
        bool whole = v.number == floor(v.number) && fabs(v.number) < 9007199254740992.0;
        made = whole ? json_integer((json_int_t)v.number) : json_real(v.number);
    } else {
        *out = NULL;
        if (*v.string == '\0') return ERR_OK;
        made = json_string(v.string);
    }
    ENSURE_MEM(made);
    *out = made;
    return ERR_OK;
}
