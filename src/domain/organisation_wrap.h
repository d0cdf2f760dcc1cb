/* organisation_wrap.h - an organisation's private keys wrapped to its teams. Inner header:
 * organisation.c, organisation_key.c. */
#ifndef OPENTRM_DOMAIN_ORGANISATION_WRAP_H
#define OPENTRM_DOMAIN_ORGANISATION_WRAP_H

#include "db/organisation_key.h"
#include "domain/actor.h"
#include "domain/organisation.h"
#include "domain/wrapping.h"

#define ORGANISATION_PURPOSES (1 + COMPARTMENTS)
/* organisation_purpose: "sign", then each compartment's name. */
const char *organisation_purpose(size_t i);

/* A team of an organisation and what its signed statement lets it hold. */
struct entitled {
    struct wrap_target target;
    compartment_set compartments;
    bool may_send;
};
bool entitled_to(const struct entitled *team, const char *purpose);
/* entitled_read: every team of the organisation whose statement verifies. */
err entitled_read(struct tx *tx, mem *ctx, const struct node *node, struct actor_keys *keys,
                  struct id organisation_id, struct entitled **out, size_t *n);

/* organisation_wrap_make: the private key (PKCS#8 DER) wrapped to a team, as a row. */
err organisation_wrap_make(mem *ctx, struct actor_keys *keys, const struct wrap_target *target,
                           const struct db_organisation_key *key, struct secret der,
                           struct db_organisation_wrap *out);
/* organisation_wrap_open: ERR_DENIED when the actor does not hold the team's key. */
err organisation_wrap_open(struct node *node, struct secret_arena *arena, struct actor_keys *keys,
                           const struct db_organisation_wrap *row, struct secret *der);

#endif
