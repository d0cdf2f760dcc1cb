/* build_items.c - the tree of items: types, names, groups, and what a question takes from its group. */
#include <string.h>

#include "base/text.h"
#include "base/vec.h"
#include "form/build.h"

enum word_kind { WORD_PLAIN, WORD_SELECT, WORD_BEGIN, WORD_END };
static const struct type_word {
    const char *word;
    enum form_type type;
    enum word_kind kind;
} WORDS[] = {
    {"text", FORM_TEXT, WORD_PLAIN},
    {"string", FORM_TEXT, WORD_PLAIN},
    {"integer", FORM_INTEGER, WORD_PLAIN},
    {"int", FORM_INTEGER, WORD_PLAIN},
    {"decimal", FORM_DECIMAL, WORD_PLAIN},
    {"date", FORM_DATE, WORD_PLAIN},
    {"time", FORM_TIME, WORD_PLAIN},
    {"dateTime", FORM_DATETIME, WORD_PLAIN},
    {"datetime", FORM_DATETIME, WORD_PLAIN},
    {"select_one", FORM_SELECT_ONE, WORD_SELECT},
    {"select_multiple", FORM_SELECT_MULTIPLE, WORD_SELECT},
    {"note", FORM_NOTE, WORD_PLAIN},
    {"acknowledge", FORM_ACKNOWLEDGE, WORD_PLAIN},
    {"trigger", FORM_ACKNOWLEDGE, WORD_PLAIN},
    {"calculate", FORM_CALCULATE, WORD_PLAIN},
    {"file", FORM_FILE, WORD_PLAIN},
    {"begin_group", FORM_GROUP, WORD_BEGIN},
    {"begin_repeat", FORM_REPEAT, WORD_BEGIN},
    {"end_group", FORM_GROUP, WORD_END},
    {"end_repeat", FORM_REPEAT, WORD_END},
};

/* Types of XLSForm that we do not support, and what to use. */
static const struct {
    const char *word, *instead;
} UNSUPPORTED[] = {
    {"image", "use file"},
    {"photo", "use file"},
    {"audio", "use file"},
    {"video", "use file"},
    {"range", "use integer with a constraint"},
    {"rank", "use select_multiple, or one select_one for each place"},
    {"geopoint", "a place is written as text"},
    {"geotrace", "a route is written as text"},
    {"geoshape", "an area is written as text"},
    {"barcode", "use text"},
    {"hidden", "use calculate"},
    {"start", "use calculate with now()"},
    {"end", "use calculate with now()"},
    {"today", "use calculate with today()"},
    {"deviceid", "who answered is in the audit log; remove it"},
    {"username", "who answered is in the audit log; remove it"},
    {"email", "use text"},
    {"phonenumber", "use text"},
    {"audit", "the node keeps an audit log; remove it"},
    {"background-audio", "remove it"},
    {"select_one_from_file", "put the choices into choices.csv and use select_one"},
    {"select_multiple_from_file", "put the choices into choices.csv and use select_multiple"},
    {"select_one_external", "put the choices into choices.csv and use select_one"},
    {"xml-external", "put the choices into choices.csv"},
    {"csv-external", "put the choices into choices.csv"},
};

/* What may stand in which column, by type; columns that are not here may stand with every type. */
#define BIT(t) (1u << (unsigned)(t))
#define TYPED                                                                                      \
    (BIT(FORM_TEXT) | BIT(FORM_INTEGER) | BIT(FORM_DECIMAL) | BIT(FORM_DATE) | BIT(FORM_TIME) |    \
     BIT(FORM_DATETIME) | BIT(FORM_SELECT_ONE) | BIT(FORM_SELECT_MULTIPLE))
