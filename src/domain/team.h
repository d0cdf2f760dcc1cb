/* team.h - people of one organisation who share a team key.
 *
 * An administrator creates teams and signs who belongs to them, but holds no team key: the first
 * key is sealed to the first members and wiped. Later members are pending until a member of the
 * team confirms them, which verifies the administrator's signature (up to the root signer that the
 * member's own keys remember) and seals the key to them. Ending a membership ends access at once
 * and queues a new generation of the key, which the next member who signs in makes.
 */
#ifndef OPENTRM_DOMAIN_TEAM_H
#define OPENTRM_DOMAIN_TEAM_H

#include "domain/actor.h"
#include "domain/node.h"

#define TEAM_NAME_MOST 200 /* bytes */
#define TEAM_MEMBERS_MOST 200

struct team_wish {
    struct id organisation_id;
    const char *name;
    compartment_set compartments; /* keys of the organisation that the team may hold */
    bool may_send;                /* and its signing key */
    const struct id
        *members; /* activated users of the organisation, at least one, no administrators */
    size_t n_members;
};

/* team_create: needs team_manage. */
err team_create(struct node *node, struct actor *actor, const struct team_wish *wish,
                struct id *team_id);

struct team {
    struct id id;
    struct id organisation_id;
    const char *name;
    compartment_set compartments;
    bool may_send;
    int64_t generation;
    bool rotation_due;
};
struct team_list {
    struct team *at;
    size_t n;
};
/* team_all: by organisation and name. Anybody signed in. `organisation` unset = of all. */
err team_all(struct node *node, struct id organisation, mem *ctx, struct team_list *out);
err team_get(struct node *node, struct id team_id, mem *ctx, struct team *out);

struct team_member {
    struct id membership_id;
    struct id user_id;
    const char *login;
    const char *display_name;
    bool pending; /* waits for a member to confirm */
    msec since;
};
struct team_member_list {
    struct team_member *at;
    size_t n;
};
/* team_members: that have not ended. With team_manage, or a member's own team. */
err team_members(struct node *node, struct actor *actor, struct id team_id, mem *ctx,
                 struct team_member_list *out);

/* team_member_add: the administrator signs; pending until confirmed. ERR_STATE for a user without
 * keys, ERR_INPUT for an administrator or one of another organisation, ERR_CONFLICT if a member
 * already. */
err team_member_add(struct node *node, struct actor *actor, struct id team_id, struct id user_id,
                    struct id *membership_id);
/* team_member_confirm: by a member of the team (capability team_confirm). ERR_CRYPTO if the
 * statement does not verify: signature, keys, or a signer who is no administrator of this node.
 * Nothing is sealed then. */
err team_member_confirm(struct node *node, struct actor *actor, struct id membership_id);
/* team_member_end: access ends at once: wraps deleted, the user's sessions ended; rotation queued.
 */
err team_member_end(struct node *node, struct actor *actor, struct id membership_id);

/* team_rotate: the next generation of the team key, sealed to every member whose statement
 * verifies. By a member. What is written from now on uses it; cases get a new generation of their
 * keys when they are next written to. */
err team_rotate(struct node *node, struct actor *actor, struct id team_id);
/* team_settle: what waits for this actor as a member: due rotations, organisation keys for other
 * teams. Called by session_sign_in. */
err team_settle(struct node *node, struct actor *actor);

#endif
