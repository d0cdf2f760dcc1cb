/* report.c - commands that print what the program itself knows: who may do what. */
#include "authz/authz.h"
#include "cli/command.h"
#include "web/web.h"

/* The committed copy of this is docs/permissions.txt: a change shows in review. */
static err authz(struct cli *cli)
{
    const char *roles, *routes;
    TRY(authz_report(cli->ctx, &roles));
    TRY(web_report(cli->ctx, &routes));
    (void)fprintf(cli->out, "%s\n%s", roles, routes);
    return ERR_OK;
}

const struct command COMMANDS_REPORT[] = {
    {.words = "authz report", .help = "prints every capability and route with who may", .run = authz},
    {0},
};
