/* authz.h - the only "may they?": roles and their capabilities, in one table.
 *
 * A capability says what kind of thing a person may do at all. Which case, which compartment is not
 * decided here but by the keys that they hold (domain/vault.h). Called through actor_may
 * (domain/actor.h); routes and commands name their capability in their tables. A role that comes
 * later is one column, a capability one row.
 */
#ifndef OPENTRM_AUTHZ_AUTHZ_H
#define OPENTRM_AUTHZ_AUTHZ_H

#include "base/bytes.h"

enum role {
    ROLE_CASE_WORKER,
    ROLE_INTAKE_OFFICER,
    ROLE_ADMINISTRATOR, /* users, teams, partners; reads no case */
    ROLE_SYSTEM,        /* background work of the node itself: no person, no keys */
    ROLES
};

typedef uint32_t role_set; /* 1 << enum role */

static inline role_set role_bit(enum role r) { return (role_set)1 << r; }
static inline bool role_in(role_set set, enum role r) { return (set & role_bit(r)) != 0; }

enum capability {
    CAPABILITY_UNSET = 0, /* nobody may: what a forgotten row gets */
    CAPABILITY_PUBLIC,    /* without signing in: sign-in, activation, static files, health */
    CAPABILITY_ACCOUNT_OWN,
    CAPABILITY_CASE_OPEN,
    CAPABILITY_CASE_READ,
    CAPABILITY_CASE_WRITE,
    CAPABILITY_CASE_GRANT, /* let another team in, or out */
    CAPABILITY_CONSENT_RECORD,
    CAPABILITY_REFERRAL_SEND,
    CAPABILITY_INBOX_READ,
    CAPABILITY_REFERRAL_DECIDE,
    CAPABILITY_FOLLOWUP_SEND,
    CAPABILITY_EVIDENCE_READ,
    CAPABILITY_DIRECTORY_READ,
    CAPABILITY_TEAM_CONFIRM, /* seal the team's key to a new member; rotate it */
    CAPABILITY_USER_MANAGE,
    CAPABILITY_TEAM_MANAGE,
    CAPABILITY_ORGANISATION_MANAGE,
    CAPABILITY_PARTNER_MANAGE,
    CAPABILITY_AUDIT_READ,
    CAPABILITY_EXCHANGE_RUN, /* deliver, file what comes in, receipts of the node */
    CAPABILITIES
};

/* authz_may: may somebody with these roles do this? No roles: only what is public. */
bool authz_may(role_set roles, enum capability capability);

/* role_name: "case_worker"; role_parse: ERR_INPUT for anything else ("system" too: no user has it).
 */
const char *role_name(enum role role);
err role_parse(const char *name, role_set *out);
/* role_set_check: ERR_INPUT for no role, and for an administrator with another role: who signs
 * memberships reads no case. */
err role_set_check(role_set roles);
/* capability_name: "case_open". */
const char *capability_name(enum capability capability);

/* authz_report: the table as text: a line for each capability, a column for each role. */
err authz_report(mem *ctx, const char **out);

#endif
