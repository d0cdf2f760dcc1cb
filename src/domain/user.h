/* user.h - the people who work on this node: invited, activated, changed, closed.
 *
 * An administrator never knows a password or a private key of somebody else: the invitation has a
 * one-time code; its owner activates the account with it and a password of their own, and the keys
 * are made then. The recovery code, shown once, opens the same keys when the password is forgotten.
 *
 * A new administrator can sign memberships only after one who can has appointed them
 * (user_appoint); the chain begins with the root signer that init made (docs/security.md "Who signs
 * whom").
 */
#ifndef OPENTRM_DOMAIN_USER_H
#define OPENTRM_DOMAIN_USER_H

#include "crypto/recovery.h"
#include "domain/actor.h"

#define USER_LOGIN_MOST 64 /* characters; letters, digits and .-_@ */
#define USER_NAME_MOST 200 /* bytes */

struct user_wish {
    const char *login;
    const char *display_name;
    const char *language;      /* BCP 47 */
    struct id organisation_id; /* unset for an administrator of the whole node */
    role_set roles;
};

enum user_state {
    USER_INVITED, /* has no keys yet */
    USER_ACTIVE,
    USER_UNSIGNED, /* an administrator who is not appointed yet */
    USER_CLOSED
};

struct user {
    struct id id;
    const char *login;
    const char *display_name;
    const char *language;
    struct id organisation_id;
    role_set roles;
    enum user_state state;
    msec created_at;
};

struct user_list {
    struct user *at;
    size_t n;
    bool more; /* the next page begins after the last login */
};

const char *user_state_name(enum user_state state); /* invited | active | unsigned | closed */

/* user_invite: needs user_manage. `code` goes to its owner on paper or by voice. ERR_CONFLICT if
 * the login is taken; ERR_INPUT with a sentence. */
err user_invite(struct node *node, struct actor *actor, const struct user_wish *wish,
                struct id *user_id, char code[static RECOVERY_TEXT_ROOM]);
/* user_invite_again: a new code for one who has not activated. ERR_STATE if they have. */
err user_invite_again(struct node *node, struct actor *actor, struct id user_id,
                      char code[static RECOVERY_TEXT_ROOM]);
/* user_activate: by its owner, not signed in. ERR_DENIED for a wrong code or login (the same
 * words), ERR_INPUT for a password that is too weak, ERR_BUSY; slowed like sign-in (ERR_LIMIT, `wait`
 * gets for how long). `recovery` is shown once. */
err user_activate(struct node *node, const char *login, const char *code, const char *address,
                  struct bytes password, char recovery[static RECOVERY_TEXT_ROOM], msec *wait);
/* user_appoint: signs an activated administrator. ERR_STATE if not activated, or no administrator.
 */
err user_appoint(struct node *node, struct actor *actor, struct id user_id);

/* user_password_change: the actor's own. ERR_DENIED for a wrong old one. Their other sessions end.
 */
err user_password_change(struct node *node, struct actor *actor, struct bytes old_password,
                         struct bytes new_password);
/* user_recover: with the recovery code, not signed in. Sets the password, gives a new code, ends
 * all sessions. Wrong login or code: ERR_DENIED; slowed like sign-in (ERR_LIMIT, `wait` gets for
 * how long). */
err user_recover(struct node *node, const char *login, const char *code, const char *address,
                 struct bytes new_password, char recovery[static RECOVERY_TEXT_ROOM], msec *wait);
/* user_recovery_renew: a new recovery code, the old one ends. Asks for the password. */
err user_recovery_renew(struct node *node, struct actor *actor, struct bytes password,
                        char recovery[static RECOVERY_TEXT_ROOM]);

/* user_close: access ends at once: memberships, team wraps, sessions. Needs user_manage. The last
 * appointed administrator can't be closed (ERR_STATE). */
err user_close(struct node *node, struct actor *actor, struct id user_id);
/* user_rename: display name and language, by an administrator, or one's own. */
err user_rename(struct node *node, struct actor *actor, struct id user_id, const char *display_name,
                const char *language);

/* user_get / user_all: with user_manage, or one's own. By login; `after` NULL for the first page.
 */
err user_get(struct node *node, struct actor *actor, struct id user_id, mem *ctx, struct user *out);
err user_all(struct node *node, struct actor *actor, const char *after, size_t limit, mem *ctx,
             struct user_list *out);
/* user_name: the display name, for any signed-in person to read who did something. "" for the node
 * itself. */
err user_name(struct node *node, struct id user_id, mem *ctx, const char **out);

#endif
