/* acting.c - opening the node, signing in. */
#include "cli/acting.h"

#include "base/text.h"
#include "cli/prompt.h"
#include "domain/session.h"
#include "domain/user.h"

err acting_node(struct cli *cli, struct node **out)
{
    return node_open(cli->ctx, cli->arguments[0], cli->clock, out);
}

err acting_sign_in(struct cli *cli, struct node *node, struct session_start *out)
{
    struct secret_arena *arena;
    struct secret password;
    TRY(secret_arena_new(cli->ctx, NULL, &arena));
    TRY(prompt_secret(arena, "Password", &password));
    const struct session_wish wish = {
        .login = cli_option(cli, "as"), .password = secret_bytes(password), .address = "", .agent = "opentrm"};
    return session_sign_in(node, &wish, out);
}

err acting_as(struct cli *cli, struct node *node, struct actor **out)
{
    struct session_start start;
    TRY(acting_sign_in(cli, node, &start));
    return session_open(node, start.cookie, cli->ctx, out);
}

err acting_end(struct node *node, struct actor *actor) { return session_sign_out(node, actor); }

err acting_user(struct cli *cli, struct node *node, struct actor *actor, const char *login, struct id *out)
{
    struct user_list list;
    const char *after = NULL;
    do {
        TRY(user_all(node, actor, after, 100, cli->ctx, &list));
        for (size_t i = 0; i < list.n; i++)
            if (text_same(list.at[i].login, login)) {
                *out = list.at[i].id;
                return ERR_OK;
            }
        if (list.n > 0) after = list.at[list.n - 1].login;
    } while (list.more);
    FAIL(ERR_NOT_FOUND, "there is no user with this login");
}
