/* log.c - writes log lines. */
#include "base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/date.h"

#define QUOTED_ROOM 240

static const char *const LEVELS[] = {"debug", "info", "warn", "error"};

static bool slug(const char *s)
{
    size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:@-");
    return s[n] == '\0' && n <= 80;
}

/* Append `text` to the line; what does not fit is cut. */
static size_t add(char *line, size_t room, size_t n, const char *text)
{
    size_t k = strlen(text);
    if (k > room - n) k = room - n;
    memcpy(line + n, text, k);
    return n + k;
}

int64_t log_pid(void) { return getpid(); }

void log_write(enum log_level level, const char *event, const struct log_field *fields, size_t count)
{
    char line[1024], time[DATE_TIME_ROOM], number[24];
    const size_t room = sizeof line - 1;
    date_format_utc(clock_now(clock_system()), time);
    size_t n = add(line, room, 0, "time=");
    n = add(line, room, n, time);
    n = add(line, room, n, " level=");
    n = add(line, room, n, LEVELS[level]);
    n = add(line, room, n, " event=");
    n = add(line, room, n, event);
    for (size_t i = 0; i < count; i++) {
        const char *value = fields[i].text;
        if (value == NULL) {
            (void)snprintf(number, sizeof number, "%" PRId64, fields[i].number);
            value = number;
        }
        n = add(line, room, n, " ");
        n = add(line, room, n, fields[i].key);
        n = add(line, room, n, "=");
        n = add(line, room, n, slug(value) ? value : "?");
    }
    line[n++] = '\n';
    ssize_t wrote = write(STDERR_FILENO, line, n);
    (void)wrote; /* a log that cannot be written has nowhere to say so */
}

/* A sentence between quotation marks, on one line. */
static void quote(const char *what, char out[static QUOTED_ROOM])
{
    size_t n = 0;
    for (; what[n] != '\0' && n < QUOTED_ROOM - 1; n++) {
        bool plain = what[n] != '"' && what[n] != '\\' && (unsigned char)what[n] >= ' ';
        out[n] = plain ? what[n] : '\'';
    }
    out[n] = '\0';
}

void log_err(enum log_level level, const char *event, err e)
{
    char line[600], time[DATE_TIME_ROOM], what[QUOTED_ROOM];
    date_format_utc(clock_now(clock_system()), time);
    quote(e.what == NULL ? "-" : e.what, what);
    int n = snprintf(line, sizeof line,
                     "time=%s level=%s event=%s pid=%" PRId64 " kind=%s where=%s what=\"%s\"\n", time,
                     LEVELS[level], event, log_pid(), err_name(e.kind),
                     e.where == NULL ? "-" : e.where, what);
    if (n < 0) return;
    ssize_t wrote = write(STDERR_FILENO, line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
    (void)wrote;
}
