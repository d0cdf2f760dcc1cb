/* directory.c - commands about the contact directory. */
#include "base/file.h"
#include "cli/acting.h"
#include "domain/contact.h"
#include "domain/data.h"

static err import(struct cli *cli)
{
    struct node *node;
    struct bytes csv;
    size_t count;
    const char *problem = NULL;
    TRY(acting_node(cli, &node));
    TRY(file_read(cli->ctx, cli->arguments[1], DATA_FILE_MAX, &csv));
    err e = contact_import(node, csv, cli->ctx, &count, &problem);
    cli->detail = problem;
    TRY(e);
    (void)fprintf(cli->out, "%zu entries\n", count);
    return ERR_OK;
}

const struct command COMMANDS_DIRECTORY[] = {
    {.words = "directory import",
     .arguments = {"DIR", "FILE"},
     .help = "replaces the node's own directory entries by those of a CSV (data/directory/README.md); all or nothing",
     .run = import},
    {0},
};
