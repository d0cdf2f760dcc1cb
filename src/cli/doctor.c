/* doctor.c - says in plain words what is wrong with a node and what to do. */
#include "cli/doctor.h"

#include <stdarg.h>

#include "base/text.h"
#include "cli/command.h"

#define MEGABYTE ((uint64_t)1024 * 1024)

static const struct {
    const char *name;
    err (*look)(struct doctor *d);
    bool needs_stores;
} CHECKS[] = {
    {"folder", doctor_folder, false},
    {"permissions", doctor_permissions, false},
    {"disk", doctor_space, false},
    {"stores", doctor_stores, false},
    {"integrity", doctor_integrity, true},
    {"move", doctor_moving, true},
    {"clock", doctor_clock, true},
    {"certificates", doctor_certificates, true},
    {"partners", doctor_partners, true},
    {"queue", doctor_queue, true},
    {"erasures", doctor_erasures, true},
    {"backups", doctor_backups, true},
};

void doctor_fine(struct doctor *d, const char *format, ...)
{
    va_list args;
    (void)fprintf(d->out, "fine   %-14s", d->check);
    va_start(args, format);
    (void)vfprintf(d->out, format, args);
    va_end(args);
    (void)fputc('\n', d->out);
}

void doctor_wrong(struct doctor *d, const char *advice, const char *format, ...)
{
    va_list args;
    d->problems++;
    (void)fprintf(d->out, "TO DO  %-14s", d->check);
    va_start(args, format);
    (void)vfprintf(d->out, format, args);
    va_end(args);
    (void)fprintf(d->out, "\n                     %s\n", advice);
}

static err doctor(struct cli *cli)
{
    int64_t megabytes = 1024;
    struct doctor d = {
        .ctx = cli->ctx, .out = cli->out, .folder = cli->arguments[0], .now = clock_now(cli->clock)};
    if (cli_option(cli, "free") != NULL) TRY(text_number(cli_option(cli, "free"), &megabytes));
    ENSURE(megabytes >= 0 && megabytes < (int64_t)1 << 40, ERR_INPUT, "this number is out of its range");
    d.space_wanted = (uint64_t)megabytes * MEGABYTE;
    for (size_t i = 0; i < COUNT_OF(CHECKS); i++) {
        d.check = CHECKS[i].name;
        if (CHECKS[i].needs_stores && (d.records == NULL || d.keys == NULL)) continue;
        err e = CHECKS[i].look(&d);
        if (err_failed(e)) doctor_wrong(&d, "See docs/operations.md, \"When something is wrong\".", "could not be looked at: %s", e.what);
    }
    if (d.problems > 0) (void)fprintf(cli->out, "%zu thing%s to do\n", d.problems, d.problems == 1 ? "" : "s");
    ENSURE(d.problems == 0, ERR_STATE, "there is something to do");
    return ERR_OK;
}

const struct command COMMANDS_DOCTOR[] = {
    {.words = "doctor",
     .arguments = {"DIR"},
     .help = "says in plain words what is wrong with a node, and what to do; exit code 1 if there is something",
     .options = {{"free", "MB", "disk space that should be free (1024)"}},
     .run = doctor},
    {0},
};
