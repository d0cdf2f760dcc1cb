/* evidence.c - commands that give proof: the bundle of a conversation, the audit log. */
#include "audit/export.h"
#include "audit/verify.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/acting.h"
#include "crypto/certificate.h"
#include "domain/node_audit.h"
#include "exchange/evidence.h"

static err bundle(struct cli *cli)
{
    struct node *node;
    size_t files;
    TRY(acting_node(cli, &node));
    TRY(evidence_bundle(node, cli->arguments[1], cli->arguments[2], &files));
    (void)fprintf(cli->out, "%zu files. README.txt inside gives the openssl lines.\n", files);
    return ERR_OK;
}

static err verify(struct cli *cli)
{
    struct node *node;
    struct audit_report report;
    TRY(acting_node(cli, &node));
    TRY(audit_verify(node->records, node_verifier(node), cli_option(cli, "known"), &report));
    (void)fprintf(cli->out,
                  "%lld lines in %lld chains, %lld events (%lld erased), %lld checkpoints, %lld lines not yet under one\n",
                  (long long)report.lines, (long long)report.chains, (long long)report.events, (long long)report.erased,
                  (long long)report.checkpoints, (long long)report.unsealed);
    for (size_t i = 0; i < report.n; i++)
        (void)fprintf(cli->out, "%s %lld: %s\n", report.findings[i].chain, (long long)report.findings[i].number,
                      audit_fault_text(report.findings[i].fault));
    ENSURE(report.faults == 0, ERR_CRYPTO, "the audit log was changed");
    (void)fputs("The audit log holds.\n", cli->out);
    return ERR_OK;
}

static err export(struct cli *cli)
{
    struct node *node;
    const char *folder = cli->arguments[1], *pem = NULL, *path = NULL;
    TRY(acting_node(cli, &node));
    TRY(file_make_folder(folder));
    TRY(audit_export(node->records, folder));
    TRY(certificate_write_pem(cli->ctx, node->certificate, &pem));
    TRY(file_join(cli->ctx, folder, "node.pem", &path));
    TRY(file_write(path, bytes_text(pem), 0600));
    (void)fputs("Check it with tools/audit-verify, or by hand: docs/audit.md.\n", cli->out);
    return ERR_OK;
}

const struct command COMMANDS_EVIDENCE[] = {
    {.words = "evidence",
     .arguments = {"DIR", "CONVERSATION", "FILE.zip"},
     .help = "writes all evidence of a conversation, to be checked with openssl alone",
     .run = bundle},
    {.words = "audit verify",
     .arguments = {"DIR"},
     .help = "checks the audit log: nothing edited, removed, put in, moved, cut off",
     .options = {{"known", "HASH", "of a checkpoint that somebody outside has"}},
     .run = verify},
    {.words = "audit export",
     .arguments = {"DIR", "FOLDER"},
     .help = "writes the audit log to files that sha256sum and openssl verify",
     .run = export},
    {0},
};
