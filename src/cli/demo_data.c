/* demo_data.c - the command that fills a node with invented cases. */
#include "domain/demo_data.h"

#include <inttypes.h>

#include "base/text.h"
#include "cli/acting.h"
#include "cli/progress.h"
#include "domain/session.h"

static void show(void *arg, int64_t made, int64_t all) { progress_on(arg, "inventing cases", made, all); }

static err check_count(const char *value)
{
    int64_t n;
    ENSURE(!err_failed(text_number(value, &n)) && n > 0 && n <= DEMO_CASES_MOST, ERR_INPUT,
           "a number of cases lies between 1 and 10000000");
    return ERR_OK;
}

static err check_seed(const char *value)
{
    int64_t n;
    ENSURE(!err_failed(text_number(value, &n)) && n >= 0, ERR_INPUT, "a seed is a number, 0 or more");
    return ERR_OK;
}

static err run(struct cli *cli)
{
    struct node *node;
    struct actor *actor;
    struct session_start session;
    struct progress progress = progress_begin();
    int64_t made;
    struct demo_data_wish wish = {.cookie = session.cookie,
                                  .seed = -1,
                                  .among_cases = cli_option(cli, "among-cases") != NULL,
                                  .progress = show,
                                  .arg = &progress};
    TRY(text_number(cli_option(cli, "cases"), &wish.cases));
    if (cli_option(cli, "seed") != NULL) TRY(text_number(cli_option(cli, "seed"), &wish.seed));
    TRY(acting_node(cli, &node));
    TRY(acting_sign_in(cli, node, &session));
    progress.unit = "cases";
    err e = demo_data_make(node, &wish, &made);
    progress_end(&progress);
    (void)fprintf(cli->out, "%" PRId64 " cases added%s\n", made, err_failed(e) && made > 0 ? "; run the same command to go on" : "");
    TRY(e);
    TRY(session_open(node, session.cookie, cli->ctx, &actor));
    return acting_end(node, actor);
}

const struct command COMMANDS_DEMO_DATA[] = {
    {.words = "demo-data",
     .arguments = {"DIR"},
     .help = "fills a node with invented cases, until it has so many; goes on where an earlier run stopped",
     .options = {ACTING_AS,
                 {"cases", "N", "how many invented cases the node should have", .required = true, .check = check_count},
                 {"seed", "S", "the same seed invents the same cases (1)", .check = check_seed},
                 {"among-cases", NULL, "also on a node that has cases of its own: never where people work"}},
     .run = run},
    {0},
};
