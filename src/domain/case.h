/* case.h - a person's case: opened, found, listed, read, and its forms saved section by section.
 *
 * Everything about the person is in records (ciphertext, by compartment); what stands in
 * the clear is listed in docs/security.md. Called by web, api, cli and exchange. Checks what the
 * actor may at each call. Writes one audit line for each act, in the same transaction.
 *
 * Source: report, Working definitions ("Case manager"), Annex I; design §2, §6.
 */
#ifndef OPENTRM_DOMAIN_CASE_H
#define OPENTRM_DOMAIN_CASE_H

#include "base/compartment.h"
#include "base/id.h"
#include "base/json.h"
#include "form/answers.h"
#include "form/definition.h"

struct node;
struct actor;
struct vault;
struct facts;

/* What lists show. `name` is the label that the worker gave, NULL where the actor has no key. */
struct case_line {
    struct id id;
    char code[CASE_CODE_ROOM];
    const char *state;  /* open | closed */
    const char *origin; /* own | received */
    const char *name;
    const char *team_name;
    msec created_at;
    msec updated_at;
};

struct case_list {
    struct case_line *at;
    size_t n;
    bool more;           /* there is a next page */
    const char *next;    /* where it begins: opaque, for the address of the next page */
};

#define CASE_PAGE 50

/* An opened case, owned by the context it was opened in. Answers are the current ones, merged over the compartments that the
 * actor holds. */
struct casefile {
    struct id id;
    struct id organisation_id;
    struct id team_id;
    char code[CASE_CODE_ROOM];
    const char *state;
    const char *origin;
    msec created_at;
    msec updated_at;
    struct vault *vault;     /* the keys that the actor holds */
    compartment_set held;    /* compartments that the actor can read */
    const struct facts *facts;
    json_t *records;         /* array of {kind, name, compartment, revision, at, author, body} */
};

/* case_open: a new case owned by `team` (one of the actor's). Needs capability case_open. */
err case_open(struct node *node, struct actor *actor, struct id team, const char *label, mem *ctx,
              struct casefile **out);

/* case_find: by code as typed. ERR_NOT_FOUND also for cases of others: no one learns which codes
 * exist. ERR_INPUT for a code that can't be one. The reading is audited. */
err case_find(struct node *node, struct actor *actor, const char *code, mem *ctx,
              struct casefile **out);
/* case_find_id: the same by row id, for exchange. */
err case_find_id(struct node *node, struct actor *actor, struct id id, mem *ctx,
                 struct casefile **out);

/* case_mine: cases of the actor's teams, latest change first. `from` is the `next` of a page before or
 * NULL. */
err case_mine(struct node *node, struct actor *actor, const char *from, mem *ctx,
              struct case_list *out);

/* case_answers: the current answers of a form (a borrowed object, never NULL; do not change it). */
const json_t *case_answers(const struct casefile *c, const char *form_id);
/* case_revision: the sum of revisions of a form's records: what a page must hand back to save. */
int64_t case_revision(const struct casefile *c, const char *form_id);

/* case_save_section: replaces the answers of one section by `section_answers` (as form/input.h gives
 * them; the rest of the form stays). `seen` is the case_revision that the page showed: ERR_CONFLICT if somebody saved
 * meanwhile. ERR_DENIED if the section has answers in a compartment that the actor does not hold. */
err case_save_section(struct node *node, struct actor *actor, struct casefile *c,
                      const struct form *form, const char *section, const json_t *section_answers,
                      int64_t seen);

/* case_party: which roles this node's country has in the case, as the form's party bits. */
unsigned case_party(const struct node *node, const struct casefile *c);

#endif
