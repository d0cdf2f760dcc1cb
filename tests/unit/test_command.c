/* test_command.c - the command line with a table of its own: what it takes, what it refuses, how it ends. */
#include "cm.h"

#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/check.h"
#include "cli/command.h"
#include "cli/prompt.h"

static err show(struct cli *cli)
{
    (void)fprintf(cli->out, "%s(%s)", cli->command->words, cli->arguments[0]);
    for (size_t i = 0; cli_option_at(cli, "many", i) != NULL; i++)
        (void)fprintf(cli->out, " many=%s", cli_option_at(cli, "many", i));
    (void)fprintf(cli->out, " id=%s flag=%s\n", cli_option_or(cli, "id", "none"),
                  cli_option(cli, "flag") == NULL ? "no" : "yes");
    return ERR_OK;
}

static err end_badly(struct cli *cli)
{
    static const struct {
        const char *word;
        enum err_kind kind;
    } KINDS[] = {{"input", ERR_INPUT}, {"denied", ERR_DENIED}, {"missing", ERR_NOT_FOUND},
                 {"busy", ERR_BUSY},   {"bug", ERR_BUG}};
    cli->detail = "and more of it";
    for (size_t i = 0; i < COUNT_OF(KINDS); i++)
        if (text_same(cli->arguments[0], KINDS[i].word)) return ERR_MAKE(KINDS[i].kind, "a sentence about it");
    return ERR_OK;
}

static err ask(struct cli *cli)
{
    struct secret_arena *arena;
    struct secret secret;
    TRY(secret_arena_new(cli->ctx, NULL, &arena));
    TRY(prompt_secret(arena, "Word", &secret));
    (void)fprintf(cli->out, "got %zu bytes: %.*s\n", secret.n, (int)secret.n, (const char *)secret.p);
    return ERR_OK;
}

static const struct command TABLE[] = {
    {.words = "thing show",
     .arguments = {"PATH"},
     .help = "shows a thing",
     .options = {{"many", "X", "several", .many = true},
                 {"id", "ID", "one id", .check = check_id},
                 {"flag", NULL, "a flag"}},
     .run = show},
    {.words = "thing show all", .help = "shows all", .run = show},
    {.words = "fail", .arguments = {"HOW"}, .help = "fails", .run = end_badly},
    {.words = "ask", .help = "asks", .run = ask},
    {.words = "need", .help = "needs", .options = {{"it", "X", "needed", .required = true}}, .run = show},
    {0},
};

struct call {
    const char *out, *error;
    int code;
};

static const char *read_all(mem *ctx, FILE *file)
{
    char *text = talloc_zero_size(ctx, 20000);
    rewind(file);
    assert_in_range(fread(text, 1, 19999, file), 0, 19999);
    (void)fclose(file);
    return text;
}

/* Runs a call in a process of its own. `line` is its words; `input` its standard input. */
static struct call call_with(mem *ctx, const char *line, const char *input)
{
    char *argv[24] = {(char[]){"opentrm"}};
    int argc = 1;
    const char *rest = line, *word = NULL;
    while (!err_failed(text_split(ctx, &rest, ' ', &word)) && word != NULL && argc < 23)
        argv[argc++] = talloc_strdup(ctx, word);
    FILE *in = tmpfile(), *out = tmpfile(), *error = tmpfile();
    assert_non_null(in);
    assert_non_null(out);
    assert_non_null(error);
    (void)fputs(input, in);
    rewind(in);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const struct command *const tables[] = {TABLE};
        if (dup2(fileno(in), 0) < 0 || dup2(fileno(out), 1) < 0 || dup2(fileno(error), 2) < 0) _exit(99);
        int code = command_run(tables, 1, argc, argv);
        (void)fflush(NULL);
        _exit(code);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    (void)fclose(in);
    return (struct call){read_all(ctx, out), read_all(ctx, error), WEXITSTATUS(status)};
}

