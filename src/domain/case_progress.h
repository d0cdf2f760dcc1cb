/* case_progress.h - how far the sections of a form are: what the task list of a case shows.
 *
 * Counting means opening and checking every answer, so the counts (numbers and states, nothing that was typed) are remembered in a
 * small table of fixed size, by what they depend on: the revisions of the answers, the compartments held, our roles, the day.
 * Each process has its own; losing it costs a count.
 *
 * Called by web (overview of a case).
 */
#ifndef OPENTRM_DOMAIN_CASE_PROGRESS_H
#define OPENTRM_DOMAIN_CASE_PROGRESS_H

#include "domain/case.h"

#define PROGRESS_SECTIONS_MOST 40

struct case_progress {
    struct form_section_count sections[PROGRESS_SECTIONS_MOST]; /* as form->sections; those beyond are not asked */
    bool answered; /* there is an answer that the actor can read */
    bool others;   /* there is one to a question that is none of ours */
};

struct progress_table;
/* progress_table_new: owned by ctx; safe for all threads. */
err progress_table_new(mem *ctx, struct progress_table **out);

err case_progress(struct node *node, const struct casefile *c, const struct form *form, struct case_progress *out);

#endif
