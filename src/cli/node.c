/* node.c - commands that make and serve a node, and say which version this is. */
#include "domain/node.h"

#include "base/text.h"
#include "cli/check.h"
#include "cli/command.h"
#include "cli/prompt.h"
#include "cli/serve.h"

static err init(struct cli *cli)
{
    const char *hosts[COMMAND_REPEATS + 1] = {NULL};
    for (size_t i = 0; cli_option_at(cli, "host", i) != NULL; i++) hosts[i] = cli_option_at(cli, "host", i);
    struct secret_arena *arena;
    struct secret password;
    char recovery[RECOVERY_TEXT_ROOM];
    TRY(secret_arena_new(cli->ctx, NULL, &arena));
    TRY(prompt_secret(arena, "Password of the first administrator", &password));
    const struct node_wish wish = {.name = cli_option(cli, "name"),
                                   .country = cli_option(cli, "country"),
                                   .address = cli_option(cli, "address"),
                                   .exchange_address = cli_option(cli, "exchange-address"),
                                   .hosts = hosts,
                                   .stores = {cli_option(cli, "store"), cli_option(cli, "keys")},
                                   .test_passwords = cli_option(cli, "test-passwords") != NULL,
                                   .login = cli_option(cli, "login"),
                                   .display_name = cli_option(cli, "display-name"),
                                   .language = cli_option_or(cli, "language", "en"),
                                   .password = secret_bytes(password)};
    TRY(node_init(cli->arguments[0], cli->clock, &wish, recovery));
    (void)fprintf(cli->out, "recovery code of %s: %s\nKeep it on paper, apart from the computer. It is not shown again.\n",
                  wish.login, recovery);
    return ERR_OK;
}

static err version(struct cli *cli)
{
    (void)fprintf(cli->out, "opentrm %s\n", OPENTRM_VERSION);
    return ERR_OK;
}

const struct command COMMANDS_NODE[] = {
    {.words = "init",
     .arguments = {"DIR"},
     .help = "makes a node: its stores, its transport key, its first administrator",
     .options = {{"country", "CC", "two capital letters (ISO 3166)", .required = true, .check = check_country},
                 {"name", "NAME", "of the node, as partners see it", .required = true, .check = check_words},
                 {"address", "URL", "where browsers reach it", .required = true},
                 {"exchange-address", "URL", "where partners' nodes post to: https://HOST:PORT/as2", .required = true},
                 {"host", "HOST", "a name or address for the node's certificate", .required = true, .many = true},
                 {"store", "ADDRESS", "postgres://... for the records; without it SQLite in DIR", .check = check_store},
                 {"keys", "ADDRESS", "postgres://... for the keys: another database, another role", .check = check_store},
                 {"login", "LOGIN", "of the first administrator", .required = true},
                 {"display-name", "NAME", "of the first administrator", .required = true, .check = check_words},
                 {"language", "CODE", "of the node's own names", .check = check_language},
                 {"test-passwords", NULL, "cheap password hashing: for tests and the demo only"}},
     .run = init},
    {.words = "serve",
     .arguments = {"DIR"},
     .help = "runs the node until it is told to stop (SIGTERM)",
     .options = {{"listen", "ADDRESS:PORT", "for browsers", .required = true},
                 {"exchange", "ADDRESS:PORT", "for partners' nodes (TLS)", .required = true},
                 {"metrics", "ADDRESS:PORT", "metrics for Prometheus, /live and /ready, on this machine's loopback only"},
                 {"store", "ADDRESS", "of the records, once, on a second machine that has the node's key: written into DIR/stores", .check = check_store},
                 {"keys", "ADDRESS", "of the keys, with --store", .check = check_store},
                 {"tls", NULL, "serve browsers over TLS too, with the node's certificate"}},
     .run = serve},
    {.words = "version", .help = "prints the version", .run = version},
    {0},
};
