/* expression_parse.c - text to tree: a descent of XPath 1.0's grammar, with the depth counted.
 *
 * Every refusal is a sentence for the officer who wrote the cell.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/vec.h"
#include "form/expression_tree.h"
#include "form/value.h"

enum token_kind { TOKEN_END, TOKEN_NUMBER, TOKEN_STRING, TOKEN_REFERENCE, TOKEN_NAME, TOKEN_SYMBOL };

struct token {
    enum token_kind kind;
    const char *at;   /* in the text */
    size_t n;         /* bytes */
    const char *text; /* name, string, symbol */
};

struct parser {
    mem *ctx;
    const struct expression_place *place;
    struct expression_fault *fault;
    const char *s; /* behind `token` */
    struct token token;
    size_t depth;
    VEC(const struct form_item *) uses;
};

#define USES_MAX 512

/* brief: what the officer wrote, as much of it as a sentence can hold. */
static const char *brief(struct parser *p, const char *text)
{
    const char *cut = text_cut(p->ctx, text, 60);
    return cut == NULL ? "?" : cut;
}

#define REFUSE(p, ...)                                                                             \
    do {                                                                                           \
        (void)snprintf((p)->fault->message, sizeof(p)->fault->message, __VA_ARGS__);               \
        FAIL(ERR_INPUT, "an expression is wrong");                                                 \
    } while (0)

/* ---- tokens ----------------------------------------------------------------------------------- */

static bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static bool digit(char c) { return c >= '0' && c <= '9'; }

/* What is written in other languages or by word processors, and how it is written here. */
static const struct {
    const char *wrong, *sentence;
} MISTAKES[] = {
    {"==", "equality is written with one ="},
    {"&&", "write and instead of &&"},
    {"||", "write or instead of ||"},
    {"<>", "write != instead of <>"},
    {"=>", "write >= instead of =>"},
    {"=<", "write <= instead of =<"},
    {"\xe2\x80\x98", "use straight quotation marks ' or \", not curly ones"},
    {"\xe2\x80\x99", "use straight quotation marks ' or \", not curly ones"},
    {"\xe2\x80\x9c", "use straight quotation marks ' or \", not curly ones"},
    {"\xe2\x80\x9d", "use straight quotation marks ' or \", not curly ones"},
    {"\xe2\x80\x9e", "use straight quotation marks ' or \", not curly ones"},
    {"\xc2\xab", "use straight quotation marks ' or \", not << >>"},
    {"\xe2\x88\x92", "use the minus of the keyboard: -"},
    {"\xe2\x80\x93", "use the minus of the keyboard: -"},
    {"\xe2\x89\xa4", "write <="},
    {"\xe2\x89\xa5", "write >="},
    {"\xe2\x89\xa0", "write !="},
    {"!=", NULL}, /* is right; keeps ! from being found below */
    {"!", "write not( ) instead of !"},
    {"//", "paths are not supported; refer to a question as ${name}"},
    {"/", "paths are not supported; refer to a question as ${name}, and divide with div"},
    {"[", "conditions in square brackets are not supported; use indexed-repeat()"},
    {"@", "attributes are not supported"},
    {"|", "unions of answers are not supported; write or for alternatives"},
    {"%", "write mod for the remainder of a division"},
    {"{", "refer to a question as ${name}"},
    {"$", "refer to a question as ${name}"},
    {";", "parts of a function are parted by commas"},
};

static err string_token(struct parser *p, const char *s)
{
    const char *end = strchr(s + 1, *s);
    if (end == NULL) REFUSE(p, "a text is opened with %c and not closed", *s);
    p->token.kind = TOKEN_STRING;
    p->token.text = mem_textn(p->ctx, s + 1, (size_t)(end - s) - 1);
    p->token.n = (size_t)(end - s) + 1;
    return ERR_OK;
}

