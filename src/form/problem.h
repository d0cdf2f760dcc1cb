/* problem.h - what is wrong with a form's definition, and where: file, row, column, how to mend it.
 *
 * For the officer who edits the form in a spreadsheet. All problems are collected, up to a maximum;
 * the last then says that there are more.
 */
#ifndef OPENTRM_FORM_PROBLEM_H
#define OPENTRM_FORM_PROBLEM_H

#include "base/mem.h"
#include "base/err.h"

#define FORM_PROBLEMS_MAX 200

struct form_problem {
    const char *file;   /* "survey.csv", "choices.csv", "settings.csv" */
    int row;            /* as in the spreadsheet: the header is row 1; 0: the file as a whole */
    const char *column; /* heading of the column, or "" */
    const char *message;
    bool warning; /* the form loads all the same */
};

struct form_problems {
    mem *ctx;
    struct form_problem *at;
    size_t n;
    size_t room;
    size_t errors; /* how many are no warnings */
};

/* form_problems_init: an empty list; what it grows into belongs to ctx. */
void form_problems_init(struct form_problems *p, mem *ctx);
/* form_problem_add: a sentence. Past the maximum it only counts. ERR_MEMORY. */
err form_problem_add(struct form_problems *p, bool warning, const char *file, int row,
                     const char *column, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

#endif
