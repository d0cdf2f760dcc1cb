/* check.c - are the answers right: cleaned, settled, and then each looked at in the order of the form. */
#include "form/check.h"

#include <string.h>

#include "base/text.h"
#include "base/vec.h"
#include "form/sentence.h"
#include "form/value.h"

/* What could not even be kept, until its turn comes in the order of the form. */
struct refused {
    const char *path;
    const char *message;
};

struct checker {
    mem *ctx;
    const struct form *form;
    const struct form_eval *eval;
    const struct form_reading *reading;
    const struct form_section *only; /* NULL: the whole form */
    VEC(struct refused) refused;
    VEC(const char *) unknown;
    VEC(const char *) dropped;
    VEC(struct answer_problem) problems;
    struct form_section_count *counts;
    struct settled settled;
};

/* ---- cleaning --------------------------------------------------------------------------------- */

static err refuse(struct checker *c, const struct expression_entry *entry,
                  const struct form_item *item, const char *message)
{
    struct refused one = {.message = message};
    if (c->refused.n == ANSWER_PROBLEMS_MAX) return ERR_OK;
    TRY(form_path(c->ctx, entry, item, &one.path));
    return vec_push(c->ctx, &c->refused, one, ANSWER_PROBLEMS_MAX);
}

/* A name that the form doesn't know, as far as it can be shown. */
static err unknown_add(struct checker *c, const struct expression_entry *entry, const char *key)
{
    struct form_item stranger = {.name = text_identifier(key) ? key : "?"};
    const char *path;
    if (c->unknown.n == ANSWER_PROBLEMS_MAX) return ERR_OK;
    TRY(form_path(c->ctx, entry, &stranger, &path));
    return vec_push(c->ctx, &c->unknown, path, ANSWER_PROBLEMS_MAX);
}

static err clean_object(struct checker *c, const struct form_item *first,
                        const struct expression_entry *entry, const json_t *given, json_t *out);

static err clean_entries(struct checker *c, const struct form_item *repeat,
                         const struct expression_entry *outer, const json_t *given, json_t *out)
{
    if (value_empty(given)) return ERR_OK;
    if (!json_is_array(given)) return refuse(c, outer, repeat, SENTENCE_SHAPE);
    size_t n = json_array_size(given);
    if (n > FORM_ENTRIES_MAX) {
        TRY(refuse(c, outer, repeat, SENTENCE_ENTRIES));
        n = FORM_ENTRIES_MAX;
    }
    JSON_SCOPE(entries) = json_array();
    ENSURE_MEM(entries);
    for (size_t i = 0; i < n; i++) {
        const json_t *one = json_array_get(given, i);
        struct expression_entry entry = {repeat, one, i, outer};
        JSON_SCOPE(clean) = json_object();
        ENSURE_MEM(clean);
        if (json_is_object(one))
            TRY(clean_object(c, repeat->child, &entry, one, clean));
        else
            TRY(refuse(c, outer, repeat, SENTENCE_SHAPE));
        TRY(json_add(entries, json_incref(clean)));
    }
    return json_put(out, repeat->name, json_incref(entries));
}

static err clean_items(struct checker *c, const struct form_item *first,
                       const struct expression_entry *entry, const json_t *given, json_t *out)
{
    for (const struct form_item *item = first; item != NULL; item = item->next) {
        if (item->type == FORM_GROUP) {
            TRY(clean_items(c, item->child, entry, given, out));
            continue;
        }
        const json_t *value = json_object_get(given, item->name);
        if (item->type == FORM_REPEAT) {
            TRY(clean_entries(c, item, entry, value, out));
        } else if (form_type_answers(item->type) && value != NULL) {
            json_t *clean;
            const char *message;
            TRY(value_clean(item, value, &clean, &message));
            if (clean != NULL) TRY(json_put(out, item->name, clean));
            if (clean == NULL && message != NULL) TRY(refuse(c, entry, item, message));
        }
    }
    return ERR_OK;
}

static err clean_object(struct checker *c, const struct form_item *first,
                        const struct expression_entry *entry, const json_t *given, json_t *out)
{
    TRY(clean_items(c, first, entry, given, out));
    const struct form_item *scope = entry == NULL ? NULL : entry->repeat;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)given, key, value) {
        const struct form_item *item = form_item_find(c->form, scope, key);
        bool answers = item != NULL && (form_type_answers(item->type) || item->type == FORM_REPEAT);
        if (!answers) TRY(unknown_add(c, entry, key));
    }
    return ERR_OK;
}

