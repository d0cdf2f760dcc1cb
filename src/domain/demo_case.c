/* demo_case.c - dice that fall alike for a seed, and what they choose. */
#include "domain/demo_case.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/vec.h"
#include "domain/country.h"
#include "domain/data.h"
#include "domain/formbook.h"

#define WORDS_FILE "demo/invented.json"
#define WORDS_MOST 500
#define CHECKS_MOST 4 /* rounds of taking out what the form refuses */

enum { PATTERNS = 96 };

/* ---- dice: splitmix64 (Steele, Lea, Flood 2014). For invented data only: anybody can tell the next throw. ---- */

struct dice {
    uint64_t state;
};

static uint64_t dice_throw(struct dice *d)
{
    uint64_t z = d->state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}
static size_t dice_below(struct dice *d, size_t n) { return n == 0 ? 0 : (size_t)(dice_throw(d) % n); }
static bool dice_percent(struct dice *d, size_t percent) { return dice_below(d, 100) < percent; }

static struct dice dice_of(int64_t seed, int64_t number)
{
    struct dice d = {(uint64_t)seed * 0x2545F4914F6CDD1Du + (uint64_t)number};
    d.state = dice_throw(&d);
    return d;
}

/* ---- the book ---- */

enum words { WORDS_GIVEN, WORDS_FAMILY, WORDS_TOWNS, WORDS_COLOURS, WORDS_THINGS, WORDS_PURPOSES, WORDS_SENTENCES, WORDS };
static const char *const WORD_LISTS[WORDS] = {[WORDS_GIVEN] = "given",       [WORDS_FAMILY] = "family",
                                              [WORDS_TOWNS] = "towns",       [WORDS_COLOURS] = "colours",
                                              [WORDS_THINGS] = "things",     [WORDS_PURPOSES] = "purposes",
                                              [WORDS_SENTENCES] = "sentences"};

/* A filled form, and which of its short texts each case says differently. */
struct pattern {
    bool child;
    struct form_parts parts;
    VEC(const struct form_item *) names;
};

struct demo_book {
    int64_t seed;
    const char *country;
    struct {
        const char **at;
        size_t n;
    } words[WORDS];
    const char *countries[COUNTRIES_MOST];
    size_t n_countries;
    struct date today;
    const struct form *form;
    struct pattern patterns[PATTERNS];
};

static const char *word(const struct demo_book *b, struct dice *d, enum words list)
{
    return b->words[list].at[dice_below(d, b->words[list].n)];
}

static const char *two_words(mem *ctx, const struct demo_book *b, struct dice *d, enum words first, enum words second)
{
    const char *one = word(b, d, first);
    return talloc_asprintf(ctx, "%s %s", one, word(b, d, second));
}

static err words_read(struct demo_book *b, const char *folder)
{
    struct bytes content;
    json_t *all;
    TRY(data_read(b, folder, WORDS_FILE, &content));
    TRY(json_read(content, DATA_FILE_MAX, &all));
    TRY(json_keep(b, all));
    for (unsigned list = 0; list < WORDS; list++) {
        const json_t *words = json_object_get(all, WORD_LISTS[list]);
        size_t n = json_array_size(words);
        ENSURE(n > 0 && n <= WORDS_MOST, ERR_INPUT, "a list of words for invented cases is missing, or too long");
        b->words[list].at = mem_array(b, const char *, n);
        ENSURE_MEM(b->words[list].at);
        for (size_t i = 0; i < n; i++) {
            const char *text = json_string_value(json_array_get(words, i));
            ENSURE(!text_empty(text), ERR_INPUT, "among the words for invented cases is one that is no text");
            b->words[list].at[b->words[list].n++] = text;
        }
    }
    return ERR_OK;
}

/* ---- answers ---- */

static const char *day_between(mem *ctx, struct dice *d, int from, int to)
{
    int year = from + (int)dice_below(d, (size_t)(to - from + 1)), month = 1 + (int)dice_below(d, 12);
    return talloc_asprintf(ctx, "%04d-%02d-%02d", year, month, 1 + (int)dice_below(d, 28));
}

/* Years of birth that are those of a child, or of an adult, for the whole of this year and the next. */
static const char *birth_day(mem *ctx, const struct demo_book *b, struct dice *d, bool child)
{
    int year = b->today.year;
    return child ? day_between(ctx, d, year - 16, year - 9) : day_between(ctx, d, year - 55, year - 19);
}

static json_t *choice_of(const struct form_item *item, struct dice *d, bool child)
{
    if (text_same(item->statistic, FACTS_AGE_BAND)) return json_string(child ? "under_18" : "over_18");
    return json_string(item->choices->at[dice_below(d, item->choices->n)].name);
}

/* One or two, in the order of the list. */
static json_t *choices_of(const struct form_item *item, struct dice *d)
{
    size_t first = dice_below(d, item->choices->n), second = dice_below(d, item->choices->n);
    JSON_SCOPE(list) = json_array();
    if (list == NULL || err_failed(json_add(list, json_string(item->choices->at[first].name)))) return NULL;
    if (second > first && err_failed(json_add(list, json_string(item->choices->at[second].name)))) return NULL;
    return json_incref(list);
}

