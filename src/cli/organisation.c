/* organisation.c - commands about agencies, their teams and their keys. */
#include "domain/organisation.h"

#include "base/file.h"
#include "base/text.h"
#include "cli/acting.h"
#include "cli/check.h"
#include "cli/prompt.h"
#include "crypto/pkcs12.h"
#include "db/organisation.h"
#include "domain/organisation_export.h"
#include "domain/team.h"

static err create(struct cli *cli)
{
    struct node *node;
    struct actor *actor;
    struct id id;
    const struct organisation_wish wish = {.name = cli_option(cli, "name"),
                                           .procedures = cli_option_or(cli, "procedures", ""),
                                           .languages = cli_option_or(cli, "languages", ""),
                                           .child_authority = cli_option(cli, "child-authority") != NULL,
                                           .focal_point = cli_option(cli, "focal-point") != NULL};
    TRY(acting_node(cli, &node));
    TRY(acting_as(cli, node, &actor));
    TRY(organisation_create(node, actor, &wish, &id));
    (void)fprintf(cli->out, "%s\n", id.text);
    return acting_end(node, actor);
}

static err make_keys(struct cli *cli)
{
    struct node *node;
    struct actor *actor;
    struct id id;
    TRY(id_parse(cli_option(cli, "organisation"), &id));
    TRY(acting_node(cli, &node));
    TRY(acting_as(cli, node, &actor));
    TRY(organisation_keys_make(node, actor, id));
    return acting_end(node, actor);
}

static err compartments_of(struct cli *cli, const char *names, compartment_set *out)
{
    if (text_same(names, "all")) {
        *out = COMPARTMENT_ALL;
        return ERR_OK;
    }
    compartment_set set = 0;
    const char *piece;
    for (;;) {
        enum compartment c;
        TRY(text_split(cli->ctx, &names, ',', &piece));
        if (piece == NULL) break;
        TRY(compartment_parse(piece, &c));
        set |= COMPARTMENT_BIT(c);
    }
    *out = set;
    return ERR_OK;
}

static err create_team(struct cli *cli)
{
    struct node *node;
    struct actor *actor;
    struct id team, members[COMMAND_REPEATS];
    struct team_wish wish = {
        .name = cli_option(cli, "name"), .may_send = cli_option(cli, "send") != NULL, .members = members};
    TRY(id_parse(cli_option(cli, "organisation"), &wish.organisation_id));
    TRY(compartments_of(cli, cli_option_or(cli, "compartments", "all"), &wish.compartments));
    TRY(acting_node(cli, &node));
    TRY(acting_as(cli, node, &actor));
    for (; cli_option_at(cli, "member", wish.n_members) != NULL; wish.n_members++)
        TRY(acting_user(cli, node, actor, cli_option_at(cli, "member", wish.n_members), &members[wish.n_members]));
    TRY(team_create(node, actor, &wish, &team));
    (void)fprintf(cli->out, "%s\n", team.text);
    return acting_end(node, actor);
}

struct listing {
    mem *ctx;
    db_organisations all;
};

static err read_list(struct tx *tx, void *arg)
{
    struct listing *l = arg;
    return db_organisation_list(tx, l->ctx, &l->all);
}

static err list(struct cli *cli)
{
    MEM_SCOPE(scope, NULL);
    struct node *node;
    struct listing l = {.ctx = scope};
    TRY(acting_node(cli, &node));
    TRY(db_read(node->records, read_list, &l));
    for (size_t i = 0; i < l.all.n; i++)
        (void)fprintf(cli->out, "%s %s %s\n", l.all.at[i].id.text, l.all.at[i].country, l.all.at[i].name);
    return ERR_OK;
}

/* The key of one purpose as PKCS#12. Its owner can open their mail without us, and so can a thief of this file: it is written
 * under a passphrase of its own, readable by its owner only. */
static err export_key(struct cli *cli)
{
    struct node *node;
    struct actor *actor;
    struct id id;
    struct organisation_key key;
    struct secret_arena *arena;
    struct secret passphrase;
    struct bytes file;
    const char *purpose = cli_option(cli, "purpose");
    TRY(id_parse(cli_option(cli, "organisation"), &id));
    TRY(acting_node(cli, &node));
    TRY(acting_as(cli, node, &actor));
    if (text_same(purpose, "sign")) {
        TRY(organisation_signing_key(node, actor, id, cli->ctx, &key));
    } else {
        enum compartment c;
        struct organisation_key_list keys;
        TRY(compartment_parse(purpose, &c));
        TRY(organisation_decryption_keys(node, actor, id, c, cli->ctx, &keys));
        key = keys.at[0];
    }
    TRY(secret_arena_new(cli->ctx, NULL, &arena));
    TRY(prompt_secret(arena, "Passphrase for the file", &passphrase));
    TRY(pkcs12_write(cli->ctx, key.key, key.certificate, purpose, (const char *)passphrase.p, &file));
    TRY(organisation_key_exported(node, actor, id, purpose));
    TRY(file_write(cli_option(cli, "out"), file, 0600));
    return acting_end(node, actor);
}

const struct command COMMANDS_ORGANISATION[] = {
    {.words = "organisation create",
     .arguments = {"DIR"},
     .help = "adds an agency to the node; prints its id",
     .options = {ACTING_AS,
                 {"name", "NAME", "of the agency", .required = true, .check = check_words},
                 {"procedures", "CODES", "that it serves: \"identification return ...\""},
                 {"languages", "CODES", "that it writes: \"it en\""},
                 {"child-authority", NULL, "the one authority for children (report, Box 11)"},
                 {"focal-point", NULL, "the national focal point (report, Box 8)"}},
     .run = create},
    {.words = "organisation keys",
     .arguments = {"DIR"},
     .help = "makes the agency's signing key and a key for each compartment, for its teams",
     .options = {ACTING_AS, {"organisation", "ID", "the agency", .required = true, .check = check_id}},
     .run = make_keys},
    {.words = "organisation list", .arguments = {"DIR"}, .help = "lists the agencies of the node", .run = list},
    {.words = "organisation export-key",
     .arguments = {"DIR"},
     .help = "writes one of the agency's keys as PKCS#12, to open its messages with other software",
     .options = {ACTING_AS,
                 {"organisation", "ID", "the agency", .required = true, .check = check_id},
                 {"purpose", "PURPOSE", "sign, or a compartment: identity, health, ...", .required = true},
                 {"out", "FILE", "where to write", .required = true}},
     .run = export_key},
    {.words = "team create",
     .arguments = {"DIR"},
     .help = "makes a team of an agency; prints its id",
     .options = {ACTING_AS,
                 {"organisation", "ID", "the agency", .required = true, .check = check_id},
                 {"name", "NAME", "of the team", .required = true, .check = check_words},
                 {"compartments", "LIST", "keys the team may hold: identity,health,... or all"},
                 {"send", NULL, "the team may send in the agency's name"},
                 {"member", "LOGIN", "a first member", .required = true, .many = true}},
     .run = create_team},
    {0},
};