static err dropped_add(void *arg, const char *path)
{
    struct checker *c = arg;
    if (c->dropped.n == ANSWER_PROBLEMS_MAX) return ERR_OK;
    return vec_push(c->ctx, &c->dropped, path, ANSWER_PROBLEMS_MAX);
}

/* ---- looking at each -------------------------------------------------------------------------- */

static err problem_add(struct checker *c, const struct expression_entry *entry,
                       const struct form_item *item, enum answer_fault fault,
                       struct form_text own, const char *message)
{
    struct form_section_count *count = &c->counts[item->section->index];
    *(fault == ANSWER_MISSING ? &count->missing : &count->invalid) += 1;
    if (c->problems.n == ANSWER_PROBLEMS_MAX) return ERR_OK;
    if (c->only != NULL && item->section != c->only) return ERR_OK;
    struct answer_problem one = {.item = item, .fault = fault, .message = message};
    struct form_shown shown = form_text(c->form, c->reading, own);
    if (*shown.text != '\0') {
        one.message = shown.text;
        one.language = shown.language;
    }
    TRY(form_path(c->ctx, entry, item, &one.path));
    return vec_push(c->ctx, &c->problems, one, ANSWER_PROBLEMS_MAX);
}

static err refused_find(struct checker *c, const struct expression_entry *entry,
                        const struct form_item *item, const char **message)
{
    *message = NULL;
    if (c->refused.n == 0) return ERR_OK;
    const char *path;
    TRY(form_path(c->ctx, entry, item, &path));
    for (size_t i = 0; i < c->refused.n; i++)
        if (text_same(c->refused.at[i].path, path)) *message = c->refused.at[i].message;
    return ERR_OK;
}

/* Is every choice among those that the choice_filter leaves? */
static err filter_check(struct checker *c, const struct expression_entry *entry,
                        const struct form_item *item, const json_t *value, bool *fits)
{
    *fits = true;
    if (item->choice_filter == NULL) return ERR_OK;
    size_t n = json_is_array(value) ? json_array_size(value) : 1;
    for (size_t i = 0; *fits && i < n; i++) {
        const json_t *one = json_is_array(value) ? json_array_get(value, i) : value;
        const struct form_choice *choice = form_choice_find(item->choices, json_string_value(one));
        ENSURE(choice != NULL, ERR_BUG, "a cleaned answer is not in its list");
        TRY(settled_choice(&c->settled, item, choice, entry, fits));
    }
    return ERR_OK;
}

static err value_check(struct checker *c, const struct expression_entry *entry,
                       const struct form_item *item, const json_t *value)
{
    static const struct form_text NONE = {NULL};
    if (value_raw(item, value) != NULL && item->type != FORM_FILE) {
        const char *message;
        JSON_SCOPE(again) = NULL;
        TRY(value_clean(item, value, &again, &message));
        return problem_add(c, entry, item, ANSWER_INVALID, NONE, message);
    }
    bool fits, holds;
    TRY(filter_check(c, entry, item, value, &fits));
    if (!fits) return problem_add(c, entry, item, ANSWER_INVALID, NONE, SENTENCE_CHOICE);
    TRY(settled_true(&c->settled, item, item->constraint, entry, true, &holds));
    if (holds) return ERR_OK;
    return problem_add(c, entry, item, ANSWER_INVALID, item->constraint_message,
                       SENTENCE_CONSTRAINT);
}

static err item_check(struct checker *c, const struct expression_entry *entry,
                      const struct form_item *item)
{
    static const struct form_text NONE = {NULL};
    const json_t *value =
        json_object_get(form_object(c->settled.answers, entry), item->name);
    struct form_section_count *count = &c->counts[item->section->index];
    const char *refused;
    if (item->type == FORM_CALCULATE) return ERR_OK;
    count->asked++;
    TRY(refused_find(c, entry, item, &refused));
    if (value != NULL) count->answered++;
    if (refused != NULL) return problem_add(c, entry, item, ANSWER_REFUSED, NONE, refused);
    if (item->type == FORM_REPEAT) return ERR_OK;
    if (value != NULL) return value_check(c, entry, item, value);
    bool required;
    TRY(settled_true(&c->settled, item, item->required, entry, false, &required));
    if (!required) return ERR_OK;
    return problem_add(c, entry, item, ANSWER_MISSING, item->required_message, SENTENCE_REQUIRED);
}

static err items_check(struct checker *c, const struct form_item *first,
                       const struct expression_entry *entry);