static err reference_token(struct parser *p, const char *s)
{
    const char *end = strchr(s, '}');
    if (end == NULL) REFUSE(p, "a reference is opened with ${ and not closed with }");
    const char *inside = mem_textn(p->ctx, s + 2, (size_t)(end - s) - 2);
    ENSURE_MEM(inside);
    p->token.kind = TOKEN_REFERENCE;
    p->token.n = (size_t)(end - s) + 1;
    return text_trim(p->ctx, inside, &p->token.text);
}

static err symbol_token(struct parser *p, const char *s)
{
    static const char *const SYMBOLS[] = {"..", "!=", "<=", ">=", "(", ")", ",", ".",
                                          "+",  "-",  "*",  "=",  "<", ">"};
    for (size_t i = 0; i < COUNT_OF(MISTAKES); i++) {
        if (!text_starts(s, MISTAKES[i].wrong)) continue;
        if (MISTAKES[i].sentence != NULL) REFUSE(p, "%s", MISTAKES[i].sentence);
        break;
    }
    for (size_t i = 0; i < COUNT_OF(SYMBOLS); i++) {
        if (!text_starts(s, SYMBOLS[i])) continue;
        p->token.kind = TOKEN_SYMBOL;
        p->token.n = strlen(SYMBOLS[i]);
        p->token.text = SYMBOLS[i];
        return ERR_OK;
    }
    if ((unsigned char)*s < 0x80) REFUSE(p, "the character %c has no meaning here", *s);
    REFUSE(p, "a letter or sign outside of quotation marks has no meaning; put texts in '...'");
}

static err next(struct parser *p)
{
    p->s += strspn(p->s, " \t\r\n");
    const char *s = p->s;
    p->token = (struct token){.kind = TOKEN_END, .at = s};
    if (*s == '\0') return ERR_OK;
    if (digit(*s) || (*s == '.' && digit(s[1]))) {
        size_t n = strspn(s, "0123456789");
        if (s[n] == '.') n += 1 + strspn(s + n + 1, "0123456789");
        p->token.kind = TOKEN_NUMBER;
        p->token.n = n;
        p->token.text = mem_textn(p->ctx, s, n);
    } else if (*s == '\'' || *s == '"') {
        TRY(string_token(p, s));
    } else if (s[0] == '$' && s[1] == '{') {
        TRY(reference_token(p, s));
    } else if (letter(*s)) {
        size_t n = 1;
        while (letter(s[n]) || digit(s[n]) || s[n] == '-' || s[n] == '.' ||
               (s[n] == ':' && letter(s[n + 1])))
            n++;
        p->token.kind = TOKEN_NAME;
        p->token.n = n;
        p->token.text = mem_textn(p->ctx, s, n);
    } else {
        TRY(symbol_token(p, s));
    }
    ENSURE_MEM(p->token.text);
    p->s = s + p->token.n;
    return ERR_OK;
}

static bool at(const struct parser *p, enum token_kind kind, const char *text)
{
    return p->token.kind == kind && text_same(p->token.text, text);
}

static err expect(struct parser *p, const char *symbol, const char *sentence)
{
    if (!at(p, TOKEN_SYMBOL, symbol)) REFUSE(p, "%s", sentence);
    return next(p);
}

/* ---- nodes ------------------------------------------------------------------------------------ */

static err node_new(struct parser *p, enum node_kind kind, size_t n, struct node **out)
{
    struct node *node = mem_new(p->ctx, struct node);
    ENSURE_MEM(node);
    node->kind = kind;
    node->n = n;
    if (n > 0) node->arg = mem_array(node, const struct node *, n);
    ENSURE(n == 0 || node->arg != NULL, ERR_MEMORY, "out of memory");
    *out = node;
    return ERR_OK;
}

static err binary(struct parser *p, enum node_kind kind, const struct node *left,
                  const struct node *right, const struct node **out)
{
    struct node *node;
    TRY(node_new(p, kind, 2, &node));
    node->arg[0] = left;
    node->arg[1] = right;
    *out = node;
    return ERR_OK;
}

