/* facts.h - what steers a case: its label in lists, the countries and their roles, whether the person
 * may be a child, the guardian. One record of the case, in `identity`.
 *
 * Source: report, Working definitions ("Child", "Guardian", "Country of ..."), Box 11; mission B3.
 */
#ifndef OPENTRM_DOMAIN_FACTS_H
#define OPENTRM_DOMAIN_FACTS_H

#include "base/date.h"
#include "domain/case.h"

/* Roles of a country in a case: bits, the form's party bits. */
struct facts_country {
    char code[3];   /* ISO 3166 alpha-2, XK for Kosovo */
    unsigned roles; /* PARTY_EXPLOITATION | ... */
};

#define FACTS_COUNTRIES 16

enum child_status {
    CHILD_UNKNOWN, /* nothing known: treated as possibly a child */
    CHILD_NO,      /* known to be 18 or over */
    CHILD_YES,
    CHILD_MAYBE    /* age unknown, possibly under 18 */
};

struct facts {
    const char *label; /* how the team calls the case; "" if none */
    struct facts_country countries[FACTS_COUNTRIES];
    size_t n_countries;
    enum child_status child;    /* as the worker said; facts_child decides */
    const char *guardian_name;  /* "" if none */
    const char *guardian_contact;
    int64_t revision;
};

/* facts_save: ERR_INPUT for an unknown country, a country twice, a country without a role, fewer than one. */
err facts_save(struct node *node, struct actor *actor, struct casefile *c, const struct facts *new_facts);

/* facts_child: the status that counts: the date of birth if it is known, then the age band, then
 * what the worker said; nobody is an adult by default. */
err facts_child(const struct node *node, const struct casefile *c, const struct form *form,
                enum child_status *out);
/* facts_child_of: the rule itself. The form marks its questions by bind::trm:statistic: birth_date (a date),
 * age_band (under_18, over_18). */
enum child_status facts_child_of(const struct form *form, const json_t *answers, enum child_status said,
                                 struct date today);
/* facts_item: the question outside of repeats that feeds a statistic, NULL if the form has none. */
#define FACTS_BIRTH "birth_date"
#define FACTS_AGE_BAND "age_band"
#define FACTS_SEX "sex"
const struct form_item *facts_item(const struct form *form, const char *statistic);

/* facts_may_be_child: everything but CHILD_NO. */
bool facts_may_be_child(enum child_status s);

/* Names of the status, as in pages and records: unknown no yes maybe. */
const char *facts_child_name(enum child_status status);
err facts_child_parse(const char *name, enum child_status *out);

/* facts_check: what facts_save asks first. */
err facts_check(const struct facts *facts);
/* The member of the record that holds the label. */
#define FACTS_LABEL "label"
/* facts_read / facts_json: the record's JSON and back. */
err facts_read(mem *ctx, const json_t *body, struct facts *out);
err facts_json(const struct facts *facts, json_t **out);

#endif
