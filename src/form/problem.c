/* problem.c - the list of what is wrong with a definition. */
#include "form/problem.h"

#include <stdarg.h>

#include "base/vec.h"

void form_problems_init(struct form_problems *p, mem *ctx) { *p = (struct form_problems){.ctx = ctx}; }

err form_problem_add(struct form_problems *p, bool warning, const char *file, int row,
                     const char *column, const char *format, ...)
{
    if (!warning) p->errors++;
    if (p->n >= FORM_PROBLEMS_MAX) return ERR_OK;
    struct form_problem one = {.row = row, .warning = warning};
    one.file = mem_text(p->ctx, file);
    one.column = mem_text(p->ctx, column == NULL ? "" : column);
    if (p->n == FORM_PROBLEMS_MAX - 1) {
        one.row = 0;
        one.column = "";
        one.message = "there are more problems; mend these first";
    } else {
        va_list args;
        va_start(args, format);
        one.message = talloc_vasprintf(p->ctx, format, args);
        va_end(args);
    }
    ENSURE(one.file != NULL && one.column != NULL && one.message != NULL, ERR_MEMORY,
           "out of memory");
    return vec_push(p->ctx, p, one, FORM_PROBLEMS_MAX);
}
