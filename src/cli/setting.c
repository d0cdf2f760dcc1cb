/* setting.c - commands that show and change a node's settings. A running node reads them when it starts.
 */
#include "base/text.h"
#include "cli/acting.h"

static const char *meaning(const char *name)
{
    for (size_t i = 0; i < LIMITS_N; i++)
        if (text_same(LIMITS[i].setting, name)) return LIMITS[i].what;
    return "";
}

static err list(struct cli *cli)
{
    struct node *node;
    const char *name, *value;
    TRY(acting_node(cli, &node));
    for (size_t i = 0; (name = node_setting_name(i)) != NULL; i++) {
        TRY(node_setting(node, name, cli->ctx, &value));
        (void)fprintf(cli->out, "%-28s %-10s %s\n", name, value, meaning(name));
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
    {.words = "setting list", .arguments = {"DIR"}, .help = "lists the node's settings, with what each limit is for", .run = list},
    {.words = "setting set",
     .arguments = {"DIR", "NAME", "VALUE"},
     .help = "changes a setting; a running node takes it at its next start",
     .run = set},
    {0},
};
