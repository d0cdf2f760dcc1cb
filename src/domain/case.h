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

/* One record of an opened case, decrypted. */
struct case_record {
    const char *kind; /* form | facts | consent | sent | received | note | exception */
    const char *name;
    enum compartment compartment;
    int64_t revision;
    msec at;
    struct id author; /* unset: the node */
    json_t *body;
};

struct case_records {
    const struct case_record *at;
    size_t n;
};

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
    compartment_set there;   /* compartments in which the case has anything: there & ~held is withheld */
    compartment_set damaged; /* see case_leave_out_damaged */
    bool facts_damaged;      /* the facts are there and can't be read: `facts` are empty ones */
    const struct facts *facts; /* never NULL; empty ones while none are recorded or held */
    struct case_content *content; /* ciphertext as read, opened when asked for */
    mem *ctx;                /* what the casefile and everything read from it belongs to */
};

/* case_records: the current records of a kind that the actor can read, decrypted, ordered by name and
 * compartment. Owned by the casefile. ERR_CRYPTO if one was tampered with. */
err case_records(const struct casefile *c, const char *kind, struct case_records *out);
/* case_records_readable: those that open; *damaged: others did not. For showing, and for ending a consent: nothing may
 * be allowed by what is left when a part of it can't be read. */
err case_records_readable(const struct casefile *c, const char *kind, struct case_records *out, bool *damaged);
/* case_records_named: those of one name, whatever became of the others. ERR_CRYPTO if one of them was tampered with. */
err case_records_named(const struct casefile *c, const char *kind, const char *name, struct case_records *out);
/* case_record_one: ERR_NOT_FOUND. */
err case_record_one(const struct casefile *c, const char *kind, const char *name,
                    enum compartment compartment, const struct case_record **out);

/* case_open: a new case owned by `team` (one of the actor's). Needs capability case_open. */
err case_open(struct node *node, struct actor *actor, struct id team, const char *label, mem *ctx,
              struct casefile **out);

/* What case_open and the acceptance of a referral share: any team of the node (keys go to it by sealed boxes where the actor is
 * no member), any facts. Checks no capability. case_prepare makes the keys and seals; case_insert writes the rows, in a
 * transaction that may do more; case_made gives the casefile, whose code is known only then. case_preparing gives it
 * before, for sealing more into it. case_draft is case_prepare without writing the keys: case_keys_insert does that, in a
 * transaction of keys.db, which must have ended before case_insert. */
struct wrap_target;
struct case_wish {
    struct id team;
    struct id organisation;
    const char *origin; /* own | received */
    const char *state;  /* open | closed; NULL: open */
    const struct facts *facts;
    const struct wrap_target *target; /* the team's, verified already in this request; NULL: looked up */
};
struct case_making;
struct tx;
err case_draft(struct node *node, struct actor *actor, const struct case_wish *wish, mem *ctx, struct case_making **out);
err case_keys_insert(struct tx *tx, struct case_making *making);
err case_prepare(struct node *node, struct actor *actor, const struct case_wish *wish, mem *ctx,
                 struct case_making **out);
struct casefile *case_preparing(struct case_making *making);
err case_insert(struct tx *tx, struct case_making *making);
struct casefile *case_made(struct case_making *making);

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

/* case_answers: the current answers of a form in the compartments that the actor holds, merged; an empty object
 * if there are none. The form may have changed since they were given: what it does not know any more is passed over.
 * *out belongs to the casefile: do not change it. */
err case_answers(const struct casefile *c, const struct form *form, json_t **out);
/* case_answer: the answer to one question outside of repeats, without opening the other compartments; NULL: none, or withheld. */
err case_answer(const struct casefile *c, const struct form *form, const struct form_item *item, const json_t **out);
/* case_leave_out_damaged: answers that don't open with the key that they are under (a damaged disk, a changed
 * store) count as withheld from then on, so that the rest can be read and saved and what is damaged stays as
 * it is, for whoever has a backup. Their compartments go from `held` to `damaged`. For pages. */
err case_leave_out_damaged(struct casefile *c);
/* case_revision: the sum of the revisions of a form's records that the actor holds: what a page hands back to
 * save, so that it can't overwrite what somebody else saved meanwhile. */
int64_t case_revision(const struct casefile *c, const char *form_id);

/* case_save_section: replaces the answers of one section by `section_answers` (as form/input.h gives
 * them; the rest of the form stays). `seen` is the case_revision that the page showed: ERR_CONFLICT if somebody saved
 * meanwhile. Answers in compartments that the actor does not hold stay as they are. */
err case_save_section(struct node *node, struct actor *actor, struct casefile *c,
                      const struct form *form, const char *section, const json_t *section_answers,
                      int64_t seen);

/* case_party: which roles this node's country has in the case, as the form's party bits. */
unsigned case_party(const struct node *node, const struct casefile *c);
/* case_eval: from where the forms of this case are looked at: now, our roles, the compartments held. */
struct form_eval case_eval(const struct node *node, const struct casefile *c);

#endif