/* Is `scope` the one that the expression stands in, or around it? */
static bool scope_around(const struct form_item *scope, const struct form_item *item)
{
    for (const struct form_item *s = item->scope;; s = s->scope) {
        if (s == scope) return true;
        if (s == NULL) return false;
    }
}

/* ${name}: the nearest of that name from the inside out, else the only one anywhere. */
static err item_resolve(struct parser *p, const char *name, const struct form_item **out)
{
    const struct form *form = p->place->form;
    const struct form_item *found = NULL;
    for (const struct form_item *s = p->place->item->scope; found == NULL; s = s->scope) {
        found = form_item_find(form, s, name);
        if (s == NULL) break;
    }
    if (found != NULL) {
        *out = found;
        return ERR_OK;
    }
    size_t n = 0;
    for (size_t i = 0; i < form->n_items; i++) {
        const struct form_item *item = &form->items[i];
        if (item->type != FORM_REPEAT) continue;
        const struct form_item *inside = form_item_find(form, item, name);
        if (inside == NULL) continue;
        found = inside;
        n++;
    }
    if (n == 0) REFUSE(p, "there is no question ${%s}", brief(p, name));
    if (n > 1) REFUSE(p, "there are several questions ${%s}, in different repeats", brief(p, name));
    *out = found;
    return ERR_OK;
}

static err use_add(struct parser *p, const struct form_item *item)
{
    for (size_t i = 0; i < p->uses.n; i++)
        if (p->uses.at[i] == item) return ERR_OK;
    return vec_push(p->ctx, &p->uses, item, USES_MAX);
}

static err parse_reference(struct parser *p, const struct node **out)
{
    const struct form_item *item;
    TRY(item_resolve(p, p->token.text, &item));
    if (item->type == FORM_GROUP || item->type == FORM_NOTE)
        REFUSE(p, "${%s} is a %s and has no answer", item->name,
               item->type == FORM_GROUP ? "group" : "note");
    bool many = item->type == FORM_REPEAT || !scope_around(item->scope, p->place->item);
    struct node *node;
    TRY(node_new(p, many ? NODE_SET : NODE_ANSWER, 0, &node));
    node->item = item;
    TRY(use_add(p, item));
    *out = node;
    return next(p);
}

static err parse_self(struct parser *p, const struct node **out)
{
    if (p->place->use != EXPRESSION_CONSTRAINT)
        REFUSE(p, "the point . is the answer itself and can only stand in a constraint");
    struct node *node;
    TRY(node_new(p, NODE_SELF, 0, &node));
    node->item = p->place->item;
    *out = node;
    return next(p);
}

static err parse_column(struct parser *p, const char *name, const struct node **out)
{
    const struct form_choices *list = p->place->item->choices;
    if (p->place->use != EXPRESSION_FILTER || list == NULL)
        REFUSE(p, "%s is not known; a question is written ${%s}, a text '%s'", brief(p, name),
               brief(p, name), brief(p, name));
    struct node *node;
    TRY(node_new(p, NODE_COLUMN, 0, &node));
    node->column = SIZE_MAX;
    bool found = text_same(name, "name");
    for (size_t i = 0; !found && i < list->n_columns; i++) {
        if (!text_same(list->columns[i], name)) continue;
        node->column = i;
        found = true;
    }
    if (!found) REFUSE(p, "the list %s has no column %s", list->name, brief(p, name));
    *out = node;
    return ERR_OK;
}

/* ---- calls ------------------------------------------------------------------------------------ */

static err parse_or(struct parser *p, const struct node **out);

/* position(..): the place of the entry we are in. */
static err parse_position(struct parser *p, struct node *node)
{
    static const char ONLY[] =
        "position is only written position(..), inside a repeat: the number of the entry";
    node->item = p->place->item->scope;
    if (node->item == NULL) REFUSE(p, "%s", ONLY);
    TRY(expect(p, "..", ONLY));
    return expect(p, ")", ONLY);
}

