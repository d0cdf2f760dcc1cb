/* plural.c - parse and evaluate plural rules. */
#include "base/plural.h"

#include <string.h>

#include "base/text.h"

#define NODES_MAX 160
#define DEPTH_MAX 40

enum kind {
    NUMBER,
    VARIABLE,
    NOT,
    CONDITION,
    OR,
    AND,
    EQ,
    NE,
    LT,
    GT,
    LE,
    GE,
    ADD,
    SUB,
    MUL,
    DIV,
    MOD
};

struct node {
    enum kind kind;
    uint64_t number;
    uint16_t a, b, c; /* operands: places in the list of nodes */
};

struct plural {
    size_t forms;
    uint16_t root;
    uint16_t n;
    struct node nodes[NODES_MAX];
};

struct reader {
    const char *at;
    struct plural *rule;
    int depth;
};

/* Binary operators by precedence, loosest first (C's). Longer signs stand before their beginnings.
 */
static const struct {
    const char *sign;
    int level;
    enum kind kind;
} OPERATORS[] = {
    {"||", 0, OR}, {"&&", 1, AND}, {"==", 2, EQ}, {"!=", 2, NE}, {"<=", 3, LE},
    {">=", 3, GE}, {"<", 3, LT},   {">", 3, GT},  {"+", 4, ADD}, {"-", 4, SUB},
    {"*", 5, MUL}, {"/", 5, DIV},  {"%", 5, MOD},
};
#define LEVELS 6

static void skip_space(struct reader *r)
{
    while (*r->at == ' ' || *r->at == '\t') r->at++;
}

static bool take(struct reader *r, const char *sign)
{
    skip_space(r);
    if (!text_starts(r->at, sign)) return false;
    r->at += strlen(sign);
    return true;
}

static err node_add(struct reader *r, struct node node, uint16_t *out)
{
    ENSURE(r->rule->n < NODES_MAX, ERR_INPUT, "the plural rule is too long");
    r->rule->nodes[r->rule->n] = node;
    *out = r->rule->n++;
    return ERR_OK;
}

static err read_condition(struct reader *r, uint16_t *out);

static err read_number(struct reader *r, uint16_t *out)
{
    ENSURE(*r->at >= '0' && *r->at <= '9', ERR_INPUT, "the plural rule is not understood");
    uint64_t v = 0;
    for (; *r->at >= '0' && *r->at <= '9'; r->at++) {
        v = v * 10 + (uint64_t)(*r->at - '0');
        ENSURE(v <= 1000000000, ERR_INPUT, "a number in the plural rule is too large");
    }
    return node_add(r, (struct node){.kind = NUMBER, .number = v}, out);
}

static err read_operand(struct reader *r, uint16_t *out)
{
    ENSURE(++r->depth <= DEPTH_MAX, ERR_INPUT, "the plural rule is nested too deeply");
    if (take(r, "(")) {
        TRY(read_condition(r, out));
        ENSURE(take(r, ")"), ERR_INPUT, "a parenthesis is missing in the plural rule");
    } else if (take(r, "n")) {
        TRY(node_add(r, (struct node){.kind = VARIABLE}, out));
    } else if (take(r, "!")) {
        uint16_t a;
        TRY(read_operand(r, &a));
        TRY(node_add(r, (struct node){.kind = NOT, .a = a}, out));
    } else {
        TRY(read_number(r, out));
    }
    r->depth--;
    return ERR_OK;
}

static bool take_operator(struct reader *r, int level, enum kind *kind)
{
    for (size_t i = 0; i < COUNT_OF(OPERATORS); i++) {
        if (OPERATORS[i].level != level || !take(r, OPERATORS[i].sign)) continue;
        *kind = OPERATORS[i].kind;
        return true;
    }
    return false;
}

static err read_level(struct reader *r, int level, uint16_t *out)
{
    if (level == LEVELS) return read_operand(r, out);
    uint16_t a;
    TRY(read_level(r, level + 1, &a));
    enum kind kind;
    while (take_operator(r, level, &kind)) {
        uint16_t b;
        TRY(read_level(r, level + 1, &b));
        TRY(node_add(r, (struct node){.kind = kind, .a = a, .b = b}, &a));
    }
    *out = a;
    return ERR_OK;
}

static err read_condition(struct reader *r, uint16_t *out)
{
    ENSURE(++r->depth <= DEPTH_MAX, ERR_INPUT, "the plural rule is nested too deeply");
    uint16_t a, b, c;
    TRY(read_level(r, 0, &a));
    if (take(r, "?")) {
        TRY(read_condition(r, &b));
        ENSURE(take(r, ":"), ERR_INPUT, "a colon is missing in the plural rule");
        TRY(read_condition(r, &c));
        TRY(node_add(r, (struct node){.kind = CONDITION, .a = a, .b = b, .c = c}, &a));
    }
    r->depth--;
    *out = a;
    return ERR_OK;
}

err plural_parse(mem *ctx, const char *rule, struct plural **out)
{
    struct plural *p = mem_new(ctx, struct plural);
    ENSURE_MEM(p);
    struct reader r = {.at = rule, .rule = p};
    ENSURE(take(&r, "nplurals") && take(&r, "="), ERR_INPUT, "the plural rule has no nplurals");
    skip_space(&r);
    ENSURE(*r.at >= '1' && *r.at <= '0' + PLURAL_FORMS_MAX, ERR_INPUT,
           "nplurals is not from 1 to 6");
    p->forms = (size_t)(*r.at++ - '0');
    ENSURE(take(&r, ";") && take(&r, "plural") && take(&r, "="), ERR_INPUT,
           "the plural rule has no plural=");
    TRY(read_condition(&r, &p->root));
    (void)take(&r, ";");
    skip_space(&r);
    ENSURE(*r.at == '\0' || *r.at == '\n', ERR_INPUT, "the plural rule is not understood");
    *out = p;
    return ERR_OK;
}

size_t plural_forms(const struct plural *rule) { return rule->forms; }

static uint64_t evaluate(const struct plural *p, uint16_t at, uint64_t n)
{
    const struct node *node = &p->nodes[at];
    if (node->kind == NUMBER) return node->number;
    if (node->kind == VARIABLE) return n;
    uint64_t a = evaluate(p, node->a, n);
    if (node->kind == NOT) return !a;
    if (node->kind == CONDITION) return evaluate(p, a ? node->b : node->c, n);
    uint64_t b = evaluate(p, node->b, n);
    switch (node->kind) {
    case OR: return a || b;
    case AND: return a && b;
    case EQ: return a == b;
    case NE: return a != b;
    case LT: return a < b;
    case GT: return a > b;
    case LE: return a <= b;
    case GE: return a >= b;
    case ADD: return a + b;
    case SUB: return a - b;
    case MUL: return a * b;
    case DIV: return b == 0 ? 0 : a / b;
    case MOD: return b == 0 ? 0 : a % b;
    case NUMBER:
    case VARIABLE:
    case NOT:
    case CONDITION: break;
    }
    return 0;
}

size_t plural_index(const struct plural *rule, int64_t n)
{
    uint64_t size = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    uint64_t i = evaluate(rule, rule->root, size);
    return i < rule->forms ? (size_t)i : 0;
}
