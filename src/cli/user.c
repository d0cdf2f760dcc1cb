/* user.c - commands about the people of a node. */
#include "domain/user.h"

#include "base/text.h"
#include "cli/acting.h"
#include "cli/check.h"
#include "cli/prompt.h"

static err roles_of(const struct cli *cli, role_set *out)
{
    role_set roles = 0, one;
    for (size_t i = 0; cli_option_at(cli, "role", i) != NULL; i++) {
        TRY(role_parse(cli_option_at(cli, "role", i), &one));
        roles |= one;
    }
    *out = roles;
    return ERR_OK;
}

static err invite(struct cli *cli)
{
    struct node *node;
    struct actor *actor;
    struct id id;
    char code[RECOVERY_TEXT_ROOM];
    struct user_wish wish = {.login = cli_option(cli, "login"),
                             .display_name = cli_option(cli, "name"),
                             .language = cli_option_or(cli, "language", "en")};
    TRY(roles_of(cli, &wish.roles));
    if (cli_option(cli, "organisation") != NULL) TRY(id_parse(cli_option(cli, "organisation"), &wish.organisation_id));
    TRY(acting_node(cli, &node));
    TRY(acting_as(cli, node, &actor));
    TRY(user_invite(node, actor, &wish, &id, code));
    (void)fprintf(cli->out, "%s %s\n", id.text, code);
    return acting_end(node, actor);
}

static err activate(struct cli *cli)
{
    struct node *node;
    struct secret_arena *arena;
    struct secret password;
    char recovery[RECOVERY_TEXT_ROOM];
    msec wait = 0;
    TRY(acting_node(cli, &node));
    TRY(secret_arena_new(cli->ctx, NULL, &arena));
    TRY(prompt_secret(arena, "New password", &password));
    TRY(user_activate(node, cli_option(cli, "login"), cli_option(cli, "code"), "", secret_bytes(password), recovery, &wait));
    (void)fprintf(cli->out, "recovery code: %s\nKeep it on paper, apart from the computer. It is not shown again.\n",
                  recovery);
    return ERR_OK;
}

static err list(struct cli *cli)
{
    struct node *node;
    struct actor *actor;
    struct user_list page;
    const char *after = NULL;
    TRY(acting_node(cli, &node));
    TRY(acting_as(cli, node, &actor));
    do {
        TRY(user_all(node, actor, after, 100, cli->ctx, &page));
        for (size_t i = 0; i < page.n; i++)
            (void)fprintf(cli->out, "%s %-20s %s\n", page.at[i].id.text, page.at[i].login,
                          user_state_name(page.at[i].state));
        if (page.n > 0) after = page.at[page.n - 1].login;
    } while (page.more);
    return acting_end(node, actor);
}

const struct command COMMANDS_USER[] = {
    {.words = "user invite",
     .arguments = {"DIR"},
     .help = "invites a person; prints the id and the one-time code for the person's first sign-in",
     .options = {ACTING_AS,
                 {"login", "LOGIN", "the name to sign in with", .required = true},
                 {"name", "NAME", "as colleagues see it", .required = true, .check = check_words},
                 {"language", "CODE", "of the pages: en, it, sq, ...", .check = check_language},
                 {"organisation", "ID", "the agency; none for an administrator of the node", .check = check_id},
                 {"role", "ROLE", "case_worker, intake_officer, administrator", .required = true, .many = true}},
     .run = invite},
    {.words = "user activate",
     .arguments = {"DIR"},
     .help = "the invited person chooses a password (read without echo)",
     .options = {{"login", "LOGIN", "the name to sign in with", .required = true},
                 {"code", "CODE", "the one-time code of the invitation", .required = true}},
     .run = activate},
    {.words = "user list", .arguments = {"DIR"}, .help = "lists the people of the node", .options = {ACTING_AS}, .run = list},
    {0},
};
