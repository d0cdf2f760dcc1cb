/* prompt.c - reads a secret byte by byte, so that none stays in a stdio buffer. */
#include "cli/prompt.h"

#include <errno.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static void say(const char *text)
{
    ssize_t wrote = write(STDERR_FILENO, text, strlen(text));
    (void)wrote; /* a terminal that shows no question still takes the answer */
}

static err read_line(uint8_t line[static PROMPT_MOST], size_t *n)
{
    *n = 0;
    for (;;) {
        uint8_t c;
        ssize_t got = read(STDIN_FILENO, &c, 1);
        if (got < 0 && errno == EINTR) continue;
        ENSURE(got > 0 || *n > 0, ERR_IO, "a password was expected on standard input");
        if (got <= 0 || c == '\n') return ERR_OK;
        ENSURE(*n < PROMPT_MOST, ERR_LIMIT, "the password is longer than allowed");
        line[(*n)++] = c;
    }
}

err prompt_secret(struct secret_arena *arena, const char *question, struct secret *out)
{
    struct termios before, quiet;
    bool terminal = isatty(STDIN_FILENO) == 1 && tcgetattr(STDIN_FILENO, &before) == 0;
    if (terminal) {
        quiet = before;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        ENSURE(tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0, ERR_IO, "the terminal can't be set to hide the password");
        say(question);
        say(": ");
    }
    struct secret line;
    TRY(secret_new(arena, PROMPT_MOST + 1, &line)); /* a zero byte stays behind it */
    size_t n;
    err e = read_line(line.p, &n);
    if (terminal) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        say("\n");
    }
    TRY(e);
    ENSURE(n > 0, ERR_INPUT, "an empty password");
    *out = secret_part(line, 0, n);
    return ERR_OK;
}
