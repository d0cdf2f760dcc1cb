/* command.c - finds the command, parses its options, says what is wrong. */
#include "cli/command.h"

#include <string.h>

#include "base/text.h"
#include "crypto/secret.h"

/* Every command takes it: a rehearsal's time comes from a file (base/clock.h). */
#define CLOCK_OPTION "clock"

enum { EXIT_FINE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_DENIED = 3, EXIT_NOT_FOUND = 4, EXIT_BUSY = 5, EXIT_BUG = 70 };

/* How many of argv's words are the command's; 0: another command. */
static size_t words_match(const struct command *c, int argc, char **argv)
{
    MEM_SCOPE(scope, NULL);
    const char *rest = c->words, *word;
    size_t n = 0;
    for (;;) {
        if (err_failed(text_split(scope, &rest, ' ', &word))) return 0;
        if (word == NULL) return n;
        if ((int)n + 1 >= argc || !text_same(argv[n + 1], word)) return 0;
        n++;
    }
}

static const struct command *find(const struct command *const *table, size_t n, int argc, char **argv, size_t *used)
{
    const struct command *best = NULL;
    *used = 0;
    for (size_t i = 0; i < n; i++)
        for (const struct command *c = table[i]; c->words != NULL; c++) {
            size_t words = words_match(c, argc, argv);
            if (words > *used) {
                best = c;
                *used = words;
            }
        }
    return best;
}

static size_t option_index(const struct command *c, const char *name)
{
    for (size_t i = 0; i < COMMAND_OPTIONS && c->options[i].name != NULL; i++)
        if (text_same(c->options[i].name, name)) return i;
    return COMMAND_OPTIONS;
}

static void usage(FILE *to, const struct command *c)
{
    (void)fprintf(to, "usage: opentrm %s", c->words);
    for (size_t i = 0; i < COMMAND_ARGUMENTS && c->arguments[i] != NULL; i++) (void)fprintf(to, " %s", c->arguments[i]);
    for (size_t i = 0; i < COMMAND_OPTIONS && c->options[i].name != NULL; i++) {
        const struct command_option *o = &c->options[i];
        (void)fprintf(to, " %s--%s%s%s%s%s", o->required ? "" : "[", o->name, o->value == NULL ? "" : " ",
                      o->value == NULL ? "" : o->value, o->required ? "" : "]", o->many ? "..." : "");
    }
    (void)fprintf(to, "\n  %s\n", c->help);
    for (size_t i = 0; i < COMMAND_OPTIONS && c->options[i].name != NULL; i++)
        (void)fprintf(to, "    --%-18s %s\n", c->options[i].name, c->options[i].help);
}

/* Commands whose words begin with `noun`, or all. How many there were. */
static size_t commands_list(FILE *to, const struct command *const *table, size_t n, const char *noun)
{
    size_t found = 0, k = noun == NULL ? 0 : strlen(noun);
    for (size_t i = 0; i < n; i++)
        for (const struct command *c = table[i]; c->words != NULL; c++) {
            if (k > 0 && !(text_starts(c->words, noun) && (c->words[k] == ' ' || c->words[k] == '\0'))) continue;
            (void)fprintf(to, "  %-24s %s\n", c->words, c->help);
            found++;
        }
    return found;
}

static void help(const struct command *const *table, size_t n)
{
    (void)printf("OpenTRM: a Transnational Referral Mechanism. Commands:\n\n");
    (void)commands_list(stdout, table, n, NULL);
    (void)printf("\nopentrm help COMMAND shows how to call one. Every command takes --clock FILE: milliseconds since 1970,\n"
                 "read at each use, for rehearsals.\n"
                 "Exit codes: 0 done, 1 failed, 2 called wrongly, 3 not allowed, 4 not found, 5 busy: try again.\n");
}

/* The value behind an option: "--name=value", or the next word, which must not look like an option. */
static err option_value(const char *inside, int argc, char **argv, int *at, const char **value)
{
    if (inside != NULL) {
        *value = inside;
        return ERR_OK;
    }
    ENSURE(*at + 1 < argc && !text_starts(argv[*at + 1], "--"), ERR_INPUT, "this option needs a value");
    *value = argv[++*at];
    return ERR_OK;
}

static err take_option(struct cli *cli, int argc, char **argv, int *at, const char **wrong)
{
    const char *word = argv[*at] + 2, *equals = strchr(word, '='), *inside = equals == NULL ? NULL : equals + 1;
    const char *name = equals == NULL ? word : mem_textn(cli->ctx, word, (size_t)(equals - word));
    ENSURE_MEM(name);
    *wrong = name;
    const char *value = "";
    if (text_same(name, CLOCK_OPTION)) {
        TRY(option_value(inside, argc, argv, at, &value));
        return clock_file(cli->ctx, value, &cli->clock);
    }
    size_t i = option_index(cli->command, name);
    ENSURE(i < COMMAND_OPTIONS, ERR_INPUT, "there is no such option");
    const struct command_option *o = &cli->command->options[i];
    ENSURE(cli->options[i].n == 0 || o->many, ERR_INPUT, "this option stands there twice");
    ENSURE(cli->options[i].n < COMMAND_REPEATS, ERR_INPUT, "this option stands there too often");
    if (o->value != NULL) {
        TRY(option_value(inside, argc, argv, at, &value));
        if (o->check != NULL) TRY(o->check(value));
    } else {
        ENSURE(inside == NULL, ERR_INPUT, "this option takes no value");
    }
    cli->options[i].values[cli->options[i].n++] = value;
    return ERR_OK;
}

