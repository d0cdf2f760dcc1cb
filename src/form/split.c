/* split.c - one decision for each answer; the preview and the parts both follow it. */
#include "form/split.h"

#include "base/text.h"
#include "base/vec.h"
#include "form/check.h"
#include "form/value.h"

#define DECISIONS_MAX 100000

/* ---- the decision ----------------------------------------------------------------------------- */

static enum form_verdict further(const struct form_rules *rules, const struct form_item *item)
{
    for (const struct form_item *i = item; rules->decide != NULL && i != NULL; i = i->parent) {
        enum form_verdict verdict = rules->decide(rules->arg, i);
        if (verdict != FORM_GOES) return verdict;
    }
    return FORM_GOES;
}

static enum form_verdict verdict_of(const struct form_rules *rules, const struct form_item *item,
                                    const json_t *value)
{
    compartment_set own = COMPARTMENT_BIT(item->compartment);
    if (item->share == FORM_SHARE_NEVER) return FORM_STAYS_NEVER;
    if ((item->parties & rules->parties) == 0) return FORM_STAYS_PARTY;
    if ((rules->compartments & own) == 0) return FORM_STAYS_COMPARTMENT;
    if ((rules->consented & own) == 0) return FORM_STAYS_CONSENT;
    enum form_verdict verdict = further(rules, item);
    if (verdict != FORM_GOES) return verdict;
    return item->type != FORM_FILE && value_raw(item, value) != NULL ? FORM_STAYS_RAW : FORM_GOES;
}

/* ---- the walk --------------------------------------------------------------------------------- */

/* Every answer in the order of the form. */
struct visitor {
    const struct form *form;
    err (*answer)(void *arg, const struct form_item *item, const struct expression_entry *entry,
                  const json_t *value);
    void *arg;
};

static err visit(const struct visitor *v, const struct form_item *first,
                 const struct expression_entry *entry, const json_t *object)
{
    for (const struct form_item *item = first; item != NULL; item = item->next) {
        if (item->type == FORM_GROUP) {
            TRY(visit(v, item->child, entry, object));
            continue;
        }
        const json_t *value = json_object_get(object, item->name);
        if (item->type == FORM_REPEAT) {
            for (size_t i = 0; i < json_array_size(value); i++) {
                struct expression_entry inner = {item, json_array_get(value, i), i, entry};
                TRY(visit(v, item->child, &inner, inner.object));
            }
        } else if (form_type_answers(item->type) && !value_empty(value)) {
            TRY(v->answer(v->arg, item, entry, value));
        }
    }
    return ERR_OK;
}

/* The object for an entry inside a tree that is being made; arrays grow with empty objects up to it, so
 * that entries keep their places. */
static err object_make(json_t *root, const struct expression_entry *entry, json_t **out)
{
    if (entry == NULL) {
        *out = root;
        return ERR_OK;
    }
    json_t *outer, *entries;
    TRY(object_make(root, entry->outer, &outer));
    entries = json_object_get(outer, entry->repeat->name);
    if (entries == NULL) {
        TRY(json_put(outer, entry->repeat->name, json_array()));
        entries = json_object_get(outer, entry->repeat->name);
    }
    while (json_array_size(entries) <= entry->index) TRY(json_add(entries, json_object()));
    *out = json_array_get(entries, entry->index);
    return ERR_OK;
}

static err place(json_t *root, const struct form_item *item, const struct expression_entry *entry,
                 const json_t *value)
{
    json_t *object;
    TRY(object_make(root, entry, &object));
    return json_put(object, item->name, json_deep_copy(value));
}

/* ---- preview ---------------------------------------------------------------------------------- */

struct decider {
    mem *ctx;
    const struct form_rules *rules;
    VEC(struct form_decision) list;
};

static err decide_answer(void *arg, const struct form_item *item,
                         const struct expression_entry *entry, const json_t *value)
{
    struct decider *d = arg;
    struct form_decision one = {.item = item, .verdict = verdict_of(d->rules, item, value)};
    TRY(form_path(d->ctx, entry, item, &one.path));
    return vec_push(d->ctx, &d->list, one, DECISIONS_MAX);
}

