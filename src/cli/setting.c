/* setting.c - commands that show and change a node's settings. A running node reads them when it starts.
 */
#include <inttypes.h>

#include "base/text.h"
#include "cli/acting.h"

/* What the settings that are no limits are for; those follow from base/limit.h. */
static const struct {
    const char *name, *what;
} MEANINGS[] = {
    {"node.id", "made by init, for good"},
    {"node.name", "as partners see it, with the next card"},
    {"node.country", "made by init, for good"},
    {"node.address", "where browsers reach it"},
    {"node.exchange_address", "where partners' nodes post to, with the next card"},
    {"node.language", "of the node's own names"},
    {"password.cost", "of checking a password; made by init, for good"},
    {"session.idle_minutes", "without a request, then a person signs in anew (5 to 1440)"},
    {"session.most_hours", "from signing in, then a person signs in anew (1 to 168)"},
    {"page.site_name", "at the head of every page"},
    {"page.time_zone", "of the times on pages, as Europe/Rome"},
    {"page.exit_address", "where \"Exit this page\" leads"},
    {"limit.proxies", "addresses and networks whose X-Forwarded-For and X-Forwarded-Proto are believed"},
};

static void meaning_print(FILE *out, const char *name)
{
    for (size_t i = 0; i < COUNT_OF(MEANINGS); i++)
        if (text_same(MEANINGS[i].name, name)) (void)fprintf(out, "%s", MEANINGS[i].what);
    for (size_t i = 0; i < LIMITS_N; i++)
        if (text_same(LIMITS[i].setting, name))
            (void)fprintf(out, "%s (%" PRId64 " to %" PRId64 ")", LIMITS[i].what, LIMITS[i].least, LIMITS[i].most);
    (void)fputc('\n', out);
}

static err list(struct cli *cli)
{
    struct node *node;
    const char *name, *value;
    TRY(acting_node(cli, &node));
    for (size_t i = 0; (name = node_setting_name(i)) != NULL; i++) {
        TRY(node_setting(node, name, cli->ctx, &value));
        (void)fprintf(cli->out, "%-28s %-10s  ", name, text_empty(value) ? "-" : value);
        meaning_print(cli->out, name);
    }
    return ERR_OK;
}

static err set(struct cli *cli)
{
    struct node *node;
    TRY(acting_node(cli, &node));
    return node_setting_put(node, cli->arguments[1], cli->arguments[2]);
}

const struct command COMMANDS_SETTING[] = {
    {.words = "setting list", .arguments = {"DIR"}, .help = "lists the node's settings, with what each is for and its range", .run = list},
    {.words = "setting set",
     .arguments = {"DIR", "NAME", "VALUE"},
     .help = "changes a setting; a running node takes it at its next start",
     .run = set},
    {0},
};