static const struct {
    enum raw_column column;
    unsigned types;
    const char *otherwise;
} COLUMN_RULES[] = {
    {RAW_REQUIRED, TYPED | BIT(FORM_ACKNOWLEDGE) | BIT(FORM_FILE),
     "only a question that is answered can be required"},
    {RAW_CONSTRAINT, TYPED | BIT(FORM_ACKNOWLEDGE) | BIT(FORM_FILE),
     "only a question that is answered can have a constraint"},
    {RAW_CALCULATION, BIT(FORM_CALCULATE), "only the type calculate has a calculation"},
    {RAW_INITIAL, TYPED, "this type can't have a default"},
    {RAW_FILTER, BIT(FORM_SELECT_ONE) | BIT(FORM_SELECT_MULTIPLE),
     "only select_one and select_multiple have a choice_filter"},
    {RAW_READ_ONLY, TYPED, "this type can't be read only"},
    {RAW_STATISTIC, TYPED | BIT(FORM_CALCULATE) | BIT(FORM_ACKNOWLEDGE),
     "only an answer can feed a statistic"},
};

/* A group that is open, and what its children take from it. */
struct open {
    struct form_item *item;
    int compartment; /* -1: not said */
    unsigned parties;
    enum form_share share;
};

struct tree {
    struct builder *b;
    const struct raw_row *row;
    struct open open[FORM_DEPTH_MAX + 1]; /* open[0] is the form itself */
    size_t depth;
};

#define COMPLAIN(t, column, ...) build_complain((t)->b, false, (t)->row->row, (column), __VA_ARGS__)

/* The words of a type cell; "begin group" becomes one. */
struct words {
    const char *at[4];
    size_t n;
};

static err words_split(struct tree *t, const char *cell, struct words *out)
{
    struct words w = {.n = 0};
    for (const char *rest = cell;;) {
        const char *piece;
        TRY(text_split(t->b->scratch, &rest, ' ', &piece));
        if (piece == NULL) break;
        if (w.n == 1 && (text_same(w.at[0], "begin") || text_same(w.at[0], "end"))) {
            w.at[0] = talloc_asprintf(t->b->scratch, "%s_%s", w.at[0], piece);
            ENSURE_MEM(w.at[0]);
        } else if (w.n < COUNT_OF(w.at)) {
            w.at[w.n++] = piece;
        }
    }
    *out = w;
    return ERR_OK;
}

/* NULL after a problem was added. */
static err type_find(struct tree *t, const char *word, const struct type_word **out)
{
    *out = NULL;
    for (size_t i = 0; i < COUNT_OF(WORDS); i++)
        if (text_same(word, WORDS[i].word)) *out = &WORDS[i];
    if (*out != NULL) return ERR_OK;
    for (size_t i = 0; i < COUNT_OF(UNSUPPORTED); i++)
        if (text_same(word, UNSUPPORTED[i].word))
            return COMPLAIN(t, RAW_TYPE, "the type %s is not supported: %s", word,
                            UNSUPPORTED[i].instead);
    return COMPLAIN(t, RAW_TYPE,
                    "there is no type %s; the types are text, integer, decimal, date, time, "
                    "dateTime, select_one, select_multiple, note, acknowledge, calculate, file, "
                    "begin_group, end_group, begin_repeat, end_repeat",
                    text_cut(t->b->scratch, word, 40));
}

static bool name_valid(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    return n > 0 && n <= 64 && s[n] == '\0' && !(s[0] >= '0' && s[0] <= '9');
}

static err name_build(struct tree *t, struct form_item *item)
{
    const char *name = t->row->cells[RAW_NAME];
    if (*name == '\0' && item->type == FORM_NOTE)
        name = talloc_asprintf(t->b->scratch, "note_%zu", item->index);
    ENSURE_MEM(name);
    if (!name_valid(name))
        TRY(COMPLAIN(t, RAW_NAME,
                     "the name is missing, or is not made of up to 64 letters, digits and _, first "
                     "a letter; - is not allowed, it would be read as minus"));
    item->name = mem_text(t->b->form, name);
    ENSURE_MEM(item->name);
    return ERR_OK;
}

