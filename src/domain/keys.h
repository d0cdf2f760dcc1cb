/* keys.h - the unlocked keys of one actor: their own pair of key pairs, the pinned root signer,
 * their teams' keys.
 *
 * Inner header of domain's identity half (user, session, team, organisation, vault); nobody else
 * includes it. Everything lies in the actor's arena.
 */
#ifndef OPENTRM_DOMAIN_KEYS_H
#define OPENTRM_DOMAIN_KEYS_H

#include "base/id.h"
#include "base/vec.h"
#include "crypto/box.h"
#include "crypto/password.h"
#include "crypto/sign.h"

/* A user's own keys as they are wrapped: seed of X25519, seed of Ed25519, and the public key of the
 * root signer, so that whoever changes the store cannot change whom this user trusts. */
#define BUNDLE_SIZE (3 * 32)

struct team_key {
    struct id team_id;
    int64_t generation;
    struct secret key;  /* 32 bytes: opens everything of the team */
    struct secret wrap; /* derived when first needed */
};

#define TEAM_KEYS_MOST 200 /* generations of all teams together; a session carries them */

/* Whose signature was verified already, up to `root`: for this request. */
struct known_signer {
    struct id user_id;
    bool administrator;
    struct sign_public key;
};
#define KNOWN_SIGNERS_MOST 64

struct actor_keys {
    struct id user_id; /* whose; set by actor_load */
    struct secret_arena *arena;
    struct secret bundle;
    struct sign_public root;
    struct box_pair box; /* made when first needed */
    struct sign_pair sign;
    VEC(struct team_key) teams;
    VEC(struct known_signer) signers; /* wrapping.c */
    mem *ctx;
};

/* keys_new: from a bundle in the arena. */
err keys_new(mem *ctx, struct secret_arena *arena, struct secret bundle, struct actor_keys **out);
/* bundle_new: fresh seeds with that root; `root` NULL makes the new signing key the root itself. */
err bundle_new(struct secret_arena *arena, const struct sign_public *root, struct secret *out);
/* bundle_seal / bundle_open: under the KEK of a password or of a recovery code. */
err bundle_seal(mem *ctx, struct secret bundle, struct secret kek, struct id user_id,
                const char *opened_by, struct bytes *out);
err bundle_open(struct secret_arena *arena, struct bytes blob, struct secret kek, struct id user_id,
                const char *opened_by, struct secret *out);

/* The actor's own key pairs. */
err keys_box(struct actor_keys *keys, const struct box_pair **out);
err keys_sign(struct actor_keys *keys, const struct sign_pair **out);

/* Team keys. keys_team_add does nothing if it is there. keys_team: ERR_DENIED if it is not. */
err keys_team_add(struct actor_keys *keys, struct id team_id, int64_t generation,
                  struct secret key);
err keys_team(struct actor_keys *keys, struct id team_id, int64_t generation,
              struct team_key **out);
bool keys_team_holds(const struct actor_keys *keys, struct id team_id, int64_t generation);
/* keys_team_wrap: the key that wraps for the team's members. */
err keys_team_wrap(struct actor_keys *keys, struct id team_id, int64_t generation,
                   struct secret *out);
/* team_box_pair: the pair that non-members seal to, from a team key. */
err team_box_pair(struct secret_arena *arena, struct secret team_key, struct box_pair *out);

/* A team key sealed to a member. The box says nothing of who made it: before an opened key is used,
 * its public half is compared with the signed one (actor_load). */
err team_key_seal(mem *ctx, struct secret team_key, struct id team_id, int64_t generation,
                  struct id user_id, const struct box_public *to, struct bytes *out);
err team_key_open(struct secret_arena *arena, struct actor_keys *keys, struct id team_id,
                  int64_t generation, struct id user_id, struct bytes blob, struct secret *out);

/* keys_pack: everything as one secret, for a session. keys_unpack: back. */
err keys_pack(const struct actor_keys *keys, struct secret *out);
err keys_unpack(mem *ctx, struct secret_arena *arena, struct secret packed,
                struct actor_keys **out);

#endif
