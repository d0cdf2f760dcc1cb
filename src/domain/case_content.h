/* case_content.h - the inside of a casefile: ciphertext as read, opened one by one when asked for.
 *
 * For domain/ and for exchange/, which files what comes into cases.
 */
#ifndef OPENTRM_DOMAIN_CASE_CONTENT_H
#define OPENTRM_DOMAIN_CASE_CONTENT_H

#include "db/record.h"
#include "domain/case.h"

#define CASE_KINDS_MOST 12
#define CASE_FORMS_MOST 8 /* whose merged answers are remembered; more are merged each time */

struct case_content {
    db_records rows;
    json_t **bodies;      /* one for each row: decrypted and read, NULL until asked for */
    struct bytes *plains; /* one for each row: decrypted and not read, for single answers */
    struct {
        const char *kind;
        struct case_records records;
    } opened[CASE_KINDS_MOST];
    size_t n_opened;
    struct {
        const struct form *form;
        json_t *answers; /* merged */
    } merged[CASE_FORMS_MOST];
    size_t n_merged;
    err failed; /* why the records could not be read again after they were changed */
};

/* casefile_of: a casefile around a row and what was read with it; opens the facts. */
struct db_case;
err casefile_of(mem *ctx, const struct db_case *row, struct vault *vault, const db_records *rows,
                struct casefile **out);
/* case_revision_of: the newest revision of one record, 0 if there is none (held or not). */
int64_t case_revision_of(const struct casefile *c, const char *kind, const char *name,
                         enum compartment compartment);
/* case_revisions_of: the sum of the newest revisions of all records of a kind: it differs once one is added or changed. */
int64_t case_revisions_of(const struct casefile *c, const char *kind);
/* case_reload: reads the records again after a change was written. If that fails, the change is written
 * all the same, so the act has not failed; whoever asks the casefile for records is told then. */
void case_reload(struct node *node, struct casefile *c);

struct record_batch;
struct audit_event;
/* case_write_answers: all answers of a form as they shall be from now on: adds to the batch a new revision
 * in each held compartment where they differ from what is there, and fills in the audit event. */
err case_write_answers(struct node *node, struct actor *actor, struct casefile *c, const struct form *form,
                       const json_t *answers, const char *detail, struct record_batch *batch,
                       struct audit_event *event);

#endif
