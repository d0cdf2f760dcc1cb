/* node.h - a node: everything long-lived that requests, jobs and commands share.
 *
 * A node is a folder:
 *
 *   opentrm.db   the records store        keys.db   the wrapped keys (backed up apart)
 *   stores       instead of them: where the stores are (node_stores.h)
 *   node.key     the transport key, PEM, mode 0600: signs AS2 and receipts, serves TLS; opens
 * nothing node.crt     its certificate, PEM; written last by init, so a folder without it is half
 * made data/        optional: files that replace the built-in data (forms, policies, directory,
 * locale)
 *
 * Settings are rows of the table `setting`. Passed to all of domain and up; no other state is
 * shared. It never holds a key that opens a case.
 */
#ifndef OPENTRM_DOMAIN_NODE_H
#define OPENTRM_DOMAIN_NODE_H

#include "audit/audit.h"
#include "base/address.h"
#include "base/limit.h"
#include "crypto/password.h"
#include "crypto/recovery.h"
#include "crypto/sign.h"
#include "db/db.h"
#include "domain/node_stores.h"

struct private_key; /* crypto/certificate.h */
struct certificate;
struct formbook;
struct progress_table;
struct attempts;
struct verified_table;

#define NODE_ADDRESS_MOST 200 /* bytes */
#define NODE_LOCK "lock"      /* file in the folder: shared by all who have the node open (base/file_lock.h) */

/* Read once at node_open, constant after. Changed by node_setting_put and a restart. */
struct node_settings {
    const char *id;      /* UUID of the node, in node cards and AS2 names */
    const char *name;    /* as partners see it: "Italy, national node" */
    const char *country; /* ISO 3166 alpha-2 */
    const char *address; /* where browsers and partners reach it: "https://it.localhost:8443", no
                            slash at the end */
    const char *exchange_address; /* where partners' nodes post: "https://it.localhost:8442/as2" */
    const char *language;         /* of the node's own name and of its agencies' names */
    struct password_cost password_cost; /* for new passwords */
    msec session_idle;                  /* signed out after so long without a request (30 min) */
    msec session_most;                  /* signed out in any case after (12 h) */
};

struct node {
    const char *folder;
    const char *data_folder; /* folder/data; need not be there */
    struct db *records;
    struct db *keys;
    struct file_lock *lock; /* as long as the stores are open */
    const struct clock *clock;
    struct audit *audit;
    struct secret_pool *secrets;
    struct password_queue *passwords;
    const struct private_key *key; /* transport */
    const struct certificate *certificate;
    struct digest
        signin_key; /* from node.key: hides who tried to sign in from who has only the store */
    const struct formbook *forms; /* domain/formbook.h */
    struct progress_table *progress; /* domain/case_progress.h */
    struct attempts *attempts;       /* domain/attempts.h */
    struct readiness *readiness;     /* domain/ready.h */
    struct verified_table *verified; /* domain/verified.h; NULL while the node is being made */
    struct node_settings settings;
};

/* What init is told. Texts are checked: ERR_INPUT with a sentence. */
struct node_wish {
    const char *name;
    const char *country;
    const char *address;
    const char *exchange_address;
    const char *const
        *hosts; /* names and addresses for the certificate, NULL-terminated, at least one */
    struct node_stores stores; /* where they shall be */
    bool test_passwords; /* a cost that only tests and the demo may have */
    /* The first administrator, whose signing key is the root signer. */
    const char *login;
    const char *display_name;
    const char *language; /* theirs, and of the node's own names */
    struct bytes password;
};

/* node_init: makes the folder's content. ERR_CONFLICT if there is a node already. `recovery` gets
 * the administrator's recovery code, to be shown once. */
err node_init(const char *folder, const struct clock *clock, const struct node_wish *wish,
              char recovery[static RECOVERY_TEXT_ROOM]);

/* node_open: owned by ctx; closes with it. ERR_NOT_FOUND: no node there. ERR_STATE: init was
 * interrupted; node.key can be read by others than its owner; the node is being moved or has moved
 * (domain/node_closed.h). ERR_BUSY: it is being moved at this moment. */
err node_open(mem *ctx, const char *folder, const struct clock *clock, struct node **out);
/* node_close: no new work, waiting writes finish. */
void node_close(struct node *node);

static inline msec node_now(const struct node *node) { return clock_now(node->clock); }

/* node_setting / node_setting_put: a setting by its name ("session.idle_minutes"; the table is in
 * node_setting.c). ERR_INPUT for an unknown name or a value out of range. */
err node_setting(struct node *node, const char *name, mem *ctx, const char **value);
err node_setting_put(struct node *node, const char *name, const char *value);
/* node_setting_name: of the setting at this place, NULL behind the last. */
const char *node_setting_name(size_t i);
/* node_limits: of the listeners (base/limit.h), and whose word about addresses counts. */
err node_limits(struct node *node, struct limits *limits, struct address_networks *proxies);

#endif
