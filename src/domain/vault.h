/* vault.h - the keys of one case (or of one received message) that an actor holds, and what they
 * seal and open.
 *
 * One key of 32 bytes for each compartment, with generations. Each is wrapped to the teams that
 * need it: under the team key where the writer is a member (a microsecond), as a sealed box where
 * not; the first member who opens a box replaces it. A record is AEAD ciphertext bound to subject,
 * kind, name, compartment, generation and revision: moved or swapped, it does not open. A
 * compartment without a key is withheld and says so.
 *
 * Wraps are in keys.db and are added before the records that need them (design §5). Called by
 * domain (case) and exchange (received messages). Never decides by role: the keys decide.
 */
#ifndef OPENTRM_DOMAIN_VAULT_H
#define OPENTRM_DOMAIN_VAULT_H

#include "base/compartment.h"
#include "base/id.h"
#include "db/record.h"
#include "domain/actor.h"
#include "domain/node.h"

enum vault_kind { VAULT_CASE, VAULT_MESSAGE };

struct vault; /* keys in the actor's arena: lives no longer than the actor */

/* Who gets which compartments. */
struct vault_share {
    struct id team_id;
    compartment_set compartments;
};
#define VAULT_SHARES_MOST 16

/* vault_create: fresh keys for `subject`, wrapped to the shares, in keys.db before it returns. The
 * vault holds all keys that were made, even where the actor is no member, for this request only.
 * Every compartment of the shares gets a key, and no other: a case's shares cover all five
 * together. ERR_CRYPTO if a team's public key is not signed. */
err vault_create(struct node *node, struct actor *actor, enum vault_kind kind, struct id subject,
                 const struct vault_share *shares, size_t n_shares, mem *ctx, struct vault **out);

/* vault_open: what the actor's teams hold: one query. ERR_NOT_FOUND if nothing: as if it were not
 * there. */
err vault_open(struct node *node, struct actor *actor, enum vault_kind kind, struct id subject,
               mem *ctx, struct vault **out);
/* vault_open_list: for a page of cases at once, one compartment, newest generation: labels for a
 * list. out[i] is NULL where the actor holds nothing that opens. n at most DB_PAGE_MOST. */
err vault_open_list(struct node *node, struct actor *actor, const struct id *cases, size_t n,
                    enum compartment compartment, mem *ctx, struct vault **out);

/* vault_held: compartments that it opens; all others are withheld. */
compartment_set vault_held(const struct vault *vault);
bool vault_holds(const struct vault *vault, enum compartment compartment);
struct id vault_subject(const struct vault *vault);

/* What a ciphertext is bound to. */
struct vault_label {
    const char *kind; /* as in table record */
    const char *name;
    enum compartment compartment;
    int64_t revision;
};

/* vault_freshen: before writing to these compartments: makes a new generation where somebody lost
 * access since the present one was made. Cheap when there is nothing to do (reads what vault_open
 * read). Call it outside a transaction. */
err vault_freshen(struct node *node, struct actor *actor, struct vault *vault,
                  compartment_set compartments);

/* vault_seal: under the newest key of the compartment; `generation` goes into the row. ERR_DENIED
 * if withheld. */
err vault_seal(struct vault *vault, const struct vault_label *label, struct bytes plain, mem *ctx,
               struct bytes *sealed, int64_t *generation);
/* vault_open_sealed: ERR_DENIED if withheld (no key of that compartment and generation), ERR_CRYPTO
 * if it is not what the label says. */
err vault_open_sealed(struct vault *vault, const struct vault_label *label, int64_t generation,
                      struct bytes sealed, mem *ctx, struct bytes *plain);
/* vault_open_record: the same for a row. */
err vault_open_record(struct vault *vault, const struct db_record *row, mem *ctx,
                      struct bytes *plain);

/* vault_grant: another team gets these compartments, all generations that the vault holds.
 * ERR_DENIED for a compartment that it does not hold. Cases only. */
err vault_grant(struct node *node, struct actor *actor, struct vault *vault,
                struct vault_share share);
/* vault_revoke: the team's wraps are destroyed; a new generation of these compartments is wrapped
 * to all others that held them. What the team has read it has read. ERR_STATE if nobody else would
 * hold one. */
err vault_revoke(struct node *node, struct actor *actor, struct vault *vault,
                 struct vault_share share);

/* vault_holders: who holds what, for the page of a case. Owned by ctx. */
struct vault_holder_list {
    struct vault_share *at;
    size_t n;
};
err vault_holders(struct node *node, struct vault *vault, mem *ctx, struct vault_holder_list *out);

/* vault_destroy: all wraps of the subject, for good: it is put into the list of erasures first
 * (domain/erasure.h), so that no backup brings it back. ERR_BUSY: it will be finished later. */
err vault_destroy(struct node *node, enum vault_kind kind, struct id subject);
/* vault_discard: keys that were made for what did not come about: nothing was ever sealed under
 * them. */
err vault_discard(struct node *node, enum vault_kind kind, struct id subject);

#endif
