/* move.c - the command that moves a node's rows to other stores. */
#include "domain/move.h"

#include "base/text.h"
#include "cli/acting.h"
#include "cli/check.h"
#include "cli/progress.h"
#include "domain/node_audit.h"

/* Longer than `serve` takes to notice the mark and to drain. */
#define OTHERS (30 * MSEC_SECOND)
#define OTHERS_MOST 3600 /* seconds */

static const char HERE[] = "sqlite";

static err others_wish(struct cli *cli, msec *out)
{
    int64_t seconds = OTHERS / MSEC_SECOND;
    if (cli_option(cli, "wait") != NULL) TRY(text_number(cli_option(cli, "wait"), &seconds));
    ENSURE(seconds >= 0 && seconds <= OTHERS_MOST, ERR_INPUT, "this number of seconds is out of its range");
    *out = seconds * MSEC_SECOND;
    return ERR_OK;
}

/* Opened once, as it will be served, so that a fault shows now; its log says what happened. */
static err try_out(struct cli *cli)
{
    struct node *node;
    TRY(acting_node(cli, &node));
    return node_audit_note(node, AUDIT_NODE_MOVE);
}

static err move(struct cli *cli)
{
    struct node_stores now;
    struct move_made made;
    struct progress progress = progress_begin();
    const char *folder = cli->arguments[0], *to = cli_option(cli, "to");
    if (cli_option(cli, "cancel") != NULL) {
        TRY(move_cancel(folder));
        (void)fprintf(cli->out, "The node serves again where it was. What has arrived elsewhere is worth nothing: remove it.\n");
        return ERR_OK;
    }
    ENSURE(to != NULL, ERR_INPUT, "say where to: --to sqlite, or --to ADDRESS --keys ADDRESS");
    struct move_wish wish = {.folder = folder, .watch = {progress_on, &progress}};
    if (!text_same(to, HERE)) wish.to = (struct node_stores){to, cli_option(cli, "keys")};
    TRY(node_stores_check(&wish.to));
    TRY(node_stores_read(cli->ctx, folder, &now));
    if (now.records != NULL && !text_starts(now.records, HERE)) TRY(others_wish(cli, &wish.others));
    if (wish.others > 0) (void)fprintf(stderr, "the stores close first; servers on other machines get %lld seconds to notice\n",
                                         (long long)(wish.others / MSEC_SECOND));
    err e = move_make(&wish, &made);
    progress_end(&progress);
    if (made.table != NULL) cli->detail = talloc_asprintf(cli->ctx, "table %s", made.table);
    TRY(e);
    TRY(try_out(cli));
    if (made.finished)
        (void)fprintf(cli->out, "Nothing is left to move: the node has these stores, and serves from them again.\n");
    else
        (void)fprintf(cli->out, "%lld rows of records and %lld of keys moved%s, counts and hashes of all tables compared.\n",
                      (long long)made.rows[DB_RECORDS], (long long)made.rows[DB_KEYS], made.resumed ? " (the rest of them now)" : "");
    if (made.finished) return ERR_OK;
    (void)fprintf(cli->out,
                  "The node has the new stores from now on. The old ones are as they were, and closed: they do not serve.\n"
                  "Remove them when you are sure, keys first; backups of keys older than 30 days must go as always.\n");
    return ERR_OK;
}

const struct command COMMANDS_MOVE[] = {
    {.words = "move",
     .arguments = {"DIR"},
     .help = "moves a node to other stores, while it does not run; run it again if it was interrupted",
     .options = {{"to", "ADDRESS", "of the new records: postgres://..., or \"sqlite\": files in DIR", .check = check_store},
                 {"keys", "ADDRESS", "of the new keys: another database", .check = check_store},
                 {"wait", "SECONDS", "for servers on other machines to notice that the stores close (30)"},
                 {"cancel", NULL, "takes back a move that is not finished"}},
     .run = move},
    {0},
};
