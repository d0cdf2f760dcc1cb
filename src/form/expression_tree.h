/* expression_tree.h - the compiled shape of an expression; shared by the parser and the evaluator. */
#ifndef OPENTRM_FORM_EXPRESSION_TREE_H
#define OPENTRM_FORM_EXPRESSION_TREE_H

#include "form/expression.h"
#include "form/regex.h"

enum node_kind {
    NODE_NUMBER,
    NODE_STRING,
    NODE_SELF,   /* . */
    NODE_ANSWER, /* ${name} in this entry or outside of it: one value */
    NODE_SET,    /* ${name} inside a repeat that we are not in: many values; only for functions */
    NODE_COLUMN, /* a column of the choices: SIZE_MAX is the choice's name */
    NODE_OR,
    NODE_AND,
    NODE_EQUAL,
    NODE_UNEQUAL,
    NODE_LESS,
    NODE_LESS_EQUAL,
    NODE_MORE,
    NODE_MORE_EQUAL,
    NODE_ADD,
    NODE_SUBTRACT,
    NODE_MULTIPLY,
    NODE_DIVIDE,
    NODE_MODULO,
    NODE_NEGATE,
    NODE_CALL
};

#define NODE_ARGUMENTS_MAX 16

struct node {
    enum node_kind kind;
    double number;
    const char *string;
    const struct form_item *item;
    size_t column;
    const struct function *function;
    const struct regex *regex;
    const struct node **arg;
    size_t n;
};

struct expression {
    const char *text;
    const struct node *root;
    const struct form_item **uses;
    size_t n_uses;
    compartment_set compartments;
};

/* A value on the way. A date is a number (days since 1970-01-01) that remembers its text. */
enum operand_kind { OPERAND_STRING, OPERAND_NUMBER, OPERAND_TRUTH, OPERAND_DATE };
struct operand {
    enum operand_kind kind;
    double number;
    bool truth;
    const char *string;
};

struct function {
    const char *name;
    size_t least, most; /* arguments */
    unsigned sets;      /* bit i: argument i may be many values */
    unsigned repeats;   /* bit i: argument i must be a repeat */
    bool counts;        /* an argument that may be many may also be a repeat */
    err (*call)(struct expression_run *run, const struct node *node, struct operand *out);
    /* check: what can be said when the form is loaded: *sentence if it is wrong. May be NULL. */
    err (*check)(mem *ctx, struct node *node, const char **sentence);
};

/* function_find: NULL if there is none. function_refused: what to do instead, for those that ODK
 * has and we don't; or NULL. */
const struct function *function_find(const char *name);
const char *function_refused(const char *name);

/* node_value: evaluates. */
err node_value(struct expression_run *run, const struct node *node, struct operand *out);
/* node_each: every value of an argument that may be many. */
err node_each(struct expression_run *run, const struct node *node,
              err (*each)(struct expression_run *run, void *arg, const struct operand *value),
              void *arg);
/* node_answer: the JSON of an answer or of `.`; NULL when there is none. Borrowed. */
const json_t *node_answer(const struct expression_run *run, const struct node *node);
/* node_object: the object that holds the answers of a scope, seen from the run's entry; NULL if the run
 * is not inside. */
const json_t *node_object(const struct expression_run *run, const struct form_item *scope);
/* node_literal: the text of a literal, NULL of anything else. */
const char *node_literal(const struct node *node);

struct operand operand_number(double number);
struct operand operand_truth(bool truth);
struct operand operand_string(const char *string); /* NULL is "" */
struct operand operand_day(double days, const char *text);
/* operand_json: an answer as a value; the text of a select_multiple is made in run->ctx. */
err operand_json(struct expression_run *run, const struct form_item *item, const json_t *value,
                 struct operand *out);
double number_of(const struct operand *v);
bool truth_of(const struct operand *v);
err string_of(struct expression_run *run, const struct operand *v, const char **out);
/* days_of: "2026-11-24", "2026-11-24T05:57" or "05:57" as days; false if it is none. */
bool days_of(const char *text, double *out);

#endif