static err texts_build(struct tree *t, struct form_item *item)
{
    struct form_text *const TO[RAW_TEXTS] = {
        [RAW_LABEL] = &item->label,
        [RAW_HINT] = &item->hint,
        [RAW_REQUIRED_MESSAGE] = &item->required_message,
        [RAW_CONSTRAINT_MESSAGE] = &item->constraint_message,
    };
    for (size_t i = 0; i < RAW_TEXTS; i++) {
        const char **texts = t->row->texts[i];
        for (size_t l = 0; texts != NULL && l < t->b->form->n_languages; l++) {
            if (texts[l] == NULL || strstr(texts[l], "${") == NULL) continue;
            const char *column;
            TRY(raw_text_column(t->b->scratch, t->b->raw, RAW_TEXT_NAME[i], l, &column));
            TRY(form_problem_add(t->b->problems, false, t->b->raw->survey_file, t->row->row, column,
                                 "a text can't hold the answer to a question: take out ${...}"));
        }
        TRY(build_text(t->b, texts, TO[i]));
    }
    return ERR_OK;
}

static err columns_check(struct tree *t, const struct form_item *item)
{
    for (size_t i = 0; i < COUNT_OF(COLUMN_RULES); i++) {
        enum raw_column c = COLUMN_RULES[i].column;
        if (*t->row->cells[c] == '\0' || (COLUMN_RULES[i].types & BIT(item->type)) != 0) continue;
        TRY(COMPLAIN(t, c, "%s; take it out", COLUMN_RULES[i].otherwise));
    }
    if (item->scope != NULL && item->type == FORM_FILE)
        TRY(COMPLAIN(t, RAW_TYPE, "a file can't be asked for inside a repeat"));
    if (item->scope != NULL && *t->row->cells[RAW_READ_ONLY] != '\0')
        TRY(COMPLAIN(t, RAW_READ_ONLY, "inside a repeat nothing can be read only"));
    if (item->type == FORM_CALCULATE && *t->row->cells[RAW_CALCULATION] == '\0')
        TRY(COMPLAIN(t, RAW_CALCULATION, "a calculate needs its calculation"));
    return ERR_OK;
}

static err compartment_build(struct tree *t, struct form_item *item, const struct open *above,
                             struct open *own)
{
    const char *cell = t->row->cells[RAW_COMPARTMENT];
    own->compartment = above->compartment;
    if (*cell != '\0') {
        enum compartment c;
        if (err_failed(compartment_parse(cell, &c)))
            return COMPLAIN(t, RAW_COMPARTMENT,
                            "there is no compartment %s; there are identity, circumstances, "
                            "health, safety, justice",
                            text_cut(t->b->scratch, cell, 40));
        own->compartment = (int)c;
    }
    if (own->compartment < 0 && form_type_answers(item->type))
        return COMPLAIN(t, RAW_COMPARTMENT,
                        "say who needs this answer: identity, circumstances, health, safety or "
                        "justice, here or on the group around it");
    if (!form_type_answers(item->type)) return ERR_OK;
    item->compartment = (enum compartment)own->compartment;
    item->compartments = COMPARTMENT_BIT(item->compartment);
    return ERR_OK;
}

static err share_build(struct tree *t, struct form_item *item, const struct open *above,
                       struct open *own)
{
    const char *cell = t->row->cells[RAW_SHARE];
    own->share = above->share;
    if (text_same(cell, "never")) {
        own->share = FORM_SHARE_NEVER;
    } else if (text_same(cell, "ask")) {
        if (above->share == FORM_SHARE_NEVER)
            TRY(COMPLAIN(t, RAW_SHARE, "the group around it says never; it can't be shared"));
    } else if (*cell != '\0') {
        TRY(COMPLAIN(t, RAW_SHARE, "write ask or never"));
    }
    item->share = own->share;
    return ERR_OK;
}

/* What a question takes from its group unless it says so itself. */
static err inherited_build(struct tree *t, struct form_item *item, struct open *own)
{
    const struct open *above = &t->open[t->depth];
    own->item = item;
    TRY(compartment_build(t, item, above, own));
    TRY(share_build(t, item, above, own));
    own->parties = above->parties;
    const char *cell = t->row->cells[RAW_PARTY];
    if (*cell != '\0' && err_failed(party_parse(cell, &own->parties)))
        TRY(COMPLAIN(t, RAW_PARTY,
                     "write exploitation, transit, origin, third or any, or several of them with a "
                     "space between"));
    item->parties = own->parties;
    return ERR_OK;
}