static err entries_check(struct checker *c, const struct form_item *repeat,
                         const struct expression_entry *outer)
{
    const json_t *entries =
        json_object_get(form_object(c->settled.answers, outer), repeat->name);
    for (size_t i = 0; i < json_array_size(entries); i++) {
        struct expression_entry entry = {repeat, json_array_get(entries, i), i, outer};
        TRY(expression_step(&c->settled.run, 1));
        TRY(items_check(c, repeat->child, &entry));
    }
    return ERR_OK;
}

/* A repeat is ours when something in it is: a part of its compartments is enough. */
static bool repeat_ours(const struct checker *c, const struct form_item *repeat)
{
    for (size_t i = repeat->index + 1; i <= repeat->index + repeat->below; i++)
        if (form_type_answers(c->form->items[i].type) &&
            settled_ours(c->eval, &c->form->items[i]))
            return true;
    return false;
}

static err items_check(struct checker *c, const struct form_item *first,
                       const struct expression_entry *entry)
{
    for (const struct form_item *item = first; item != NULL; item = item->next) {
        bool relevant;
        if (item->type == FORM_NOTE) continue;
        TRY(settled_relevant(&c->settled, item, entry, &relevant));
        if (!relevant) continue;
        if (item->type == FORM_GROUP) {
            TRY(items_check(c, item->child, entry));
        } else if (item->type == FORM_REPEAT) {
            if (repeat_ours(c, item)) TRY(item_check(c, entry, item));
            TRY(entries_check(c, item, entry));
        } else if (settled_ours(c->eval, item)) {
            TRY(item_check(c, entry, item));
        }
    }
    return ERR_OK;
}

static err unknown_report(struct checker *c)
{
    for (size_t i = 0; i < c->unknown.n && c->problems.n < ANSWER_PROBLEMS_MAX; i++) {
        struct answer_problem one = {
            .path = c->unknown.at[i], .fault = ANSWER_UNKNOWN, .message = SENTENCE_UNKNOWN};
        TRY(vec_push(c->ctx, &c->problems, one, ANSWER_PROBLEMS_MAX));
    }
    return ERR_OK;
}

static void states_set(const struct form *form, struct form_section_count *counts)
{
    for (size_t i = 0; i < form->n_sections; i++) {
        struct form_section_count *n = &counts[i];
        n->state = n->asked == 0      ? FORM_NOT_ASKED
                   : n->invalid > 0   ? FORM_HAS_ERRORS
                   : n->answered == 0 ? FORM_NOT_STARTED
                   : n->missing > 0   ? FORM_IN_PROGRESS
                                      : FORM_COMPLETE;
    }
}

err form_section_check(mem *ctx, const struct form *form, const struct form_section *section,
                       const json_t *answers, const struct form_eval *eval,
                       const struct form_reading *reading, struct form_checked *out)
{
    ENSURE(json_is_object(answers), ERR_INPUT, "answers are a JSON object");
    struct checker c = {
        .ctx = ctx, .form = form, .eval = eval, .reading = reading, .only = section};
    c.counts = mem_array(ctx, struct form_section_count, form->n_sections + 1);
    ENSURE_MEM(c.counts);
    json_t *clean = json_object();
    TRY(json_keep(ctx, clean));
    TRY(clean_object(&c, form->items, NULL, answers, clean));
    TRY(settled_new(ctx, form, eval, clean, dropped_add, &c, &c.settled));
    TRY(items_check(&c, form->items, NULL));
    TRY(unknown_report(&c));
    states_set(form, c.counts);
    *out = (struct form_checked){.answers = clean,
                                 .problems = c.problems.at,
                                 .n_problems = c.problems.n,
                                 .dropped = c.dropped.at,
                                 .n_dropped = c.dropped.n,
                                 .sections = c.counts};
    return ERR_OK;
}

err form_answers_check(mem *ctx, const struct form *form, const json_t *answers,
                       const struct form_eval *eval, const struct form_reading *reading,
                       struct form_checked *out)
{
    return form_section_check(ctx, form, NULL, answers, eval, reading, out);
}

const char *form_state_name(enum form_state state)
{
    static const char *const NAMES[] = {
        [FORM_NOT_STARTED] = "not started", [FORM_IN_PROGRESS] = "in progress",
        [FORM_COMPLETE] = "complete",       [FORM_HAS_ERRORS] = "has errors",
        [FORM_NOT_ASKED] = "not asked",
    };
    return (unsigned)state < COUNT_OF(NAMES) ? NAMES[state] : "?";
}
