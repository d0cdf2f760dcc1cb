/* actor.h - who asks: a person with the keys of this request, or the node itself without any.
 *
 * Made by session_open at the start of a request and gone with its context; keys lie in one guarded
 * arena. Belongs to one thread. Everything in domain and up takes it; `actor_may` is how it asks
 * what the roles allow, vault.h and organisation.h how it asks what the keys allow.
 */
#ifndef OPENTRM_DOMAIN_ACTOR_H
#define OPENTRM_DOMAIN_ACTOR_H

#include "authz/authz.h"
#include "base/compartment.h"
#include "base/id.h"
#include "crypto/secret.h"

struct node;
struct actor_keys; /* domain/keys.h */

#define ACTOR_TEAMS_MOST 16

/* A team that the actor is a confirmed member of. */
struct actor_team {
    struct id id;
    struct id organisation_id;
    const char *name;
    compartment_set compartments; /* which keys of its organisation the team may hold */
    bool may_send;                /* may use the organisation's signing key */
    int64_t generation;           /* of the team key; the actor holds this and all before */
};

struct actor {
    struct id user_id; /* unset: the node itself */
    struct id organisation_id;
    const char *login;
    const char *display_name;
    const char *language;
    role_set roles;
    struct actor_team *teams;
    size_t n_teams;
    struct id team_ids[ACTOR_TEAMS_MOST]; /* the same, for queries: actor_team_ids */
    struct bytes
        session;      /* hash of the session's id, for audit_read_needed; empty without session */
    const char *csrf; /* token of this session's forms: from the session key, kept nowhere. NULL
                         without session */
    struct secret_arena *arena;
    struct actor_keys *keys; /* NULL: holds none */
};

/* actor_system: background work: role `system`, no keys. */
err actor_system(mem *ctx, struct node *node, struct actor **out);

/* actor_may: by role. actor_need: the same, ERR_DENIED if not. NULL (nobody signed in) may what is
 * public. */
bool actor_may(const struct actor *actor, enum capability capability);
err actor_need(const struct actor *actor, enum capability capability);

/* actor_team_of: the actor's team with that id, NULL if not theirs. */
const struct actor_team *actor_team_of(const struct actor *actor, struct id team_id);
/* actor_team_ids: ids of all teams, owned by the actor; for db_case_list and the like. */
const struct id *actor_team_ids(const struct actor *actor);
/* actor_in_organisation: is it the actor's own, or that of one of their teams? */
bool actor_in_organisation(const struct actor *actor, struct id organisation_id);
/* actor_organisations: those of the actor's teams, each once. How many. */
size_t actor_organisations(const struct actor *actor, struct id out[static ACTOR_TEAMS_MOST]);

#endif
