/* contact.h - the directory: who answers for which procedure in which country.
 *
 * Entries come from a CSV (data/directory/, import) and from the node cards of partners; the latter can
 * be written to by this node. Institutions only, never a person's private channel.
 *
 * Source: report, Annex II; Box 8, Box 11; mission D.
 */
#ifndef OPENTRM_DOMAIN_CONTACT_H
#define OPENTRM_DOMAIN_CONTACT_H

#include "base/id.h"
#include "base/json.h"

struct node;
struct actor;

/* The five procedures of Table 2, and interpretation (Annex I, 8). Codes, as in the CSV. */
#define PROCEDURE_CODES "identification first_assistance longer_term return proceedings interpretation"
bool contact_procedure_known(const char *code);

struct contact {
    struct id id;
    const char *country;
    const char *body;       /* name of the institution */
    const json_t *names;    /* its name by language: {"it": ..., "sq": ...}; NULL = none (contact_name) */
    const char *city;
    const char *procedures; /* codes, space separated */
    const char *roles;      /* child_authority focal_point ..., space separated */
    const char *telephone, *fax, *email, *address; /* "" = unknown */
    const char *languages;
    const char *hours;
    const char *source;
    const char *verified;   /* "2012-08" or a day; "" = never */
    const char *organisation_id; /* set: can be reached through a node */
    const char *partner_id;
};

struct contact_list {
    struct contact *at;
    size_t n;
};

/* contact_search: country and procedure may be NULL (any). Reachable ones first, then by name. At most 200. */
err contact_search(struct node *node, mem *ctx, const char *country, const char *procedure,
                   struct contact_list *out);
err contact_get(struct node *node, mem *ctx, struct id id, struct contact *out);
/* contact_name: the body's name in a language ("sq", "sq-AL"), or as its own country wrote it. */
const char *contact_name(const struct contact *contact, const char *language);
/* contact_countries: array of codes that have an entry, sorted. */
err contact_countries(struct node *node, mem *ctx, json_t **out);

/* contact_import: a directory CSV; all or nothing. `problem` gets "line N: sentence" on ERR_INPUT. */
err contact_import(struct node *node, struct bytes csv, mem *ctx, size_t *count, const char **problem);

#endif
