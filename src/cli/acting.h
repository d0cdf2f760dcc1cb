/* acting.h - a command that works on a node, alone or in somebody's name.
 */
#ifndef OPENTRM_CLI_ACTING_H
#define OPENTRM_CLI_ACTING_H

#include "cli/command.h"
#include "domain/actor.h"
#include "domain/node.h"

/* acting_node: the node in the first argument. Closes with cli->ctx. */
err acting_node(struct cli *cli, struct node **out);
/* acting_as: signs in as the option `as` (asks for the password). The session ends with acting_end. */
err acting_as(struct cli *cli, struct node *node, struct actor **out);
/* acting_sign_in: the same, but gives the session's cookie: for work that opens an actor again and again. */
struct session_start;
err acting_sign_in(struct cli *cli, struct node *node, struct session_start *out);
err acting_end(struct node *node, struct actor *actor);
/* acting_user: the id of a login. */
err acting_user(struct cli *cli, struct node *node, struct actor *actor, const char *login, struct id *out);

#define ACTING_AS {"as", "LOGIN", "whose rights are used; the password is asked for", .required = true}

#endif