static err read_only_build(struct tree *t, struct form_item *item)
{
    const char *cell = t->row->cells[RAW_READ_ONLY];
    static const char *const YES[] = {"yes", "true", "true()", "TRUE", "1"};
    static const char *const NO[] = {"", "no", "false", "false()", "FALSE", "0"};
    for (size_t i = 0; i < COUNT_OF(YES); i++)
        if (text_same(cell, YES[i])) item->read_only = true;
    for (size_t i = 0; i < COUNT_OF(NO); i++)
        if (item->read_only || text_same(cell, NO[i])) return ERR_OK;
    return COMPLAIN(t, RAW_READ_ONLY, "write yes or leave it empty");
}

/* The item that a row makes, at the end of the items. */
static err item_add(struct tree *t, enum form_type type, struct form_item **out)
{
    struct builder *b = t->b;
    struct form_item *item = &b->items[b->form->n_items];
    *item = (struct form_item){.type = type, .index = b->form->n_items, .row = t->row->row};
    b->rows[item->index] = t->row;
    b->form->n_items++;
    struct form_item *parent = t->open[t->depth].item;
    item->parent = parent;
    item->depth = parent == NULL ? 0 : parent->depth + 1;
    if (parent != NULL) item->scope = parent->type == FORM_REPEAT ? parent : parent->scope;
    *out = item;
    return ERR_OK;
}

static err list_attach(struct tree *t, struct form_item *item, const struct words *w)
{
    struct builder *b = t->b;
    if (w->n < 2)
        return COMPLAIN(t, RAW_TYPE, "name the list of choices: %s LIST", w->at[0]);
    for (size_t i = 0; i < b->form->n_lists; i++) {
        if (!text_same(b->lists[i].name, w->at[1])) continue;
        item->choices = &b->lists[i];
        b->lists_used[i] = true;
    }
    if (item->choices == NULL)
        return COMPLAIN(t, RAW_TYPE, "there is no list %s in %s",
                        text_cut(b->scratch, w->at[1], 64), b->raw->choices_file);
    return ERR_OK;
}

/* or_other: a text question behind the select, asked when "other" is chosen. Its expression is made
 * by build_expressions. */
static err other_add(struct tree *t, struct form_item *select)
{
    struct builder *b = t->b;
    const struct form_choice *other = form_choice_find(select->choices, "other");
    if (other == NULL)
        return COMPLAIN(t, RAW_TYPE,
                        "or_other needs a choice named other in the list %s, with its label in each "
                        "language",
                        select->choices->name);
    struct form_item *item;
    TRY(item_add(t, FORM_TEXT, &item));
    item->name = talloc_asprintf(b->form, "%s_other", select->name);
    ENSURE_MEM(item->name);
    item->label = other->label;
    item->compartment = select->compartment;
    item->compartments = select->compartments;
    item->parties = select->parties;
    item->share = select->share;
    item->source = select->source;
    item->other_of = select;
    select->other = item;
    return ERR_OK;
}

static err row_end(struct tree *t, const struct type_word *word)
{
    struct form_item *item = t->open[t->depth].item;
    if (item == NULL)
        return COMPLAIN(t, RAW_TYPE, "there is no open group or repeat to end here");
    if (item->type != word->type)
        TRY(COMPLAIN(t, RAW_TYPE, "this ends a %s, but %s of row %d, which is open, is a %s",
                     word->type == FORM_GROUP ? "group" : "repeat", item->name, item->row,
                     item->type == FORM_GROUP ? "group" : "repeat"));
    item->below = t->b->form->n_items - item->index - 1;
    t->depth--;
    if (t->depth > 0) t->open[t->depth].item->compartments |= item->compartments;
    return ERR_OK;
}