static void takes(const char *line, const char *printed)
{
    MEM_SCOPE(ctx, NULL);
    struct call c = call_with(ctx, line, "");
    assert_string_equal(c.out, printed);
    assert_string_equal(c.error, "");
    assert_int_equal(c.code, 0);
}

static void refuses(const char *line, const char *sentence)
{
    MEM_SCOPE(ctx, NULL);
    struct call c = call_with(ctx, line, "");
    if (strstr(c.error, sentence) == NULL) fail_msg("%s: \"%s\" is not in: %s", line, sentence, c.error);
    if (strstr(sentence, "no such command") == NULL) assert_non_null(strstr(c.error, "usage: opentrm"));
    assert_string_equal(c.out, "");
    assert_int_equal(c.code, 2);
}

static void a_call_is_taken(void **state)
{
    (void)state;
    takes("thing show a", "thing show(a) id=none flag=no\n");
    takes("thing show --flag a --many 1 --many=2", "thing show(a) many=1 many=2 id=none flag=yes\n");
    takes("thing show --many=--odd -- --a", "thing show(--a) many=--odd id=none flag=no\n");
    takes("thing show --many= a", "thing show(a) many= id=none flag=no\n");
    takes("thing show --id 01890a5d-ac96-774b-bcce-b302099a8057 a",
          "thing show(a) id=01890a5d-ac96-774b-bcce-b302099a8057 flag=no\n");
}

static void a_wrong_call_is_said(void **state)
{
    (void)state;
    refuses("thing show", "PATH: this is missing");
    refuses("thing show a b", "b: one word too many");
    refuses("thing show a --x", "x: there is no such option");
    refuses("thing show a --flag --flag", "flag: this option stands there twice");
    refuses("thing show a --flag=1", "flag: this option takes no value");
    refuses("thing show a --many", "many: this option needs a value");
    refuses("thing show a --many --flag", "many: this option needs a value");
    refuses("thing show a --id 12", "id: this is no id");
    refuses("need", "it: this option is needed");
    refuses("nothing", "there is no such command");
    refuses("thing showy a", "there is no such command");
}

static void help_is_given(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct call c = call_with(ctx, "help", "");
    assert_int_equal(c.code, 0);
    for (const struct command *row = TABLE; row->words != NULL; row++) {
        assert_non_null(strstr(c.out, row->words));
        assert_non_null(strstr(c.out, row->help));
    }
    static const char *const ASKS[] = {"help thing show", "thing show --help", "thing show -h x y"};
    for (size_t i = 0; i < COUNT_OF(ASKS); i++) {
        c = call_with(ctx, ASKS[i], "");
        assert_int_equal(c.code, 0);
        assert_non_null(strstr(c.out, "usage: opentrm thing show PATH [--many X]... [--id ID] [--flag]"));
    }
    c = call_with(ctx, "thing", "");
    assert_int_equal(c.code, 2);
    assert_non_null(strstr(c.error, "thing show all"));
    assert_null(strstr(c.error, "need"));
    assert_int_equal(call_with(ctx, "help thing", "").code, 0);
    assert_int_equal(call_with(ctx, "", "").code, 2);
}

static void the_exit_code_tells_how_it_ended(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    static const struct {
        const char *line;
        int code;
    } ENDS[] = {{"fail not", 0}, {"fail input", 1}, {"fail denied", 3}, {"fail missing", 4}, {"fail busy", 5}, {"fail bug", 70}};
    for (size_t i = 0; i < COUNT_OF(ENDS); i++) {
        struct call c = call_with(ctx, ENDS[i].line, "");
        assert_int_equal(c.code, ENDS[i].code);
        if (c.code != 0) assert_string_equal(c.error, "opentrm fail: a sentence about it\nand more of it\n");
    }
}

