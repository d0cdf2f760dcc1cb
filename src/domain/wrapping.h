/* wrapping.h - a key (or a private key) wrapped to a team: symmetric by its members, sealed by
 * others.
 *
 * The first byte of a wrap says which: 1 is AEAD (crypto/aead.h), 3 a sealed box with its signer:
 * 36 characters of the user's id, 64 bytes Ed25519 with the label "opentrm sealed wrap", the box. A
 * box alone is anonymous: whoever reads a team's public key in the store can make one, so it is
 * opened only if somebody signed it whom an administrator made a member of a team (or, for an
 * organisation's keys, an administrator), verified up to the root that the opener's own keys
 * remember. Inner header of domain's identity half (vault, organisation).
 */
#ifndef OPENTRM_DOMAIN_WRAPPING_H
#define OPENTRM_DOMAIN_WRAPPING_H

#include "crypto/aead.h"
#include "db/wrap.h"
#include "domain/keys.h"
#include "domain/node.h"

/* A team that something is wrapped to. */
struct wrap_target {
    struct id team_id;
    int64_t generation;
    bool member;           /* the actor holds the key of that generation: symmetric */
    struct box_public box; /* verified; used where the actor is no member */
};

/* wrap_target_find: reads and verifies. ERR_NOT_FOUND: no such team. ERR_CRYPTO: its public key is
 * not signed, or a member holds another key than the signed one: whoever can change the store can
 * seal any key to a member. */
err wrap_target_find(struct tx *tx, const struct node *node, struct actor_keys *keys,
                     struct id team_id, struct wrap_target *out);

/* wrap_member_check: does the actor hold the team's key of this generation? ERR_CRYPTO: what they
 * hold is not the key of the verified `box`. */
err wrap_member_check(const struct node *node, struct secret_arena *arena, struct actor_keys *keys, struct id team_id,
                      int64_t generation, const struct box_public *box, bool *member);

/* What a wrap is of: begins the additional data; team and generation are added by these functions.
 */
err wrap_make(mem *ctx, struct actor_keys *keys, const struct wrap_target *target,
              const struct ad *what, struct secret key, struct bytes *blob);
/* Whose signature on a sealed wrap counts. */
enum wrap_signers {
    WRAP_BY_MEMBERS, /* members of any team, present or past: keys of cases and messages */
    WRAP_BY_OFFICE   /* administrators as well: keys of organisations */
};
/* wrap_open: into `arena`. ERR_DENIED when the actor does not hold that generation of the team's
 * key. ERR_CRYPTO: was changed or moved, or a box that nobody signed whose signature counts. Reads
 * records: must not be called in a transaction. */
err wrap_open(struct node *node, struct secret_arena *arena, struct actor_keys *keys,
              struct id team_id, int64_t team_generation, enum wrap_signers signers,
              const struct ad *what, struct bytes blob, struct secret *key);
bool wrap_is_sealed(struct bytes blob);

#endif
