/* limit.h - the one table of limits of a listener: each with its setting, default and range.
 *
 * Here, since domain (settings) and http (enforcement) both read it and neither may include the
 * other. docs/operations.md repeats it for people; a test compares the two. Everything that is
 * counted by address or session is counted by each process for itself.
 */
#ifndef OPENTRM_BASE_LIMIT_H
#define OPENTRM_BASE_LIMIT_H

#include <stddef.h>
#include <stdint.h>

enum limit {
    LIMIT_CONNECTIONS,
    LIMIT_ADDRESS_CONNECTIONS,
    LIMIT_CONNECTION_REQUESTS,
    LIMIT_ADDRESS_RATE,
    LIMIT_ADDRESS_BURST,
    LIMIT_SESSION_RATE,
    LIMIT_SESSION_BURST,
    LIMIT_PASSWORD_RATE,
    LIMIT_QUEUE,
    LIMIT_PASSWORD_QUEUE,
    LIMIT_BODIES,
    LIMIT_HEADERS,
    LIMIT_FIRST,
    LIMIT_HEAD,
    LIMIT_BODY,
    LIMIT_IDLE,
    LIMIT_DRAIN_NOTICE,
    LIMIT_DRAIN,
    LIMITS_N /* how many there are */
};

struct limit_row {
    const char *setting; /* "limit.connections" */
    int64_t otherwise, least, most;
    const char *otherwise_text; /* `otherwise`, as a setting is written */
    const char *what;           /* English, for the list of settings */
};

extern const struct limit_row LIMITS[LIMITS_N];

struct limits {
    int64_t at[LIMITS_N];
};

/* limits_default: of every row. */
struct limits limits_default(void);

#endif