static void a_password_is_a_line_of_input(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    assert_string_equal(call_with(ctx, "ask", "secret word\nnext\n").out, "got 11 bytes: secret word\n");
    assert_string_equal(call_with(ctx, "ask", "no line end").out, "got 11 bytes: no line end\n");
    struct call c = call_with(ctx, "ask", "\n");
    assert_int_equal(c.code, 1);
    assert_non_null(strstr(c.error, "an empty password"));
    assert_non_null(strstr(call_with(ctx, "ask", "").error, "was expected"));
    char *large = talloc_zero_size(ctx, PROMPT_MOST + 2);
    memset(large, 'x', PROMPT_MOST + 1);
    assert_non_null(strstr(call_with(ctx, "ask", large).error, "longer than allowed"));
}

/* Reads from the terminal until `piece` has come. */
static void await_text(int terminal, char *seen, size_t room, const char *piece)
{
    size_t n = strlen(seen);
    while (strstr(seen, piece) == NULL) {
        assert_true(n + 1 < room);
        ssize_t got = read(terminal, seen + n, room - n - 1);
        if (got <= 0) fail_msg("the terminal ended with: %s", seen);
        n += (size_t)got;
        seen[n] = '\0';
    }
}

static int on_a_terminal(const char *keys, char *seen, size_t room, const char *last)
{
    int terminal = -1;
    pid_t child = forkpty(&terminal, NULL, NULL, NULL);
    assert_true(child >= 0);
    if (child == 0) {
        const struct command *const tables[] = {TABLE};
        char *argv[] = {(char[]){"opentrm"}, (char[]){"ask"}, NULL};
        int code = command_run(tables, 1, 2, argv);
        (void)fflush(NULL);
        _exit(code);
    }
    seen[0] = '\0';
    await_text(terminal, seen, room, "Word: ");
    struct termios now;
    assert_int_equal(tcgetattr(terminal, &now), 0);
    assert_int_equal(now.c_lflag & ECHO, 0);
    assert_int_equal(write(terminal, keys, strlen(keys)), (ssize_t)strlen(keys));
    await_text(terminal, seen, room, last);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(tcgetattr(terminal, &now), 0);
    assert_int_not_equal(now.c_lflag & ECHO, 0);
    (void)close(terminal);
    return status;
}

static void a_terminal_shows_no_password(void **state)
{
    (void)state;
    char seen[2000];
    int status = on_a_terminal("hidden\n", seen, sizeof seen, "got 6 bytes");
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    char *answer = strstr(seen, "got 6 bytes");
    *answer = '\0'; /* the command prints it itself, afterwards */
    assert_null(strstr(seen, "hidden"));
}

static void an_interrupt_leaves_the_terminal_as_it_was(void **state)
{
    (void)state;
    char seen[2000];
    int status = on_a_terminal("hid\x03", seen, sizeof seen, "\n");
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
}

static void values_are_checked(void **state)
{
    (void)state;
    OK(check_languages("sq,sr-Latn"));
    BAD(ERR_INPUT, check_languages(""));
    BAD(ERR_INPUT, check_languages("sq;it"));
    OK(check_language("it"));
    BAD(ERR_INPUT, check_language("it,sq"));
    OK(check_country("AL"));
    BAD(ERR_INPUT, check_country("al"));
    BAD(ERR_INPUT, check_country("ALB"));
    OK(check_words("Shelter of Examplia"));
    BAD(ERR_INPUT, check_words("  "));
    BAD(ERR_INPUT, check_words("two\nlines"));
    BAD(ERR_INPUT, check_words("\xff"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_is_taken),
        cmocka_unit_test(a_wrong_call_is_said),
        cmocka_unit_test(help_is_given),
        cmocka_unit_test(the_exit_code_tells_how_it_ended),
        cmocka_unit_test(a_password_is_a_line_of_input),
        cmocka_unit_test(a_terminal_shows_no_password),
        cmocka_unit_test(an_interrupt_leaves_the_terminal_as_it_was),
        cmocka_unit_test(values_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