err form_decide(mem *ctx, const struct form *form, const json_t *answers,
                const struct form_rules *rules, struct form_decisions *out)
{
    ENSURE(json_is_object(answers), ERR_INPUT, "answers are a JSON object");
    struct decider d = {.ctx = ctx, .rules = rules};
    struct visitor v = {form, decide_answer, &d};
    TRY(visit(&v, form->items, NULL, answers));
    *out = (struct form_decisions){d.list.at, d.list.n};
    return ERR_OK;
}

/* ---- parts ------------------------------------------------------------------------------------ */

struct splitter {
    const struct form_rules *rules; /* NULL: everything */
    json_t *at[COMPARTMENTS];
};

static err split_answer(void *arg, const struct form_item *item,
                        const struct expression_entry *entry, const json_t *value)
{
    struct splitter *s = arg;
    if (s->rules != NULL && verdict_of(s->rules, item, value) != FORM_GOES) return ERR_OK;
    if (s->at[item->compartment] == NULL) {
        s->at[item->compartment] = json_object();
        ENSURE_MEM(s->at[item->compartment]);
    }
    return place(s->at[item->compartment], item, entry, value);
}

static err split(mem *ctx, const struct form *form, const json_t *answers,
                 const struct form_rules *rules, struct form_parts *out)
{
    ENSURE(json_is_object(answers), ERR_INPUT, "answers are a JSON object");
    struct splitter s = {.rules = rules};
    struct visitor v = {form, split_answer, &s};
    err e = visit(&v, form->items, NULL, answers);
    for (size_t i = 0; i < COMPARTMENTS; i++) {
        if (s.at[i] == NULL) continue;
        err kept = json_keep(ctx, s.at[i]);
        if (!err_failed(e)) e = kept;
    }
    TRY(e);
    for (size_t i = 0; i < COMPARTMENTS; i++) out->at[i] = s.at[i];
    return ERR_OK;
}

err form_split_send(mem *ctx, const struct form *form, const json_t *answers,
                    const struct form_rules *rules, struct form_parts *out)
{
    return split(ctx, form, answers, rules, out);
}

err form_split(mem *ctx, const struct form *form, const json_t *answers, struct form_parts *out)
{
    return split(ctx, form, answers, NULL, out);
}

struct party_split {
    unsigned parties;
    json_t *root;
};

static err party_answer(void *arg, const struct form_item *item,
                        const struct expression_entry *entry, const json_t *value)
{
    struct party_split *p = arg;
    if ((item->parties & p->parties) == 0) return ERR_OK;
    return place(p->root, item, entry, value);
}

err form_split_party(mem *ctx, const struct form *form, const json_t *answers, unsigned parties,
                     json_t **out)
{
    ENSURE(json_is_object(answers), ERR_INPUT, "answers are a JSON object");
    struct party_split p = {parties, json_object()};
    TRY(json_keep(ctx, p.root));
    struct visitor v = {form, party_answer, &p};
    TRY(visit(&v, form->items, NULL, answers));
    *out = p.root;
    return ERR_OK;
}

/* ---- merging ---------------------------------------------------------------------------------- */

struct merger {
    json_t *root;
    enum compartment compartment;
    bool strayed; /* form_merge_known: now those in a compartment that is not theirs */
};

static err merge_answer(void *arg, const struct form_item *item,
                        const struct expression_entry *entry, const json_t *value)
{
    struct merger *m = arg;
    ENSURE(item->compartment == m->compartment, ERR_INPUT,
           "an answer stands in a compartment that is not its own");
    return place(m->root, item, entry, value);
}

static err merge_known(void *arg, const struct form_item *item,
                       const struct expression_entry *entry, const json_t *value)
{
    struct merger *m = arg;
    if (m->strayed != (item->compartment != m->compartment)) return ERR_OK;
    return place(m->root, item, entry, value);
}

