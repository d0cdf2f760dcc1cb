/* partner.c - commands about other nodes: our card for them, their cards with us. */
#include "base/date.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/acting.h"
#include "exchange/partner.h"

static err card(struct cli *cli)
{
    struct node *node;
    struct bytes pem;
    char spoken[SPOKEN_ROOM];
    TRY(acting_node(cli, &node));
    TRY(partner_own_card(node, cli->ctx, &pem, spoken));
    if (cli_option(cli, "out") != NULL) {
        TRY(file_write(cli_option(cli, "out"), pem, 0644));
    } else {
        (void)fwrite(pem.p, 1, pem.n, cli->out);
    }
    (void)fprintf(stderr, "fingerprint, to be compared by voice: %s\n", spoken);
    return ERR_OK;
}

static err add(struct cli *cli)
{
    struct node *node;
    struct bytes pem;
    struct partner_added added;
    TRY(acting_node(cli, &node));
    TRY(file_read(cli->ctx, cli->arguments[1], CARD_MOST, &pem));
    TRY(partner_add(node, NULL, pem, cli_option(cli, "fingerprint"), cli->ctx, &added));
    (void)fprintf(cli->out, "%s %s %s\n", added.id, added.country, added.known ? "updated" : "pinned");
    return ERR_OK;
}

static err list(struct cli *cli)
{
    struct node *node;
    struct partner_list all;
    TRY(acting_node(cli, &node));
    TRY(partner_all(node, cli->ctx, &all));
    for (size_t i = 0; i < all.n; i++) {
        char ends[DATE_TIME_ROOM];
        date_format_utc(all.at[i].expires_at, ends);
        (void)fprintf(cli->out, "%s %s %-8s card %lld until %s  %s\n", all.at[i].id, all.at[i].country, all.at[i].state,
                      (long long)all.at[i].sequence, ends, all.at[i].name);
    }
    return ERR_OK;
}

static err show(struct cli *cli)
{
    struct node *node;
    const char *text;
    TRY(acting_node(cli, &node));
    TRY(partner_show(node, cli->arguments[1], cli->ctx, &text));
    (void)fputs(text, cli->out);
    return ERR_OK;
}

const struct command COMMANDS_PARTNER[] = {
    {.words = "partner card",
     .arguments = {"DIR"},
     .help = "writes this node's card, for partners; prints the fingerprint to compare by voice",
     .options = {{"out", "FILE", "where to write; else standard output"}},
     .run = card},
    {.words = "partner add",
     .arguments = {"DIR", "FILE"},
     .help = "pins a partner's node card, or takes a newer one of a pinned partner",
     .options = {{"fingerprint", "F", "as the partner read it out; needed for a partner who is not pinned yet, and for new keys of agencies"}},
     .run = add},
    {.words = "partner list", .arguments = {"DIR"}, .help = "lists the pinned partners", .run = list},
    {.words = "partner show",
     .arguments = {"DIR", "ID"},
     .help = "prints a partner's card: address, certificates, organisations",
     .run = show},
    {0},
};
