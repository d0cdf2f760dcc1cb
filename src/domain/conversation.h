/* conversation.h - messages between two organisations about one case: lists, timeline, inbox.
 *
 * Reads what stands in the clear (states, times, evidence kinds), so it needs no key. What a message says
 * is in the case's records, or still sealed (exchange/incoming.h).
 *
 * Source: design §8 "Evidence states"; mission C4, E3.
 */
#ifndef OPENTRM_DOMAIN_CONVERSATION_H
#define OPENTRM_DOMAIN_CONVERSATION_H

#include "base/id.h"
#include "domain/case.h"

/* One step of the timeline. */
struct timeline_step {
    msec at;
    const char *state;      /* submitted relayed not_relayed delivered opened unreadable accepted declined
                               question answered followup withdrawn cancelled received filed */
    const char *class_;     /* of the message */
    const char *message_id;
    const char *handle;
    const char *evidence_id; /* "" if the step has none */
    const char *by;          /* organisation or partner, or "" */
    const char *words;       /* reason, question, answer: from the case's records; "" if none or withheld */
    const char *person;     /* the case manager that an accepting decision names; "" else */
    bool outgoing;
    size_t order;           /* of steps at the same time */
};

struct timeline {
    struct timeline_step *at; /* oldest first */
    size_t n;
    bool damaged; /* words of some messages can't be read: their steps are there without */
    bool damaged_consents;
};

/* conversation_timeline: every step of every conversation of a case. */
err conversation_timeline(struct node *node, struct actor *actor, const struct casefile *c, mem *ctx,
                          struct timeline *out);

/* A conversation of a case. */
struct conversation {
    const char *handle;
    const char *partner_id;
    const char *organisation_id; /* the other side's */
    const char *name;            /* its name, or its node's */
    const char *country;
    const char *state;
    bool began_here;
    msec created_at;
    msec due_at; /* 0 = none */
};

struct conversation_list {
    struct conversation *at; /* newest first */
    size_t n;
};

/* conversation_list: with whom the case is talked about. */
err conversation_list(struct node *node, struct actor *actor, const struct casefile *c, mem *ctx,
                      struct conversation_list *out);

/* conversation_evidence: the signed bytes behind a step of the case's timeline, and their kind. ERR_NOT_FOUND also
 * for the evidence of another case. Needs capability evidence_read; audited. Owned by ctx. */
err conversation_evidence(struct node *node, struct actor *actor, const struct casefile *c, struct id evidence_id,
                          mem *ctx, const char **kind, struct bytes *out);

struct inbox_line {
    struct id received_id;
    const char *message_id;
    const char *class_;
    const char *state;        /* new delivered opened unreadable filed frozen */
    const char *from;         /* the partner organisation's name, or the node's */
    const char *country;
    const char *organisation; /* ours, that it is for */
    const char *handle;
    const char *case_code;    /* "" while it belongs to none */
    msec received_at;
    msec due_at;              /* 0 = none */
    bool overdue;
};

struct inbox {
    struct inbox_line *at;
    size_t n;
};

/* inbox_list: what came for the actor's organisations and still waits for a person: referrals and alarms
 * that no one has accepted or declined, questions, answers, follow-ups not yet opened. */
err inbox_list(struct node *node, struct actor *actor, mem *ctx, struct inbox *out);
/* inbox_count: how many of them nobody has opened. */
err inbox_count(struct node *node, struct actor *actor, size_t *out);

#endif
