/* build_expressions.c - names are unique, expressions are compiled. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "form/build.h"
#include "form/expression.h"
#include "form/value.h"

/* ---- names ------------------------------------------------------------------------------------ */

static int name_order(const void *a, const void *b, void *arg)
{
    const struct form_item *items = arg;
    const struct form_item *x = &items[*(const size_t *)a], *y = &items[*(const size_t *)b];
    int c = strcmp(x->name, y->name);
    if (c != 0) return c;
    return x->index < y->index ? -1 : x->index > y->index ? 1 : 0;
}

static bool scope_inside(const struct form_item *inner, const struct form_item *outer)
{
    for (const struct form_item *s = inner; s != NULL; s = s->scope)
        if (s == outer) return true;
    return outer == NULL;
}

/* Two items of one name may only stand in different repeats, neither around the other: else ${name} and
 * the answers could mean either. */
static err name_check(struct builder *b, const struct form_item *first,
                      const struct form_item *second)
{
    if (!scope_inside(first->scope, second->scope) && !scope_inside(second->scope, first->scope))
        return ERR_OK;
    return build_complain(b, false, second->row, RAW_NAME,
                          second->other_of != NULL || first->other_of != NULL
                              ? "the name %s is used twice, here and in row %d; or_other makes a "
                                "question with this name by itself"
                              : "the name %s is used twice, here and in row %d",
                          second->name, first->row);
}

err build_names(struct builder *b)
{
    size_t n = b->form->n_items;
    size_t *names = mem_array(b->form, size_t, n + 1);
    ENSURE_MEM(names);
    for (size_t i = 0; i < n; i++) names[i] = i;
    qsort_r(names, n, sizeof *names, name_order, b->items);
    for (size_t i = 1; i < n; i++) {
        const struct form_item *item = &b->items[names[i]];
        for (size_t k = i; k > 0; k--) {
            const struct form_item *other = &b->items[names[k - 1]];
            if (!text_same(other->name, item->name)) break;
            size_t errors = b->problems->errors;
            TRY(name_check(b, other, item));
            if (b->problems->errors != errors) break;
        }
    }
    b->form->names = names;
    return ERR_OK;
}

/* ---- cells ------------------------------------------------------------------------------------ */

static err compile(struct builder *b, struct form_item *item, enum raw_column column,
                   enum expression_use use, const struct expression **out)
{
    const char *cell = b->rows[item->index]->cells[column];
    if (*cell == '\0') return ERR_OK;
    struct expression_place place = {.form = b->form, .item = item, .use = use};
    struct expression_fault fault = {.message = ""};
    err e = expression_compile(b->form, &place, cell, out, &fault);
    if (e.kind != ERR_INPUT) return e;
    return build_complain(b, false, item->row, column, "%s", fault.message);
}

/* required: yes, no, or a condition. */
static err required_build(struct builder *b, struct form_item *item)
{
    static const char *const YES[] = {"yes", "true", "TRUE", "True", "1"};
    static const char *const NO[] = {"no", "false", "FALSE", "False", "false()", "0"};
    const char *cell = b->rows[item->index]->cells[RAW_REQUIRED];
    for (size_t i = 0; i < COUNT_OF(NO); i++)
        if (text_same(cell, NO[i])) return ERR_OK;
    for (size_t i = 0; i < COUNT_OF(YES); i++) {
        if (!text_same(cell, YES[i])) continue;
        struct expression_place place = {b->form, item, EXPRESSION_REQUIRED};
        struct expression_fault fault;
        return expression_compile(b->form, &place, "true()", &item->required, &fault);
    }
    return compile(b, item, RAW_REQUIRED, EXPRESSION_REQUIRED, &item->required);
}

/* Does a default compute something? "today()", "${name}", "concat(...)" do; "N/A (unknown)" doesn't. */
static bool computes(const char *cell)
{
    size_t n = strspn(cell, "abcdefghijklmnopqrstuvwxyz-:");
    return strstr(cell, "${") != NULL || (n > 0 && cell[n] == '(');
}

