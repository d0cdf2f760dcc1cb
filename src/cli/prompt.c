/* prompt.c - reads a secret byte by byte, so that none stays in a stdio buffer. */
#include "cli/prompt.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

static void say(const char *text)
{
    ssize_t wrote = write(STDERR_FILENO, text, strlen(text));
    (void)wrote; /* a terminal that shows no question still takes the answer */
}

/* While the terminal hides what is typed, a signal must not end us: the shell would be left without echo. */
struct quiet {
    struct termios before;
    sigset_t mask;
    int signals; /* signalfd, or -1: no terminal */
};

static err quiet_begin(struct quiet *q)
{
    sigset_t ends;
    q->signals = -1;
    if (isatty(STDIN_FILENO) != 1 || tcgetattr(STDIN_FILENO, &q->before) != 0) return ERR_OK;
    (void)sigemptyset(&ends);
    static const int SIGNALS[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
    for (size_t i = 0; i < COUNT_OF(SIGNALS); i++) (void)sigaddset(&ends, SIGNALS[i]);
    int fd = signalfd(-1, &ends, SFD_CLOEXEC);
    ENSURE(fd >= 0, ERR_IO, "the terminal can't be set to hide the password");
    (void)pthread_sigmask(SIG_BLOCK, &ends, &q->mask);
    q->signals = fd;
    struct termios hidden = q->before;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    ENSURE(tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0, ERR_IO, "the terminal can't be set to hide the password");
    return ERR_OK;
}

static void quiet_end(struct quiet *q)
{
    if (q->signals < 0) return;
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &q->before);
    say("\n");
    (void)close(q->signals);
    q->signals = -1;
    (void)pthread_sigmask(SIG_SETMASK, &q->mask, NULL);
}

/* Waits for a key. A signal is delivered after all, once the terminal is as it was. */
static err quiet_wait(struct quiet *q)
{
    if (q->signals < 0) return ERR_OK;
    struct pollfd both[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = q->signals, .events = POLLIN}};
    while (poll(both, COUNT_OF(both), -1) < 0) ENSURE(errno == EINTR, ERR_IO, "the terminal can't be read");
    struct signalfd_siginfo info;
    if ((both[1].revents & POLLIN) == 0 || read(q->signals, &info, sizeof info) != (ssize_t)sizeof info) return ERR_OK;
    quiet_end(q);
    (void)raise((int)info.ssi_signo);
    FAIL(ERR_IO, "interrupted");
}

static err read_line(struct quiet *q, uint8_t line[static PROMPT_MOST], size_t *n)
{
    *n = 0;
    for (;;) {
        uint8_t c;
        TRY(quiet_wait(q));
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
    struct secret line;
    TRY(secret_new(arena, PROMPT_MOST + 1, &line)); /* a zero byte stays behind it */
    __attribute__((cleanup(quiet_end))) struct quiet quiet;
    TRY(quiet_begin(&quiet));
    if (quiet.signals >= 0) {
        say(question);
        say(": ");
    }
    size_t n;
    TRY(read_line(&quiet, line.p, &n));
    ENSURE(n > 0, ERR_INPUT, "an empty password");
    *out = secret_part(line, 0, n);
    return ERR_OK;
}