static err argument_check(struct parser *p, const struct function *f, size_t i,
                          const struct node *arg)
{
    bool repeat = arg->kind == NODE_SET && arg->item->type == FORM_REPEAT;
    if (i < 32 && (f->repeats & (1u << i)) != 0 && !repeat)
        REFUSE(p, "%s() needs the ${name} of a repeat here", f->name);
    bool many = i < 32 && ((f->sets | f->repeats) & (1u << i)) != 0;
    if (arg->kind != NODE_SET || (many && (!repeat || f->counts || f->repeats != 0))) return ERR_OK;
    if (repeat)
        REFUSE(p, "${%s} is a repeat; count(${%s}) gives the number of its entries",
               arg->item->name, arg->item->name);
    REFUSE(p,
           "${%s} stands in a repeat and has many answers; use it in sum(), min(), max(), count(), "
           "join() or indexed-repeat()",
           arg->item->name);
}

static err parse_arguments(struct parser *p, struct node *node)
{
    const struct function *f = node->function;
    const struct node *args[NODE_ARGUMENTS_MAX];
    size_t n = 0;
    while (!at(p, TOKEN_SYMBOL, ")")) {
        if (n > 0) TRY(expect(p, ",", "a comma or ) is missing in a function"));
        if (n == NODE_ARGUMENTS_MAX)
            REFUSE(p, "%s() takes at most %d parts", f->name, NODE_ARGUMENTS_MAX);
        TRY(parse_or(p, &args[n]));
        TRY(argument_check(p, f, n, args[n]));
        n++;
    }
    if (n < f->least || n > f->most)
        REFUSE(p, "%s() takes %zu%s%s parts in its brackets; here are %zu", f->name, f->least,
               f->most == f->least ? "" : " to ",
               f->most == f->least ? "" : f->most == 2 ? "2" : f->most == 3 ? "3" : "16", n);
    node->n = n;
    node->arg = mem_array(node, const struct node *, n + 1);
    ENSURE_MEM(node->arg);
    for (size_t i = 0; i < n; i++) node->arg[i] = args[i];
    return next(p);
}

static err parse_call(struct parser *p, const char *name, const struct node **out)
{
    const struct function *f = function_find(name);
    if (f == NULL) {
        const char *instead = function_refused(name);
        if (instead != NULL) REFUSE(p, "the function %s() is not supported: %s", name, instead);
        REFUSE(p, "there is no function %s()", brief(p, name));
    }
    struct node *node;
    TRY(node_new(p, NODE_CALL, 0, &node));
    node->function = f;
    TRY(next(p)); /* the bracket */
    *out = node;
    if (text_same(name, "position")) return parse_position(p, node);
    TRY(parse_arguments(p, node));
    const char *sentence = NULL;
    if (f->check != NULL) TRY(f->check(p->ctx, node, &sentence));
    if (sentence != NULL) REFUSE(p, "%s", sentence);
    return ERR_OK;
}

static err parse_name(struct parser *p, const struct node **out)
{
    const char *name = p->token.text;
    TRY(next(p));
    if (at(p, TOKEN_SYMBOL, "(")) return parse_call(p, name, out);
    return parse_column(p, name, out);
}

/* ---- the grammar ------------------------------------------------------------------------------ */