static err initial_literal(struct builder *b, struct form_item *item, const char *cell)
{
    const char *message = NULL;
    JSON_SCOPE(value) = NULL;
    if (item->type == FORM_SELECT_MULTIPLE) {
        JSON_SCOPE(words) = json_array();
        ENSURE_MEM(words);
        for (const char *rest = cell, *word;;) {
            TRY(text_split(b->scratch, &rest, ' ', &word));
            if (word == NULL) break;
            TRY(json_add(words, json_string(word)));
        }
        TRY(value_clean(item, words, &value, &message));
    } else {
        TRY(value_parse(item, bytes_text(cell), &value, &message));
    }
    if (message != NULL)
        return build_complain(b, false, item->row, RAW_INITIAL,
                              "this is no answer to a %s question; a text that is computed begins "
                              "with a function or holds ${name}",
                              form_type_name(item->type));
    return expression_literal(b->form, cell, &item->initial);
}

static err initial_build(struct builder *b, struct form_item *item)
{
    const char *cell = b->rows[item->index]->cells[RAW_INITIAL];
    if (*cell == '\0') return ERR_OK;
    if (computes(cell)) return compile(b, item, RAW_INITIAL, EXPRESSION_INITIAL, &item->initial);
    return initial_literal(b, item, cell);
}

/* The text behind "other" is asked when other is chosen. */
static err other_build(struct builder *b, struct form_item *item)
{
    const char *text = talloc_asprintf(b->scratch, "selected(${%s}, 'other')", item->other_of->name);
    ENSURE_MEM(text);
    struct expression_place place = {b->form, item, EXPRESSION_RELEVANT};
    struct expression_fault fault;
    return expression_compile(b->form, &place, text, &item->relevant, &fault);
}

/* An answer that never leaves must not leave inside a calculation. */
static err share_check(struct builder *b, const struct form_item *item)
{
    const struct form_item *const *uses;
    size_t n = item->calculation == NULL ? 0 : expression_uses(item->calculation, &uses);
    for (size_t i = 0; i < n; i++)
        if (uses[i]->share == FORM_SHARE_NEVER && item->share != FORM_SHARE_NEVER)
            return build_complain(b, false, item->row, RAW_SHARE,
                                  "%s uses %s, which never leaves the node; write never here too",
                                  item->name, uses[i]->name);
    return ERR_OK;
}

static err messages_check(struct builder *b, const struct form_item *item)
{
    const struct {
        struct form_text text;
        const struct expression *belongs;
        const char *message, *column;
    } ROWS[] = {
        {item->required_message, item->required, RAW_TEXT_NAME[RAW_REQUIRED_MESSAGE], "required"},
        {item->constraint_message, item->constraint, RAW_TEXT_NAME[RAW_CONSTRAINT_MESSAGE],
         "constraint"},
    };
    for (size_t i = 0; i < COUNT_OF(ROWS); i++)
        if (ROWS[i].text.in != NULL && ROWS[i].belongs == NULL)
            TRY(form_problem_add(b->problems, true, b->raw->survey_file, item->row, ROWS[i].message,
                                 "this is never shown, since the column %s is empty",
                                 ROWS[i].column));
    return ERR_OK;
}

err build_expressions(struct builder *b)
{
    for (size_t i = 0; i < b->form->n_items; i++) {
        struct form_item *item = &b->items[i];
        if (item->other_of != NULL) {
            TRY(other_build(b, item));
            continue;
        }
        TRY(compile(b, item, RAW_RELEVANT, EXPRESSION_RELEVANT, &item->relevant));
        TRY(compile(b, item, RAW_CONSTRAINT, EXPRESSION_CONSTRAINT, &item->constraint));
        TRY(compile(b, item, RAW_CALCULATION, EXPRESSION_CALCULATION, &item->calculation));
        TRY(compile(b, item, RAW_FILTER, EXPRESSION_FILTER, &item->choice_filter));
        TRY(required_build(b, item));
        TRY(initial_build(b, item));
        TRY(share_check(b, item));
        TRY(messages_check(b, item));
    }
    return ERR_OK;
}