static err item_fill(struct tree *t, struct form_item *item, const struct words *w,
                     const struct type_word *word)
{
    struct builder *b = t->b;
    struct open own = {.item = item};
    TRY(name_build(t, item));
    TRY(texts_build(t, item));
    TRY(columns_check(t, item));
    TRY(inherited_build(t, item, &own));
    TRY(read_only_build(t, item));
    TRY(build_cell(b, t->row->cells[RAW_STATISTIC], &item->statistic));
    TRY(build_cell(b, t->row->cells[RAW_SOURCE], &item->source));
    TRY(build_cell(b, t->row->cells[RAW_APPEARANCE], &item->appearance));
    if (item->statistic != NULL && !text_identifier(item->statistic))
        TRY(COMPLAIN(t, RAW_STATISTIC, "a statistic has a code of letters, digits, - and _"));
    if (t->depth > 0) t->open[t->depth].item->compartments |= item->compartments;
    if (word->kind == WORD_SELECT) TRY(list_attach(t, item, w));
    size_t most = word->kind == WORD_SELECT ? 3 : 1;
    bool other = w->n == 3 && word->kind == WORD_SELECT && text_same(w->at[2], "or_other");
    if (w->n > most || (w->n == 3 && !other))
        TRY(COMPLAIN(t, RAW_TYPE, "there is more in the type than %s understands",
                     form_type_name(word->type)));
    if (other && item->choices != NULL) TRY(other_add(t, item));
    if (word->kind != WORD_BEGIN) return ERR_OK;
    t->depth++; /* row_build has made sure that there is room */
    t->open[t->depth] = own;
    return ERR_OK;
}

static err row_build(struct tree *t)
{
    struct words w;
    const struct type_word *word;
    if (*t->row->cells[RAW_TYPE] == '\0')
        return COMPLAIN(t, RAW_TYPE, "the row says something but has no type");
    TRY(words_split(t, t->row->cells[RAW_TYPE], &w));
    TRY(type_find(t, w.at[0], &word));
    if (word == NULL) return ERR_OK;
    if (word->kind == WORD_END) return row_end(t, word);
    if (word->kind == WORD_BEGIN && t->depth == FORM_DEPTH_MAX) {
        TRY(COMPLAIN(t, RAW_TYPE, "groups and repeats stand at most %d deep in one another",
                     FORM_DEPTH_MAX));
        FAIL(ERR_INPUT, "the form is too deep");
    }
    struct form_item *item;
    TRY(item_add(t, word->type, &item));
    return item_fill(t, item, &w, word);
}

/* child and next, from the order and `below`. */
static void links_build(struct builder *b)
{
    for (size_t i = 0; i < b->form->n_items; i++) {
        struct form_item *item = &b->items[i];
        size_t end = item->parent == NULL ? b->form->n_items
                                          : item->parent->index + 1 + item->parent->below;
        if (item->below > 0) item->child = &b->items[i + 1];
        if (i + 1 + item->below < end) item->next = &b->items[i + 1 + item->below];
    }
}

err build_items(struct builder *b)
{
    size_t room = 2 * b->raw->n_rows + 1; /* or_other makes two of one row */
    b->items = mem_array(b->form, struct form_item, room);
    b->rows = mem_array(b->scratch, const struct raw_row *, room);
    ENSURE(b->items != NULL && b->rows != NULL, ERR_MEMORY, "out of memory");
    b->form->items = b->items;
    struct tree t = {.b = b, .open = {{.compartment = -1, .parties = PARTY_ANY}}};
    for (size_t i = 0; i < b->raw->n_rows; i++) {
        t.row = &b->raw->rows[i];
        TRY(row_build(&t));
    }
    for (; t.depth > 0; t.depth--)
        TRY(build_complain(b, false, t.open[t.depth].item->row, RAW_TYPE,
                           "this group or repeat is never ended: add a row with %s",
                           t.open[t.depth].item->type == FORM_GROUP ? "end_group" : "end_repeat"));
    if (b->form->n_items > FORM_ITEMS_MAX || b->form->n_items == 0)
        TRY(form_problem_add(b->problems, false, b->raw->survey_file, 0, "",
                             "a form has 1 to %d questions, notes and groups", FORM_ITEMS_MAX));
    if (b->problems->errors == 0) links_build(b);
    return ERR_OK;
}