static err parse_primary(struct parser *p, const struct node **out)
{
    struct node *node;
    switch (p->token.kind) {
    case TOKEN_NUMBER:
        TRY(node_new(p, NODE_NUMBER, 0, &node));
        if (!value_decimal(p->token.text, &node->number)) REFUSE(p, "this number is too long");
        *out = node;
        return next(p);
    case TOKEN_STRING:
        TRY(node_new(p, NODE_STRING, 0, &node));
        node->string = p->token.text;
        *out = node;
        return next(p);
    case TOKEN_REFERENCE: return parse_reference(p, out);
    case TOKEN_NAME: return parse_name(p, out);
    case TOKEN_SYMBOL:
        if (at(p, TOKEN_SYMBOL, ".")) return parse_self(p, out);
        if (at(p, TOKEN_SYMBOL, "..")) REFUSE(p, ".. is only known in position(..)");
        if (at(p, TOKEN_SYMBOL, "(")) {
            TRY(next(p));
            TRY(parse_or(p, out));
            return expect(p, ")", "a bracket is opened with ( and not closed");
        }
        REFUSE(p, "a value is missing before %s", p->token.text);
    case TOKEN_END: break;
    }
    REFUSE(p, "the expression ends too early: a value is missing");
}

static err deeper(struct parser *p)
{
    if (++p->depth > FORM_EXPRESSION_DEPTH_MAX)
        REFUSE(p, "the expression has more than %d brackets in one another",
               FORM_EXPRESSION_DEPTH_MAX);
    return ERR_OK;
}

/* Sets may stand only where a function asks for them. */
static err operand_check(struct parser *p, const struct node *node)
{
    static const struct function NONE = {.name = ""};
    return argument_check(p, &NONE, 0, node);
}

static err parse_unary(struct parser *p, const struct node **out)
{
    if (!at(p, TOKEN_SYMBOL, "-")) return parse_primary(p, out);
    TRY(deeper(p));
    TRY(next(p));
    struct node *node;
    TRY(node_new(p, NODE_NEGATE, 1, &node));
    TRY(parse_unary(p, &node->arg[0]));
    TRY(operand_check(p, node->arg[0]));
    p->depth--;
    *out = node;
    return ERR_OK;
}

static const struct operator_row {
    enum token_kind token;
    const char *text;
    enum node_kind kind;
    unsigned level; /* 0 binds least */
} OPERATORS[] = {
    {TOKEN_NAME, "or", NODE_OR, 0},           {TOKEN_NAME, "and", NODE_AND, 1},
    {TOKEN_SYMBOL, "=", NODE_EQUAL, 2},       {TOKEN_SYMBOL, "!=", NODE_UNEQUAL, 2},
    {TOKEN_SYMBOL, "<", NODE_LESS, 3},        {TOKEN_SYMBOL, "<=", NODE_LESS_EQUAL, 3},
    {TOKEN_SYMBOL, ">", NODE_MORE, 3},        {TOKEN_SYMBOL, ">=", NODE_MORE_EQUAL, 3},
    {TOKEN_SYMBOL, "+", NODE_ADD, 4},         {TOKEN_SYMBOL, "-", NODE_SUBTRACT, 4},
    {TOKEN_SYMBOL, "*", NODE_MULTIPLY, 5},    {TOKEN_NAME, "div", NODE_DIVIDE, 5},
    {TOKEN_NAME, "mod", NODE_MODULO, 5},
};
#define LEVELS 6

static const struct operator_row *operator_here(const struct parser *p, unsigned level)
{
    for (size_t i = 0; i < COUNT_OF(OPERATORS); i++)
        if (OPERATORS[i].level == level && at(p, OPERATORS[i].token, OPERATORS[i].text))
            return &OPERATORS[i];
    return NULL;
}

/* ${sex} = 'femal': a choice that the list doesn't have can never be true. */
static err choice_check(struct parser *p, const struct node *left, const struct node *right)
{
    const struct node *answer = left, *literal = right;
    if (answer->kind == NODE_STRING) {
        answer = right;
        literal = left;
    }
    if ((answer->kind != NODE_ANSWER && answer->kind != NODE_SELF) ||
        literal->kind != NODE_STRING || answer->item->type != FORM_SELECT_ONE ||
        *literal->string == '\0' || answer->item->choices == NULL ||
        form_choice_find(answer->item->choices, literal->string) != NULL)
        return ERR_OK;
    REFUSE(p, "the list %s of %s has no choice %s", answer->item->choices->name, answer->item->name,
           brief(p, literal->string));
}