static err parse(struct cli *cli, size_t used, int argc, char **argv, const char **wrong)
{
    size_t n = 0;
    bool options = true; /* until "--" */
    for (int at = (int)used + 1; at < argc; at++) {
        if (options && text_same(argv[at], "--")) {
            options = false;
            continue;
        }
        if (options && text_starts(argv[at], "--")) {
            TRY(take_option(cli, argc, argv, &at, wrong));
            continue;
        }
        *wrong = argv[at];
        ENSURE(n < COMMAND_ARGUMENTS && cli->command->arguments[n] != NULL, ERR_INPUT, "one word too many");
        cli->arguments[n++] = argv[at];
    }
    *wrong = n < COMMAND_ARGUMENTS ? cli->command->arguments[n] : NULL;
    ENSURE(*wrong == NULL, ERR_INPUT, "this is missing");
    for (size_t i = 0; i < COMMAND_OPTIONS && cli->command->options[i].name != NULL; i++) {
        *wrong = cli->command->options[i].name;
        ENSURE(!cli->command->options[i].required || cli->options[i].n > 0, ERR_INPUT, "this option is needed");
    }
    return ERR_OK;
}

const char *cli_option_at(const struct cli *cli, const char *name, size_t i)
{
    size_t k = option_index(cli->command, name);
    return k < COMMAND_OPTIONS && i < cli->options[k].n ? cli->options[k].values[i] : NULL;
}

const char *cli_option(const struct cli *cli, const char *name) { return cli_option_at(cli, name, 0); }

const char *cli_option_or(const struct cli *cli, const char *name, const char *otherwise)
{
    const char *value = cli_option(cli, name);
    return value == NULL ? otherwise : value;
}

static int exit_code(enum err_kind kind)
{
    switch (kind) {
    case ERR_NONE: return EXIT_FINE;
    case ERR_DENIED: return EXIT_DENIED;
    case ERR_NOT_FOUND: return EXIT_NOT_FOUND;
    case ERR_BUSY: return EXIT_BUSY;
    case ERR_BUG: return EXIT_BUG;
    case ERR_INPUT:
    case ERR_CONFLICT:
    case ERR_STATE:
    case ERR_LIMIT:
    case ERR_PEER:
    case ERR_CRYPTO:
    case ERR_STORE:
    case ERR_IO:
    case ERR_MEMORY: return EXIT_FAILED;
    }
    return EXIT_BUG;
}

static int run(struct cli *cli)
{
    err e = crypto_start();
    if (!err_failed(e)) e = cli->command->run(cli);
    if (fflush(cli->out) != 0 && !err_failed(e)) e = ERR_MAKE(ERR_IO, "the output can't be written");
    if (!err_failed(e)) return EXIT_FINE;
    (void)fprintf(stderr, "opentrm %s: %s\n", cli->command->words, e.what);
    if (cli->detail != NULL) (void)fprintf(stderr, "%s\n", cli->detail);
    return exit_code(e.kind);
}

/* No command: the ones that begin with the same noun, or where to look. */
static int command_missing(const struct command *const *table, size_t n, const char *noun, bool asks_help)
{
    bool word = text_identifier(noun);
    if (asks_help && word && commands_list(stdout, table, n, noun) > 0) return EXIT_FINE;
    (void)fprintf(stderr, "opentrm: there is no such command. `opentrm help` lists them all.\n");
    if (word) (void)commands_list(stderr, table, n, noun);
    return EXIT_USAGE;
}

/* "--help" among the words of a call. */
static bool help_wanted(int argc, char **argv)
{
    for (int i = 1; i < argc && !text_same(argv[i], "--"); i++)
        if (text_same(argv[i], "--help") || text_same(argv[i], "-h")) return true;
    return false;
}

int command_run(const struct command *const *table, size_t n, int argc, char **argv)
{
    size_t used;
    bool first = argc > 1 && (text_same(argv[1], "help") || text_same(argv[1], "--help") || text_same(argv[1], "-h"));
    bool asks_help = first || help_wanted(argc, argv);
    if (argc < 2 || (first && argc == 2)) {
        help(table, n);
        return argc < 2 ? EXIT_USAGE : EXIT_FINE;
    }
    const struct command *c = first ? find(table, n, argc - 1, argv + 1, &used) : find(table, n, argc, argv, &used);
    if (c == NULL) return command_missing(table, n, argv[first ? 2 : 1], asks_help);
    if (asks_help) {
        usage(stdout, c);
        return EXIT_FINE;
    }
    MEM_SCOPE(ctx, NULL);
    struct cli *cli = mem_new(ctx, struct cli);
    if (cli == NULL) return EXIT_FAILED;
    cli->ctx = ctx;
    cli->command = c;
    cli->clock = clock_system();
    cli->out = stdout;
    const char *wrong = NULL;
    err e = parse(cli, used, argc, argv, &wrong);
    if (err_failed(e)) {
        (void)fprintf(stderr, "opentrm %s: %s: %s\n", c->words, wrong == NULL ? "" : wrong, e.what);
        usage(stderr, c);
        return EXIT_USAGE;
    }
    return run(cli);
}