/* What stands in a part must be known, and arrays must be of entries: nothing hides in it. */
static err names_check(const struct form *form, const struct form_item *scope, const json_t *object)
{
    static const char WHAT[] = "a part holds something that the form doesn't know";
    ENSURE(json_is_object(object), ERR_INPUT, WHAT);
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value) {
        const struct form_item *item = form_item_find(form, scope, key);
        ENSURE(item != NULL, ERR_INPUT, WHAT);
        ENSURE(form_type_answers(item->type) || item->type == FORM_REPEAT, ERR_INPUT, WHAT);
        if (item->type != FORM_REPEAT) continue;
        ENSURE(json_is_array(value) && json_array_size(value) <= FORM_ENTRIES_MAX, ERR_INPUT, WHAT);
        for (size_t i = 0; i < json_array_size(value); i++)
            TRY(names_check(form, item, json_array_get(value, i)));
    }
    return ERR_OK;
}

err form_merge(mem *ctx, const struct form *form, const struct form_parts *parts, json_t **out)
{
    json_t *root = json_object();
    TRY(json_keep(ctx, root));
    for (unsigned i = 0; i < COMPARTMENTS; i++) {
        if (parts->at[i] == NULL) continue;
        TRY(names_check(form, NULL, parts->at[i]));
        struct merger m = {root, (enum compartment)i, false};
        struct visitor v = {form, merge_answer, &m};
        TRY(visit(&v, form->items, NULL, parts->at[i]));
    }
    *out = root;
    return ERR_OK;
}

err form_merge_known(mem *ctx, const struct form *form, const struct form_parts *parts,
                     json_t **out)
{
    json_t *root = json_object();
    TRY(json_keep(ctx, root));
    /* First what strayed: an answer in the compartment where it belongs is the later one. */
    for (unsigned i = 0; i < 2 * COMPARTMENTS; i++) {
        const json_t *part = parts->at[i % COMPARTMENTS];
        if (part == NULL) continue;
        struct merger m = {root, (enum compartment)(i % COMPARTMENTS), i < COMPARTMENTS};
        struct visitor v = {form, merge_known, &m};
        TRY(visit(&v, form->items, NULL, part));
    }
    *out = root;
    return ERR_OK;
}

/* ---- cleaning --------------------------------------------------------------------------------- */

static err clean_answer(void *arg, const struct form_item *item,
                        const struct expression_entry *entry, const json_t *value)
{
    JSON_SCOPE(clean) = NULL;
    const char *message;
    TRY(value_clean(item, value, &clean, &message));
    ENSURE(clean != NULL || message == NULL, ERR_INPUT, "an answer that is none to its question");
    return clean == NULL ? ERR_OK : place(arg, item, entry, clean);
}

err form_clean(mem *ctx, const struct form *form, const json_t *answers, json_t **out)
{
    json_t *root = json_object();
    TRY(json_keep(ctx, root));
    TRY(names_check(form, NULL, answers));
    struct visitor v = {form, clean_answer, root};
    TRY(visit(&v, form->items, NULL, answers));
    *out = root;
    return ERR_OK;
}

/* ---- names ------------------------------------------------------------------------------------ */

const char *form_verdict_name(enum form_verdict verdict)
{
    static const char *const NAMES[FORM_VERDICT_COUNT] = {
        [FORM_GOES] = "goes",
        [FORM_STAYS_NEVER] = "never",
        [FORM_STAYS_PARTY] = "party",
        [FORM_STAYS_COMPARTMENT] = "compartment",
        [FORM_STAYS_CONSENT] = "consent",
        [FORM_STAYS_LAW] = "law",
        [FORM_STAYS_CHOSEN] = "chosen",
        [FORM_STAYS_RAW] = "raw",
    };
    return (unsigned)verdict < FORM_VERDICT_COUNT ? NAMES[verdict] : "?";
}
