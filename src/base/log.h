/* log.h - one line an event, key=value, to standard error. Never personal data.
 *
 * The event and the keys are literals; values are numbers, ids, codes, or literals. There is no
 * way to pass free text: log_text takes a "slug" and prints "?" for anything that is not made of
 * [A-Za-z0-9_./:@-] and at most 80 characters long. Library layers (base to domain) do not log;
 * the faces (http, web, exchange, cli) do.
 */
#ifndef OPENTRM_BASE_LOG_H
#define OPENTRM_BASE_LOG_H

#include "base/clock.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_field {
    const char *key;
    const char *text;
    int64_t number;
};

#define log_text(k, v) ((struct log_field){(k), (v) == NULL ? "-" : (v), 0})
#define log_number(k, v) ((struct log_field){(k), NULL, (v)})

/* log_write: writes "time=... level=... event=... key=value ..." in one write(2). */
void log_write(enum log_level level, const char *event, const struct log_field *fields, size_t n);

#define LOG(level, event, ...)                                                                     \
    log_write((level), (event), (const struct log_field[]){{"pid", NULL, log_pid()}, ##__VA_ARGS__}, \
              sizeof((const struct log_field[]){{"pid", NULL, 0}, ##__VA_ARGS__}) /                \
                  sizeof(struct log_field))

int64_t log_pid(void);
/* log_err: an err as an event with kind, where and what="a sentence": marks inside become
 * apostrophes. */
void log_err(enum log_level level, const char *event, err e);

#endif
