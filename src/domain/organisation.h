/* organisation.h - the agencies on this node and their keys.
 *
 * An organisation has a signing key and one decryption key for each compartment (RSA-3072 with
 * self-signed X.509 certificates, published on the node card). Private keys are wrapped to the
 * teams that may use them: by the administrator who makes them as sealed boxes, by members under
 * the team key. The node itself can open none.
 */
#ifndef OPENTRM_DOMAIN_ORGANISATION_H
#define OPENTRM_DOMAIN_ORGANISATION_H

#include "domain/actor.h"
#include "domain/node.h"

#define ORGANISATION_KEY_DAYS 1095 /* validity of a certificate */

struct organisation_wish {
    const char *name;
    const char *procedures; /* codes, a space between */
    const char *languages;  /* codes, a space between */
    bool child_authority;
    bool focal_point;
};

/* organisation_create: needs organisation_manage. Its country is the node's. Has no keys yet. */
err organisation_create(struct node *node, struct actor *actor,
                        const struct organisation_wish *wish, struct id *organisation_id);

/* organisation_keys_make: makes the keys it lacks (signing and each compartment), wrapped to every
 * team of it whose signed statement allows. ERR_STATE if no team may hold one of them: create teams
 * first. Takes a second or two. Needs organisation_manage. */
err organisation_keys_make(struct node *node, struct actor *actor, struct id organisation_id);

/* organisation_keys_share: for each key that the actor's teams hold: wraps it to teams of the same
 * organisation that may hold it and do not. Part of team_settle. */
err organisation_keys_share(struct node *node, struct actor *actor);

/* A key that the actor may use, with its certificate. */
struct organisation_key {
    const struct private_key *key;
    const struct certificate *certificate;
    int64_t generation;
};
#define ORGANISATION_GENERATIONS_MOST 8
struct organisation_key_list {
    struct organisation_key at[ORGANISATION_GENERATIONS_MOST]; /* newest first */
    size_t n;
};

/* organisation_signing_key: the one in use. ERR_DENIED: no team of the actor's holds it.
 * ERR_NOT_FOUND: it has none. */
err organisation_signing_key(struct node *node, struct actor *actor, struct id organisation_id,
                             mem *ctx, struct organisation_key *out);
/* organisation_decryption_keys: all generations that the actor's teams hold, for what was sealed to
 * an older certificate too. ERR_DENIED if none. */
err organisation_decryption_keys(struct node *node, struct actor *actor, struct id organisation_id,
                                 enum compartment compartment, mem *ctx,
                                 struct organisation_key_list *out);

/* organisation_certificate: what partners seal to or verify with: the newest in use. Public.
 * `signing` or the compartment's. ERR_NOT_FOUND. */
err organisation_certificate_signing(struct node *node, struct id organisation_id, mem *ctx,
                                     const struct certificate **out);
err organisation_certificate_for(struct node *node, struct id organisation_id,
                                 enum compartment compartment, mem *ctx,
                                 const struct certificate **out);

#endif
