/* command.h - the command line: one table, each row a command with its words, arguments, options and help.
 *
 * `opentrm help` prints the table; a mistake in a call is said in a sentence with the command's usage, exit code 2. A
 * command that fails says why; the exit code tells failed (1), not allowed (3), not found (4), busy (5) and our own mistake (70)
 * apart. Options are "--name value" or "--name=value"; "--" ends them. Passwords are never arguments: they are asked for without echo, or read as lines
 * from standard input where that is no terminal.
 *
 * Called by main.c. A command checks nothing that its table row can say.
 */
#ifndef OPENTRM_CLI_COMMAND_H
#define OPENTRM_CLI_COMMAND_H

#include <stdio.h>

#include "base/bytes.h"
#include "base/clock.h"

#define COMMAND_ARGUMENTS 4
#define COMMAND_OPTIONS 16
#define COMMAND_REPEATS 32 /* values of one option */

struct command_option {
    const char *name;  /* without "--" */
    const char *value; /* what stands behind it: "FILE"; NULL: a flag */
    const char *help;
    bool required;
    bool many; /* may stand several times */
    err (*check)(const char *value); /* NULL, or refuses a value with a sentence (check.h) */
};

struct cli;

struct command {
    const char *words;                          /* "partner add" */
    const char *arguments[COMMAND_ARGUMENTS];   /* "DIR", "FILE"; all needed */
    const char *help;                           /* one line */
    struct command_option options[COMMAND_OPTIONS];
    err (*run)(struct cli *cli);
};

/* A call, parsed. */
struct cli {
    mem *ctx;
    const struct command *command;
    const char *arguments[COMMAND_ARGUMENTS];
    struct {
        const char *values[COMMAND_REPEATS];
        size_t n;
    } options[COMMAND_OPTIONS];
    const struct clock *clock;
    FILE *out;
    const char *detail; /* set by a command that fails: more than the error's sentence (file, row); or NULL */
};

/* cli_option: the value, or NULL; of a flag "" when it is there. Name must stand in the command's row. */
const char *cli_option(const struct cli *cli, const char *name);
const char *cli_option_or(const struct cli *cli, const char *name, const char *otherwise);
/* cli_option_at: value number i of an option that may stand several times, or NULL. */
const char *cli_option_at(const struct cli *cli, const char *name, size_t i);

/* command_run: finds the row, parses, runs; returns the exit code. */
int command_run(const struct command *const *table, size_t n, int argc, char **argv);

/* The tables, one for each noun; each ends with a row without words. */
#ifndef OPENTRM_VERSION
#define OPENTRM_VERSION "unversioned"
#endif

extern const struct command COMMANDS_NODE[];
extern const struct command COMMANDS_BACKUP[];
extern const struct command COMMANDS_DOCTOR[];
extern const struct command COMMANDS_MOVE[];
extern const struct command COMMANDS_FORM[];
extern const struct command COMMANDS_USER[];
extern const struct command COMMANDS_ORGANISATION[];
extern const struct command COMMANDS_PARTNER[];
extern const struct command COMMANDS_DIRECTORY[];
extern const struct command COMMANDS_EVIDENCE[];
extern const struct command COMMANDS_REPORT[];
extern const struct command COMMANDS_SETTING[];
extern const struct command COMMANDS_DEMO_DATA[];

#endif
