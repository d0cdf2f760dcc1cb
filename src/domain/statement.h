/* statement.h - what administrators and members sign, and the chain by which it is believed.
 *
 *   root signer (made by init, pinned in every user's own keys)
 *     -> appointment   an administrator and their keys
 *          -> team        what a team may hold, its first public key
 *          -> membership  a user and their keys belong to a team
 *               -> team_key  a later public key of the team, signed by a member
 *
 * A statement is canonical JSON (keys sorted, no white space) under an Ed25519 signature with the
 * label "opentrm statement"; every one names its node. Inner header of domain's identity half.
 */
#ifndef OPENTRM_DOMAIN_STATEMENT_H
#define OPENTRM_DOMAIN_STATEMENT_H

#include "authz/authz.h"
#include "base/compartment.h"
#include "base/id.h"
#include "crypto/box.h"
#include "crypto/sign.h"
#include "db/statement.h"
#include "db/team.h"

struct node;

enum statement_type {
    STATEMENT_APPOINTMENT,
    STATEMENT_TEAM,
    STATEMENT_MEMBERSHIP,
    STATEMENT_TEAM_KEY,
    STATEMENT_TYPES
};
const char *
statement_type_name(enum statement_type type); /* appointment | team | membership | team_key */

/* Which members a type has is a table in statement.c; the others are zero. */
struct statement {
    enum statement_type type;
    struct id user_id;            /* appointment, membership */
    struct sign_public sign;      /* appointment, membership: the user's */
    struct box_public box;        /* membership: the user's; team, team_key: the team's */
    role_set roles;               /* appointment, membership */
    struct id team_id;            /* team, membership, team_key */
    struct id organisation_id;    /* team */
    compartment_set compartments; /* team, membership */
    bool may_send;                /* team, membership */
    int64_t generation;           /* team_key (a team's first is 1) */
    struct id membership_id;      /* team_key: by which its signer is a member */
    msec since;
};

/* statement_sign: ready for the store. signer_id is the signing user. */
err statement_sign(mem *ctx, const struct node *node, const struct sign_pair *pair,
                   struct id signer_id, const struct statement *statement,
                   struct db_statement *out);
/* statement_verify: that `by` signed it, for this node, of that type; and what it says. ERR_CRYPTO.
 */
err statement_verify(const struct node *node, const struct sign_public *by,
                     enum statement_type type, struct bytes text, struct bytes signature,
                     struct statement *out);

/* The chain, read from the store in a snapshot. `root` comes from the actor's own keys. ERR_CRYPTO
 * when a link is missing or does not verify. */

/* signer_verify: the signing key of an administrator: appointed by another, up to the root. */
err signer_verify(struct tx *tx, const struct node *node, const struct sign_public *root,
                  struct id administrator, struct sign_public *out);
/* membership_verify: signed by an administrator, about that team and user. */
err membership_verify(struct tx *tx, const struct node *node, const struct sign_public *root,
                      const struct db_membership *row, struct statement *out);
/* team_verify: what the team may hold, and the public key of its present generation. */
err team_verify(struct tx *tx, const struct node *node, const struct sign_public *root,
                const struct db_team *team, struct statement *out);
/* team_box_verify: the public key of one of the team's generations, the present or an older one. */
err team_box_verify(struct tx *tx, const struct node *node, const struct sign_public *root,
                    const struct db_team *team, int64_t generation, struct box_public *out);
/* member_sign_verify: the signing key of somebody whom an administrator ever made a member of a
 * team. */
err member_sign_verify(struct tx *tx, const struct node *node, const struct sign_public *root,
                       struct id user_id, struct sign_public *out);

/* statement_may: what a team's statement says it may, without verifying: for lists only. */
err statement_may(struct bytes text, compartment_set *compartments, bool *may_send);

/* Words of table columns: "send identity health ...". */
err may_words(mem *ctx, compartment_set compartments, bool may_send, const char **out);
err may_read(const char *words, compartment_set *compartments, bool *may_send);

#endif