static bool item_short(const struct form_item *item)
{
    return item->type == FORM_TEXT && !text_same(item->appearance, "multiline") && item->constraint == NULL;
}

/* NULL: no answer of this type is invented, or there is no memory (the caller's next step finds out). */
static json_t *answer_of(mem *ctx, const struct demo_book *b, const struct form_item *item, struct dice *d, bool child)
{
    if (text_same(item->statistic, FACTS_BIRTH)) return json_string(birth_day(ctx, b, d, child));
    switch (item->type) {
    case FORM_TEXT:
        return json_string(item_short(item) ? two_words(ctx, b, d, WORDS_GIVEN, WORDS_FAMILY) : word(b, d, WORDS_SENTENCES));
    case FORM_INTEGER:
    case FORM_DECIMAL: return json_integer((json_int_t)(1 + dice_below(d, 12)));
    case FORM_DATE: return json_string(day_between(ctx, d, b->today.year - 6, b->today.year - 1));
    case FORM_SELECT_ONE: return item->choices->n == 0 ? NULL : choice_of(item, d, child);
    case FORM_SELECT_MULTIPLE: return item->choices->n == 0 ? NULL : choices_of(item, d);
    case FORM_ACKNOWLEDGE: return json_string("OK");
    case FORM_TIME:
    case FORM_DATETIME:
    case FORM_NOTE:
    case FORM_CALCULATE:
    case FORM_FILE:
    case FORM_GROUP:
    case FORM_REPEAT: break;
    }
    return NULL;
}

/* The answers to the questions of one scope, in the sections whose bits are set. */
static err scope_fill(mem *ctx, const struct demo_book *b, const struct form_item *scope, struct dice *d, bool child,
                      uint64_t sections, json_t *out)
{
    for (size_t i = 0; i < b->form->n_items; i++) {
        const struct form_item *item = &b->form->items[i];
        bool chosen = item->section != NULL && (sections >> (item->section->index % 64) & 1) != 0;
        if (item->scope != scope || !chosen || item->read_only || (item->parties & PARTY_EXPLOITATION) == 0) continue;
        if (item->type == FORM_REPEAT) {
            JSON_SCOPE(entries) = json_array();
            JSON_SCOPE(entry) = json_object();
            ENSURE_MEM(entries);
            ENSURE_MEM(entry);
            TRY(scope_fill(ctx, b, item, d, child, sections, entry));
            TRY(json_add(entries, json_incref(entry)));
            TRY(json_put(out, item->name, json_incref(entries)));
            continue;
        }
        json_t *answer = answer_of(ctx, b, item, d, child);
        if (answer != NULL) TRY(json_put(out, item->name, answer));
    }
    return ERR_OK;
}

/* The form's own check has the last word: what it does not ask falls out, what it refuses is taken out. */
static err answers_settle(mem *ctx, const struct demo_book *b, msec now, json_t *answers, json_t **out)
{
    const struct form_reading reading = form_reading_of(b->form, NULL);
    const struct form_eval eval = {.now = now, .parties = PARTY_EXPLOITATION, .compartments = COMPARTMENT_ALL};
    struct form_checked checked;
    for (int round = 0; round < CHECKS_MOST; round++) {
        size_t refused = 0;
        TRY(form_answers_check(ctx, b->form, answers, &eval, &reading, &checked));
        answers = checked.answers;
        for (size_t i = 0; i < checked.n_problems; i++) {
            if (checked.problems[i].fault == ANSWER_MISSING) continue;
            const char *name = mem_textn(ctx, checked.problems[i].path, strcspn(checked.problems[i].path, "["));
            ENSURE_MEM(name);
            (void)json_object_del(answers, name);
            refused++;
        }
        if (refused == 0) {
            *out = answers;
            return ERR_OK;
        }
    }
    FAIL(ERR_INPUT, "the form refuses what was invented for it");
}

static err pattern_make(struct demo_book *b, msec now, int number, struct pattern *out)
{
    struct dice d = dice_of(b->seed, -1 - number);
    JSON_SCOPE(answers) = json_object();
    json_t *settled;
    ENSURE_MEM(answers);
    out->child = dice_percent(&d, 25);
    /* A third are only begun, a third half done, a third filled in. */
    uint64_t sections = number % 3 == 2 ? UINT64_MAX : dice_throw(&d);
    if (number % 3 == 0) sections &= dice_throw(&d);
    TRY(scope_fill(b, b, NULL, &d, out->child, sections, answers));
    TRY(answers_settle(b, b, now, answers, &settled));
    for (size_t i = 0; i < b->form->n_items; i++) {
        const struct form_item *item = &b->form->items[i];
        if (item->scope == NULL && item_short(item) && json_object_get(settled, item->name) != NULL)
            TRY(vec_push(b, &out->names, item, FORM_ITEMS_MAX));
    }
    return form_split(b, b->form, settled, &out->parts);
}

