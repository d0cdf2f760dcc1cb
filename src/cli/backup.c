/* backup.c - commands that make the backup key, back a node up, and restore it. */
#include "domain/backup.h"

#include <sys/stat.h>

#include "base/date.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/acting.h"
#include "cli/check.h"
#include "cli/progress.h"
#include "crypto/backup_key.h"
#include "domain/restore.h"

static err backup_key(struct cli *cli)
{
    struct secret_arena *arena;
    struct secret secret_line;
    const char *public_line, *path = cli->arguments[0];
    const char *public_path = talloc_asprintf(cli->ctx, "%s.public", path);
    ENSURE_MEM(public_path);
    ENSURE(!file_exists(path) && !file_exists(public_path), ERR_CONFLICT,
           "there is a file of that name already: a backup key is never written over");
    TRY(secret_arena_new(cli->ctx, NULL, &arena));
    TRY(backup_key_make(arena, cli->ctx, &secret_line, &public_line));
    TRY(file_write(path, secret_bytes(secret_line), 0600));
    TRY(file_write(public_path, bytes_text(public_line), 0644));
    (void)fprintf(cli->out,
                  "%s.public seals backups: it stays with the node.\n"
                  "%s opens them: take it off this machine, keep two copies offline, in two places.\n"
                  "Without it no backup can be read, by anybody.\n",
                  path, path);
    return ERR_OK;
}

static err backup(struct cli *cli)
{
    struct node *node;
    struct bytes line;
    struct backup_made made;
    struct progress progress = progress_begin();
    struct backup_wish wish = {.to = cli_option(cli, "to"),
                               .keys_only = cli_option(cli, "keys-only") != NULL,
                               .watch = {progress_on, &progress}};
    TRY(file_read(cli->ctx, cli_option(cli, "key"), BACKUP_KEY_MOST, &line));
    err e = backup_key_read_public(line, &wish.key);
    wipe((void *)(uintptr_t)line.p, line.n); /* somebody may have given the secret half */
    TRY(e);
    TRY(acting_node(cli, &node));
    e = backup_make(node, &wish, cli->ctx, &made);
    progress_end(&progress);
    TRY(e);
    if (made.records != NULL)
        (void)fprintf(cli->out, "%s %lld rows\n", made.records, (long long)made.records_rows);
    (void)fprintf(cli->out, "%s %lld rows, node.key and node.crt\n", made.keys, (long long)made.keys_rows);
    if (made.removed > 0)
        (void)fprintf(cli->out, "removed %zu backups of keys that were older than %d days\n", made.removed,
                      BACKUP_KEYS_DAYS);
    return ERR_OK;
}

/* The secret key's file must be for its owner only, as node.key must. */
static err secret_key_read(struct cli *cli, struct secret_arena *arena, struct box_pair *out)
{
    struct stat st;
    struct bytes line;
    const char *path = cli_option(cli, "key");
    ENSURE(stat(path, &st) == 0, ERR_NOT_FOUND, "there is no file with the secret backup key");
    TRY(file_read(cli->ctx, path, BACKUP_KEY_MOST, &line));
    err e = backup_key_read_secret(arena, line, out); /* first: the public half may be read by anybody, and is the wrong one */
    wipe((void *)(uintptr_t)line.p, line.n);
    TRY(e);
    ENSURE((st.st_mode & 077) == 0, ERR_STATE,
           "the secret backup key can be read by others than its owner: take their rights away (chmod 600)");
    return ERR_OK;
}

static err restore(struct cli *cli)
{
    const char *lists[COMMAND_REPEATS + 1] = {NULL};
    char records_at[DATE_TIME_ROOM], keys_at[DATE_TIME_ROOM];
    struct secret_arena *arena;
    struct box_pair key;
    struct restore_made made;
    struct progress progress = progress_begin();
    for (size_t i = 0; cli_option_at(cli, "erasures", i) != NULL; i++) lists[i] = cli_option_at(cli, "erasures", i);
    TRY(secret_arena_new(cli->ctx, NULL, &arena));
    TRY(secret_key_read(cli, arena, &key));
    const struct restore_wish wish = {.folder = cli->arguments[0],
                                      .records = cli_option(cli, "records"),
                                      .keys = cli_option(cli, "keys"),
                                      .erasures = lists,
                                      .key = &key,
                                      .stores = {cli_option(cli, "store"), cli_option(cli, "keys-store")},
                                      .clock = cli->clock,
                                      .watch = {progress_on, &progress}};
    err e = restore_make(&wish, &made);
    progress_end(&progress);
    TRY(e);
    date_format_utc(made.records_at, records_at);
    date_format_utc(made.keys_at, keys_at);
    (void)fprintf(cli->out, "records as of %s, %lld rows\nkeys as of %s, %lld rows\n", records_at,
                  (long long)made.records_rows, keys_at, (long long)made.keys_rows);
    (void)fprintf(cli->out, "%lld erasures replayed\n", (long long)made.erasures);
    (void)fprintf(cli->out,
                  "node.key and node.crt are the ones of the backup. `opentrm partner card` prints the fingerprint of the node:\n"
                  "compare it with what a partner has. Everybody signs in anew. The old node must not run any more.\n");
    return ERR_OK;
}

const struct command COMMANDS_BACKUP[] = {
    {.words = "backup-key",
     .arguments = {"FILE"},
     .help = "makes the key of backups: FILE opens them and goes offline, FILE.public seals them",
     .run = backup_key},
    {.words = "backup",
     .arguments = {"DIR"},
     .help = "backs a node up while it runs: two sealed files, records and keys apart",
     .options = {{"to", "FOLDER", "where the files go: another disk", .required = true},
                 {"key", "FILE", "the public half of the backup key", .required = true},
                 {"keys-only", NULL, "the keys only: short and often"}},
     .run = backup},
    {.words = "restore",
     .arguments = {"DIR"},
     .help = "makes a node out of two backup files; DIR must be new",
     .options = {{"records", "FILE", "backup of the records", .required = true},
                 {"keys", "FILE", "backup of the keys, not older than that of the records", .required = true},
                 {"key", "FILE", "the secret half of the backup key", .required = true},
                 {"store", "ADDRESS", "of the new records; else a file in DIR", .check = check_store},
                 {"keys-store", "ADDRESS", "of the new keys, given together with --store", .check = check_store},
                 {"erasures", "FILE", "a later backup of records: what it lists as erased is erased", .many = true}},
     .run = restore},
    {0},
};