static err parse_level(struct parser *p, unsigned level, const struct node **out)
{
    if (level == LEVELS) return parse_unary(p, out);
    const struct node *left;
    TRY(parse_level(p, level + 1, &left));
    for (const struct operator_row *o = operator_here(p, level); o != NULL;
         o = operator_here(p, level)) {
        const struct node *right;
        TRY(operand_check(p, left));
        TRY(next(p));
        TRY(parse_level(p, level + 1, &right));
        TRY(operand_check(p, right));
        if (level == 2) TRY(choice_check(p, left, right));
        TRY(binary(p, o->kind, left, right, &left));
    }
    *out = left;
    return ERR_OK;
}

static err parse_or(struct parser *p, const struct node **out)
{
    TRY(deeper(p));
    TRY(parse_level(p, 0, out));
    p->depth--;
    return ERR_OK;
}

static err parse_whole(struct parser *p, const struct node **out)
{
    TRY(next(p));
    TRY(parse_or(p, out));
    TRY(operand_check(p, *out));
    if (p->token.kind == TOKEN_END) return ERR_OK;
    if (at(p, TOKEN_SYMBOL, ")")) REFUSE(p, "a bracket is closed with ) that was not opened");
    REFUSE(p, "an operator is missing before %s", brief(p, p->token.text));
}

err expression_compile(mem *ctx, const struct expression_place *place, const char *text,
                       const struct expression **out, struct expression_fault *fault)
{
    struct expression *e = mem_new(ctx, struct expression);
    ENSURE_MEM(e);
    struct parser p = {.ctx = e, .place = place, .fault = fault, .s = text};
    err failed = strlen(text) > FORM_EXPRESSION_MAX ? ERR_MAKE(ERR_LIMIT, "an expression is too long")
                                                    : parse_whole(&p, &e->root);
    e->text = mem_text(e, text);
    if (!err_failed(failed) && e->text == NULL) failed = ERR_MAKE(ERR_MEMORY, "out of memory");
    if (err_failed(failed)) {
        (void)talloc_free(e);
        if (failed.kind == ERR_LIMIT) {
            (void)snprintf(fault->message, sizeof fault->message,
                           "the expression is longer than %d bytes or uses more than %d answers",
                           FORM_EXPRESSION_MAX, USES_MAX);
            FAIL(ERR_INPUT, "an expression is too long");
        }
        return failed;
    }
    e->uses = p.uses.at;
    e->n_uses = p.uses.n;
    for (size_t i = 0; i < e->n_uses; i++) e->compartments |= e->uses[i]->compartments;
    *out = e;
    return ERR_OK;
}

err expression_literal(mem *ctx, const char *text, const struct expression **out)
{
    struct expression *e = mem_new(ctx, struct expression);
    struct node *node = mem_new(e, struct node);
    ENSURE(e != NULL && node != NULL, ERR_MEMORY, "out of memory");
    e->text = node->string = mem_text(e, text);
    ENSURE_MEM(e->text);
    node->kind = NODE_STRING;
    e->root = node;
    *out = e;
    return ERR_OK;
}

const char *expression_text(const struct expression *e) { return e->text; }

size_t expression_uses(const struct expression *e, const struct form_item *const **out)
{
    *out = e->uses;
    return e->n_uses;
}

compartment_set expression_compartments(const struct expression *e) { return e->compartments; }

bool expression_condition(const struct expression *e, const struct form_item **item,
                          const char **choice)
{
    const struct node *root = e->root;
    bool selected = root->kind == NODE_CALL && text_same(root->function->name, "selected");
    if (root->kind != NODE_EQUAL && !selected) return false;
    const struct node *answer = root->arg[0], *literal = root->arg[1];
    if (answer->kind != NODE_ANSWER || literal->kind != NODE_STRING || *literal->string == '\0' ||
        answer->item->choices == NULL)
        return false;
    *item = answer->item;
    *choice = literal->string;
    return true;
}