err demo_book_new(mem *ctx, struct node *node, int64_t seed, struct demo_book **out)
{
    struct demo_book *b = mem_new(ctx, struct demo_book);
    ENSURE_MEM(b);
    b->seed = seed;
    b->country = node->settings.country;
    b->today = date_of(node_now(node));
    b->n_countries = country_all(b->countries);
    TRY(words_read(b, node->data_folder));
    for (size_t i = 0; i < node->forms->n && b->form == NULL; i++)
        if (facts_item(node->forms->at[i], FACTS_BIRTH) != NULL) b->form = node->forms->at[i];
    for (int i = 0; i < PATTERNS && b->form != NULL; i++) TRY(pattern_make(b, node_now(node), i, &b->patterns[i]));
    *out = b;
    return ERR_OK;
}

/* ---- a case ---- */

static const char *other_country(const struct demo_book *b, struct dice *d)
{
    const char *code;
    do
        code = b->countries[dice_below(d, b->n_countries)];
    while (text_same(code, b->country));
    return code;
}

static void add_country(struct facts *facts, const char *code, unsigned roles)
{
    for (size_t i = 0; i < facts->n_countries; i++)
        if (text_same(facts->countries[i].code, code)) return;
    struct facts_country *at = &facts->countries[facts->n_countries++];
    memcpy(at->code, code, 3);
    at->roles = roles;
}

static void facts_make(mem *ctx, const struct demo_book *b, struct dice *d, bool child, struct facts *out)
{
    *out = (struct facts){.label = two_words(ctx, b, d, WORDS_COLOURS, WORDS_THINGS),
                          .child = child ? CHILD_YES : CHILD_NO,
                          .guardian_name = child ? two_words(ctx, b, d, WORDS_GIVEN, WORDS_FAMILY) : "",
                          .guardian_contact = child ? word(b, d, WORDS_TOWNS) : ""};
    add_country(out, b->country, PARTY_EXPLOITATION);
    add_country(out, other_country(b, d), PARTY_ORIGIN);
    if (dice_percent(d, 40)) add_country(out, other_country(b, d), PARTY_TRANSIT);
    if (dice_percent(d, 10)) add_country(out, other_country(b, d), PARTY_THIRD);
}

static void consent_make(mem *ctx, const struct demo_book *b, struct dice *d, const struct demo_case *of, struct consent *out)
{
    *out = (struct consent){.kind = CONSENT_SHARE,
                            .yes = dice_percent(d, 85),
                            .compartments = COMPARTMENT_ALL,
                            .n_countries = 1,
                            .purpose = word(b, d, WORDS_PURPOSES),
                            .until = "",
                            .language = "en",
                            .interpreter = two_words(ctx, b, d, WORDS_GIVEN, WORDS_FAMILY),
                            .explained_by = two_words(ctx, b, d, WORDS_GIVEN, WORDS_FAMILY),
                            .how = of->facts.child == CHILD_YES ? CONSENT_BY_GUARDIAN : CONSENT_WRITTEN,
                            .comments = "",
                            .received_from = "",
                            .withdrawn_how = ""};
    memcpy(out->countries[0], of->facts.countries[1].code, 3);
}

/* The pattern's answers with other short texts: what the form calculates from the rest stays true. */
static err answers_vary(mem *ctx, const struct demo_book *b, struct dice *d, const struct pattern *p, struct form_parts *out)
{
    struct form_parts parts = {0};
    for (unsigned c = 0; c < COMPARTMENTS; c++) {
        if (p->parts.at[c] == NULL) continue;
        parts.at[c] = json_copy(p->parts.at[c]);
        TRY(json_keep(ctx, parts.at[c]));
    }
    for (size_t i = 0; i < p->names.n; i++)
        TRY(json_put(parts.at[p->names.at[i]->compartment], p->names.at[i]->name,
                     json_string(two_words(ctx, b, d, WORDS_GIVEN, WORDS_FAMILY))));
    *out = parts;
    return ERR_OK;
}

err demo_case_make(mem *ctx, const struct demo_book *book, int64_t number, struct demo_case *out)
{
    struct dice d = dice_of(book->seed, number);
    const struct pattern *p = &book->patterns[dice_below(&d, PATTERNS)];
    struct demo_case made = {.team = dice_throw(&d), .state = dice_percent(&d, 20) ? "closed" : "open", .form = book->form};
    bool child = made.form == NULL ? dice_percent(&d, 25) : p->child;
    facts_make(ctx, book, &d, child, &made.facts);
    made.consented = dice_percent(&d, 70);
    if (made.consented) consent_make(ctx, book, &d, &made, &made.consent);
    if (made.form != NULL) TRY(answers_vary(ctx, book, &d, p, &made.parts));
    *out = made;
    return ERR_OK;
}
